package dev.beamals.pipelines;

import dev.beamals.als.AlsParameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One of the trainings that are compared.
 *
 * @param number from 1
 * @param values of the parameters that vary
 * @param parameters all of them, or null where they do not fit together
 * @param misfit why they do not, or null
 */
record Trial(
    int number,
    Map<String, Object> values,
    @Nullable AlsParameters parameters,
    @Nullable String misfit) {

  /**
   * The trials of a grid.
   *
   * @param base the parameters that do not vary
   * @throws UsageException where a value is out of its parameter's range
   */
  static List<Trial> of(List<Map<String, Object>> grid, AlsParameters base) {
    List<Trial> trials = new ArrayList<>();
    for (Map<String, Object> values : grid) {
      AlsParameters parameters = base;
      for (Map.Entry<String, Object> value : values.entrySet()) {
        try {
          parameters = parameters.with(value.getKey(), value.getValue());
        } catch (IllegalArgumentException e) {
          throw new UsageException("--" + e.getMessage());
        }
      }
      try {
        trials.add(new Trial(trials.size() + 1, values, parameters.checkTogether(), null));
      } catch (IllegalArgumentException e) {
        trials.add(new Trial(trials.size() + 1, values, null, e.getMessage()));
      }
    }
    return trials;
  }

  /** What its step of the pipeline is called, as {@code Trial-007}. */
  String step() {
    return String.format("Trial-%03d", number);
  }

  /** The flags of {@code train} that give its parameters. */
  Map<String, String> flags() {
    Map<String, String> flags = new LinkedHashMap<>();
    values.forEach((name, value) -> flags.put(name, value.toString()));
    return flags;
  }

  /** What it tries, in words: {@code rank=10 regParam=0.1}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (name, value) -> text.append(text.length() == 0 ? "" : " ").append(name + "=" + value));
    return text.toString();
  }
}
