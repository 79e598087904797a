package dev.beamals.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.blocks.RatingBlocks;
import dev.beamals.ids.Ids;
import dev.beamals.ratings.RatingRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
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

  private static FactorView view(TestPipeline pipeline, String name, List<FactorBlock> blocks) {
    return FactorView.ofBlocks(
        name + "View", pipeline.apply(name, Create.of(blocks).withCoder(FactorBlock.Coder.of())));
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
        double error = row.rating();
        for (int k = 0; k < RANK; k++) {
          error -= (double) x[k] * y[k];
        }
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
        EvaluateRatings.compare(
            RatingBlocks.byUser(rows), blocks(users, 1), blocks(items, 1), RANK);
    for (int blocks : new int[] {1, 3, 8}) {
      PAssert.thatSingleton(
              pipeline
                  .apply(
                      "Ratings" + blocks,
                      Create.of(RatingBlocks.byUser(rows, blocks))
                          .withCoder(RatingBlock.Coder.of()))
                  .apply(
                      "Evaluate" + blocks,
                      EvaluateRatings.of(
                          view(pipeline, "Users" + blocks, blocks(users, blocks)),
                          view(pipeline, "Items" + blocks, blocks(items, 9 - blocks)),
                          RANK)))
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
                EvaluateRatings.of(
                    view(
                        pipeline,
                        "Users",
                        List.of(new FactorBlock(Ids.of(1), RANK, new float[] {1, 1, 1}))),
                    view(
                        pipeline,
                        "Items",
                        List.of(new FactorBlock(Ids.of(5), RANK, new float[] {1, 1, 1}))),
                    RANK));
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
                    EvaluateRatings.of(
                        view(pipeline, "Users", List.of()),
                        view(pipeline, "Items", List.of()),
                        RANK)))
        .satisfies(
            metrics -> {
              assertEquals(RatingMetrics.zero(), metrics);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void predictionIsTheDotProductInDoublePrecision() {
    float[] users = {9, 1e8f, 1, -1e8f};
    float[] items = {9, 9, 1, 1, 1};
    assertEquals(1.0, EvaluateRatings.predict(users, 1, items, 2, 3));
  }
}
