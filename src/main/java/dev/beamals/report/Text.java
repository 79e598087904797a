package dev.beamals.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers and names as a page shows them. */
final class Text {
  private static final int MOST_CHARACTERS = 160;

  private Text() {}

  static String of(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Whole numbers as they are, others with four digits that count; a dash for none. */
  static String of(double number) {
    if (!Double.isFinite(number)) {
      return "–";
    }
    if (number == Math.rint(number) && Math.abs(number) < 1e15) {
      return of((long) number);
    }
    double size = Math.abs(number);
    if (size >= 1e9 || size < 1e-4) {
      return String.format(Locale.ROOT, "%.3e", number);
    }
    int digits = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
    return String.format(Locale.ROOT, "%,." + digits + "f", number);
  }

  /** A figure as the command line prints it; a dash for none. */
  static String figure(double number) {
    return Double.isFinite(number) ? String.format(Locale.ROOT, "%.4f", number) : "–";
  }

  /** With three digits that count at most: for what is a place on an axis and no result. */
  static String place(double number) {
    if (number == 0 || !Double.isFinite(number) || Math.abs(number) >= 1000) {
      return of(number);
    }
    BigDecimal rounded = new BigDecimal(number).round(new MathContext(3));
    return Math.abs(number) < 1e-4 ? of(number) : rounded.stripTrailingZeros().toPlainString();
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, share < 0.1 ? "%.2f%%" : "%.1f%%", 100 * share);
  }

  /** Ids, titles and paths, cut off where they are too long for a page. */
  static String cut(String text) {
    return text.codePointCount(0, text.length()) <= MOST_CHARACTERS
        ? text
        : text.substring(0, text.offsetByCodePoints(0, MOST_CHARACTERS - 1)) + "…";
  }
}
