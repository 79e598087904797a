package dev.beamals.pipelines;

import static dev.beamals.Words.count;

import dev.beamals.RunException;
import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.DroppedRatings;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.blocks.TransposeBlocks;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.CsvFormat;
import dev.beamals.evaluation.EvaluateRanking;
import dev.beamals.evaluation.EvaluateRatings;
import dev.beamals.evaluation.RankingDifferences;
import dev.beamals.evaluation.RatingDifferences;
import dev.beamals.files.FolderFiles;
import dev.beamals.files.ResultFile;
import dev.beamals.files.ResultFolder;
import dev.beamals.ids.Side;
import dev.beamals.model.SavedModel;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollection;

/** {@code als compare}: the figures of several models on the same rows, and how they differ. */
final class Compare extends Command<CompareOptions> {
  private static final String RATINGS = "ratings.bin";
  private static final String RANKING = "ranking.bin";
  private static final String DROPPED = "dropped.bin";

  Compare(List<String> args, PrintStream out, PrintStream progress) {
    super(CompareOptions.class, args, out, progress);
  }

  private List<String> folders() {
    return options.getModels() == null ? List.of() : options.getModels();
  }

  @Override
  void check() {
    List<String> folders = folders();
    require(
        folders.size() >= 2,
        "--models%s: expected the folders of at least two models, with a comma between them",
        folders.isEmpty() ? "" : "=" + folders.get(0));
    for (int m = 0; m < folders.size(); m++) {
      for (String other : folders.subList(0, m)) {
        require(
            !FolderFiles.isSame(folders.get(m), other),
            "--models=%s: %s is there twice; expected other models",
            String.join(",", folders),
            folders.get(m));
      }
    }
    require(options.getInput() != null, "--input: missing; expected files of interactions");
    Ranking ranking = Ranking.of(options);
    for (String flag : List.of("topK", "relevantFrom")) {
      require(
          !arguments.isTyped(flag) || options.getExcludeSeen() != null,
          "--%s: expected with --excludeSeen, the rows that the models were trained on",
          flag);
    }
    require(
        ranking.judges() || options.getExcludeSeen() == null,
        "--excludeSeen: expected without --topK=none");
    checkMaxRejects(options);
  }

  @Override
  void run() throws IOException {
    List<SavedModel> models =
        folders().stream().map(folder -> SavedModel.open("models", folder)).toList();
    List<String> input = options.getInput() == null ? List.of() : options.getInput();
    CsvFormat format = Inputs.ratingsFormat(options, models.get(0), arguments, progress);
    List<CsvFile> files = CsvFile.find("input", input, format);
    List<String> seen = options.getExcludeSeen();
    List<CsvFile> seenFiles = seen == null ? List.of() : CsvFile.find("excludeSeen", seen, format);
    List<Boolean> preferences = models.stream().map(Compare::predictsPreferences).toList();
    boolean sameMode = preferences.stream().distinct().count() == 1;
    String modes = String.format("model %s", modes(preferences));
    if (!sameMode && seenFiles.isEmpty()) {
      throw new RunException(
          "models="
              + String.join(",", folders())
              + ": "
              + modes
              + ", whose errors cannot be compared; expected --excludeSeen, to compare lists");
    }
    Ranking ranking = Ranking.of(options);
    try (ResultFolder folder = ResultFolder.temporary(options.getTempLocation())) {
      int cores = setUpRunner();
      Pipeline pipeline = Pipeline.create(options);
      List<AlsModel> read = new ArrayList<>();
      for (int m = 0; m < models.size(); m++) {
        read.add(models.get(m).in(pipeline, "ReadModel-" + (m + 1)));
      }
      AlsModel first = read.get(0);
      List<AlsModel> others = read.subList(1, read.size());
      PCollection<RatingBlock> blocks =
          Inputs.byUser(pipeline, options, "input", files, folder, cores);
      DroppedRatings.count(blocks, blocks)
          .apply("WriteDropped", ResultFile.<DroppedRatings>write(folder.path() + DROPPED));
      if (sameMode) {
        blocks
            .apply("CompareRatings", EvaluateRatings.from(first).comparedWith(others))
            .apply("WriteRatings", ResultFile.<RatingDifferences>write(folder.path() + RATINGS));
      }
      if (!seenFiles.isEmpty()) {
        PCollection<RatingBlock> training =
            Inputs.seen(pipeline, options, seenFiles, models, folder, cores);
        PCollection<RatingBlock> byItem =
            training.apply("BlockSeenByItem", TransposeBlocks.create(cores));
        blocks
            .apply(
                "CompareLists",
                ranking
                    .addTo(EvaluateRanking.from(first, training, byItem))
                    .withNumBlocks(cores)
                    .comparedWith(others))
            .apply("WriteRanking", ResultFile.<RankingDifferences>write(folder.path() + RANKING));
      }
      run(pipeline);
      account(
          "input",
          Cleaning.ofRatings(files, report(folder, "input"))
              .without(folder.take(DROPPED, DroppedRatings.coder())));
      if (!seenFiles.isEmpty()) {
        accountSeen(folder, seenFiles);
      }
      print("%n");
      for (int m = 0; m < models.size(); m++) {
        print(
            "Model %d: %s, %s × %s%n",
            m + 1,
            folders().get(m),
            count(models.get(m).factors(Side.USER).rows(), "user"),
            count(models.get(m).factors(Side.ITEM).rows(), "item"));
      }
      print("%n");
      Differences differences = new Differences(out, models.size());
      results.put("models", models.stream().map(SavedModel::folder).toList());
      if (sameMode) {
        RatingDifferences errors = folder.take(RATINGS, RatingDifferences.coder());
        differences.print(errors, preferences.get(0));
        results.put("errors", Differences.toList(errors));
      } else {
        print("Errors are not compared: %s.%n", modes);
      }
      if (!seenFiles.isEmpty()) {
        RankingDifferences lists = folder.take(RANKING, RankingDifferences.coder());
        differences.print(lists, ranking, preferences.get(0));
        results.put("lists", Differences.toList(lists));
      }
    }
  }

  private static boolean predictsPreferences(SavedModel model) {
    AlsParameters parameters = model.alsParameters();
    return parameters != null && parameters.implicitPrefs();
  }

  /** As in "1 predicts ratings, model 2 preferences". */
  private static String modes(List<Boolean> preferences) {
    StringBuilder text = new StringBuilder();
    for (int m = 0; m < preferences.size(); m++) {
      text.append(m == 0 ? "" : ", model ")
          .append(m + 1)
          .append(m == 0 ? " predicts " : " ")
          .append(preferences.get(m) ? "preferences" : "ratings");
    }
    return text.toString();
  }
}
