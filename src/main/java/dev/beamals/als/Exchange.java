package dev.beamals.als;

import dev.beamals.blocks.Links;
import dev.beamals.blocks.RatingBlock;
import java.io.Serializable;

/** How the factors that one half-step solves are sent to the next; {@link SentFactors} receives. */
abstract class Exchange implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The number of half-steps. */
  final int lastStep;

  /** Whether a block may need what it sent last. */
  final boolean keepsOwn;

  Exchange(int lastStep, boolean keepsOwn) {
    this.lastStep = lastStep;
    this.keepsOwn = keepsOwn;
  }

  /** Whether what a half-step solves may be looked up by its ids: as the result, for one. */
  final boolean isLookedUp(int step) {
    return keepsOwn || step >= lastStep - 1;
  }

  /**
   * Sends the factors of a block; called once a block and step, or again with the same factors.
   *
   * @param block the ratings of the rows that were solved
   * @param links its links
   * @param factors row-major
   * @param step half-steps are counted from 1; 0 sends the initial factors
   * @param sums of the rows
   * @param before how the training went until then
   */
  abstract Sent send(
      RatingBlock block,
      Links links,
      float[] factors,
      int step,
      StepSums sums,
      TrainingSummary before);

  /**
   * The default: factors travel as elements. Every process holds those of one side at a time, the
   * driver of a Spark job included.
   */
  static final class Broadcast extends Exchange {
    private static final long serialVersionUID = 1L;

    Broadcast(int lastStep, boolean keepsOwn) {
      super(lastStep, keepsOwn);
    }

    @Override
    Sent send(
        RatingBlock block,
        Links links,
        float[] factors,
        int step,
        StepSums sums,
        TrainingSummary before) {
      return new Sent(
          links.number(),
          factors,
          links.needed(),
          isLookedUp(step) ? block.src() : null,
          null,
          sums,
          before);
    }
  }
}
