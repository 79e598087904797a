package dev.beamals.csv;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.parquet.io.ParquetDecodingException;

/**
 * Reads small numbers, such as codes of a dictionary, many at a time: runs of one number and runs
 * of numbers that have some bits each. Parquet's own reader gives them one by one.
 *
 * <p>Source: the Parquet format, "Run Length Encoding / Bit-Packing Hybrid".
 */
final class PackedInts {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** What may be read past the end. */
  private static final int SLACK = 8;

  private final int width;
  private final byte[] bytes;
  private final int end;
  private int position;

  /** How many numbers of the run are left. */
  private int left;

  private boolean packed;

  /** The number of a run of one. */
  private int number;

  /** Where the next number of a packed run begins, in bits. */
  private long bit;

  /**
   * @param width bits of a number
   * @param in what is left of it are the runs
   */
  PackedInts(int width, ByteBuffer in) {
    if (width < 0 || width > Integer.SIZE) {
      throw new ParquetDecodingException("numbers of " + width + " bits");
    }
    this.width = width;
    this.end = in.remaining();
    this.bytes = new byte[end + SLACK];
    in.get(bytes, 0, end);
  }

  /** Reads the next numbers into {@code out[at, at + n)}. */
  void read(int[] out, int at, int n) {
    int to = at + n;
    for (int o = at; o < to; ) {
      if (left == 0) {
        nextRun();
      }
      int some = Math.min(left, to - o);
      if (packed) {
        unpack(out, o, some);
      } else {
        Arrays.fill(out, o, o + some, number);
      }
      left -= some;
      o += some;
    }
  }

  /** Passes the next numbers where all of them are in one run of this one; else reads none. */
  boolean skip(int of, int n) {
    while (left == 0 && n > 0) {
      nextRun();
    }
    if (packed || number != of || left < n) {
      return false;
    }
    left -= n;
    return true;
  }

  private void nextRun() {
    int header = varint();
    packed = (header & 1) == 1;
    if (!packed) {
      left = header >>> 1;
      number = 0;
      for (int shift = 0; shift < width; shift += 8) {
        number |= next() << shift;
      }
      return;
    }
    long bits = (header >>> 1) * 8L * width; // in groups of eight
    long there = Math.min(bits, 8L * (end - position)); // the last group may be cut short
    left =
        width == 0 ? (int) Math.min(Integer.MAX_VALUE, (header >>> 1) * 8L) : (int) (there / width);
    bit = 8L * position;
    position += (int) ((there + 7) / 8);
  }

  private int varint() {
    int value = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += 7) {
      int b = next();
      value |= (b & 0x7F) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw new ParquetDecodingException("a run of no length");
  }

  private int next() {
    if (position >= end) {
      throw new ParquetDecodingException("a page ends early");
    }
    return bytes[position++] & 0xFF;
  }

  private void unpack(int[] out, int at, int n) {
    long mask = (1L << width) - 1;
    long b = bit;
    for (int o = at; o < at + n; o++) {
      out[o] = (int) ((long) LONGS.get(bytes, (int) (b >>> 3)) >>> (b & 7) & mask);
      b += width;
    }
    bit = b;
  }
}
