package dev.beamals.csv;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a field may hold in place of nothing, as bytes of UTF-8. */
final class NullValues implements Serializable {
  private static final long serialVersionUID = 1L;

  /** By their last byte, which few fields of numbers share: none, for nearly all of them. */
  private final byte[][][] byLast = new byte[256][0][];

  /** The same, and the blank, which may be around one. */
  private final boolean[] lasts = new boolean[256];

  private final List<String> values;

  private NullValues(List<String> values) {
    this.values = values;
    lasts[' '] = true;
    for (String value : values) {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      if (bytes.length > 0) {
        int last = bytes[bytes.length - 1] & 0xFF;
        lasts[last] = true;
        byLast[last] = Arrays.copyOf(byLast[last], byLast[last].length + 1);
        byLast[last][byLast[last].length - 1] = bytes;
      }
    }
  }

  /** These values, without blanks around them; an empty one changes nothing. */
  static NullValues of(List<String> values) {
    return new NullValues(values.stream().map(String::strip).distinct().sorted().toList());
  }

  /** Whether a field is empty or one of them, with blanks around it or without. */
  boolean isMissing(byte[] bytes, int from, int to) {
    // Nearly no field ends as one of them: the rest is out of the way of a compiler that inlines.
    return (from >= to || lasts[bytes[to - 1] & 0xFF]) && isMissingTrimmed(bytes, from, to);
  }

  private boolean isMissingTrimmed(byte[] bytes, int from, int to) {
    int start = from;
    int end = to;
    while (end > start && bytes[end - 1] == ' ') {
      end--; // of a quoted text
    }
    while (start < end && bytes[start] == ' ') {
      start++;
    }
    return start >= end || contains(bytes, start, end);
  }

  /** All of them, sorted. */
  List<String> values() {
    return values;
  }

  /** Whether one of them may be a number. */
  boolean mayBeNumbers() {
    for (char last = '0'; last <= '9'; last++) {
      if (lasts[last]) {
        return true;
      }
    }
    return lasts['.'];
  }

  private boolean contains(byte[] bytes, int from, int to) {
    for (byte[] value : byLast[bytes[to - 1] & 0xFF]) {
      if (Arrays.equals(bytes, from, to, value, 0, value.length)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NullValues && values.equals(((NullValues) other).values);
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
