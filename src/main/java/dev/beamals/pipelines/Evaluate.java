package dev.beamals.pipelines;

import dev.beamals.blocks.BlockRatings;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.CsvFormat;
import dev.beamals.evaluation.EvaluateRatings;
import dev.beamals.evaluation.RatingMetrics;
import dev.beamals.files.ResultFile;
import dev.beamals.files.ResultFolder;
import dev.beamals.model.SavedModel;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.apache.beam.sdk.Pipeline;

/** {@code als evaluate}: the figures of a model on other rows. */
final class Evaluate extends ModelCommand<EvaluateOptions> {
  Evaluate(List<String> args, PrintStream out, PrintStream progress) {
    super(EvaluateOptions.class, args, out, progress);
  }

  @Override
  void check() {
    require(options.getInput() != null, "--input: missing; expected CSV files of interactions");
  }

  /** How the ratings of a command are read. */
  static CsvFormat ratingsFormat(RatingsOptions options, SavedModel model) {
    String timestampCol = options.getTimestampCol();
    return format(options, model)
        .withColumns(
            userCol(options, model),
            itemCol(options, model),
            text(options.getRatingCol(), model.parameters().text("ratingCol"), "rating"))
        .withTimestampCol(
            text(timestampCol, model.parameters().text("timestampCol"), "timestamp"),
            timestampCol != null);
  }

  @Override
  void run(SavedModel model) throws IOException {
    List<String> input = options.getInput() == null ? List.of() : options.getInput();
    List<CsvFile> files = CsvFile.find("--input", input, ratingsFormat(options, model));
    try (ResultFolder folder = ResultFolder.temporary(options.getTempLocation())) {
      int cores = setUpRunner();
      Pipeline pipeline = Pipeline.create(options);
      read(
              pipeline,
              "Ratings",
              "--input",
              files,
              options.getDropMissing(),
              options.getMaxRejects(),
              folder.path() + "report.bin")
          .apply(
              "BlockByUser",
              BlockRatings.byUser(cores).withDropDuplicates(options.getDropDuplicates()))
          .apply("EvaluateRatings", EvaluateRatings.from(model.in(pipeline)).onBlocks())
          .apply("WriteMetrics", ResultFile.<RatingMetrics>write(folder.path() + "metrics.bin"));
      run(pipeline);
      RatingMetrics metrics = folder.take("metrics.bin", RatingMetrics.coder());
      CleaningReport report = report(folder, "--input", "report.bin");
      long rated = metrics.count() + metrics.cold();
      print(
          "%,d rows read, %,d unreadable, %,d with an empty column, %,d with a timestamp below 0,"
              + " %,d with a rating that is not finite, %,d duplicates%n",
          report.rowsRead(),
          report.rejected(),
          report.missing(),
          report.negativeTimestamp(),
          report.notFinite(),
          report.kept() - rated);
      boolean nan =
          options.getColdStartStrategy() == TrainOptions.ColdStartStrategy.nan
              && metrics.cold() > 0;
      print(
          "On %,d rows (%,d more are cold: coverage %.2f %%)%n",
          metrics.count(), metrics.cold(), 100 * metrics.coverage());
      print("MAE  = %.4f%n", nan ? Double.NaN : metrics.mae());
      print("RMSE = %.4f%n", nan ? Double.NaN : metrics.rmse());
      print("R2   = %.4f%n", nan ? Double.NaN : metrics.r2());
    }
  }
}
