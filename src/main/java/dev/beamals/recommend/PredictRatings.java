package dev.beamals.recommend;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.als.AlsModel;
import dev.beamals.als.Baseline;
import dev.beamals.als.ColdPairs;
import dev.beamals.als.RatingMean;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.JoinFactors;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.linalg.BlockProducts;
import dev.beamals.ratings.BatchRatings;
import dev.beamals.ratings.Rating;
import dev.beamals.ratings.RatingBatch;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * Predicts the rating of every pair of a user and an item.
 *
 * <p>The prediction for factors x (rank) and y (rank) is {@code x·y} in float, the same bits as the
 * score of {@link RecommendTopK}. A pair whose user or item has no factors is cold: its prediction
 * is NaN. The ratings of the input do not matter; a pair that occurs twice is predicted twice.
 *
 * <p>Pairs and user factors meet by one shuffle into blocks of users. A block then takes the
 * factors of its own items out of the model's files, tile by tile: no worker holds a whole side,
 * unless the model is trained in the same pipeline.
 *
 * <p>Pairs that are windowed or unbounded are predicted as they come, without a shuffle: every
 * worker then holds the factors of both sides.
 *
 * <pre>{@code
 * PCollection<Row> predictions =
 *     pairs.apply("Predict", PredictRatings.from(model).asRows());
 * }</pre>
 */
@AutoValue
public abstract class PredictRatings
    extends PTransform<PCollection<Rating>, PCollection<ScoredIds>> {
  private static final long serialVersionUID = 1L;

  abstract AlsModel model();

  abstract int numBlocks();

  abstract boolean baseline();

  /** Predicts by a model. */
  public static PredictRatings from(AlsModel model) {
    return new AutoValue_PredictRatings(model, 8, false);
  }

  /** How many blocks users are spread over, default 8: never changes a prediction. */
  public PredictRatings withNumBlocks(int numBlocks) {
    checkArgument(numBlocks >= 1, "numBlocks=%s: expected at least 1", numBlocks);
    return new AutoValue_PredictRatings(model(), numBlocks, baseline());
  }

  /**
   * Whether a cold pair is predicted by what is known of it, see {@link Baseline}, and not NaN; for
   * a model with biases or center.
   */
  public PredictRatings withBaseline(boolean baseline) {
    return new AutoValue_PredictRatings(model(), numBlocks(), baseline);
  }

  /** The same with a row for each pair: {@code user, item, prediction}; ids are strings. */
  public PTransform<PCollection<Rating>, PCollection<Row>> asRows() {
    return ScoreRows.predictions(this);
  }

  /** The same for pairs that travel in batches. */
  public PTransform<PCollection<RatingBatch>, PCollection<ScoredIds>> onBatches() {
    return new OnBatches(this);
  }

  /**
   * The same for rows of an input, which keep all that they know: an element of the result is a
   * block of users. For a bounded input.
   */
  public PTransform<PCollection<RatingBatch>, PCollection<List<PredictedRows>>> onRows() {
    return new OnRows(this);
  }

  @Override
  public PCollection<ScoredIds> expand(PCollection<Rating> pairs) {
    return predict(pairs.apply("BatchPairs", BatchRatings.create().withoutRatings()));
  }

  private static final class OnBatches
      extends PTransform<PCollection<RatingBatch>, PCollection<ScoredIds>> {
    private static final long serialVersionUID = 1L;
    private final PredictRatings predict;

    OnBatches(PredictRatings predict) {
      this.predict = predict;
    }

    @Override
    public PCollection<ScoredIds> expand(PCollection<RatingBatch> pairs) {
      return predict.predict(pairs);
    }
  }

  private static final class OnRows
      extends PTransform<PCollection<RatingBatch>, PCollection<List<PredictedRows>>> {
    private static final long serialVersionUID = 1L;
    private final PredictRatings predict;

    OnRows(PredictRatings predict) {
      this.predict = predict;
    }

    @Override
    public PCollection<List<PredictedRows>> expand(PCollection<RatingBatch> rows) {
      AlsModel model = predict.model();
      Predictor predictor = predict.predictor();
      FactorView items = model.factors(Side.ITEM).view();
      return JoinFactors.inputs(model.factors(Side.USER).blocks(), rows)
          .apply("JoinByUser", JoinFactors.create(predict.numBlocks(), model.rank()).ofRows())
          .apply(
              "PredictRows",
              predictor.addTo(items.addTo(ParDo.of(new PredictRowsFn(items, predictor)))))
          .setCoder(ListCoder.of(new PredictedRows.Coder()));
    }
  }

  private Predictor predictor() {
    return new Predictor(model().rank(), baseline() ? Baseline.of(model()) : null, model().mean());
  }

  private PCollection<ScoredIds> predict(PCollection<RatingBatch> pairs) {
    int rank = model().rank();
    Predictor predictor = predictor();
    if (!(pairs.getWindowingStrategy().getWindowFn() instanceof GlobalWindows)
        || pairs.isBounded() == PCollection.IsBounded.UNBOUNDED) {
      FactorView users = FactorView.ofBlocks("HoldUsers", model().factors(Side.USER).blocks());
      FactorView items = FactorView.ofBlocks("HoldItems", model().factors(Side.ITEM).blocks());
      return pairs
          .apply(
              "PredictBatches",
              predictor.addTo(
                  items.addTo(users.addTo(ParDo.of(new PredictBatchFn(users, items, predictor))))))
          .setCoder(ScoredIds.Coder.of());
    }
    FactorView items = model().factors(Side.ITEM).view();
    return JoinFactors.inputs(model().factors(Side.USER).blocks(), pairs)
        .apply("JoinByUser", JoinFactors.create(numBlocks(), rank))
        .apply(
            "PredictBlocks",
            predictor.addTo(items.addTo(ParDo.of(new PredictFn(items, predictor)))))
        .setCoder(ScoredIds.Coder.of());
  }

  /** Predicts for a batch as it comes, out of factors in memory. */
  static final class PredictBatchFn extends DoFn<RatingBatch, ScoredIds> {
    private static final long serialVersionUID = 1L;
    private final FactorView users;
    private final FactorView items;
    private final Predictor predictor;

    PredictBatchFn(FactorView users, FactorView items, Predictor predictor) {
      this.users = users;
      this.items = items;
      this.predictor = predictor;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      RatingBlock pairs = RatingBlock.group(List.of(c.element()), Side.USER, false);
      boolean[] userFound = new boolean[pairs.src().size()];
      boolean[] itemFound = new boolean[pairs.dst().size()];
      float[] x = users.gather(c, pairs.src(), predictor.rank(), userFound);
      float[] y = items.gather(c, pairs.dst(), predictor.rank(), itemFound);
      c.output(predictor.predict(c, pairs, x, userFound, y, itemFound));
    }
  }

  static final class PredictFn extends DoFn<KV<FactorBlock, RatingBlock>, ScoredIds> {
    private static final long serialVersionUID = 1L;
    private final FactorView items;
    private final Predictor predictor;

    PredictFn(FactorView items, Predictor predictor) {
      this.items = items;
      this.predictor = predictor;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      RatingBlock pairs = c.element().getValue();
      if (pairs.size() == 0) {
        return;
      }
      boolean[] userFound = new boolean[pairs.src().size()];
      boolean[] itemFound = new boolean[pairs.dst().size()];
      float[] x = new float[Math.multiplyExact(pairs.src().size(), predictor.rank())];
      c.element().getKey().copyRows(pairs.src(), x, userFound);
      float[] y = items.gather(c, pairs.dst(), predictor.rank(), itemFound);
      c.output(predictor.predict(c, pairs, x, userFound, y, itemFound));
    }
  }

  static final class PredictRowsFn
      extends DoFn<KV<FactorBlock, List<RatingBatch>>, List<PredictedRows>> {
    private static final long serialVersionUID = 1L;
    private final FactorView items;
    private final Predictor predictor;

    PredictRowsFn(FactorView items, Predictor predictor) {
      this.items = items;
      this.predictor = predictor;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      List<RatingBatch> batches = c.element().getValue();
      Ids users = Ids.union(batches.stream().map(batch -> batch.ids(Side.USER)).toList());
      Ids allItems = Ids.union(batches.stream().map(batch -> batch.ids(Side.ITEM)).toList());
      boolean[] userFound = new boolean[users.size()];
      boolean[] itemFound = new boolean[allItems.size()];
      float[] x = new float[Math.multiplyExact(users.size(), predictor.rank())];
      c.element().getKey().copyRows(users, x, userFound);
      float[] y = items.gather(c, allItems, predictor.rank(), itemFound);
      double mean = predictor.mean().get(c);
      List<PredictedRows> predicted = new ArrayList<>();
      for (RatingBatch batch : batches) {
        int[] user = batch.ids(Side.USER).positionsIn(users);
        int[] item = batch.ids(Side.ITEM).positionsIn(allItems);
        float[] predictions = new float[batch.size()];
        ColdPairs.Counter cold = new ColdPairs.Counter();
        for (int r = 0; r < predictions.length; r++) {
          int u = user[batch.index(Side.USER)[r]];
          int i = item[batch.index(Side.ITEM)[r]];
          predictions[r] = predictor.predict(mean, x, u, userFound[u], y, i, itemFound[i]);
          cold.add(userFound[u], itemFound[i]);
        }
        predicted.add(new PredictedRows(batch.withRatings(predictions), cold.finish()));
      }
      c.output(predicted);
    }
  }

  /** How a pair is predicted. */
  private record Predictor(int rank, @Nullable Baseline baseline, RatingMean mean)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Declares what a DoFn that predicts needs. */
    <InputT, OutputT> ParDo.SingleOutput<InputT, OutputT> addTo(
        ParDo.SingleOutput<InputT, OutputT> parDo) {
      return mean.addTo(parDo);
    }

    /**
     * @param x row-major, for each user of the pairs its factors
     * @param userFound for each user of the pairs whether it has factors
     * @param y the same for items
     */
    ScoredIds predict(
        DoFn<?, ?>.ProcessContext context,
        RatingBlock pairs,
        float[] x,
        boolean[] userFound,
        float[] y,
        boolean[] itemFound) {
      double ratingMean = mean.get(context);
      float[] predictions = new float[pairs.size()];
      for (int s = 0; s < userFound.length; s++) {
        for (int p = pairs.offsets()[s]; p < pairs.offsets()[s + 1]; p++) {
          int item = pairs.neighbours()[p];
          predictions[p] = predict(ratingMean, x, s, userFound[s], y, item, itemFound[item]);
        }
      }
      return new ScoredIds(
          pairs.src(), pairs.dst(), pairs.offsets(), pairs.neighbours(), predictions);
    }

    /**
     * @param x row-major, of which row {@code user} has the factors of the user
     * @param y row-major, of which row {@code item} has the factors of the item
     */
    float predict(
        double ratingMean,
        float[] x,
        int user,
        boolean userFound,
        float[] y,
        int item,
        boolean itemFound) {
      return userFound && itemFound
          ? BlockProducts.dot(x, user * rank, y, item * rank, rank)
          : baseline == null
              ? Float.NaN
              : baseline.predict(ratingMean, x, user * rank, userFound, y, item * rank, itemFound);
    }
  }
}
