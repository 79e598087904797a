package dev.beamals.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.Factors;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.blocks.RatingBlocks;
import dev.beamals.blocks.TransposeBlocks;
import dev.beamals.ids.CoderContract;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The baselines of predicted ratings against the naive formulas. */
@ExtendWith(TestPipelineExtension.class)
final class RatingBiasesTest {
  private static final List<String> USERS = List.of("1", "2", "3", "4", "5", "u");
  private static final List<String> ITEMS = List.of("1", "2", "3", "4", "5", "6", "i");

  private static List<RatingRow> rows(int seed, int count) {
    List<RatingRow> rows = new ArrayList<>();
    Random random = new Random(seed);
    for (int r = 0; r < count; r++) {
      int user = random.nextInt(USERS.size());
      int item = random.nextInt(ITEMS.size());
      float rating = (user + item) / 2f + random.nextInt(3);
      rows.add(new RatingRow(USERS.get(user), ITEMS.get(item), rating, 0));
    }
    return rows;
  }

  /** A model of users and items 1 to 5, so that u, 6 and i are cold. */
  private static AlsModel model(TestPipeline pipeline, String name, AlsParameters parameters) {
    FactorBlock ones = new FactorBlock(Ids.of(1, 2, 3, 4, 5), 1, new float[] {1, 1, 1, 1, 1});
    PCollection<FactorBlock> factors =
        pipeline.apply(name, Create.of(ones).withCoder(FactorBlock.Coder.of()));
    return new AlsModel(
        pipeline, Factors.of(Side.USER, factors, 1), Factors.of(Side.ITEM, factors, 1), parameters);
  }

  private static PCollection<RatingComparison> compare(
      TestPipeline pipeline, int blocks, AlsParameters parameters) {
    String name = "Of" + blocks;
    List<RatingRow> training = rows(1, 90);
    List<RatingRow> test = rows(2, 40);
    Collections.shuffle(training, new Random(blocks));
    Collections.shuffle(test, new Random(blocks));
    PCollection<RatingBlock> byUser =
        pipeline.apply(
            name + "Training",
            Create.of(RatingBlocks.byUser(training, blocks)).withCoder(RatingBlock.Coder.of()));
    return pipeline
        .apply(
            name + "Test",
            Create.of(RatingBlocks.byUser(test, 9 - blocks)).withCoder(RatingBlock.Coder.of()))
        .apply(
            name,
            EvaluateRatings.from(model(pipeline, name + "Model", parameters))
                .besideBaselines(
                    byUser, byUser.apply(name + "ByItem", TransposeBlocks.create(9 - blocks))));
  }

  @Test
  void figuresAreThoseOfTheNaiveFormulasForAnyBlocks(TestPipeline pipeline) {
    List<PCollection<RatingComparison>> all = new ArrayList<>();
    for (int blocks : new int[] {1, 3, 8}) {
      all.add(compare(pipeline, blocks, AlsParameters.create()));
    }
    PAssert.that(PCollectionList.of(all).apply(Flatten.pCollections()))
        .satisfies(
            comparisons -> {
              Set<RatingComparison> distinct = new HashSet<>();
              comparisons.forEach(distinct::add);
              assertEquals(1, distinct.size());
              check(distinct.iterator().next());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  private static void check(RatingComparison comparison) {
    List<RatingRow> training = rows(1, 90);
    double mean = training.stream().mapToDouble(RatingRow::rating).average().orElseThrow();
    Map<String, Double> items = new HashMap<>();
    for (String item : ITEMS) {
      double[] rest =
          training.stream()
              .filter(row -> row.item().equals(item))
              .mapToDouble(row -> row.rating() - mean)
              .toArray();
      items.put(item, sum(rest) / (25 + rest.length));
    }
    Map<String, Double> users = new HashMap<>();
    for (String user : USERS) {
      double[] rest =
          training.stream()
              .filter(row -> row.user().equals(user))
              .mapToDouble(row -> row.rating() - mean - items.getOrDefault(row.item(), 0.0))
              .toArray();
      users.put(user, sum(rest) / (10 + rest.length));
    }
    double ofModel = 0;
    double ofBiases = 0;
    double ofMean = 0;
    long count = 0;
    for (RatingRow row : rows(2, 40)) {
      if (!Set.of("u").contains(row.user()) && !Set.of("6", "i").contains(row.item())) {
        double bias = users.getOrDefault(row.user(), 0.0) + items.getOrDefault(row.item(), 0.0);
        ofModel += Math.abs(row.rating() - 1);
        ofBiases += Math.abs(row.rating() - mean - bias);
        ofMean += Math.abs(row.rating() - mean);
        count++;
      }
    }
    assertEquals(count, comparison.biases().count());
    assertEquals(count, comparison.mean().count());
    assertEquals(ofModel / count, comparison.model().mae(), 1e-6);
    assertEquals(ofBiases / count, comparison.biases().mae(), 1e-6);
    assertEquals(ofMean / count, comparison.mean().mae(), 1e-6);
  }

  @Test
  void baselinesOfSeveralPartsAreFittedOnce(TestPipeline pipeline) {
    PCollection<RatingBlock> byUser =
        pipeline.apply(
            "Training",
            Create.of(RatingBlocks.byUser(rows(1, 90), 2)).withCoder(RatingBlock.Coder.of()));
    PTransform<PCollection<RatingBlock>, PCollection<RatingComparison>> beside =
        EvaluateRatings.from(model(pipeline, "Model", AlsParameters.create()))
            .besideBaselines(byUser, byUser.apply("ByItem", TransposeBlocks.create(2)));
    List<PCollection<RatingComparison>> all = new ArrayList<>();
    for (String part : List.of("Validation", "Test")) {
      all.add(
          pipeline
              .apply(
                  part,
                  Create.of(RatingBlocks.byUser(rows(2, 40), 3)).withCoder(RatingBlock.Coder.of()))
              .apply("Evaluate" + part, beside));
    }
    PAssert.that(PCollectionList.of(all).apply(Flatten.pCollections()))
        .satisfies(
            comparisons -> {
              comparisons.forEach(RatingBiasesTest::check);
              return null;
            });
    List<String> fits = new ArrayList<>();
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public void visitPrimitiveTransform(TransformHierarchy.Node node) {
            if (node.getFullName().contains("FitItemBiases")) {
              fits.add(node.getFullName());
            }
          }
        });
    assertEquals(1, fits.size(), fits.toString());
    pipeline.run().waitUntilFinish();
  }

  @Test
  void theCoderKeepsAllThree() throws Exception {
    RatingComparison comparison = new RatingComparison(metrics(1), metrics(2), metrics(3));
    assertEquals(comparison, CoderContract.check(RatingComparison.coder(), comparison));
  }

  private static RatingMetrics metrics(float rating) {
    RatingMetrics.Accumulator accumulator = new RatingMetrics.Accumulator();
    accumulator.add(rating, 1.5);
    return accumulator.metrics();
  }

  private static double sum(double[] numbers) {
    double sum = 0;
    for (double number : numbers) {
      sum += number;
    }
    return sum;
  }

  @Test
  void ofImplicitFeedbackThereAreNone(TestPipeline pipeline) {
    PAssert.thatSingleton(
            compare(pipeline, 2, AlsParameters.create().withRank(1).withImplicitPrefs(true)))
        .satisfies(
            comparison -> {
              assertEquals(RatingMetrics.zero(), comparison.biases());
              assertEquals(RatingMetrics.zero(), comparison.mean());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }
}
