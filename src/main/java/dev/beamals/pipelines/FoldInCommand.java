package dev.beamals.pipelines;

import static dev.beamals.Words.count;

import dev.beamals.RunException;
import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.ColdPairs;
import dev.beamals.als.DroppedRatings;
import dev.beamals.als.FoldIn;
import dev.beamals.blocks.BlockFactors;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.MatchIds;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.blocks.TransposeBlocks;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.files.FolderFiles;
import dev.beamals.files.ResultFile;
import dev.beamals.ids.Side;
import dev.beamals.model.FactorsSummary;
import dev.beamals.model.Manifest;
import dev.beamals.model.ModelFolder;
import dev.beamals.model.ModelMetrics;
import dev.beamals.model.ModelParameters;
import dev.beamals.model.SavedModel;
import dev.beamals.model.WriteFactors;
import dev.beamals.ratings.RatingBatch;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/** {@code als fold-in}: factors of ids that were not trained on, as a model with the other side. */
final class FoldInCommand extends ModelCommand<FoldInOptions> {
  /** Files of the staging folder by which results reach the program; not part of the model. */
  private static final String REPORT = "report.bin";

  private static final String COUNTS = "counts.bin";
  private static final String DROPPED = "dropped.bin";

  FoldInCommand(List<String> args, PrintStream out, PrintStream progress) {
    super(FoldInOptions.class, args, out, progress);
  }

  @Override
  void check() {
    require(options.getInput() != null, "--input: missing; expected files of interactions");
    require(options.getOutput() != null, "--output: missing; expected a folder for the factors");
    checkMaxRejects(options);
    parameters();
    require(
        options.getMerge() || !FolderFiles.isSame(options.getModel(), options.getOutput()),
        "--output=%s: is --model, which would be replaced by what is folded in alone; expected another"
            + " folder, or --merge",
        options.getOutput());
  }

  /** Only with {@code --merge}, which keeps what is in it. */
  @Override
  Set<String> replaced() {
    return Set.of("model");
  }

  @Override
  void run(SavedModel model) throws IOException {
    List<String> input = options.getInput() == null ? List.of() : options.getInput();
    String output = String.valueOf(options.getOutput());
    AlsParameters parameters = parameters(model, options);
    List<CsvFile> files =
        CsvFile.find("input", input, Inputs.ratingsFormat(options, model, arguments, progress));
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
    PCollection<RatingBatch> rows =
        Inputs.load(pipeline, "LoadRatings", Inputs.ratings(options, files), staging + REPORT);
    AlsModel factors = model.in(pipeline);
    match(rows, side().other(), factors, side().other(), "input", staging);
    PCollection<RatingBlock> ratings = rows.apply("BlockByUser", Inputs.blocks(options, blocks));
    DroppedRatings.count(ratings, ratings)
        .apply("WriteDropped", ResultFile.<DroppedRatings>write(staging + DROPPED));
    FoldIn foldIn = FoldIn.from(factors).withParameters(parameters).withMerge(options.getMerge());
    if (side() == Side.ITEM) {
      ratings = ratings.apply("BlockByItem", TransposeBlocks.create(blocks));
      foldIn = foldIn.forItems();
    }
    FoldIn.FoldedModel folded = ratings.apply("FoldIn", foldIn.onBlocks());
    folded.counts().apply("WriteCounts", ResultFile.<FoldIn.Counts>write(staging + COUNTS));
    write(folded, Side.USER, "User", staging, blocks);
    write(folded, Side.ITEM, "Item", staging, blocks);
    PCollection<FactorBlock> itemRatings = model.itemRatings(pipeline);
    if (itemRatings != null && side() == Side.USER) { // its items are those of the model
      itemRatings
          .apply("BlockItemRatings", BlockFactors.create(blocks, 1))
          .apply("WriteItemRatings", WriteFactors.itemRatings(staging, blocks));
    }
  }

  private static void write(AlsModel folded, Side side, String name, String staging, int blocks) {
    folded
        .factors(side)
        .blocks()
        .apply("Block" + name + "Factors", BlockFactors.create(blocks, folded.rank()))
        .apply("Write" + name + "Factors", WriteFactors.to(side, staging, blocks));
  }

  /** The side that is folded in. */
  private Side side() {
    return options.getFor() == TopKOptions.Sides.items ? Side.ITEM : Side.USER;
  }

  private void save(
      SavedModel model, AlsParameters parameters, List<CsvFile> files, ModelFolder folder)
      throws IOException {
    CleaningReport report = folder.take(REPORT, CleaningReport.coder());
    FoldIn.Counts counts = folder.take(COUNTS, FoldIn.Counts.coder());
    DroppedRatings dropped = folder.take(DROPPED, DroppedRatings.coder());
    MatchIds.Match match = folder.take(matchFile("input", side().other()), MatchIds.Match.coder());
    Cleaning cleaning =
        Cleaning.ofRatings(files, report)
            .without(dropped)
            .without(
                side() == Side.USER
                    ? new ColdPairs(0, counts.ignored(), 0)
                    : new ColdPairs(counts.ignored(), 0, 0));
    Cleaning.printRejects(progress, "input", report);
    long solved = counts.ratings() - counts.ignored();
    if (solved == 0) {
      throw new RunException("--input: none of its " + others() + " is in the model");
    }
    Map<String, @Nullable Object> saved = new LinkedHashMap<>();
    saved.put("userCol", Inputs.userCol(options, model));
    saved.put("itemCol", Inputs.itemCol(options, model));
    saved.put("ratingCol", Inputs.ratingCol(options, model));
    for (String name : Inputs.DIALECT) {
      if (model.parameters().toMap().containsKey(name)) {
        saved.put(name, model.parameters().toMap().get(name));
      }
    }
    saved.putAll(parameters.toMap());
    Manifest origin = model.manifest();
    FactorsSummary factors = folder.summarizeFactors(parameters.columns());
    folder.replace(
        Manifest.of(ModelParameters.of(saved), factors)
            .withInput(cleaning.toInput())
            .withRatingMean(model.ratingMean())
            .withFoldIn(
                new Manifest.FoldInOrigin(
                    model.folder(),
                    origin == null ? null : origin.factors().digest(),
                    counts.ignored())),
        ModelMetrics.create());
    if (options.getFormat() == CommandOptions.Format.json) {
      results.put(SavedModel.open("output", String.valueOf(options.getOutput())));
      results.put("ratings", solved);
      results.put("ignored", counts.ignored());
    }
    account("input", cleaning);
    sayMatch("input", side().other(), match);
    print(
        "%s, %,d more of %s that are not in the model%n",
        count(solved, "rating"), counts.ignored(), others());
    print(
        "Model: %s, %s × %s, rank %d%n",
        folder, count(factors.users(), "user"), count(factors.items(), "item"), parameters.rank());
  }

  private String others() {
    return side() == Side.USER ? "items" : "users";
  }
}
