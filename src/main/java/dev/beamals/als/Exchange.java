package dev.beamals.als;

import dev.beamals.blocks.Links;
import dev.beamals.blocks.RatingBlock;
import java.io.Serializable;
import java.util.UUID;

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

  /**
   * The half-step whose factors nobody reads any more when those of {@code step} are sent, or a
   * negative number: a block that sends has read those of the step before, which all blocks solved,
   * and so have read what was sent before that. What the two last half-steps read stays: a runner
   * may have to repeat these for what comes after.
   */
  final int unused(int step) {
    return step < lastStep ? step - (keepsOwn ? 4 : 2) : -1;
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
   * driver of a Spark job included; where the pipeline runs in one process, that lets them go.
   */
  static final class Broadcast extends Exchange {
    private static final long serialVersionUID = 1L;

    /** The training, where it runs in one process; empty where not. */
    private final String training;

    /**
     * @param inProcess whether the pipeline runs in this process alone
     */
    Broadcast(int lastStep, boolean keepsOwn, boolean inProcess) {
      super(lastStep, keepsOwn);
      this.training = inProcess ? UUID.randomUUID().toString() : "";
    }

    private String name(int step, Links links) {
      return training + "/" + step + "/" + links.number();
    }

    @Override
    Sent send(
        RatingBlock block,
        Links links,
        float[] factors,
        int step,
        StepSums sums,
        TrainingSummary before) {
      HeldFactors held;
      if (training.isEmpty()) {
        held = HeldFactors.of(factors);
      } else {
        HeldFactors.letGo(name(unused(step), links));
        held = HeldFactors.ofProcess(name(step, links), factors);
      }
      return new Sent(
          links.number(),
          held,
          links.needed(),
          isLookedUp(step) ? block.src() : null,
          null,
          sums,
          before);
    }
  }
}
