package dev.beamals.linalg;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Comes closer to the solution of {@code (A + d I) x = b} by a number of steps of the conjugate
 * gradient method, from the {@code x} that it is given: each step lowers {@code xᵀ (A + d I) x − 2
 * bᵀ x}. In ALS three steps from the row's last factors come near enough, at a cost that grows with
 * the rank k as k² at most, where a decomposition costs k³.
 *
 * <p>Where that is cheaper {@code A} is never made: a step then costs {@code 2 n k} multiply-adds
 * for n neighbours ({@link NeighbourProducts}), and making {@code A} would cost {@code n k² / 2}.
 * Which of the two is done depends on n, k, the number of steps and whether there is a Gram matrix,
 * not on the machine.
 *
 * <p>A singular system is no failure: of its solutions x comes closer to the one that is nearest to
 * where it starts.
 *
 * <p>Buffers are allocated once and reused: an instance belongs to one thread.
 *
 * <p>Sources: Hestenes and Stiefel, "Methods of Conjugate Gradients for Solving Linear Systems",
 * 1952; Takács, Pilászy and Tikk, "Applications of the Conjugate Gradient Method for Implicit
 * Feedback Collaborative Filtering", 2011.
 */
public final class ConjugateGradientSolver implements RowSolver {
  private final int rank;
  private final int steps;
  private final NormalEquations equations;
  private final NeighbourProducts products;

  /** {@code A + d I}, row-major, where it is made. */
  private final double[] matrix;

  private final double[] solution;
  private final double[] residual;
  private final double[] product;

  /** The direction of a step, rounded to float; zero beyond the rank. */
  private final float[] direction;

  /** The row that was solved last. */
  private @Nullable RowSystem solved;

  /** Whether {@code A} was made for it. */
  private boolean made;

  /**
   * Creates a solver.
   *
   * @param rank the number of factors, 1..{@value NormalEquations#MAX_RANK}
   * @param steps the number of steps for a row, at least 1
   * @throws IllegalArgumentException when the steps are fewer, or as {@link NormalEquations#create}
   *     does
   * @throws IllegalStateException as {@link NormalEquations#create} does
   */
  public ConjugateGradientSolver(int rank, int steps) {
    this(NormalEquations.create(rank), NeighbourProducts.create(rank), steps);
  }

  ConjugateGradientSolver(NormalEquations equations, NeighbourProducts products, int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("steps=" + steps + ": expected at least 1");
    }
    this.equations = equations;
    this.products = products;
    this.rank = equations.rank();
    this.steps = steps;
    this.matrix = new double[rank * rank];
    this.solution = new double[rank];
    this.residual = new double[rank];
    this.product = new double[rank];
    this.direction = new float[products.stride];
  }

  @Override
  public boolean solve(RowSystem row, float[] x, int offset) {
    Objects.checkFromIndexSize(offset, rank, x.length);
    equations.checkRank(row);
    solved = row;
    made = isWorthMaking(row);
    if (made) {
      equations.set(row);
      make(row.diagonal());
    }
    for (int i = 0; i < rank; i++) {
      solution[i] = x[offset + i];
      direction[i] = x[offset + i];
    }
    if (made) {
      System.arraycopy(equations.b, 0, residual, 0, rank);
      subtract(matrix, residual);
    } else {
      Arrays.fill(residual, 0);
      products.addResidual(row, direction, residual);
      subtractRest(row, residual);
    }
    double size = dot(residual, residual);
    for (int i = 0; i < rank; i++) {
      direction[i] = (float) residual[i];
    }
    for (int step = 0; step < steps; step++) {
      // The product is − (A + d I) p, p the direction.
      Arrays.fill(product, 0);
      if (made) {
        subtract(matrix, product);
      } else {
        products.subtractProduct(row, direction, product);
        subtractRest(row, product);
      }
      double descent = 0;
      double curvature = 0;
      for (int i = 0; i < rank; i++) {
        descent += direction[i] * residual[i];
        curvature -= direction[i] * product[i];
      }
      // Done, or flat but for rounding. What is not a number goes on, into the solution.
      if (curvature <= 0) {
        break;
      }
      // Not size / curvature, so that no step goes up although the direction is rounded.
      double length = descent / curvature;
      for (int i = 0; i < rank; i++) {
        solution[i] += length * direction[i];
        residual[i] += length * product[i];
      }
      double next = dot(residual, residual);
      for (int i = 0; i < rank; i++) {
        direction[i] = (float) (residual[i] + next / size * direction[i]);
      }
      size = next;
    }
    return NormalEquations.round(solution, x, offset);
  }

  @Override
  public double lossChange(float[] x, int offset) {
    if (made) {
      return equations.quadratic(x, offset);
    }
    RowSystem row = Objects.requireNonNull(solved, "no row was solved");
    System.arraycopy(x, offset, direction, 0, rank);
    double change = products.quadratic(row, direction);
    if (row.gram != null) {
      Arrays.fill(product, 0);
      subtract(row.gram, product);
      for (int i = 0; i < rank; i++) {
        change -= direction[i] * product[i];
      }
    }
    return change;
  }

  /**
   * Whether making {@code A} and multiplying with it is cheaper than multiplying with the
   * neighbours and {@code G}. Counted in multiply-adds in the tiles of {@link NormalEquations}: one
   * with a neighbour, which comes through the cache, takes as long as about 4, one with a matrix in
   * double does too, and filling, adding up and copying takes 16 for each element.
   */
  private boolean isWorthMaking(RowSystem row) {
    double n = row.to() - row.from();
    double products = steps + 1.0;
    double withNeighbours = 4 * products * 2 * n * rank;
    double withMatrix = 4 * products * rank * rank;
    double making = n * rank * rank / 2 + 16.0 * rank * rank;
    return making + withMatrix < withNeighbours + (row.gram == null ? 0 : withMatrix);
  }

  private void make(double diagonal) {
    for (int i = 0; i < rank; i++) {
      int row = i * equations.stride;
      for (int j = 0; j < i; j++) {
        double aij = equations.a[row + j];
        matrix[i * rank + j] = aij;
        matrix[j * rank + i] = aij;
      }
      matrix[i * rank + i] = equations.a[row + i] + diagonal;
    }
  }

  /** Subtracts {@code (G + d I) p}. */
  private void subtractRest(RowSystem row, double[] to) {
    if (row.gram != null) {
      subtract(row.gram, to);
    }
    for (int i = 0; i < rank; i++) {
      to[i] -= row.diagonal() * direction[i];
    }
  }

  /** Subtracts the product of a symmetric matrix with the direction. */
  private void subtract(double[] m, double[] to) {
    for (int i = 0; i < rank; i++) {
      subtractRow(direction[i], m, i * rank, to);
    }
  }

  private static void subtractRow(double c, double[] m, int from, double[] to) {
    for (int j = 0; j < to.length; j++) {
      to[j] -= c * m[from + j];
    }
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }
}
