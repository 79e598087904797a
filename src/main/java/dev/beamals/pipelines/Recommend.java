package dev.beamals.pipelines;

import static dev.beamals.Words.count;

import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.csv.CsvFile;
import dev.beamals.files.ResultFolder;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.model.SavedModel;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.SelectUsers;
import dev.beamals.recommend.ExplainScores;
import dev.beamals.recommend.RecommendTopK;
import dev.beamals.recommend.ScoredIds;
import dev.beamals.recommend.Titles;
import dev.beamals.recommend.WriteScores;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;

/** {@code als recommend}: the best items for users, or the best users for items. */
final class Recommend extends TopKCommand<RecommendOptions> {
  /** How many interactions are named beside an item. */
  private static final int REASONS = 3;

  /** Flags that matter to {@code --explain} alone. */
  private static final List<String> OF_EXPLAIN =
      List.of(
          "input",
          "ratingCol",
          "timestampCol",
          "dropMissing",
          "dropDuplicates",
          "aggregate",
          "implicitPrefs",
          "alpha",
          "nonnegative",
          "regScaling",
          "regParam");

  Recommend(List<String> args, PrintStream out, PrintStream progress) {
    super(RecommendOptions.class, args, out, progress);
  }

  private boolean forItems() {
    return options.getFor() == TopKOptions.Sides.items;
  }

  @Override
  Side side() {
    return forItems() ? Side.ITEM : Side.USER;
  }

  @Override
  void check() {
    require(
        forItems() || (options.getItem() == null && options.getItems() == null),
        "--item and --items: expected with --for=items only");
    require(
        !forItems() || (options.getUser() == null && options.getUsers() == null),
        "--user and --users: expected without --for=items only");
    require(
        options.getUser() == null || options.getUsers() == null,
        "--user and --users: expected one of them");
    require(
        options.getItem() == null || options.getItems() == null,
        "--item and --items: expected one of them");
    require(
        !forItems() || options.getMinItemRatings() == 1 || !arguments.isTyped("minItemRatings"),
        "--minItemRatings: expected without --for=items");
    require(!forItems() || !options.getExplain(), "--explain: expected without --for=items");
    require(
        !options.getExplain() || options.getInput() != null,
        "--input: missing; expected files of the interactions that --explain goes by");
    for (String flag : OF_EXPLAIN) {
      require(
          options.getExplain() || !arguments.isTyped(flag),
          "--%s: expected with --explain only",
          flag);
    }
    parameters();
    checkTopK();
  }

  @Override
  void run(SavedModel model) throws IOException {
    Side side = side();
    List<CsvFile> wantedFiles = wantedFiles(model);
    List<CsvFile> candidateFiles =
        Inputs.findIds(options, "candidates", options.getCandidates(), side.other(), model);
    List<CsvFile> titleFiles = Inputs.titles(options, model);
    List<String> seenPatterns = options.getExcludeSeen();
    List<CsvFile> seenFiles =
        seenPatterns == null
            ? List.of()
            : CsvFile.find(
                "excludeSeen",
                seenPatterns,
                Inputs.format(options, model)
                    .withPairs(Inputs.userCol(options, model), Inputs.itemCol(options, model)));
    List<String> input = options.getInput();
    List<CsvFile> ratingFiles =
        input == null || !options.getExplain()
            ? List.of()
            : CsvFile.find(
                "input", input, Inputs.ratingsFormat(options, model, arguments, progress));
    AlsParameters parameters = options.getExplain() ? parameters(model, options) : null;

    try (ResultFolder folder = createFolder()) {
      int cores = setUpRunner();
      Pipeline pipeline = Pipeline.create(options);
      int blocks = blocks(model.factors(side), cores);
      AlsModel factors = model.in(pipeline);
      RecommendTopK topK =
          RecommendTopK.from(factors).withTopK(options.getTopK()).withNumBlocks(blocks);
      if (forItems()) {
        topK = topK.forItems();
      }
      PCollectionView<Ids> wanted = wanted(pipeline, model, factors, wantedFiles, folder);
      if (wanted != null) {
        topK = topK.withIds(wanted);
      }
      PCollection<Ids> given = null;
      if (!candidateFiles.isEmpty()) {
        PCollection<RatingBatch> rows =
            load(pipeline, "LoadCandidates", "candidates", candidateFiles, folder);
        match(rows, Side.USER, factors, side.other(), "candidates", folder.path());
        given = ids(rows, "Ids");
      }
      PCollectionView<Ids> candidates = candidates(pipeline, model, folder, given);
      if (candidates != null) {
        topK = topK.withCandidates(candidates);
      }
      if (!seenFiles.isEmpty()) {
        PCollection<RatingBatch> seen =
            load(pipeline, "LoadSeen", "excludeSeen", seenFiles, folder);
        match(seen, Side.USER, factors, Side.USER, "excludeSeen", folder.path());
        match(seen, Side.ITEM, factors, Side.ITEM, "excludeSeen", folder.path());
        topK = topK.withSeen(seen);
      }
      Titles titles = loadTitles(pipeline, options, titleFiles, folder);
      WriteScores table =
          table(
              folder,
              model,
              column(options, model, side.other()),
              side.other(),
              "score",
              blocks,
              titles);
      PCollection<ScoredIds> found = pipeline.apply("RecommendTopK", topK);
      if (parameters != null) {
        PCollection<RatingBatch> ratings =
            Inputs.load(
                pipeline,
                "LoadRatings",
                Inputs.ratings(options, ratingFiles),
                reportFile(folder, "input"));
        if (wanted != null) {
          ratings = ratings.apply("SelectUsers", SelectUsers.create(wanted));
        }
        found =
            found.apply(
                "ExplainScores",
                ExplainScores.from(factors, ratings, Inputs.blocks(options, blocks))
                    .withParameters(parameters)
                    .withMost(REASONS));
        table = table.withReasons(REASONS);
      }
      write(found, table, folder);
      run(pipeline);
      if (!candidateFiles.isEmpty()) {
        reportIds(folder, "candidates", candidateFiles);
        sayMatch(folder, "candidates", side.other());
      }
      if (!seenFiles.isEmpty()) {
        reportIds(folder, "excludeSeen", seenFiles);
        sayMatch(folder, "excludeSeen", Side.USER);
        sayMatch(folder, "excludeSeen", Side.ITEM);
      }
      WriteScores.Counts counts = folder.take(COUNTS, WriteScores.Counts.coder());
      if (parameters != null) {
        account("input", explaining(ratingFiles, report(folder, "input"), counts.explaining()));
      }
      finish(counts, folder, model, table, wantedFiles, titleFiles);
      if (parameters != null) {
        results.put("explainedWithin", counts.difference());
        print(
            "Interactions add up to scores within %.1e%s%n",
            counts.difference(), why(counts.difference(), parameters));
      }
      if (counts.unexplained() > 0) {
        print(
            "%s of users without interactions in --input that the model can use%n",
            count(counts.unexplained(), "row"));
      }
    }
  }
}
