package dev.beamals.als;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.linalg.FactorMatrix;
import dev.beamals.ratings.RatingBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.ejml.simple.SimpleMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class AlsTest {
  private static final int USERS = 40;
  private static final int ITEMS = 25;
  private static final int PLANTED_RANK = 3;

  @RegisterExtension final TestPipelineExtension extension = TestPipelineExtension.create();

  /** A rating as a test sees it. */
  record Rating(String user, String item, float value) {}

  @Test
  void plantedFactorsAreRecovered(TestPipeline pipeline) {
    List<Rating> ratings = planted(0);
    AlsParameters parameters =
        AlsParameters.create().withRank(PLANTED_RANK).withMaxIter(6).withRegParam(1e-5);
    TrainedModel model = train(pipeline, List.of(batch(ratings)), 2, parameters);

    PAssert.that(model.factors(Side.USER).blocks())
        .satisfies(
            blocks -> {
              assertEquals(USERS, rows(blocks).size());
              return null;
            });
    Map<String, float[]> users = solveAlone(ratings, parameters, Side.USER);
    Map<String, float[]> items = solveAlone(ratings, parameters, Side.ITEM);
    assertSameFactors(model.factors(Side.USER).blocks(), users);
    assertSameFactors(model.factors(Side.ITEM).blocks(), items);
    pipeline.run().waitUntilFinish();

    double squares = 0;
    for (Rating rating : ratings) {
      double error = rating.value() - dot(row(users, rating.user()), row(items, rating.item()));
      squares += error * error;
    }
    assertEquals(0, Math.sqrt(squares / ratings.size()), 1e-3);
  }

  @Test
  void factorsDoNotDependOnBlocksOrOrderOrBatches(TestPipeline pipeline) {
    List<Rating> ratings = planted(0.5f);
    AlsParameters parameters = AlsParameters.create().withRank(5).withMaxIter(3);
    Map<String, float[]> expected = solveAlone(ratings, parameters, Side.USER);

    for (int blocks : new int[] {1, 3, 8}) {
      List<Rating> shuffled = new ArrayList<>(ratings);
      Collections.shuffle(shuffled, new Random(blocks));
      List<RatingBatch> batches = new ArrayList<>();
      for (int from = 0; from < shuffled.size(); from += 97) {
        batches.add(batch(shuffled.subList(from, Math.min(from + 97, shuffled.size()))));
      }
      TrainedModel model = train(pipeline, batches, blocks, parameters);
      assertSameFactors(model.factors(Side.USER).blocks(), expected);
    }
    pipeline.run().waitUntilFinish();
  }

  @Test
  void factorsAreTheSameWhetherBlocksArePassedOnOrNot(TestPipeline pipeline) {
    List<Rating> ratings = planted(0.5f);
    AlsParameters parameters = AlsParameters.create().withRank(5).withMaxIter(3);
    for (boolean passes : new boolean[] {true, false}) {
      Als als = Als.create().withParameters(parameters).withPassesBlocks(passes);
      TrainedModel model =
          pipeline
              .apply("Create" + passes, Create.of(batch(ratings)))
              .apply("Als" + passes, als.onBatches());
      assertSameFactors(
          model.factors(Side.USER).blocks(), solveAlone(ratings, parameters, Side.USER));
      assertSameFactors(
          model.factors(Side.ITEM).blocks(), solveAlone(ratings, parameters, Side.ITEM));
      int expected = ratings.size();
      PAssert.that(model.ratings())
          .satisfies(
              blocks -> {
                int count = 0;
                for (RatingBlock block : blocks) {
                  count += block.size();
                }
                assertEquals(expected, count);
                return null;
              });
    }
    pipeline.run().waitUntilFinish();
  }

  @Test
  void halfStepIsTheLeastSquaresSolution() {
    List<Rating> ratings = planted(1);
    AlsParameters parameters = AlsParameters.create().withRank(4).withRegParam(0.3);
    RatingBlock block = block(ratings, Side.USER);
    FactorBlock items = InitializeFactors.draw(block.dst(), Side.ITEM, 4, 7);
    Map<String, float[]> solved = rows(List.of(solve(block, items, Side.USER, parameters)));
    Map<String, float[]> itemRows = rows(List.of(items));

    for (String user : solved.keySet()) {
      SimpleMatrix a = new SimpleMatrix(4, 4);
      SimpleMatrix b = new SimpleMatrix(4, 1);
      int n = 0;
      for (Rating rating : ratings) {
        if (rating.user().equals(user)) {
          SimpleMatrix y = column(row(itemRows, rating.item()));
          a = a.plus(y.mult(y.transpose()));
          b = b.plus(y.scale(rating.value()));
          n++;
        }
      }
      SimpleMatrix x = a.plus(SimpleMatrix.identity(4).scale(0.3 * n)).solve(b);
      for (int k = 0; k < 4; k++) {
        assertEquals(x.get(k), row(solved, user)[k], 1e-5 * (1 + Math.abs(x.get(k))));
      }
    }
  }

  @Test
  void objectiveNeverRises() {
    List<Rating> ratings = planted(1);
    AlsParameters parameters = AlsParameters.create().withRank(6).withRegParam(0.05);
    RatingBlock byUser = block(ratings, Side.USER);
    RatingBlock byItem = block(ratings, Side.ITEM);
    FactorBlock users = InitializeFactors.draw(byUser.src(), Side.USER, 6, 3);
    FactorBlock items = solve(byItem, users, Side.ITEM, parameters);
    double objective = objective(ratings, users, items, 0.05);
    double first = objective;
    for (int i = 0; i < 10; i++) {
      users = solve(byUser, items, Side.USER, parameters);
      double next = objective(ratings, users, items, 0.05);
      assertTrue(next <= objective * (1 + 1e-6), next + " after " + objective);
      items = solve(byItem, users, Side.ITEM, parameters);
      objective = objective(ratings, users, items, 0.05);
      assertTrue(objective <= next * (1 + 1e-6), objective + " after " + next);
    }
    assertTrue(objective < 0.9 * first);
  }

  @Test
  void singularSystemNamesTheIdAndTheParameters() {
    RatingBlock block =
        block(List.of(new Rating("7", "13", 1), new Rating("8", "13", 2)), Side.ITEM);
    FactorBlock users = InitializeFactors.draw(block.dst(), Side.USER, 10, 0);
    AlsParameters parameters = AlsParameters.create().withRegParam(0);
    RunException failure =
        assertThrows(RunException.class, () -> solve(block, users, Side.ITEM, parameters));
    assertEquals(
        "item 13: its 2 ratings do not determine 10 factors (the normal equations are singular with"
            + " regParam=0.0); expected a larger regParam or a smaller rank",
        failure.getMessage());
  }

  @Test
  void initialFactorsAreUnitVectorsOfSeedSideAndIdAlone() {
    Ids ids = Ids.of(IntStream.range(0, 4000).toArray());
    float[] all = InitializeFactors.draw(ids, Side.USER, 8, 5).factors();
    double[] mean = new double[8];
    for (int i = 0; i < ids.size(); i++) {
      double squares = 0;
      for (int k = 0; k < 8; k++) {
        squares += all[8 * i + k] * all[8 * i + k];
        mean[k] += all[8 * i + k] / ids.size();
      }
      assertEquals(1, squares, 1e-5);
    }
    for (double m : mean) {
      assertEquals(0, m, 0.03); // six standard deviations of the mean of 4000
    }
    float[] one = InitializeFactors.draw(Ids.of(77), Side.USER, 8, 5).factors();
    assertArrayEquals(Arrays.copyOfRange(all, 77 * 8, 78 * 8), one);
    float[] item = InitializeFactors.draw(Ids.of(77), Side.ITEM, 8, 5).factors();
    float[] seed = InitializeFactors.draw(Ids.of(77), Side.USER, 8, 6).factors();
    assertNotEquals(one[0], item[0]);
    assertNotEquals(one[0], seed[0]);
  }

  private static TrainedModel train(
      TestPipeline pipeline, List<RatingBatch> batches, int numBlocks, AlsParameters parameters) {
    Als als =
        Als.create()
            .withParameters(parameters)
            .withNumUserBlocks(numBlocks)
            .withNumItemBlocks(numBlocks);
    return pipeline
        .apply("Create" + numBlocks, Create.of(batches))
        .apply("Als" + numBlocks, als.onBatches());
  }

  /** The same training in one block, without Beam. */
  private static Map<String, float[]> solveAlone(
      List<Rating> ratings, AlsParameters parameters, Side side) {
    RatingBlock byUser = block(ratings, Side.USER);
    RatingBlock byItem = block(ratings, Side.ITEM);
    FactorBlock users =
        InitializeFactors.draw(byUser.src(), Side.USER, parameters.rank(), parameters.seed());
    FactorBlock items = users;
    for (int i = 0; i < parameters.maxIter(); i++) {
      items = solve(byItem, users, Side.ITEM, parameters);
      users = solve(byUser, items, Side.USER, parameters);
    }
    return rows(List.of(side == Side.USER ? users : items));
  }

  private static FactorBlock solve(
      RatingBlock block, FactorBlock dst, Side side, AlsParameters parameters) {
    return new BlockSolver(parameters, side)
        .solve(
            block,
            FactorMatrix.of(gather(block.dst(), dst), dst.rank()),
            null,
            new BlockSolver.Others(null, dst.ids().size(), 0),
            new StepSums());
  }

  private static float[] gather(Ids ids, FactorBlock factors) {
    float[] gathered = new float[ids.size() * factors.rank()];
    factors.copyRows(ids, gathered, new boolean[ids.size()]);
    return gathered;
  }

  private static void assertSameFactors(
      PCollection<FactorBlock> factors, Map<String, float[]> expected) {
    Map<String, float[]> copy = new HashMap<>(expected);
    PAssert.that(factors)
        .satisfies(
            blocks -> {
              Map<String, float[]> rows = rows(blocks);
              assertEquals(copy.keySet(), rows.keySet());
              rows.forEach((id, row) -> assertArrayEquals(row(copy, id), row, 0f, id));
              return null;
            });
  }

  private static Map<String, float[]> rows(Iterable<FactorBlock> blocks) {
    Map<String, float[]> rows = new TreeMap<>();
    for (FactorBlock block : blocks) {
      for (int i = 0; i < block.ids().size(); i++) {
        float[] row = Arrays.copyOfRange(block.factors(), i * block.rank(), (i + 1) * block.rank());
        assertEquals(null, rows.put(block.ids().get(i), row));
      }
    }
    return rows;
  }

  private static float[] row(Map<String, float[]> rows, String id) {
    return Objects.requireNonNull(rows.get(id), id);
  }

  private static double objective(
      List<Rating> ratings, FactorBlock users, FactorBlock items, double lambda) {
    Map<String, float[]> userRows = rows(List.of(users));
    Map<String, float[]> itemRows = rows(List.of(items));
    double sum = 0;
    for (Rating rating : ratings) {
      float[] x = row(userRows, rating.user());
      float[] y = row(itemRows, rating.item());
      double error = rating.value() - dot(x, y);
      sum += error * error + lambda * (dot(x, x) + dot(y, y));
    }
    return sum;
  }

  private static double dot(float[] x, float[] y) {
    double sum = 0;
    for (int k = 0; k < x.length; k++) {
      sum += (double) x[k] * y[k];
    }
    return sum;
  }

  private static SimpleMatrix column(float[] row) {
    SimpleMatrix column = new SimpleMatrix(row.length, 1);
    for (int k = 0; k < row.length; k++) {
      column.set(k, row[k]);
    }
    return column;
  }

  /** Ratings of rank {@link #PLANTED_RANK} plus noise; some ids are ints, some are not. */
  private static List<Rating> planted(float noise) {
    Random random = new Random(1);
    double[][] x = new double[USERS][PLANTED_RANK];
    double[][] y = new double[ITEMS][PLANTED_RANK];
    for (double[][] side : List.of(x, y)) {
      for (double[] row : side) {
        for (int k = 0; k < row.length; k++) {
          row[k] = random.nextGaussian();
        }
      }
    }
    List<Rating> ratings = new ArrayList<>();
    for (int u = 0; u < USERS; u++) {
      for (int i = 0; i < ITEMS; i++) {
        if (random.nextInt(4) > 0) {
          double value = noise * random.nextGaussian();
          for (int k = 0; k < PLANTED_RANK; k++) {
            value += x[u][k] * y[i][k];
          }
          String user = u % 3 == 0 ? "user-" + u : Integer.toString(u);
          ratings.add(new Rating(user, Integer.toString(100 + i), (float) value));
        }
      }
    }
    return ratings;
  }

  private static RatingBlock block(List<Rating> ratings, Side side) {
    return RatingBlock.group(List.of(batch(ratings)), side, false);
  }

  private static RatingBatch batch(List<Rating> ratings) {
    Ids users = Ids.of(ratings.stream().map(Rating::user).toArray(String[]::new));
    Ids items = Ids.of(ratings.stream().map(Rating::item).toArray(String[]::new));
    int[] user = new int[ratings.size()];
    int[] item = new int[ratings.size()];
    float[] value = new float[ratings.size()];
    for (int r = 0; r < value.length; r++) {
      user[r] = Ids.of(ratings.get(r).user()).positionsIn(users)[0];
      item[r] = Ids.of(ratings.get(r).item()).positionsIn(items)[0];
      value[r] = ratings.get(r).value();
    }
    return new RatingBatch(users, items, user, item, value, new long[0]);
  }
}
