package dev.beamals.csv;

import ch.randelshofer.fastdoubleparser.JavaDoubleParser;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers as people write them. */
final class NumberText {
  /** A number of more is taken for a text. */
  private static final int MOST_CHARACTERS = 40;

  private NumberText() {}

  /**
   * The number that a word stands for: nan, inf and infinity in any case, with a sign or without,
   * and true and false, which are 1 and 0.
   *
   * @throws NumberFormatException for any other
   */
  static double word(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "true" -> 1;
      case "false" -> 0;
      case "nan", "+nan", "-nan" -> Double.NaN;
      case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
      case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
      default -> throw new NumberFormatException(word);
    };
  }

  /**
   * What pandas takes for a number, and true and false, which are 1 and 0.
   *
   * @param bytes not empty between {@code from} and {@code to}
   * @throws NumberFormatException for all else, what Java takes for a number too: 5f, 0x1p3
   */
  static double parse(byte[] bytes, int from, int to) {
    int last = bytes[to - 1];
    if ((last < '0' || last > '9') && last != '.') {
      return word(new String(bytes, from, to - from, StandardCharsets.UTF_8));
    }
    if (to - from > 2 && isHex(bytes, from)) {
      throw new NumberFormatException();
    }
    return JavaDoubleParser.parseDouble(bytes, from, to - from);
  }

  /**
   * The usual way to write the number in {@code bytes[from, to)}, exactly: without what adds
   * nothing, as in +1, 01, 1.50 and 2., and without an exponent.
   *
   * @return null where it is not a number, or one of more than 40 digits or so
   */
  static @Nullable String canonical(byte[] bytes, int from, int to) {
    int p = from;
    boolean negative = p < to && bytes[p] == '-';
    if (negative || (p < to && bytes[p] == '+')) {
      p++;
    }
    int first = p;
    p = skipDigits(bytes, p, to);
    int point = p;
    int end = p;
    if (p < to && bytes[p] == '.') {
      p = skipDigits(bytes, p + 1, to);
      end = p;
    }
    if (point - first + Math.max(0, end - point - 1) == 0 || to - from > MOST_CHARACTERS) {
      return null;
    }
    if (p < to) {
      return exponent(bytes, from, p, to);
    }
    while (end > point && (bytes[end - 1] == '0' || bytes[end - 1] == '.')) {
      end--;
    }
    while (first < point && bytes[first] == '0') {
      first++;
    }
    if (first == end) {
      return "0";
    }
    String digits = new String(bytes, first, end - first, StandardCharsets.ISO_8859_1);
    return (negative ? "-" : "") + (first == point ? "0" : "") + digits;
  }

  /** The same for a number with an exponent at {@code at}, or what looks like one. */
  private static @Nullable String exponent(byte[] bytes, int from, int at, int to) {
    int p = at + 1;
    if (p < to && (bytes[p] == '-' || bytes[p] == '+')) {
      p++;
    }
    if ((bytes[at] | 0x20) != 'e' || p == to || to - p > 2 || skipDigits(bytes, p, to) < to) {
      return null;
    }
    String text = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    BigDecimal number = new BigDecimal(text);
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }

  /** Whether a number may have an exponent, of which {@link #canonical} knows two digits. */
  static boolean mayHaveExponent(byte[] bytes, int from, int to) {
    for (int p = to - 2; p > from && p >= to - 4; p--) {
      if ((bytes[p] | 0x20) == 'e') {
        return true;
      }
    }
    return false;
  }

  private static int skipDigits(byte[] bytes, int from, int to) {
    int p = from;
    while (p < to && bytes[p] >= '0' && bytes[p] <= '9') {
      p++;
    }
    return p;
  }

  /** Whether a number, as {@link #canonical} gives it, stands so in {@code bytes[from, to)}. */
  static boolean isWritten(String number, byte[] bytes, int from, int to) {
    boolean same = number.length() == to - from;
    for (int i = 0; same && i < number.length(); i++) {
      same = number.charAt(i) == bytes[from + i];
    }
    return same;
  }

  /** Whether the digits of a number, of three bytes or more, are hexadecimal, as in 0x1p3. */
  private static boolean isHex(byte[] bytes, int from) {
    return (bytes[from + 1] | 0x20) == 'x' || (bytes[from + 2] | 0x20) == 'x';
  }
}
