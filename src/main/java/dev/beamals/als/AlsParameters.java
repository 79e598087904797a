package dev.beamals.als;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.ids.Side;
import dev.beamals.linalg.NormalEquations;
import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of ALS, under Spark MLlib's names: what each is, its default and its range.
 *
 * <p>This is the one place that knows them. Command lines, saved models and schema transforms go
 * over {@link #names} and use {@link #with(String, Object)} and {@link #toMap}.
 *
 * <p>{@link #implicitPrefs}, {@link #alpha}, {@link #nonnegative} are those of MLlib, with its
 * equations; the rest is of beam-als.
 */
@AutoValue
public abstract class AlsParameters implements Serializable {
  private static final long serialVersionUID = 1L;

  public static final int DEFAULT_RANK = 10;
  public static final int DEFAULT_MAX_ITER = 10;
  public static final double DEFAULT_REG_PARAM = 0.1;
  public static final long DEFAULT_SEED = 0;
  public static final double DEFAULT_ALPHA = 1;
  public static final double DEFAULT_TOLERANCE = 0;
  public static final int DEFAULT_CG_STEPS = 3;

  /** Beam has no loops: each iteration adds stages to the pipeline. */
  public static final int MOST_ITERATIONS = 1000;

  /** What λ is multiplied with in the equations of a row. */
  public enum RegScaling {
    /** The number of ratings, of implicit feedback those above 0: as Spark MLlib. */
    ratings,
    /**
     * The sum of the weights of all pairs of the row: of explicit ratings, their number; of
     * implicit feedback {@code α Σ |r|} and the number of ids of the other side (Rendle, Krichene,
     * Zhang and Koren, <i>Revisiting the Performance of iALS on Item Recommendation Benchmarks</i>,
     * 2021).
     */
    weights,
    /** 1: λ alone, as Hu, Koren and Volinsky 2008. */
    none
  }

  /** How the equations of a row are solved. */
  public enum Solver {
    /** Exactly, by a Cholesky decomposition: {@code rank³ / 3} multiply-adds a row. */
    cholesky,
    /**
     * By a few steps of conjugate gradients from the row's last factors: {@code rank²} a step, or
     * less (Takács, Pilászy and Tikk, <i>Applications of the Conjugate Gradient Method for Implicit
     * Feedback Collaborative Filtering</i>, 2011). The objective falls as it does with {@link
     * #cholesky}, but for the first iterations.
     */
    cg
  }

  private static final AlsParameters DEFAULTS =
      new AutoValue_AlsParameters.Builder()
          .setRank(DEFAULT_RANK)
          .setMaxIter(DEFAULT_MAX_ITER)
          .setRegParam(DEFAULT_REG_PARAM)
          .setSeed(DEFAULT_SEED)
          .setImplicitPrefs(false)
          .setAlpha(DEFAULT_ALPHA)
          .setNonnegative(false)
          .setRegScaling(RegScaling.ratings)
          .setBiases(false)
          .setCenter(false)
          .setTolerance(DEFAULT_TOLERANCE)
          .setSolver(Solver.cholesky)
          .setCgSteps(DEFAULT_CG_STEPS)
          .build();

  private static final List<String> NAMES =
      List.of(
          "rank",
          "maxIter",
          "regParam",
          "seed",
          "implicitPrefs",
          "alpha",
          "nonnegative",
          "regScaling",
          "userRegParam",
          "itemRegParam",
          "biases",
          "center",
          "biasRegParam",
          "tolerance",
          "solver",
          "cgSteps");

  /** The number of factors of a user or an item. */
  public abstract int rank();

  /** How often both sides are solved. */
  public abstract int maxIter();

  /** λ: how strongly large factors are held back. */
  public abstract double regParam();

  /** Another seed gives other initial factors. */
  public abstract long seed();

  /**
   * Whether ratings are how often or how long something was done: a rating r is a preference, 1
   * where r is above 0 and 0 elsewhere, of confidence {@code 1 + α |r|}, and every pair without a
   * rating is a preference of 0 with confidence 1 (Hu, Koren and Volinsky 2008).
   */
  public abstract boolean implicitPrefs();

  /** α: how much of confidence a unit of implicit feedback is. */
  public abstract double alpha();

  /** Whether all factors are at least 0. */
  public abstract boolean nonnegative();

  public abstract RegScaling regScaling();

  /** λ of users where it is not {@link #regParam}. */
  public abstract @Nullable Double userRegParam();

  /** λ of items where it is not {@link #regParam}. */
  public abstract @Nullable Double itemRegParam();

  /** Whether every user and every item has a number of its own that is added to its ratings. */
  public abstract boolean biases();

  /** Whether the mean of the ratings is a part of every prediction that is not regularized. */
  public abstract boolean center();

  /** λ of biases where it is not that of their side. */
  public abstract @Nullable Double biasRegParam();

  /** Training ends when an iteration lowers the objective by less than this share of it. */
  public abstract double tolerance();

  /** How the equations of a row are solved. */
  public abstract Solver solver();

  /** The steps for a row and half-step of {@link Solver#cg}. */
  public abstract int cgSteps();

  /** λ of one side. */
  public final double regParam(Side side) {
    Double own = side == Side.USER ? userRegParam() : itemRegParam();
    return own == null ? regParam() : own;
  }

  /**
   * The numbers that are stored of an id, so that the product of two rows is the prediction: its
   * {@link #rank} factors; with {@link #center} or {@link #biases} one that users have and that is
   * 1 of every item, the mean and the bias of the user; with biases one that is 1 of every user,
   * the bias of the item.
   */
  public final int columns() {
    return rank() + (biases() ? 2 : center() ? 1 : 0);
  }

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

  public AlsParameters withImplicitPrefs(boolean implicitPrefs) {
    return toBuilder().setImplicitPrefs(implicitPrefs).build();
  }

  /**
   * @param alpha finite, above 0; matters to implicit feedback alone
   */
  public AlsParameters withAlpha(double alpha) {
    checkArgument(
        alpha > 0 && Double.isFinite(alpha), "alpha=%s: expected a finite number above 0", alpha);
    return toBuilder().setAlpha(alpha).build();
  }

  public AlsParameters withNonnegative(boolean nonnegative) {
    return toBuilder().setNonnegative(nonnegative).build();
  }

  public AlsParameters withRegScaling(RegScaling regScaling) {
    return toBuilder().setRegScaling(regScaling).build();
  }

  /**
   * @param regParam finite, at least 0; or null for {@link #regParam}
   */
  public AlsParameters withUserRegParam(@Nullable Double regParam) {
    return toBuilder().setUserRegParam(atLeastZero("userRegParam", regParam)).build();
  }

  /**
   * @param regParam finite, at least 0; or null for {@link #regParam}
   */
  public AlsParameters withItemRegParam(@Nullable Double regParam) {
    return toBuilder().setItemRegParam(atLeastZero("itemRegParam", regParam)).build();
  }

  public AlsParameters withBiases(boolean biases) {
    return toBuilder().setBiases(biases).build();
  }

  public AlsParameters withCenter(boolean center) {
    return toBuilder().setCenter(center).build();
  }

  /**
   * @param regParam finite, above 0; or null for that of the side
   */
  public AlsParameters withBiasRegParam(@Nullable Double regParam) {
    checkArgument(
        regParam == null || (regParam > 0 && Double.isFinite(regParam)),
        "biasRegParam=%s: expected a finite number above 0",
        regParam);
    return toBuilder().setBiasRegParam(regParam).build();
  }

  /**
   * @param tolerance from 0, which never ends a training before its {@link #maxIter}, to below 1
   */
  public AlsParameters withTolerance(double tolerance) {
    checkArgument(
        tolerance >= 0 && tolerance < 1,
        "tolerance=%s: expected a number from 0 to below 1",
        tolerance);
    return toBuilder().setTolerance(tolerance).build();
  }

  public AlsParameters withSolver(Solver solver) {
    return toBuilder().setSolver(solver).build();
  }

  /**
   * @param cgSteps at least 1; matters to {@link Solver#cg} alone
   */
  public AlsParameters withCgSteps(int cgSteps) {
    checkArgument(cgSteps >= 1, "cgSteps=%s: expected at least 1", cgSteps);
    return toBuilder().setCgSteps(cgSteps).build();
  }

  private static @Nullable Double atLeastZero(String name, @Nullable Double value) {
    checkArgument(
        value == null || (value >= 0 && Double.isFinite(value)),
        "%s=%s: expected a finite number of at least 0",
        name,
        value);
    return value;
  }

  /**
   * Checks the parameters against each other.
   *
   * @return this
   * @throws IllegalArgumentException naming two that do not fit
   */
  public AlsParameters checkTogether() {
    for (boolean explicitOnly : new boolean[] {biases(), center()}) {
      checkArgument(
          !(explicitOnly && implicitPrefs()),
          "implicitPrefs with %s: preferences are 0 and 1 and have no mean to subtract; expected"
              + " one of the two",
          biases() ? "biases" : "center");
      checkArgument(
          !(explicitOnly && nonnegative()),
          "nonnegative with %s: what is left of a rating is below 0 as often as above; expected"
              + " one of the two",
          biases() ? "biases" : "center");
    }
    checkArgument(
        !(nonnegative() && solver() == Solver.cg),
        "nonnegative with solver=cg: its steps lead below 0; expected solver=cholesky");
    checkArgument(
        biasRegParam() == null || biases(),
        "biasRegParam=%s: expected with biases",
        biasRegParam());
    checkArgument(
        biasRegParam() == null || (regParam(Side.USER) > 0 && regParam(Side.ITEM) > 0),
        "biasRegParam=%s: expected with a regParam above 0",
        biasRegParam());
    checkArgument(
        !biases() || rank() < NormalEquations.MAX_RANK,
        "rank=%s: expected 1 to %s with biases",
        rank(),
        NormalEquations.MAX_RANK - 1);
    return this;
  }

  /**
   * Checks whether a training with these can go on from a model.
   *
   * @param initial the parameters of the model, or null where it does not tell them
   * @param columns the numbers that the model stores of an id
   * @throws IllegalArgumentException naming the parameter that differs
   */
  public void checkInitial(@Nullable AlsParameters initial, int columns) {
    if (initial != null) {
      for (String name : List.of("rank", "implicitPrefs", "nonnegative", "biases", "center")) {
        Object theirs = initial.toMap().get(name);
        Object ours = toMap().get(name);
        checkArgument(
            ours != null && ours.equals(theirs),
            "was trained with %s=%s; expected %s=%s as here",
            name,
            theirs,
            name,
            ours);
      }
    }
    checkArgument(
        columns == columns(),
        "has %s numbers of an id; expected %s as rank=%s",
        columns,
        columns(),
        rank());
  }

  /** The names of all parameters. */
  public static List<String> names() {
    return NAMES;
  }

  /** All parameters by their names, but for those that follow another as they are not given. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("rank", rank());
    map.put("maxIter", maxIter());
    map.put("regParam", regParam());
    map.put("seed", seed());
    map.put("implicitPrefs", implicitPrefs());
    map.put("alpha", alpha());
    map.put("nonnegative", nonnegative());
    map.put("regScaling", regScaling().name());
    putGiven(map, "userRegParam", userRegParam());
    putGiven(map, "itemRegParam", itemRegParam());
    map.put("biases", biases());
    map.put("center", center());
    putGiven(map, "biasRegParam", biasRegParam());
    map.put("tolerance", tolerance());
    map.put("solver", solver().name());
    map.put("cgSteps", cgSteps());
    return map;
  }

  private static void putGiven(Map<String, Object> map, String name, @Nullable Double value) {
    if (value != null) {
      map.put(name, value);
    }
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
      case "implicitPrefs":
        return withImplicitPrefs(flag(name, value));
      case "alpha":
        return withAlpha(number(name, value).doubleValue());
      case "nonnegative":
        return withNonnegative(flag(name, value));
      case "regScaling":
        return withRegScaling(oneOf(RegScaling.class, name, value));
      case "userRegParam":
        return withUserRegParam(number(name, value).doubleValue());
      case "itemRegParam":
        return withItemRegParam(number(name, value).doubleValue());
      case "biases":
        return withBiases(flag(name, value));
      case "center":
        return withCenter(flag(name, value));
      case "biasRegParam":
        return withBiasRegParam(number(name, value).doubleValue());
      case "tolerance":
        return withTolerance(number(name, value).doubleValue());
      case "solver":
        return withSolver(oneOf(Solver.class, name, value));
      case "cgSteps":
        return withCgSteps(whole(name, value, Integer.MAX_VALUE).intValue());
      default:
        throw new IllegalArgumentException(
            name + ": no such parameter; expected one of " + String.join(", ", names()));
    }
  }

  private static boolean flag(String name, Object value) {
    checkArgument(value instanceof Boolean, "%s=%s: expected true or false", name, value);
    return (Boolean) value;
  }

  private static <E extends Enum<E>> E oneOf(Class<E> type, String name, Object value) {
    E[] all = type.getEnumConstants();
    for (E one : all) {
      if (one.name().equals(value.toString())) {
        return one;
      }
    }
    throw new IllegalArgumentException(
        String.format("%s=%s: expected one of %s", name, value, Arrays.toString(all)));
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

    abstract Builder setImplicitPrefs(boolean implicitPrefs);

    abstract Builder setAlpha(double alpha);

    abstract Builder setNonnegative(boolean nonnegative);

    abstract Builder setRegScaling(RegScaling regScaling);

    abstract Builder setUserRegParam(@Nullable Double regParam);

    abstract Builder setItemRegParam(@Nullable Double regParam);

    abstract Builder setBiases(boolean biases);

    abstract Builder setCenter(boolean center);

    abstract Builder setBiasRegParam(@Nullable Double regParam);

    abstract Builder setTolerance(double tolerance);

    abstract Builder setSolver(Solver solver);

    abstract Builder setCgSteps(int cgSteps);

    abstract AlsParameters build();
  }
}
