package dev.beamals.blocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.beamals.ids.CollectIds;
import dev.beamals.ids.Ids;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Factors are cut, grouped and selected, and each id keeps its own. */
@ExtendWith(TestPipelineExtension.class)
final class BlockFactorsTest {
  private static final int BLOCKS = 5;

  /** Two blocks that are not those of hashes; the factors of id i are i and −i. */
  private static PCollection<FactorBlock> factors(TestPipeline pipeline) {
    return pipeline.apply(Create.of(block(3, 1, 2, 6), block(5, 4)));
  }

  private static FactorBlock block(int... ids) {
    Ids sorted = Ids.of(ids);
    float[] factors = new float[2 * ids.length];
    for (int i = 0; i < ids.length; i++) {
      factors[2 * i] = sorted.intAt(i);
      factors[2 * i + 1] = -sorted.intAt(i);
    }
    return new FactorBlock(sorted, 2, factors);
  }

  /** The ids of a block, which must be of block {@code number} or of any, with their factors. */
  private static List<String> check(FactorBlock block, int number) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < block.ids().size(); i++) {
      int id = block.ids().intAt(i);
      assertArrayEquals(new float[] {id, -id}, block.row(i));
      assertEquals(number, number < 0 ? number : block.ids().block(i, BLOCKS));
      ids.add(block.ids().get(i));
    }
    return ids;
  }

  private static void assertIds(List<String> expected, List<String> ids) {
    ids.sort(null);
    assertEquals(expected, ids);
  }

  @Test
  void piecesAreUnderTheNumberOfTheirBlock(TestPipeline pipeline) {
    PAssert.that(factors(pipeline).apply("Partition", PartitionFactors.create(BLOCKS)))
        .satisfies(
            pieces -> {
              List<String> ids = new ArrayList<>();
              for (KV<Integer, FactorBlock> piece : pieces) {
                List<String> some = check(piece.getValue(), piece.getKey());
                assertEquals(false, some.isEmpty());
                ids.addAll(some);
              }
              assertIds(List.of("1", "2", "3", "4", "5", "6"), ids);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void eachBlockIsOneElement(TestPipeline pipeline) {
    PAssert.that(factors(pipeline).apply("Block", BlockFactors.create(BLOCKS, 2)))
        .satisfies(
            blocks -> {
              List<String> ids = new ArrayList<>();
              boolean[] taken = new boolean[BLOCKS];
              for (FactorBlock block : blocks) {
                int number = block.ids().block(0, BLOCKS);
                assertEquals(false, taken[number]);
                taken[number] = true;
                ids.addAll(check(block, number));
              }
              assertIds(List.of("1", "2", "3", "4", "5", "6"), ids);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void selectedFactorsAreThoseOfTheIdsAndBlocksWithoutAnyGo(TestPipeline pipeline) {
    PAssert.that(
            factors(pipeline)
                .apply(
                    "Select",
                    SelectFactors.create(
                        pipeline
                            .apply("Wanted", Create.of("6", "3", "nobody"))
                            .apply("Ids", CollectIds.create()))))
        .satisfies(
            blocks -> {
              List<List<String>> found = new ArrayList<>();
              blocks.forEach(block -> found.add(check(block, -1)));
              assertEquals(List.of(List.of("3", "6")), found);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void noBlocksAreRefused() {
    for (int blocks : new int[] {0, -1}) {
      for (IllegalArgumentException failure :
          List.of(
              assertThrows(IllegalArgumentException.class, () -> PartitionFactors.create(blocks)),
              assertThrows(IllegalArgumentException.class, () -> JoinFactors.create(blocks, 2)))) {
        assertEquals("numBlocks " + blocks + ": expected at least 1", failure.getMessage());
      }
    }
  }
}
