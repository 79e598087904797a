package dev.beamals.als;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.ids.Side;
import dev.beamals.ratings.Rating;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What {@link Als} refuses, counts and gives. */
final class AlsInputTest {
  private static PCollection<Rating> ratings(Pipeline pipeline) {
    return pipeline.apply(Create.of(Rating.of(1, 10, 3), Rating.of(1, 20, 4), Rating.of(2, 10, 5)));
  }

  private static void assertRefused(String message, Executable call) {
    IllegalArgumentException failure = assertThrows(IllegalArgumentException.class, call);
    String text = String.valueOf(failure.getMessage());
    assertTrue(text.endsWith(message), text);
  }

  @Test
  void windowsBlocksAndFoldersThatCannotBeAreRefused() {
    PCollection<Rating> windowed =
        ratings(Pipeline.create())
            .apply("EachDay", Window.into(FixedWindows.of(Duration.standardDays(1))));
    assertRefused(
        ": expected a bounded collection in the global window",
        () -> windowed.apply("Train", Als.create()));
    assertRefused("numUserBlocks=0: expected at least 1", () -> Als.create().withNumUserBlocks(0));
    assertRefused("numItemBlocks=0: expected at least 1", () -> Als.create().withNumItemBlocks(0));
    assertRefused(
        "folder /tmp/x: expected its last slash", () -> Als.create().withShuffle("/tmp/x"));
    assertRefused(
        "bytes=-1: expected at least 0", () -> Als.create().withShuffleAbove(-1, "/tmp/x/"));
  }

  @Test
  void solvedRowsAreCountedAndAModelIsAllOfItsCollections() {
    Pipeline pipeline = Pipeline.create();
    TrainedModel model =
        ratings(pipeline)
            .apply(
                "Train",
                Als.create().withRank(2).withMaxIter(3).withNumUserBlocks(1).withNumItemBlocks(1));
    assertEquals(
        Set.of(
            model.factors(Side.USER).blocks(),
            model.factors(Side.ITEM).blocks(),
            model.ratings(),
            model.ratingsByItem(),
            model.itemRatings(),
            model.summary()),
        Set.copyOf(model.expand().values()));
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    long solved = 0;
    for (MetricResult<Long> counter :
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(MetricNameFilter.named(Als.class, Als.ROWS_SOLVED))
                    .build())
            .getCounters()) {
      solved += counter.getCommitted();
    }
    assertEquals(3 * (2 + 2), solved);
  }
}
