package dev.beamals.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.beamals.RunException;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code metrics.json} says of a model: figures by name, as {@code rmse}, of each set of
 * ratings they were taken on, as {@code training} and {@code test}.
 *
 * <p>Immutable. A figure that is not a number is NaN here and null in the file.
 */
public final class ModelMetrics implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Map<String, Map<String, Number>> sets;

  private ModelMetrics(Map<String, Map<String, Number>> sets) {
    this.sets = Collections.unmodifiableMap(sets);
  }

  /** No figures. */
  public static ModelMetrics create() {
    return new ModelMetrics(new LinkedHashMap<>());
  }

  /** Adds the figures of a set of ratings, counts as {@link Long} and others as {@link Double}. */
  public ModelMetrics with(String set, Map<String, ? extends Number> figures) {
    Map<String, Map<String, Number>> all = new LinkedHashMap<>(sets);
    all.put(set, Collections.unmodifiableMap(new LinkedHashMap<>(figures)));
    return new ModelMetrics(all);
  }

  /** The figures of each set of ratings. */
  public Map<String, Map<String, Number>> toMap() {
    return sets;
  }

  /**
   * @param what is read, for the message
   * @throws RunException if it does not hold sets of figures
   */
  static ModelMetrics parse(String what, JsonNode json) {
    ModelMetrics metrics = create();
    for (Map.Entry<String, JsonNode> set : json.properties()) {
      Map<String, Number> figures = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> figure : set.getValue().properties()) {
        JsonNode value = figure.getValue();
        if (!value.isNumber() && !value.isNull()) {
          throw new RunException(
              String.format("%s: %s is %s; expected a number", what, figure.getKey(), value));
        }
        // In one expression with the others, Java would make the count a double.
        Number number =
            value.isIntegralNumber()
                ? (Number) value.asLong()
                : (Number) value.asDouble(Double.NaN);
        figures.put(figure.getKey(), number);
      }
      metrics = metrics.with(set.getKey(), figures);
    }
    return metrics;
  }

  String toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    sets.forEach(
        (set, figures) -> {
          Map<String, @Nullable Number> finite = new LinkedHashMap<>();
          figures.forEach(
              (name, value) ->
                  finite.put(name, Double.isFinite(value.doubleValue()) ? value : null));
          json.put(set, finite);
        });
    return Json.toText(json);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ModelMetrics && sets.equals(((ModelMetrics) other).sets);
  }

  @Override
  public int hashCode() {
    return sets.hashCode();
  }

  /** As in the file. */
  @Override
  public String toString() {
    return toJson();
  }
}
