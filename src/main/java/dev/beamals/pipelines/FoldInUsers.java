package dev.beamals.pipelines;

import dev.beamals.RunException;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.FoldIn;
import dev.beamals.blocks.BlockFactors;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.files.ResultFile;
import dev.beamals.ids.Side;
import dev.beamals.model.FactorsSummary;
import dev.beamals.model.Manifest;
import dev.beamals.model.ModelFolder;
import dev.beamals.model.ModelMetrics;
import dev.beamals.model.ModelParameters;
import dev.beamals.model.SavedModel;
import dev.beamals.model.WriteFactors;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/** {@code als fold-in}: factors of users that were not trained on, as a model of their own. */
final class FoldInUsers extends ModelCommand<FoldInOptions> {
  /** Files of the staging folder by which results reach the program; not part of the model. */
  private static final String REPORT = "report.bin";

  private static final String COUNTS = "counts.bin";

  FoldInUsers(List<String> args, PrintStream out, PrintStream progress) {
    super(FoldInOptions.class, args, out, progress);
  }

  @Override
  void check() {
    require(options.getInput() != null, "--input: missing; expected CSV files of interactions");
    require(options.getOutput() != null, "--output: missing; expected a folder for the factors");
    checkMaxRejects(options);
    parameters();
  }

  private AlsParameters parameters(SavedModel model) {
    String place = "--model=" + options.getModel() + ": ";
    for (String name : List.of("implicitPrefs", "nonnegative")) {
      if (Boolean.TRUE.equals(model.parameters().flag(name))) {
        throw new RunException(
            place + "trained with --" + name + ", which fold-in does not solve for");
      }
    }
    Double regParam = options.getRegParam();
    if (regParam == null) {
      regParam = model.parameters().number("regParam");
    }
    if (regParam == null) {
      throw new RunException(
          place + "does not tell its regParam; expected --regParam=… as it was trained with");
    }
    try {
      return AlsParameters.create().withRank(model.rank()).withRegParam(regParam);
    } catch (IllegalArgumentException e) {
      throw new RunException(place + e.getMessage(), e);
    }
  }

  @Override
  void run(SavedModel model) throws IOException {
    List<String> input = options.getInput() == null ? List.of() : options.getInput();
    String output = String.valueOf(options.getOutput());
    AlsParameters parameters = parameters(model);
    List<CsvFile> files = CsvFile.find("input", input, Inputs.ratingsFormat(options, model));
    try (ModelFolder folder = ModelFolder.stage("output", output, options)) {
      int cores = setUpRunner();
      Pipeline pipeline = Pipeline.create(options);
      build(pipeline, model, parameters, files, folder.staging(), cores);
      run(pipeline);
      save(model, parameters, files, folder);
    }
  }

  private void build(
      Pipeline pipeline,
      SavedModel model,
      AlsParameters parameters,
      List<CsvFile> files,
      String staging,
      int blocks) {
    PCollection<RatingBlock> ratings =
        Inputs.load(pipeline, "LoadRatings", Inputs.ratings(options, files), staging + REPORT)
            .apply(
                "BlockByUser",
                BlockRatings.create(blocks).withDropDuplicates(options.getDropDuplicates()));
    FoldIn.FoldedModel folded =
        ratings.apply(
            "FoldIn",
            FoldIn.from(model.in(pipeline)).withRegParam(parameters.regParam()).onBlocks());
    folded.counts().apply("WriteCounts", ResultFile.<FoldIn.Counts>write(staging + COUNTS));
    folded
        .factors(Side.USER)
        .blocks()
        .apply("WriteUserFactors", WriteFactors.to(Side.USER, staging, blocks));
    folded
        .factors(Side.ITEM)
        .blocks()
        .apply("BlockItemFactors", BlockFactors.create(blocks, model.rank()))
        .apply("WriteItemFactors", WriteFactors.to(Side.ITEM, staging, blocks));
  }

  private void save(
      SavedModel model, AlsParameters parameters, List<CsvFile> files, ModelFolder folder)
      throws IOException {
    CleaningReport report = folder.take(REPORT, CleaningReport.coder());
    FoldIn.Counts counts = folder.take(COUNTS, FoldIn.Counts.coder());
    Cleaning cleaning = new Cleaning(files, report, report.kept() - counts.ratings());
    Cleaning.printRejects(progress, "input", report);
    long solved = counts.ratings() - counts.ignored();
    if (solved == 0) {
      throw new RunException("--input: none of its items is in the model");
    }
    Map<String, @Nullable Object> saved = new LinkedHashMap<>();
    saved.put("userCol", Inputs.userCol(options, model));
    saved.put("itemCol", Inputs.itemCol(options, model));
    saved.put("ratingCol", Inputs.ratingCol(options, model));
    for (String name : List.of("timestampCol", "delimiter", "header")) {
      if (model.parameters().toMap().containsKey(name)) {
        saved.put(name, model.parameters().toMap().get(name));
      }
    }
    saved.put("rank", parameters.rank());
    saved.put("regParam", parameters.regParam());
    Manifest origin = model.manifest();
    FactorsSummary factors = folder.summarizeFactors(parameters.rank());
    folder.replace(
        Manifest.of(ModelParameters.of(saved), factors)
            .withInput(cleaning.toInput())
            .withFoldIn(
                new Manifest.FoldInOrigin(
                    model.folder(),
                    origin == null ? null : origin.factors().digest(),
                    counts.ignored())),
        ModelMetrics.create());
    print("%,d ratings, %,d more of items that are not in the model%n", solved, counts.ignored());
    print(
        "Model: %s, %,d users × %,d items, rank %d%n",
        folder, factors.users(), factors.items(), parameters.rank());
  }
}
