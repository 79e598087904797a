package dev.beamals.blocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.beamals.ids.Ids;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPipelineExtension.class)
final class MergeFactorsTest {
  private static FactorBlock block(float[] factors, String... ids) {
    return new FactorBlock(Ids.of(ids), 2, factors);
  }

  /** Ids of one side alone stay, of both the newer factors are taken; no id is there twice. */
  @Test
  void newerFactorsReplaceOlderOnes(TestPipeline pipeline) {
    PCollection<FactorBlock> older =
        pipeline.apply(
            "Older",
            Create.of(
                block(new float[] {1, 2, 3, 4, 5, 6}, "1", "2", "b"),
                block(new float[] {7, 8}, "3")));
    PCollection<FactorBlock> newer =
        pipeline.apply(
            "Newer",
            Create.of(
                block(new float[] {-1, -2, -3, -4}, "2", "c"), block(new float[] {-5, -6}, "9")));
    PAssert.that(MergeFactors.inputs(older, newer).apply("Merge", MergeFactors.create(3, 2)))
        .satisfies(
            blocks -> {
              Map<String, String> rows = new TreeMap<>();
              for (FactorBlock block : blocks) {
                for (int i = 0; i < block.ids().size(); i++) {
                  rows.merge(
                      block.ids().get(i), Arrays.toString(block.row(i)), (one, two) -> "twice");
                }
              }
              assertEquals(
                  Map.of(
                      "1", "[1.0, 2.0]",
                      "2", "[-1.0, -2.0]",
                      "3", "[7.0, 8.0]",
                      "9", "[-5.0, -6.0]",
                      "b", "[5.0, 6.0]",
                      "c", "[-3.0, -4.0]"),
                  rows);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void thereIsAtLeastOneBlock() {
    assertThrows(IllegalArgumentException.class, () -> MergeFactors.create(0, 2));
    assertEquals("MergeFactors", MergeFactors.create(1, 2).getName());
  }
}
