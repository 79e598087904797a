package dev.beamals.csv;

import static dev.beamals.Words.noun;

import dev.beamals.RunException;
import dev.beamals.ids.Side;
import java.util.regex.Pattern;
import org.apache.beam.sdk.transforms.DoFn;
import org.jspecify.annotations.Nullable;

/**
 * Fails the run where rows cannot be told from one another, as a quote is open at the end of a
 * line, and where cleaning left too little: more rows that cannot be read than allowed, most
 * without a user, an item or a rating, or no rating at all.
 */
final class CheckReportFn extends DoFn<CleaningReport, CleaningReport> {
  private static final long serialVersionUID = 1L;

  /** Numbers with commas, in groups of three digits or not. */
  private static final Pattern COMMA = Pattern.compile("\"[+-]?\\d*,\\d+\" is not a number");

  private static final Pattern THOUSANDS =
      Pattern.compile("\"[+-]?\\d{1,3}(,\\d{3})+([.]\\d*)?\" is not a number");
  private static final Pattern DECIMALS =
      Pattern.compile("\"[+-]?(\\d*,\\d{1,2}|\\d*,\\d{4,}|0,\\d+)\" is not a number");

  private final String name;
  private final @Nullable Long maxRejects;
  private final CsvFormat format;

  /**
   * @param name what messages call the input
   * @param maxRejects null for 1 % of the rows, at least 1
   * @param format how the input was read
   */
  CheckReportFn(String name, @Nullable Long maxRejects, CsvFormat format) {
    this.name = name;
    this.maxRejects = maxRejects;
    this.format = format;
  }

  @ProcessElement
  public void processElement(@Element CleaningReport report, OutputReceiver<CleaningReport> out) {
    check(report, name, maxRejects, format);
    out.output(report);
  }

  /** What the first rejects look like, if that can be told. */
  private static String hint(CleaningReport report) {
    String rejects = report.describeRejects();
    if (THOUSANDS.matcher(rejects).find() && !DECIMALS.matcher(rejects).find()) {
      return " (is it thousands=','?)";
    }
    if (COMMA.matcher(rejects).find()) {
      return " (is it decimal=','?)";
    }
    return rejects.contains("is not UTF-8") ? " (is it encoding=latin1?)" : "";
  }

  static void check(
      CleaningReport report, String name, @Nullable Long maxRejects, CsvFormat format) {
    String openQuote = report.openQuote();
    if (openQuote != null) {
      throw new RunException(
          openQuote
              + ": a quote is open at the end of the line; expected multiLine=true if fields may"
              + " have lines, or quote='' if quotes mean nothing");
    }
    long limit = maxRejects != null ? maxRejects : Math.max(1, report.rowsRead() / 100);
    if (report.rejected() > limit) {
      throw new RunException(
          String.format(
                  "%s: %d of %d %s cannot be read, expected at most maxRejects=%d; the first: %s",
                  name,
                  report.rejected(),
                  report.rowsRead(),
                  noun(report.rowsRead(), "row"),
                  limit,
                  report.describeRejects())
              + hint(report));
    }
    if (maxRejects == null && report.kept() > 0 && 2 * report.unusable() > report.rowsRead()) {
      throw new RunException(
          String.format(
              "%s: %d of %d %s have no user, item or rating; expected that of at most half of them,"
                  + " or maxRejects=%d to go on with the others",
              name, report.unusable(), report.rowsRead(), noun(report.rowsRead(), "row"), limit));
    }
    if (report.kept() == 0) {
      throw new RunException(
          String.format(
              "%s: no rating is left of %d %s (%d unreadable, %d with an empty column, %d with a"
                  + " timestamp below 0, %d with a rating that is not finite)%s",
              name,
              report.rowsRead(),
              noun(report.rowsRead(), "row"),
              report.rejected(),
              report.missing(),
              report.negativeTimestamp(),
              report.notFinite(),
              report.rejected() > 0 ? "; the first: " + report.describeRejects() : ""));
    }
    for (Side side : Side.values()) {
      IdNotations ids = report.ids(side);
      if (format.idType(side) == IdType.AUTO && ids.converted() > 0 && ids.texts() > 0) {
        throw MixedIdsException.of(name, side, ids);
      }
    }
  }
}
