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
 */
record Figures(RatingMetrics metrics, TrainOptions.ColdStartStrategy coldStartStrategy) {
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

  void print(PrintStream out) {
    out.printf(Locale.ROOT, "MAE  = %.4f%nRMSE = %.4f%nR2   = %.4f%n", mae(), rmse(), r2());
  }
}
