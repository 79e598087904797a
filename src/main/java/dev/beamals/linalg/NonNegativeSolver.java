package dev.beamals.linalg;

import java.util.Arrays;
import java.util.Objects;

/**
 * Finds the one {@code x ≥ 0} that minimizes {@code xᵀ (A + d I) x − 2 bᵀ x}.
 *
 * <p>With {@code g = b − (A + d I) x}, it is the x where {@code gᵢ = 0} for every {@code xᵢ > 0}
 * and {@code gᵢ ≤ 0} for every {@code xᵢ = 0} (Karush, Kuhn and Tucker). Here a {@code gᵢ} counts
 * as 0 up to {@code 2⁻⁴⁰ (|bᵢ| + Σ |aᵢⱼ| xⱼ)}, before x is rounded to float.
 *
 * <p>The method is an active set: some factors are free, in the beginning all, the others held at
 * 0. The equations of the free ones are solved. Where that solution has factors that are not
 * positive, x goes towards it until the first of its own is 0, those that are 0 are held, and the
 * rest is solved again. Then all held factors with {@code gᵢ > 0} become free, until there are
 * none. Of those some end up positive, as the way to the solution of a set leads down along {@code
 * g}. So what is minimized falls with each round, and no set of free factors is met twice.
 *
 * <p>The equations of a row are summed in float, and once more in double where that is not accurate
 * enough, as in {@link CholeskySolver}. A row is singular where the equations of the free factors
 * are at any step; in the first all are free.
 *
 * <p>Buffers are allocated once and reused: an instance belongs to one thread.
 *
 * <p>Sources: Lawson and Hanson, "Solving Least Squares Problems", 1974, chapter 23 (the active
 * set, one factor at a time); Bro and de Jong, "A fast non-negativity-constrained least squares
 * algorithm", 1997 (from the normal equations).
 */
public final class NonNegativeSolver implements DirectSolver {
  private static final double TOLERANCE = 0x1p-40;

  private final int rank;
  private final NormalEquations equations;
  private final CheckedCholesky cholesky;

  /** The minimum, in double. */
  final double[] solution;

  /** How often equations were solved for the last row. */
  int solves;

  private final boolean[] free;

  /** The free factors, ascending, how many they are, and the solution of their equations. */
  private final int[] kept;

  private int count;
  private final double[] target;

  /**
   * Creates a solver.
   *
   * @param rank the number of factors, 1..{@value NormalEquations#MAX_RANK}
   * @throws IllegalArgumentException as {@link NormalEquations#create} does
   * @throws IllegalStateException as {@link NormalEquations#create} does
   */
  public NonNegativeSolver(int rank) {
    this(NormalEquations.create(rank));
  }

  NonNegativeSolver(NormalEquations equations) {
    this.equations = equations;
    this.rank = equations.rank();
    this.cholesky = new CheckedCholesky(equations);
    this.solution = new double[rank];
    this.free = new boolean[rank];
    this.kept = new int[rank];
    this.target = new double[rank];
  }

  @Override
  public boolean solve(RowSystem row, float[] x, int offset) {
    Objects.checkFromIndexSize(offset, rank, x.length);
    equations.set(row);
    if (minimize(row.diagonal()) && NormalEquations.round(solution, x, offset)) {
      return true;
    }
    equations.setExactly(row);
    return minimize(row.diagonal()) && NormalEquations.round(solution, x, offset);
  }

  @Override
  public double lossChange(float[] x, int offset) {
    return equations.quadratic(x, offset);
  }

  @Override
  public void solveAlso(float[] q, int offset, double[] v) {
    cholesky.solveAlso(kept, count, q, offset, v);
  }

  /** Minimizes by the equations as they are set; returns false where they are singular. */
  private boolean minimize(double diagonal) {
    Arrays.fill(solution, 0);
    Arrays.fill(free, true);
    solves = 0;
    // Ten rounds are many. Where more than this follow, they go in a circle of sets that are as
    // good
    // as each other but for rounding: any of them will do.
    for (int round = 0; round < 4 * rank + 20; round++) {
      if (!solveFree(diagonal)) {
        return false;
      }
      if (!freeMore()) {
        return true;
      }
    }
    return true;
  }

  /** Goes to the minimum over the free factors, or over those of them that stay positive. */
  private boolean solveFree(double diagonal) {
    while (true) {
      count = 0;
      for (int i = 0; i < rank; i++) {
        if (free[i]) {
          kept[count++] = i;
        }
      }
      if (count == 0) {
        return true;
      }
      solves++;
      if (!cholesky.solve(diagonal, kept, count, target)) {
        return false;
      }
      double share = 1;
      for (int f = 0; f < count; f++) {
        if (target[f] <= 0) {
          share = Math.min(share, shareToZero(f));
        }
      }
      boolean held = false;
      for (int f = 0; f < count; f++) {
        int i = kept[f];
        if (target[f] <= 0 && shareToZero(f) <= share) {
          solution[i] = 0;
          free[i] = false;
          held = true;
        }
      }
      for (int f = 0; f < count; f++) {
        int i = kept[f];
        if (free[i]) {
          solution[i] =
              held ? Math.max(0, solution[i] + share * (target[f] - solution[i])) : target[f];
        }
      }
      if (!held) {
        return true;
      }
    }
  }

  /** The share of the way to a target that is not positive at which a factor reaches 0. */
  private double shareToZero(int f) {
    double xi = solution[kept[f]];
    return xi == 0 ? 0 : xi / (xi - target[f]);
  }

  /** Frees the held factors with {@code gᵢ > 0}; returns whether there are any. */
  private boolean freeMore() {
    boolean any = false;
    for (int i = 0; i < rank; i++) {
      if (!free[i] && isWanted(i)) {
        free[i] = true;
        any = true;
      }
    }
    return any;
  }

  /** Whether {@code gᵢ > 0}, of a factor that is 0. */
  private boolean isWanted(int i) {
    double[] a = equations.a;
    int stride = equations.stride;
    double gradient = equations.b[i];
    double size = Math.abs(gradient);
    for (int j = 0; j < rank; j++) {
      double share = (j < i ? a[i * stride + j] : a[j * stride + i]) * solution[j];
      gradient -= share;
      size += Math.abs(share);
    }
    return gradient > TOLERANCE * size;
  }
}
