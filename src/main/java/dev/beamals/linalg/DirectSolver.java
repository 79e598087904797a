package dev.beamals.linalg;

/**
 * Solves the system of a row exactly, so that further right-hand sides of the same row cost {@code
 * rank²} multiply-adds each. That is what tells the parts of a solution apart: the solution for
 * {@code b = Σ t y} has the product {@code q·x = Σ t (v·y)} with a row q, {@code v} the solution
 * for q.
 */
public interface DirectSolver extends RowSolver {

  /**
   * Solves {@code (A + d I) v = q} with the matrix of the row that was solved last, when {@link
   * #solve} returned true. Under a constraint it is solved for the factors that the constraint
   * leaves free in the solution of that row, and v is 0 elsewhere.
   *
   * @param q where the right-hand side is, {@code q[offset]} up to {@code q[offset + rank - 1]}.
   *     Not modified.
   * @param v on return the solution (rank). Modified.
   */
  void solveAlso(float[] q, int offset, double[] v);
}
