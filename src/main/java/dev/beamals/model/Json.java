package dev.beamals.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.beamals.RunException;
import dev.beamals.files.FileDigest;
import java.util.HexFormat;
import java.util.Map;

/** The JSON of a model's files. */
final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  /**
   * Reads an object.
   *
   * @param what the text is, for the message
   * @throws RunException if it is cut off, or something else
   */
  static JsonNode parse(String what, String text) {
    try {
      JsonNode json = MAPPER.readTree(text);
      if (json != null && json.isObject()) {
        return json;
      }
    } catch (JsonProcessingException e) {
      // The same message.
    }
    throw new RunException(what + " is not whole JSON");
  }

  /** SHA-256 of what an object says, in hexadecimal, whatever its layout and the order of keys. */
  static String digest(JsonNode object) {
    try {
      byte[] text =
          MAPPER
              .writer(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
              .writeValueAsBytes(toMap(object));
      return HexFormat.of().formatHex(FileDigest.newSha256().digest(text));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not of JSON's types: " + object, e);
    }
  }

  /** Numbers, strings, booleans, lists and maps as they are in Java. */
  static Map<?, ?> toMap(JsonNode object) {
    return MAPPER.convertValue(object, Map.class);
  }

  static String toLine(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not of JSON's types: " + value, e);
    }
  }

  /** As {@link #toLine}, over many lines for people. */
  static String toText(Object value) {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not of JSON's types: " + value, e);
    }
  }
}
