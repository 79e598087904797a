package dev.beamals.pipelines;

import dev.beamals.als.ColdPairs;
import dev.beamals.evaluation.RatingComparison;
import dev.beamals.evaluation.RatingMetrics;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The figures that a person is told.
 *
 * <p>With {@code coldStartStrategy=nan}, as with Spark MLlib, a single cold row makes MAE, RMSE and
 * R² NaN.
 *
 * @param preferences whether predictions were compared with preferences and not with ratings
 * @param beside the same figures of baselines, or null
 */
record Figures(
    RatingMetrics metrics,
    TrainOptions.ColdStartStrategy coldStartStrategy,
    boolean preferences,
    @Nullable RatingComparison beside) {
  /** Figures without baselines. */
  Figures(
      RatingMetrics metrics,
      TrainOptions.ColdStartStrategy coldStartStrategy,
      boolean preferences) {
    this(metrics, coldStartStrategy, preferences, null);
  }

  private boolean unknown() {
    return coldStartStrategy == TrainOptions.ColdStartStrategy.nan && metrics.cold() > 0;
  }

  double mae() {
    return unknown() ? Double.NaN : metrics.mae();
  }

  double rmse() {
    return unknown() ? Double.NaN : metrics.rmse();
  }

  double r2() {
    return unknown() ? Double.NaN : metrics.r2();
  }

  /** By name, as they are saved with a model. */
  Map<String, Number> toMap() {
    Map<String, Number> figures = new LinkedHashMap<>();
    figures.put("mae", mae());
    figures.put("rmse", rmse());
    figures.put("r2", r2());
    figures.put("count", metrics.count());
    figures.put("coverage", metrics.coverage());
    return figures;
  }

  /** The sets of figures that are saved with a model, by the name of the part they are of. */
  Map<String, Map<String, Number>> toMaps(String part) {
    Map<String, Map<String, Number>> maps = new LinkedHashMap<>();
    maps.put(part, toMap());
    if (beside != null) {
      maps.put(part + "ByBiases", toMap(beside.biases()));
      maps.put(part + "ByMean", toMap(beside.mean()));
    }
    return maps;
  }

  private static Map<String, Number> toMap(RatingMetrics baseline) {
    Map<String, Number> figures = new LinkedHashMap<>();
    figures.put("mae", baseline.mae());
    figures.put("rmse", baseline.rmse());
    figures.put("r2", baseline.r2());
    return figures;
  }

  /**
   * Prints the rest of a line that tells the rows, and the figures.
   *
   * @param always whether the coverage is told though nothing is cold
   */
  void print(PrintStream out, boolean always) {
    if (always || metrics.cold() + metrics.baseline() > 0) {
      long cold = metrics.coldPairs().total();
      out.printf(
          Locale.ROOT,
          " (%,d %s %s cold%s: coverage %.2f %%%s)",
          cold,
          metrics.baseline() > 0 ? "of them" : "more",
          cold == 1 ? "is" : "are",
          metrics.baseline() > 0 ? " and predicted by the baseline" : "",
          100 * metrics.coverage(),
          cold > 0 ? "; " + describe(metrics.coldPairs()) : "");
    }
    out.printf("%s%n", preferences ? ", against preferences: 1 where the rating is above 0" : "");
    print(out, "MAE ", mae(), RatingMetrics::mae);
    print(out, "RMSE", rmse(), RatingMetrics::rmse);
    if (!preferences) { // all that are preferred are equal, and R2 is of what differs
      print(out, "R2  ", r2(), RatingMetrics::r2);
    }
    if (beside != null) {
      out.print(worse(rmse(), beside.biases().rmse(), beside.mean().rmse()));
    }
  }

  /** What some cold pairs lack, in a few words. */
  static String describe(ColdPairs cold) {
    return String.format(
        Locale.ROOT,
        "no factors for the user: %,d, for the item: %,d, for both: %,d",
        cold.users(),
        cold.items(),
        cold.both());
  }

  /** Says where the RMSE of a model is larger than that of a baseline; else nothing. */
  static String worse(double model, double biases, double mean) {
    if (!(model > biases || model > mean)) {
      return "";
    }
    return String.format(
        "The model predicts worse than %s (RMSE).%n",
        model > mean
            ? "the mean of the training ratings"
            : "the mean with the biases of users and items");
  }

  private void print(
      PrintStream out, String name, double value, ToDoubleFunction<RatingMetrics> figure) {
    out.printf(Locale.ROOT, "%s = %.4f", name, value);
    if (beside != null) {
      out.printf(
          Locale.ROOT,
          " (mean and biases %.4f, mean %.4f)",
          figure.applyAsDouble(beside.biases()),
          figure.applyAsDouble(beside.mean()));
    }
    out.println();
  }
}
