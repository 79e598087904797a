package dev.beamals.als;

import dev.beamals.RunException;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Side;
import dev.beamals.linalg.CholeskySolver;
import dev.beamals.linalg.DirectSolver;
import dev.beamals.linalg.FactorMatrix;
import dev.beamals.linalg.NonNegativeSolver;
import java.util.Arrays;

/**
 * What each rating of a user adds to the prediction for an item, in every mode.
 *
 * <p>A user is the solution of its equations, {@code x = A⁻¹ Σ tⱼ yⱼ} over its ratings j, so the
 * prediction for an item with factors y is a sum over them:
 *
 * <pre>
 * p = fixed + Σ tⱼ yᵀ A⁻¹ yⱼ
 * </pre>
 *
 * <p>Of explicit ratings {@code A = Σ yⱼ yⱼᵀ + λ s I} and {@code tⱼ} is the rating less the mean
 * and the bias of its item, where there are such; the bias of the user is one more number of x, so
 * that it is a part of what ratings add. The mean and the bias of the item are {@link #fixed}: no
 * rating of the user adds them. Of implicit feedback {@code A = YᵀY + Σ α |rⱼ| yⱼ yⱼᵀ + λ s I}, and
 * {@code tⱼ = 1 + α rⱼ} where {@code rⱼ} is above 0, else 0. With non-negative factors, A is that
 * of the factors which are positive in x.
 *
 * <p>The sum is what {@link FoldIn} predicts for a user with these ratings, but for rounding; for
 * the ratings of the training it is the prediction of the model, whose users were solved last, with
 * {@link AlsParameters.Solver#cholesky}.
 *
 * <p>{@code rank³ / 3} multiply-adds for a user, then {@code rank²} and rank for each of its
 * ratings for an item. An instance keeps buffers and belongs to one thread.
 *
 * <p>Source: Hu, Koren and Volinsky, <i>Collaborative Filtering for Implicit Feedback Datasets</i>,
 * 2008, section 5.
 */
public final class Contributions {
  private final AlsParameters parameters;
  private final RatingBlock ratings;
  private final float[] items;
  private final double mean;
  private final int rank;
  private final DirectSolver solver;
  private final BlockSolver.Rows rows;

  /** The items as rows are solved against them. */
  private final FactorMatrix matrix;

  private final float[] row;
  private final double[] solution;
  private int user;
  private boolean solved;

  /**
   * @param ratings all of the users' ratings of items that have factors. Not modified.
   * @param dst row-major, the columns of the items of the ratings. Not modified.
   * @param items row-major, the columns of the items that are predicted. Not modified.
   */
  Contributions(
      AlsParameters parameters,
      RatingBlock ratings,
      float[] dst,
      float[] items,
      BlockSolver.Others others) {
    BlockSolver equations =
        new BlockSolver(parameters.withSolver(AlsParameters.Solver.cholesky), Side.USER);
    this.parameters = parameters;
    this.ratings = ratings;
    this.items = items;
    this.mean = others.mean();
    this.rank = equations.solved();
    this.solver = parameters.nonnegative() ? new NonNegativeSolver(rank) : new CholeskySolver(rank);
    this.rows = equations.rows(ratings, FactorMatrix.of(dst, parameters.columns()), others);
    this.matrix = equations.matrix(FactorMatrix.of(items, parameters.columns()));
    this.row = new float[rank];
    this.solution = new double[rank];
  }

  /** The ratings that predictions are made of: those of items that have factors. */
  public RatingBlock ratings() {
    return ratings;
  }

  /**
   * Solves a user.
   *
   * @param user its row in {@link #ratings}
   * @throws RunException naming the user where its ratings do not determine its factors
   */
  public void select(int user) {
    this.user = user;
    rows.select(user);
    solved = !rows.isZero();
    if (solved && !rows.solve(solver, row)) {
      throw new RunException(rows.singular());
    }
  }

  /**
   * Tells what each rating of the user that is selected adds.
   *
   * @param item the row of the item
   * @param to Modified: from its beginning on, for each of the user's ratings, in their order
   */
  public void explain(int item, double[] to) {
    int from = ratings.offsets()[user];
    int count = ratings.offsets()[user + 1] - from;
    if (!solved) {
      Arrays.fill(to, 0, count, 0);
      return;
    }
    solver.solveAlso(matrix.piece(item), matrix.offset(item), solution);
    for (int n = 0; n < count; n++) {
      int neighbour = ratings.neighbours()[from + n];
      double product = 0;
      for (int k = 0; k < rank; k++) {
        product += solution[k] * rows.matrix().get(neighbour, k);
      }
      to[n] = rows.targets()[from + n] * product;
    }
  }

  /** What is added to the prediction for an item for any user: the mean and the item's bias. */
  public double fixed(int item) {
    return mean + (parameters.biases() ? items[(item + 1) * parameters.columns() - 1] : 0);
  }
}
