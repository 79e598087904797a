package dev.beamals.csv;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.beamals.csv.CsvFile.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a file of JSON looks like, by how it begins.
 *
 * @param kind {@link Kind#JSON_LINES} or {@link Kind#JSON}
 * @param names the fields of its first objects, in the order in which they come
 */
record JsonFields(Kind kind, List<String> names) {
  /** How much of a file is looked at. */
  private static final int SAMPLE = 1 << 20;

  private static final Pattern NAME =
      Pattern.compile(".*\\.(json|jsonl|ndjson)([.](gz|bz2|zst|zip))?");
  private static final Pattern BEGINS =
      Pattern.compile("\\s*(\\[\\s*(\\{.*)?|\\{\\s*(\"|\\}).*)", Pattern.DOTALL);

  /**
   * Looks at a file.
   *
   * @return null where it is none of JSON, by its name and its begin
   */
  static @Nullable JsonFields of(String file) throws IOException {
    try (InputStream in = Channels.newInputStream(Packing.open(file))) {
      byte[] begin = in.readNBytes(1024);
      String text = new String(begin, StandardCharsets.UTF_8).replaceFirst("^\uFEFF", "");
      boolean named = NAME.matcher(file.toLowerCase(Locale.ROOT)).matches();
      if (text.isBlank() || (!named && !BEGINS.matcher(text).matches())) {
        return null;
      }
      byte[] more = in.readNBytes(SAMPLE);
      byte[] sample = Arrays.copyOf(begin, begin.length + more.length);
      System.arraycopy(more, 0, sample, begin.length, more.length);
      return new JsonFields(kind(sample), names(sample));
    }
  }

  /** Lines, if the first that is not blank is an object. */
  private static Kind kind(byte[] begin) {
    int from = 0;
    if (begin.length > 2 && begin[0] == (byte) 0xEF) {
      from = 3; // a mark
    }
    while (from < begin.length && begin[from] >= 0 && begin[from] <= ' ') {
      from++;
    }
    int to = from;
    while (to < begin.length && begin[to] != '\n') {
      to++;
    }
    JsonLine line = new JsonLine(new CsvLine(0), List.of());
    return line.read(begin, from, to) == null ? Kind.JSON_LINES : Kind.JSON;
  }

  private static List<String> names(byte[] begin) {
    Set<String> names = new LinkedHashSet<>();
    try (JsonParser parser = JsonLine.JSON.createParser(new ByteArrayInputStream(begin))) {
      int depth = 0;
      int objects = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.START_ARRAY && depth == 0 && objects == 0) {
          continue; // of all rows
        }
        if (token.isStructStart()) {
          depth++;
          objects += depth == 1 ? 1 : 0;
        } else if (token.isStructEnd()) {
          depth--;
        } else if (token == JsonToken.FIELD_NAME && depth == 1) {
          names.add(parser.currentName());
        }
      }
    } catch (IOException e) {
      // It ends where the sample does, or a row cannot be read.
    }
    return new ArrayList<>(names);
  }
}
