package dev.beamals.pipelines;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.TrainingSummary;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The trials of a tuning and what came of them: as it is printed, and as it is saved. */
final class TrialTable {
  private static final int MOST_WIDTH = 24;

  private final List<Trial> trials;
  private final List<String> names;
  private final Metric metric;
  private final TuneOptions options;
  private final List<TrialResult> results = new ArrayList<>();

  /**
   * @param names of the parameters that vary
   */
  TrialTable(List<Trial> trials, List<String> names, Metric metric, TuneOptions options) {
    this.trials = trials;
    this.names = names;
    this.metric = metric;
    this.options = options;
  }

  List<Trial> trials() {
    return trials;
  }

  /** What trials are compared by. */
  Metric metric() {
    return metric;
  }

  /** The trial whose result is to be added next, or null after the last. */
  @Nullable Trial next() {
    return results.size() < trials.size() ? trials.get(results.size()) : null;
  }

  /** Adds what came of {@link #next}. */
  void add(TrialResult result) {
    results.add(result);
  }

  /** The best, of equal ones the first; null where none can be judged. */
  @Nullable TrialResult best() {
    TrialResult best = null;
    double least = Double.NaN;
    for (TrialResult result : results) {
      double value = value(result) * (metric.isError() ? 1 : -1);
      if (!Double.isNaN(value) && !(value >= least)) {
        best = result;
        least = value;
      }
    }
    return best;
  }

  private double value(TrialResult result) {
    if (result.failure() != null) {
      return Double.NaN;
    }
    Object value = figures(result).get(metric.toString());
    return value instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  /** The figures of the validation rows, by name; none where the trial failed. */
  private Map<String, Number> figures(TrialResult result) {
    Map<String, Number> figures = new LinkedHashMap<>();
    if (result.ratings() != null) {
      figures.putAll(
          new Figures(result.ratings(), options.getColdStartStrategy(), isImplicit(result))
              .toMap());
    }
    if (result.ranking() != null) {
      figures.putAll(Ranking.toMap(result.ranking()));
    }
    return figures;
  }

  private static boolean isImplicit(TrialResult result) {
    AlsParameters parameters = result.trial().parameters();
    return parameters != null && parameters.implicitPrefs();
  }

  /** The names of what is printed of every trial, a line. */
  String header() {
    StringBuilder line = new StringBuilder("trial");
    for (int i = 0; i < names.size(); i++) {
      line.append("  ").append(pad(names.get(i), width(i)));
    }
    return line.append("  iterations     objective  ")
        .append(pad(metric.toString(), 10))
        .toString();
  }

  /** What came of a trial, a line below {@link #header}. */
  String line(TrialResult result) {
    StringBuilder line = new StringBuilder(String.format("%5d", result.trial().number()));
    for (int i = 0; i < names.size(); i++) {
      line.append("  ").append(pad(text(result.trial(), names.get(i)), width(i)));
    }
    TrainingSummary summary = result.summary();
    if (result.failure() != null || summary == null) {
      return line.append("  failed: ").append(result.failure()).toString();
    }
    return line.append(
            String.format(
                Locale.ROOT,
                "  %10d  %12.6g  %10.4f",
                summary.iterations(),
                objective(summary),
                value(result)))
        .toString();
  }

  private static double objective(TrainingSummary summary) {
    List<TrainingSummary.HalfStep> halfSteps = summary.halfSteps();
    return halfSteps.get(halfSteps.size() - 1).objective();
  }

  private static String text(Trial trial, String name) {
    return String.valueOf(trial.values().get(name));
  }

  private int width(int column) {
    int width = names.get(column).length();
    for (Trial trial : trials) {
      width = Math.max(width, text(trial, names.get(column)).length());
    }
    return Math.min(width, MOST_WIDTH);
  }

  private static String pad(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }

  /** All trials with their figures, a row each. */
  String toCsv() {
    StringWriter text = new StringWriter();
    List<String> figures = new ArrayList<>();
    for (TrialResult result : results) {
      for (String figure : figures(result).keySet()) {
        if (!figures.contains(figure)) {
          figures.add(figure);
        }
      }
    }
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      List<String> header = new ArrayList<>();
      header.add("trial");
      header.addAll(names);
      header.add("iterations");
      header.add("objective");
      header.addAll(figures);
      header.add("failure");
      csv.writeRecord(header);
      for (TrialResult result : results) {
        List<@Nullable String> row = new ArrayList<>();
        row.add(Integer.toString(result.trial().number()));
        names.forEach(name -> row.add(text(result.trial(), name)));
        TrainingSummary summary = result.summary();
        row.add(summary == null ? "" : Integer.toString(summary.iterations()));
        row.add(summary == null ? "" : Double.toString(objective(summary)));
        Map<String, Number> known = figures(result);
        for (String figure : figures) {
          row.add(known.containsKey(figure) ? String.valueOf(known.get(figure)) : "");
        }
        row.add(result.failure() == null ? "" : result.failure());
        csv.writeRecord(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /** All trials with all their parameters, and which was the best. */
  String toJson() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("metric", metric.toString());
    TrialResult best = best();
    json.put("best", best == null ? null : best.trial().number());
    List<Object> all = new ArrayList<>();
    for (TrialResult result : results) {
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      row.put("trial", result.trial().number());
      AlsParameters parameters = result.trial().parameters();
      row.put("parameters", parameters == null ? result.trial().values() : parameters.toMap());
      if (result.failure() != null) {
        row.put("failure", result.failure());
      }
      TrainingSummary summary = result.summary();
      if (summary != null) {
        row.put("iterations", summary.iterations());
        row.put("objective", objective(summary));
        Map<String, @Nullable Number> validation = new LinkedHashMap<>();
        figures(result)
            .forEach(
                (name, value) ->
                    validation.put(name, Double.isFinite(value.doubleValue()) ? value : null));
        row.put("validation", validation);
      }
      all.add(row);
    }
    json.put("trials", all);
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
