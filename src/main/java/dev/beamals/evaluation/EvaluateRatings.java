package dev.beamals.evaluation;

import dev.beamals.CombineAll;
import dev.beamals.als.AlsModel;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Side;
import dev.beamals.linalg.BlockProducts;
import dev.beamals.ratings.BatchRatings;
import dev.beamals.ratings.Rating;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Compares ratings with what a model predicts for them.
 *
 * <p>The prediction for a user with factors x and an item with factors y is {@code x·y} in float,
 * the same bits as in {@link dev.beamals.recommend} and so in every table. A pair without factors
 * for its user or its item is cold: counted, not predicted.
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

  private EvaluateRatings(AlsModel model) {
    this.model = model;
  }

  /** Evaluates the predictions of a model. */
  public static EvaluateRatings from(AlsModel model) {
    return new EvaluateRatings(model);
  }

  /** The same for ratings that are blocks of users. */
  public PTransform<PCollection<RatingBlock>, PCollection<RatingMetrics>> onBlocks() {
    return new OnBlocks(model);
  }

  @Override
  public PCollection<RatingMetrics> expand(PCollection<Rating> ratings) {
    return compare(
        ratings
            .apply("BatchRatings", BatchRatings.create())
            .apply("BlockByUser", BlockRatings.create(BLOCKS)),
        model);
  }

  private static final class OnBlocks
      extends PTransform<PCollection<RatingBlock>, PCollection<RatingMetrics>> {
    private static final long serialVersionUID = 1L;
    private final transient AlsModel model;

    OnBlocks(AlsModel model) {
      this.model = model;
    }

    @Override
    public PCollection<RatingMetrics> expand(PCollection<RatingBlock> userBlocks) {
      return compare(userBlocks, model);
    }
  }

  private static PCollection<RatingMetrics> compare(
      PCollection<RatingBlock> userBlocks, AlsModel model) {
    FactorView users = model.factors(Side.USER).view();
    FactorView items = model.factors(Side.ITEM).view();
    return userBlocks
        .apply(
            "CompareBlocks",
            items.addTo(users.addTo(ParDo.of(new CompareFn(users, items, model.rank())))))
        .setCoder(new RatingMetrics.Coder())
        .apply(
            "CombineMetrics", CombineAll.create(RatingMetrics.zero(), new RatingMetrics.SumFn()));
  }

  static final class CompareFn extends DoFn<RatingBlock, RatingMetrics> {
    private static final long serialVersionUID = 1L;
    private final FactorView userFactors;
    private final FactorView itemFactors;
    private final int rank;

    CompareFn(FactorView userFactors, FactorView itemFactors, int rank) {
      this.userFactors = userFactors;
      this.itemFactors = itemFactors;
      this.rank = rank;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      RatingBlock block = c.element();
      boolean[] userFound = new boolean[block.src().size()];
      boolean[] itemFound = new boolean[block.dst().size()];
      float[] users = userFactors.gather(c, block.src(), rank, userFound);
      float[] items = itemFactors.gather(c, block.dst(), rank, itemFound);
      c.output(compare(block, users, userFound, items, itemFound, rank));
    }
  }

  /**
   * @param users row-major, the factors of {@link RatingBlock#src}
   * @param userFound for each of them whether it has factors
   * @param items row-major, the factors of {@link RatingBlock#dst}
   * @param itemFound for each of them whether it has factors
   */
  static RatingMetrics compare(
      RatingBlock block,
      float[] users,
      boolean[] userFound,
      float[] items,
      boolean[] itemFound,
      int rank) {
    RatingMetrics sum = RatingMetrics.zero();
    for (int u = 0; u < userFound.length; u++) {
      RatingMetrics.Accumulator accumulator = new RatingMetrics.Accumulator();
      for (int p = block.offsets()[u]; p < block.offsets()[u + 1]; p++) {
        int i = block.neighbours()[p];
        if (userFound[u] && itemFound[i]) {
          accumulator.add(
              block.ratings()[p], BlockProducts.dot(users, u * rank, items, i * rank, rank));
        } else {
          accumulator.addCold();
        }
      }
      sum = sum.plus(accumulator.metrics());
    }
    return sum;
  }
}
