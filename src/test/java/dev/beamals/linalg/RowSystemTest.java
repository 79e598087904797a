package dev.beamals.linalg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class RowSystemTest {

  @Test
  void rejectsArraysThatDoNotFit() {
    assertRefused(
        "7 factors are not whole rows of 2 each",
        () -> RowSystem.of(2, new float[7], new int[3], new float[3]));
    assertRefused(
        "4 targets: expected 3", () -> RowSystem.of(2, new float[8], new int[3], new float[4]));
    assertRefused(
        "rank must be in 1..512: 0", () -> RowSystem.of(0, new float[8], new int[3], new float[3]));
    assertRefused("2 weights: expected 3", () -> rows().withWeights(new float[2]));
    assertRefused(
        "3 elements of the Gram matrix: expected 4", () -> rows().withGram(new double[3]));
  }

  @Test
  void selectsPositionsThatExist() {
    RowSystem row = rows();
    row.select(1, 3, 0.5);
    assertEquals(1, row.from());
    assertEquals(3, row.to());
    assertEquals(0.5, row.diagonal());
    assertThrows(IndexOutOfBoundsException.class, () -> row.select(-1, 3, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> row.select(0, 4, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> row.select(2, 1, 1));
    assertRefused("diagonal=-1.0: expected at least 0", () -> row.select(0, 3, -1));
    assertRefused("diagonal=NaN: expected at least 0", () -> row.select(0, 3, Double.NaN));
  }

  private static RowSystem rows() {
    return RowSystem.of(2, new float[8], new int[3], new float[3]);
  }

  private static void assertRefused(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
