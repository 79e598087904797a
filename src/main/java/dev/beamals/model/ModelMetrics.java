package dev.beamals.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.beamals.RunException;
import dev.beamals.als.TrainingSummary.HalfStep;
import dev.beamals.ids.Side;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code metrics.json} says of a model: figures by name, as {@code rmse}, of each set of
 * ratings they were taken on, as {@code training} and {@code test}; and the objective of the
 * training by half-steps.
 *
 * <p>Immutable. A figure that is not a number is NaN here and null in the file.
 */
public final class ModelMetrics implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The key of {@link #objective}; no set of ratings is called so. */
  private static final String OBJECTIVE = "objective";

  private final Map<String, Map<String, Number>> sets;
  private final List<HalfStep> objective;

  private ModelMetrics(Map<String, Map<String, Number>> sets, List<HalfStep> objective) {
    this.sets = Collections.unmodifiableMap(sets);
    this.objective = List.copyOf(objective);
  }

  /** No figures. */
  public static ModelMetrics create() {
    return new ModelMetrics(new LinkedHashMap<>(), List.of());
  }

  /** Adds the figures of a set of ratings, counts as {@link Long} and others as {@link Double}. */
  public ModelMetrics with(String set, Map<String, ? extends Number> figures) {
    Map<String, Map<String, Number>> all = new LinkedHashMap<>(sets);
    all.put(set, Collections.unmodifiableMap(new LinkedHashMap<>(figures)));
    return new ModelMetrics(all, objective);
  }

  /** Adds sets of figures, as {@link #with} does. */
  public ModelMetrics withAll(Map<String, ? extends Map<String, ? extends Number>> figures) {
    ModelMetrics all = this;
    for (Map.Entry<String, ? extends Map<String, ? extends Number>> set : figures.entrySet()) {
      all = all.with(set.getKey(), set.getValue());
    }
    return all;
  }

  /** Adds the objective after every half-step of the training. */
  public ModelMetrics withObjective(List<HalfStep> halfSteps) {
    return new ModelMetrics(sets, halfSteps);
  }

  /** The objective after every half-step of the training; none where it is not told. */
  public List<HalfStep> objective() {
    return objective;
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
      if (set.getKey().equals(OBJECTIVE)) {
        metrics = metrics.withObjective(parseObjective(what, set.getValue()));
        continue;
      }
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

  private static List<HalfStep> parseObjective(String what, JsonNode json) {
    List<HalfStep> halfSteps = new ArrayList<>();
    for (JsonNode step : json) {
      String side = step.path("side").asText();
      if (!step.path("iteration").isInt()
          || !(side.equals("user") || side.equals("item"))
          || !step.path("loss").isNumber()
          || !step.path("regularization").isNumber()) {
        throw new RunException(
            what + ": objective has " + step + "; expected iteration, side, loss, regularization");
      }
      halfSteps.add(
          new HalfStep(
              step.path("iteration").asInt(),
              side.equals("user") ? Side.USER : Side.ITEM,
              step.path("loss").asDouble(),
              step.path("regularization").asDouble()));
    }
    return halfSteps;
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
    if (!objective.isEmpty()) {
      json.put(OBJECTIVE, objective.stream().map(ModelMetrics::toMap).toList());
    }
    return Json.toText(json);
  }

  private static Map<String, Object> toMap(HalfStep step) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("iteration", step.iteration());
    map.put("side", step.side().name().toLowerCase(Locale.ROOT));
    map.put("loss", step.loss());
    map.put("regularization", step.regularization());
    return map;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ModelMetrics that
        && sets.equals(that.sets)
        && objective.equals(that.objective);
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
