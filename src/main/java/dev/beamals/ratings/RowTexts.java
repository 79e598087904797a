package dev.beamals.ratings;

import dev.beamals.ids.ArrayCoding;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The texts of some columns of some rows: what travels beside ids where a table is to have all
 * columns of its input. Immutable, one array of bytes for all.
 */
public final class RowTexts {
  private static final RowTexts NONE = new RowTexts(0, new byte[0], new int[0]);

  private final int columns;
  private final byte[] bytes;

  /** Where the text of each column of each row ends, row by row. */
  private final int[] ends;

  private RowTexts(int columns, byte[] bytes, int[] ends) {
    this.columns = columns;
    this.bytes = bytes;
    this.ends = ends;
  }

  /** Of no column, whatever the rows. */
  public static RowTexts none() {
    return NONE;
  }

  /** How many columns there are. */
  public int columns() {
    return columns;
  }

  /** A text, which is empty where the row has none. */
  public String get(int row, int column) {
    int at = row * columns + column;
    int from = at == 0 ? 0 : ends[at - 1];
    return new String(bytes, from, ends[at] - from, StandardCharsets.UTF_8);
  }

  /** Those of the first {@code count} of these rows, which ascend strictly. */
  RowTexts select(int[] rows, int count) {
    if (columns == 0) {
      return this;
    }
    Builder selected = new Builder(columns);
    for (int r = 0; r < count; r++) {
      for (int at = rows[r] * columns; at < (rows[r] + 1) * columns; at++) {
        selected.add(bytes, at == 0 ? 0 : ends[at - 1], ends[at]);
      }
    }
    return selected.finish();
  }

  void write(OutputStream out) throws IOException {
    out.write(columns == 0 ? 0 : 1);
    if (columns > 0) {
      ArrayCoding.write(new int[] {columns}, out);
      ArrayCoding.write(bytes, out);
      ArrayCoding.write(ends, out);
    }
  }

  static RowTexts read(InputStream in) throws IOException {
    return in.read() == 0
        ? NONE
        : new RowTexts(
            ArrayCoding.readInts(in)[0], ArrayCoding.readBytes(in), ArrayCoding.readInts(in));
  }

  /** Takes the texts of all columns of a row, in their order, then those of the next. */
  public static final class Builder {
    private final int columns;
    private byte[] bytes = {};
    private int[] ends = {};
    private int filled;
    private int count;

    public Builder(int columns) {
      this.columns = columns;
    }

    /** Adds the text {@code text[from, to)}, in UTF-8. */
    public void add(byte[] text, int from, int to) {
      int length = to - from;
      if (bytes.length - filled < length) {
        bytes = Arrays.copyOf(bytes, Math.addExact(2 * filled, length + 256));
      }
      if (count == ends.length) {
        ends = Arrays.copyOf(ends, 2 * count + 64);
      }
      System.arraycopy(text, from, bytes, filled, length);
      filled += length;
      ends[count++] = filled;
    }

    /** The texts that were added; the next to be added are others. */
    public RowTexts finish() {
      RowTexts texts =
          columns == 0
              ? NONE
              : new RowTexts(columns, Arrays.copyOf(bytes, filled), Arrays.copyOf(ends, count));
      filled = 0;
      count = 0;
      return texts;
    }
  }
}
