package dev.beamals.blocks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingRow;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPipelineExtension.class)
final class CountRatingsTest {
  @Test
  void everyIdOfTheRowsIsCounted(TestPipeline pipeline) {
    List<RatingRow> rows =
        List.of(
            new RatingRow("1", "10", 1, 0),
            new RatingRow("1", "20", 2, 0),
            new RatingRow("1", "20", 3, 1),
            new RatingRow("2", "10", 3, 0),
            new RatingRow("b", "10", 3, 0));
    List<RatingBlock> blocks = RatingBlocks.byUser(rows, 3);
    PAssert.that(pipeline.apply(Create.of(blocks)).apply(CountRatings.create()))
        .satisfies(
            counted -> {
              Map<String, Float> counts = new TreeMap<>();
              for (FactorBlock block : counted) {
                assertEquals(1, block.rank());
                for (int i = 0; i < block.ids().size(); i++) {
                  counts.put(block.ids().get(i), block.factors()[i]);
                }
              }
              assertEquals(Map.of("1", 3f, "2", 1f, "b", 1f), counts);
              return null;
            });
    pipeline.run().waitUntilFinish();
    assertEquals(5, RatingBlocks.sorted(blocks, Side.USER).size());
  }
}
