package dev.beamals.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.RatingMean;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.Factors;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.Rating;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Cold pairs that are predicted by what is known of them, and preferences. */
@ExtendWith(TestPipelineExtension.class)
final class EvaluateBaselineTest {
  /** One user (2, mean 3 + 0.5, 1) and one item (1, 1, −1). */
  private static AlsModel model(TestPipeline pipeline, AlsParameters parameters) {
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
        parameters,
        RatingMean.of(3));
  }

  @Test
  void coldPairsAreAmongTheOthersWithMeanAndTheBiasThatIsKnown(TestPipeline pipeline) {
    AlsModel model =
        model(pipeline, AlsParameters.create().withRank(1).withBiases(true).withCenter(true));
    PAssert.thatSingleton(
            pipeline
                .apply(
                    "Ratings",
                    Create.of(
                        Rating.of(1, 1, 5), // 2 + 3.5 − 1, 0.5 less
                        Rating.of(1, 9, 5), // 3.5, 1.5 less
                        Rating.of(9, 1, 5), // 3 − 1, 3 less
                        Rating.of(9, 9, 3), // the mean
                        Rating.of(1, 8, 3.5)))
                .apply("Evaluate", EvaluateRatings.from(model).withBaseline(true)))
        .satisfies(
            metrics -> {
              assertEquals(5, metrics.count());
              assertEquals(4, metrics.baseline());
              assertEquals(0, metrics.cold());
              assertEquals(0.2, metrics.coverage());
              assertEquals((0.5 + 1.5 + 3) / 5, metrics.mae());
              assertEquals(Math.sqrt((0.25 + 2.25 + 9) / 5), metrics.rmse());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void coldPairsAreCountedWithoutABaseline(TestPipeline pipeline) {
    AlsModel model =
        model(pipeline, AlsParameters.create().withRank(1).withBiases(true).withCenter(true));
    PAssert.thatSingleton(
            pipeline
                .apply("Ratings", Create.of(Rating.of(1, 1, 5), Rating.of(9, 1, 5)))
                .apply("Evaluate", EvaluateRatings.from(model)))
        .satisfies(
            metrics -> {
              assertEquals(1, metrics.count());
              assertEquals(0, metrics.baseline());
              assertEquals(1, metrics.cold());
              assertEquals(0.5, metrics.coverage());
              assertEquals(0.5, metrics.mae());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void ofImplicitFeedbackPreferencesAreCompared(TestPipeline pipeline) {
    AlsModel model = model(pipeline, AlsParameters.create().withRank(3).withImplicitPrefs(true));
    PAssert.thatSingleton(
            pipeline
                .apply("Ratings", Create.of(Rating.of(1, 1, 70), Rating.of(1, 1, -2)))
                .apply("Evaluate", EvaluateRatings.from(model)))
        .satisfies(
            metrics -> {
              assertEquals((3.5 + 4.5) / 2, metrics.mae()); // 4.5 beside 1 and 0
              return null;
            });
    pipeline.run().waitUntilFinish();
  }
}
