package dev.beamals.linalg;

import java.util.Arrays;

/**
 * Multiplies the matrix {@code Σ w y yᵀ} of a {@link RowSystem} with a vector without making it, at
 * {@code 2 n k} multiply-adds for n neighbours of rank k. This is the kernel without vectors.
 *
 * <p>Groups of {@value #GROUP} factor rows are gathered into a panel. {@code y·v} is {@value
 * #LANES} chains {@code fma(yᵢ, vᵢ, …)} in float, chain l over i = l, l + {@value #LANES} and so
 * on, added up pairwise: the same bits in every kernel and for every width of vectors. The rows are
 * then added in float, times their coefficients and in their order, over batches of as many as
 * {@link NormalEquations} has, and batches in double.
 */
class NeighbourProducts {
  /** Rows in the panel. */
  static final int GROUP = 8;

  /** Floats in a vector of 512 bits, the widest in use. */
  static final int LANES = 16;

  private final int rank;

  /** The rank rounded up to a multiple of {@link #LANES}. */
  final int stride;

  /** Row-major, zero beyond the rank. */
  final float[] panel;

  /** The chains of each row of the panel. */
  final float[] chains = new float[GROUP * LANES];

  /** What each row of the panel is multiplied with. */
  final float[] coefficients = new float[GROUP];

  /** The rows of a batch so far. */
  final float[] sum;

  NeighbourProducts(int rank) {
    this.rank = rank;
    this.stride = (rank + LANES - 1) / LANES * LANES;
    this.panel = new float[GROUP * stride];
    this.sum = new float[stride];
  }

  static NeighbourProducts create(int rank) {
    return NormalEquations.useVectors()
        ? new VectorNeighbourProducts(rank)
        : new NeighbourProducts(rank);
  }

  /**
   * Subtracts {@code Σ w (y·v) y}.
   *
   * @param v of length {@link #stride}, zero beyond the rank. Not modified.
   * @param to Modified
   */
  final void subtractProduct(RowSystem row, float[] v, double[] to) {
    add(row, v, 0, to);
  }

  /** Adds {@code Σ (t − w (y·v)) y}, that is {@code b} less the product. */
  final void addResidual(RowSystem row, float[] v, double[] to) {
    add(row, v, 1, to);
  }

  /**
   * Returns {@code Σ w (y·v)² − 2 t (y·v)}, {@code y·v} in float and the rest in double.
   *
   * @param v as {@link #subtractProduct} takes it. Not modified.
   */
  final double quadratic(RowSystem row, float[] v) {
    double total = 0;
    for (int p = row.from(); p < row.to(); p += GROUP) {
      int count = Math.min(GROUP, row.to() - p);
      gather(row, p, count);
      multiply(v);
      for (int r = 0; r < count; r++) {
        double product = total(r * LANES);
        double w = row.weights == null ? 1 : row.weights[p + r];
        total += product * (w * product - 2.0 * row.targets[p + r]);
      }
    }
    return total;
  }

  private void add(RowSystem row, float[] v, float targets, double[] to) {
    for (int first = row.from(); first < row.to(); first += NormalEquations.BATCH) {
      int end = Math.min(first + NormalEquations.BATCH, row.to());
      Arrays.fill(sum, 0);
      for (int p = first; p < end; p += GROUP) {
        int count = Math.min(GROUP, end - p);
        gather(row, p, count);
        multiply(v);
        for (int r = 0; r < count; r++) {
          float w =
              row.weights == null ? 1 : NormalEquations.checkWeight(row.weights[p + r], p + r);
          coefficients[r] = targets * row.targets[p + r] - w * total(r * LANES);
        }
        addRows();
      }
      for (int i = 0; i < rank; i++) {
        to[i] += sum[i];
      }
    }
  }

  private void gather(RowSystem row, int p, int count) {
    FactorMatrix factors = row.factors;
    for (int r = 0; r < count; r++) {
      int neighbour = row.neighbours[p + r];
      System.arraycopy(
          factors.piece(neighbour), factors.offset(neighbour), panel, r * stride, rank);
    }
    if (count < GROUP) {
      Arrays.fill(panel, count * stride, panel.length, 0);
      Arrays.fill(coefficients, count, GROUP, 0);
    }
  }

  private float total(int c) {
    float[] x = chains;
    float even =
        ((x[c] + x[c + 8]) + (x[c + 4] + x[c + 12]))
            + ((x[c + 2] + x[c + 10]) + (x[c + 6] + x[c + 14]));
    float odd =
        ((x[c + 1] + x[c + 9]) + (x[c + 5] + x[c + 13]))
            + ((x[c + 3] + x[c + 11]) + (x[c + 7] + x[c + 15]));
    return even + odd;
  }

  /** Writes the chains of every row of the panel with v. */
  void multiply(float[] v) {
    for (int r = 0; r < GROUP; r++) {
      for (int l = 0; l < LANES; l += 4) {
        float c0 = 0;
        float c1 = 0;
        float c2 = 0;
        float c3 = 0;
        for (int i = l; i < stride; i += LANES) {
          int y = r * stride + i;
          c0 = Math.fma(panel[y], v[i], c0);
          c1 = Math.fma(panel[y + 1], v[i + 1], c1);
          c2 = Math.fma(panel[y + 2], v[i + 2], c2);
          c3 = Math.fma(panel[y + 3], v[i + 3], c3);
        }
        int to = r * LANES + l;
        chains[to] = c0;
        chains[to + 1] = c1;
        chains[to + 2] = c2;
        chains[to + 3] = c3;
      }
    }
  }

  /** Adds every row of the panel, times its coefficient, to the sum. */
  void addRows() {
    for (int r = 0; r < GROUP; r++) {
      float c = coefficients[r];
      int y = r * stride;
      for (int i = 0; i < stride; i++) {
        sum[i] = Math.fma(c, panel[y + i], sum[i]);
      }
    }
  }
}
