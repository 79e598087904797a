package dev.beamals.linalg;

import java.util.Arrays;
import java.util.Objects;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * Solves the systems of {@value #ROWS} rows at a time, as {@link CholeskySolver} solves one: lane l
 * of a vector computes what EJML computes for row l, with the same additions and multiplications in
 * the same order, so that the bits are the same. A row alone is bound by waiting for one operation
 * after the other, and at small ranks by all that is around them.
 *
 * <p>What a batch does not solve, as its pivots are too small for sums in float, it says: that is
 * for {@link CholeskySolver}.
 *
 * <pre>{@code
 * for (...) {
 *   batch.add(row);
 * }
 * batch.solve();
 * boolean solved = batch.takeSolution(lane, x, offset);
 * }</pre>
 *
 * <p>Buffers are allocated once and reused: an instance belongs to one thread. It needs the module
 * {@code jdk.incubator.vector}.
 */
public final class CholeskyBatch {
  /** The number of rows of a batch. */
  public static final int ROWS = 8;

  private static final VectorSpecies<Double> SPECIES = widestSpecies();

  private final NormalEquations equations;
  private final int rank;

  /** Where the elements (i, j), j ≤ i, of {@code A} are in {@link #equations}. */
  private final int[] elements;

  /** Element (i, j), j ≤ i, of the matrix of row l at {@code (i (i + 1) / 2 + j) * ROWS + l}. */
  private final double[] a;

  /** Element i of the right-hand side of row l at {@code i * ROWS + l}. */
  private final double[] b;

  /** The lower triangles {@code L}, laid out as {@link #a}. */
  private final double[] l;

  /** The solutions, then rounded to float; laid out as {@link #b}. */
  private final double[] x;

  private final double[] diagonal = new double[ROWS];
  private final double[] inverse = new double[ROWS];
  private final double[] lossChange = new double[ROWS];
  private double @Nullable [] gram;
  private int rows;

  /** See {@link CholeskySolver#createBatch}. */
  CholeskyBatch(int rank) {
    this.equations = NormalEquations.create(rank);
    this.rank = rank;
    this.elements = new int[rank * (rank + 1) / 2];
    for (int i = 0, e = 0; i < rank; i++) {
      for (int j = 0; j <= i; j++, e++) {
        elements[e] = i * equations.stride + j;
      }
    }
    this.a = new double[elements.length * ROWS];
    this.l = new double[elements.length * ROWS];
    this.b = new double[rank * ROWS];
    this.x = new double[rank * ROWS];
  }

  private static VectorSpecies<Double> widestSpecies() {
    int bits = DoubleVector.SPECIES_PREFERRED.vectorBitSize();
    if (bits >= 512) {
      return DoubleVector.SPECIES_512;
    }
    return bits >= 256 ? DoubleVector.SPECIES_256 : DoubleVector.SPECIES_128;
  }

  /** How many rows were added. */
  public int size() {
    return rows;
  }

  /**
   * Adds the system that is selected; all of a batch have the same Gram matrix.
   *
   * @param row Not modified
   * @throws IllegalArgumentException as {@link RowSolver#solve} does
   * @throws IndexOutOfBoundsException if the batch is full, or a neighbour has no factors
   */
  public void add(RowSystem row) {
    Objects.checkIndex(rows, ROWS);
    gram = row.gram;
    diagonal[rows] = row.diagonal();
    if (NormalEquations.isBatch(row)) {
      equations.setBatch(row);
      // 0 is added to each, as NormalEquations does: −0 becomes 0.
      for (int e = 0, to = rows; e < elements.length; e++, to += ROWS) {
        a[to] = 0.0 + equations.batchA[elements[e]];
      }
      for (int i = 0, to = rows; i < rank; i++, to += ROWS) {
        b[to] = 0.0 + equations.batchB[i];
      }
    } else {
      equations.set(row);
      for (int e = 0, to = rows; e < elements.length; e++, to += ROWS) {
        a[to] = equations.a[elements[e]];
      }
      for (int i = 0, to = rows; i < rank; i++, to += ROWS) {
        b[to] = equations.b[i];
      }
    }
    rows++;
  }

  /** Where row i of a triangle begins. */
  private static int row(int i) {
    return i * (i + 1) / 2 * ROWS;
  }

  /** Solves all rows that were added. */
  public void solve() {
    decompose();
    substitute();
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) x[i];
    }
    quadratic();
  }

  /** Begins a new batch. */
  public void clear() {
    rows = 0;
  }

  /**
   * Takes the solution of a row of the batch.
   *
   * @param to Modified: gets it from {@code offset} on
   * @return false when the batch did not solve it; nothing is modified then
   */
  public boolean takeSolution(int row, float[] to, int offset) {
    for (int i = 0; i < rank; i++) {
      int at = row(i) + i * ROWS + row;
      double root = l[at];
      double m = a[at] + diagonal[row];
      double g = gram == null ? 0 : gram[i * rank + i];
      if (root == 0
          || !CheckedCholesky.isSoundInFloat(root * root, m, diagonal[row], g)
          || !Double.isFinite(x[i * ROWS + row])) {
        return false;
      }
    }
    for (int i = 0; i < rank; i++) {
      to[offset + i] = (float) x[i * ROWS + row];
    }
    return true;
  }

  /** As {@link RowSolver#lossChange}, of a row of the batch that was solved. */
  public double lossChange(int row) {
    return lossChange[row];
  }

  // Lanes are innermost: a vector of them does not wait for what is divided in another.

  /** As EJML's CholeskyDecompositionInner_DDRM. */
  private void decompose() {
    int lanes = SPECIES.length();
    for (int i = 0; i < rank; i++) {
      int row = row(i);
      for (int lane = 0; lane < rows; lane += lanes) {
        pivot(a, diagonal, l, row + lane, i, lane, inverse);
      }
      int j = i + 1;
      for (; j < rank - 3; j += 4) {
        for (int lane = 0; lane < rows; lane += lanes) {
          fourElements(a, l, row + lane, j, i, lane, inverse);
        }
      }
      for (; j < rank; j++) {
        for (int lane = 0; lane < rows; lane += lanes) {
          element(a, l, row + lane, row(j) + lane, i, lane, inverse);
        }
      }
    }
  }

  /** Element (i, i) of L, and one over it. */
  private static void pivot(
      double[] a, double[] diagonal, double[] l, int row, int i, int lane, double[] inverse) {
    int at = row + i * ROWS;
    DoubleVector sum =
        DoubleVector.fromArray(SPECIES, a, at).add(DoubleVector.fromArray(SPECIES, diagonal, lane));
    for (int k = row; k < at; k += ROWS) {
      DoubleVector lik = DoubleVector.fromArray(SPECIES, l, k);
      sum = sum.sub(lik.mul(lik));
    }
    DoubleVector root = sum.lanewise(VectorOperators.SQRT);
    root.intoArray(l, at);
    DoubleVector.broadcast(SPECIES, 1).div(root).intoArray(inverse, lane);
  }

  /** Element (j, i) of L. */
  private static void element(
      double[] a, double[] l, int rowI, int rowJ, int i, int lane, double[] inverse) {
    DoubleVector sum = DoubleVector.fromArray(SPECIES, a, rowJ + i * ROWS);
    for (int k = 0; k < i; k++) {
      sum =
          sum.sub(
              DoubleVector.fromArray(SPECIES, l, rowI + k * ROWS)
                  .mul(DoubleVector.fromArray(SPECIES, l, rowJ + k * ROWS)));
    }
    sum.mul(DoubleVector.fromArray(SPECIES, inverse, lane)).intoArray(l, rowJ + i * ROWS);
  }

  /** Elements (j, i) to (j + 3, i) of L. */
  private static void fourElements(
      double[] a, double[] l, int rowI, int j, int i, int lane, double[] inverse) {
    int row0 = row(j) + lane;
    int row1 = row(j + 1) + lane;
    int row2 = row(j + 2) + lane;
    int row3 = row(j + 3) + lane;
    DoubleVector sum0 = DoubleVector.fromArray(SPECIES, a, row0 + i * ROWS);
    DoubleVector sum1 = DoubleVector.fromArray(SPECIES, a, row1 + i * ROWS);
    DoubleVector sum2 = DoubleVector.fromArray(SPECIES, a, row2 + i * ROWS);
    DoubleVector sum3 = DoubleVector.fromArray(SPECIES, a, row3 + i * ROWS);
    for (int k = 0; k < i; k++) {
      DoubleVector lik = DoubleVector.fromArray(SPECIES, l, rowI + k * ROWS);
      sum0 = sum0.sub(lik.mul(DoubleVector.fromArray(SPECIES, l, row0 + k * ROWS)));
      sum1 = sum1.sub(lik.mul(DoubleVector.fromArray(SPECIES, l, row1 + k * ROWS)));
      sum2 = sum2.sub(lik.mul(DoubleVector.fromArray(SPECIES, l, row2 + k * ROWS)));
      sum3 = sum3.sub(lik.mul(DoubleVector.fromArray(SPECIES, l, row3 + k * ROWS)));
    }
    DoubleVector factor = DoubleVector.fromArray(SPECIES, inverse, lane);
    sum0.mul(factor).intoArray(l, row0 + i * ROWS);
    sum1.mul(factor).intoArray(l, row1 + i * ROWS);
    sum2.mul(factor).intoArray(l, row2 + i * ROWS);
    sum3.mul(factor).intoArray(l, row3 + i * ROWS);
  }

  /** As EJML's TriangularSolver_DDRM: {@code L y = b}, then {@code Lᵀ x = y}. */
  private void substitute() {
    int lanes = SPECIES.length();
    for (int i = 0; i < rank; i++) {
      for (int lane = 0; lane < rows; lane += lanes) {
        forward(b, l, x, row(i) + lane, i, lane);
      }
    }
    for (int i = rank - 1; i >= 0; i--) {
      for (int lane = 0; lane < rows; lane += lanes) {
        backward(l, x, i, rank, lane);
      }
    }
  }

  private static void forward(double[] b, double[] l, double[] x, int row, int i, int lane) {
    DoubleVector sum = DoubleVector.fromArray(SPECIES, b, i * ROWS + lane);
    for (int k = 0; k < i; k++) {
      sum =
          sum.sub(
              DoubleVector.fromArray(SPECIES, l, row + k * ROWS)
                  .mul(DoubleVector.fromArray(SPECIES, x, lane + k * ROWS)));
    }
    sum.div(DoubleVector.fromArray(SPECIES, l, row + i * ROWS)).intoArray(x, i * ROWS + lane);
  }

  private static void backward(double[] l, double[] x, int i, int rank, int lane) {
    int column = i * ROWS + lane;
    DoubleVector sum = DoubleVector.fromArray(SPECIES, x, column);
    for (int k = i + 1; k < rank; k++) {
      sum =
          sum.sub(
              DoubleVector.fromArray(SPECIES, l, row(k) + column)
                  .mul(DoubleVector.fromArray(SPECIES, x, lane + k * ROWS)));
    }
    sum.div(DoubleVector.fromArray(SPECIES, l, row(i) + column)).intoArray(x, column);
  }

  /** As {@link NormalEquations#quadratic}. */
  private void quadratic() {
    Arrays.fill(lossChange, 0);
    for (int i = 0; i < rank; i++) {
      for (int lane = 0; lane < rows; lane += SPECIES.length()) {
        addToLossChange(a, b, x, lossChange, row(i) + lane, i, lane);
      }
    }
  }

  private static void addToLossChange(
      double[] a, double[] b, double[] x, double[] lossChange, int row, int i, int lane) {
    DoubleVector dot = DoubleVector.zero(SPECIES);
    for (int k = 0; k < i; k++) {
      dot =
          dot.add(
              DoubleVector.fromArray(SPECIES, a, row + k * ROWS)
                  .mul(DoubleVector.fromArray(SPECIES, x, lane + k * ROWS)));
    }
    DoubleVector xi = DoubleVector.fromArray(SPECIES, x, i * ROWS + lane);
    DoubleVector left = dot.sub(DoubleVector.fromArray(SPECIES, b, i * ROWS + lane));
    DoubleVector own = DoubleVector.fromArray(SPECIES, a, row + i * ROWS).mul(xi);
    DoubleVector.fromArray(SPECIES, lossChange, lane)
        .add(xi.mul(left.mul(2).add(own)))
        .intoArray(lossChange, lane);
  }
}
