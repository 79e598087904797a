package dev.beamals.als;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.linalg.NormalEquations;
import java.io.Serializable;

/** The parameters of ALS, under Spark MLlib's names and with its defaults. */
@AutoValue
public abstract class AlsParameters implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The number of factors of a user or an item. */
  public abstract int rank();

  /** How often both sides are solved. */
  public abstract int maxIter();

  /** λ: how strongly large factors are held back. */
  public abstract double regParam();

  /** Another seed gives other initial factors. */
  public abstract long seed();

  public static AlsParameters create() {
    return new AutoValue_AlsParameters.Builder()
        .setRank(10)
        .setMaxIter(10)
        .setRegParam(0.1)
        .setSeed(0)
        .build();
  }

  /**
   * @param rank from 1 to {@link NormalEquations#MAX_RANK}
   */
  public AlsParameters withRank(int rank) {
    checkArgument(
        rank >= 1 && rank <= NormalEquations.MAX_RANK,
        "rank %s: expected 1 to %s",
        rank,
        NormalEquations.MAX_RANK);
    return toBuilder().setRank(rank).build();
  }

  /**
   * @param maxIter at least 1
   */
  public AlsParameters withMaxIter(int maxIter) {
    checkArgument(maxIter >= 1, "maxIter %s: expected at least 1", maxIter);
    return toBuilder().setMaxIter(maxIter).build();
  }

  /**
   * @param regParam finite, at least 0
   */
  public AlsParameters withRegParam(double regParam) {
    checkArgument(
        regParam >= 0 && Double.isFinite(regParam), "regParam %s: expected at least 0", regParam);
    return toBuilder().setRegParam(regParam).build();
  }

  public AlsParameters withSeed(long seed) {
    return toBuilder().setSeed(seed).build();
  }

  abstract Builder toBuilder();

  @AutoValue.Builder
  abstract static class Builder {
    abstract Builder setRank(int rank);

    abstract Builder setMaxIter(int maxIter);

    abstract Builder setRegParam(double regParam);

    abstract Builder setSeed(long seed);

    abstract AlsParameters build();
  }
}
