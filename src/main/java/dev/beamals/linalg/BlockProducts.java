package dev.beamals.linalg;

import java.util.Arrays;
import java.util.Objects;

/**
 * Multiplies rows of factors with rows of factors: {@code S = X Yᵀ}, eight rows of {@code X} (8 ×
 * rank) and up to {@value #COLUMNS} rows of {@code Y} (columns × rank) at a time.
 *
 * <p>Every score is one chain {@code fma(x_k, y_k, …)} in float that starts at zero and runs over
 * {@code k} upwards, in every kernel: its bits depend on the two rows alone, not on the kernel, the
 * width of its vectors or how rows are cut into tiles, and are those of {@link #dot}.
 *
 * <p>Scores are left in a buffer of the size of a first-level cache, to be looked at before the
 * next are made: the whole of {@code S} exists nowhere. Kernels are chosen as in {@link
 * NormalEquations}.
 *
 * <p>An instance belongs to one thread.
 *
 * <p>Source: Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008
 * (packed panels and register tiles).
 */
public abstract class BlockProducts {
  /** Rows of {@code X} that are multiplied at a time. */
  public static final int ROWS = 8;

  /** The most rows of {@code Y} that are multiplied at a time. */
  public static final int COLUMNS = 256;

  /** Floats in a vector of 512 bits, the widest in use. */
  static final int BLOCK = 16;

  /** Columns in a register tile; the panel is filled up to a multiple of it. */
  static final int TILE_COLUMNS = 2 * BLOCK;

  final int rank;

  /** Element (column c, k) is at {@code (c / BLOCK * rank + k) * BLOCK + c % BLOCK}. */
  final float[] panel;

  /** Score (row r, column c) is at {@code r * COLUMNS + c}. */
  final float[] scores = new float[ROWS * COLUMNS];

  /** The rows of {@code Y} in the panel. */
  private int columns;

  BlockProducts(int rank) {
    if (rank < 1) {
      throw new IllegalArgumentException("rank must be at least 1: " + rank);
    }
    this.rank = rank;
    this.panel = new float[Math.multiplyExact(COLUMNS, rank)];
  }

  /**
   * Returns an instance of the fastest kernel of this JVM.
   *
   * @param rank the number of factors, at least 1
   * @throws IllegalArgumentException as {@link NormalEquations#create} does
   * @throws IllegalStateException as {@link NormalEquations#create} does
   */
  public static BlockProducts create(int rank) {
    return NormalEquations.useVectors()
        ? new VectorBlockProducts(rank)
        : new ScalarBlockProducts(rank);
  }

  /** {@code x·y}, of the rank elements of {@code x} and {@code y} from {@code i} and {@code j}. */
  public static float dot(float[] x, int i, float[] y, int j, int rank) {
    float sum = 0;
    for (int k = 0; k < rank; k++) {
      sum = Math.fma(x[i + k], y[j + k], sum);
    }
    return sum;
  }

  /**
   * Lays rows out as {@link #multiply} takes them.
   *
   * @param x row-major, {@code rows × rank}. Not modified.
   * @return groups of eight rows: element (row r, k) at {@code (r / 8 * rank + k) * 8 + r % 8};
   *     zeros beyond the last row
   */
  public static float[] packRows(float[] x, int rows, int rank) {
    int groups = (rows + ROWS - 1) / ROWS;
    float[] packed = new float[Math.multiplyExact(groups * ROWS, rank)];
    for (int r = 0; r < rows; r++) {
      int to = r / ROWS * ROWS * rank + r % ROWS;
      for (int k = 0; k < rank; k++) {
        packed[to + k * ROWS] = x[r * rank + k];
      }
    }
    return packed;
  }

  /**
   * Takes the rows {@code from ≤ row < from + count} of {@code y} to multiply with.
   *
   * @param y row-major, with {@code rank} columns. Not modified; may change afterwards.
   * @param count at most {@value #COLUMNS}
   */
  public final void setColumns(float[] y, int from, int count) {
    Objects.checkFromIndexSize(0, count, COLUMNS);
    Objects.checkFromIndexSize(from, count, y.length / rank);
    columns = count;
    int filled = (count + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS;
    for (int c = 0; c < filled; c++) {
      int to = c / BLOCK * BLOCK * rank + c % BLOCK;
      int row = (from + c) * rank;
      for (int k = 0; k < rank; k++) {
        panel[to + k * BLOCK] = c < count ? y[row + k] : 0;
      }
    }
  }

  /**
   * Multiplies one group of rows with the columns set.
   *
   * @param packed as {@link #packRows} gives them. Not modified.
   * @param group rows {@code 8 group} to {@code 8 group + 7}
   * @return score (row r of the group, column c) at {@code r * COLUMNS + c}, negative infinity
   *     beyond the columns set; may be written to, overwritten by the next call
   */
  public final float[] multiply(float[] packed, int group) {
    Objects.checkFromIndexSize(group * ROWS * rank, ROWS * rank, packed.length);
    int filled = (columns + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS;
    multiply(packed, group * ROWS * rank, filled);
    if (columns < COLUMNS) {
      for (int r = 0; r < ROWS; r++) {
        Arrays.fill(scores, r * COLUMNS + columns, (r + 1) * COLUMNS, Float.NEGATIVE_INFINITY);
      }
    }
    return scores;
  }

  /** Writes the scores of the group that begins at {@code x} of {@code packed}. */
  abstract void multiply(float[] packed, int x, int filled);

  /**
   * Finds what is large in the last product.
   *
   * @param threshold finite
   * @param found Modified: the columns of {@code row} whose score is at least the threshold,
   *     ascending; of length {@value #COLUMNS}. NaN is not found.
   * @return how many there are
   */
  public abstract int atLeast(int row, float threshold, int[] found);
}
