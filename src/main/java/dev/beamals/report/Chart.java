package dev.beamals.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A chart of a page, drawn by {@code report.js}, and a table of the same numbers for those who do
 * not see it.
 *
 * @param id of its canvas
 * @param text what it shows, in a sentence
 * @param scale of the vertical axis
 * @param labels of the places on the horizontal axis
 */
record Chart(
    String id,
    String title,
    String text,
    String xTitle,
    String yTitle,
    Scale scale,
    List<String> labels,
    List<Series> series) {

  /** How the vertical axis is divided. */
  enum Scale {
    linear,
    log,
    percent
  }

  /** How a series is drawn. */
  enum Form {
    bars,
    line
  }

  /**
   * @param values for each label one; NaN where there is none
   * @param errors for each its standard error, or null
   */
  record Series(String name, Form form, double[] values, double @Nullable [] errors) {}

  private String text(double value) {
    return scale == Scale.percent && Double.isFinite(value) ? Text.percent(value) : Text.of(value);
  }

  /** The same numbers. */
  public Table table() {
    List<String> columns = new ArrayList<>(List.of(xTitle));
    for (Series one : series) {
      columns.add("#" + one.name());
      if (one.errors() != null) {
        columns.add("#± standard error");
      }
    }
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      List<String> row = new ArrayList<>(List.of(labels.get(i)));
      for (Series one : series) {
        row.add(text(one.values()[i]));
        if (one.errors() != null) {
          row.add(text(one.errors()[i]));
        }
      }
      rows.add(row);
    }
    return Table.of(yTitle, columns, rows);
  }

  /** What is drawn, as JSON has it: numbers that are not finite are null. */
  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", id);
    map.put("xTitle", xTitle);
    map.put("yTitle", yTitle);
    map.put("scale", scale.name());
    map.put("labels", labels.stream().map(Text::cut).toList());
    List<Object> all = new ArrayList<>();
    for (Series one : series) {
      Map<String, @Nullable Object> entry = new LinkedHashMap<>();
      entry.put("name", one.name());
      entry.put("form", one.form().name());
      entry.put("values", finite(one.values()));
      if (one.errors() != null) {
        entry.put("errors", finite(one.errors()));
      }
      all.add(entry);
    }
    map.put("series", all);
    return map;
  }

  private static List<@Nullable Double> finite(double[] values) {
    List<@Nullable Double> all = new ArrayList<>();
    for (double value : values) {
      all.add(Double.isFinite(value) ? value : null);
    }
    return all;
  }
}
