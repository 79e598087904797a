package dev.beamals.als;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.blocks.RatingBlockFiles;
import dev.beamals.ids.Side;
import dev.beamals.ratings.BatchRatings;
import dev.beamals.ratings.Rating;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PDone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several trainings on the same blocks, and those that cannot be done. */
final class TrainingBlocksTest {
  /** What pipelines gave, by the name of a training: id to factors. */
  private static final Map<String, Map<String, float[]>> FACTORS = new ConcurrentHashMap<>();

  private static final Map<String, List<TrainingSummary>> SUMMARIES = new ConcurrentHashMap<>();

  @TempDir Path folder;

  private static Map<String, float[]> factors(String name) {
    return FACTORS.computeIfAbsent(name, n -> new ConcurrentHashMap<>());
  }

  private static List<TrainingSummary> summaries(String name) {
    return SUMMARIES.computeIfAbsent(name, n -> Collections.synchronizedList(new ArrayList<>()));
  }

  private static List<Rating> ratings() {
    Random random = new Random(5);
    List<Rating> ratings = new ArrayList<>();
    for (int u = 0; u < 30; u++) {
      for (int i = 0; i < 20; i++) {
        if (random.nextInt(3) > 0) {
          ratings.add(Rating.of("u" + u, "" + i, 1 + random.nextInt(5)));
        }
      }
    }
    return ratings;
  }

  private static void keep(String name, TrainedModel model) {
    for (Side side : Side.values()) {
      model.factors(side).blocks().apply("Keep" + name + side, ParDo.of(new KeepFn(name, side)));
    }
    model.summary().apply("KeepSummary" + name, ParDo.of(new KeepSummaryFn(name)));
  }

  private static final class KeepFn extends DoFn<FactorBlock, Void> {
    private static final long serialVersionUID = 1L;
    private final String name;
    private final Side side;

    KeepFn(String name, Side side) {
      this.name = name;
      this.side = side;
    }

    @ProcessElement
    public void processElement(@Element FactorBlock block) {
      int rank = block.rank();
      for (int i = 0; i < block.ids().size(); i++) {
        float[] row = new float[rank];
        System.arraycopy(block.factors(), i * rank, row, 0, rank);
        factors(name).put(side + " " + block.ids().get(i), row);
      }
    }
  }

  private static final class KeepSummaryFn extends DoFn<TrainingSummary, Void> {
    private static final long serialVersionUID = 1L;
    private final String name;

    KeepSummaryFn(String name) {
      this.name = name;
    }

    @ProcessElement
    public void processElement(@Element TrainingSummary summary) {
      summaries(name).add(summary);
    }
  }

  private static Als als(int rank, double regParam) {
    return Als.create()
        .withParameters(AlsParameters.create().withRank(rank).withMaxIter(2).withRegParam(regParam))
        .withNumUserBlocks(3)
        .withNumItemBlocks(2);
  }

  private static void assertSame(String expected, String actual) {
    Map<String, float[]> theirs = new TreeMap<>(factors(actual));
    assertEquals(factors(expected).keySet(), factors(actual).keySet());
    assertEquals(50, theirs.size());
    factors(expected)
        .forEach(
            (id, row) -> assertArrayEquals(row, Objects.requireNonNull(theirs.get(id)), 0f, id));
    assertEquals(summaries(expected), summaries(actual));
  }

  private List<String> files(String prefix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(Path::toString)
          .filter(f -> f.startsWith(folder.resolve(prefix).toString()))
          .sorted()
          .toList();
    }
  }

  @Test
  void trainingsOnTheSameBlocksAreThoseOfEachAlone() throws IOException {
    Pipeline alone = Pipeline.create();
    keep("alone2", alone.apply("Ratings2", Create.of(ratings())).apply("Als2", als(2, 0.1)));
    keep("alone4", alone.apply("Ratings4", Create.of(ratings())).apply("Als4", als(4, 1)));
    alone.run().waitUntilFinish();

    Pipeline together = Pipeline.create();
    TrainingBlocks blocks =
        together
            .apply("Ratings", Create.of(ratings()))
            .apply("Batch", BatchRatings.create())
            .apply("Block", als(1, 1).blocks());
    keep("together2", blocks.apply("Als2", als(2, 0.1).onBlocks()));
    keep("together4", blocks.apply("Als4", als(4, 1).onBlocks()));
    write(blocks.byUser(), "user-", 3);
    write(blocks.byItem(), "item-", 2);
    together.run().waitUntilFinish();
    assertSame("alone2", "together2");
    assertSame("alone4", "together4");

    Pipeline again = Pipeline.create();
    assertEquals(3, files("user-").size());
    TrainingBlocks read =
        TrainingBlocks.of(
            again.apply("ByUser", RatingBlockFiles.read(files("user-"))),
            again.apply("ByItem", RatingBlockFiles.read(files("item-"))),
            3,
            2);
    keep("again2", read.apply("Als2", als(2, 0.1).onBlocks()));
    again.run().waitUntilFinish();
    assertSame("alone2", "again2");
  }

  private void write(PCollection<RatingBlock> blocks, String prefix, int numBlocks) {
    PTransform<PCollection<RatingBlock>, PDone> write =
        RatingBlockFiles.write(folder.resolve(prefix).toString(), numBlocks);
    blocks.apply("Write" + prefix, write);
  }

  /** With 30 factors no row is determined: the message is the first of all, whatever the blocks. */
  @Test
  void aFailureThatIsToldIsTheSameForAnyBlocksAndFailsNothing() {
    for (int blocks : new int[] {1, 3}) {
      Pipeline pipeline = Pipeline.create();
      Als als = als(30, 0).withNumItemBlocks(blocks).withNumUserBlocks(blocks);
      if (blocks == 3) {
        als = als.withShuffle(folder + "/");
      }
      keep(
          "failed" + blocks,
          pipeline.apply("Ratings", Create.of(ratings())).apply("Als", als.withFailuresTold(true)));
      pipeline.run().waitUntilFinish();
      TrainingSummary summary = summaries("failed" + blocks).get(0);
      String failure = String.valueOf(summary.failure());
      assertTrue(failure.startsWith("item 0: its "), failure);
      assertEquals(0, summary.halfSteps().size());
      for (float[] row : factors("failed" + blocks).values()) {
        assertTrue(Float.isNaN(row[0]));
      }
    }
    assertEquals(summaries("failed1"), summaries("failed3"));
  }
}
