package dev.beamals;

import java.util.Locale;

/** How messages and summaries say things. */
public final class Words {
  private Words() {}

  /**
   * A number of things, as in "1 pair" and "1,000 pairs".
   *
   * @param thing one of them
   */
  public static String count(long number, String thing) {
    return String.format(Locale.ROOT, "%,d %s", number, noun(number, thing));
  }

  /** The noun of a number of things, as in "pair" and "pairs". */
  public static String noun(long number, String thing) {
    return number == 1 ? thing : thing + "s";
  }
}
