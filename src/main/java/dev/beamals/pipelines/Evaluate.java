package dev.beamals.pipelines;

import dev.beamals.als.AlsParameters;
import dev.beamals.als.DroppedRatings;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.evaluation.EvaluateRatings;
import dev.beamals.evaluation.RatingMetrics;
import dev.beamals.files.ResultFile;
import dev.beamals.files.ResultFolder;
import dev.beamals.model.SavedModel;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollection;

/** {@code als evaluate}: the figures of a model on other rows. */
final class Evaluate extends ModelCommand<EvaluateOptions> {
  Evaluate(List<String> args, PrintStream out, PrintStream progress) {
    super(EvaluateOptions.class, args, out, progress);
  }

  @Override
  void check() {
    require(options.getInput() != null, "--input: missing; expected CSV files of interactions");
    checkMaxRejects(options);
  }

  @Override
  void run(SavedModel model) throws IOException {
    List<String> input = options.getInput() == null ? List.of() : options.getInput();
    List<CsvFile> files = CsvFile.find("input", input, Inputs.ratingsFormat(options, model));
    try (ResultFolder folder = ResultFolder.temporary(options.getTempLocation())) {
      int cores = setUpRunner();
      Pipeline pipeline = Pipeline.create(options);
      PCollection<RatingBlock> blocks =
          Inputs.load(
                  pipeline,
                  "LoadRatings",
                  Inputs.ratings(options, files),
                  reportFile(folder, "input"))
              .apply("BlockByUser", Inputs.blocks(options, cores));
      DroppedRatings.count(blocks, blocks)
          .apply("WriteDropped", ResultFile.<DroppedRatings>write(folder.path() + "dropped.bin"));
      blocks
          .apply(
              "EvaluateRatings",
              EvaluateRatings.from(model.in(pipeline))
                  .withBaseline(baseline(model, options.getColdStartStrategy()))
                  .onBlocks())
          .apply("WriteMetrics", ResultFile.<RatingMetrics>write(folder.path() + "metrics.bin"));
      run(pipeline);
      RatingMetrics metrics = folder.take("metrics.bin", RatingMetrics.coder());
      CleaningReport report = report(folder, "input");
      DroppedRatings dropped = folder.take("dropped.bin", DroppedRatings.coder());
      new Cleaning(files, report, metrics.count() + metrics.cold(), dropped.aggregated(), 0)
          .printLine(out);
      print("On %,d rows", metrics.count());
      AlsParameters parameters = model.alsParameters();
      new Figures(
              metrics,
              options.getColdStartStrategy(),
              parameters != null && parameters.implicitPrefs())
          .print(out, true);
    }
  }
}
