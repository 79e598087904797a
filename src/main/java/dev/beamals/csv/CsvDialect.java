package dev.beamals.csv;

import com.google.auto.value.AutoValue;
import java.io.Serializable;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * How the fields of a file are written, under the names of Spark's CSV options.
 *
 * <p>A file whose fields are separated by one ASCII character, quoted by {@code "} and doubled
 * quotes or not at all, and encoded in UTF-8, is read from bytes, in parallel from any line on. Of
 * any other dialect a file is read from its start, by FastCSV, beside other files: several times
 * slower, and into the same rows.
 */
@AutoValue
public abstract class CsvDialect implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The delimiter that stands for any run of blanks and tabs. */
  public static final String WHITESPACE = "whitespace";

  abstract String delimiter();

  abstract String quote();

  abstract String escape();

  abstract boolean multiLine();

  abstract String comment();

  abstract int skipLines();

  abstract String encoding();

  abstract String decimal();

  abstract String thousands();

  /** Commas, quotes as of RFC 4180, no line ends in fields, UTF-8. */
  public static CsvDialect create() {
    return new AutoValue_CsvDialect.Builder()
        .setDelimiter(",")
        .setQuote("\"")
        .setEscape("\"")
        .setMultiLine(false)
        .setComment("")
        .setSkipLines(0)
        .setEncoding(StandardCharsets.UTF_8.name())
        .setDecimal(".")
        .setThousands("")
        .build();
  }

  /** What is between two fields: any text without quotes and line ends, or {@link #WHITESPACE}. */
  public CsvDialect withDelimiter(String delimiter) {
    check(
        !delimiter.isEmpty() && delimiter.chars().noneMatch(c -> "\"\r\n\0".indexOf(c) >= 0),
        "delimiter="
            + Text.printable(delimiter)
            + ": expected a text without quotes and line ends");
    return toBuilder().setDelimiter(delimiter).build();
  }

  /** What a quoted field begins and ends with; where it is empty, quotes mean nothing. */
  public CsvDialect withQuote(String quote) {
    check(isCharacter(quote) || quote.isEmpty(), "quote=" + quote + ": expected one character");
    String escape = escape().equals(quote()) ? quote : escape();
    return toBuilder().setQuote(quote).setEscape(escape).build();
  }

  /** What a quote in a quoted field stands behind: the quote itself unless it is set. */
  public CsvDialect withEscape(String escape) {
    check(isCharacter(escape), "escape=" + escape + ": expected one character");
    return toBuilder().setEscape(escape).build();
  }

  /** Whether a quoted field may have line ends. */
  public CsvDialect withMultiLine(boolean multiLine) {
    return toBuilder().setMultiLine(multiLine).build();
  }

  /** What a line begins with that is no row; none where it is empty. */
  public CsvDialect withComment(String comment) {
    check(
        isCharacter(comment) || comment.isEmpty(), "comment=" + comment + ": expected a character");
    return toBuilder().setComment(comment).build();
  }

  /** How many lines at the begin of each file are passed over. */
  public CsvDialect withSkipLines(int skipLines) {
    check(skipLines >= 0, "skipLines=" + skipLines + ": expected at least 0");
    return toBuilder().setSkipLines(skipLines).build();
  }

  /** How characters are encoded, as of {@link Charset#forName}. */
  public CsvDialect withEncoding(String encoding) {
    try {
      return toBuilder().setEncoding(Charset.forName(encoding).name()).build();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "encoding=" + encoding + ": expected one as UTF-8, UTF-16, latin1 or windows-1252", e);
    }
  }

  /** What is before the fraction of a number. */
  public CsvDialect withDecimal(String decimal) {
    check(isCharacter(decimal), "decimal=" + decimal + ": expected one character");
    return toBuilder().setDecimal(decimal).build();
  }

  /** What is between groups of three digits of a number; nothing where it is empty. */
  public CsvDialect withThousands(String thousands) {
    check(
        isCharacter(thousands) || thousands.isEmpty(),
        "thousands=" + thousands + ": expected one character");
    return toBuilder().setThousands(thousands).build();
  }

  private static boolean isCharacter(String text) {
    return text.length() == 1 && "\r\n\0".indexOf(text.charAt(0)) < 0;
  }

  private static void check(boolean valid, String message) {
    if (!valid) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Whether files can be read from any line on, from bytes. */
  boolean isPlain() {
    return delimiter().length() == 1
        && delimiter().charAt(0) < 127
        && (quote().isEmpty() || quote().equals(create().quote()))
        && equals(create().withDelimiter(delimiter()).withQuote(quote()));
  }

  abstract Builder toBuilder();

  @AutoValue.Builder
  abstract static class Builder {
    abstract Builder setDelimiter(String delimiter);

    abstract Builder setQuote(String quote);

    abstract Builder setEscape(String escape);

    abstract Builder setMultiLine(boolean multiLine);

    abstract Builder setComment(String comment);

    abstract Builder setSkipLines(int skipLines);

    abstract Builder setEncoding(String encoding);

    abstract Builder setDecimal(String decimal);

    abstract Builder setThousands(String thousands);

    abstract CsvDialect build();
  }
}
