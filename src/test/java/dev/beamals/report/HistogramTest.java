package dev.beamals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.report.Histogram.Bar;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class HistogramTest {
  private static Bins bins(double... numbers) {
    Bins bins = Bins.create(9);
    for (double number : numbers) {
      bins.add((float) number);
    }
    return bins;
  }

  @Test
  void fewNumbersAreABarEach() {
    List<Bar> bars = Histogram.of(bins(1, 5, 4.5, 1, 0.5), 24);
    assertEquals(List.of("0.5", "1", "4.5", "5"), bars.stream().map(Bar::name).toList());
    assertEquals(List.of(1L, 2L, 1L, 1L), bars.stream().map(Bar::count).toList());
    assertEquals(List.of(), Histogram.of(bins(), 24));
  }

  @Test
  void manyNumbersAreInRangesOfOneRoundWidth() {
    double[] numbers = new double[10_000];
    for (int n = 0; n < numbers.length; n++) {
      numbers[n] = n / 2500.0; // 0 to 4
    }
    List<Bar> bars = Histogram.of(bins(numbers), 24);
    assertEquals("0–0.2", bars.get(0).name());
    assertEquals(20, bars.size());
    for (Bar bar : bars) {
      assertEquals(500, bar.count(), 12, bar.toString());
    }
  }

  @Test
  void aFewFarAwayShareTheLastBar() {
    Random random = new Random(3);
    double[] numbers = new double[10_000];
    for (int n = 0; n < numbers.length; n++) {
      numbers[n] = n < 5 ? 1e6 : 100 + random.nextGaussian();
    }
    List<Bar> bars = Histogram.of(bins(numbers), 24);
    assertTrue(bars.size() <= 26, bars.toString());
    assertTrue(bars.get(bars.size() - 1).name().startsWith("≥ 10"), bars.toString());
    assertTrue(bars.get(0).name().startsWith("< 9"), bars.toString());
    assertEquals(10_000, bars.stream().mapToLong(Bar::count).sum());
  }

  @Test
  void theSmallestAboveZeroShareABarWhereTheyAreFew() {
    double[] numbers = new double[10_000];
    for (int n = 0; n < numbers.length; n++) {
      numbers[n] = n < 5000 ? 0 : n < 5010 ? 1e-6 : 1 + n % 100 * (n % 100);
    }
    List<Bar> bars = Histogram.of(bins(numbers), 24);
    assertEquals(List.of("0", "< 1", "1–2"), bars.stream().limit(3).map(Bar::name).toList());
    assertEquals(5000, bars.get(0).count());
    assertEquals(10, bars.get(1).count());
  }

  @Test
  void countsWithALongTailAreInRangesThatDouble() {
    Random random = new Random(3);
    double[] numbers = new double[10_000];
    for (int n = 0; n < numbers.length; n++) {
      numbers[n] = n < 100 ? 0 : Math.floor(Math.exp(2 + 2.5 * random.nextGaussian())) + 1;
    }
    List<Bar> bars = Histogram.of(bins(numbers), 24);
    assertEquals(List.of("0", "1–2", "2–4", "4–8"), bars.stream().limit(4).map(Bar::name).toList());
    assertEquals(100, bars.get(0).count());
    assertEquals(10_000, bars.stream().mapToLong(Bar::count).sum());
    assertTrue(bars.size() <= 24, bars.toString());
  }
}
