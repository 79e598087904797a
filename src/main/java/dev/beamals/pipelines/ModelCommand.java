package dev.beamals.pipelines;

import dev.beamals.csv.CheckReport;
import dev.beamals.csv.CleanRatings;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.CsvFormat;
import dev.beamals.csv.ReadRatings;
import dev.beamals.csv.Reject;
import dev.beamals.files.ResultFile;
import dev.beamals.files.ResultFolder;
import dev.beamals.linalg.NormalEquations;
import dev.beamals.model.SavedModel;
import dev.beamals.ratings.RatingBatch;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.jspecify.annotations.Nullable;

/** A command that uses a saved model: checks its flags, opens the model, runs its pipeline. */
abstract class ModelCommand<O extends ModelOptions> extends Command<O> {
  ModelCommand(Class<O> type, List<String> args, PrintStream out, PrintStream progress) {
    super(type, args, out, progress);
  }

  abstract void run(SavedModel model) throws IOException;

  @Override
  final void run() throws IOException {
    run(SavedModel.open("--model", options.getModel()));
  }

  /** Sets the runner up; returns the cores it uses. */
  final int setUpRunner() {
    return Runners.setUp(options, arguments);
  }

  final void run(Pipeline pipeline) {
    long started = System.nanoTime();
    Runners.waitUntilDone(pipeline.run());
    progress.printf(
        Locale.ROOT,
        "%.1f s in the pipeline with the %s (%s kernel)%n",
        (System.nanoTime() - started) / 1e9,
        options.getRunner().getSimpleName(),
        NormalEquations.kernelName());
  }

  /** A number of things, as in "1 pair" and "1,000 pairs". */
  static String count(long number, String thing) {
    return String.format(Locale.ROOT, "%,d %s%s", number, thing, number == 1 ? "" : "s");
  }

  /** How files are read: as the flags say, and otherwise as those of the training were. */
  static CsvFormat format(ModelInputOptions options, SavedModel model) {
    String delimiter = text(options.getDelimiter(), model.parameters().text("delimiter"), ",");
    Boolean header = options.getHeader();
    Boolean saved = model.parameters().flag("header");
    return CsvFormat.create()
        .withDelimiter(Train.delimiter(delimiter))
        .withHeader(header != null ? header : saved == null || saved);
  }

  static String userCol(ModelInputOptions options, SavedModel model) {
    return text(options.getUserCol(), model.parameters().text("userCol"), "user");
  }

  static String itemCol(ModelInputOptions options, SavedModel model) {
    return text(options.getItemCol(), model.parameters().text("itemCol"), "item");
  }

  static String text(@Nullable String flag, @Nullable String saved, String otherwise) {
    return flag != null ? flag : saved != null ? saved : otherwise;
  }

  /** Pairs of ids that were found. */
  static List<CsvFile> findPairs(
      String flag, List<String> patterns, ModelInputOptions options, SavedModel model) {
    return CsvFile.find(
        flag,
        patterns,
        format(options, model).withPairs(userCol(options, model), itemCol(options, model)));
  }

  /**
   * Reads files and cleans the rows.
   *
   * @param name of the steps
   * @param reportFile where the report goes, for {@link #report}
   */
  static PCollection<RatingBatch> read(
      Pipeline pipeline,
      String name,
      String flag,
      List<CsvFile> files,
      boolean dropMissing,
      @Nullable Long maxRejects,
      String reportFile) {
    PCollectionTuple cleaned =
        pipeline
            .apply("Read" + name, ReadRatings.from(files))
            .apply("Clean" + name, CleanRatings.create().withDropMissing(dropMissing));
    cleaned
        .get(CleanRatings.report())
        .apply("Check" + name, CheckReport.of(flag, maxRejects))
        .apply("WriteReport" + name, ResultFile.<CleaningReport>write(reportFile));
    // The report tells the first of them; SparkRunner wants every output consumed.
    cleaned
        .get(CleanRatings.rejects())
        .apply("Ignore" + name + "Rejects", ParDo.of(new IgnoreFn()));
    return cleaned.get(CleanRatings.ratings());
  }

  /** Reads a report back and says what could not be read. */
  final CleaningReport report(ResultFolder folder, String flag, String name) throws IOException {
    CleaningReport report = folder.take(name, CleaningReport.coder());
    if (report.rejected() > 0) {
      progress.printf(
          "%s: %,d rows cannot be read and are left out; the first: %s%n",
          flag, report.rejected(), report.describeRejects());
    }
    return report;
  }

  static final class IgnoreFn extends DoFn<List<Reject>, Void> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element List<Reject> rejects) {}
  }
}
