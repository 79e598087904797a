package dev.beamals.linalg;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Solves {@code (A + d I) x = b} by a Cholesky decomposition in double.
 *
 * <p>The equations of a row are summed in float; where their pivots are so small that its rounding
 * would show in the solution, they are summed in double and solved again. A row is singular where
 * the pivots are too small for that as well ({@link CheckedCholesky}).
 *
 * <p>Buffers are allocated once and reused: an instance belongs to one thread.
 *
 * <p>Source: Zhou, Wilkinson, Schreiber and Pan, "Large-scale Parallel Collaborative Filtering for
 * the Netflix Prize", 2008 (ALS-WR).
 */
public final class CholeskySolver implements DirectSolver {
  /**
   * The largest rank at which a batch is faster than its rows one by one: beyond, its matrices are
   * too large for the cache of a core.
   */
  private static final int MAX_BATCH_RANK = 96;

  private final int rank;
  private final NormalEquations equations;
  private final CheckedCholesky cholesky;
  private final int[] all;
  private final double[] solution;

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
    this.cholesky = new CheckedCholesky(equations);
    this.all = new int[rank];
    Arrays.setAll(all, i -> i);
    this.solution = new double[rank];
  }

  /**
   * Returns an empty batch for systems that would be solved one by one, or null where that is
   * faster, or there is no vector module.
   */
  public static @Nullable CholeskyBatch createBatch(int rank) {
    // As in NormalEquations: the class that needs the module is loaded only when this branch runs.
    return rank <= MAX_BATCH_RANK && NormalEquations.useVectors() ? new CholeskyBatch(rank) : null;
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

  @Override
  public void solveAlso(float[] q, int offset, double[] v) {
    cholesky.solveAlso(all, rank, q, offset, v);
  }

  /** Solves the equations as they are set. */
  private boolean solve(double diagonal, float[] x, int offset) {
    return cholesky.solve(diagonal, all, rank, solution)
        && NormalEquations.round(solution, x, offset);
  }
}
