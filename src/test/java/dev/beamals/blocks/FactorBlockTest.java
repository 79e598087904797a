package dev.beamals.blocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.ids.CoderContract;
import dev.beamals.ids.Ids;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FactorBlockTest {
  @Test
  void gatherBringsRowsInTheOrderOfTheIdsAndZerosForThoseWithoutFactors() {
    FactorBlock one = new FactorBlock(Ids.of("1", "3", "b"), 2, new float[] {1, 2, 3, 4, 5, 6});
    FactorBlock other = new FactorBlock(Ids.of("2", "a"), 2, new float[] {7, 8, 9, 10});
    boolean[] found = new boolean[6];
    assertArrayEquals(
        new float[] {1, 2, 7, 8, 0, 0, 9, 10, 5, 6},
        FactorBlock.gather(Ids.of("a", "b", "1", "2", "4"), List.of(one, other), 2, found));
    assertArrayEquals(new boolean[] {true, true, false, true, true, false}, found);
  }

  @Test
  void gatherFromNoBlocksFindsNothing() {
    boolean[] found = new boolean[1];
    assertArrayEquals(new float[3], FactorBlock.gather(Ids.of(1), List.of(), 3, found));
    assertArrayEquals(new boolean[1], found);
  }

  @Test
  void coderKeepsEveryBit() throws Exception {
    float[] factors = {0f, -0f, Float.MIN_VALUE, Float.NaN, Float.NEGATIVE_INFINITY, 1.1f};
    FactorBlock block = new FactorBlock(Ids.of("7", "用户", "a,b"), 2, factors);
    FactorBlock decoded = CoderContract.check(FactorBlock.Coder.of(), block);
    assertEquals(block.ids(), decoded.ids());
    assertEquals(2, decoded.rank());
    assertArrayEquals(factors, decoded.factors());
  }
}
