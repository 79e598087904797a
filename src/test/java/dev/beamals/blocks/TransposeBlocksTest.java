package dev.beamals.blocks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPipelineExtension.class)
final class TransposeBlocksTest {
  @Test
  void itemBlocksAreTheSameHoweverUsersAreBlocked(TestPipeline pipeline) {
    List<RatingRow> rows =
        RatingRow.random(
            500,
            List.of("1", "2", "3", "-40", "user", "用户", "007"),
            List.of("10", "20", "30", "item", "é", "99", "a,b"),
            new Random(1));
    for (int itemBlocks : new int[] {1, 3, 8}) {
      List<RatingBlock> expected = new ArrayList<>();
      for (int b = 0; b < itemBlocks; b++) {
        int block = b;
        List<RatingRow> some =
            rows.stream().filter(row -> Ids.of(row.item()).block(0, itemBlocks) == block).toList();
        if (!some.isEmpty()) {
          expected.add(RatingBlock.group(List.of(RatingRow.batch(some)), Side.ITEM, false));
        }
      }
      Map<String, byte[]> bytes = BlockRatingsTest.bytes(expected);
      for (int userBlocks : new int[] {1, 3, 8}) {
        String name = userBlocks + "To" + itemBlocks;
        PAssert.that(
                pipeline
                    .apply(
                        name + "Create",
                        Create.of(RatingBlocks.byUser(rows, userBlocks))
                            .withCoder(RatingBlock.Coder.of()))
                    .apply(name, TransposeBlocks.create(itemBlocks)))
            .satisfies(BlockRatingsTest.haveBytes(bytes));
      }
    }
    pipeline.run().waitUntilFinish();
  }

  @Test
  void duplicatesKeptByTheUserBlocksAreKept(TestPipeline pipeline) {
    RatingRow row = new RatingRow("u", "i", 2, 0);
    PAssert.thatSingleton(
            pipeline
                .apply(
                    Create.of(RatingBlocks.byUser(List.of(row, row, row)))
                        .withCoder(RatingBlock.Coder.of()))
                .apply(TransposeBlocks.create(2)))
        .satisfies(
            block -> {
              assertEquals(List.of(row, row, row), RatingBlocks.rows(block, Side.ITEM));
              assertEquals(0, block.duplicates());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }
}
