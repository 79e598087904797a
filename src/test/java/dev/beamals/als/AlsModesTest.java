package dev.beamals.als;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.als.AlsParameters.RegScaling;
import dev.beamals.als.AlsParameters.Solver;
import dev.beamals.als.TrainingSummary.HalfStep;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.Factors;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.linalg.FactorMatrix;
import dev.beamals.ratings.Rating;
import dev.beamals.ratings.RatingBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole trainings in every mode. */
final class AlsModesTest {
  private static final List<Rating> RATINGS = ratings();

  @TempDir Path folder;

  /** Plays of 60 users in three groups, each with its own 15 items; half of all pairs are there. */
  private static List<Rating> ratings() {
    Random random = new Random(3);
    List<Rating> ratings = new ArrayList<>();
    for (int u = 0; u < 60; u++) {
      for (int i = 0; i < 45; i++) {
        boolean own = u % 3 == i % 3;
        if (random.nextInt(10) < (own ? 8 : 3)) {
          double plays = own ? 1 + random.nextInt(9) : random.nextInt(3);
          ratings.add(Rating.of(u % 2 == 0 ? "user-" + u : "" + u, "" + i, plays));
        }
      }
    }
    return ratings;
  }

  static Stream<AlsParameters> modes() {
    AlsParameters plain = AlsParameters.create().withRank(4).withMaxIter(2).withRegParam(0.05);
    return Stream.of(
        plain,
        plain.withNonnegative(true),
        plain.withImplicitPrefs(true).withAlpha(3),
        plain.withImplicitPrefs(true).withRegScaling(RegScaling.weights).withRegParam(0.003),
        plain.withImplicitPrefs(true).withNonnegative(true).withRegScaling(RegScaling.none),
        plain.withBiases(true).withCenter(true).withBiasRegParam(0.02),
        plain.withCenter(true).withRegScaling(RegScaling.none).withUserRegParam(1.0),
        plain.withSolver(Solver.cg).withCgSteps(2),
        plain.withImplicitPrefs(true).withAlpha(3).withSolver(Solver.cg),
        plain.withBiases(true).withCenter(true).withBiasRegParam(0.02).withSolver(Solver.cg));
  }

  /** What it checks of every bundle takes longer than all of the work. */
  private static Pipeline pipeline() {
    DirectOptions options = PipelineOptionsFactory.as(DirectOptions.class);
    options.setEnforceImmutability(false);
    options.setEnforceEncodability(false);
    return Pipeline.create(options);
  }

  private static RatingBatch batch(List<Rating> ratings) {
    Ids users = Ids.of(ratings.stream().map(Rating::getUser).toArray(String[]::new));
    Ids items = Ids.of(ratings.stream().map(Rating::getItem).toArray(String[]::new));
    int[] user = new int[ratings.size()];
    int[] item = new int[ratings.size()];
    float[] value = new float[ratings.size()];
    for (int r = 0; r < value.length; r++) {
      user[r] = Ids.of(ratings.get(r).getUser()).positionsIn(users)[0];
      item[r] = Ids.of(ratings.get(r).getItem()).positionsIn(items)[0];
      value[r] = (float) ratings.get(r).getRating();
    }
    return new RatingBatch(users, items, user, item, value, new long[0]);
  }

  /** The same training in one block a side, without Beam. */
  private static final class Alone {
    private final AlsParameters parameters;
    private final RatingBlock byUser = RatingBlock.group(List.of(batch(RATINGS)), Side.USER, false);
    private final RatingBlock byItem = RatingBlock.group(List.of(batch(RATINGS)), Side.ITEM, false);
    private final double mean;
    private FactorBlock users;
    private FactorBlock items;

    Alone(AlsParameters parameters) {
      this.parameters = parameters;
      mean =
          parameters.center()
              ? RATINGS.stream().mapToDouble(Rating::getRating).sum() / RATINGS.size()
              : 0;
      int columns = parameters.columns();
      FactorBlock drawn =
          InitializeFactors.draw(byUser.src(), Side.USER, parameters.rank(), parameters.seed());
      float[] rows = new float[byUser.src().size() * columns];
      for (int u = 0; u < byUser.src().size(); u++) {
        System.arraycopy(drawn.row(u), 0, rows, u * columns, parameters.rank());
        if (columns > parameters.rank()) {
          BlockSolver.storeBias(
              parameters, Side.USER, 0, mean, rows, u * columns + parameters.rank());
        }
      }
      users = new FactorBlock(byUser.src(), columns, rows);
      items = solve(byItem, users, null, Side.ITEM);
      users = solve(byUser, items, users, Side.USER);
      for (int i = 1; i < parameters.maxIter(); i++) {
        items = solve(byItem, users, items, Side.ITEM);
        users = solve(byUser, items, users, Side.USER);
      }
    }

    private FactorBlock solve(
        RatingBlock block, FactorBlock dst, @Nullable FactorBlock own, Side side) {
      StepSums sums = new StepSums();
      sums.addIds(dst.ids().size());
      if (parameters.implicitPrefs()) {
        sums.addGram(dst.factors(), parameters.rank());
      }
      float[] rows = new float[block.dst().size() * dst.rank()];
      dst.copyRows(block.dst(), rows, new boolean[block.dst().size()]);
      return new BlockSolver(parameters, side)
          .solve(
              block,
              FactorMatrix.of(rows, dst.rank()),
              own == null ? null : own.factors(),
              BlockSolver.Others.of(sums, mean),
              new StepSums());
    }
  }

  private static Map<String, float[]> rows(Iterable<FactorBlock> blocks) {
    Map<String, float[]> rows = new TreeMap<>();
    for (FactorBlock block : blocks) {
      for (int i = 0; i < block.ids().size(); i++) {
        assertEquals(null, rows.put(block.ids().get(i), block.row(i)));
      }
    }
    return rows;
  }

  private static void assertSame(PCollection<FactorBlock> factors, FactorBlock expected) {
    Map<String, float[]> copy = new HashMap<>(rows(List.of(expected)));
    PAssert.that(factors)
        .satisfies(
            blocks -> {
              Map<String, float[]> rows = rows(blocks);
              assertEquals(copy.keySet(), rows.keySet());
              rows.forEach(
                  (id, row) ->
                      assertArrayEquals(Objects.requireNonNull(copy.get(id)), row, 0f, id));
              return null;
            });
  }

  private static TrainedModel train(Pipeline pipeline, String name, Als als) {
    List<Rating> shuffled = new ArrayList<>(RATINGS);
    Collections.shuffle(shuffled, new Random(name.hashCode()));
    return pipeline.apply("Ratings" + name, Create.of(shuffled)).apply("Train" + name, als);
  }

  @ParameterizedTest
  @MethodSource("modes")
  void everyModeHasTheSameBitsForAnyBlocksAndExchange(AlsParameters parameters) {
    Alone alone = new Alone(parameters);
    for (int blocks : new int[] {1, 3, 8}) {
      Pipeline pipeline = pipeline();
      Als als =
          Als.create()
              .withParameters(parameters)
              .withNumUserBlocks(blocks)
              .withNumItemBlocks(blocks + 1);
      if (blocks == 3) {
        als = als.withShuffle(folder + "/");
      }
      TrainedModel model = train(pipeline, "" + blocks, als);
      assertSame(model.factors(Side.USER).blocks(), alone.users);
      assertSame(model.factors(Side.ITEM).blocks(), alone.items);
      pipeline.run().waitUntilFinish();
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void theObjectiveNeverRises(AlsParameters parameters) {
    Pipeline pipeline = pipeline();
    TrainedModel model =
        train(pipeline, "", Als.create().withParameters(parameters.withMaxIter(5)));
    PAssert.thatSingleton(model.summary())
        .satisfies(
            summary -> {
              List<HalfStep> steps = summary.halfSteps();
              assertEquals(10, steps.size());
              assertEquals(5, summary.iterations());
              for (int s = 0; s < steps.size(); s++) {
                assertEquals(s / 2 + 1, steps.get(s).iteration());
                assertEquals(s % 2 == 0 ? Side.ITEM : Side.USER, steps.get(s).side());
                if (s > 0) {
                  double before = steps.get(s - 1).objective();
                  assertTrue(
                      steps.get(s).objective() <= before * (1 + 1e-6),
                      steps.get(s) + " after " + before);
                }
              }
              assertTrue(steps.get(9).objective() < 0.99 * steps.get(0).objective());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void theObjectiveIsThatOfTheFactorsForAnyBlocks() {
    Pipeline pipeline = pipeline();
    AlsParameters parameters =
        AlsParameters.create().withRank(4).withMaxIter(2).withImplicitPrefs(true).withAlpha(2);
    Alone alone = new Alone(parameters);
    Map<String, Map<String, Double>> plays = new HashMap<>();
    for (Rating rating : RATINGS) {
      plays
          .computeIfAbsent(rating.getUser(), u -> new HashMap<>())
          .put(rating.getItem(), rating.getRating());
    }
    double loss = 0;
    double regularization = 0;
    for (int u = 0; u < alone.users.ids().size(); u++) {
      Map<String, Double> own = plays.getOrDefault(alone.users.ids().get(u), Map.of());
      for (int i = 0; i < alone.items.ids().size(); i++) {
        double r = own.getOrDefault(alone.items.ids().get(i), 0.0);
        double error = r > 0 ? 1 : 0;
        for (int k = 0; k < 4; k++) {
          error -= (double) alone.users.row(u)[k] * alone.items.row(i)[k];
        }
        loss += (1 + 2 * r) * error * error;
        // λ n |x|² of both sides: for each rating above 0 the square of its user and its item
        for (int k = 0; r > 0 && k < 4; k++) {
          regularization +=
              0.1 * (Math.pow(alone.users.row(u)[k], 2) + Math.pow(alone.items.row(i)[k], 2));
        }
      }
    }
    HalfStep expected = new HalfStep(2, Side.USER, loss, regularization);
    List<TrainingSummary> summaries = new ArrayList<>();
    for (int blocks : new int[] {1, 5}) {
      Als als =
          Als.create()
              .withParameters(parameters)
              .withNumUserBlocks(blocks)
              .withNumItemBlocks(blocks);
      PAssert.thatSingleton(train(pipeline, "" + blocks, als).summary())
          .satisfies(
              summary -> {
                HalfStep last = summary.halfSteps().get(3);
                assertEquals(expected.loss(), last.loss(), 1e-6 * expected.loss());
                assertEquals(
                    expected.regularization(),
                    last.regularization(),
                    1e-6 * expected.regularization());
                LOSSES.put(blocks, last.loss());
                return null;
              });
    }
    pipeline.run().waitUntilFinish();
    assertEquals(LOSSES.get(1), LOSSES.get(5), "bit by bit");
  }

  private static final Map<Integer, Double> LOSSES = Collections.synchronizedMap(new HashMap<>());

  @Test
  void aToleranceEndsWhereThatManyIterationsWould() {
    AlsParameters parameters = AlsParameters.create().withRank(4).withMaxIter(10);
    for (boolean implicit : new boolean[] {false, true}) {
      Pipeline pipeline = pipeline();
      AlsParameters mode = parameters.withImplicitPrefs(implicit).withTolerance(0.03);
      Als als = Als.create().withParameters(mode).withNumUserBlocks(3).withNumItemBlocks(2);
      if (implicit) {
        als = als.withShuffle(folder + "/");
      }
      int iterations = iterations(mode);
      assertTrue(iterations > 2 && iterations < 9, iterations + " iterations");
      Alone alone = new Alone(mode.withMaxIter(iterations));
      TrainedModel model = train(pipeline, "", als);
      assertSame(model.factors(Side.USER).blocks(), alone.users);
      assertSame(model.factors(Side.ITEM).blocks(), alone.items);
      PAssert.thatSingleton(model.summary())
          .satisfies(
              summary -> {
                assertEquals(iterations, summary.iterations());
                assertEquals(2 * iterations, summary.halfSteps().size());
                return null;
              });
      pipeline.run().waitUntilFinish();
    }
  }

  /** After how many iterations the objective falls by less than the tolerance. */
  private static int iterations(AlsParameters parameters) {
    Pipeline pipeline = pipeline();
    String key = parameters.toString();
    PAssert.thatSingleton(
            train(pipeline, "", Als.create().withParameters(parameters.withTolerance(0))).summary())
        .satisfies(
            summary -> {
              List<HalfStep> steps = summary.halfSteps();
              int i = 2;
              while (steps.get(2 * i - 3).objective() - steps.get(2 * i - 1).objective()
                  > parameters.tolerance() * steps.get(2 * i - 3).objective()) {
                i++;
              }
              ITERATIONS.put(key, i);
              return null;
            });
    pipeline.run().waitUntilFinish();
    return Objects.requireNonNull(ITERATIONS.get(key));
  }

  private static final Map<String, Integer> ITERATIONS =
      Collections.synchronizedMap(new HashMap<>());

  @ParameterizedTest
  @MethodSource("modes")
  void aTrainingGoesOnWhereAnotherStopped(AlsParameters parameters) {
    Pipeline pipeline = pipeline();
    Alone half = new Alone(parameters.withMaxIter(2));
    Alone whole = new Alone(parameters.withMaxIter(4));
    AlsModel initial =
        new AlsModel(
            pipeline,
            Factors.of(
                Side.USER, pipeline.apply("Users", Create.of(half.users)), parameters.columns()),
            Factors.of(
                Side.ITEM, pipeline.apply("Items", Create.of(half.items)), parameters.columns()),
            parameters,
            RatingMean.of(half.mean));
    TrainedModel model =
        train(
            pipeline,
            "",
            Als.create().withParameters(parameters.withMaxIter(2)).withInitialModel(initial));
    assertSame(model.factors(Side.USER).blocks(), whole.users);
    assertSame(model.factors(Side.ITEM).blocks(), whole.items);
    pipeline.run().waitUntilFinish();
  }

  @Test
  void usersThatTheInitialModelDoesNotHaveBeginAsAlways() {
    Pipeline pipeline = pipeline();
    AlsParameters parameters = AlsParameters.create().withRank(4).withMaxIter(1);
    Alone alone = new Alone(parameters);
    FactorBlock other = new FactorBlock(Ids.of("nobody"), 4, new float[4]);
    AlsModel initial =
        new AlsModel(
            pipeline,
            Factors.of(Side.USER, pipeline.apply("Users", Create.of(other)), 4),
            Factors.of(Side.ITEM, pipeline.apply("Items", Create.of(other)), 4),
            null);
    TrainedModel model =
        train(pipeline, "", Als.create().withParameters(parameters).withInitialModel(initial));
    assertSame(model.factors(Side.USER).blocks(), alone.users);
    pipeline.run().waitUntilFinish();
  }

  @Test
  void anInitialModelOfAnotherModeIsRefused() {
    Pipeline pipeline = pipeline();
    FactorBlock block = new FactorBlock(Ids.of("1"), 4, new float[4]);
    AlsParameters mode = AlsParameters.create().withRank(4);
    AlsModel initial =
        new AlsModel(
            pipeline,
            Factors.of(Side.USER, pipeline.apply("Users", Create.of(block)), 4),
            Factors.of(Side.ITEM, pipeline.apply("Items", Create.of(block)), 4),
            mode);
    Als als = Als.create().withParameters(mode.withImplicitPrefs(true)).withInitialModel(initial);
    IllegalArgumentException failure =
        assertThrows(IllegalArgumentException.class, () -> train(pipeline, "", als));
    assertEquals(
        "was trained with implicitPrefs=false; expected implicitPrefs=true as here",
        failure.getMessage());
  }

  @Test
  void ofImplicitFeedbackRatingsBelow0AreCounted() {
    Pipeline pipeline = pipeline();
    List<Rating> ratings = new ArrayList<>(RATINGS);
    ratings.add(Rating.of("user-0", "new", -2));
    ratings.add(Rating.of("1", "new", -1));
    ratings.add(Rating.of("3", "new", 1));
    TrainedModel model =
        pipeline
            .apply(Create.of(ratings))
            .apply("Train", Als.create().withRank(2).withMaxIter(1).withImplicitPrefs(true));
    PAssert.thatSingleton(model.summary())
        .satisfies(
            summary -> {
              assertEquals(2, summary.negativeRatings());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void implicitFeedbackWithoutAnyPreferenceFails() {
    Pipeline pipeline = pipeline();
    pipeline
        .apply(Create.of(Rating.of("1", "2", 0), Rating.of("2", "2", -3)))
        .apply("Train", Als.create().withRank(2).withImplicitPrefs(true));
    RuntimeException failure =
        assertThrows(RuntimeException.class, () -> pipeline.run().waitUntilFinish());
    assertTrue(
        String.valueOf(failure.getMessage())
            .contains("implicitPrefs: no rating is above 0, so nothing is preferred"),
        failure.getMessage());
  }
}
