package dev.beamals.ids;

import java.util.Arrays;

/**
 * Sorts longs by some of their bits, a digit after the other, the last first; what is equal in them
 * stays in its order. Buffers are kept for the next sort: an instance belongs to one thread.
 *
 * <p>Source: Knuth, <i>The Art of Computer Programming</i>, volume 3, 5.2.5 (sorting by
 * distribution).
 */
public final class DigitSort {
  /** A digit's counts stay in the first cache. */
  private static final int MOST_BITS = 11;

  /** Of few keys they are not more than the keys. */
  private static final int FEW_BITS = 8;

  private static final int FEW = 4 << FEW_BITS;

  private final int[] starts = new int[(1 << MOST_BITS) + 1];
  private long[] room = {};

  /**
   * Sorts the first {@code size} keys by the bits from {@code shift} on; there are none above them.
   *
   * @param keys Modified: after the call it has no defined content
   * @param bits how many, up to {@code 64 − shift}
   * @return the sorted keys, in an array that is as long
   */
  public long[] sort(long[] keys, int size, int shift, int bits) {
    if (room.length != keys.length) {
      room = new long[keys.length];
    }
    int most = size < FEW ? FEW_BITS : MOST_BITS;
    int digits = (bits + most - 1) / most;
    int width = digits == 0 ? 0 : (bits + digits - 1) / digits;
    long[] sorted = keys;
    for (int digit = 0; digit < digits; digit++) {
      sortBy(sorted, room, size, shift + digit * width, 1 << width);
      long[] from = sorted;
      sorted = room;
      room = from;
    }
    return sorted;
  }

  private void sortBy(long[] from, long[] to, int size, int shift, int values) {
    int[] starts = this.starts;
    int mask = values - 1;
    Arrays.fill(starts, 0, values + 1, 0);
    for (int i = 0; i < size; i++) {
      starts[(int) (from[i] >>> shift & mask) + 1]++;
    }
    for (int d = 1; d < values; d++) {
      starts[d] += starts[d - 1];
    }
    for (int i = 0; i < size; i++) {
      to[starts[(int) (from[i] >>> shift & mask)]++] = from[i];
    }
  }
}
