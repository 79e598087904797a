package dev.beamals.csv;

import dev.beamals.ids.Hashes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits one line of CSV into fields, in place where no field is quoted.
 *
 * <p>RFC 4180 less one thing: a line end always ends a record, so that a file can be read from any
 * byte on. A field that begins with a quote is quoted, two quotes inside stand for one, and the
 * closing quote ends the field. A quote anywhere else is a character like any other.
 */
final class CsvLine {
  /** What is wrong with a line on which a quoted field begins that does not end there. */
  static final String OPEN_QUOTE = "a quoted field that does not end on its line";

  private final byte delimiter;
  private final int[] starts;
  private final int[] ends;
  private int count;
  private byte[] bytes = {};
  private byte[] unquoted = {};
  private int next;
  private boolean nul;
  private boolean ambiguous;
  private @Nullable String defect;

  /**
   * @param maxFields fields past these are counted, not kept
   */
  CsvLine(char delimiter, int maxFields) {
    this.delimiter = (byte) delimiter;
    this.starts = new int[maxFields];
    this.ends = new int[maxFields];
  }

  /** Splits the line that begins at {@code from} and ends with a line end, or at {@code to}. */
  void split(byte[] buffer, int from, int to) {
    bytes = buffer;
    count = 0;
    nul = false;
    ambiguous = false;
    defect = null;
    boolean quoted = false;
    int field = from;
    int p = from;
    for (; p < to; p++) {
      byte b = buffer[p];
      if (b == delimiter) {
        add(field, p);
        field = p + 1;
      } else if (b <= '"') {
        if (b == '\n' || b == '\r') {
          break;
        }
        quoted |= b == '"' && p == field;
        nul |= b == 0;
      }
    }
    add(field, p);
    next = p;
    if (p < to) {
      next = buffer[p] == '\r' && p + 1 < to && buffer[p + 1] == '\n' ? p + 2 : p + 1;
    }
    if (quoted) {
      unquote(buffer, from, p);
    }
    if (nul) {
      defect = "a NUL byte";
    }
  }

  /** Splits again, now with quotes, into a buffer of decoded fields. */
  private void unquote(byte[] buffer, int from, int to) {
    if (unquoted.length < to - from + 1) {
      unquoted = new byte[2 * (to - from + 1)];
    }
    bytes = unquoted;
    count = 0;
    int out = 0;
    int p = from;
    while (true) {
      int start = out;
      if (p < to && buffer[p] == '"') {
        p++;
        while (true) {
          if (p == to) {
            defect = OPEN_QUOTE;
            return;
          }
          byte b = buffer[p++];
          if (b == '"') {
            if (p == to || buffer[p] != '"') {
              break;
            }
            p++;
          }
          ambiguous |= b == delimiter;
          unquoted[out++] = b;
        }
        if (p < to && buffer[p] != delimiter) {
          defect = "a character after a closing quote";
          return;
        }
      } else {
        while (p < to && buffer[p] != delimiter) {
          unquoted[out++] = buffer[p++];
        }
      }
      add(start, out);
      if (p == to) {
        return;
      }
      unquoted[out++] = delimiter;
      p++;
    }
  }

  private void add(int start, int end) {
    if (count < starts.length) {
      starts[count] = start;
      ends[count] = end;
    }
    count++;
  }

  /** What makes the line unreadable, or null. */
  @Nullable String defect() {
    return defect;
  }

  /** Where the next line begins. */
  int next() {
    return next;
  }

  /** The number of fields; a line without a byte has one, which is empty. */
  int count() {
    return count;
  }

  /** The array that {@link #start} and {@link #end} point into. */
  byte[] bytes() {
    return bytes;
  }

  /** Where field {@code i} begins, its leading blanks left out. */
  int start(int i) {
    int start = starts[i];
    while (start < ends[i] && bytes[start] == ' ') {
      start++;
    }
    return start;
  }

  /** Where field {@code i} ends, its trailing blanks left out. */
  int end(int i) {
    int end = ends[i];
    while (end > starts[i] && bytes[end - 1] == ' ') {
      end--;
    }
    return end;
  }

  /** A hash of all fields: equal for lines with equal fields, however they are quoted. */
  long fingerprint() {
    int from = starts[0];
    long hash = Hashes.of(bytes, from, ends[count - 1] - from);
    if (ambiguous) {
      // A delimiter inside a field looks like one between fields: say where the fields end.
      for (int i = 0; i < count; i++) {
        hash = Hashes.mix(hash + ends[i] - from);
      }
    }
    return hash;
  }

  /**
   * All fields of one line.
   *
   * @throws IllegalArgumentException saying what makes the line unreadable
   */
  static List<String> fields(byte[] line, int from, char delimiter) {
    CsvLine split = new CsvLine(delimiter, line.length + 1);
    split.split(line, from, line.length);
    if (split.defect() != null) {
      throw new IllegalArgumentException(split.defect());
    }
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < split.count(); i++) {
      byte[] field =
          Arrays.copyOfRange(split.bytes(), split.start(i), Math.max(split.start(i), split.end(i)));
      fields.add(new String(field, StandardCharsets.UTF_8));
    }
    return fields;
  }
}
