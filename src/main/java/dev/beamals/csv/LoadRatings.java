package dev.beamals.csv;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.RunException;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.RowPlace;
import java.util.List;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/**
 * Reads files of CSV, Parquet or JSON into ratings that can be trained on, and tells what it left
 * out.
 *
 * <p>Files are read in parallel, by byte ranges or row groups, straight from bytes into columns. A
 * row is the same in a file of any kind, with the same hash. It meets these rules in their order:
 * it cannot be read; it has an empty column, see {@link #withDropMissing}; its timestamp is below
 * 0; its rating is not a finite float. The run fails where a quote is open at the end of a line,
 * where more rows cannot be read than {@link #withMaxRejects} allows, or where no rating is left at
 * all. Rows that are whole duplicates of another are still there: {@link
 * dev.beamals.blocks.BlockRatings#withDropDuplicates} drops them where the rows of a user meet.
 *
 * <pre>{@code
 * List<CsvFile> files = CsvFile.find("input", patterns, CsvFormat.create());
 * PCollection<RatingBatch> ratings =
 *     pipeline.apply("LoadRatings", LoadRatings.from(files)).get(LoadRatings.ratings());
 * }</pre>
 */
@AutoValue
public abstract class LoadRatings extends PTransform<PBegin, PCollectionTuple> {
  private static final long serialVersionUID = 1L;

  /** Counts the rows that were read, as they are read. */
  public static final String ROWS_READ = "rowsRead";

  private static final TupleTag<RatingBatch> RATINGS = new TupleTag<>("ratings") {};
  private static final TupleTag<CleaningReport> REPORT = new TupleTag<>("report") {};

  abstract List<CsvFile> files();

  abstract String inputName();

  abstract boolean dropMissing();

  abstract boolean times();

  abstract boolean places();

  abstract Fingerprints fingerprints();

  abstract @Nullable Long maxRejects();

  abstract @Nullable String rejects();

  /** Reads files as found by {@link CsvFile#find}. */
  public static LoadRatings from(List<CsvFile> files) {
    return new AutoValue_LoadRatings.Builder()
        .setFiles(files)
        .setInputName("input")
        .setDropMissing(true)
        .setTimes(false)
        .setPlaces(false)
        .setFingerprints(Fingerprints.ACROSS_FORMATS)
        .build();
  }

  /** What messages call the files; {@code input} unless it is set. */
  public LoadRatings withInputName(String inputName) {
    return toBuilder().setInputName(inputName).build();
  }

  /**
   * Whether a row with any empty column is left out; where not, one without a user, an item or a
   * rating still is. True unless it is set.
   */
  public LoadRatings withDropMissing(boolean dropMissing) {
    return toBuilder().setDropMissing(dropMissing).build();
  }

  /**
   * Whether ratings keep their times, which {@link dev.beamals.blocks.RatingBlock.Aggregate#last}
   * needs, and a split by time; every file must have a column of them.
   */
  public LoadRatings withTimes(boolean times) {
    return toBuilder().setTimes(times).build();
  }

  /**
   * Whether ratings know where they were read, see {@link RatingBatch#places}, which {@link
   * WriteSplit} needs.
   */
  public LoadRatings withPlaces(boolean places) {
    checkArgument(
        !places || files().size() <= RowPlace.MOST_FILES,
        "%s files: expected at most %s",
        files().size(),
        RowPlace.MOST_FILES);
    return toBuilder().setPlaces(places).build();
  }

  /** What the hashes of whole rows are good for, by which duplicates are told. */
  public enum Fingerprints {
    /** Nothing: duplicates stay, and there is no split by them. */
    NONE,
    /** They are equal for equal rows of these files. */
    WITHIN_INPUT,
    /** They are those of the same rows in files of any kind, so that a split is the same. */
    ACROSS_FORMATS
  }

  /**
   * What hashes of rows are needed for; {@link Fingerprints#ACROSS_FORMATS} unless it is set.
   * Parquet is read faster where they are needed for less: by its own values, and if no column may
   * be empty unnoticed, only of the columns that have a part to play.
   */
  public LoadRatings withFingerprints(Fingerprints fingerprints) {
    return toBuilder().setFingerprints(fingerprints).build();
  }

  private boolean needsWholeRows() {
    return dropMissing()
        || (fingerprints() != Fingerprints.NONE && files().get(0).layout().format.rated());
  }

  /** Whether rows of Parquet are hashed as if they were CSV. */
  private boolean needsTexts() {
    return switch (fingerprints()) {
      case NONE -> false;
      case WITHIN_INPUT -> files().stream().map(CsvFile::types).distinct().count() > 1;
      case ACROSS_FORMATS -> true;
    };
  }

  /**
   * Has the texts of further columns read, see {@link RatingBatch#texts}.
   *
   * @param columns as {@link CsvFile#columns} names them; empty in a file that has none of them
   */
  public LoadRatings withTexts(List<String> columns) {
    return toBuilder()
        .setFiles(files().stream().map(file -> file.withTexts(columns)).toList())
        .build();
  }

  /**
   * How many rejects fail the run if exceeded.
   *
   * @param maxRejects null for 1 % of the rows, at least 1, as it is unless it is set
   */
  public LoadRatings withMaxRejects(@Nullable Long maxRejects) {
    return toBuilder().setMaxRejects(maxRejects).build();
  }

  /**
   * Writes rejects as CSV files {@code rejects-*.csv} with columns {@code file, line, reason, row}.
   * Unless it is set, the report's first three are all that is kept of them.
   *
   * @param folder with its last slash
   */
  public LoadRatings withRejects(String folder) {
    return toBuilder().setRejects(folder).build();
  }

  /** Tag of the ratings. */
  public static TupleTag<RatingBatch> ratings() {
    return RATINGS;
  }

  /** Tag of the one report. */
  public static TupleTag<CleaningReport> report() {
    return REPORT;
  }

  @Override
  public PCollectionTuple expand(PBegin input) {
    String runner = input.getPipeline().getOptions().getRunner().getSimpleName();
    if (runner.contains("Spark") && files().stream().anyMatch(f -> InputNames.isStream(f.name()))) {
      throw new RunException(
          inputName()
              + ": standard input and pipes are read on this machine; expected a file, or the"
              + " DirectRunner");
    }
    PCollectionTuple cleaned =
        input
            .apply(
                "ReadChunks",
                Read.from(
                    new CsvSource(
                        files(), CsvSource.CHUNK, needsWholeRows(), needsTexts(), places())))
            .apply(
                "CleanRatings",
                CleanRatings.create().withDropMissing(dropMissing()).withTimes(times()));
    PCollection<CleaningReport> report =
        cleaned
            .get(CleanRatings.report())
            .apply(
                "CheckReport",
                ParDo.of(
                    new CheckReportFn(inputName(), maxRejects(), files().get(0).layout().format)))
            .setCoder(CleaningReport.coder());
    PCollection<List<Reject>> rejected = cleaned.get(CleanRatings.rejects());
    String folder = rejects();
    if (folder == null) {
      // SparkRunner wants every output consumed.
      rejected.apply("IgnoreRejects", ParDo.of(new IgnoreFn()));
    } else {
      rejected.apply(
          "WriteRejects",
          WriteRejects.to(folder, files(), report.apply("ViewReport", View.asSingleton())));
    }
    return PCollectionTuple.of(RATINGS, cleaned.get(CleanRatings.ratings())).and(REPORT, report);
  }

  static final class IgnoreFn extends DoFn<List<Reject>, Void> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element List<Reject> rejects) {}
  }

  abstract Builder toBuilder();

  @AutoValue.Builder
  abstract static class Builder {
    abstract Builder setFiles(List<CsvFile> files);

    abstract Builder setInputName(String inputName);

    abstract Builder setDropMissing(boolean dropMissing);

    abstract Builder setTimes(boolean times);

    abstract Builder setPlaces(boolean places);

    abstract Builder setFingerprints(Fingerprints fingerprints);

    abstract Builder setMaxRejects(@Nullable Long maxRejects);

    abstract Builder setRejects(@Nullable String folder);

    abstract LoadRatings build();
  }
}
