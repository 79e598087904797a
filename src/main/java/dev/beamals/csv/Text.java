package dev.beamals.csv;

/** Input text made fit for a line of a message. */
final class Text {
  private Text() {}

  /** Control characters become {@code ?}. */
  static String printable(String text) {
    StringBuilder result = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> Character.isISOControl(c) || c == 0xFFFD ? '?' : c)
        .forEach(result::appendCodePoint);
    return result.toString();
  }
}
