package dev.beamals.pipelines;

import static dev.beamals.Words.count;

import dev.beamals.blocks.RatingBlock;
import dev.beamals.csv.LoadRatings;
import dev.beamals.csv.LoadRatings.Fingerprints;
import dev.beamals.files.ResultFile;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.SplitRatings;
import dev.beamals.ratings.SplitRatings.Mode;
import dev.beamals.ratings.SplitRatings.Share;
import java.io.PrintStream;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.jspecify.annotations.Nullable;

/**
 * The split that flags ask for.
 *
 * @param mode which rows are held out
 * @param test how many of them to test on
 * @param validation how many of them to choose a model on
 */
record Splits(Mode mode, Share test, Share validation) {

  /**
   * Reads the flags.
   *
   * @throws UsageException where they make no sense, alone or together
   */
  static Splits of(SplitOptions options) {
    Mode mode = options.getSplitMode();
    Share test =
        share(
            mode, "test", options.getTestFraction(), options.getTestRows(), options.getTestFrom());
    Share validation =
        share(
            mode,
            "validation",
            options.getValidationFraction(),
            options.getValidationRows(),
            options.getValidationFrom());
    Command.require(
        (mode == Mode.column) == (options.getSplitCol() != null),
        mode == Mode.column
            ? "--splitMode=column: expected with --splitCol"
            : "--splitCol: expected with --splitMode=column");
    Splits splits = new Splits(mode, test, validation);
    if (splits.none()) {
      Command.require(
          validation.isNone(),
          "--validation…: expected with a test part as well, as --testFraction");
      Command.require(
          mode == Mode.random,
          "--splitMode=%s: expected with --testFraction%s",
          mode,
          mode == Mode.time ? " or --testFrom" : mode == Mode.column ? "" : " or --testRows");
      Command.require(
          options.getWriteSplit() == null,
          "--writeSplit: expected with a split, as --testFraction");
    }
    Command.require(
        test.fraction() + validation.fraction() < 1,
        "--testFraction=%s and --validationFraction=%s: nothing is left to train on",
        test.fraction(),
        validation.fraction());
    Command.require(
        mode != Mode.time
            || validation.isNone()
            || (test.fraction() > 0) == (validation.fraction() > 0),
        "--test… and --validation…: expected two fractions or two moments");
    Command.require(
        !(validation.from() >= test.from()),
        "--validationFrom=%s: expected before --testFrom=%s",
        options.getValidationFrom(),
        options.getTestFrom());
    return splits;
  }

  private static Share share(
      Mode mode, String part, double fraction, @Nullable Integer rows, @Nullable String from) {
    Command.require(
        fraction >= 0 && fraction < 1,
        "--%sFraction=%s: expected a number from 0 to below 1",
        part,
        fraction);
    Command.require(rows == null || rows >= 1, "--%sRows=%s: expected at least 1", part, rows);
    int given = (fraction > 0 ? 1 : 0) + (rows != null ? 1 : 0) + (from != null ? 1 : 0);
    Command.require(
        given <= 1, "--%sFraction, --%sRows and --%sFrom: expected one of them", part, part, part);
    Command.require(
        rows == null || mode == Mode.user || mode == Mode.latest,
        "--%sRows: expected with --splitMode=user or latest",
        part);
    Command.require(
        from == null || mode == Mode.time, "--%sFrom: expected with --splitMode=time", part);
    Command.require(
        given == 0 || mode != Mode.column,
        "--%sFraction: expected without --splitMode=column, whose column says it",
        part);
    if (rows != null) {
      return Share.rows(rows);
    }
    if (from != null) {
      return Share.from(seconds("--" + part + "From=" + from, from));
    }
    return fraction > 0 ? Share.fraction(fraction) : Share.none();
  }

  private static double seconds(String flag, String moment) {
    try {
      double seconds = Double.parseDouble(moment);
      Command.require(Double.isFinite(seconds) && seconds >= 0, "%s: expected a time", flag);
      return seconds;
    } catch (NumberFormatException e) {
      try {
        Instant instant =
            moment.contains("T")
                ? Instant.parse(moment)
                : LocalDate.parse(moment).atStartOfDay(ZoneOffset.UTC).toInstant();
        return instant.getEpochSecond() + instant.getNano() / 1e9;
      } catch (DateTimeParseException notOne) {
        throw new UsageException(
            flag + ": expected seconds since the epoch, 2018-01-31 or 2018-01-31T12:00:00Z");
      }
    }
  }

  /** Whether nothing is held out. */
  boolean none() {
    return test.isNone() && mode != Mode.column;
  }

  /** Whether there are rows to choose a model on. */
  boolean validates() {
    return !validation.isNone() || mode == Mode.column;
  }

  boolean needsTimes() {
    return !none() && (mode == Mode.latest || mode == Mode.time);
  }

  /** Has rows loaded with what the split needs of them. */
  LoadRatings prepare(LoadRatings load) {
    LoadRatings timed = needsTimes() ? load.withTimes(true) : load;
    return none() ? timed : timed.withFingerprints(Fingerprints.ACROSS_FORMATS);
  }

  /** Whether a report tells more of it than its parts. */
  boolean reports() {
    return !none() && (mode == Mode.user || needsTimes());
  }

  private SplitRatings toTransform(long seed) {
    SplitRatings split = SplitRatings.create(mode, seed);
    return mode == Mode.column ? split : split.withTest(test).withValidation(validation);
  }

  /**
   * Splits ratings, and has a report written where there is one.
   *
   * @param numBlocks of users, where each user is split
   * @param reportFile where the report goes
   */
  PCollectionTuple split(
      PCollection<RatingBatch> ratings, TrainOptions options, int numBlocks, String reportFile) {
    PCollectionTuple split =
        ratings.apply(
            "SplitRatings",
            toTransform(options.getSeed())
                .withByPair(options.getAggregate() != RatingBlock.Aggregate.none)
                .withNumBlocks(numBlocks));
    if (reports()) {
      split
          .get(SplitRatings.report())
          .apply("WriteSplitReport", ResultFile.<SplitRatings.Report>write(reportFile));
    }
    return split;
  }

  /** Says what became of it, where its parts do not. */
  void print(PrintStream out, SplitRatings.Report report) {
    if (mode == Mode.time) {
      out.printf(
          "Split by time: %stest rows from %s on%n%n",
          validates() ? "validation rows from " + moment(report.validationFrom()) + " on, " : "",
          moment(report.testFrom()));
    } else {
      out.printf(
          Locale.ROOT,
          "Split by user: %s, of whom %,d with too few rows; theirs are all trained on%n%n",
          count(report.users(), "user"),
          report.smallUsers());
    }
  }

  private static String moment(double seconds) {
    if (!(seconds < 1e11)) { // beyond the year 5000 it is no time in seconds
      return Double.toString(seconds);
    }
    long whole = (long) Math.floor(seconds);
    return Instant.ofEpochSecond(whole, Math.round((seconds - whole) * 1e9)).toString();
  }
}
