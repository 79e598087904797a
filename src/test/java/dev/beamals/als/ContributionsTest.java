package dev.beamals.als;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import java.util.List;
import java.util.stream.Stream;
import org.ejml.simple.SimpleMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Contributions in every mode against dense equations in double. */
final class ContributionsTest {
  static Stream<AlsParameters> modes() {
    return BlockSolverTest.modes().filter(mode -> mode.solver() == AlsParameters.Solver.cholesky);
  }

  private static Contributions contributions(AlsParameters parameters, float[] items) {
    return new Contributions(
        parameters,
        BlockSolverTest.block(Side.USER),
        items,
        items,
        BlockSolverTest.sums(parameters, Side.USER, items));
  }

  @ParameterizedTest
  @MethodSource("modes")
  void eachIsThePartOfItsRatingAndTheirSumIsThePrediction(AlsParameters parameters) {
    int columns = parameters.columns();
    float[] items = BlockSolverTest.others(parameters, Side.ITEM);
    FactorBlock users = BlockSolverTest.solve(parameters, Side.USER, items, new StepSums());
    Contributions explained = contributions(parameters, items);
    RatingBlock ratings = explained.ratings();
    double[] parts = new double[BlockSolverTest.ITEMS];
    for (int u = 0; u < BlockSolverTest.USERS; u++) {
      BlockSolverTest.Dense dense =
          new BlockSolverTest.Dense(parameters, Side.USER, ratings.src().intAt(u), items);
      SimpleMatrix minimum = dense.minimum();
      explained.select(u);
      for (int i = 0; i < BlockSolverTest.ITEMS; i++) {
        explained.explain(i, parts);
        double sum = explained.fixed(i);
        int from = ratings.offsets()[u];
        for (int p = from; p < ratings.offsets()[u + 1]; p++) {
          int other = ratings.dst().intAt(ratings.neighbours()[p]);
          double part = dense.contribution(other, i, minimum);
          assertEquals(part, parts[p - from], 1e-5 * (1 + Math.abs(part)), u + " " + i + " " + p);
          sum += parts[p - from];
        }
        double prediction = 0;
        double size = 1;
        for (int k = 0; k < columns; k++) {
          double product = (double) users.row(u)[k] * items[i * columns + k];
          prediction += product;
          size += Math.abs(product);
        }
        assertEquals(prediction, sum, 1e-5 * size, u + " " + i);
      }
    }
  }

  @Test
  void theOrderOfUsersAndItemsDoesNotMatter() {
    AlsParameters parameters =
        AlsParameters.create().withRank(BlockSolverTest.RANK).withNonnegative(true);
    float[] items = BlockSolverTest.others(parameters, Side.ITEM);
    double[] parts = new double[BlockSolverTest.ITEMS];
    double[] again = new double[BlockSolverTest.ITEMS];
    Contributions explained = contributions(parameters, items);
    explained.select(3);
    explained.explain(1, parts);
    explained.select(4);
    explained.explain(2, again);
    explained.select(3);
    explained.explain(0, again);
    explained.explain(1, again);
    assertArrayEquals(parts, again);
  }

  /** Equations of 2 factors: item 1 is (1, 0), item 2 is (0, 1), item 3 is (2, 1). */
  @Test
  void aPredictionOfTwoRatings() {
    AlsParameters parameters = AlsParameters.create().withRank(2).withRegParam(0.5);
    RatingBatch batch =
        new RatingBatch(
            Ids.of(9),
            Ids.of(1, 2),
            new int[] {0, 0},
            new int[] {0, 1},
            new float[] {4, -6},
            new long[0]);
    RatingBlock ratings = RatingBlock.group(List.of(batch), Side.USER, false);
    Contributions explained =
        new Contributions(
            parameters,
            ratings,
            new float[] {1, 0, 0, 1},
            new float[] {2, 1},
            BlockSolver.Others.of(new StepSums(), 0));
    double[] parts = new double[2];
    explained.select(0);
    explained.explain(0, parts);
    // A = (1 + 2 · 0.5) I, so x = (2, −3), and x·(2, 1) = 4 − 3.
    assertArrayEquals(new double[] {4, -3}, parts, 1e-12);
    assertEquals(0, explained.fixed(0));
  }

  @Test
  void aUserWhoseRatingsDoNotDetermineItIsNamed() {
    AlsParameters parameters = AlsParameters.create().withRank(2).withRegParam(0);
    RatingBatch batch =
        new RatingBatch(Ids.of(9), Ids.of(1), new int[1], new int[1], new float[] {4}, new long[0]);
    Contributions explained =
        new Contributions(
            parameters,
            RatingBlock.group(List.of(batch), Side.USER, false),
            new float[] {1, 0},
            new float[] {1, 0},
            BlockSolver.Others.of(new StepSums(), 0));
    RunException failure = assertThrows(RunException.class, () -> explained.select(0));
    assertEquals(
        "user 9: its 1 rating does not determine 2 factors (the normal equations are singular with"
            + " regParam=0.0); expected a larger regParam or a smaller rank",
        failure.getMessage());
  }
}
