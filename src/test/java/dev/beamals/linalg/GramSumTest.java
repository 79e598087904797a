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
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GramSumTest {

  static Stream<Named<Integer>> rows() {
    return Stream.of(0, 1, 127, 128, 129, 300).map(rows -> Named.of(rows + " rows", rows));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void isTheExactSumRoundedOnce(int rows) {
    for (int rank : new int[] {1, 2, 7, 8, 9, 20}) {
      for (double scale : new double[] {1e-4, 0.3, 1e3}) {
        Random random = new Random(rank);
        float[] factors = new float[rows * rank];
        for (int i = 0; i < factors.length; i++) {
          factors[i] = (float) (random.nextGaussian() * scale);
        }
        assertIsExact(factors, rank);
      }
    }
  }

  /** Any bits that are a finite float: from the smallest subnormal to the largest, both signs. */
  @ParameterizedTest
  @MethodSource("rows")
  void isExactForAllFloats(int rows) {
    Random random = new Random(rows);
    float[] factors = new float[rows * 5];
    for (int i = 0; i < factors.length; i++) {
      do {
        factors[i] = Float.intBitsToFloat(random.nextInt());
      } while (!Float.isFinite(factors[i]));
    }
    assertIsExact(factors, 5);
  }

  @Test
  void isExactAtTheEndsOfTheRange() {
    for (float size :
        new float[] {
          0,
          Float.MIN_VALUE,
          Math.nextDown(Float.MIN_NORMAL),
          Float.MIN_NORMAL,
          Math.nextDown(1f),
          1,
          Float.MAX_VALUE
        }) {
      // Whole chunks of the same number are the largest sums that a double has to hold.
      float[] factors = new float[2 * 128 * 2];
      Arrays.fill(factors, size);
      assertIsExact(factors, 2);
      factors[1] = Float.MIN_VALUE;
      factors[3] = -Float.MAX_VALUE;
      assertIsExact(factors, 2);
    }
  }

  @Test
  void whatCancelsLeavesNothing() {
    float[] factors = {1e20f, 1e20f, 1e20f, -1e20f, 1e-20f, 1e-20f};
    GramSum sum = sum(2, factors);
    assertEquals((double) 1e-20f * 1e-20f, sum.toGram()[1]);
    assertIsExact(factors, 2);
  }

  /** Cut anywhere, in any order, merged as a chain or as a tree: the same numbers. */
  @Test
  void partsMergeToTheSameBitsInAnyOrder() {
    int rank = 9;
    int rows = 1000;
    Random random = new Random(1);
    float[] factors = new float[rows * rank];
    for (int i = 0; i < factors.length; i++) {
      // Sizes that differ, so that chunks differ in their units.
      factors[i] = (float) (random.nextGaussian() * Math.exp(6 * random.nextGaussian()));
    }
    int[] expected = sum(rank, factors).toInts();
    double[] gram = sum(rank, factors).toGram();
    List<Integer> order = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      order.add(row);
    }
    for (int parts : new int[] {1, 2, 3, 8, 200}) {
      Collections.shuffle(order, random);
      List<GramSum> sums = new ArrayList<>();
      for (int part = 0; part < parts; part++) {
        int from = part * rows / parts;
        int to = (part + 1) * rows / parts;
        float[] some = new float[(to - from) * rank];
        for (int i = from; i < to; i++) {
          System.arraycopy(factors, order.get(i) * rank, some, (i - from) * rank, rank);
        }
        sums.add(sum(rank, some));
      }
      GramSum chain = new GramSum(rank);
      sums.forEach(chain::merge);
      while (sums.size() > 1) {
        GramSum last = sums.remove(sums.size() - 1);
        sums.get(random.nextInt(sums.size())).merge(GramSum.ofInts(last.toInts()));
      }
      assertArrayEquals(expected, chain.toInts());
      assertArrayEquals(expected, sums.get(0).toInts());
      assertArrayEquals(gram, sums.get(0).toGram());
    }
  }

  @Test
  void addsToWhatIsThere() {
    Random random = new Random(2);
    float[] factors = new float[2 * 300];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = random.nextFloat();
    }
    GramSum sum = sum(2, Arrays.copyOf(factors, 200));
    sum.add(Arrays.copyOfRange(factors, 200, 600));
    assertArrayEquals(sum(2, factors).toInts(), sum.toInts());
  }

  @Test
  void intsAreTheSum() {
    assertArrayEquals(new int[] {3, 22}, new GramSum(3).toInts());
    // 2 × 2³² × 2⁻³² and 2³¹, the first that goes to the next digit as 2³² − 2³¹.
    assertArrayEquals(new int[] {1, 11, 4}, sum(1, 2).toInts());
    assertArrayEquals(new int[] {1, 11, Integer.MIN_VALUE, 1}, sum(1, 0x1p15f, 0x1p15f).toInts());
    for (int[] ints :
        List.of(
            new int[0],
            new int[] {1},
            new int[] {0, 0},
            new int[] {513, 0},
            new int[] {2, 0, 1},
            new int[] {1, -1, 1},
            new int[] {1, 22, 1})) {
      assertThrows(IllegalArgumentException.class, () -> GramSum.ofInts(ints));
    }
  }

  @Test
  void refusesWhatIsNotFinite() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      float[] factors = new float[400];
      factors[301] = bad;
      assertRefused("factor 1 of row 150 is " + bad, () -> sum(2, factors));
    }
    assertRefused("7 factors are not whole rows of 2 each", () -> sum(2, new float[7]));
    assertRefused("a sum of rank 3 in one of 2", () -> new GramSum(2).merge(new GramSum(3)));
    assertRefused("rank must be in 1..512: 0", () -> new GramSum(0));
  }

  static Stream<SliceProducts> kernels() {
    return Stream.of(1, 7, 8, 9, 33)
        .flatMap(rank -> Stream.of(new SliceProducts(rank), new VectorSliceProducts(rank)));
  }

  /** Slices at their limits: no sum may lose its last bit. */
  @ParameterizedTest
  @MethodSource("kernels")
  void kernelsAreExact(SliceProducts kernel) {
    int rank = kernel.rank;
    Random random = new Random(rank);
    for (int rows : new int[] {1, 100, 128}) {
      double[] x = new double[kernel.stride * SliceProducts.ROWS];
      double[] y = new double[kernel.stride * SliceProducts.ROWS];
      for (int i = 0; i < x.length; i++) {
        x[i] = (1 << 23) - random.nextInt(2);
        y[i] = (1 << 23) - random.nextInt(2);
      }
      double[] product = new double[kernel.stride * kernel.stride];
      Arrays.fill(product, -1);
      kernel.add(x, y, rows, product);
      for (int i = 0; i < rank; i++) {
        for (int j = 0; j <= i; j++) {
          long sum = -1;
          for (int p = 0; p < rows; p++) {
            sum +=
                (long) x[SliceProducts.offset(i) + p * SliceProducts.BLOCK]
                    * (long) y[SliceProducts.offset(j) + p * SliceProducts.BLOCK];
          }
          assertEquals(sum, (long) product[i * kernel.stride + j]);
        }
      }
    }
  }

  private static GramSum sum(int rank, float... factors) {
    GramSum sum = new GramSum(rank);
    sum.add(factors);
    return sum;
  }

  private static void assertIsExact(float[] factors, int rank) {
    double[] gram = sum(rank, factors).toGram();
    BigDecimal[] y = new BigDecimal[factors.length];
    Arrays.setAll(y, i -> new BigDecimal(factors[i]));
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j <= i; j++) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int row = 0; row < y.length; row += rank) {
          sum = sum.add(y[row + i].multiply(y[row + j]));
        }
        assertEquals(sum.doubleValue(), gram[i * rank + j], "(" + i + ", " + j + ")");
        assertEquals(gram[i * rank + j], gram[j * rank + i]);
      }
    }
  }

  private static void assertRefused(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
