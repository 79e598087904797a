package dev.beamals.linalg;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * A sum of doubles without any rounding until {@link #toDouble}: its bits depend neither on the
 * order of what is added nor on how it is cut into parts that are merged.
 *
 * <p>Every finite double is a whole number times {@code 2^−1074}. The sum is such a number too,
 * with digits of 32 bits in longs, which leaves room for {@value #ADDITIONS} additions before a
 * digit has to carry. An addition touches three digits.
 *
 * <p>Sources: Kulisch and Miranker, "The Arithmetic of the Digital Computer: A New Approach", 1986
 * (wide accumulators); Neal, "Fast exact summation using small and large superaccumulators", 2015
 * (digits that carry late).
 */
public final class ExactSum {
  /** The exponent of the smallest double, the unit of the first digit. */
  private static final int UNIT = -1074;

  private static final int DIGIT_BITS = 32;
  private static final long HALF = 1L << (DIGIT_BITS - 1);
  private static final long MASK = (1L << DIGIT_BITS) - 1;

  /** Digits below {@code 2^1102}, so that 2⁷⁷ of the largest doubles still fit. */
  private static final int DIGITS = 68;

  /** Each adds less than 2³² to a digit, and two sums that did not carry must fit in one. */
  private static final int ADDITIONS = 1 << 29;

  private static final int FRACTION_BITS = 52;
  private static final long IMPLIED_BIT = 1L << FRACTION_BITS;
  private static final int NOT_FINITE = 0x7FF;

  /** Digit d counts {@code 2^(32 d + UNIT)}. */
  private final long[] digits = new long[DIGITS];

  /** Additions since the digits last carried. */
  private int additions;

  /**
   * Adds a number.
   *
   * @throws IllegalArgumentException when it is not finite; the sum is then what it was
   */
  public void add(double x) {
    long bits = Double.doubleToRawLongBits(x);
    int exponent = (int) (bits >>> FRACTION_BITS) & NOT_FINITE;
    if (exponent == NOT_FINITE) {
      throw new IllegalArgumentException("a sum of finite numbers cannot take " + x);
    }
    long magnitude = bits & (IMPLIED_BIT - 1);
    int position = 0;
    if (exponent != 0) {
      magnitude |= IMPLIED_BIT;
      position = exponent - 1;
    }
    long sign = bits >> 63;
    long number = (magnitude ^ sign) - sign;
    int d = position / DIGIT_BITS;
    int shift = position % DIGIT_BITS;
    long rest = number >> (DIGIT_BITS - shift);
    digits[d] += (number << shift) & MASK;
    digits[d + 1] += rest & MASK;
    digits[d + 2] += rest >> DIGIT_BITS;
    if (++additions == ADDITIONS) {
      carry();
    }
  }

  /** Brings every digit to −2³¹..2³¹ − 1, so that a sum has one form. */
  private void carry() {
    long carry = 0;
    for (int d = 0; d < DIGITS; d++) {
      long sum = digits[d] + carry;
      carry = (sum + HALF) >> DIGIT_BITS;
      digits[d] = sum - (carry << DIGIT_BITS);
    }
    additions = 0;
  }

  /**
   * Adds another sum.
   *
   * @param other Not modified
   */
  public void merge(ExactSum other) {
    for (int d = 0; d < DIGITS; d++) {
      digits[d] += other.digits[d];
    }
    carry();
  }

  /** Returns the sum in a form that equal sums share, for a coder: empty where it is 0. */
  public int[] toInts() {
    carry();
    int first = 0;
    while (first < DIGITS && digits[first] == 0) {
      first++;
    }
    if (first == DIGITS) {
      return new int[0];
    }
    int end = DIGITS;
    while (digits[end - 1] == 0) {
      end--;
    }
    int[] ints = new int[1 + end - first];
    ints[0] = first;
    for (int d = first; d < end; d++) {
      ints[1 + d - first] = (int) digits[d];
    }
    return ints;
  }

  /**
   * Returns the sum that {@link #toInts} gave.
   *
   * @throws IllegalArgumentException when it did not give them
   */
  public static ExactSum ofInts(int[] ints) {
    ExactSum sum = new ExactSum();
    if (ints.length > 0) {
      int first = ints[0];
      if (first < 0 || first > DIGITS - (ints.length - 1)) {
        throw new IllegalArgumentException(
            (ints.length - 1) + " digits from digit " + first + " on are no sum");
      }
      for (int i = 1; i < ints.length; i++) {
        sum.digits[first + i - 1] = ints[i];
      }
    }
    return sum;
  }

  /** Returns the double next to the sum, of two the even one: infinite where it is too large. */
  public double toDouble() {
    return toDouble(digits, UNIT);
  }

  /** Returns the sum, of which nothing is rounded. */
  public BigDecimal toBigDecimal() {
    BigInteger sum = BigInteger.ZERO;
    for (int d = DIGITS - 1; d >= 0; d--) {
      sum = sum.shiftLeft(DIGIT_BITS).add(BigInteger.valueOf(digits[d]));
    }
    if (sum.signum() == 0) {
      return BigDecimal.ZERO;
    }
    int zeros = sum.getLowestSetBit();
    int exponent = zeros + UNIT;
    BigInteger odd = sum.shiftRight(zeros);
    return exponent >= 0
        ? new BigDecimal(odd.shiftLeft(exponent))
        : new BigDecimal(odd.multiply(BigInteger.valueOf(5).pow(-exponent)), -exponent);
  }

  /**
   * Returns the double next to {@code Σ digits[d] 2^(32 d + unit)}, of two the even one.
   *
   * @param unit at least −1074, the exponent of the smallest double
   */
  static double toDouble(long[] digits, int unit) {
    int least = 0;
    while (least < digits.length && digits[least] == 0) {
      least++;
    }
    int end = digits.length;
    while (end > least && digits[end - 1] == 0) {
      end--;
    }
    BigInteger sum = BigInteger.ZERO;
    for (int d = end - 1; d >= least; d--) {
      sum = sum.shiftLeft(DIGIT_BITS).add(BigInteger.valueOf(digits[d]));
    }
    // What is cut off, so that a double can hold the rest, matters as one bit below those it keeps.
    BigInteger size = sum.abs();
    int cut = Math.max(0, size.bitLength() - Long.SIZE);
    BigInteger kept = size.shiftRight(cut);
    if (cut > 0 && size.getLowestSetBit() < cut) {
      kept = kept.setBit(0);
    }
    // Rounds once: what has more bits than a double keeps is no subnormal, being in units of them.
    return sum.signum() * Math.scalb(kept.doubleValue(), cut + least * DIGIT_BITS + unit);
  }
}
