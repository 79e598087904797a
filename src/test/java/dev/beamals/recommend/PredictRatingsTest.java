package dev.beamals.recommend;

import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.RatingMean;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.Factors;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.BatchRatings;
import dev.beamals.ratings.Rating;
import java.util.Objects;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pairs with and without factors, of a model with the mean 3 and biases. */
@ExtendWith(TestPipelineExtension.class)
final class PredictRatingsTest {
  /** One user (2, mean 3 + 0.5, 1) and one item (1, 1, −1). */
  private static AlsModel model(TestPipeline pipeline) {
    return new AlsModel(
        pipeline,
        Factors.of(
            Side.USER,
            pipeline.apply(
                "Users", Create.of(new FactorBlock(Ids.of(1), 3, new float[] {2, 3.5f, 1}))),
            3),
        Factors.of(
            Side.ITEM,
            pipeline.apply(
                "Items", Create.of(new FactorBlock(Ids.of(1), 3, new float[] {1, 1, -1}))),
            3),
        AlsParameters.create().withRank(1).withBiases(true).withCenter(true),
        RatingMean.of(3));
  }

  private static PCollection<Rating> pairs(TestPipeline pipeline) {
    return pipeline.apply(
        "Pairs",
        Create.of(Rating.of(1, 1, 0), Rating.of(1, 9, 0), Rating.of(9, 1, 0), Rating.of(9, 9, 0)));
  }

  static final class TextFn extends DoFn<Row, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element Row row, OutputReceiver<String> out) {
      out.output(
          row.getString("user") + " " + row.getString("item") + " " + row.getFloat("prediction"));
    }
  }

  @Test
  void coldPairsAreNaN(TestPipeline pipeline) {
    PAssert.that(
            pairs(pipeline)
                .apply("Predict", PredictRatings.from(model(pipeline)).asRows())
                .apply("Text", ParDo.of(new TextFn())))
        .containsInAnyOrder("1 1 4.5", "1 9 NaN", "9 1 NaN", "9 9 NaN");
    pipeline.run().waitUntilFinish();
  }

  @Test
  void aBaselineIsTheMeanAndTheBiasThatIsKnown(TestPipeline pipeline) {
    PAssert.that(
            pairs(pipeline)
                .apply("Predict", PredictRatings.from(model(pipeline)).withBaseline(true).asRows())
                .apply("Text", ParDo.of(new TextFn())))
        .containsInAnyOrder("1 1 4.5", "1 9 3.5", "9 1 2.0", "9 9 3.0");
    pipeline.run().waitUntilFinish();
  }

  static final class SumFn extends DoFn<ScoredIds, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element ScoredIds scores, OutputReceiver<String> out) {
      float sum = 0;
      for (float score : Objects.requireNonNull(scores).scores()) {
        sum += score;
      }
      out.output(scores.scores().length + " of sum " + sum);
    }
  }

  @Test
  void batchesGiveTheSame(TestPipeline pipeline) {
    PCollection<String> sums =
        pairs(pipeline)
            .apply("Batch", BatchRatings.create().withoutRatings())
            .apply(
                "Predict",
                PredictRatings.from(model(pipeline))
                    .withBaseline(true)
                    .withNumBlocks(1)
                    .onBatches())
            .apply("Sum", ParDo.of(new SumFn()));
    PAssert.that(sums).containsInAnyOrder("4 of sum 13.0");
    pipeline.run().waitUntilFinish();
  }
}
