package dev.beamals.pipelines;

import dev.beamals.RunException;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.CsvFormat;
import dev.beamals.csv.SniffedFile;
import dev.beamals.csv.Sniffer;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Prints what the files of a command look like, by a sample of each, and how to read them. */
final class Sniff {
  /** Flags that hold files of rows. */
  private static final List<String> FILES =
      List.of("input", "testInput", "excludeSeen", "candidates", "users", "items", "titles");

  private Sniff() {}

  /**
   * @throws UsageException where no flag holds files
   * @throws RunException where a file cannot be looked at, when all others have been
   */
  static void print(Arguments arguments, PrintStream out) {
    CsvFormat given = CsvFormat.create();
    given =
        given
            .withColumns(
                arguments.single().getOrDefault("userCol", "user_id"),
                arguments.single().getOrDefault("itemCol", "video_id"),
                arguments.single().getOrDefault("ratingCol", "watch_ratio"))
            .withOptionalTimestampCol(arguments.single().getOrDefault("timestampCol", "timestamp"));
    List<RunException> failures = new ArrayList<>();
    boolean any = false;
    for (String flag : FILES) {
      String patterns = arguments.single().get(flag);
      if (patterns == null) {
        continue;
      }
      any = true;
      for (String file : CsvFile.list(flag, Arrays.asList(patterns.split(","))).keySet()) {
        try {
          print(Sniffer.sniff(file, given), out);
        } catch (RunException e) {
          failures.add(e);
        }
      }
    }
    if (!any) {
      throw new UsageException("--sniff: expected with files, as --input");
    }
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
  }

  private static void print(SniffedFile file, PrintStream out) {
    out.printf(
        "%s: %s%s%s%n",
        file.file(),
        file.packing().isEmpty() ? "" : file.packing() + " of ",
        file.kind(),
        file.kind().equals("CSV") ? " in " + file.encoding() : "");
    file.dialect().forEach((name, value) -> out.printf("  %-12s %s%n", name, value));
    out.printf("  columns%n");
    int number = 0;
    for (SniffedFile.Column column : file.columns()) {
      out.printf(
          "  %3d %-20s %-14s %-10s %s%n",
          ++number,
          column.name(),
          column.type(),
          column.role(),
          String.join(" | ", column.values()));
    }
    CleaningReport report = file.report();
    if (report == null) {
      out.printf("  cannot be read: %s%n", file.defect());
    } else {
      out.printf(
          Locale.ROOT,
          "  of %,d rows in a sample, %.1f %% would be dropped: %,d unreadable, %,d with an empty"
              + " column, %,d with a timestamp below 0, %,d with a rating that is not finite%n",
          report.rowsRead(),
          report.rowsRead() == 0
              ? 0.0
              : 100.0 * (report.rowsRead() - report.kept()) / report.rowsRead(),
          report.rejected(),
          report.missing(),
          report.negativeTimestamp(),
          report.notFinite());
      for (String reject : report.firstRejects()) { // a line of a sample has no number to tell
        out.printf("    %s%n", reject.substring(file.file().length()).replaceFirst(":\\d+: ", ""));
      }
    }
    List<String> flags = file.parameters().stream().map(parameter -> "--" + parameter).toList();
    out.printf("  read it with %s%n%n", flags.isEmpty() ? "no flag more" : String.join(" ", flags));
  }
}
