package dev.beamals.linalg;

import java.util.Arrays;

/**
 * The normal equations of rows with many neighbours, summed together in the order in which the
 * factors of these neighbours are in memory.
 *
 * <p>Rows that are summed one after the other walk through all factors of the other side each;
 * where those are more than a cache holds, every neighbour is a wait for memory: of 480,000 × 10
 * factors it took three times as long as here. So the factors are taken in ranges, and of each row
 * those batches of neighbours that begin in a range. The batches are the same ones, each row adds
 * its own up in the same order, and so the bits are those of {@link NormalEquations#set}.
 *
 * <p>It belongs to one thread. Source of the idea, for products of sparse and dense matrices:
 * Williams, Oliker, Vuduc, Shalf, Yelick and Demmel, "Optimization of Sparse Matrix-Vector
 * Multiplication on Emerging Multicore Platforms", 2007 (cache blocking).
 */
final class LongRows {
  /** Floats of a range: a megabyte, some of the second cache or a small part of the third. */
  private static final int RANGE = 1 << 18;

  /** The most doubles that sums of rows take at a time: 8 megabytes. */
  private static final int SUMS = 1 << 20;

  private final RowSystem system;
  private final int[] offsets;
  private final NormalEquations equations;
  private final int rowsOfRange;

  /** Doubles of a row: the elements (i, j), j ≤ i, of {@code A}, then those of {@code b}. */
  private final int length;

  /** For each row that is summed where it begins, in ascending order; its neighbours taken. */
  private final int[] starts;

  private final int[] next;
  private final int[] ends;
  private final double[] sums;
  private int summed;

  /** The row that is looked at next. */
  private int summedTo;

  /**
   * @param system of the rows
   * @param offsets where each row begins among the neighbours, which ascend in a row; one more than
   *     there are rows. Not modified.
   */
  LongRows(RowSystem system, int[] offsets) {
    this(system, offsets, SUMS);
  }

  /**
   * @param doubles the most that sums of rows take at a time, but for one row
   */
  LongRows(RowSystem system, int[] offsets, int doubles) {
    this.system = system;
    this.offsets = offsets;
    this.equations = NormalEquations.create(system.rank());
    this.rowsOfRange = rowsOfRange(system.factors);
    this.length = system.rank() * (system.rank() + 1) / 2 + system.rank();
    int most = Math.min(Math.max(1, doubles / length), countLong(offsets));
    this.starts = new int[most];
    this.next = new int[most];
    this.ends = new int[most];
    this.sums = new double[most * length];
  }

  /** Whether the row at the positions {@code from ≤ p < to} has more than a batch. */
  private static boolean isLong(int from, int to) {
    return to - from > NormalEquations.BATCH;
  }

  private static int countLong(int[] offsets) {
    int count = 0;
    for (int s = 0; s < offsets.length - 1; s++) {
      count += isLong(offsets[s], offsets[s + 1]) ? 1 : 0;
    }
    return count;
  }

  private static int rowsOfRange(FactorMatrix factors) {
    return RANGE / factors.columns();
  }

  /** Whether factors are more than a range, so that this is of use. */
  static boolean areWorthwhile(FactorMatrix factors) {
    return factors.rows() > rowsOfRange(factors);
  }

  /**
   * Sees to it that a row is summed, if it is long, and with it as many of those that follow as
   * there is room for. Rows are asked for in ascending order.
   */
  void sumFrom(int row) {
    if (row < summedTo) {
      return;
    }
    summed = 0;
    int s = row;
    for (; s < offsets.length - 1 && summed < starts.length; s++) {
      if (isLong(offsets[s], offsets[s + 1])) {
        starts[summed] = offsets[s];
        next[summed] = offsets[s];
        ends[summed++] = offsets[s + 1];
      }
    }
    summedTo = s;
    for (int r = 0; r < summed; r++) {
      start(r * length);
    }
    int rows = system.factors.rows();
    for (int from = 0; from < rows; from += rowsOfRange) {
      sumRange(rows - from < rowsOfRange ? rows : from + rowsOfRange);
    }
  }

  private void start(int at) {
    Arrays.fill(sums, at, at + length, 0);
    if (system.gram != null) {
      int rank = system.rank();
      for (int i = 0; i < rank; i++) {
        System.arraycopy(system.gram, i * rank, sums, at + i * (i + 1) / 2, i + 1);
      }
    }
  }

  /** Adds the batches that begin below a neighbour. */
  private void sumRange(int end) {
    for (int r = 0; r < summed; r++) {
      int first = next[r];
      while (first < ends[r] && system.neighbours[first] < end) {
        int count = Math.min(NormalEquations.BATCH, ends[r] - first);
        equations.setBatch(system, first, count);
        add(r * length);
        first += count;
      }
      next[r] = first;
    }
  }

  private void add(int at) {
    int rank = system.rank();
    int to = at;
    for (int i = 0; i < rank; i++) {
      NormalEquations.add(equations.batchA, i * equations.stride, sums, to, i + 1);
      to += i + 1;
    }
    NormalEquations.add(equations.batchB, 0, sums, to, rank);
  }

  /**
   * Copies what was summed of the row whose neighbours are at the positions {@code from ≤ p < to}.
   *
   * @param a laid out as {@link NormalEquations#a}. Modified.
   * @param b laid out as {@link NormalEquations#b}. Modified.
   * @return false where the row is not summed; nothing is modified then
   */
  boolean copyTo(int from, int to, double[] a, double[] b, int stride) {
    int found = isLong(from, to) ? Arrays.binarySearch(starts, 0, summed, from) : -1;
    if (found < 0 || ends[found] != to) {
      return false;
    }
    int rank = system.rank();
    int at = found * length;
    for (int i = 0; i < rank; i++) {
      System.arraycopy(sums, at, a, i * stride, i + 1);
      at += i + 1;
    }
    System.arraycopy(sums, at, b, 0, rank);
    return true;
  }
}
