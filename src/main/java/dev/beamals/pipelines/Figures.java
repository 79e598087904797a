package dev.beamals.pipelines;

import dev.beamals.evaluation.RatingMetrics;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The figures that a person is told.
 *
 * <p>With {@code coldStartStrategy=nan}, as with Spark MLlib, a single cold row makes MAE, RMSE and
 * R² NaN.
 *
 * @param preferences whether predictions were compared with preferences and not with ratings
 */
record Figures(
    RatingMetrics metrics, TrainOptions.ColdStartStrategy coldStartStrategy, boolean preferences) {
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

  /**
   * Prints the rest of a line that tells the rows, and the figures.
   *
   * @param always whether the coverage is told though nothing is cold
   */
  void print(PrintStream out, boolean always) {
    if (always || metrics.cold() + metrics.baseline() > 0) {
      out.printf(
          Locale.ROOT,
          " (%,d %s cold%s: coverage %.2f %%)",
          metrics.cold() + metrics.baseline(),
          metrics.baseline() > 0 ? "of them are" : "more are",
          metrics.baseline() > 0 ? " and predicted by the baseline" : "",
          100 * metrics.coverage());
    }
    out.printf("%s%n", preferences ? ", against preferences: 1 where the rating is above 0" : "");
    out.printf(Locale.ROOT, "MAE  = %.4f%nRMSE = %.4f%n", mae(), rmse());
    if (!preferences) { // all that are preferred are equal, and R2 is of what differs
      out.printf(Locale.ROOT, "R2   = %.4f%n", r2());
    }
  }
}
