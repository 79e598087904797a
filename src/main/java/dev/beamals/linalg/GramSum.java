package dev.beamals.linalg;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The sum {@code YᵀY = Σ y yᵀ} (rank × rank, symmetric) over rows of factors {@code y}, without any
 * rounding until {@link #toGram}: its bits depend neither on the order of the rows nor on how they
 * are cut into parts that are merged.
 *
 * <p>Rows are taken in chunks of {@value SliceProducts#ROWS}. A factor is cut into slices, whole
 * numbers of at most 23 bits in units of {@code 2^(e − 22)}, {@code 2^(e − 45)} and so on, e the
 * exponent of the largest factor of the chunk; two slices hold a float that is at least {@code
 * 2⁻²²} times the largest, and there are as many as are needed. A product of slices summed over a
 * chunk is a whole number of at most 53 bits, so that multiply-adds in double find it exactly. It
 * is then added to a number with digits of 32 bits, wide enough for every product of floats.
 *
 * <p>Sources: Ozaki, Ogita, Oishi and Rump, "Error-free transformations of matrix multiplication by
 * using fast routines of matrix multiplication and its applications", 2012 (slices); Kulisch and
 * Miranker, "The Arithmetic of the Digital Computer: A New Approach", 1986 (wide accumulators).
 */
public final class GramSum {
  private static final int SLICE_BITS = 23;
  private static final int DIGIT_BITS = 32;

  /**
   * The digits of an element: digit d counts {@code 2^(32 (d − ZERO))}. The smallest product of
   * floats is 2⁻²⁹⁸, in units that reach 2⁻³⁴⁴; the largest sum of 2⁶⁴ of them is below 2³²⁰.
   */
  private static final int DIGITS = 22;

  private static final int ZERO = 11;

  private static final long HALF = 1L << (DIGIT_BITS - 1);
  private static final long MASK = (1L << DIGIT_BITS) - 1;
  private static final long[] NONE = {};

  private final int rank;

  /** How many elements (i, j), j ≤ i, there are; each is at {@code i (i + 1) / 2 + j}. */
  private final int elements;

  /**
   * By digit, then by element; {@link #NONE} for digits that are 0 in all. Between calls each is in
   * −2³¹..2³¹ − 1, so that a sum has one form.
   */
  private final long[][] digits = new long[DIGITS][];

  /**
   * Creates an empty sum.
   *
   * @param rank the number of factors, 1..{@value NormalEquations#MAX_RANK}
   * @throws IllegalArgumentException when the rank is out of range
   */
  public GramSum(int rank) {
    NormalEquations.checkRank(rank);
    this.rank = rank;
    this.elements = rank * (rank + 1) / 2;
    Arrays.fill(digits, NONE);
  }

  /** Returns the number of factors. */
  public int rank() {
    return rank;
  }

  /**
   * Adds {@code y yᵀ} of every row.
   *
   * @param factors rows × rank, row-major. Not modified.
   * @throws IllegalArgumentException when they are not whole rows, or one is not finite; the sum is
   *     then unspecified
   */
  public void add(float[] factors) {
    if (factors.length % rank != 0) {
      throw new IllegalArgumentException(
          factors.length + " factors are not whole rows of " + rank + " each");
    }
    SliceProducts products = SliceProducts.create(rank);
    double[] product = new double[products.stride * products.stride];
    double[] left = new double[products.stride * SliceProducts.ROWS];
    List<double[]> slices = new ArrayList<>();
    int rows = factors.length / rank;
    for (int first = 0; first < rows; first += SliceProducts.ROWS) {
      int length = Math.min(SliceProducts.ROWS, rows - first);
      int unit = exponent(factors, first * rank, length * rank) + 1 - SLICE_BITS;
      gather(factors, first, length, unit, left);
      int count = slice(left, slices);
      for (int s = 0; s < count; s++) {
        for (int t = 0; t <= s; t++) {
          Arrays.fill(product, 0);
          products.add(slices.get(s), slices.get(t), length, product);
          if (s != t) {
            products.add(slices.get(t), slices.get(s), length, product);
          }
          addProduct(product, products.stride, 2 * unit - (s + t) * SLICE_BITS);
        }
      }
    }
    // An array has at most 2²⁴ chunks, and each adds less than 2³⁸ to a digit: it had room.
    carry();
  }

  /** Returns the exponent of the largest of {@code length} factors. */
  private int exponent(float[] factors, int from, int length) {
    int bits = 0;
    for (int i = from; i < from + length; i++) {
      bits = Math.max(bits, Float.floatToRawIntBits(factors[i]) & Integer.MAX_VALUE);
    }
    float largest = Float.intBitsToFloat(bits);
    if (!Float.isFinite(largest)) {
      for (int i = from; i < from + length; i++) {
        if (!Float.isFinite(factors[i])) {
          throw new IllegalArgumentException(
              "factor " + i % rank + " of row " + i / rank + " is " + factors[i]);
        }
      }
    }
    return Math.getExponent(largest);
  }

  /** Writes rows in units of {@code 2^unit}, as {@link SliceProducts} takes them. */
  private void gather(float[] factors, int first, int length, int unit, double[] to) {
    double scale = Math.scalb(1.0, -unit);
    for (int column = 0; column < rank; column += SliceProducts.BLOCK) {
      int width = Math.min(SliceProducts.BLOCK, rank - column);
      for (int p = 0; p < length; p++) {
        int y = (first + p) * rank + column;
        int x = SliceProducts.offset(column) + p * SliceProducts.BLOCK;
        for (int c = 0; c < width; c++) {
          to[x + c] = factors[y + c] * scale;
        }
      }
    }
  }

  /**
   * Cuts numbers into whole numbers: the first slice in units of 1, each other in units {@code 2²³}
   * times smaller.
   *
   * @param left the numbers. Modified.
   * @param slices Modified: grows where there are not enough
   * @return how many slices there are
   */
  private static int slice(double[] left, List<double[]> slices) {
    for (int count = 0; ; count++) {
      if (count == slices.size()) {
        slices.add(new double[left.length]);
      }
      double[] slice = slices.get(count);
      boolean more = false;
      for (int i = 0; i < left.length; i++) {
        slice[i] = Math.rint(left[i]);
        left[i] = (left[i] - slice[i]) * (1 << SLICE_BITS);
        more |= left[i] != 0;
      }
      if (!more) {
        return count + 1;
      }
    }
  }

  /** Adds whole numbers of at most 53 bits, in units of {@code 2^unit}. */
  private void addProduct(double[] product, int stride, int unit) {
    int d = Math.floorDiv(unit, DIGIT_BITS) + ZERO;
    int shift = Math.floorMod(unit, DIGIT_BITS);
    long[] low = digit(d);
    long[] middle = digit(d + 1);
    long[] high = digit(d + 2);
    int e = 0;
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j <= i; j++) {
        long number = (long) product[i * stride + j];
        low[e] += (number << shift) & MASK;
        long rest = number >> (DIGIT_BITS - shift);
        middle[e] += rest & MASK;
        high[e++] += rest >> DIGIT_BITS;
      }
    }
  }

  private long[] digit(int d) {
    if (digits[d] == NONE) {
      digits[d] = new long[elements];
    }
    return digits[d];
  }

  /** Moves what is beyond the range of a digit to the next. */
  private void carry() {
    long[] carries = new long[elements];
    boolean any = false;
    for (int d = 0; d < DIGITS; d++) {
      if (digits[d] == NONE && !any) {
        continue;
      }
      long[] digit = digit(d);
      any = false;
      for (int e = 0; e < elements; e++) {
        long sum = digit[e] + carries[e];
        carries[e] = (sum + HALF) >> DIGIT_BITS;
        digit[e] = sum - (carries[e] << DIGIT_BITS);
        any |= carries[e] != 0;
      }
    }
  }

  /**
   * Adds the rows of another sum.
   *
   * @param other Not modified
   * @throws IllegalArgumentException when it is of another rank
   */
  public void merge(GramSum other) {
    if (other.rank != rank) {
      throw new IllegalArgumentException("a sum of rank " + other.rank + " in one of " + rank);
    }
    for (int d = 0; d < DIGITS; d++) {
      if (other.digits[d] != NONE) {
        long[] digit = digit(d);
        for (int e = 0; e < elements; e++) {
          digit[e] += other.digits[d][e];
        }
      }
    }
    carry();
  }

  /** Returns the sum in a form that equal sums share, for a coder. */
  public int[] toInts() {
    int first = 0;
    while (first < DIGITS && isZero(first)) {
      first++;
    }
    int end = DIGITS;
    while (end > first && isZero(end - 1)) {
      end--;
    }
    int[] ints = new int[2 + (end - first) * elements];
    ints[0] = rank;
    ints[1] = first;
    int to = 2;
    for (int d = first; d < end; d++) {
      for (int e = 0; e < elements; e++) {
        ints[to++] = digits[d] == NONE ? 0 : (int) digits[d][e];
      }
    }
    return ints;
  }

  private boolean isZero(int d) {
    for (long digit : digits[d]) {
      if (digit != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the sum that {@link #toInts} gave.
   *
   * @throws IllegalArgumentException when it did not give them
   */
  public static GramSum ofInts(int[] ints) {
    if (ints.length < 2) {
      throw new IllegalArgumentException(ints.length + " numbers are no sum");
    }
    GramSum sum = new GramSum(ints[0]);
    int count = (ints.length - 2) / sum.elements;
    if (ints.length != 2 + count * sum.elements || ints[1] < 0 || ints[1] + count > DIGITS) {
      throw new IllegalArgumentException(
          ints.length + " numbers are no sum of rank " + ints[0] + " from digit " + ints[1]);
    }
    int from = 2;
    for (int d = ints[1]; d < ints[1] + count; d++) {
      long[] digit = sum.digit(d);
      for (int e = 0; e < sum.elements; e++) {
        digit[e] = ints[from++];
      }
    }
    return sum;
  }

  /**
   * Returns {@code YᵀY}, each element the double next to the exact sum.
   *
   * @return rank × rank, row-major, as {@link RowSystem#withGram} takes it
   */
  public double[] toGram() {
    double[] gram = new double[rank * rank];
    long[] element = new long[DIGITS];
    int e = 0;
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = toDouble(e++, element);
        gram[i * rank + j] = sum;
        gram[j * rank + i] = sum;
      }
    }
    return gram;
  }

  private double toDouble(int e, long[] element) {
    for (int d = 0; d < DIGITS; d++) {
      element[d] = digits[d] == NONE ? 0 : digits[d][e];
    }
    return ExactSum.toDouble(element, -ZERO * DIGIT_BITS);
  }
}
