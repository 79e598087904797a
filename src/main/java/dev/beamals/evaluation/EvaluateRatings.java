package dev.beamals.evaluation;

import dev.beamals.CombineAll;
import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.Baseline;
import dev.beamals.als.RatingMean;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Side;
import dev.beamals.linalg.BlockProducts;
import dev.beamals.ratings.BatchRatings;
import dev.beamals.ratings.Rating;
import java.io.Serializable;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Compares ratings with what a model predicts for them.
 *
 * <p>The prediction for a user with factors x and an item with factors y is {@code x·y} in float,
 * the same bits as in {@link dev.beamals.recommend} and so in every table. A pair without factors
 * for its user or its item is cold: counted, not predicted.
 *
 * <p>Of a model of implicit feedback, predictions are compared with preferences: 1 where the rating
 * is above 0, 0 elsewhere.
 *
 * <pre>{@code
 * PCollection<RatingMetrics> metrics = test.apply("Evaluate", EvaluateRatings.from(model));
 * }</pre>
 */
public final class EvaluateRatings
    extends PTransform<PCollection<Rating>, PCollection<RatingMetrics>> {
  private static final long serialVersionUID = 1L;

  /** Blocks of users that ratings are spread over: where work is done, never a result. */
  private static final int BLOCKS = 16;

  private final transient AlsModel model;
  private final boolean baseline;

  private EvaluateRatings(AlsModel model, boolean baseline) {
    this.model = model;
    this.baseline = baseline;
  }

  /** Evaluates the predictions of a model. */
  public static EvaluateRatings from(AlsModel model) {
    return new EvaluateRatings(model, false);
  }

  /**
   * Whether cold pairs are predicted as {@link dev.beamals.recommend.PredictRatings#withBaseline}
   * does, and are among the others.
   */
  public EvaluateRatings withBaseline(boolean baseline) {
    return new EvaluateRatings(model, baseline);
  }

  /** The same for ratings that are blocks of users. */
  public PTransform<PCollection<RatingBlock>, PCollection<RatingMetrics>> onBlocks() {
    return new OnBlocks(this);
  }

  @Override
  public PCollection<RatingMetrics> expand(PCollection<Rating> ratings) {
    return compare(
        ratings
            .apply("BatchRatings", BatchRatings.create())
            .apply("BlockByUser", BlockRatings.create(BLOCKS)));
  }

  private static final class OnBlocks
      extends PTransform<PCollection<RatingBlock>, PCollection<RatingMetrics>> {
    private static final long serialVersionUID = 1L;
    private final EvaluateRatings evaluate;

    OnBlocks(EvaluateRatings evaluate) {
      this.evaluate = evaluate;
    }

    @Override
    public PCollection<RatingMetrics> expand(PCollection<RatingBlock> userBlocks) {
      return evaluate.compare(userBlocks);
    }
  }

  private PCollection<RatingMetrics> compare(PCollection<RatingBlock> userBlocks) {
    FactorView users = model.factors(Side.USER).view();
    FactorView items = model.factors(Side.ITEM).view();
    AlsParameters parameters = model.parameters();
    Comparison comparison =
        new Comparison(
            model.rank(),
            parameters != null && parameters.implicitPrefs(),
            baseline ? Baseline.of(model) : null);
    CompareFn compare = new CompareFn(users, items, comparison, model.mean());
    return userBlocks
        .apply("CompareBlocks", model.mean().addTo(items.addTo(users.addTo(ParDo.of(compare)))))
        .setCoder(new RatingMetrics.Coder())
        .apply(
            "CombineMetrics", CombineAll.create(RatingMetrics.zero(), new RatingMetrics.SumFn()));
  }

  static final class CompareFn extends DoFn<RatingBlock, RatingMetrics> {
    private static final long serialVersionUID = 1L;
    private final FactorView userFactors;
    private final FactorView itemFactors;
    private final Comparison comparison;
    private final RatingMean mean;

    CompareFn(
        FactorView userFactors, FactorView itemFactors, Comparison comparison, RatingMean mean) {
      this.userFactors = userFactors;
      this.itemFactors = itemFactors;
      this.comparison = comparison;
      this.mean = mean;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      RatingBlock block = c.element();
      boolean[] userFound = new boolean[block.src().size()];
      boolean[] itemFound = new boolean[block.dst().size()];
      float[] users = userFactors.gather(c, block.src(), comparison.rank, userFound);
      float[] items = itemFactors.gather(c, block.dst(), comparison.rank, itemFound);
      c.output(comparison.compare(block, users, userFound, items, itemFound, mean.get(c)));
    }
  }

  /**
   * How a rating is compared with a prediction.
   *
   * @param preferences whether it is made a preference first
   * @param baseline what predicts cold pairs, or null where they are only counted
   */
  record Comparison(int rank, boolean preferences, @Nullable Baseline baseline)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    /**
     * @param users row-major, the factors of {@link RatingBlock#src}
     * @param userFound for each of them whether it has factors
     * @param items row-major, the factors of {@link RatingBlock#dst}
     * @param itemFound for each of them whether it has factors
     * @param mean of the ratings of the training
     */
    RatingMetrics compare(
        RatingBlock block,
        float[] users,
        boolean[] userFound,
        float[] items,
        boolean[] itemFound,
        double mean) {
      RatingMetrics sum = RatingMetrics.zero();
      for (int u = 0; u < userFound.length; u++) {
        RatingMetrics.Accumulator accumulator = new RatingMetrics.Accumulator();
        for (int p = block.offsets()[u]; p < block.offsets()[u + 1]; p++) {
          int i = block.neighbours()[p];
          float rating = block.ratings()[p];
          float target = preferences ? (rating > 0 ? 1 : 0) : rating;
          if (userFound[u] && itemFound[i]) {
            accumulator.add(target, BlockProducts.dot(users, u * rank, items, i * rank, rank));
          } else if (baseline != null) {
            accumulator.addBaseline(
                target,
                baseline.predict(
                    mean, users, u * rank, userFound[u], items, i * rank, itemFound[i]));
          } else {
            accumulator.addCold();
          }
        }
        sum = sum.plus(accumulator.metrics());
      }
      return sum;
    }
  }
}
