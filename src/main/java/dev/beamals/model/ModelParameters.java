package dev.beamals.model;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a model was made with, under the names of the parameters: those of ALS, and the columns and
 * the format of the files. A model need not tell all of them.
 */
public final class ModelParameters implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Map<String, @Nullable Object> values;

  private ModelParameters(Map<String, @Nullable Object> values) {
    this.values = Collections.unmodifiableMap(values);
  }

  /**
   * @param values in the order in which they are saved; null for what was left open
   */
  public static ModelParameters of(Map<String, ? extends @Nullable Object> values) {
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    // Saved and read again they are equal: JSON does not tell an int from a long.
    values.forEach(
        (name, value) -> copy.put(name, value instanceof Integer i ? (Long) (long) i : value));
    return new ModelParameters(copy);
  }

  /** All of them, by name. */
  public Map<String, @Nullable Object> toMap() {
    return values;
  }

  /** A parameter that is a text, as {@code userCol}; null where it is not told. */
  public @Nullable String text(String name) {
    return values.get(name) instanceof String text ? text : null;
  }

  /** A parameter that is a list of texts, as {@code nullValues}; null where it is not told. */
  public @Nullable List<String> texts(String name) {
    return values.get(name) instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : null;
  }

  /** A parameter that is true or false, as {@code header}; null where it is not told. */
  public @Nullable Boolean flag(String name) {
    return values.get(name) instanceof Boolean flag ? flag : null;
  }

  /** A parameter that is a number, as {@code regParam}; null where it is not told. */
  public @Nullable Double number(String name) {
    return values.get(name) instanceof Number number ? number.doubleValue() : null;
  }

  /** The number of factors of an id, which every model of ours tells. */
  int rank() {
    Double rank = number("rank");
    if (rank == null) {
      throw new IllegalArgumentException("rank: missing");
    }
    return rank.intValue();
  }

  /**
   * The numbers that are stored of an id: its factors, and what {@link
   * dev.beamals.als.AlsParameters#columns} adds to them.
   */
  int columns() {
    boolean biases = Boolean.TRUE.equals(flag("biases"));
    return rank() + (biases ? 2 : Boolean.TRUE.equals(flag("center")) ? 1 : 0);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ModelParameters && values.equals(((ModelParameters) other).values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
