package dev.beamals.ids;

import java.util.Arrays;

/**
 * Ints that are numbered as they come and sorted in the end, with their numbers: for ids that are
 * nearly all new, where to look each up misses every cache.
 *
 * <p>A sort by digits, the last first; digits in which all are equal are left out. Buffers are kept
 * for the next ints.
 */
final class IntSort {
  /** A digit's counts stay in the first cache. */
  private static final int DIGIT_BITS = 11;

  /** Value and number: the value, its sign flipped, in the upper half. */
  private long[] keys = new long[16];

  private long[] nextKeys = {};
  private int size;

  /** Adds a value, and returns its number: 0, 1, 2 … */
  int add(int value) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
    }
    keys[size] = (long) (value ^ Integer.MIN_VALUE) << 32 | size;
    return size++;
  }

  int size() {
    return size;
  }

  /** The value at a place in the order; after {@link #sort}. */
  int value(int place) {
    return (int) (keys[place] >>> 32) ^ Integer.MIN_VALUE;
  }

  /** The number of the value at a place in the order; after {@link #sort}. */
  int number(int place) {
    return (int) keys[place];
  }

  void sort() {
    long differ = 0;
    for (int i = 1; i < size; i++) {
      differ |= keys[i] ^ keys[0];
    }
    differ >>>= 32;
    if (differ == 0) {
      return;
    }
    if (nextKeys.length < size) {
      nextKeys = new long[keys.length];
    }
    int first = Long.numberOfTrailingZeros(differ);
    int bits = Long.SIZE - Long.numberOfLeadingZeros(differ) - first;
    int digits = (bits + DIGIT_BITS - 1) / DIGIT_BITS;
    int width = (bits + digits - 1) / digits;
    int[] starts = new int[(1 << width) + 1];
    for (int digit = 0; digit < digits; digit++) {
      sortBy(32 + first + digit * width, starts);
    }
  }

  /** Sorts by the digit from a bit on; what is equal in it stays in its order. */
  private void sortBy(int shift, int[] starts) {
    long[] from = keys;
    long[] to = nextKeys;
    int mask = starts.length - 2;
    Arrays.fill(starts, 0);
    for (int i = 0; i < size; i++) {
      starts[(int) (from[i] >>> shift & mask) + 1]++;
    }
    for (int d = 1; d < starts.length; d++) {
      starts[d] += starts[d - 1];
    }
    for (int i = 0; i < size; i++) {
      to[starts[(int) (from[i] >>> shift & mask)]++] = from[i];
    }
    keys = to;
    nextKeys = from;
  }

  /** Forgets all values. */
  void clear() {
    size = 0;
  }
}
