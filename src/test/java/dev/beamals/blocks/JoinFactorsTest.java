package dev.beamals.blocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.RatingRow;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPipelineExtension.class)
final class JoinFactorsTest {
  private static final int BLOCKS = 4;

  private static final List<RatingRow> ROWS =
      List.of(
          new RatingRow("1", "10", 1, 0),
          new RatingRow("1", "20", 2, 0),
          new RatingRow("3", "10", 3, 0),
          new RatingRow("4", "10", 3, 0),
          new RatingRow("b", "20", 4, 0),
          new RatingRow("nobody", "20", 5, 0));

  @Test
  void factorsAndRatingsOfAUserMeetInOneBlock(TestPipeline pipeline) {
    PCollection<FactorBlock> factors =
        pipeline.apply(
            "Factors",
            Create.of(
                new FactorBlock(Ids.of("1", "2", "b"), 2, new float[] {1, 2, 3, 4, 5, 6}),
                new FactorBlock(Ids.of("3", "4"), 2, new float[] {7, 8, 9, 10})));
    PCollection<RatingBatch> ratings =
        pipeline.apply(
            "Ratings",
            Create.of(RatingRow.batch(ROWS.subList(0, 3)), RatingRow.batch(ROWS.subList(3, 6))));
    PAssert.that(JoinFactors.inputs(factors, ratings).apply("Join", JoinFactors.create(BLOCKS, 2)))
        .satisfies(
            blocks -> {
              Set<Integer> numbers = new HashSet<>();
              List<RatingRow> rows = new ArrayList<>();
              Ids all = Ids.of(new String[0]);
              for (KV<FactorBlock, RatingBlock> block : blocks) {
                Ids users = block.getKey().ids();
                Ids raters = block.getValue().src();
                assertTrue(users.size() + raters.size() > 0);
                int number = (users.size() > 0 ? users : raters).block(0, BLOCKS);
                assertTrue(numbers.add(number), "two blocks " + number);
                for (Ids ids : List.of(users, raters)) {
                  for (int i = 0; i < ids.size(); i++) {
                    assertEquals(number, ids.block(i, BLOCKS));
                  }
                }
                rows.addAll(RatingBlocks.rows(block.getValue(), Side.USER));
                for (int i = 0; i < users.size(); i++) {
                  int at = users.get(i).equals("1") ? 0 : users.get(i).equals("b") ? 4 : -1;
                  if (at >= 0) {
                    assertArrayEquals(new float[] {at + 1, at + 2}, block.getKey().row(i));
                  }
                }
                all = Ids.union(List.of(all, users));
              }
              rows.sort(RatingRow.ORDER);
              assertEquals(ROWS, rows);
              assertEquals(Ids.of("1", "2", "3", "4", "b"), all);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }
}
