package dev.beamals.pipelines;

import dev.beamals.als.Als;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.DroppedRatings;
import dev.beamals.als.TrainedModel;
import dev.beamals.als.TrainingBlocks;
import dev.beamals.als.TrainingSummary;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.blocks.RatingBlockFiles;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.LoadRatings;
import dev.beamals.evaluation.EvaluateRanking;
import dev.beamals.evaluation.EvaluateRatings;
import dev.beamals.evaluation.RankingMetrics;
import dev.beamals.evaluation.RatingMetrics;
import dev.beamals.files.ResultFile;
import dev.beamals.ratings.CountRows;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.SplitRatings;
import java.io.IOException;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.PCollectionView;

/**
 * The pipelines of a tuning: one reads, cleans, splits and blocks the input, once; the others train
 * and judge some trials each, as branches.
 *
 * <p>Not one for all: the DirectRunner looks at every stage of its pipeline whenever one is done,
 * so that the cost grows with the square of the trials; and what is broadcast is kept until the
 * pipeline ends.
 */
final class TunePipeline {
  private final TuneOptions options;
  private final Splits splits;
  private final Metric metric;
  private final TrialFiles files;
  private final int userBlocks;
  private final int itemBlocks;

  /**
   * @param metric what trials are compared by: lists are judged where it is of lists
   * @param files where everything is written
   */
  TunePipeline(
      TuneOptions options,
      Splits splits,
      Metric metric,
      TrialFiles files,
      int userBlocks,
      int itemBlocks) {
    this.options = options;
    this.splits = splits;
    this.metric = metric;
    this.files = files;
    this.userBlocks = userBlocks;
    this.itemBlocks = itemBlocks;
  }

  /** Adds what comes before all trials. */
  void buildBlocks(Pipeline pipeline, List<CsvFile> input) {
    LoadRatings load = Inputs.ratings(options, input);
    PCollection<RatingBatch> ratings =
        Inputs.load(pipeline, "LoadRatings", splits.prepare(load), files.report());
    PCollectionTuple split = splits.split(ratings, options, userBlocks, files.split());
    split
        .get(SplitRatings.test())
        .apply("CountTestRows", CountRows.create())
        .apply("WriteTestRows", ResultFile.<Long>write(files.testRows()));
    TrainingBlocks training =
        split
            .get(SplitRatings.training())
            .apply("Block", TrainPipeline.als(options, userBlocks, itemBlocks).blocks());
    training
        .byUser()
        .apply("WriteByUser", RatingBlockFiles.write(files.blocks("user"), userBlocks));
    training
        .byItem()
        .apply("WriteByItem", RatingBlockFiles.write(files.blocks("item"), itemBlocks));
    PCollection<DroppedRatings> dropped = training.dropped();
    (dropped == null
            ? DroppedRatings.count("Training", training.byUser(), training.byUser())
            : dropped)
        .apply("WriteTrainingDropped", ResultFile.<DroppedRatings>write(files.dropped("training")));
    PCollection<RatingBlock> validation =
        split
            .get(SplitRatings.validation())
            .apply("BlockValidationByUser", Inputs.blocks(options, userBlocks));
    validation.apply(
        "WriteValidation", RatingBlockFiles.write(files.blocks("validation"), userBlocks));
    DroppedRatings.count("Validation", validation, validation)
        .apply(
            "WriteValidationDropped",
            ResultFile.<DroppedRatings>write(files.dropped("validation")));
  }

  /**
   * Adds trials whose parameters fit together.
   *
   * @param maxBroadcast bytes of the factors of a trial up to which they are broadcast
   */
  void buildTrials(Pipeline pipeline, List<Trial> trials, long maxBroadcast) throws IOException {
    TrainingBlocks training =
        TrainingBlocks.of(
            pipeline.apply("ReadByUser", RatingBlockFiles.read(files.listBlocks("user"))),
            pipeline.apply("ReadByItem", RatingBlockFiles.read(files.listBlocks("item"))),
            userBlocks,
            itemBlocks);
    PCollection<RatingBlock> validation =
        pipeline.apply("ReadValidation", RatingBlockFiles.read(files.listBlocks("validation")));
    for (Trial trial : trials) {
      AlsParameters parameters = trial.parameters();
      if (parameters == null) {
        throw new IllegalArgumentException(trial.misfit());
      }
      String step = trial.step();
      Als als =
          Als.create()
              .withParameters(parameters)
              .withShuffleAbove(maxBroadcast, files.exchange() + step + "/")
              .withFailuresTold(true);
      TrainedModel model = training.apply(step, als.onBlocks());
      model
          .summary()
          .apply(step + "/WriteSummary", ResultFile.<TrainingSummary>write(files.summary(trial)));
      PCollectionView<List<TrainingSummary>> ended =
          model.summary().apply(step + "/ViewSummary", View.asList());
      PCollection<RatingBlock> released =
          validation
              .apply(
                  step + "/ReleaseValidation",
                  ParDo.of(new ReleaseFn()).withSideInput(ReleaseFn.SUMMARY, ended))
              .setCoder(RatingBlock.Coder.of());
      released
          .apply(
              step + "/EvaluateValidation",
              EvaluateRatings.from(model)
                  .withBaseline(
                      options.getColdStartStrategy() == TrainOptions.ColdStartStrategy.baseline)
                  .onBlocks())
          .apply(step + "/WriteMetrics", ResultFile.<RatingMetrics>write(files.ratings(trial)));
      if (metric.ranking() != null) {
        released
            .apply(
                step + "/RankValidation",
                new Ranking(List.of(metric.k()), options.getRelevantFrom())
                    .addTo(EvaluateRanking.from(model))
                    .withNumBlocks(userBlocks)
                    .onBlocks())
            .apply(
                step + "/WriteRanking",
                ResultFile.<RankingMetrics>write(files.ranking(trial, metric.k())));
      }
    }
  }

  /** Gives the validation rows to a trial, unless it failed. */
  static final class ReleaseFn extends DoFn<RatingBlock, RatingBlock> {
    private static final long serialVersionUID = 1L;
    static final String SUMMARY = "summary";

    @ProcessElement
    public void processElement(
        @Element RatingBlock block,
        @SideInput(SUMMARY) List<TrainingSummary> summary,
        OutputReceiver<RatingBlock> out) {
      if (summary.stream().allMatch(s -> s.failure() == null)) {
        out.output(block);
      }
    }
  }
}
