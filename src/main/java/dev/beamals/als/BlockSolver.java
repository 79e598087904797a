package dev.beamals.als;

import static dev.beamals.Words.count;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Side;
import dev.beamals.linalg.CholeskyBatch;
import dev.beamals.linalg.CholeskySolver;
import dev.beamals.linalg.ConjugateGradientSolver;
import dev.beamals.linalg.DirectSolver;
import dev.beamals.linalg.FactorMatrix;
import dev.beamals.linalg.GramSum;
import dev.beamals.linalg.NonNegativeSolver;
import dev.beamals.linalg.RowSolver;
import dev.beamals.linalg.RowSystem;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Solves the rows of blocks of one side against factors of the other side that stay as they are: a
 * half-step of a block, in every mode.
 *
 * <p>A row with ratings r of neighbours with factors y gets the x that minimizes
 *
 * <pre>
 * Σ c (p − x·y)² + λ s |x|²
 * </pre>
 *
 * over all of its pairs, {@code x ≥ 0} where factors are not negative. Of explicit ratings, pairs
 * are those that are rated, p = r and c = 1. Of implicit feedback they are those with every id of
 * the other side, p is 1 where r is above 0 and 0 elsewhere, and {@code c = 1 + α |r|}: the part of
 * c that is 1 everywhere is {@code YᵀY}, which all rows share. The scale s is {@link
 * AlsParameters#regScaling}.
 *
 * <p>With biases, y has a last element that is the same in all rows, and x one that is the bias;
 * what the rows of the other side have for their own bias, and the mean, is subtracted from r.
 * Where biases have a λ of their own, the element is {@code √(λ / λ_bias)} and x has the bias
 * divided by it, so that one λ regularizes all of x.
 *
 * <p>An instance keeps buffers and belongs to one thread.
 */
final class BlockSolver {
  /** Below, the compiler takes longer for batches than they save in a training. */
  private static final long BATCH_FROM = 100_000_000;

  private final AlsParameters parameters;
  private final Side side;
  private final double lambda;
  private final float biasUnit;
  private final int solved;
  private final RowSolver solver;

  /** Solves most rows, where the solver is {@link CholeskySolver}; null where it does not. */
  private final @Nullable CholeskyBatch batch;

  private final long batchFrom;

  /**
   * @param side that of the rows
   */
  BlockSolver(AlsParameters parameters, Side side) {
    this(parameters, side, BATCH_FROM);
  }

  /** For blocks that are each about one of {@code numBlocks} parts of the side. */
  static BlockSolver ofBlocks(AlsParameters parameters, Side side, int numBlocks) {
    return new BlockSolver(parameters, side, BATCH_FROM / numBlocks);
  }

  /**
   * @param batchFrom rows times rank³ of a block from which on they are solved in batches; the bits
   *     are the same
   */
  BlockSolver(AlsParameters parameters, Side side, long batchFrom) {
    this.batchFrom = batchFrom;
    this.parameters = parameters;
    this.side = side;
    this.lambda = parameters.regParam(side);
    Double biasRegParam = parameters.biasRegParam();
    this.biasUnit = biasRegParam == null ? 1 : (float) Math.sqrt(lambda / biasRegParam);
    this.solved = parameters.rank() + (parameters.biases() ? 1 : 0);
    this.solver = solver(parameters, solved);
    this.batch = solver instanceof CholeskySolver ? CholeskySolver.createBatch(solved) : null;
  }

  private static RowSolver solver(AlsParameters parameters, int solved) {
    if (parameters.nonnegative()) {
      return new NonNegativeSolver(solved);
    }
    return parameters.solver() == AlsParameters.Solver.cg
        ? new ConjugateGradientSolver(solved, parameters.cgSteps())
        : new CholeskySolver(solved);
  }

  /**
   * What a row is solved against besides its neighbours.
   *
   * @param gram {@code YᵀY} of all ids of the other side (rank × rank), or null where feedback is
   *     explicit
   * @param ids how many ids the other side has; matters where there is a Gram matrix
   * @param mean of the ratings, 0 where they are not centred
   */
  record Others(double @Nullable [] gram, long ids, double mean) {
    static Others of(StepSums sums, double mean) {
      GramSum gram = sums.gram();
      return new Others(gram == null ? null : gram.toGram(), sums.ids(), mean);
    }
  }

  /**
   * Solves all rows of a block.
   *
   * @param dst the columns of {@link RatingBlock#dst}. Not modified.
   * @param start row-major, the columns of {@link RatingBlock#src}, where conjugate gradients
   *     start; null for zeros. Not modified.
   * @param sums Modified: the rows and their part of the objective are added
   * @throws RunException naming the id where the system is singular
   */
  FactorBlock solve(
      RatingBlock block, FactorMatrix dst, float @Nullable [] start, Others others, StepSums sums) {
    FactorBlock solution = trySolve(block, dst, start, others, sums);
    if (solution == null) {
      throw new RunException(String.valueOf(sums.failure()));
    }
    return solution;
  }

  /** As {@link #solve}, but null where a system is singular: {@link StepSums#failure} tells it. */
  @Nullable FactorBlock trySolve(
      RatingBlock block, FactorMatrix dst, float @Nullable [] start, Others others, StepSums sums) {
    int rows = block.src().size();
    Solution solution = new Solution(rows(block, dst, others), rows, others.mean, sums);
    long work = (long) rows * solved * solved * solved;
    CholeskyBatch batch = work >= batchFrom ? this.batch : null;
    int[] batched = new int[CholeskyBatch.ROWS];
    for (int s = 0; s < rows; s++) {
      if (solver instanceof DirectSolver) { // conjugate gradients mostly do without the sums
        solution.rows.system.sumAhead(s);
      }
      if (batch == null || !solution.addToBatch(batch, s)) {
        solution.solve(s, start);
        continue;
      }
      batched[batch.size() - 1] = s;
      if (batch.size() == CholeskyBatch.ROWS) {
        solution.solve(batch, batched);
      }
    }
    if (batch != null) {
      solution.solve(batch, batched);
    }
    return sums.failure() == null
        ? new FactorBlock(block.src(), parameters.columns(), solution.x)
        : null;
  }

  /** The rows of a block as they are solved, one by one or in batches. */
  private final class Solution {
    private final Rows rows;
    private final double mean;
    private final StepSums sums;
    private final float[] x;
    private final float[] row = new float[solved];

    Solution(Rows rows, int count, double mean, StepSums sums) {
      this.rows = rows;
      this.mean = mean;
      this.sums = sums;
      this.x = floats(count, parameters.columns());
    }

    /** Returns false for a row that is 0. */
    boolean addToBatch(CholeskyBatch batch, int s) {
      rows.select(s);
      if (rows.isZero()) {
        return false;
      }
      batch.add(rows.system);
      return true;
    }

    /**
     * Solves what is in the batch, and empties it.
     *
     * @param batched the rows that are in it
     */
    void solve(CholeskyBatch batch, int[] batched) {
      batch.solve();
      for (int r = 0; r < batch.size(); r++) {
        if (batch.takeSolution(r, row, 0)) {
          rows.select(batched[r]);
          store(batched[r], batch.lossChange(r));
        } else {
          solve(batched[r], null);
        }
      }
      batch.clear();
    }

    /** Solves a row. */
    void solve(int s, float @Nullable [] start) {
      rows.select(s);
      if (start != null) {
        regularized(start, s * parameters.columns(), mean, row);
      } else {
        Arrays.fill(row, 0);
      }
      if (rows.isZero()) {
        Arrays.fill(row, 0);
        store(s, 0);
      } else if (rows.solve(solver, row)) {
        store(s, solver.lossChange(row, 0));
      } else {
        sums.fail(rows.singular()); // the others go on, for one message with any blocks
      }
    }

    private void store(int s, double lossChange) {
      sums.addRow(rows.fixedLoss() + lossChange, rows.scale(), row);
      BlockSolver.this.store(row, x, s * parameters.columns(), mean);
    }
  }

  /**
   * An array for the rows of a block.
   *
   * @throws RunException where none is as long
   */
  static float[] floats(int rows, int columns) {
    if ((long) rows * columns > Integer.MAX_VALUE - 8) {
      throw new RunException(
          String.format(
              "%,d rows of %d factors in one block: expected more blocks of that side",
              rows, columns));
    }
    return new float[rows * columns];
  }

  /** The systems of the rows of a block; arguments as {@link #solve}. */
  Rows rows(RatingBlock block, FactorMatrix dst, Others others) {
    return new Rows(block, dst, others);
  }

  /** The systems of the rows of a block, of which one is selected. */
  final class Rows {
    private final RatingBlock block;
    private final float[] targets;
    private final FactorMatrix matrix;
    private final RowSystem system;
    private final double share;
    private int selected;

    private Rows(RatingBlock block, FactorMatrix dst, Others others) {
      this.block = block;
      this.targets = BlockSolver.this.targets(block, dst, others.mean);
      this.matrix = BlockSolver.this.matrix(dst);
      RowSystem rows =
          RowSystem.of(matrix, block.neighbours(), targets).withOffsets(block.offsets());
      this.system =
          parameters.implicitPrefs() && others.gram != null
              ? rows.withWeights(weights(block)).withGram(others.gram)
              : rows;
      this.share = sharedScale(parameters, others.ids);
    }

    private int from() {
      return block.offsets()[selected];
    }

    private int to() {
      return block.offsets()[selected + 1];
    }

    /** Selects a row. */
    void select(int s) {
      selected = s;
      system.select(from(), to(), lambda * (scale() + share));
    }

    /** The part of the scale of λ that is of the row alone. */
    double scale() {
      return BlockSolver.scale(parameters, block.ratings(), from(), to());
    }

    /** What x·y is to come close to, times c, at each position of the block. */
    float[] targets() {
      return targets;
    }

    /** What the rows are solved against: {@code solved} columns. */
    FactorMatrix matrix() {
      return matrix;
    }

    /** The part of the loss of the row that no x changes, {@code Σ c p²}. */
    double fixedLoss() {
      return BlockSolver.fixedLoss(targets, parameters.implicitPrefs(), from(), to());
    }

    /**
     * Whether x is 0, as nothing is preferred: exact, and there are no equations that could be
     * singular.
     */
    boolean isZero() {
      return parameters.implicitPrefs() && fixedLoss() == 0;
    }

    /**
     * Solves the row.
     *
     * @param row Modified: where conjugate gradients start, then the solution
     * @return false where the system is {@link #singular}
     */
    boolean solve(RowSolver solver, float[] row) {
      return solver.solve(system, row, 0);
    }

    /** Says that the system of the row is singular, and of which id it is. */
    String singular() {
      return String.format(
          "%s %s: its %s %s not determine %d factors (the normal equations are"
              + " singular with regParam=%s); expected a larger regParam or a smaller rank",
          side.name().toLowerCase(Locale.ROOT),
          block.src().get(selected),
          count(to() - from(), "rating"),
          to() - from() == 1 ? "does" : "do",
          parameters.rank(),
          lambda);
    }
  }

  /** The numbers of a row that are solved: its factors, and its bias. */
  int solved() {
    return solved;
  }

  /** What every row of the other side is solved against: its factors, and the unit of biases. */
  FactorMatrix matrix(FactorMatrix dst) {
    int rank = parameters.rank();
    if (dst.columns() == solved) {
      return dst;
    }
    FactorMatrix matrix = FactorMatrix.zeros(dst.rows(), solved);
    for (int d = 0; d < dst.rows(); d++) {
      matrix.setRow(d, dst.piece(d), dst.offset(d), rank);
      if (solved > rank) {
        matrix.set(d, rank, biasUnit);
      }
    }
    return matrix;
  }

  /** What x·y is to come close to: ratings less what is known of them, or preferences times c. */
  private float[] targets(RatingBlock block, FactorMatrix dst, double mean) {
    float[] ratings = block.ratings();
    if (parameters.columns() == parameters.rank() && !parameters.implicitPrefs()) {
      return ratings;
    }
    float[] targets = new float[ratings.length];
    if (parameters.implicitPrefs()) {
      for (int p = 0; p < targets.length; p++) {
        targets[p] = ratings[p] > 0 ? 1 + weight(ratings[p]) : 0;
      }
      return targets;
    }
    int columns = parameters.columns();
    // Users have the mean within their bias; what is subtracted of an item is its bias and the
    // mean.
    int known = parameters.rank() + (side == Side.ITEM ? 0 : 1);
    for (int p = 0; p < targets.length; p++) {
      double bias = known < columns ? dst.get(block.neighbours()[p], known) : 0; // centred alone
      targets[p] = (float) (ratings[p] - bias - (side == Side.USER ? mean : 0));
    }
    return targets;
  }

  private float weight(float rating) {
    return (float) (parameters.alpha() * Math.abs(rating));
  }

  private float[] weights(RatingBlock block) {
    float[] weights = new float[block.size()];
    for (int p = 0; p < weights.length; p++) {
      weights[p] = weight(block.ratings()[p]);
    }
    return weights;
  }

  /** The part of the scale of λ that all rows have. */
  static double sharedScale(AlsParameters parameters, long idsOfOtherSide) {
    switch (parameters.regScaling()) {
      case none:
        return 1;
      case weights:
        return parameters.implicitPrefs() ? idsOfOtherSide : 0;
      default:
        return 0;
    }
  }

  /** The part of the scale of λ that is of a row alone. */
  static double scale(AlsParameters parameters, float[] ratings, int from, int to) {
    switch (parameters.regScaling()) {
      case none:
        return 0;
      case weights:
        if (parameters.implicitPrefs()) {
          double sum = 0;
          for (int p = from; p < to; p++) {
            sum += Math.abs(ratings[p]);
          }
          return parameters.alpha() * sum;
        }
        return to - from;
      default:
        if (parameters.implicitPrefs()) {
          int positive = 0;
          for (int p = from; p < to; p++) {
            positive += ratings[p] > 0 ? 1 : 0;
          }
          return positive;
        }
        return to - from;
    }
  }

  /** The part of the loss that no x changes, {@code Σ c p²}. */
  private static double fixedLoss(float[] targets, boolean implicit, int from, int to) {
    double sum = 0;
    if (implicit) { // a target is c p, and p is 0 or 1
      for (int p = from; p < to; p++) {
        sum += targets[p];
      }
      return sum;
    }
    // Four sums, as each waits for its last addition.
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int p = from;
    for (; p < to - 3; p += 4) {
      sum += (double) targets[p] * targets[p];
      sum1 += (double) targets[p + 1] * targets[p + 1];
      sum2 += (double) targets[p + 2] * targets[p + 2];
      sum3 += (double) targets[p + 3] * targets[p + 3];
    }
    for (; p < to; p++) {
      sum += (double) targets[p] * targets[p];
    }
    return sum + sum1 + (sum2 + sum3);
  }

  /** Writes the columns of a row. */
  private void store(float[] row, float[] x, int at, double mean) {
    int rank = parameters.rank();
    System.arraycopy(row, 0, x, at, rank);
    if (parameters.columns() == rank) {
      return;
    }
    float bias = parameters.biases() ? biasUnit * row[rank] : 0;
    storeBias(parameters, side, bias, mean, x, at + rank);
  }

  /** What is regularized of a row that was stored. */
  float[] regularized(float[] x, int at, double mean) {
    float[] row = new float[solved];
    regularized(x, at, mean, row);
    return row;
  }

  private void regularized(float[] x, int at, double mean, float[] row) {
    int rank = parameters.rank();
    System.arraycopy(x, at, row, 0, rank);
    if (solved > rank) {
      double bias = side == Side.USER ? x[at + rank] - mean : x[at + rank + 1];
      row[rank] = (float) (bias / biasUnit);
    }
  }

  /** Writes the columns after the factors. */
  static void storeBias(
      AlsParameters parameters, Side side, float bias, double mean, float[] x, int at) {
    x[at] = side == Side.USER ? (float) (mean + bias) : 1;
    if (parameters.biases()) {
      x[at + 1] = side == Side.USER ? 1 : bias;
    }
  }
}
