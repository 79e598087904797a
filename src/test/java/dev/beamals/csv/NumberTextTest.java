package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

final class NumberTextTest {
  @Test
  void wordsAreThoseOfPandasInAnyCase() {
    assertEquals(1, NumberText.word("True"));
    assertEquals(0, NumberText.word("FALSE"));
    assertEquals(Double.NaN, NumberText.word("-NaN"));
    assertEquals(Double.POSITIVE_INFINITY, NumberText.word("Inf"));
    assertEquals(Double.NEGATIVE_INFINITY, NumberText.word("-Infinity"));
    for (String word : List.of("5f", "1d", "yes", "t", "")) {
      assertThrows(NumberFormatException.class, () -> NumberText.word(word), word);
    }
  }
}
