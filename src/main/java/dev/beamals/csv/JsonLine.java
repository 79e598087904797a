package dev.beamals.csv;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.beamals.ids.Hashes;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads objects of JSON into the line that a CSV file would have for them.
 *
 * <p>Numbers stay as they are written. A field that is missing, or null, is empty; a list or an
 * object is its text. A text is quoted where a CSV file would have to quote it.
 */
final class JsonLine {
  static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  static {
    JSON.setCodec(new ObjectMapper(JSON)); // to copy what is nested
  }

  private final CsvLine line;
  private final Map<String, Integer> columns = new HashMap<>();
  private char[] text = new char[256];
  private int length;
  private final int[] starts;
  private final int[] ends;
  private long extra;

  /**
   * @param line Modified: what each object is read into
   * @param columns the names of the fields, in the order of the columns
   */
  JsonLine(CsvLine line, List<String> columns) {
    this.line = line;
    for (int c = 0; c < columns.size(); c++) {
      this.columns.put(columns.get(c), c);
    }
    this.starts = new int[columns.size()];
    this.ends = new int[columns.size()];
  }

  /** Reads the one object in {@code bytes[from, to)}; returns what is wrong with it, or null. */
  @Nullable String read(byte[] bytes, int from, int to) {
    extra = 0;
    try (JsonParser parser = JSON.createParser(bytes, from, to - from)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return "no object of JSON";
      }
      read(parser);
      return parser.nextToken() == null ? null : "more than an object of JSON";
    } catch (IOException e) {
      return "not JSON: " + reason(e);
    }
  }

  static String reason(IOException e) {
    return e instanceof JsonProcessingException json
        ? json.getOriginalMessage().lines().findFirst().orElse("")
        : String.valueOf(e.getMessage());
  }

  /** Reads the object that a parser has begun. */
  void read(JsonParser parser) throws IOException {
    length = 0;
    extra = 0;
    Arrays.fill(starts, 0);
    Arrays.fill(ends, 0);
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      Integer column = columns.get(name);
      int start = length;
      addValue(parser);
      if (column != null) {
        starts[column] = start;
        ends[column] = length;
      } else if (length > start) { // in any order
        extra += Hashes.mix(Hashes.of(name) + Hashes.of(new String(text, start, length - start)));
      }
    }
    line.begin();
    for (int c = 0; c < starts.length; c++) {
      int size = ends[c] - starts[c];
      line.addField(text, starts[c], size, isQuoted(starts[c], ends[c]), true);
    }
  }

  private boolean isQuoted(int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text[i];
      if (c == ',' || c == '"' || c == '\n' || c == '\r') {
        return true;
      }
    }
    return false;
  }

  private void addValue(JsonParser parser) throws IOException {
    JsonToken token = parser.nextToken();
    if (token == JsonToken.VALUE_NULL) {
      return;
    }
    if (token == JsonToken.START_ARRAY || token == JsonToken.START_OBJECT) {
      StringWriter nested = new StringWriter();
      try (JsonGenerator out = JSON.createGenerator(nested)) {
        out.copyCurrentStructure(parser);
      }
      add(nested.toString().toCharArray(), 0, nested.getBuffer().length());
    } else {
      add(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
    }
  }

  private void add(char[] from, int offset, int size) {
    if (text.length - length < size) {
      text = Arrays.copyOf(text, 2 * (length + size));
    }
    System.arraycopy(from, offset, text, length, size);
    length += size;
  }

  /** A hash of the fields of the last object that are no columns; 0 where there are none. */
  long extra() {
    return extra;
  }
}
