package dev.beamals.pipelines;

import static dev.beamals.Words.count;
import static dev.beamals.Words.noun;

import dev.beamals.als.ColdPairs;
import dev.beamals.als.DroppedRatings;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.model.Manifest;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What became of the rows of some files: each was used, or is counted by the reason why not, so
 * that the rows that were read are those that were dropped and those that were used.
 */
final class Cleaning {

  /** Why a row was not used; {@code docs/data.md} explains each. A name is that of its JSON. */
  enum Reason {
    rejected("unreadable", true),
    missing("with an empty column", true),
    negativeTimestamp("with a timestamp below 0", true),
    notFinite("with a rating that is not finite", true),
    duplicate("duplicates", true),
    aggregated("put together with another of the same user and item", false),
    infrequent("of users or items with too few", false),
    otherUser("of other users", false),
    testRow("held out to test on", false),
    coldUser("whose user is not in the model", false),
    coldItem("whose item is not in the model", false),
    coldBoth("whose user and item are not in the model", false);

    private final String words;
    private final boolean always;

    /**
     * @param words what follows the number of rows
     * @param always whether 0 rows of ratings are worth a word
     */
    Reason(String words, boolean always) {
      this.words = words;
      this.always = always;
    }

    /**
     * What follows a number of rows.
     *
     * @param rated whether they are ratings, and not ids or pairs
     */
    String words(long rows, boolean rated) {
      return this == missing && !rated
          ? "without an id"
          : this == duplicate && rows == 1 ? "duplicate" : words;
    }
  }

  private final List<CsvFile> files;
  private final CleaningReport report;
  private final boolean rated;
  private final EnumMap<Reason, Long> dropped = new EnumMap<>(Reason.class);
  private final Map<String, Long> cold = new LinkedHashMap<>();

  private Cleaning(List<CsvFile> files, CleaningReport report, boolean rated) {
    this.files = files;
    this.report = report;
    this.rated = rated;
    dropped.put(Reason.rejected, report.rejected());
    dropped.put(Reason.missing, report.missing());
    if (rated) {
      dropped.put(Reason.negativeTimestamp, report.negativeTimestamp());
      dropped.put(Reason.notFinite, report.notFinite());
      dropped.put(Reason.duplicate, 0L);
    }
  }

  /** Of files of ratings. */
  static Cleaning ofRatings(List<CsvFile> files, CleaningReport report) {
    return new Cleaning(files, report, true);
  }

  /** Of files of ids or of pairs, of which a row may be as often as it likes. */
  static Cleaning ofIds(List<CsvFile> files, CleaningReport report) {
    return new Cleaning(files, report, false);
  }

  /** Counts further rows that were not used. */
  Cleaning without(Reason reason, long rows) {
    Cleaning less = new Cleaning(files, report, rated);
    less.dropped.putAll(dropped);
    less.cold.putAll(cold);
    if (rows > 0) {
      less.dropped.merge(reason, rows, Long::sum);
    }
    return less;
  }

  /** Counts what became of ratings when they were put into blocks. */
  Cleaning without(DroppedRatings ratings) {
    return without(Reason.duplicate, ratings.duplicates())
        .without(Reason.aggregated, ratings.aggregated())
        .without(Reason.infrequent, ratings.infrequent());
  }

  /** Counts rows that were not used as something is not in the model. */
  Cleaning without(ColdPairs pairs) {
    return without(Reason.coldUser, pairs.users())
        .without(Reason.coldItem, pairs.items())
        .without(Reason.coldBoth, pairs.both());
  }

  /** Tells of rows that were used though something is not in the model. */
  Cleaning with(ColdPairs pairs) {
    Cleaning all = without(Reason.missing, 0);
    all.cold.put(Reason.coldUser.name(), pairs.users());
    all.cold.put(Reason.coldItem.name(), pairs.items());
    all.cold.put(Reason.coldBoth.name(), pairs.both());
    return all;
  }

  /** With the duplicates that leave so many rows. */
  Cleaning withUsed(long rows) {
    return without(Reason.duplicate, used() - rows);
  }

  /** How many rows were used. */
  long used() {
    return report.rowsRead() - dropped.values().stream().mapToLong(rows -> rows).sum();
  }

  /** Prints a line for each reason. */
  void printTable(PrintStream out, String what) {
    out.printf("%s%s read from %s%n", what, count(report.rowsRead(), "row"), describe(files));
    dropped.forEach(
        (reason, rows) -> {
          boolean written = reason == Reason.rejected && rows > 0;
          line(out, rows, reason.words(rows, rated) + (written ? ", see rejects/" : ""));
          if (written) {
            report.firstRejects().forEach(reject -> out.printf("               %s%n", reject));
          }
        });
    line(out, used(), noun(used(), "rating") + " left");
    out.println();
  }

  private static void line(PrintStream out, long rows, String what) {
    out.printf(Locale.ROOT, "  %,12d %s%n", rows, what);
  }

  /**
   * Prints all reasons in one line.
   *
   * @param flag that has the files
   */
  void printLine(PrintStream out, String flag) {
    List<String> parts = new ArrayList<>();
    parts.add(count(report.rowsRead(), "row") + " read");
    dropped.forEach(
        (reason, rows) -> {
          if (rows > 0 || reason.always) {
            parts.add(String.format(Locale.ROOT, "%,d %s", rows, reason.words(rows, rated)));
          }
        });
    parts.add(String.format(Locale.ROOT, "%,d used", used()));
    out.printf("--%s: %s%n", flag, String.join(", ", parts));
  }

  /** Prints what could not be read, where there is any and it is not written down. */
  static void printRejects(PrintStream out, String flag, CleaningReport report) {
    if (report.rejected() > 0) {
      out.printf(
          "--%s: %s cannot be read and %s left out; the first: %s%n",
          flag,
          count(report.rejected(), "row"),
          report.rejected() == 1 ? "is" : "are",
          report.describeRejects());
    }
  }

  /** What is said of it beside a table: as in a manifest, and rows that were used though cold. */
  Map<String, Object> toMap() {
    Map<String, Object> map = toInput().toMap();
    if (!cold.isEmpty()) {
      map.put("cold", cold);
    }
    return map;
  }

  /** What a manifest says of it. */
  Manifest.Input toInput() {
    Map<String, Long> byName = new LinkedHashMap<>();
    dropped.forEach((reason, rows) -> byName.put(reason.name(), rows));
    return new Manifest.Input(
        report.rowsRead(), byName, used(), files.stream().map(this::toInputFile).toList());
  }

  private Manifest.InputFile toInputFile(CsvFile file) {
    long fingerprint = report.fingerprints().getOrDefault(file.name(), 0L);
    return new Manifest.InputFile(
        file.name(), file.bytes(), rated ? String.format("%016x", fingerprint) : "");
  }

  /** Some files in a few words. */
  static String describe(List<CsvFile> files) {
    return files.size() == 1 ? files.get(0).name() : files.size() + " files";
  }
}
