package dev.beamals.pipelines;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.beamals.ids.Side;
import dev.beamals.model.SavedModel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a command found, as programs read it: one JSON object. */
final class Results {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

  /** Numbers, strings, booleans, lists and maps; a number that is not finite becomes null. */
  void put(String name, @Nullable Object value) {
    values.put(name, plain(value));
  }

  /** A model: its folder, and what its manifest.json and metrics.json hold. */
  void put(SavedModel model) {
    values.put("model", model.folder());
    values.put("users", model.factors(Side.USER).rows());
    values.put("items", model.factors(Side.ITEM).rows());
    values.put(model.isMllib() ? "metadata" : "manifest", parse(model.description()));
    if (!model.metrics().toMap().isEmpty()) {
      values.put("metrics", parse(model.metrics().toString()));
    }
  }

  /** The object in a text. */
  static JsonNode parse(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Number number) {
      return Double.isFinite(number.doubleValue()) ? number : null;
    } else if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> all = new LinkedHashMap<>();
      map.forEach((name, one) -> all.put(String.valueOf(name), plain(one)));
      return all;
    } else if (value instanceof Collection<?> list) {
      List<@Nullable Object> all = new ArrayList<>();
      list.forEach(one -> all.add(plain(one)));
      return all;
    }
    return value;
  }

  @Override
  public String toString() {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(values);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
