package dev.beamals.csv;

import static dev.beamals.Words.noun;

import dev.beamals.RunException;
import dev.beamals.ids.Side;
import org.apache.beam.sdk.transforms.DoFn;
import org.jspecify.annotations.Nullable;

/**
 * Fails the run where rows cannot be told from one another, as a quote is open at the end of a
 * line, and where cleaning left too little: more rows that cannot be read than allowed, most
 * without a user, an item or a rating, or no rating at all.
 */
final class CheckReportFn extends DoFn<CleaningReport, CleaningReport> {
  private static final long serialVersionUID = 1L;

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

  static void check(
      CleaningReport report, String name, @Nullable Long maxRejects, CsvFormat format) {
    String openQuote = report.openQuote();
    if (openQuote != null) {
      String hint = Sniffer.hint(report.firstFile(), format);
      throw new RunException(
          openQuote
              + ": a quote is open at the end of the line"
              + (hint.isEmpty()
                  ? "; expected multiLine=true if fields may have lines, or quote='' if quotes mean"
                      + " nothing"
                  : hint));
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
              + Sniffer.hint(report.firstFile(), format));
    }
    if (maxRejects == null && report.kept() > 0 && 2 * report.unusable() > report.rowsRead()) {
      throw new RunException(
          String.format(
              "%s: %d of %d %s have no user, item or rating; expected that of at most half of them,"
                  + " or maxRejects=%d to go on with the others%s",
              name,
              report.unusable(),
              report.rowsRead(),
              noun(report.rowsRead(), "row"),
              limit,
              Sniffer.hint(report.firstFile(), format)));
    }
    if (report.kept() == 0) {
      throw new RunException(
          String.format(
              "%s: no rating is left of %d %s (%d unreadable, %d with an empty column, %d with a"
                  + " timestamp below 0, %d with a rating that is not finite)%s%s",
              name,
              report.rowsRead(),
              noun(report.rowsRead(), "row"),
              report.rejected(),
              report.missing(),
              report.negativeTimestamp(),
              report.notFinite(),
              report.rejected() > 0 ? "; the first: " + report.describeRejects() : "",
              Sniffer.hint(report.firstFile(), format)));
    }
    for (Side side : Side.values()) {
      IdNotations ids = report.ids(side);
      if (format.idType(side) == IdType.AUTO && ids.converted() > 0 && ids.texts() > 0) {
        throw MixedIdsException.of(name, side, ids);
      }
    }
  }
}
