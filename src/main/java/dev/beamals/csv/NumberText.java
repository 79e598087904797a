package dev.beamals.csv;

import java.util.Locale;

/** Numbers as people write them. */
final class NumberText {
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

  /** Whether the digits of a number, of three bytes or more, are hexadecimal, as in 0x1p3. */
  static boolean isHex(byte[] bytes, int from) {
    return (bytes[from + 1] | 0x20) == 'x' || (bytes[from + 2] | 0x20) == 'x';
  }
}
