package dev.beamals.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.beamals.RunException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What {@code trials.json} says of the trials that a model was chosen from.
 *
 * @param metric the figure that they were judged by
 * @param best the number of the best trial, or null where it does not tell
 */
public record Tuning(String metric, @Nullable Integer best, List<Trial> trials) {

  /** Takes a copy. */
  public Tuning {
    trials = List.copyOf(trials);
  }

  /**
   * A trial.
   *
   * @param parameters by their names
   * @param iterations that were done, or null where it failed
   * @param figures of the validation rows, by their names
   * @param failure why there are none, or null
   */
  public record Trial(
      int number,
      Map<String, String> parameters,
      @Nullable Integer iterations,
      Map<String, Double> figures,
      @Nullable String failure) {
    /** Takes copies. */
    public Trial {
      parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
      figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    }
  }

  /** The parameters that are not the same in all trials. */
  public List<String> varied() {
    Set<String> names = new TreeSet<>();
    trials.forEach(trial -> names.addAll(trial.parameters().keySet()));
    names.removeIf(
        name ->
            trials.stream()
                    .map(trial -> trial.parameters().getOrDefault(name, ""))
                    .distinct()
                    .count()
                < 2);
    return List.copyOf(names);
  }

  /**
   * @param file what is read, for the message
   * @throws RunException if it does not hold trials
   */
  static Tuning parse(String file, String text) {
    JsonNode json;
    try {
      json = new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new RunException(file + ": not whole JSON", e);
    }
    if (!json.path("metric").isTextual() || !json.path("trials").isArray()) {
      throw new RunException(file + ": has no metric and trials; expected those of als tune");
    }
    List<Trial> trials = new ArrayList<>();
    for (JsonNode trial : json.path("trials")) {
      Map<String, String> parameters = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> parameter : trial.path("parameters").properties()) {
        if (!parameter.getValue().isNull()) {
          parameters.put(parameter.getKey(), parameter.getValue().asText());
        }
      }
      Map<String, Double> figures = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> figure : trial.path("validation").properties()) {
        figures.put(figure.getKey(), figure.getValue().asDouble(Double.NaN));
      }
      trials.add(
          new Trial(
              trial.path("trial").asInt(),
              parameters,
              trial.path("iterations").isInt() ? trial.path("iterations").asInt() : null,
              figures,
              trial.path("failure").isTextual() ? trial.path("failure").asText() : null));
    }
    return new Tuning(
        json.path("metric").asText(),
        json.path("best").isInt() ? json.path("best").asInt() : null,
        trials);
  }
}
