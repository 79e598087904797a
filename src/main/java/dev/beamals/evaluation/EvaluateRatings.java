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
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;
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

  /**
   * The same for ratings that are blocks of users, beside what the mean of the training ratings and
   * the biases of users and items predict of them: {@code b_i = Σ_u (r_ui − μ) / (25 + n_i)} of an
   * item, then {@code b_u = Σ_i (r_ui − μ − b_i) / (10 + n_u)} of a user (Koren 2010). A bias that
   * is not known is 0. Of implicit feedback there are no such baselines: theirs are the figures of
   * no pair.
   *
   * @param byUser what the model was trained on
   * @param byItem the same, see {@link dev.beamals.blocks.TransposeBlocks}
   */
  public PTransform<PCollection<RatingBlock>, PCollection<RatingComparison>> besideBaselines(
      PCollection<RatingBlock> byUser, PCollection<RatingBlock> byItem) {
    return new BesideBaselines(this, byUser, byItem);
  }

  private static final class BesideBaselines
      extends PTransform<PCollection<RatingBlock>, PCollection<RatingComparison>> {
    private static final long serialVersionUID = 1L;
    private final EvaluateRatings evaluate;
    private final transient PCollection<RatingBlock> byUser;
    private final transient PCollection<RatingBlock> byItem;

    BesideBaselines(
        EvaluateRatings evaluate,
        PCollection<RatingBlock> byUser,
        PCollection<RatingBlock> byItem) {
      this.evaluate = evaluate;
      this.byUser = byUser;
      this.byItem = byItem;
    }

    @Override
    public PCollection<RatingComparison> expand(PCollection<RatingBlock> userBlocks) {
      return evaluate.compare(
          userBlocks, evaluate.preferences() ? null : RatingBiases.fit(byUser, byItem));
    }
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

  private boolean preferences() {
    AlsParameters parameters = model.parameters();
    return parameters != null && parameters.implicitPrefs();
  }

  private PCollection<RatingMetrics> compare(PCollection<RatingBlock> userBlocks) {
    return compare(userBlocks, null)
        .apply(
            "TakeModel",
            MapElements.into(TypeDescriptor.of(RatingMetrics.class)).via(RatingComparison::model))
        .setCoder(RatingMetrics.coder());
  }

  private PCollection<RatingComparison> compare(
      PCollection<RatingBlock> userBlocks, @Nullable RatingBiases biases) {
    FactorView users = model.factors(Side.USER).view();
    FactorView items = model.factors(Side.ITEM).view();
    Comparison comparison =
        new Comparison(model.rank(), preferences(), baseline ? Baseline.of(model) : null);
    CompareFn compare = new CompareFn(users, items, comparison, model.mean(), biases);
    ParDo.SingleOutput<RatingBlock, RatingComparison> parDo =
        model.mean().addTo(items.addTo(users.addTo(ParDo.of(compare))));
    return userBlocks
        .apply("CompareBlocks", biases == null ? parDo : biases.addTo(parDo))
        .setCoder(RatingComparison.coder())
        .apply(
            "CombineMetrics",
            CombineAll.create(RatingComparison.zero(), new RatingComparison.SumFn()));
  }

  static final class CompareFn extends DoFn<RatingBlock, RatingComparison> {
    private static final long serialVersionUID = 1L;
    private final FactorView userFactors;
    private final FactorView itemFactors;
    private final Comparison comparison;
    private final RatingMean mean;
    private final @Nullable RatingBiases biases;

    CompareFn(
        FactorView userFactors,
        FactorView itemFactors,
        Comparison comparison,
        RatingMean mean,
        @Nullable RatingBiases biases) {
      this.biases = biases;
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
      c.output(
          comparison.compare(
              block,
              users,
              userFound,
              items,
              itemFound,
              mean.get(c),
              biases == null ? null : biases.of(c, block)));
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
     * @param mean of the ratings of the training, where they were centred
     * @param biases of the users and items, or null
     */
    RatingComparison compare(
        RatingBlock block,
        float[] users,
        boolean[] userFound,
        float[] items,
        boolean[] itemFound,
        double mean,
        RatingBiases.@Nullable Of biases) {
      RatingComparison sum = RatingComparison.zero();
      for (int u = 0; u < userFound.length; u++) {
        RatingMetrics.Accumulator accumulator = new RatingMetrics.Accumulator();
        RatingMetrics.Accumulator ofBiases = new RatingMetrics.Accumulator();
        RatingMetrics.Accumulator ofMean = new RatingMetrics.Accumulator();
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
            continue;
          }
          if (biases != null) {
            ofBiases.add(target, biases.predict(u, i));
            ofMean.add(target, biases.mean());
          }
        }
        sum =
            sum.plus(
                new RatingComparison(
                    accumulator.metrics(),
                    biases == null ? RatingMetrics.zero() : ofBiases.metrics(),
                    biases == null ? RatingMetrics.zero() : ofMean.metrics()));
      }
      return sum;
    }
  }
}
