package dev.beamals.pipelines;

import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.model.Manifest;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What was read and what was left out.
 *
 * @param kept how many of the rows that the report kept are ratings now
 * @param aggregated how many became part of another of the same user and item
 * @param infrequent how many were of users or items with too few of them
 */
record Cleaning(
    List<CsvFile> files, CleaningReport report, long kept, long aggregated, long infrequent) {

  /** With ratings that are neither aggregated nor left out for being few. */
  Cleaning(List<CsvFile> files, CleaningReport report, long kept) {
    this(files, report, kept, 0, 0);
  }

  /** How many rows were duplicates of another. */
  private long duplicates() {
    return report.kept() - kept - aggregated - infrequent;
  }

  /** Prints a line for each rule. */
  void printTable(PrintStream out, String what) {
    printRules(
        out,
        what,
        files,
        report,
        report.rejected() > 0 ? "unreadable, see rejects/" : "unreadable");
    line(out, duplicates(), "duplicates");
    if (aggregated > 0) {
      line(out, aggregated, "put together with another of the same user and item");
    }
    if (infrequent > 0) {
      line(out, infrequent, "of users or items with too few");
    }
    line(out, kept, "ratings left");
    out.println();
  }

  /** Prints a line for each rule that a row is met by alone. */
  static void printRules(
      PrintStream out, String what, List<CsvFile> files, CleaningReport report, String unreadable) {
    out.printf(Locale.ROOT, "%s%,d rows read from %s%n", what, report.rowsRead(), describe(files));
    line(out, report.rejected(), unreadable);
    for (String reject : report.firstRejects()) {
      out.printf("               %s%n", reject);
    }
    line(out, report.missing(), "with an empty column");
    line(out, report.negativeTimestamp(), "with a timestamp below 0");
    line(out, report.notFinite(), "with a rating that is not finite");
  }

  private static void line(PrintStream out, long rows, String what) {
    out.printf(Locale.ROOT, "  %,12d %s%n", rows, what);
  }

  /** Prints all rules in one line. */
  void printLine(PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%,d rows read, %,d unreadable, %,d with an empty column, %,d with a timestamp below 0,"
            + " %,d with a rating that is not finite, %,d duplicates%s, %,d used%n",
        report.rowsRead(),
        report.rejected(),
        report.missing(),
        report.negativeTimestamp(),
        report.notFinite(),
        duplicates(),
        aggregated > 0
            ? String.format(
                Locale.ROOT, ", %,d put together with another of the same pair", aggregated)
            : "",
        kept);
  }

  /** Prints what became of the rows of a file of ids or of pairs, in one line. */
  static void printIds(PrintStream out, String flag, CleaningReport report) {
    out.printf(
        Locale.ROOT,
        "--%s: %,d rows read, %,d unreadable, %,d without an id, %,d used%n",
        flag,
        report.rowsRead(),
        report.rejected(),
        report.missing(),
        report.kept());
  }

  /** Prints what could not be read, where there is any and it is not written down. */
  static void printRejects(PrintStream out, String flag, CleaningReport report) {
    if (report.rejected() > 0) {
      out.printf(
          Locale.ROOT,
          "--%s: %,d rows cannot be read and are left out; the first: %s%n",
          flag,
          report.rejected(),
          report.describeRejects());
    }
  }

  /** What a manifest says of it. */
  Manifest.Input toInput() {
    Map<String, Long> dropped = new LinkedHashMap<>();
    dropped.put("rejected", report.rejected());
    dropped.put("missing", report.missing());
    dropped.put("negativeTimestamp", report.negativeTimestamp());
    dropped.put("notFinite", report.notFinite());
    dropped.put("duplicate", duplicates());
    if (aggregated > 0) {
      dropped.put("aggregated", aggregated);
    }
    if (infrequent > 0) {
      dropped.put("infrequent", infrequent);
    }
    return new Manifest.Input(
        report.rowsRead(), dropped, kept, files.stream().map(this::toInputFile).toList());
  }

  private Manifest.InputFile toInputFile(CsvFile file) {
    long fingerprint = report.fingerprints().getOrDefault(file.name(), 0L);
    return new Manifest.InputFile(file.name(), file.bytes(), String.format("%016x", fingerprint));
  }

  /** Some files in a few words. */
  static String describe(List<CsvFile> files) {
    return files.size() == 1 ? files.get(0).name() : files.size() + " files";
  }
}
