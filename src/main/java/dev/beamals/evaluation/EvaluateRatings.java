package dev.beamals.evaluation;

import dev.beamals.CombineAll;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.RatingBlock;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Compares ratings with what factors predict for them.
 *
 * <p>The prediction for a user with factors x and an item with factors y is {@code x·y}. A pair
 * without factors for its user or its item is cold: counted, not predicted.
 */
public final class EvaluateRatings
    extends PTransform<PCollection<RatingBlock>, PCollection<RatingMetrics>> {
  private static final long serialVersionUID = 1L;

  private final FactorView userFactors;
  private final FactorView itemFactors;
  private final int rank;

  private EvaluateRatings(FactorView userFactors, FactorView itemFactors, int rank) {
    this.userFactors = userFactors;
    this.itemFactors = itemFactors;
    this.rank = rank;
  }

  /** Evaluates blocks of users. */
  public static EvaluateRatings of(FactorView userFactors, FactorView itemFactors, int rank) {
    return new EvaluateRatings(userFactors, itemFactors, rank);
  }

  @Override
  public PCollection<RatingMetrics> expand(PCollection<RatingBlock> userBlocks) {
    return userBlocks
        .apply(
            "CompareBlocks",
            ParDo.of(new CompareFn(userFactors, itemFactors, rank))
                .withSideInputs(userFactors.sideInput(), itemFactors.sideInput()))
        .setCoder(new RatingMetrics.Coder())
        .apply("CombineMetrics", CombineAll.of(RatingMetrics.zero(), new RatingMetrics.SumFn()));
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
      c.output(
          compare(
              block, userFactors.lookUp(c, block.src()), itemFactors.lookUp(c, block.dst()), rank));
    }
  }

  static RatingMetrics compare(
      RatingBlock block,
      Iterable<FactorBlock> userFactors,
      Iterable<FactorBlock> itemFactors,
      int rank) {
    boolean[] userFound = new boolean[block.src().size()];
    boolean[] itemFound = new boolean[block.dst().size()];
    float[] users = FactorBlock.gather(block.src(), userFactors, rank, userFound);
    float[] items = FactorBlock.gather(block.dst(), itemFactors, rank, itemFound);
    RatingMetrics sum = RatingMetrics.zero();
    for (int u = 0; u < userFound.length; u++) {
      RatingMetrics.Accumulator accumulator = new RatingMetrics.Accumulator();
      for (int p = block.offsets()[u]; p < block.offsets()[u + 1]; p++) {
        int i = block.neighbours()[p];
        if (userFound[u] && itemFound[i]) {
          accumulator.add(block.ratings()[p], predict(users, u * rank, items, i * rank, rank));
        } else {
          accumulator.addCold();
        }
      }
      sum = sum.plus(accumulator.metrics());
    }
    return sum;
  }

  /** {@code x·y}, where x are the factors from {@code u} on and y those from {@code i} on. */
  static double predict(float[] users, int u, float[] items, int i, int rank) {
    double sum = 0;
    for (int k = 0; k < rank; k++) {
      sum += (double) users[u + k] * items[i + k];
    }
    return sum;
  }
}
