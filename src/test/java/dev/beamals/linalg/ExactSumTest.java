package dev.beamals.linalg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ExactSumTest {
  @Test
  void isTheExactSumRoundedOnce() {
    Random random = new Random(1);
    for (int count : new int[] {0, 1, 2, 3, 10, 1000}) {
      for (double scale : new double[] {1e-300, 1e-9, 1, 1e300}) {
        for (int trial = 0; trial < 20; trial++) {
          assertIsExact(numbers(count, () -> random.nextGaussian() * scale));
        }
      }
    }
  }

  /** Any bits that are a finite double: all exponents, subnormals, both signs. */
  @Test
  void isExactForAllDoubles() {
    Random random = new Random(2);
    for (int count : new int[] {1, 2, 3, 100}) {
      for (int trial = 0; trial < 200; trial++) {
        assertIsExact(numbers(count, () -> anyDouble(random)));
      }
    }
  }

  /** Sums whose last bits lie just below, on and above the middle of two doubles. */
  @Test
  void roundsToTheNextAndOfTwoToTheEven() {
    for (int exponent : new int[] {-1021, -900, 0, 1, 900}) {
      double one = Math.scalb(1.0, exponent);
      for (int odd = 0; odd < 2; odd++) {
        double x = one + odd * Math.ulp(one);
        double half = Math.ulp(one) / 2;
        for (double tiny : new double[] {0, Double.MIN_VALUE, -Double.MIN_VALUE}) {
          assertIsExact(x, half, tiny);
          assertIsExact(-x, -half, tiny);
          assertIsExact(x, -half, tiny);
        }
      }
    }
    assertIsExact(Double.MIN_NORMAL, -Double.MIN_VALUE, -Double.MIN_VALUE);
    assertIsExact(Double.MIN_NORMAL, Double.MIN_NORMAL, Double.MIN_VALUE);
  }

  @Test
  void isExactAtTheEndsOfTheRange() {
    double most = Double.MAX_VALUE;
    assertIsExact(most, most, -most, -most, Double.MIN_VALUE);
    assertIsExact(most, Math.ulp(most) / 2);
    assertIsExact(most, Math.nextDown(Math.ulp(most) / 2));
    assertEquals(Double.POSITIVE_INFINITY, sum(most, most).toDouble());
    assertEquals(Double.NEGATIVE_INFINITY, sum(-most, -most).toDouble());
    // Bits that decide are not lost for being 2⁹⁷⁶ times smaller.
    assertEquals(1e300, sum(1e300, Double.MIN_VALUE, -1e-300).toDouble());
    assertEquals(Double.MIN_VALUE, sum(1e300, Double.MIN_VALUE, -1e300).toDouble());
  }

  @Test
  void zeroHasOneForm() {
    assertEquals(0, Double.compare(0.0, new ExactSum().toDouble()));
    assertEquals(0, Double.compare(0.0, sum(-0.0).toDouble()));
    assertEquals(0, Double.compare(0.0, sum(1e300, 7, -1e300, -7).toDouble()));
    assertArrayEquals(new int[0], sum(1e300, 7, -1e300, -7).toInts());
    assertEquals(3, merged(ExactSum.ofInts(new int[0]), sum(3)).toDouble());
  }

  /** Cut anywhere, in any order, merged as a chain or as a tree: the same numbers. */
  @Test
  void partsMergeToTheSameBitsInAnyOrder() {
    Random random = new Random(3);
    List<Double> numbers = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      numbers.add(random.nextGaussian() * Math.exp(100 * random.nextGaussian()));
    }
    int[] expected = sum(unboxed(numbers)).toInts();
    for (int parts : new int[] {1, 2, 8, 500}) {
      Collections.shuffle(numbers, random);
      List<ExactSum> sums = new ArrayList<>();
      for (int part = 0; part < parts; part++) {
        sums.add(sum(unboxed(numbers.subList(part * 500 / parts, (part + 1) * 500 / parts))));
      }
      ExactSum chain = new ExactSum();
      sums.forEach(chain::merge);
      while (sums.size() > 1) {
        ExactSum last = sums.remove(sums.size() - 1);
        sums.get(random.nextInt(sums.size())).merge(ExactSum.ofInts(last.toInts()));
      }
      assertArrayEquals(expected, chain.toInts());
      assertArrayEquals(expected, sums.get(0).toInts());
    }
  }

  /** 2⁷⁰ numbers, more than a long counts, by doubling the sum: the digits carry. */
  @Test
  void hasRoomForAllThatIsMerged() {
    ExactSum sum = sum(Double.MAX_VALUE, -3);
    ExactSum largest = sum(-Double.MAX_VALUE);
    for (int i = 0; i < 70; i++) {
      sum.merge(sum);
      largest.merge(largest);
    }
    assertEquals(Double.POSITIVE_INFINITY, sum.toDouble());
    sum.merge(largest);
    assertEquals(-3 * 0x1p70, sum.toDouble());
  }

  @Test
  void intsAreTheSum() {
    // Digit 33 counts 2⁻¹⁸: 5 is 5 × 2¹⁸, and 2¹³ the first that is 2³² − 2³¹.
    assertArrayEquals(new int[] {33, 5 << 18}, sum(5).toInts());
    assertArrayEquals(new int[] {33, Integer.MIN_VALUE, 1}, sum(0x1p12, 0x1p12).toInts());
    assertArrayEquals(new int[] {33, Integer.MIN_VALUE}, sum(-0x1p13).toInts());
    assertEquals(-0x1p13, ExactSum.ofInts(new int[] {33, Integer.MIN_VALUE}).toDouble());
    assertEquals(3, ExactSum.ofInts(sum(3).toInts()).toDouble());
    for (int[] ints : List.of(new int[] {-1, 1}, new int[] {68, 1}, new int[] {67, 1, 1})) {
      assertThrows(IllegalArgumentException.class, () -> ExactSum.ofInts(ints));
    }
  }

  @Test
  void readingChangesNothing() {
    ExactSum sum = new ExactSum();
    ExactSum read = new ExactSum();
    Random random = new Random(4);
    for (int i = 0; i < 100; i++) {
      double x = anyDouble(random) * 1e-10;
      sum.add(x);
      read.add(x);
      assertEquals(read.toDouble(), ExactSum.ofInts(read.toInts()).toDouble());
      ExactSum other = new ExactSum();
      other.merge(read);
      assertArrayEquals(read.toInts(), other.toInts());
    }
    assertArrayEquals(sum.toInts(), read.toInts());
  }

  @Test
  void refusesWhatIsNotFinite() {
    for (double bad :
        new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      ExactSum sum = sum(3);
      Executable add = () -> sum.add(bad);
      assertEquals(
          "a sum of finite numbers cannot take " + bad,
          assertThrows(IllegalArgumentException.class, add).getMessage());
      assertEquals(3, sum.toDouble());
    }
  }

  private static double anyDouble(Random random) {
    while (true) {
      double x = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(x)) {
        return x;
      }
    }
  }

  private static double[] numbers(int count, DoubleSupplier next) {
    double[] numbers = new double[count];
    Arrays.setAll(numbers, i -> next.getAsDouble());
    return numbers;
  }

  private static double[] unboxed(List<Double> numbers) {
    return numbers.stream().mapToDouble(x -> x).toArray();
  }

  private static ExactSum sum(double... numbers) {
    ExactSum sum = new ExactSum();
    for (double x : numbers) {
      sum.add(x);
    }
    return sum;
  }

  private static ExactSum merged(ExactSum one, ExactSum other) {
    one.merge(other);
    return one;
  }

  private static void assertIsExact(double... numbers) {
    BigDecimal expected = BigDecimal.ZERO;
    for (double x : numbers) {
      expected = expected.add(new BigDecimal(x));
    }
    assertEquals(rounded(expected), sum(numbers).toDouble(), () -> Arrays.toString(numbers));
    assertEquals(
        0, expected.compareTo(sum(numbers).toBigDecimal()), () -> Arrays.toString(numbers));
  }

  /** The nearest of the doubles around a number, the even one where two are as near. */
  private static double rounded(BigDecimal number) {
    double x = number.doubleValue();
    double best = x;
    for (double other : new double[] {Math.nextDown(x), Math.nextUp(x)}) {
      if (Double.isFinite(other) && Double.isFinite(best)) {
        int nearer =
            number
                .subtract(new BigDecimal(other))
                .abs()
                .compareTo(number.subtract(new BigDecimal(best)).abs());
        boolean even = (Double.doubleToRawLongBits(other) & 1) == 0;
        if (nearer < 0 || (nearer == 0 && even)) {
          best = other;
        }
      }
    }
    return best;
  }
}
