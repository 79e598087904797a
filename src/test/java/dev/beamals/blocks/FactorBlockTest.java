package dev.beamals.blocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.beamals.RunException;
import dev.beamals.ids.CoderContract;
import dev.beamals.ids.Ids;
import java.util.List;
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

  private static void assertBlock(Ids ids, float[] factors, FactorBlock block) {
    assertEquals(ids, block.ids());
    assertEquals(2, block.rank());
    assertArrayEquals(factors, block.factors());
  }

  @Test
  void rowsOfWantedIdsAreSelected() {
    FactorBlock block = new FactorBlock(Ids.of("1", "3", "b"), 2, new float[] {1, 2, 3, 4, 5, 6});
    assertBlock(
        Ids.of("1", "b"), new float[] {1, 2, 5, 6}, block.select(Ids.of("b", "1", "nobody")));
    assertBlock(Ids.of("3"), new float[] {3, 4}, block.select(new int[] {1}));
    assertBlock(Ids.of(new String[0]), new float[0], block.select(Ids.of("nobody")));
    assertSame(block, block.select(Ids.of("1", "2", "3", "b")));
  }

  @Test
  void blocksAreConcatenatedInTheOrderOfIds() {
    FactorBlock one = new FactorBlock(Ids.of("1", "3", "b"), 2, new float[] {1, 2, 3, 4, 5, 6});
    FactorBlock other = new FactorBlock(Ids.of("2", "a"), 2, new float[] {7, 8, 9, 10});
    assertBlock(
        Ids.of("1", "2", "3", "a", "b"),
        new float[] {1, 2, 7, 8, 3, 4, 9, 10, 5, 6},
        FactorBlock.concatenate(List.of(one, other), 2));
    assertSame(one, FactorBlock.concatenate(List.of(one), 2));
    assertBlock(Ids.of(new String[0]), new float[0], FactorBlock.concatenate(List.of(), 2));
  }

  @Test
  void anIdWithTwoRowsIsNamed() {
    FactorBlock one = new FactorBlock(Ids.of("1", "b"), 1, new float[2]);
    FactorBlock other = new FactorBlock(Ids.of("2", "b"), 1, new float[2]);
    RunException failure =
        assertThrows(RunException.class, () -> FactorBlock.concatenate(List.of(one, other), 1));
    assertEquals("the model cannot be used: id b has two rows of factors", failure.getMessage());
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
