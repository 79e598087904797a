package dev.beamals.linalg;

/**
 * Solves the system of one row of ALS at a time.
 *
 * <p>The result is a function of the system, and of where an iterative solver starts, alone: it
 * does not depend on the rows solved before. Solvers keep buffers, so an instance belongs to one
 * thread, and they allocate nothing for a row.
 */
public interface RowSolver {

  /**
   * Finds the {@code x} (rank) that minimizes {@code xᵀ (A + d I) x − 2 bᵀ x}, exactly, under a
   * constraint or approximately, as the solver says.
   *
   * @param row the system. Not modified.
   * @param x on return the solution is in {@code x[offset]} up to {@code x[offset + rank - 1]}.
   *     What is there before is where an iterative solver starts, such as the factors of the step
   *     before, or zeros; the others ignore it. Modified there only.
   * @param offset the index of the first element of the solution
   * @return false when the system does not determine a solution that is finite in float: it is
   *     singular, or what went into it is not finite; x is then unspecified in the same range
   * @throws IllegalArgumentException when the system is of another rank, or a weight is negative or
   *     not finite
   * @throws IndexOutOfBoundsException when the solution does not fit in {@code x}, or a neighbour
   *     has no factors
   */
  boolean solve(RowSystem row, float[] x, int offset);
}
