package dev.beamals.linalg;

import java.util.Objects;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.decomposition.chol.CholeskyDecompositionInner_DDRM;
import org.ejml.dense.row.linsol.chol.LinearSolverChol_DDRM;

/**
 * Solves {@code (A + d I) x = b} for the {@code A} (rank × rank) and {@code b} (rank) of {@link
 * NormalEquations} by EJML's Cholesky decomposition {@code A + d I = L Lᵀ} in double. In ALS-WR
 * {@code d} is λ times the number of ratings of the row.
 *
 * <p>EJML itself accepts every pivot above zero, and rounding turns the zero pivots of a singular
 * matrix into small numbers of either sign. With {@code mᵢ = aᵢᵢ + d}, the pivot {@code lᵢᵢ²} is
 * therefore accepted only
 *
 * <ul>
 *   <li>when it is at least {@code 2⁻¹⁰ mᵢ}: below, the float rounding of {@link
 *       NormalEquations#add}, some {@code 2⁻²⁴ mᵢ}, would show in the solution; or
 *   <li>where the equations were added by {@link NormalEquations#addExactly}, when it is at least
 *       {@code 2⁻³⁶ mᵢ}, or when it is at least {@code d / 2} and {@code d} at least {@code 2⁻⁴⁰
 *       mᵢ}: {@code A} has no negative eigenvalue, so every exact pivot is at least {@code d}, and
 *       this one is about as large as the caller asked for.
 * </ul>
 *
 * <p>So a caller adds, solves, and where that is false adds exactly and solves again: {@link
 * #solveRow} does.
 *
 * <p>Buffers are allocated once and reused: an instance belongs to one thread.
 *
 * <p>Sources: Zhou, Wilkinson, Schreiber and Pan, "Large-scale Parallel Collaborative Filtering for
 * the Netflix Prize", 2008 (ALS-WR); Golub and Van Loan, "Matrix Computations", section 4.2
 * (Cholesky).
 */
public final class CholeskySolver {

  private static final double FLOAT_PIVOT = 0x1p-10;
  private static final double EXACT_PIVOT = 0x1p-36;
  private static final double SMALLEST_DIAGONAL = 0x1p-40;

  private final int rank;
  private final DMatrixRMaj matrix;
  private final DMatrixRMaj rightHandSide;
  private final DMatrixRMaj solution;
  private final CholeskyDecompositionInner_DDRM decomposition;
  private final LinearSolverChol_DDRM solver;

  /**
   * Creates a solver.
   *
   * @param rank the number of factors, 1..{@value NormalEquations#MAX_RANK}
   * @throws IllegalArgumentException when the rank is out of range
   */
  public CholeskySolver(int rank) {
    NormalEquations.checkRank(rank);
    this.rank = rank;
    this.matrix = new DMatrixRMaj(rank, rank);
    this.rightHandSide = new DMatrixRMaj(rank, 1);
    this.solution = new DMatrixRMaj(rank, 1);
    // The plain decomposition by name, as LinearSolverFactory_DDRM.chol may choose one that hides
    // its pivots.
    this.decomposition = new CholeskyDecompositionInner_DDRM(true);
    this.solver = new LinearSolverChol_DDRM(decomposition);
  }

  /**
   * Solves {@code (A + diagonal I) x = b}.
   *
   * @param equations {@code A} and {@code b}. Not modified.
   * @param diagonal what is added to the diagonal of {@code A}, at least 0
   * @param x where the solution goes, to {@code x[offset]} up to {@code x[offset + rank - 1]}.
   *     Modified there only.
   * @param offset the index of the first element of the solution
   * @return false when {@code A + diagonal I} is not numerically positive definite (see the class
   *     comment) or not finite, or the solution is not finite in float; x is then unspecified in
   *     the same range
   * @throws IllegalArgumentException when the equations are of another rank, or the diagonal is
   *     negative or not a number
   * @throws IndexOutOfBoundsException when the solution does not fit in {@code x}
   */
  public boolean solve(NormalEquations equations, double diagonal, float[] x, int offset) {
    if (equations.rank() != rank) {
      throw new IllegalArgumentException(
          "equations of rank " + equations.rank() + " in a solver of rank " + rank);
    }
    if (!(diagonal >= 0)) {
      throw new IllegalArgumentException("diagonal must be at least 0: " + diagonal);
    }
    Objects.checkFromIndexSize(offset, rank, x.length);
    load(equations, diagonal);
    // The decomposition replaces the matrix by L.
    if (!solver.setA(matrix) || !pivotsAreSound(equations, diagonal)) {
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

  /**
   * Solves one row of ALS: in float batches where that is accurate, in double where it is not.
   *
   * @param equations Modified
   * @param factors as of {@link NormalEquations#add}, as {@code neighbours}, {@code ratings},
   *     {@code from} and {@code to} are. Not modified.
   * @return as {@link #solve}: false where the row does not determine its factors
   */
  public boolean solveRow(
      NormalEquations equations,
      float[] factors,
      int[] neighbours,
      float[] ratings,
      int from,
      int to,
      double diagonal,
      float[] x,
      int offset) {
    equations.reset();
    equations.add(factors, neighbours, ratings, from, to);
    if (solve(equations, diagonal, x, offset)) {
      return true;
    }
    equations.reset();
    equations.addExactly(factors, neighbours, ratings, from, to);
    return solve(equations, diagonal, x, offset);
  }

  private void load(NormalEquations equations, double diagonal) {
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

  private boolean pivotsAreSound(NormalEquations equations, double diagonal) {
    double[] l = decomposition.getT().data;
    for (int i = 0; i < rank; i++) {
      double m = equations.a[i * equations.stride + i] + diagonal;
      double pivot = l[i * rank + i] * l[i * rank + i];
      double least =
          !equations.isExact()
              ? FLOAT_PIVOT * m
              : diagonal >= SMALLEST_DIAGONAL * m
                  ? Math.min(EXACT_PIVOT * m, diagonal / 2)
                  : EXACT_PIVOT * m;
      // Negated, so that NaN is unsound. Infinity would pass as 1 / infinity is a finite solution.
      if (!(pivot >= least) || !Double.isFinite(m)) {
        return false;
      }
    }
    return true;
  }
}
