package dev.beamals.ids;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

  private static final int PIECE_BITS = 16;
  private static final int PIECE = 1 << PIECE_BITS;

  /** The values as they came, in pieces: to copy them into ever longer arrays took long. */
  private final List<int[]> pieces = new ArrayList<>();

  /** The piece that the next value goes to, where it has room. */
  private int[] piece = {};

  /** Value and number in their order: the value, its sign flipped, in the upper half. */
  private long[] keys = {};

  private long[] nextKeys = {};
  private int size;

  /** Adds a value, and returns its number: 0, 1, 2 … */
  int add(int value) {
    int at = size & PIECE - 1;
    if (at == 0) {
      int number = size >>> PIECE_BITS;
      if (number == pieces.size()) {
        pieces.add(new int[PIECE]);
      }
      piece = pieces.get(number);
    }
    piece[at] = value ^ Integer.MIN_VALUE;
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
    if (keys.length < size) {
      keys = new long[size];
    }
    long differ = 0;
    for (int from = 0; from < size; from += PIECE) {
      differ |= number(pieces.get(from >>> PIECE_BITS), from);
    }
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

  /**
   * Makes the keys of a piece.
   *
   * @param from the number of its first value
   * @return the bits in which values differ from the first of all
   */
  private long number(int[] piece, int from) {
    int differ = 0;
    int first = pieces.get(0)[0];
    int count = Math.min(PIECE, size - from);
    for (int i = 0; i < count; i++) {
      differ |= piece[i] ^ first;
      keys[from + i] = (long) piece[i] << 32 | from + i;
    }
    return differ & 0xFFFF_FFFFL;
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
