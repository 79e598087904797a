package dev.beamals.recommend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.beamals.als.AlsModel;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.Factors;
import dev.beamals.ids.CollectIds;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ids.UniteIds;
import dev.beamals.linalg.BlockProducts;
import dev.beamals.ratings.BatchRatings;
import dev.beamals.ratings.Rating;
import dev.beamals.ratings.RatingBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TimestampedValue;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;

/** The transforms that use a model, against sorting everything. */
@ExtendWith(TestPipelineExtension.class)
final class UseModelInPipelineTest {
  private static final int RANK = 3;
  private static final FactorBlock USERS = block(Ids.of("1", "2", "3", "a", "b"), 1);
  private static final FactorBlock ITEMS = block(Ids.of("10", "20", "30", "40", "50", "x", "y"), 2);
  private static final List<Rating> SEEN =
      List.of(
          Rating.of("1", "10", 1),
          Rating.of("1", "x", 1),
          Rating.of("a", "30", 1),
          Rating.of("nobody", "30", 1),
          Rating.of("2", "nothing", 1));

  private static FactorBlock block(Ids ids, long seed) {
    Random random = new Random(seed);
    float[] factors = new float[ids.size() * RANK];
    for (int k = 0; k < factors.length; k++) {
      factors[k] = (float) random.nextGaussian();
    }
    return new FactorBlock(ids, RANK, factors);
  }

  private static AlsModel model(TestPipeline pipeline) {
    return new AlsModel(
        pipeline,
        Factors.of(Side.USER, pipeline.apply("Users", Create.of(USERS)), RANK),
        Factors.of(Side.ITEM, pipeline.apply("Items", Create.of(ITEMS)), RANK),
        null);
  }

  private static float score(FactorBlock x, int i, FactorBlock y, int j) {
    return BlockProducts.dot(x.factors(), i * RANK, y.factors(), j * RANK, RANK);
  }

  private static double cosine(FactorBlock block, int i, int j) {
    return score(block, i, block, j)
        / Math.sqrt((double) score(block, i, block, i) * score(block, j, block, j));
  }

  /** Lines {@code src rank dst}, by sorting. */
  private static List<String> best(
      FactorBlock src, FactorBlock dst, Set<String> srcs, Set<String> dsts, boolean seen, int k) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < src.ids().size(); i++) {
      String id = src.ids().get(i);
      int row = i;
      List<Integer> order = new ArrayList<>();
      for (int j = 0; j < dst.ids().size(); j++) {
        String other = dst.ids().get(j);
        boolean excluded =
            seen
                && SEEN.stream()
                    .anyMatch(r -> Set.of(r.getUser(), r.getItem()).equals(Set.of(id, other)));
        if (!excluded && (dsts.isEmpty() || dsts.contains(other))) {
          order.add(j);
        }
      }
      order.sort(Comparator.comparing(j -> -score(src, row, dst, j)));
      for (int n = 0; n < Math.min(k, order.size()); n++) {
        if (srcs.isEmpty() || srcs.contains(id)) {
          lines.add(id + " " + (n + 1) + " " + dst.ids().get(order.get(n)));
        }
      }
    }
    return lines;
  }

  private static void assertRanked(PCollection<Row> rows, List<String> expected) {
    PAssert.that(rows)
        .satisfies(
            all -> {
              List<String> lines = new ArrayList<>();
              for (Row row : all) {
                lines.add(row.getString(0) + " " + row.getInt32("rank") + " " + row.getString(2));
              }
              List<String> sorted = new ArrayList<>(expected);
              sorted.sort(null);
              lines.sort(null);
              assertEquals(sorted, lines);
              return null;
            });
  }

  @Test
  void theBestItemsForUsersAreThoseOfSorting(TestPipeline pipeline) {
    AlsModel model = model(pipeline);
    RecommendTopK topK = RecommendTopK.from(model).withTopK(3).withNumBlocks(2);
    PCollection<RatingBatch> seen =
        pipeline.apply("Seen", Create.of(SEEN)).apply("Batch", BatchRatings.create());
    PCollectionView<Ids> some =
        pipeline.apply("Some", Create.of("a", "2", "nobody")).apply("Ids", CollectIds.create());
    PCollectionView<Ids> candidates =
        pipeline.apply("Few", Create.of("x", "20", "30")).apply("Candidates", CollectIds.create());

    assertRanked(
        pipeline.apply("All", topK.asRows()), best(USERS, ITEMS, Set.of(), Set.of(), false, 3));
    assertRanked(
        pipeline.apply("Unseen", topK.withSeen(seen).asRows()),
        best(USERS, ITEMS, Set.of(), Set.of(), true, 3));
    assertRanked(
        pipeline.apply("Chosen", topK.withIds(some).withCandidates(candidates).asRows()),
        best(USERS, ITEMS, Set.of("a", "2"), Set.of("x", "20", "30"), false, 3));
    assertRanked(
        pipeline.apply("UsersForItems", topK.forItems().withSeen(seen).asRows()),
        best(ITEMS, USERS, Set.of(), Set.of(), true, 3));
    pipeline.run().waitUntilFinish();
  }

  @Test
  void rowsSayWhatTheyAre(TestPipeline pipeline) {
    AlsModel model = model(pipeline);
    assertEquals(
        List.of("user", "rank", "item", "score"),
        pipeline.apply("A", RecommendTopK.from(model).asRows()).getSchema().getFieldNames());
    assertEquals(
        List.of("item", "rank", "user", "score"),
        pipeline
            .apply("B", RecommendTopK.from(model).forItems().asRows())
            .getSchema()
            .getFieldNames());
    assertEquals(
        List.of("item", "rank", "similar", "score"),
        pipeline.apply("C", SimilarIds.from(model).asRows()).getSchema().getFieldNames());
    pipeline.run().waitUntilFinish();
  }

  @Test
  void similarIdsAreThoseOfSortingCosines(TestPipeline pipeline) {
    AlsModel model = model(pipeline);
    PCollectionView<Ids> x =
        pipeline
            .apply("X", Create.of(Ids.of("x")).withCoder(UniteIds.coder()))
            .apply("ViewX", View.asSingleton());
    for (boolean users : new boolean[] {false, true}) {
      FactorBlock block = users ? USERS : ITEMS;
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < block.ids().size(); i++) {
        int row = i;
        List<Integer> order = new ArrayList<>();
        for (int j = 0; j < block.ids().size(); j++) {
          if (j != i) {
            order.add(j);
          }
        }
        order.sort(Comparator.comparing(j -> -cosine(block, row, j)));
        for (int n = 0; n < 2; n++) {
          expected.add(block.ids().get(i) + " " + (n + 1) + " " + block.ids().get(order.get(n)));
        }
      }
      SimilarIds similar = SimilarIds.from(model).withTopK(2);
      assertRanked(
          pipeline.apply("Similar" + users, (users ? similar.forUsers() : similar).asRows()),
          expected);
      if (!users) {
        assertRanked(
            pipeline.apply("SimilarToX", similar.withIds(x).asRows()),
            expected.stream().filter(line -> line.startsWith("x ")).toList());
      }
    }
    pipeline.run().waitUntilFinish();
  }

  @Test
  void predictionsAreDotProductsAndNaNWhereCold(TestPipeline pipeline) {
    AlsModel model = model(pipeline);
    PCollection<Row> predictions =
        pipeline
            .apply(
                "Pairs",
                Create.of(
                    Rating.of("a", "x", Double.NaN),
                    Rating.of("a", "x", Double.NaN),
                    Rating.of("1", "50", 3),
                    Rating.of("nobody", "50", 3),
                    Rating.of("1", "nothing", 3)))
            .apply("Predict", PredictRatings.from(model).withNumBlocks(3).asRows());
    String ax = "a x " + score(USERS, 3, ITEMS, 5);
    String one = "1 50 " + score(USERS, 0, ITEMS, 4);
    PAssert.that(predictions)
        .satisfies(
            rows -> {
              List<String> lines = new ArrayList<>();
              for (Row row : rows) {
                lines.add(
                    row.getString("user")
                        + " "
                        + row.getString("item")
                        + " "
                        + row.getFloat("prediction"));
              }
              lines.sort(null);
              List<String> expected =
                  new ArrayList<>(List.of(ax, ax, one, "nobody 50 NaN", "1 nothing NaN"));
              expected.sort(null);
              assertEquals(expected, lines);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  /** Pairs that come over time are predicted in their windows, and as the others are. */
  @Test
  void windowedPairsKeepTheirWindows(TestPipeline pipeline) {
    AlsModel model = model(pipeline);
    FixedWindows seconds = FixedWindows.of(Duration.standardSeconds(1));
    PCollection<String> predictions =
        pipeline
            .apply(
                "Pairs",
                Create.timestamped(
                    TimestampedValue.of(Rating.of("a", "x", 0), new Instant(100)),
                    TimestampedValue.of(Rating.of("1", "50", 0), new Instant(1500)),
                    TimestampedValue.of(Rating.of("nobody", "50", 0), new Instant(1600)),
                    TimestampedValue.of(Rating.of("1", "nothing", 0), new Instant(1700))))
            .apply("EachSecond", Window.into(seconds))
            .apply("Predict", PredictRatings.from(model).asRows())
            .apply(
                "ToText",
                MapElements.into(TypeDescriptors.strings())
                    .via(row -> row.getValue(0) + " " + row.getValue(1) + " " + row.getValue(2)));
    PAssert.that(predictions)
        .inWindow(seconds.assignWindow(new Instant(100)))
        .containsInAnyOrder("a x " + score(USERS, 3, ITEMS, 5));
    PAssert.that(predictions)
        .inWindow(seconds.assignWindow(new Instant(1500)))
        .containsInAnyOrder("1 50 " + score(USERS, 0, ITEMS, 4), "nobody 50 NaN", "1 nothing NaN");
    pipeline.run().waitUntilFinish();
  }

  @Test
  void tenAreFoundForEachWhereNobodySaysHowMany(TestPipeline pipeline) {
    Ids many = Ids.of(IntStream.rangeClosed(1, 12).toArray());
    AlsModel model =
        new AlsModel(
            pipeline,
            Factors.of(Side.USER, pipeline.apply("Users", Create.of(USERS)), RANK),
            Factors.of(Side.ITEM, pipeline.apply("Items", Create.of(block(many, 3))), RANK),
            null);
    PAssert.thatSingleton(
            pipeline
                .apply("Best", RecommendTopK.from(model).asRows())
                .apply("CountBest", Count.globally()))
        .isEqualTo(10L * USERS.ids().size());
    PAssert.thatSingleton(
            pipeline
                .apply("Alike", SimilarIds.from(model).asRows())
                .apply("CountAlike", Count.globally()))
        .isEqualTo(10L * many.size());
    pipeline.run().waitUntilFinish();
  }

  @Test
  void whatIsOutOfRangeIsRefused() {
    Pipeline pipeline = Pipeline.create();
    AlsModel model =
        new AlsModel(
            pipeline,
            Factors.of(Side.USER, pipeline.apply("Users", Create.of(USERS)), RANK),
            Factors.of(Side.ITEM, pipeline.apply("Items", Create.of(ITEMS)), RANK),
            null);
    assertRefused("topK=0", () -> RecommendTopK.from(model).withTopK(0));
    assertRefused("numBlocks=0", () -> RecommendTopK.from(model).withNumBlocks(0));
    assertRefused("topK=0", () -> SimilarIds.from(model).withTopK(0));
    assertRefused("numBlocks=0", () -> SimilarIds.from(model).withNumBlocks(0));
    assertRefused("numBlocks=0", () -> PredictRatings.from(model).withNumBlocks(0));
    RecommendTopK.from(model).withTopK(1).withNumBlocks(1);
    SimilarIds.from(model).withTopK(1).withNumBlocks(1);
    PredictRatings.from(model).withNumBlocks(1);
  }

  private static void assertRefused(String what, Executable call) {
    IllegalArgumentException failure = assertThrows(IllegalArgumentException.class, call);
    assertEquals(what + ": expected at least 1", failure.getMessage());
  }
}
