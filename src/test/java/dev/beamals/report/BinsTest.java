package dev.beamals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.report.Bins.Bin;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BinsTest {
  @Test
  void withoutBitsOfTheMantissaABinIsAnOctave() {
    Bins bins = Bins.create(0);
    for (int n = 1; n <= 8; n++) {
      bins.add(n, n);
    }
    assertEquals(
        List.of(
            new Bin(1, 1, 1, 1, 1),
            new Bin(2, 3, 2, 5, 13),
            new Bin(4, 7, 4, 22, 126),
            new Bin(8, 8, 1, 8, 64)),
        bins.toList());
    assertEquals(5.5, bins.toList().get(2).mean());
    assertEquals(Math.sqrt(31.5), bins.toList().get(2).rootMeanSquare());
  }

  @Test
  void halvesUpToEightAreEachABinOfThreeBits() {
    Bins bins = Bins.create(3);
    for (float rating = 0.5f; rating <= 8; rating += 0.5f) {
      bins.add(rating);
    }
    assertEquals(16, bins.toList().size());
    for (Bin bin : bins.toList()) {
      assertEquals(bin.low(), bin.high());
    }
  }

  @Test
  void numbersBelowZeroComeFirstAndBothZerosAreOne() {
    Bins bins = Bins.create(0);
    for (float number : new float[] {0, 3, -0f, -2, -3, Float.MIN_VALUE, -5}) {
      bins.add(number);
    }
    List<Bin> list = bins.toList();
    assertEquals(List.of(-5f, -3f, 0f, 3f), list.stream().map(Bin::low).toList());
    assertEquals(List.of(1L, 2L, 3L, 1L), list.stream().map(Bin::count).toList());
  }

  @Test
  void neitherOrderNorPartsMatter() throws IOException {
    Random random = new Random(7);
    List<Float> numbers = new ArrayList<>();
    for (int n = 0; n < 5000; n++) {
      numbers.add((float) Math.exp(6 * random.nextGaussian()) * (random.nextInt(3) - 1));
    }
    Bins whole = Bins.create(5);
    numbers.forEach(number -> whole.add(number, number / 3.0));
    Collections.shuffle(numbers, random);
    Bins parts = Bins.create(5);
    for (int from = 0; from < 5000; from += 500) {
      Bins part = Bins.create(5);
      numbers.subList(from, from + 500).forEach(number -> part.add(number, number / 3.0));
      parts = from % 1000 == 0 ? parts.plus(copy(part)) : part.plus(parts);
    }
    assertEquals(whole, parts);
    assertTrue(Arrays.equals(encode(whole), encode(parts)), "the same bytes");
    assertEquals(5000, whole.count());
    Collections.sort(numbers);
    for (double share : new double[] {0.01, 0.3, 0.5, 0.9}) {
      float exact = numbers.get((int) Math.ceil(5000 * share) - 1);
      float found = whole.quantile(share);
      assertTrue(found >= exact && found - exact <= Math.abs(exact) / 16, share + ": " + found);
    }
  }

  private static byte[] encode(Bins bins) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new Bins.Coder().encode(bins, out);
    return out.toByteArray();
  }

  private static Bins copy(Bins bins) throws IOException {
    return new Bins.Coder().decode(new ByteArrayInputStream(encode(bins)));
  }

  @Test
  void fewBinsHoldAsMuchAsMany() {
    Bins bins = Bins.create(9);
    Random random = new Random(1);
    for (int n = 0; n < 10_000; n++) {
      bins.add(random.nextFloat(), 2);
    }
    List<Bin> few = bins.toList(10);
    assertEquals(10, few.size());
    long count = 0;
    float last = -1;
    for (Bin bin : few) {
      assertTrue(bin.low() > last && Math.abs(bin.count() - 1000) < 100, bin.toString());
      assertEquals(2.0 * bin.count(), bin.sum());
      count += bin.count();
      last = bin.high();
    }
    assertEquals(10_000, count);
  }

  @Test
  void binsOfOtherWidthsDoNotAddUp() {
    assertThrows(IllegalArgumentException.class, () -> Bins.create(1).plus(Bins.create(2)));
    assertThrows(IllegalArgumentException.class, () -> Bins.create(13));
    assertEquals(List.of(), Bins.create(0).toList(5));
  }
}
