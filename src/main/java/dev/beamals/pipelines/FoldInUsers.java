package dev.beamals.pipelines;

import dev.beamals.CombineAll;
import dev.beamals.RunException;
import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.FoldIn;
import dev.beamals.blocks.BlockFactors;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.files.ResultFile;
import dev.beamals.ids.Side;
import dev.beamals.linalg.NormalEquations;
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
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.jspecify.annotations.Nullable;

/** {@code als fold-in}: factors of users that were not trained on, as a model of their own. */
final class FoldInUsers extends ModelCommand<FoldInOptions> {
  FoldInUsers(List<String> args, PrintStream out, PrintStream progress) {
    super(FoldInOptions.class, args, out, progress);
  }

  @Override
  void check() {
    require(options.getInput() != null, "--input: missing; expected CSV files of interactions");
    require(options.getOutput() != null, "--output: missing; expected a folder for the factors");
    checkMaxRejects(options);
    Double regParam = options.getRegParam();
    require(
        regParam == null || (regParam >= 0 && Double.isFinite(regParam)),
        "--regParam=%s: expected a finite number of at least 0",
        regParam);
  }

  private AlsParameters parameters(SavedModel model) {
    String place = "--model=" + options.getModel() + ": ";
    for (String name : List.of("implicitPrefs", "nonnegative")) {
      if (Boolean.TRUE.equals(model.parameters().flag(name))) {
        throw new RunException(
            place + "trained with --" + name + ", which fold-in does not solve for");
      }
    }
    if (model.rank() > NormalEquations.MAX_RANK) {
      throw new RunException(
          String.format(
              "%sof rank %d; expected at most %d", place, model.rank(), NormalEquations.MAX_RANK));
    }
    Double regParam = options.getRegParam();
    if (regParam == null) {
      regParam = model.parameters().number("regParam");
    }
    if (regParam == null) {
      throw new RunException(
          place + "does not tell its regParam; expected --regParam=… as it was trained with");
    }
    return AlsParameters.create().withRank(model.rank()).withRegParam(regParam);
  }

  @Override
  void run(SavedModel model) throws IOException {
    List<String> input = options.getInput() == null ? List.of() : options.getInput();
    String output = String.valueOf(options.getOutput());
    AlsParameters parameters = parameters(model);
    List<CsvFile> files = CsvFile.find("input", input, InputFormats.ofRatings(options, model));
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
        load(pipeline, "LoadRatings", loadRatings(options, files), staging + "report.bin")
            .apply(
                "BlockByUser",
                BlockRatings.byUser(blocks).withDropDuplicates(options.getDropDuplicates()));
    ratings
        .apply(
            "TakeSizes",
            MapElements.into(TypeDescriptors.longs()).via(block -> (long) block.size()))
        .apply("SumSizes", CombineAll.of(0L, Sum.ofLongs()))
        .apply("WriteSizes", ResultFile.<Long>write(staging + "ratings.bin"));
    AlsModel trained = model.in(pipeline);
    FoldIn.FoldedModel folded =
        ratings.apply(
            "FoldIn", FoldIn.from(trained).withRegParam(parameters.regParam()).onBlocks());
    folded.ignored().apply("WriteIgnored", ResultFile.<Long>write(staging + "ignored.bin"));
    folded
        .factors(Side.USER)
        .blocks()
        .apply("WriteUserFactors", WriteFactors.to(Side.USER, staging, blocks));
    folded
        .factors(Side.ITEM)
        .blocks()
        .apply("BlockItemFactors", BlockFactors.into(blocks, model.rank()))
        .apply("WriteItemFactors", WriteFactors.to(Side.ITEM, staging, blocks));
  }

  private void save(
      SavedModel model, AlsParameters parameters, List<CsvFile> files, ModelFolder folder)
      throws IOException {
    CleaningReport report = folder.take("report.bin", CleaningReport.coder());
    long ratings = folder.take("ratings.bin", VarLongCoder.of());
    long ignored = folder.take("ignored.bin", VarLongCoder.of());
    Cleaning cleaning = new Cleaning(files, report, report.kept() - ratings);
    Cleaning.printRejects(progress, "input", report);
    if (ignored == ratings) {
      throw new RunException("--input: none of its items is in the model");
    }
    Map<String, @Nullable Object> saved = new LinkedHashMap<>();
    saved.put("userCol", InputFormats.userCol(options, model));
    saved.put("itemCol", InputFormats.itemCol(options, model));
    saved.put("ratingCol", InputFormats.ratingCol(options, model));
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
                    model.folder(), origin == null ? null : origin.factors().digest(), ignored)),
        ModelMetrics.create());
    print("%,d ratings, %,d more of items that are not in the model%n", ratings - ignored, ignored);
    print(
        "Model: %s, %,d users × %,d items, rank %d%n",
        folder, factors.users(), factors.items(), parameters.rank());
  }
}
