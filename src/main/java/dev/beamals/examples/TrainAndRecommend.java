package dev.beamals.examples;

import dev.beamals.als.Als;
import dev.beamals.als.AlsParameters;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.blocks.TransposeBlocks;
import dev.beamals.csv.CheckReport;
import dev.beamals.csv.CleanRatings;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.CsvFormat;
import dev.beamals.csv.ReadRatings;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.recommend.PredictRatings;
import dev.beamals.recommend.RecommendTopK;
import dev.beamals.recommend.Recommendations;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.Validation.Required;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;

/**
 * One pipeline from a CSV of interactions to three recommendations a user and a prediction of every
 * interaction, without a model folder between: the transforms of beam-als as a library.
 *
 * <p>The steps before and after may be yours. What is between is blocks: of ratings, of factors, of
 * recommendations; only the last step here makes one line an element.
 */
public final class TrainAndRecommend {
  private static final int BLOCKS = 4;
  private static final int RANK = 8;

  private TrainAndRecommend() {}

  /** The flags of the example. */
  public interface Options extends PipelineOptions {
    @Description("A CSV file in KuaiRec's columns.")
    @Required
    String getInput();

    void setInput(String input);

    @Description("The beginning of the names of the files to write.")
    @Required
    String getOutput();

    void setOutput(String output);
  }

  public static void main(String[] args) {
    Options options = PipelineOptionsFactory.fromArgs(args).withValidation().as(Options.class);
    Pipeline pipeline = Pipeline.create(options);
    build(pipeline, options);
    pipeline.run().waitUntilFinish();
  }

  static void build(Pipeline pipeline, Options options) {
    // Read and clean. Of a transform with several outputs, every one is to be used.
    List<CsvFile> files = CsvFile.find("--input", List.of(options.getInput()), CsvFormat.create());
    PCollectionTuple cleaned =
        pipeline
            .apply("ReadRatings", ReadRatings.from(files))
            .apply("CleanRatings", CleanRatings.create());
    PCollection<RatingBatch> ratings = cleaned.get(CleanRatings.ratings());
    cleaned
        .get(CleanRatings.report())
        .apply("FailOnTooManyRejects", CheckReport.of("--input", null));
    cleaned.get(CleanRatings.rejects()).apply("CountRejects", Count.globally());

    // Train: the ratings by user and by item, then the factors of both.
    PCollection<RatingBlock> byUser =
        ratings.apply("BlockByUser", BlockRatings.byUser(BLOCKS).withDropDuplicates(true));
    PCollection<RatingBlock> byItem =
        byUser.apply("BlockByItem", TransposeBlocks.toItemBlocks(BLOCKS));
    PCollectionTuple factors =
        Als.blocks(byUser, byItem)
            .apply("Als", Als.of(AlsParameters.create().withRank(RANK).withMaxIter(5)));
    PCollection<FactorBlock> users = factors.get(Als.userFactors());
    PCollection<FactorBlock> items = factors.get(Als.itemFactors());

    // Use the factors.
    users
        .apply(
            "Recommend",
            RecommendTopK.from(items.apply("ViewItems", View.asList()), RANK)
                .withTopK(3)
                .withSeen(ratings))
        .apply("RecommendationLines", ParDo.of(new LinesFn()))
        .apply("WriteRecommendations", TextIO.write().to(options.getOutput() + "-top"));
    ratings
        .apply("Predict", PredictRatings.from(users, items, RANK))
        .apply("PredictionLines", ParDo.of(new LinesFn()))
        .apply("WritePredictions", TextIO.write().to(options.getOutput() + "-predictions"));
  }

  /** Makes a line of every entry. */
  static final class LinesFn extends DoFn<Recommendations, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element Recommendations block, OutputReceiver<String> out) {
      for (int s = 0; s < block.src().size(); s++) {
        for (int p = block.offsets()[s]; p < block.offsets()[s + 1]; p++) {
          String item = block.dst().get(block.index()[p]);
          out.output(block.src().get(s) + " " + item + " " + block.scores()[p]);
        }
      }
    }
  }
}
