package dev.beamals.linalg;

import java.util.Objects;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.decomposition.chol.CholeskyDecompositionInner_DDRM;
import org.ejml.dense.row.linsol.chol.LinearSolverChol_DDRM;

/**
 * Solves {@code (A + d I) x = b} by EJML's Cholesky decomposition {@code A + d I = L Lᵀ} in double.
 *
 * <p>EJML itself accepts every pivot above zero, and rounding turns the zero pivots of a singular
 * matrix into small numbers of either sign. With {@code mᵢ = aᵢᵢ + d}, the pivot {@code lᵢᵢ²} is
 * therefore accepted only when both hold:
 *
 * <ul>
 *   <li>It is at least {@code 2⁻³⁶ mᵢ}, or it is at least {@code d / 2} and {@code d} at least
 *       {@code 2⁻⁴⁰ mᵢ}: {@code A} has no negative eigenvalue, so every exact pivot is at least
 *       {@code d}, and this one is about as large as the caller asked for.
 *   <li>Where the equations were {@link NormalEquations#set set} in float, it is at least {@code
 *       2⁻¹⁰ (mᵢ − gᵢᵢ)}, {@code gᵢᵢ} the share of the Gram matrix {@code G}, which is exact:
 *       below, float rounding, some {@code 2⁻²⁴ (aᵢᵢ − gᵢᵢ)}, would show in the solution.
 * </ul>
 *
 * <p>A row whose pivots are not accepted is {@link NormalEquations#setExactly set exactly}, and
 * tried once more.
 *
 * <p>Buffers are allocated once and reused: an instance belongs to one thread.
 *
 * <p>Sources: Zhou, Wilkinson, Schreiber and Pan, "Large-scale Parallel Collaborative Filtering for
 * the Netflix Prize", 2008 (ALS-WR); Golub and Van Loan, "Matrix Computations", section 4.2
 * (Cholesky).
 */
public final class CholeskySolver implements RowSolver {

  private static final double FLOAT_PIVOT = 0x1p-10;
  private static final double EXACT_PIVOT = 0x1p-36;
  private static final double SMALLEST_DIAGONAL = 0x1p-40;

  private final int rank;
  private final NormalEquations equations;
  private final DMatrixRMaj matrix;
  private final DMatrixRMaj rightHandSide;
  private final DMatrixRMaj solution;
  private final CholeskyDecompositionInner_DDRM decomposition;
  private final LinearSolverChol_DDRM solver;

  /**
   * Creates a solver.
   *
   * @param rank the number of factors, 1..{@value NormalEquations#MAX_RANK}
   * @throws IllegalArgumentException as {@link NormalEquations#create} does
   * @throws IllegalStateException as {@link NormalEquations#create} does
   */
  public CholeskySolver(int rank) {
    this(NormalEquations.create(rank));
  }

  CholeskySolver(NormalEquations equations) {
    this.equations = equations;
    this.rank = equations.rank();
    this.matrix = new DMatrixRMaj(rank, rank);
    this.rightHandSide = new DMatrixRMaj(rank, 1);
    this.solution = new DMatrixRMaj(rank, 1);
    // The plain decomposition by name, as LinearSolverFactory_DDRM.chol may choose one that hides
    // its pivots.
    this.decomposition = new CholeskyDecompositionInner_DDRM(true);
    this.solver = new LinearSolverChol_DDRM(decomposition);
  }

  @Override
  public boolean solve(RowSystem row, float[] x, int offset) {
    Objects.checkFromIndexSize(offset, rank, x.length);
    equations.set(row);
    if (solve(row.diagonal(), x, offset)) {
      return true;
    }
    equations.setExactly(row);
    return solve(row.diagonal(), x, offset);
  }

  @Override
  public double lossChange(float[] x, int offset) {
    return equations.quadratic(x, offset);
  }

  /** Solves the equations as they are set. */
  private boolean solve(double diagonal, float[] x, int offset) {
    load(diagonal);
    // The decomposition replaces the matrix by L.
    if (!solver.setA(matrix) || !pivotsAreSound(diagonal)) {
      return false;
    }
    solver.solve(rightHandSide, solution);
    boolean finite = true;
    for (int i = 0; i < rank; i++) {
      float xi = (float) solution.data[i];
      x[offset + i] = xi;
      finite &= Float.isFinite(xi);
    }
    return finite;
  }

  private void load(double diagonal) {
    double[] a = equations.a;
    double[] m = matrix.data;
    for (int i = 0; i < rank; i++) {
      int row = i * equations.stride;
      for (int j = 0; j < i; j++) {
        double aij = a[row + j];
        m[i * rank + j] = aij;
        m[j * rank + i] = aij;
      }
      m[i * rank + i] = a[row + i] + diagonal;
      rightHandSide.data[i] = equations.b[i];
    }
  }

  private boolean pivotsAreSound(double diagonal) {
    double[] l = decomposition.getT().data;
    for (int i = 0; i < rank; i++) {
      double m = equations.a[i * equations.stride + i] + diagonal;
      double pivot = l[i * rank + i] * l[i * rank + i];
      double least =
          diagonal >= SMALLEST_DIAGONAL * m
              ? Math.min(EXACT_PIVOT * m, diagonal / 2)
              : EXACT_PIVOT * m;
      if (!equations.isExact()) {
        least = Math.max(least, FLOAT_PIVOT * (m - equations.gramDiagonal(i)));
      }
      // Negated, so that NaN is unsound. Infinity would pass as 1 / infinity is a finite solution.
      if (!(pivot >= least) || !Double.isFinite(m)) {
        return false;
      }
    }
    return true;
  }
}
