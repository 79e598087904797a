package dev.beamals.als;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.als.AlsParameters.RegScaling;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.linalg.FactorMatrix;
import dev.beamals.linalg.GramSum;
import dev.beamals.ratings.RatingBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.ejml.simple.SimpleMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Half-steps of every mode against dense equations in double, that know all pairs. */
final class BlockSolverTest {
  static final int USERS = 30;
  static final int ITEMS = 20;
  static final int RANK = 4;
  private static final double MEAN = 0.75;

  /** A rating, or NaN where there is none; some are 0, and of implicit feedback below. */
  private static final float[][] RATINGS = ratings();

  private static float[][] ratings() {
    Random random = new Random(5);
    float[][] ratings = new float[USERS][ITEMS];
    for (int u = 0; u < USERS; u++) {
      for (int i = 0; i < ITEMS; i++) {
        int kind = random.nextInt(10);
        ratings[u][i] =
            kind < 5 && i != u % ITEMS
                ? Float.NaN
                : kind == 5 ? 0 : kind == 6 ? -random.nextFloat() : 3 * random.nextFloat();
      }
    }
    // A user who prefers nothing.
    for (int i = 0; i < ITEMS; i++) {
      ratings[7][i] = i < 3 ? -1 : Float.NaN;
    }
    return ratings;
  }

  static RatingBlock block(Side side) {
    Ids users = Ids.of(IntStream.range(0, USERS).toArray());
    Ids items = Ids.of(IntStream.range(0, ITEMS).toArray());
    List<int[]> pairs = new ArrayList<>();
    for (int u = 0; u < USERS; u++) {
      for (int i = 0; i < ITEMS; i++) {
        if (!Float.isNaN(RATINGS[u][i])) {
          pairs.add(new int[] {u, i});
        }
      }
    }
    float[] values = new float[pairs.size()];
    for (int p = 0; p < values.length; p++) {
      values[p] = RATINGS[pairs.get(p)[0]][pairs.get(p)[1]];
    }
    RatingBatch batch =
        new RatingBatch(
            users,
            items,
            pairs.stream().mapToInt(p -> p[0]).toArray(),
            pairs.stream().mapToInt(p -> p[1]).toArray(),
            values,
            new long[0]);
    return RatingBlock.group(List.of(batch), side, false);
  }

  static Stream<AlsParameters> modes() {
    AlsParameters plain = AlsParameters.create().withRank(RANK).withRegParam(0.07);
    List<AlsParameters> modes = new ArrayList<>();
    for (RegScaling scaling : RegScaling.values()) {
      AlsParameters scaled = plain.withRegScaling(scaling);
      for (boolean nonnegative : new boolean[] {false, true}) {
        modes.add(scaled.withNonnegative(nonnegative));
        modes.add(scaled.withNonnegative(nonnegative).withImplicitPrefs(true).withAlpha(2.5));
      }
      modes.add(scaled.withBiases(true));
      modes.add(scaled.withCenter(true));
      modes.add(scaled.withBiases(true).withCenter(true).withBiasRegParam(0.01));
    }
    modes.add(plain.withUserRegParam(0.5).withItemRegParam(0.002));
    // Many steps end at the minimum, from anywhere.
    for (AlsParameters mode : List.copyOf(modes)) {
      if (!mode.nonnegative()) {
        modes.add(mode.withSolver(AlsParameters.Solver.cg).withCgSteps(40));
      }
    }
    return modes.stream();
  }

  /** Rows of the other side, as a training would have them: signs as they come, biases apart. */
  static float[] others(AlsParameters parameters, Side other) {
    int columns = parameters.columns();
    int count = other == Side.USER ? USERS : ITEMS;
    Random random = new Random(11);
    float[] rows = new float[count * columns];
    for (int r = 0; r < count; r++) {
      for (int k = 0; k < RANK; k++) {
        double value = random.nextGaussian();
        rows[r * columns + k] = (float) (parameters.nonnegative() ? Math.abs(value) : value);
      }
      if (columns > RANK) {
        float bias = parameters.biases() ? (float) random.nextGaussian() / 4 : 0;
        BlockSolver.storeBias(parameters, other, bias, mean(parameters), rows, r * columns + RANK);
      }
    }
    return rows;
  }

  static double mean(AlsParameters parameters) {
    return parameters.center() ? MEAN : 0;
  }

  static FactorBlock solve(AlsParameters parameters, Side side, float[] others, StepSums sums) {
    return solve(new BlockSolver(parameters, side), parameters, side, others, sums);
  }

  private static FactorBlock solve(
      BlockSolver solver, AlsParameters parameters, Side side, float[] others, StepSums sums) {
    return solver.solve(
        block(side),
        FactorMatrix.of(others, parameters.columns()),
        null,
        sums(parameters, side, others),
        sums);
  }

  /** What rows of a side are solved against besides their neighbours. */
  static BlockSolver.Others sums(AlsParameters parameters, Side side, float[] others) {
    GramSum gram = new GramSum(RANK);
    if (parameters.implicitPrefs()) {
      gram.add(others);
    }
    return new BlockSolver.Others(
        parameters.implicitPrefs() ? gram.toGram() : null,
        side == Side.USER ? ITEMS : USERS,
        mean(parameters));
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aRowIsTheMinimumOverAllPairs(AlsParameters parameters) {
    for (Side side : Side.values()) {
      float[] others = others(parameters, side.other());
      StepSums sums = new StepSums();
      FactorBlock solved = solve(parameters, side, others, sums);
      double loss = 0;
      double regularization = 0;
      for (int s = 0; s < solved.ids().size(); s++) {
        Dense dense = new Dense(parameters, side, solved.ids().intAt(s), others);
        float[] x = dense.unknowns(solved.row(s));
        SimpleMatrix best = dense.minimum();
        for (int k = 0; k < x.length; k++) {
          assertEquals(
              best.get(k), x[k], 1e-5 * (1 + Math.abs(best.get(k))), side + " " + s + " " + k);
        }
        loss += dense.loss(x);
        regularization += dense.regularization(x);
      }
      assertEquals(loss, sums.loss(), 1e-5 * loss);
      double shared = BlockSolver.sharedScale(parameters, side == Side.USER ? ITEMS : USERS);
      assertEquals(
          regularization,
          parameters.regParam(side) * (sums.scaled() + shared * sums.squares()),
          1e-6 * regularization);
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void batchesGiveTheBitsOfRowsAlone(AlsParameters parameters) {
    for (Side side : Side.values()) {
      float[] others = others(parameters, side.other());
      StepSums alone = new StepSums();
      StepSums batched = new StepSums();
      FactorBlock expected = solve(parameters, side, others, alone);
      BlockSolver solver = new BlockSolver(parameters, side, 0);
      FactorBlock actual = solve(solver, parameters, side, others, batched);
      assertArrayEquals(expected.factors(), actual.factors());
      assertEquals(alone.loss(), batched.loss());
      assertEquals(alone.scaled(), batched.scaled());
      assertEquals(alone.squares(), batched.squares());
      assertEquals(alone.ids(), batched.ids());
    }
  }

  @Test
  void aRowThatPrefersNothingIsZeroWhateverTheEquations() {
    AlsParameters parameters =
        AlsParameters.create().withRank(RANK).withImplicitPrefs(true).withRegParam(0);
    StepSums sums = new StepSums();
    FactorBlock block =
        new BlockSolver(parameters, Side.USER)
            .solve(
                RatingBlock.group(
                    List.of(
                        new RatingBatch(
                            Ids.of(1),
                            Ids.of(2),
                            new int[1],
                            new int[1],
                            new float[] {-1},
                            new long[0])),
                    Side.USER,
                    false),
                FactorMatrix.of(new float[] {1, 0, 0, 0}, RANK),
                null,
                new BlockSolver.Others(new double[RANK * RANK], 1, 0),
                sums);
    assertEquals(0, block.row(0)[0]);
    assertEquals(0, sums.loss());
  }

  /** The problem of one row, written down as it is defined. */
  static final class Dense {
    private final AlsParameters parameters;
    private final Side side;
    private final SimpleMatrix y;
    private final double[] confidence;
    private final double[] target;
    private final double[] lambda;

    Dense(AlsParameters parameters, Side side, int id, float[] others) {
      this.parameters = parameters;
      this.side = side;
      int columns = parameters.columns();
      int unknowns = RANK + (parameters.biases() ? 1 : 0);
      int count = others.length / columns;
      y = new SimpleMatrix(count, unknowns);
      confidence = new double[count];
      target = new double[count];
      lambda = new double[unknowns];
      double weights = 0;
      int rated = 0;
      for (int o = 0; o < count; o++) {
        for (int k = 0; k < RANK; k++) {
          y.set(o, k, others[o * columns + k]);
        }
        if (parameters.biases()) {
          y.set(o, RANK, 1);
        }
        float r = side == Side.USER ? RATINGS[id][o] : RATINGS[o][id];
        boolean has = !Float.isNaN(r);
        if (parameters.implicitPrefs()) {
          confidence[o] = 1 + (has ? parameters.alpha() * Math.abs(r) : 0);
          target[o] = has && r > 0 ? 1 : 0;
          rated += has && r > 0 ? 1 : 0;
        } else {
          confidence[o] = has ? 1 : 0;
          double known = 0; // the bias of the other, and the mean
          if (columns > RANK) {
            known =
                side == Side.ITEM
                    ? others[o * columns + RANK]
                    : mean(parameters) + (parameters.biases() ? others[o * columns + RANK + 1] : 0);
          }
          target[o] = has ? r - known : 0;
          rated += has ? 1 : 0;
        }
        weights += confidence[o];
      }
      double scale =
          parameters.regScaling() == RegScaling.none
              ? 1
              : parameters.regScaling() == RegScaling.weights ? weights : rated;
      for (int k = 0; k < unknowns; k++) {
        Double own = k == RANK ? parameters.biasRegParam() : null;
        lambda[k] = scale * (own == null ? parameters.regParam(side) : own);
      }
    }

    /** What was solved of the columns that are stored. */
    float[] unknowns(float[] stored) {
      float[] x = new float[lambda.length];
      System.arraycopy(stored, 0, x, 0, RANK);
      int columns = parameters.columns();
      assertEquals(columns, stored.length);
      if (columns > RANK) {
        // A product of two rows is the prediction: one side has 1 where the other has its bias.
        double bias = side == Side.USER ? stored[RANK] - mean(parameters) : stored[columns - 1];
        if (parameters.biases()) {
          x[RANK] = (float) bias;
          assertEquals(1, side == Side.USER ? stored[RANK + 1] : stored[RANK]);
        } else {
          assertEquals(side == Side.USER ? MEAN : 1, stored[RANK], 1e-7);
        }
      }
      return x;
    }

    /** The minimum; with x ≥ 0 that of the set of positive factors that is best. */
    SimpleMatrix minimum() {
      int unknowns = lambda.length;
      if (!parameters.nonnegative()) {
        return solve((1 << unknowns) - 1);
      }
      SimpleMatrix best = new SimpleMatrix(unknowns, 1);
      double least = Double.POSITIVE_INFINITY;
      for (int set = 0; set < 1 << unknowns; set++) {
        SimpleMatrix x = solve(set);
        float[] row = new float[unknowns];
        boolean feasible = true;
        for (int k = 0; k < unknowns; k++) {
          row[k] = (float) x.get(k);
          feasible &= x.get(k) >= 0;
        }
        double value = loss(row) + regularization(row);
        if (feasible && value < least - 1e-9) {
          least = value;
          best = x;
        }
      }
      return best;
    }

    /** What a rating adds to the prediction for an item: what it adds to the minimum times y. */
    double contribution(int other, int item, SimpleMatrix minimum) {
      int set = 0;
      for (int k = 0; k < lambda.length; k++) {
        set |= !parameters.nonnegative() || minimum.get(k) > 0 ? 1 << k : 0;
      }
      SimpleMatrix x = solve(set, other);
      double product = 0;
      for (int k = 0; k < lambda.length; k++) {
        product += x.get(k) * y.get(item, k);
      }
      return product;
    }

    /** The solution with the factors of a set, others 0. */
    private SimpleMatrix solve(int set) {
      return solve(set, -1);
    }

    /**
     * The part of the solution that is of one of the other side, or all where {@code only} is −1.
     */
    private SimpleMatrix solve(int set, int only) {
      int unknowns = lambda.length;
      SimpleMatrix x = new SimpleMatrix(unknowns, 1);
      int[] free = IntStream.range(0, unknowns).filter(k -> (set >> k & 1) == 1).toArray();
      if (free.length == 0) {
        return x;
      }
      SimpleMatrix a = new SimpleMatrix(free.length, free.length);
      SimpleMatrix b = new SimpleMatrix(free.length, 1);
      for (int i = 0; i < free.length; i++) {
        for (int o = 0; o < target.length; o++) {
          if (only < 0 || only == o) {
            b.set(i, b.get(i) + confidence[o] * target[o] * y.get(o, free[i]));
          }
          for (int j = 0; j < free.length; j++) {
            a.set(i, j, a.get(i, j) + confidence[o] * y.get(o, free[i]) * y.get(o, free[j]));
          }
        }
        a.set(i, i, a.get(i, i) + lambda[free[i]]);
      }
      if (b.elementMaxAbs() == 0) {
        return x; // also where λ is 0 as nothing was rated
      }
      SimpleMatrix solved = a.solve(b);
      for (int i = 0; i < free.length; i++) {
        x.set(free[i], solved.get(i));
      }
      return x;
    }

    double loss(float[] x) {
      double sum = 0;
      for (int o = 0; o < target.length; o++) {
        double error = target[o];
        for (int k = 0; k < x.length; k++) {
          error -= y.get(o, k) * x[k];
        }
        sum += confidence[o] * error * error;
      }
      return sum;
    }

    double regularization(float[] x) {
      double sum = 0;
      for (int k = 0; k < x.length; k++) {
        sum += lambda[k] * x[k] * x[k];
      }
      return sum;
    }
  }
}
