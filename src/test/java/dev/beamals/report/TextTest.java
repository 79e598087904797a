package dev.beamals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class TextTest {
  @Test
  void numbersHaveTheDigitsThatCount() {
    assertEquals("1,234,567", Text.of(1_234_567));
    assertEquals("3", Text.of(3.0));
    assertEquals("0.1235", Text.of(0.123456));
    assertEquals("12,346", Text.of(12345.678));
    assertEquals("–", Text.of(Double.NaN));
    assertEquals("1.234e-05", Text.of(1.234e-5));
    assertEquals("0.0800", Text.figure(0.08));
    assertEquals("–", Text.figure(Double.NaN));
    assertEquals("0.3", Text.place(0.1 + 0.2));
    assertEquals("4.5", Text.place(4.5));
    assertEquals("1,024", Text.place(1024));
    assertEquals("50.0%", Text.percent(0.5));
    assertEquals("0.20%", Text.percent(0.002));
  }

  @Test
  void longNamesAreCutOffBetweenCharacters() {
    assertEquals("a".repeat(160), Text.cut("a".repeat(160)));
    assertEquals("😀".repeat(159) + "…", Text.cut("😀".repeat(161)));
  }
}
