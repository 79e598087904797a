package dev.beamals.pipelines;

import dev.beamals.als.Als;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.DroppedRatings;
import dev.beamals.als.TrainedModel;
import dev.beamals.als.TrainingSummary;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.LoadRatings;
import dev.beamals.csv.WriteSplit;
import dev.beamals.evaluation.EvaluateRanking;
import dev.beamals.evaluation.EvaluateRatings;
import dev.beamals.evaluation.RankingMetrics;
import dev.beamals.evaluation.RatingComparison;
import dev.beamals.evaluation.RatingMetrics;
import dev.beamals.files.ResultFile;
import dev.beamals.ids.Side;
import dev.beamals.model.SavedModel;
import dev.beamals.model.WriteFactors;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.SplitRatings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.jspecify.annotations.Nullable;

/** The training job as a Beam pipeline: read, clean, split, block, train, evaluate, write. */
final class TrainPipeline {
  /** Files of the staging folder by which results reach the program; not part of the model. */
  static final String REPORT = "report.bin";

  static final String TEST_REPORT = "test-report.bin";

  /** The parts of the ratings, as the figures of a model name them. */
  static final String TRAINING = "training";

  static final String VALIDATION = "validation";
  static final String TEST = "test";
  static final String SPLIT = "split.bin";
  static final String SUMMARY = "summary.bin";
  static final String DROPPED = "dropped.bin";
  static final String HELD_OUT_DROPPED = "held-out-dropped.bin";

  private final TrainOptions options;
  private final Splits splits;
  private final boolean trainsOnValidation;
  private final Ranking ranking;
  private final AlsParameters parameters;
  private final String staging;
  private final String exchangeFolder;
  private final long maxBroadcast;
  private final @Nullable String splitFolder;
  private final @Nullable SavedModel initialModel;
  private final int userBlocks;
  private final int itemBlocks;

  /**
   * @param trainsOnValidation whether validation rows, if there are any, are trained on as well
   * @param staging the folder to write to, with its last slash
   * @param exchangeFolder where factors are exchanged by shuffle
   * @param maxBroadcast bytes of factors up to which they are broadcast instead
   * @param splitFolder where the rows of each part are written, with its last slash, or null
   * @param initialModel what to go on from, or null
   */
  TrainPipeline(
      TrainOptions options,
      Splits splits,
      boolean trainsOnValidation,
      Ranking ranking,
      AlsParameters parameters,
      String staging,
      String exchangeFolder,
      long maxBroadcast,
      @Nullable String splitFolder,
      @Nullable SavedModel initialModel,
      int userBlocks,
      int itemBlocks) {
    this.options = options;
    this.splits = splits;
    this.trainsOnValidation = trainsOnValidation;
    this.ranking = ranking;
    this.parameters = parameters;
    this.staging = staging;
    this.exchangeFolder = exchangeFolder;
    this.maxBroadcast = maxBroadcast;
    this.splitFolder = splitFolder;
    this.initialModel = initialModel;
    this.userBlocks = userBlocks;
    this.itemBlocks = itemBlocks;
  }

  /** Where the figures of a part are: of training, validation or test rows. */
  static String metrics(String part) {
    return part + "-metrics.bin";
  }

  /** The same of what is recommended. */
  static String ranking(String part) {
    return part + "-ranking.bin";
  }

  /** Whether readable ratings may be aggregated, or left out for being few. */
  static boolean drops(TrainOptions options) {
    return options.getAggregate() != RatingBlock.Aggregate.none
        || options.getMinUserRatings() > 1
        || options.getMinItemRatings() > 1;
  }

  /** ALS as the flags say, but for its parameters. */
  static Als als(TrainOptions options, int userBlocks, int itemBlocks) {
    return Als.create()
        .withNumUserBlocks(userBlocks)
        .withNumItemBlocks(itemBlocks)
        .withDropDuplicates(options.getDropDuplicates())
        .withAggregate(options.getAggregate())
        .withMinRatings(options.getMinUserRatings(), options.getMinItemRatings());
  }

  /** Adds the whole job to a pipeline; {@code testFiles} may be empty. */
  void build(Pipeline pipeline, List<CsvFile> files, List<CsvFile> testFiles) {
    LoadRatings load =
        Inputs.ratings(options, files)
            .withRejects(staging + "rejects/")
            .withPlaces(splitFolder != null);
    PCollection<RatingBatch> training =
        Inputs.load(pipeline, "LoadRatings", splits.prepare(load), staging + REPORT);
    Map<String, PCollection<RatingBatch>> heldOut = new LinkedHashMap<>();
    if (!splits.none()) {
      PCollectionTuple split = splits.split(training, options, userBlocks, staging + SPLIT);
      training = split.get(SplitRatings.training());
      if (splits.validates() && trainsOnValidation) {
        training =
            PCollectionList.of(training)
                .and(split.get(SplitRatings.validation()))
                .apply("AddValidation", Flatten.pCollections());
      } else if (splits.validates()) {
        heldOut.put(VALIDATION, split.get(SplitRatings.validation()));
      }
      heldOut.put(TEST, split.get(SplitRatings.test()));
      if (splitFolder != null) {
        split.apply("WriteSplit", WriteSplit.to(splitFolder, files));
      }
    } else if (!testFiles.isEmpty()) {
      LoadRatings loadTest =
          Inputs.ratings(options, testFiles)
              .withInputName("testInput")
              .withRejects(staging + "testRejects/");
      heldOut.put(TEST, Inputs.load(pipeline, "LoadTestRatings", loadTest, staging + TEST_REPORT));
    }

    Als als =
        als(options, userBlocks, itemBlocks)
            .withParameters(parameters)
            .withShuffleAbove(maxBroadcast, exchangeFolder);
    if (initialModel != null) {
      als = als.withInitialModel(initialModel.in(pipeline));
    }
    TrainedModel model = training.apply("Als", als.onBatches());
    model.summary().apply("WriteSummary", ResultFile.<TrainingSummary>write(staging + SUMMARY));

    PCollection<DroppedRatings> dropped = model.dropped();
    if (dropped != null) {
      dropped.apply("WriteDropped", ResultFile.<DroppedRatings>write(staging + DROPPED));
    }

    EvaluateRatings evaluate =
        EvaluateRatings.from(model)
            .withBaseline(
                options.getColdStartStrategy() == TrainOptions.ColdStartStrategy.baseline);
    model
        .ratings()
        .apply("EvaluateTraining", evaluate.onBlocks())
        .apply(
            "WriteTrainingMetrics", ResultFile.<RatingMetrics>write(staging + metrics(TRAINING)));
    PTransform<PCollection<RatingBlock>, PCollection<RatingComparison>> beside =
        evaluate.besideBaselines(model.ratings(), model.ratingsByItem());
    List<PCollection<RatingBlock>> heldOutBlocks = new ArrayList<>();
    heldOut.forEach(
        (part, ratings) -> {
          String name = part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1);
          PCollection<RatingBlock> blocks =
              ratings.apply("Block" + name + "ByUser", Inputs.blocks(options, userBlocks));
          heldOutBlocks.add(blocks);
          blocks
              .apply("Evaluate" + name, beside)
              .apply(
                  "Write" + name + "Metrics",
                  ResultFile.<RatingComparison>write(staging + metrics(part)));
          if (ranking.judges()) {
            blocks
                .apply(
                    "Rank" + name,
                    ranking.addTo(EvaluateRanking.from(model)).withNumBlocks(userBlocks).onBlocks())
                .apply(
                    "Write" + name + "Ranking",
                    ResultFile.<RankingMetrics>write(staging + ranking(part)));
          }
        });
    if (!heldOut.isEmpty() && drops(options)) {
      PCollection<RatingBlock> blocks =
          PCollectionList.of(heldOutBlocks).apply("FlattenHeldOut", Flatten.pCollections());
      DroppedRatings.count(blocks, blocks)
          .apply(
              "WriteHeldOutDropped", ResultFile.<DroppedRatings>write(staging + HELD_OUT_DROPPED));
    }

    model
        .factors(Side.USER)
        .blocks()
        .apply("WriteUserFactors", WriteFactors.to(Side.USER, staging, userBlocks));
    model
        .factors(Side.ITEM)
        .blocks()
        .apply("WriteItemFactors", WriteFactors.to(Side.ITEM, staging, itemBlocks));
    model.itemRatings().apply("WriteItemRatings", WriteFactors.itemRatings(staging, itemBlocks));
  }
}
