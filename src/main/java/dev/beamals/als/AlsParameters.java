package dev.beamals.als;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.linalg.NormalEquations;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The parameters of ALS, under Spark MLlib's names: what each is, its default and its range.
 *
 * <p>This is the one place that knows them. Command lines, saved models and schema transforms go
 * over {@link #names} and use {@link #with(String, Object)} and {@link #toMap}.
 */
@AutoValue
public abstract class AlsParameters implements Serializable {
  private static final long serialVersionUID = 1L;

  public static final int DEFAULT_RANK = 10;
  public static final int DEFAULT_MAX_ITER = 10;
  public static final double DEFAULT_REG_PARAM = 0.1;
  public static final long DEFAULT_SEED = 0;

  /** Beam has no loops: each iteration adds stages to the pipeline. */
  public static final int MOST_ITERATIONS = 1000;

  private static final AlsParameters DEFAULTS =
      new AutoValue_AlsParameters.Builder()
          .setRank(DEFAULT_RANK)
          .setMaxIter(DEFAULT_MAX_ITER)
          .setRegParam(DEFAULT_REG_PARAM)
          .setSeed(DEFAULT_SEED)
          .build();

  /** The number of factors of a user or an item. */
  public abstract int rank();

  /** How often both sides are solved. */
  public abstract int maxIter();

  /** λ: how strongly large factors are held back. */
  public abstract double regParam();

  /** Another seed gives other initial factors. */
  public abstract long seed();

  /** The defaults. */
  public static AlsParameters create() {
    return DEFAULTS;
  }

  /**
   * @param rank from 1 to {@link NormalEquations#MAX_RANK}
   */
  public AlsParameters withRank(int rank) {
    checkArgument(
        rank >= 1 && rank <= NormalEquations.MAX_RANK,
        "rank=%s: expected 1 to %s",
        rank,
        NormalEquations.MAX_RANK);
    return toBuilder().setRank(rank).build();
  }

  /**
   * @param maxIter from 1 to 1000
   */
  public AlsParameters withMaxIter(int maxIter) {
    checkArgument(
        maxIter >= 1 && maxIter <= MOST_ITERATIONS,
        "maxIter=%s: expected 1 to %s",
        maxIter,
        MOST_ITERATIONS);
    return toBuilder().setMaxIter(maxIter).build();
  }

  /**
   * @param regParam finite, at least 0
   */
  public AlsParameters withRegParam(double regParam) {
    checkArgument(
        regParam >= 0 && Double.isFinite(regParam),
        "regParam=%s: expected a finite number of at least 0",
        regParam);
    return toBuilder().setRegParam(regParam).build();
  }

  public AlsParameters withSeed(long seed) {
    return toBuilder().setSeed(seed).build();
  }

  /** The names of all parameters. */
  public static List<String> names() {
    return new ArrayList<>(DEFAULTS.toMap().keySet());
  }

  /** All parameters by their names. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("rank", rank());
    map.put("maxIter", maxIter());
    map.put("regParam", regParam());
    map.put("seed", seed());
    return map;
  }

  /**
   * Sets a parameter by its name.
   *
   * @param name one of {@link #names}
   * @param value of the type that {@link #toMap} has there, or a number of another type without
   *     loss
   * @throws IllegalArgumentException naming the parameter, its value and what was expected
   */
  public AlsParameters with(String name, Object value) {
    switch (name) {
      case "rank":
        return withRank(whole(name, value, Integer.MAX_VALUE).intValue());
      case "maxIter":
        return withMaxIter(whole(name, value, Integer.MAX_VALUE).intValue());
      case "regParam":
        return withRegParam(number(name, value).doubleValue());
      case "seed":
        return withSeed(whole(name, value, Long.MAX_VALUE).longValue());
      default:
        throw new IllegalArgumentException(
            name + ": no such parameter; expected one of " + String.join(", ", names()));
    }
  }

  private static Number number(String name, Object value) {
    checkArgument(value instanceof Number, "%s=%s: expected a number", name, value);
    return (Number) value;
  }

  private static Number whole(String name, Object value, long most) {
    Number number = number(name, value);
    checkArgument(
        number.doubleValue() == number.longValue() && Math.abs(number.longValue()) <= most,
        "%s=%s: expected a whole number",
        name,
        value);
    return number;
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
