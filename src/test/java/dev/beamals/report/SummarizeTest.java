package dev.beamals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.als.AlsModel;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.Factors;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.BatchRatings;
import dev.beamals.ratings.Rating;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.report.Bins.Bin;
import dev.beamals.report.Recommendations.Case;
import dev.beamals.report.Recommendations.Entry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;

/** The numbers of a page, against sums in a loop. */
final class SummarizeTest {
  private static final int USERS = 40;
  private static final int ITEMS = 30;

  /**
   * Ratings of users 0 to 41, of which the model has 40, of items 100 to 131, of which it has 30.
   */
  private static final List<Rating> RATINGS = ratings();

  private static List<Rating> ratings() {
    Random random = new Random(5);
    List<Rating> ratings = new ArrayList<>();
    for (int u = 0; u < USERS + 2; u++) {
      for (int i = 0; i < ITEMS + 2; i++) {
        if (random.nextInt(4) == 0) {
          ratings.add(Rating.of("" + u, "" + (100 + i), 1 + random.nextInt(5)));
        }
      }
    }
    return ratings;
  }

  private static float factor(int id, int k) {
    return (float) Math.sin(id * 7 + k * 3);
  }

  private static FactorBlock factors(int from, int count) {
    float[] rows = new float[2 * count];
    for (int i = 0; i < count; i++) {
      rows[2 * i] = factor(from + i, 0);
      rows[2 * i + 1] = factor(from + i, 1);
    }
    return new FactorBlock(ids(from, count), 2, rows);
  }

  private static Ids ids(int from, int count) {
    return Ids.of(IntStream.range(from, from + count).toArray());
  }

  private static double score(int user, int item) {
    return Math.fma(factor(user, 1), factor(item, 1), factor(user, 0) * factor(item, 0));
  }

  /** How many ratings item {@code i} was trained on, as the model says. */
  private static float trained(int item) {
    return item - 99;
  }

  private static <T> void run(
      Pipeline pipeline, PCollection<T> result, SerializableFunction<T, Void> check) {
    PAssert.thatSingleton(result).satisfies(check);
    pipeline.run().waitUntilFinish();
  }

  private static TestPipeline pipeline() {
    return TestPipeline.create().enableAbandonedNodeEnforcement(false);
  }

  private static AlsModel model(Pipeline pipeline) {
    return new AlsModel(
        pipeline,
        Factors.of(
            Side.USER,
            pipeline.apply("Users", Create.of(factors(0, 15), factors(15, USERS - 15))),
            2),
        Factors.of(Side.ITEM, pipeline.apply("Items", Create.of(factors(100, ITEMS))), 2),
        null);
  }

  private static PCollection<FactorBlock> itemRatings(Pipeline pipeline) {
    float[] counts = new float[ITEMS];
    for (int i = 0; i < ITEMS; i++) {
      counts[i] = trained(100 + i);
    }
    return pipeline.apply("Counts", Create.of(new FactorBlock(ids(100, ITEMS), 1, counts)));
  }

  private static PCollection<RatingBatch> load(Pipeline pipeline, int seed) {
    List<Rating> shuffled = new ArrayList<>(RATINGS);
    Collections.shuffle(shuffled, new Random(seed));
    return pipeline
        .apply("Ratings", Create.of(shuffled))
        .apply("BatchRatings", BatchRatings.create());
  }

  private static int number(String id) {
    return Integer.parseInt(id);
  }

  @Test
  void rowsAddUpToWhatALoopFindsInAnyBlocks() {
    RowSummary expected = RowSummary.zero();
    Map<String, Integer> users = new HashMap<>();
    long cold = 0;
    for (Rating rating : RATINGS) {
      users.merge(rating.getUser(), 1, Integer::sum);
      expected.ratings().add((float) rating.getRating());
      int user = number(rating.getUser());
      int item = number(rating.getItem());
      if (user >= USERS || item >= 100 + ITEMS) {
        cold++;
        continue;
      }
      double error = score(user, item) - rating.getRating();
      expected.errorsByRating().add((float) rating.getRating(), error);
      expected.errorsByPopularity().add(trained(item), error);
    }
    users.values().forEach(count -> expected.users().add(count));
    assertTrue(cold > 0, "some cold ratings");
    RowSummary all = RowSummary.of(cold).plus(expected);
    String text = all.toString();
    assertEquals(5, all.ratings().toList().size());
    for (int blocks : new int[] {1, 3}) {
      TestPipeline pipeline = pipeline();
      PCollection<RowSummary> found =
          load(pipeline, blocks)
              .apply("Block", BlockRatings.create(blocks))
              .apply(
                  SummarizeRatings.from(model(pipeline))
                      .withItemRatings(FactorView.ofBlocks("ViewCounts", itemRatings(pipeline))));
      run(
          pipeline,
          found,
          summary -> {
            assertEquals(text, summary.toString());
            return null;
          });
    }
  }

  @Test
  void itemsAreCountedByHowManyRatingsTheyHave() {
    TestPipeline pipeline = pipeline();
    run(
        pipeline,
        itemRatings(pipeline).apply(SummarizeItems.create()),
        bins -> {
          assertEquals(
              List.of(1L, 2L, 4L, 8L, 15L), bins.toList().stream().map(Bin::count).toList());
          assertEquals(30 * 31 / 2, bins.toList().stream().mapToDouble(Bin::sum).sum());
          return null;
        });
  }

  @Test
  void usersGetWhatTheyHaveNotRatedBesideWhatTheyHave() {
    for (int blocks : new int[] {1, 3}) {
      TestPipeline pipeline = pipeline();
      PCollection<Recommendations> found =
          load(pipeline, blocks)
              .apply(
                  SummarizeRecommendations.from(
                          model(pipeline), BlockRatings.create(blocks), USERS, List.of())
                      .withItemRatings(FactorView.ofBlocks("ViewCounts", itemRatings(pipeline))));
      run(
          pipeline,
          found,
          recommendations -> {
            check(recommendations);
            return null;
          });
    }
  }

  private static void check(Recommendations recommendations) {
    assertEquals(USERS, recommendations.users());
    Bins popularity = Bins.create(0);
    for (int user = 0; user < USERS; user++) {
      best(user).forEach(item -> popularity.add(trained(item)));
    }
    assertEquals(popularity, recommendations.popularity());
    Ids users = ids(0, USERS);
    List<Integer> drawn = new ArrayList<>(IntStream.range(0, USERS).boxed().toList());
    drawn.sort((a, b) -> Double.compare(UserSample.place(users, a), UserSample.place(users, b)));
    assertEquals(
        drawn.subList(0, 6).stream().map(String::valueOf).toList(),
        recommendations.cases().stream().map(Case::user).toList());
    for (Case one : recommendations.cases()) {
      int user = number(one.user());
      assertEquals(
          best(user), one.recommended().stream().map(entry -> number(entry.item())).toList());
      assertEquals(history(user).size(), one.ratings());
      float last = 5;
      for (Entry entry : one.history()) {
        assertTrue(entry.value() <= last);
        last = entry.value();
        assertEquals(history(user).get(number(entry.item())), entry.value());
        int item = number(entry.item());
        assertEquals(item < 100 + ITEMS ? (long) trained(item) : 0, entry.itemRatings());
      }
      assertEquals(Math.min(10, one.ratings()), new HashSet<>(one.history()).size());
    }
  }

  private static Map<Integer, Float> history(int user) {
    Map<Integer, Float> history = new HashMap<>();
    for (Rating rating : RATINGS) {
      if (number(rating.getUser()) == user) {
        history.put(number(rating.getItem()), (float) rating.getRating());
      }
    }
    return history;
  }

  private static List<Integer> best(int user) {
    Set<Integer> seen = history(user).keySet();
    return IntStream.range(100, 100 + ITEMS)
        .boxed()
        .filter(item -> !seen.contains(item))
        .sorted((a, b) -> Double.compare(score(user, b), score(user, a)))
        .limit(10)
        .toList();
  }

  @Test
  void usersThatAreAskedForAreTheCasesAndNoOthers() {
    TestPipeline pipeline = pipeline();
    PCollection<Recommendations> found =
        load(pipeline, 1)
            .apply(
                SummarizeRecommendations.from(
                    model(pipeline), BlockRatings.create(2), 1_000_000, List.of("3", "17")));
    run(
        pipeline,
        found,
        recommendations -> {
          assertEquals(
              Set.of("3", "17"),
              Set.copyOf(recommendations.cases().stream().map(Case::user).toList()));
          assertEquals(0, recommendations.users(), "one of a thousand is drawn, and none of these");
          assertEquals(0, recommendations.popularity().count());
          return null;
        });
  }

  @Test
  void aboutSoManyUsersAreDrawnAsAreToBe() {
    Ids users = ids(0, 200_000);
    UserSample sample = UserSample.of(1000, users.size(), List.of());
    long drawn = IntStream.range(0, users.size()).filter(u -> sample.isDrawn(users, u)).count();
    assertEquals(1000, drawn, 100);
  }
}
