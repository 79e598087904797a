package dev.beamals.recommend;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.als.AlsModel;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.JoinFactors;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Side;
import dev.beamals.linalg.BlockProducts;
import dev.beamals.ratings.BatchRatings;
import dev.beamals.ratings.Rating;
import dev.beamals.ratings.RatingBatch;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;

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

  /** Predicts by a model. */
  public static PredictRatings from(AlsModel model) {
    return new AutoValue_PredictRatings(model, 8);
  }

  /** How many blocks users are spread over, default 8: never changes a prediction. */
  public PredictRatings withNumBlocks(int numBlocks) {
    checkArgument(numBlocks >= 1, "numBlocks=%s: expected at least 1", numBlocks);
    return new AutoValue_PredictRatings(model(), numBlocks);
  }

  /** The same with a row for each pair: {@code user, item, prediction}; ids are strings. */
  public PTransform<PCollection<Rating>, PCollection<Row>> asRows() {
    return ScoreRows.predictions(this);
  }

  /** The same for pairs that travel in batches. */
  public PTransform<PCollection<RatingBatch>, PCollection<ScoredIds>> onBatches() {
    return new OnBatches(this);
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

  private PCollection<ScoredIds> predict(PCollection<RatingBatch> pairs) {
    int rank = model().rank();
    FactorView items = model().factors(Side.ITEM).view();
    return JoinFactors.inputs(model().factors(Side.USER).blocks(), pairs)
        .apply("JoinByUser", JoinFactors.create(numBlocks(), rank))
        .apply("PredictBlocks", items.addTo(ParDo.of(new PredictFn(items, rank))))
        .setCoder(ScoredIds.Coder.of());
  }

  static final class PredictFn extends DoFn<KV<FactorBlock, RatingBlock>, ScoredIds> {
    private static final long serialVersionUID = 1L;
    private final FactorView items;
    private final int rank;

    PredictFn(FactorView items, int rank) {
      this.items = items;
      this.rank = rank;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      RatingBlock pairs = c.element().getValue();
      if (pairs.size() == 0) {
        return;
      }
      boolean[] found = new boolean[pairs.dst().size()];
      float[] y = items.gather(c, pairs.dst(), rank, found);
      c.output(predict(c.element().getKey(), pairs, y, found, rank));
    }
  }

  /**
   * @param y for each item of the pairs its factors
   * @param found for each item of the pairs whether it has factors
   */
  private static ScoredIds predict(
      FactorBlock users, RatingBlock pairs, float[] y, boolean[] found, int rank) {
    int[] userRow = pairs.src().positionsIn(users.ids());
    float[] predictions = new float[pairs.size()];
    for (int s = 0; s < userRow.length; s++) {
      for (int p = pairs.offsets()[s]; p < pairs.offsets()[s + 1]; p++) {
        int item = pairs.neighbours()[p];
        predictions[p] =
            userRow[s] >= 0 && found[item]
                ? BlockProducts.dot(users.factors(), userRow[s] * rank, y, item * rank, rank)
                : Float.NaN;
      }
    }
    return new ScoredIds(
        pairs.src(), pairs.dst(), pairs.offsets(), pairs.neighbours(), predictions);
  }
}
