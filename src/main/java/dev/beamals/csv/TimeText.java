package dev.beamals.csv;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;

/** Times as people write them, as seconds since the epoch. */
final class TimeText {
  /** Seconds beyond are in the year 5138, milliseconds before them in 1973. */
  private static final double MILLISECONDS = 1e11;

  /** A time of more characters is none. */
  private static final int LONGEST = 100;

  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .optionalStart()
          .appendLiteral('T')
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .optionalStart()
          .appendOffset("+HH:MM:ss", "Z")
          .optionalEnd()
          .optionalStart()
          .appendOffset("+HHmm", "Z")
          .optionalEnd()
          .optionalEnd()
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private final ZoneId zone;
  private final boolean iso;
  private final DateTimeFormatter formatter;
  private boolean scaled;

  /**
   * @param zone of times that tell none
   * @param pattern as of {@link DateTimeFormatter}; empty for ISO 8601, with a T or a blank
   */
  TimeText(String zone, String pattern) {
    this.zone = ZoneId.of(zone);
    this.iso = pattern.isEmpty();
    this.formatter = iso ? ISO : DateTimeFormatter.ofPattern(pattern, Locale.ROOT);
  }

  /** Whether a number of seconds is one of milliseconds, or of a smaller unit. */
  static boolean isScaled(double seconds) {
    return Math.abs(seconds) >= MILLISECONDS && Math.abs(seconds) < Double.POSITIVE_INFINITY;
  }

  /** The seconds of a number of milliseconds, microseconds or nanoseconds. */
  static double scale(double number) {
    double magnitude = Math.abs(number);
    return number / (magnitude < 1e14 ? 1e3 : magnitude < 1e17 ? 1e6 : 1e9);
  }

  /**
   * The seconds of a number, a date or a time in {@code bytes[from, to)}, not empty.
   *
   * @throws NumberFormatException where it is none
   */
  double parse(byte[] bytes, int from, int to) {
    scaled = false;
    if (iso) {
      try {
        double number = NumberText.parse(bytes, from, to);
        scaled = isScaled(number);
        return scaled ? scale(number) : number;
      } catch (NumberFormatException e) {
        // a date, perhaps
      }
    }
    return parse(new String(bytes, from, Math.min(LONGEST, to - from), StandardCharsets.UTF_8));
  }

  /** Whether numbers are times too. */
  boolean takesNumbers() {
    return iso;
  }

  /** Whether the time that was parsed last was a number of milliseconds or a smaller unit. */
  boolean wasScaled() {
    return scaled;
  }

  /** The seconds of a time that tells no zone. */
  double seconds(LocalDateTime local) {
    Instant instant = local.atZone(zone).toInstant();
    return seconds(instant.getEpochSecond(), instant.getNano());
  }

  static double seconds(long epochSecond, int nanos) {
    return epochSecond + nanos / 1e9;
  }

  /**
   * The seconds of a date or a time.
   *
   * @throws NumberFormatException where it is none
   */
  double parse(String text) {
    try {
      boolean blank = iso && text.length() > 10 && text.charAt(10) == ' ';
      TemporalAccessor time =
          formatter.parseBest(
              blank ? text.substring(0, 10) + 'T' + text.substring(11).replace(" ", "") : text,
              ZonedDateTime::from,
              OffsetDateTime::from,
              LocalDateTime::from,
              LocalDate::from);
      Instant instant =
          time instanceof LocalDate date
              ? date.atStartOfDay(zone).toInstant()
              : time instanceof LocalDateTime local
                  ? local.atZone(zone).toInstant()
                  : Instant.from(time);
      return seconds(instant.getEpochSecond(), instant.getNano());
    } catch (DateTimeException e) {
      throw new NumberFormatException(text);
    }
  }
}
