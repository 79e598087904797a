package dev.beamals.blocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.ids.CoderContract;
import dev.beamals.ids.Ids;
import org.junit.jupiter.api.Test;

final class FactorBlockTest {
  @Test
  void rowsAreCopiedInTheOrderOfTheIdsAndOthersStay() {
    FactorBlock one = new FactorBlock(Ids.of("1", "3", "b"), 2, new float[] {1, 2, 3, 4, 5, 6});
    FactorBlock other = new FactorBlock(Ids.of("2", "a"), 2, new float[] {7, 8, 9, 10});
    Ids wanted = Ids.of("a", "b", "1", "2", "4");
    boolean[] found = new boolean[6];
    float[] rows = new float[10];
    one.copyRows(wanted, rows, found);
    other.copyRows(wanted, rows, found);
    assertArrayEquals(new float[] {1, 2, 7, 8, 0, 0, 9, 10, 5, 6}, rows);
    assertArrayEquals(new boolean[] {true, true, false, true, true, false}, found);
    assertArrayEquals(new float[] {3, 4}, one.row(1));
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
