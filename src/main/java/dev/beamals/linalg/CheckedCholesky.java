package dev.beamals.linalg;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.decomposition.chol.CholeskyDecompositionInner_DDRM;
import org.ejml.dense.row.linsol.chol.LinearSolverChol_DDRM;

/**
 * EJML's Cholesky decomposition {@code A + d I = L Lᵀ} in double, of {@link NormalEquations} or of
 * the rows and columns of some factors, with pivots that are looked at.
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
 * <p>Source: Golub and Van Loan, "Matrix Computations", section 4.2.
 */
final class CheckedCholesky {
  private static final double FLOAT_PIVOT = 0x1p-10;
  private static final double EXACT_PIVOT = 0x1p-36;
  private static final double SMALLEST_DIAGONAL = 0x1p-40;

  private final NormalEquations equations;
  private final DMatrixRMaj matrix;
  private final DMatrixRMaj rightHandSide;
  private final DMatrixRMaj solution;
  private final CholeskyDecompositionInner_DDRM decomposition;
  private final LinearSolverChol_DDRM solver;

  /** Decomposes the equations as they are set whenever it solves. */
  CheckedCholesky(NormalEquations equations) {
    int rank = equations.rank();
    this.equations = equations;
    this.matrix = new DMatrixRMaj(rank, rank);
    this.rightHandSide = new DMatrixRMaj(rank, 1);
    this.solution = new DMatrixRMaj(rank, 1);
    // The plain decomposition by name, as LinearSolverFactory_DDRM.chol may choose one that hides
    // its pivots.
    this.decomposition = new CholeskyDecompositionInner_DDRM(true);
    this.solver = new LinearSolverChol_DDRM(decomposition);
  }

  /**
   * Solves {@code (A + d I) x = b} for the factors in {@code kept}, the others held at zero.
   *
   * @param kept the factors, ascending. Not modified.
   * @param count how many they are, at least 1
   * @param x that of factor {@code kept[i]} goes to i. Modified there.
   * @return false when a pivot is not accepted; x is then not modified
   */
  boolean solve(double diagonal, int[] kept, int count, double[] x) {
    load(diagonal, kept, count);
    // The decomposition replaces the matrix by L.
    if (!solver.setA(matrix) || !pivotsAreSound(diagonal, kept, count)) {
      return false;
    }
    solver.solve(rightHandSide, solution);
    System.arraycopy(solution.data, 0, x, 0, count);
    return true;
  }

  /**
   * Solves for another right-hand side by the decomposition that was made last, which was accepted.
   *
   * @param kept the factors that were solved. Not modified.
   * @param q the right-hand side of all factors, from {@code offset} on. Not modified.
   * @param v Modified: the solution of all factors, 0 of those that are not kept
   */
  void solveAlso(int[] kept, int count, float[] q, int offset, double[] v) {
    Arrays.fill(v, 0);
    if (count == 0) {
      return;
    }
    rightHandSide.reshape(count, 1);
    solution.reshape(count, 1);
    for (int i = 0; i < count; i++) {
      rightHandSide.data[i] = q[offset + kept[i]];
    }
    solver.solve(rightHandSide, solution);
    for (int i = 0; i < count; i++) {
      v[kept[i]] = solution.data[i];
    }
  }

  private void load(double diagonal, int[] kept, int count) {
    matrix.reshape(count, count);
    rightHandSide.reshape(count, 1);
    solution.reshape(count, 1);
    double[] a = equations.a;
    double[] m = matrix.data;
    for (int i = 0; i < count; i++) {
      int row = kept[i] * equations.stride;
      for (int j = 0; j < i; j++) {
        double aij = a[row + kept[j]];
        m[i * count + j] = aij;
        m[j * count + i] = aij;
      }
      m[i * count + i] = a[row + kept[i]] + diagonal;
      rightHandSide.data[i] = equations.b[kept[i]];
    }
  }

  private boolean pivotsAreSound(double diagonal, int[] kept, int count) {
    double[] l = decomposition.getT().data;
    for (int i = 0; i < count; i++) {
      int k = kept[i];
      double m = equations.a[k * equations.stride + k] + diagonal;
      double pivot = l[i * count + i] * l[i * count + i];
      if (!(equations.isExact()
          ? isSound(pivot, m, diagonal)
          : isSoundInFloat(pivot, m, diagonal, equations.gramDiagonal(k)))) {
        return false;
      }
    }
    return true;
  }

  /** Whether a pivot is accepted of equations that were set in double. */
  private static boolean isSound(double pivot, double m, double diagonal) {
    double least =
        diagonal >= SMALLEST_DIAGONAL * m
            ? Math.min(EXACT_PIVOT * m, diagonal / 2)
            : EXACT_PIVOT * m;
    // Infinity would pass as 1 / infinity is a finite solution. NaN is unsound.
    return pivot >= least && Double.isFinite(m);
  }

  /**
   * Whether a pivot is accepted of equations that were set in float.
   *
   * @param gram the share of the Gram matrix in m
   */
  static boolean isSoundInFloat(double pivot, double m, double diagonal, double gram) {
    return isSound(pivot, m, diagonal) && pivot >= FLOAT_PIVOT * (m - gram);
  }
}
