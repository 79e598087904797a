package dev.beamals.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.Factors;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.blocks.RatingBlocks;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.linalg.BlockProducts;
import dev.beamals.ratings.Rating;
import dev.beamals.ratings.RatingRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPipelineExtension.class)
final class EvaluateRatingsTest {
  private static final int RANK = 3;
  private static final List<String> USERS =
      List.of("1", "2", "3", "-4", "500", "u", "v", "cold user", "9999");
  private static final List<String> ITEMS = List.of("10", "20", "30", "i", "cold item", "-7");

  private static boolean isCold(String id) {
    return id.startsWith("cold") || id.equals("9999") || id.equals("-7");
  }

  private static Map<String, float[]> factors(List<String> ids, Random random) {
    Map<String, float[]> factors = new HashMap<>();
    for (String id : ids) {
      if (!isCold(id)) {
        float[] row = new float[RANK];
        for (int k = 0; k < RANK; k++) {
          row[k] = (float) random.nextGaussian();
        }
        factors.put(id, row);
      }
    }
    return factors;
  }

  /** The factors in {@code count} blocks, and one of an id that rates nothing. */
  private static List<FactorBlock> blocks(Map<String, float[]> factors, int count) {
    List<FactorBlock> blocks = new ArrayList<>();
    for (int b = 0; b < count; b++) {
      int block = b;
      Ids ids =
          Ids.of(
              factors.keySet().stream()
                  .filter(id -> Ids.of(id).block(0, count) == block)
                  .toArray(String[]::new));
      float[] rows = new float[ids.size() * RANK];
      for (int i = 0; i < ids.size(); i++) {
        System.arraycopy(
            factors.getOrDefault(ids.get(i), new float[RANK]), 0, rows, i * RANK, RANK);
      }
      blocks.add(new FactorBlock(ids, RANK, rows));
    }
    blocks.add(new FactorBlock(Ids.of("idle"), RANK, new float[RANK]));
    return blocks;
  }

  private static AlsModel model(
      TestPipeline pipeline, String name, List<FactorBlock> users, List<FactorBlock> items) {
    return new AlsModel(
        pipeline,
        factors(pipeline, Side.USER, name + "Users", users),
        factors(pipeline, Side.ITEM, name + "Items", items),
        null);
  }

  private static Factors factors(
      TestPipeline pipeline, Side side, String name, List<FactorBlock> blocks) {
    return Factors.of(
        side, pipeline.apply(name, Create.of(blocks).withCoder(FactorBlock.Coder.of())), RANK);
  }

  private static RatingMetrics compare(RatingBlock block, FactorBlock users, FactorBlock items) {
    boolean[] userFound = new boolean[block.src().size()];
    boolean[] itemFound = new boolean[block.dst().size()];
    float[] x = new float[userFound.length * RANK];
    float[] y = new float[itemFound.length * RANK];
    users.copyRows(block.src(), x, userFound);
    items.copyRows(block.dst(), y, itemFound);
    return new EvaluateRatings.Comparison(RANK, false, null)
        .compare(block, x, userFound, y, itemFound, 0, null)
        .model();
  }

  @Test
  void figuresAreThoseOfTheNaiveFormulasBitForBitForAnyBlocks(TestPipeline pipeline) {
    Random random = new Random(1);
    List<RatingRow> rows = RatingRow.random(400, USERS, ITEMS, random);
    Map<String, float[]> users = factors(USERS, random);
    Map<String, float[]> items = factors(ITEMS, random);

    double count = 0;
    double mean = 0;
    for (RatingRow row : rows) {
      if (!isCold(row.user()) && !isCold(row.item())) {
        count++;
        mean += row.rating();
      }
    }
    mean /= count;
    double absolute = 0;
    double squared = 0;
    double spread = 0;
    for (RatingRow row : rows) {
      float[] x = users.get(row.user());
      float[] y = items.get(row.item());
      if (x != null && y != null) {
        float prediction = 0;
        for (int k = 0; k < RANK; k++) {
          prediction = Math.fma(x[k], y[k], prediction);
        }
        double error = (double) row.rating() - prediction;
        absolute += Math.abs(error);
        squared += error * error;
        spread += (row.rating() - mean) * (row.rating() - mean);
      }
    }
    double n = count;
    double mae = absolute / n;
    double rmse = Math.sqrt(squared / n);
    double r2 = 1 - squared / spread;

    RatingMetrics one =
        compare(RatingBlocks.byUser(rows), blocks(users, 1).get(0), blocks(items, 1).get(0));
    for (int blocks : new int[] {1, 3, 8}) {
      PAssert.thatSingleton(
              pipeline
                  .apply(
                      "Ratings" + blocks,
                      Create.of(RatingBlocks.byUser(rows, blocks))
                          .withCoder(RatingBlock.Coder.of()))
                  .apply(
                      "Evaluate" + blocks,
                      EvaluateRatings.from(
                              model(
                                  pipeline,
                                  "Model" + blocks,
                                  blocks(users, blocks),
                                  blocks(items, 9 - blocks)))
                          .onBlocks()))
          .satisfies(
              metrics -> {
                assertEquals((long) n, metrics.count());
                assertEquals(rows.size() - (long) n, metrics.cold());
                assertTrue(metrics.cold() > 50);
                assertEquals(n / rows.size(), metrics.coverage());
                assertEquals(mae, metrics.mae(), 1e-12);
                assertEquals(rmse, metrics.rmse(), 1e-12);
                assertEquals(r2, metrics.r2(), 1e-11);
                assertEquals(one, metrics);
                return null;
              });
    }
    pipeline.run().waitUntilFinish();
  }

  @Test
  void allColdPairsAreCountedAndNotPredicted(TestPipeline pipeline) {
    PCollection<RatingMetrics> metrics =
        pipeline
            .apply(
                Create.of(
                        RatingBlocks.byUser(
                            List.of(new RatingRow("1", "2", 3, 0), new RatingRow("4", "5", 6, 0))))
                    .withCoder(RatingBlock.Coder.of()))
            .apply(
                EvaluateRatings.from(
                        model(
                            pipeline,
                            "Model",
                            List.of(new FactorBlock(Ids.of(1), RANK, new float[] {1, 1, 1})),
                            List.of(new FactorBlock(Ids.of(5), RANK, new float[] {1, 1, 1}))))
                    .onBlocks());
    PAssert.thatSingleton(metrics)
        .satisfies(
            all -> {
              assertEquals(0, all.count());
              assertEquals(2, all.cold());
              assertEquals(0.0, all.coverage());
              assertTrue(Double.isNaN(all.rmse()));
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void emptyTestSetHasMetricsOfNoPairs(TestPipeline pipeline) {
    PAssert.thatSingleton(
            pipeline
                .apply(Create.empty(RatingBlock.Coder.of()))
                .apply(
                    EvaluateRatings.from(model(pipeline, "Model", List.of(), List.of()))
                        .onBlocks()))
        .satisfies(
            metrics -> {
              assertEquals(RatingMetrics.zero(), metrics);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void predictionsAreThoseOfTheTables() {
    // In float 1e8 + 1 − 1e8 is 0, and 0 is what predict and recommend say.
    FactorBlock user = new FactorBlock(Ids.of(1), RANK, new float[] {1e8f, 1, -1e8f});
    FactorBlock item = new FactorBlock(Ids.of(2), RANK, new float[] {1, 1, 1});
    RatingMetrics metrics =
        compare(RatingBlocks.byUser(List.of(new RatingRow("1", "2", 3, 0))), user, item);
    assertEquals(3.0, metrics.mae());
    assertEquals(0f, BlockProducts.dot(user.factors(), 0, item.factors(), 0, RANK));
  }

  @Test
  void ratingsAsElementsGiveTheSameFigures(TestPipeline pipeline) {
    AlsModel model =
        model(
            pipeline,
            "Model",
            List.of(new FactorBlock(Ids.of("1", "u"), RANK, new float[] {1, 2, 3, 0, 0, 1})),
            List.of(new FactorBlock(Ids.of("7"), RANK, new float[] {1, 1, 1})));
    PAssert.thatSingleton(
            pipeline
                .apply(
                    "Ratings",
                    Create.of(Rating.of(1, 7, 5), Rating.of("u", "7", 3), Rating.of("new", "7", 3)))
                .apply("Evaluate", EvaluateRatings.from(model)))
        .satisfies(
            metrics -> {
              assertEquals(2, metrics.count());
              assertEquals(1, metrics.cold());
              assertEquals(1.5, metrics.mae());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  /** Of rows that one model predicts and the other does not, neither is judged. */
  @Test
  void modelsAreComparedByRowsThatAllPredictForAnyBlocks(TestPipeline pipeline) throws Exception {
    Random random = new Random(4);
    List<RatingRow> rows = RatingRow.random(400, USERS, ITEMS, random);
    Map<String, float[]> users = factors(USERS, random);
    Map<String, float[]> items = factors(ITEMS, random);
    Map<String, float[]> otherUsers = factors(USERS, random);
    Map<String, float[]> otherItems = factors(ITEMS, random);
    users.remove("500");
    otherUsers.remove("u");
    otherItems.remove("20");
    long first = count(rows, users, items);
    long second = count(rows, otherUsers, otherItems);
    List<RatingRow> common =
        rows.stream()
            .filter(row -> users.containsKey(row.user()) && otherUsers.containsKey(row.user()))
            .filter(row -> items.containsKey(row.item()) && otherItems.containsKey(row.item()))
            .toList();
    assertTrue(first > common.size() && second > common.size() && first != second);
    RatingMetrics ofFirst =
        compare(RatingBlocks.byUser(common), blocks(users, 1).get(0), blocks(items, 1).get(0));
    RatingMetrics ofSecond =
        compare(
            RatingBlocks.byUser(common),
            blocks(otherUsers, 1).get(0),
            blocks(otherItems, 1).get(0));
    long allRows = rows.size();
    long distinctUsers = common.stream().map(RatingRow::user).distinct().count();
    List<PCollection<String>> encoded = new ArrayList<>();
    for (int count : new int[] {1, 3, 8}) {
      PCollection<RatingDifferences> differences =
          pipeline
              .apply(
                  "Ratings" + count,
                  Create.of(RatingBlocks.byUser(rows, count)).withCoder(RatingBlock.Coder.of()))
              .apply(
                  "Compare" + count,
                  EvaluateRatings.from(
                          model(pipeline, "A" + count, blocks(users, count), blocks(items, 3)))
                      .comparedWith(
                          List.of(
                              model(
                                  pipeline,
                                  "B" + count,
                                  blocks(otherUsers, 9 - count),
                                  blocks(otherItems, count)))));
      PAssert.thatSingleton(differences)
          .satisfies(
              all -> {
                assertEquals(List.of(ofFirst, ofSecond), all.models());
                assertEquals(allRows, all.rows());
                assertEquals(distinctUsers, all.users());
                assertEquals(allRows - first, all.unpredicted(0));
                assertEquals(allRows - second, all.unpredicted(1));
                assertEquals((double) second / allRows, all.coverage(1));
                assertEquals(ofSecond.mae() - ofFirst.mae(), all.absoluteErrors(1).mean(), 1e-14);
                assertTrue(all.absoluteErrors(1).standardError() > 0);
                return null;
              });
      encoded.add(differences.apply("Encode" + count, ParDo.of(new EncodeFn())));
    }
    PAssert.that(PCollectionList.of(encoded).apply(Flatten.pCollections()))
        .satisfies(
            all -> {
              Set<String> distinct = new HashSet<>();
              all.forEach(distinct::add);
              assertEquals(1, distinct.size());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  private static long count(
      List<RatingRow> rows, Map<String, float[]> users, Map<String, float[]> items) {
    return rows.stream()
        .filter(row -> users.containsKey(row.user()) && items.containsKey(row.item()))
        .count();
  }

  static final class EncodeFn extends DoFn<RatingDifferences, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element RatingDifferences all, OutputReceiver<String> out)
        throws IOException {
      out.output(Arrays.toString(CoderUtils.encodeToByteArray(RatingDifferences.coder(), all)));
    }
  }

  @Test
  void ratingsAreNotComparedWithPreferences(TestPipeline pipeline) {
    pipeline.enableAbandonedNodeEnforcement(false);
    AlsModel model = model(pipeline, "Ratings", List.of(), List.of());
    AlsModel preferences =
        new AlsModel(
            pipeline,
            model.factors(Side.USER),
            model.factors(Side.ITEM),
            AlsParameters.create().withImplicitPrefs(true));
    assertThrows(
        IllegalArgumentException.class,
        () -> EvaluateRatings.from(model).comparedWith(List.of(preferences)));
    EvaluateRatings.from(preferences).comparedWith(List.of(preferences));
  }
}
