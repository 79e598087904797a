package dev.beamals.als;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;

final class StepSumsTest {
  private static StepSums of(double loss, double scale, float[] row, float... ratings) {
    StepSums sums = new StepSums();
    sums.addRow(loss, scale, row);
    sums.addGram(row, row.length);
    sums.countSigns(ratings);
    return sums;
  }

  private static void assertBoth(StepSums both) {
    assertEquals(5, both.ids());
    assertEquals(7.5, both.loss());
    assertEquals(2 * (1 + 4) + 3 * (9 + 16), both.scaled());
    assertEquals(30, both.squares());
    assertNotNull(both.gram());
    assertArrayEquals(new double[] {10, 14, 14, 20}, both.gram().toGram());
    assertEquals(3, both.positive());
    assertEquals(1, both.negative());
  }

  @Test
  void mergedSumsAreThoseOfAllRows() throws Exception {
    StepSums one = of(5, 2, new float[] {1, 2}, 3, 0, -1);
    StepSums two = of(2.5, 3, new float[] {3, 4}, 1, 1);
    two.addIds(3);
    assertBoth(one.plus(two));
    assertBoth(two.plus(one));
    assertEquals(1, one.ids(), "what is merged is not changed");
    StepSums none = new StepSums();
    none.merge(one);
    none.merge(two);
    byte[] bytes = CoderUtils.encodeToByteArray(StepSums.Coder.of(), none);
    StepSums decoded = CoderUtils.decodeFromByteArray(StepSums.Coder.of(), bytes);
    assertBoth(decoded);
    assertNull(decoded.failure());
  }

  @Test
  void ofSeveralFailuresTheFirstIsToldInAnyOrder() throws Exception {
    StepSums one = new StepSums();
    one.fail("item 2");
    StepSums two = new StepSums();
    two.fail("item 3");
    two.fail("item 1");
    StepSums merged = one.plus(two);
    assertEquals("item 1", merged.failure());
    assertEquals("item 1", two.plus(one).failure());
    byte[] bytes = CoderUtils.encodeToByteArray(StepSums.Coder.of(), merged);
    assertEquals("item 1", CoderUtils.decodeFromByteArray(StepSums.Coder.of(), bytes).failure());
  }
}
