package dev.beamals.linalg;

/**
 * Products of the slices of {@link GramSum}: whole numbers in double, so small that every sum is
 * exact and any order of multiplications and additions gives the same bits. This is the kernel
 * without vectors.
 *
 * <p>A slice holds {@value #ROWS} rows, in blocks of {@value #BLOCK} columns: element (row p,
 * column c) is at {@code (c / BLOCK * ROWS + p) * BLOCK + c % BLOCK}.
 */
class SliceProducts {
  /** Rows of a slice. */
  static final int ROWS = 128;

  /** Doubles in a vector of 512 bits. */
  static final int BLOCK = 8;

  static final int SLICE_BLOCK = ROWS * BLOCK;

  final int rank;

  /** The rank rounded up to a multiple of {@link #BLOCK}. */
  final int stride;

  SliceProducts(int rank) {
    this.rank = rank;
    this.stride = (rank + BLOCK - 1) / BLOCK * BLOCK;
  }

  static SliceProducts create(int rank) {
    return NormalEquations.useVectors() ? new VectorSliceProducts(rank) : new SliceProducts(rank);
  }

  /**
   * Adds {@code Σ x yᵀ} over the first {@code rows} rows of two slices.
   *
   * @param product element (i, j), j ≤ i, at {@code i * stride + j}. Modified there, unspecified
   *     above.
   */
  void add(double[] x, double[] y, int rows, double[] product) {
    for (int i = 0; i < rank; i++) {
      for (int column = 0; column <= i; column += BLOCK) {
        addBlock(x, offset(i), y, offset(column), rows * BLOCK, product, i * stride + column);
      }
    }
  }

  /** One row of the product and eight columns. */
  private static void addBlock(
      double[] x, int i, double[] y, int j, int end, double[] product, int to) {
    double p0 = product[to];
    double p1 = product[to + 1];
    double p2 = product[to + 2];
    double p3 = product[to + 3];
    double p4 = product[to + 4];
    double p5 = product[to + 5];
    double p6 = product[to + 6];
    double p7 = product[to + 7];
    for (int p = 0; p < end; p += BLOCK) {
      double xi = x[i + p];
      p0 += xi * y[j + p];
      p1 += xi * y[j + p + 1];
      p2 += xi * y[j + p + 2];
      p3 += xi * y[j + p + 3];
      p4 += xi * y[j + p + 4];
      p5 += xi * y[j + p + 5];
      p6 += xi * y[j + p + 6];
      p7 += xi * y[j + p + 7];
    }
    product[to] = p0;
    product[to + 1] = p1;
    product[to + 2] = p2;
    product[to + 3] = p3;
    product[to + 4] = p4;
    product[to + 5] = p5;
    product[to + 6] = p6;
    product[to + 7] = p7;
  }

  /** Returns where column c of the first row is in a slice. */
  static int offset(int column) {
    return column / BLOCK * SLICE_BLOCK + column % BLOCK;
  }
}
