package dev.beamals.pipelines;

import static dev.beamals.Words.count;

import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.DroppedRatings;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.blocks.TransposeBlocks;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.CsvFormat;
import dev.beamals.csv.LoadRatings;
import dev.beamals.evaluation.EvaluateRanking;
import dev.beamals.evaluation.EvaluateRatings;
import dev.beamals.evaluation.RankingMetrics;
import dev.beamals.evaluation.RatingComparison;
import dev.beamals.evaluation.RatingMetrics;
import dev.beamals.files.ResultFile;
import dev.beamals.files.ResultFolder;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.model.SavedModel;
import dev.beamals.ratings.RatingBatch;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;

/** {@code als evaluate}: the figures of a model on other rows. */
final class Evaluate extends ModelCommand<EvaluateOptions> {
  private static final String METRICS = "metrics.bin";
  private static final String RANKING = "ranking.bin";
  private static final String DROPPED = "dropped.bin";

  Evaluate(List<String> args, PrintStream out, PrintStream progress) {
    super(EvaluateOptions.class, args, out, progress);
  }

  @Override
  void check() {
    require(options.getInput() != null, "--input: missing; expected files of interactions");
    Ranking ranking = Ranking.of(options);
    for (String flag : List.of("topK", "relevantFrom", "candidates")) {
      require(
          !arguments.isTyped(flag) || options.getExcludeSeen() != null,
          "--%s: expected with --excludeSeen, the rows that the model was trained on",
          flag);
    }
    require(
        ranking.judges() || options.getCandidates() == null,
        "--candidates: expected without --topK=none");
    checkMaxRejects(options);
  }

  @Override
  void run(SavedModel model) throws IOException {
    List<String> input = options.getInput() == null ? List.of() : options.getInput();
    CsvFormat format = Inputs.ratingsFormat(options, model, arguments, progress);
    List<CsvFile> files = CsvFile.find("input", input, format);
    List<String> seen = options.getExcludeSeen();
    List<CsvFile> seenFiles = seen == null ? List.of() : CsvFile.find("excludeSeen", seen, format);
    List<CsvFile> candidateFiles =
        Inputs.findIds(options, "candidates", options.getCandidates(), Side.ITEM, model);
    AlsParameters parameters = model.alsParameters();
    boolean preferences = parameters != null && parameters.implicitPrefs();
    Ranking ranking = Ranking.of(options);
    try (ResultFolder folder = ResultFolder.temporary(options.getTempLocation())) {
      int cores = setUpRunner();
      Pipeline pipeline = Pipeline.create(options);
      AlsModel read = model.in(pipeline);
      PCollection<RatingBlock> blocks =
          Inputs.byUser(pipeline, options, "input", files, folder, cores);
      DroppedRatings.count(blocks, blocks)
          .apply("WriteDropped", ResultFile.<DroppedRatings>write(folder.path() + DROPPED));
      EvaluateRatings predictions =
          EvaluateRatings.from(read).withBaseline(baseline(model, options.getColdStartStrategy()));
      if (seenFiles.isEmpty()) {
        blocks
            .apply("EvaluateRatings", predictions.onBlocks())
            .apply("WriteMetrics", ResultFile.<RatingMetrics>write(folder.path() + METRICS));
      } else {
        PCollection<RatingBlock> training =
            Inputs.seen(pipeline, options, seenFiles, List.of(model), folder, cores);
        PCollection<RatingBlock> byItem =
            training.apply("BlockSeenByItem", TransposeBlocks.create(cores));
        blocks
            .apply("EvaluateRatings", predictions.besideBaselines(training, byItem))
            .apply("WriteMetrics", ResultFile.<RatingComparison>write(folder.path() + METRICS));
        if (ranking.judges()) {
          EvaluateRanking evaluate =
              ranking.addTo(EvaluateRanking.from(read, training, byItem)).withNumBlocks(cores);
          if (!candidateFiles.isEmpty()) {
            evaluate = evaluate.withCandidates(candidates(pipeline, candidateFiles, folder));
          }
          blocks
              .apply("EvaluateRanking", evaluate.onBlocks())
              .apply("WriteRanking", ResultFile.<RankingMetrics>write(folder.path() + RANKING));
        }
      }
      run(pipeline);
      RatingComparison compared =
          seenFiles.isEmpty() ? null : folder.take(METRICS, RatingComparison.coder());
      RatingMetrics metrics =
          compared == null ? folder.take(METRICS, RatingMetrics.coder()) : compared.model();
      Cleaning cleaning =
          Cleaning.ofRatings(files, report(folder, "input"))
              .without(folder.take(DROPPED, DroppedRatings.coder()));
      account(
          "input",
          metrics.baseline() > 0
              ? cleaning.with(metrics.coldPairs())
              : cleaning.without(metrics.coldPairs()));
      if (!seenFiles.isEmpty()) {
        accountSeen(folder, seenFiles);
      }
      print("On %s", count(metrics.count(), "row"));
      Figures figures =
          new Figures(
              metrics, options.getColdStartStrategy(), preferences, preferences ? null : compared);
      figures.print(out, true);
      Map<String, Object> all = new LinkedHashMap<>(figures.toMaps("rows"));
      if (!seenFiles.isEmpty() && ranking.judges()) {
        if (!candidateFiles.isEmpty()) {
          reportIds(folder, "candidates", candidateFiles);
        }
        RankingMetrics lists = folder.take(RANKING, RankingMetrics.coder());
        ranking.print(out, "rows", lists, preferences);
        all.putAll(Ranking.toMaps("rows", lists));
      }
      results.put("model", model.folder());
      results.put("metrics", all);
    }
  }

  private PCollectionView<Ids> candidates(
      Pipeline pipeline, List<CsvFile> files, ResultFolder folder) {
    LoadRatings load = Inputs.ids(options, files).withInputName("candidates");
    PCollection<RatingBatch> pairs =
        Inputs.load(pipeline, "LoadCandidates", load, reportFile(folder, "candidates"));
    return TopKCommand.ids(pairs, "Candidates").apply("ViewCandidates", View.asSingleton());
  }
}
