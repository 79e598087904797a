package dev.beamals.csv;

import dev.beamals.RunException;
import org.apache.beam.sdk.transforms.DoFn;
import org.jspecify.annotations.Nullable;

/**
 * Fails the run where cleaning left too little: more rows that cannot be read than allowed, or no
 * rating at all.
 */
final class CheckReportFn extends DoFn<CleaningReport, CleaningReport> {
  private static final long serialVersionUID = 1L;

  private final String name;
  private final @Nullable Long maxRejects;

  /**
   * @param name what messages call the input
   * @param maxRejects null for 0.1 % of the rows, at least 100
   */
  CheckReportFn(String name, @Nullable Long maxRejects) {
    this.name = name;
    this.maxRejects = maxRejects;
  }

  @ProcessElement
  public void processElement(@Element CleaningReport report, OutputReceiver<CleaningReport> out) {
    check(report, name, maxRejects);
    out.output(report);
  }

  static void check(CleaningReport report, String name, @Nullable Long maxRejects) {
    long limit = maxRejects != null ? maxRejects : Math.max(100, report.rowsRead() / 1000);
    if (report.rejected() > limit) {
      throw new RunException(
          String.format(
              "%s: %d of %d rows cannot be read, expected at most maxRejects=%d; the first: %s",
              name, report.rejected(), report.rowsRead(), limit, report.describeRejects()));
    }
    if (report.kept() == 0) {
      throw new RunException(
          String.format(
              "%s: no rating is left of %d rows (%d unreadable, %d with an empty column, %d with a"
                  + " timestamp below 0, %d with a rating that is not finite)%s",
              name,
              report.rowsRead(),
              report.rejected(),
              report.missing(),
              report.negativeTimestamp(),
              report.notFinite(),
              report.rejected() > 0 ? "; the first: " + report.describeRejects() : ""));
    }
  }
}
