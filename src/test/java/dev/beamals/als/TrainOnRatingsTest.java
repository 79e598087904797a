package dev.beamals.als;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.Factors;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.Rating;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What another pipeline does with the library: ratings of its own, factors, folding in. */
@ExtendWith(TestPipelineExtension.class)
final class TrainOnRatingsTest {
  @TempDir Path folder;

  private static List<Rating> ratings() {
    Random random = new Random(1);
    List<Rating> ratings = new ArrayList<>();
    for (int u = 0; u < 30; u++) {
      for (int i = 0; i < 20; i++) {
        if (random.nextInt(3) > 0) {
          String user = u % 4 == 0 ? "user " + u : Integer.toString(u);
          ratings.add(Rating.of(user, Integer.toString(100 + i), random.nextInt(5)));
        }
      }
    }
    return ratings;
  }

  private static Als als() {
    return Als.create().withRank(4).withMaxIter(3).withRegParam(0.1);
  }

  /** Every row of a side under its id. */
  private static PCollection<Map<String, List<Float>>> rows(AlsModel model, Side side) {
    return model.factors(side).blocks().apply("Rows" + side, ParDo.of(new RowsFn()));
  }

  static final class RowsFn extends DoFn<FactorBlock, Map<String, List<Float>>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(
        @Element FactorBlock block, OutputReceiver<Map<String, List<Float>>> out) {
      Map<String, List<Float>> rows = new HashMap<>();
      for (int i = 0; i < block.ids().size(); i++) {
        List<Float> row = new ArrayList<>();
        for (float factor : block.row(i)) {
          row.add(factor);
        }
        rows.put(block.ids().get(i), row);
      }
      out.output(rows);
    }
  }

  private static Map<String, List<Float>> union(Iterable<Map<String, List<Float>>> parts) {
    Map<String, List<Float>> all = new TreeMap<>();
    parts.forEach(all::putAll);
    return all;
  }

  @Test
  void orderBlocksAndExchangeChangeNothing() {
    Map<String, Map<String, List<Float>>> results = new TreeMap<>();
    for (int trial = 0; trial < 3; trial++) {
      List<Rating> shuffled = ratings();
      Collections.shuffle(shuffled, new Random(trial));
      Als als = trial == 0 ? als() : als().withNumUserBlocks(trial).withNumItemBlocks(5);
      if (trial == 2) {
        // About the size of all factors, 4 numbers of an id: some blocks write files, some do not.
        als = als.withShuffleAbove(4 * Float.BYTES * 50, folder + "/exchange/");
      }
      Pipeline pipeline = Pipeline.create();
      AlsModel model = pipeline.apply(Create.of(shuffled)).apply("Train", als);
      assertEquals(4, model.rank());
      String name = "trial " + trial;
      PAssert.that(rows(model, Side.USER))
          .satisfies(
              parts -> {
                RESULTS.put(name, union(parts));
                return null;
              });
      pipeline.run().waitUntilFinish();
    }
    results.putAll(RESULTS);
    assertEquals(3, results.size());
    assertEquals(30, Objects.requireNonNull(results.get("trial 0")).size());
    assertEquals(results.get("trial 0"), results.get("trial 1"));
    assertEquals(results.get("trial 0"), results.get("trial 2"));
  }

  /** The DirectRunner runs in this JVM. */
  private static final Map<String, Map<String, List<Float>>> RESULTS =
      Collections.synchronizedMap(new TreeMap<>());

  @Test
  void duplicatesAreDroppedWhereAskedFor(TestPipeline pipeline) {
    List<Rating> twice = new ArrayList<>(ratings());
    twice.addAll(ratings());
    int expected = ratings().size();
    PCollection<Rating> input = pipeline.apply(Create.of(twice));
    for (boolean drop : new boolean[] {true, false}) {
      PAssert.that(input.apply("Train" + drop, als().withDropDuplicates(drop)).ratings())
          .satisfies(
              blocks -> {
                int count = 0;
                for (RatingBlock block : blocks) {
                  count += block.size();
                }
                assertEquals(drop ? expected : 2 * expected, count);
                return null;
              });
    }
    pipeline.run().waitUntilFinish();
  }

  @Test
  void whatIsNotBoundedIsRefused() {
    PCollection<Rating> endless =
        Pipeline.create()
            .apply(GenerateSequence.from(0))
            .apply(MapElements.into(TypeDescriptor.of(Rating.class)).via(n -> Rating.of(n, n, 1)));
    IllegalArgumentException failure =
        assertThrows(IllegalArgumentException.class, () -> endless.apply("Train", als()));
    assertTrue(
        String.valueOf(failure.getMessage())
            .contains("expected a bounded collection in the global window"),
        failure.getMessage());
  }

  @Test
  void aTrainedUserIsFoldedInToItsOwnFactors(TestPipeline pipeline) {
    AlsModel model = pipeline.apply("All", Create.of(ratings())).apply("Train", als());
    List<Rating> some = new ArrayList<>();
    for (Rating rating : ratings()) {
      if (rating.getUser().equals("user 4") || rating.getUser().equals("5")) {
        some.add(rating);
      }
    }
    some.add(Rating.of("5", "an unknown item", 5));
    some.add(Rating.of("5", "1", 5)); // an unknown one that comes before all others
    some.add(Rating.of("nobody", "an unknown item", 5));
    FoldIn.FoldedModel folded =
        pipeline.apply("Some", Create.of(some)).apply("FoldIn", FoldIn.from(model));
    PAssert.thatSingleton(folded.counts()).isEqualTo(new FoldIn.Counts(some.size(), 3));
    assertArrayEquals(
        new int[] {4, 4}, new int[] {folded.rank(), folded.factors(Side.ITEM).rank()});
    PAssert.that(rows(model, Side.USER))
        .satisfies(
            parts -> {
              RESULTS.put("trained", union(parts));
              return null;
            });
    PAssert.that(folded.factors(Side.USER).blocks().apply("FoldedRows", ParDo.of(new RowsFn())))
        .satisfies(
            parts -> {
              RESULTS.put("folded", union(parts));
              return null;
            });
    pipeline.run().waitUntilFinish();
    Map<String, List<Float>> trained = Objects.requireNonNull(RESULTS.remove("trained"));
    Map<String, List<Float>> users = Objects.requireNonNull(RESULTS.remove("folded"));
    assertEquals(List.of("5", "user 4"), new ArrayList<>(users.keySet()));
    users.forEach((user, row) -> assertEquals(trained.get(user), row));
  }

  private static AlsModel oneByOne(Pipeline pipeline) {
    PCollection<FactorBlock> block =
        pipeline.apply("Factors", Create.of(new FactorBlock(Ids.of(1), 2, new float[] {1, 0})));
    return new AlsModel(
        pipeline, Factors.of(Side.USER, block, 2), Factors.of(Side.ITEM, block, 2), null);
  }

  @Test
  void aModelThatDoesNotTellItsRegParamNeedsOne(TestPipeline pipeline) {
    Pipeline failing = Pipeline.create();
    AlsModel unknown = oneByOne(failing);
    PCollection<Rating> some = failing.apply("Ratings", Create.of(Rating.of(9, 1, 3)));
    IllegalArgumentException failure =
        assertThrows(
            IllegalArgumentException.class, () -> some.apply("FoldIn", FoldIn.from(unknown)));
    assertEquals("the model does not tell its regParam; expected it here", failure.getMessage());
    // (1 + 0.5) x = 3
    PAssert.that(
            pipeline
                .apply("Ratings", Create.of(Rating.of(9, 1, 3)))
                .apply("FoldIn", FoldIn.from(oneByOne(pipeline)).withRegParam(0.5))
                .factors(Side.USER)
                .blocks())
        .satisfies(
            blocks -> {
              assertArrayEquals(new float[] {2, 0}, blocks.iterator().next().factors());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void sidesOfDifferentRanksAreNoModel(TestPipeline pipeline) {
    PCollection<FactorBlock> blocks =
        pipeline.apply(Create.of(new FactorBlock(Ids.of(1), 1, new float[1])));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new AlsModel(
                pipeline,
                Factors.of(Side.USER, blocks, 1),
                Factors.of(Side.ITEM, blocks, 2),
                null));
    pipeline.run().waitUntilFinish();
  }
}
