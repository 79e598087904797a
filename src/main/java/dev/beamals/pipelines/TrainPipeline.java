package dev.beamals.pipelines;

import dev.beamals.als.Als;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.DroppedRatings;
import dev.beamals.als.TrainedModel;
import dev.beamals.als.TrainingSummary;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.LoadRatings;
import dev.beamals.evaluation.EvaluateRatings;
import dev.beamals.evaluation.RatingMetrics;
import dev.beamals.files.ResultFile;
import dev.beamals.ids.Side;
import dev.beamals.model.SavedModel;
import dev.beamals.model.WriteFactors;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.SplitRatings;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.jspecify.annotations.Nullable;

/** The training job as a Beam pipeline: read, clean, split, block, train, evaluate, write. */
final class TrainPipeline {
  /** Files of the staging folder by which results reach the program; not part of the model. */
  static final String REPORT = "report.bin";

  static final String TEST_REPORT = "test-report.bin";
  static final String TRAINING_METRICS = "training-metrics.bin";
  static final String TEST_METRICS = "test-metrics.bin";
  static final String SUMMARY = "summary.bin";
  static final String DROPPED = "dropped.bin";
  static final String TEST_DROPPED = "test-dropped.bin";

  private final TrainOptions options;
  private final AlsParameters parameters;
  private final String staging;
  private final @Nullable String exchangeFolder;
  private final @Nullable SavedModel initialModel;
  private final int userBlocks;
  private final int itemBlocks;

  /**
   * @param staging the folder to write to, with its last slash
   * @param exchangeFolder where factors are exchanged by shuffle, or null to broadcast them
   * @param initialModel what to go on from, or null
   */
  TrainPipeline(
      TrainOptions options,
      AlsParameters parameters,
      String staging,
      @Nullable String exchangeFolder,
      @Nullable SavedModel initialModel,
      int userBlocks,
      int itemBlocks) {
    this.options = options;
    this.parameters = parameters;
    this.staging = staging;
    this.exchangeFolder = exchangeFolder;
    this.initialModel = initialModel;
    this.userBlocks = userBlocks;
    this.itemBlocks = itemBlocks;
  }

  /** Whether readable ratings may be aggregated, or left out for being few. */
  static boolean drops(TrainOptions options) {
    return options.getAggregate() != RatingBlock.Aggregate.none
        || options.getMinUserRatings() > 1
        || options.getMinItemRatings() > 1;
  }

  /** Adds the whole job to a pipeline; {@code testFiles} may be empty. */
  void build(Pipeline pipeline, List<CsvFile> files, List<CsvFile> testFiles) {
    PCollection<RatingBatch> training =
        Inputs.load(
            pipeline,
            "LoadRatings",
            Inputs.ratings(options, files).withRejects(staging + "rejects/"),
            staging + REPORT);
    PCollection<RatingBatch> test = null;
    if (options.getTestFraction() > 0) {
      PCollectionTuple split =
          training.apply(
              "SplitRatings",
              SplitRatings.create(options.getTestFraction(), options.getSeed())
                  .withByPair(options.getAggregate() != RatingBlock.Aggregate.none));
      training = split.get(SplitRatings.training());
      test = split.get(SplitRatings.test());
    } else if (!testFiles.isEmpty()) {
      LoadRatings loadTest =
          Inputs.ratings(options, testFiles)
              .withInputName("testInput")
              .withRejects(staging + "testRejects/");
      test = Inputs.load(pipeline, "LoadTestRatings", loadTest, staging + TEST_REPORT);
    }

    Als als =
        Als.create()
            .withParameters(parameters)
            .withNumUserBlocks(userBlocks)
            .withNumItemBlocks(itemBlocks)
            .withDropDuplicates(options.getDropDuplicates())
            .withAggregate(options.getAggregate())
            .withMinRatings(options.getMinUserRatings(), options.getMinItemRatings());
    if (exchangeFolder != null) {
      als = als.withShuffle(exchangeFolder);
    }
    if (initialModel != null) {
      als = als.withInitialModel(initialModel.in(pipeline));
    }
    TrainedModel model = training.apply("Als", als.onBatches());
    model.summary().apply("WriteSummary", ResultFile.<TrainingSummary>write(staging + SUMMARY));

    PCollection<DroppedRatings> dropped = model.dropped();
    if (dropped != null) {
      dropped.apply("WriteDropped", ResultFile.<DroppedRatings>write(staging + DROPPED));
    }

    PTransform<PCollection<RatingBlock>, PCollection<RatingMetrics>> evaluate =
        EvaluateRatings.from(model)
            .withBaseline(options.getColdStartStrategy() == TrainOptions.ColdStartStrategy.baseline)
            .onBlocks();
    model
        .ratings()
        .apply("EvaluateTraining", evaluate)
        .apply("WriteTrainingMetrics", ResultFile.<RatingMetrics>write(staging + TRAINING_METRICS));
    if (test != null) {
      PCollection<RatingBlock> testBlocks =
          test.apply(
              "BlockTestByUser",
              BlockRatings.create(userBlocks)
                  .withDropDuplicates(options.getDropDuplicates())
                  .withAggregate(options.getAggregate()));
      if (drops(options)) {
        DroppedRatings.count(testBlocks, testBlocks)
            .apply("WriteTestDropped", ResultFile.<DroppedRatings>write(staging + TEST_DROPPED));
      }
      testBlocks
          .apply("EvaluateTest", evaluate)
          .apply("WriteTestMetrics", ResultFile.<RatingMetrics>write(staging + TEST_METRICS));
    }

    model
        .factors(Side.USER)
        .blocks()
        .apply("WriteUserFactors", WriteFactors.to(Side.USER, staging, userBlocks));
    model
        .factors(Side.ITEM)
        .blocks()
        .apply("WriteItemFactors", WriteFactors.to(Side.ITEM, staging, itemBlocks));
  }
}
