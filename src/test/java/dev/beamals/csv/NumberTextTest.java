package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
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

  private static @Nullable String canonical(String text) {
    byte[] bytes = ("," + text + ",").getBytes(StandardCharsets.UTF_8);
    return NumberText.canonical(bytes, 1, bytes.length - 1);
  }

  @Test
  void numbersHaveOneNotationAndKeepEveryDigit() {
    assertEquals("1", canonical("1"));
    assertEquals("1", canonical("+01.00"));
    assertEquals("1", canonical("1."));
    assertEquals("0.5", canonical(".50"));
    assertEquals("-0.5", canonical("-00.5"));
    assertEquals("0", canonical("-0.000"));
    assertEquals("100000", canonical("1e5"));
    assertEquals("100", canonical("1E2"));
    assertEquals("0.012", canonical("1.20e-2"));
    assertEquals("9223372036854775807", canonical("9223372036854775807.0"));
    assertEquals("9007199254740993", canonical("9007199254740993"));
    for (String text :
        List.of(
            "",
            "+",
            ".",
            "-.",
            "e5",
            "1e",
            "1e+",
            "1e5x",
            "1x",
            "0x1",
            "1.2.3",
            "1 ",
            "1e400",
            "用",
            "2020-01-01",
            "9".repeat(41))) {
      assertNull(canonical(text), text);
    }
  }

  @Test
  void notationsOfOneValueAreOneAndThoseOfOthersAreNot() {
    Random random = new Random(3);
    for (int trial = 0; trial < 20_000; trial++) {
      String text =
          List.of("", "-", "+").get(random.nextInt(3))
              + "0".repeat(random.nextInt(2))
              + random.nextInt(200)
              + List.of("", ".", "." + random.nextInt(100), ".0").get(random.nextInt(4))
              + List.of("", "", "e" + random.nextInt(5), "E-" + random.nextInt(5))
                  .get(random.nextInt(4));
      BigDecimal value = new BigDecimal(text);
      String expected = value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
      assertEquals(expected, canonical(text), text);
    }
  }
}
