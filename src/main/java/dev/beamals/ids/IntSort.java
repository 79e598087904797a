package dev.beamals.ids;

import java.util.ArrayList;
import java.util.List;

/**
 * Ints that are numbered as they come and sorted in the end, with their numbers: for ids that are
 * nearly all new, where to look each up misses every cache.
 *
 * <p>They are sorted by the bits in which they differ. Buffers are kept for the next ints.
 */
final class IntSort {
  private static final int PIECE_BITS = 16;
  private static final int PIECE = 1 << PIECE_BITS;

  /** The values as they came, in pieces: to copy them into ever longer arrays took long. */
  private final List<int[]> pieces = new ArrayList<>();

  /** The piece that the next value goes to, where it has room. */
  private int[] piece = {};

  /** Value and number in their order: the value, its sign flipped, in the upper half. */
  private long[] keys = {};

  private final DigitSort digits = new DigitSort();
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
    int first = Long.numberOfTrailingZeros(differ);
    int bits = Long.SIZE - Long.numberOfLeadingZeros(differ) - first;
    keys = digits.sort(keys, size, 32 + first, bits);
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

  /** Forgets all values. */
  void clear() {
    size = 0;
  }
}
