package dev.beamals.recommend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.FoldIn;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.Factors;
import dev.beamals.ids.CoderContract;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.BatchRatings;
import dev.beamals.ratings.Rating;
import dev.beamals.ratings.RatingBatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.FlatMapElements;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reasons of scores: by hand, and for many users against what fold-in predicts. */
@ExtendWith(TestPipelineExtension.class)
final class ExplainScoresTest {
  private static AlsModel model(
      Pipeline pipeline, FactorBlock users, FactorBlock items, AlsParameters parameters) {
    return new AlsModel(
        pipeline,
        Factors.of(Side.USER, pipeline.apply("Users", Create.of(users)), users.rank()),
        Factors.of(Side.ITEM, pipeline.apply("Items", Create.of(items)), items.rank()),
        parameters);
  }

  /** Items 1 to 4 are (1, 0), (0, 1), (1, 1), (−1, 0.5). */
  private static AlsModel small(Pipeline pipeline) {
    return model(
        pipeline,
        new FactorBlock(Ids.of(1), 2, new float[] {1, 0}),
        new FactorBlock(Ids.of(1, 2, 3, 4), 2, new float[] {1, 0, 0, 1, 1, 1, -1, 0.5f}),
        AlsParameters.create().withRank(2).withRegParam(0.5));
  }

  private static PCollection<RatingBatch> ratings(Pipeline pipeline, List<Rating> ratings) {
    return pipeline
        .apply("Ratings", Create.of(ratings))
        .apply("BatchRatings", BatchRatings.create());
  }

  /** Users 8 and 9 for items 3 and 4, user 9 for one without factors too. */
  private static final ScoredIds SCORES =
      new ScoredIds(
          Ids.of(8, 9),
          Ids.of(3, 4, 99),
          new int[] {0, 1, 4},
          new int[] {0, 0, 1, 2},
          new float[] {1, 3, -1.5f, Float.NaN});

  private static final List<Rating> RATINGS =
      List.of(
          Rating.of(9, 2, 2),
          Rating.of(9, 1, 4),
          Rating.of(9, 7, 5),
          Rating.of(8, 7, 1),
          Rating.of(7, 1, 5));

  private static String line(ScoredIds scores, int s, int e) {
    Reasons reasons = scores.reasons();
    if (reasons == null) {
      return "none";
    }
    StringBuilder line = new StringBuilder();
    line.append(scores.src().get(s)).append(' ').append(scores.dst().get(scores.index()[e]));
    line.append(':');
    for (int r = reasons.offsets()[e]; r < reasons.offsets()[e + 1]; r++) {
      line.append(
          String.format(
              Locale.ROOT,
              " %s (%.1f) %.4f",
              reasons.items().get(reasons.index()[r]),
              reasons.ratings()[r],
              reasons.contributions()[r]));
    }
    return line
        + String.format(
            Locale.ROOT,
            ", %d more %.4f, fixed %.1f, %d ignored",
            reasons.restCount()[e],
            reasons.rest()[e],
            reasons.fixed()[e],
            reasons.ignored()[s]);
  }

  private static List<String> lines(ScoredIds scores) {
    List<String> lines = new ArrayList<>();
    for (int s = 0; s < scores.src().size(); s++) {
      for (int e = scores.offsets()[s]; e < scores.offsets()[s + 1]; e++) {
        lines.add(line(scores, s, e));
      }
    }
    return lines;
  }

  private static PCollection<String> lines(PCollection<ScoredIds> scores) {
    return scores.apply(
        "Lines", FlatMapElements.into(TypeDescriptors.strings()).via(ExplainScoresTest::lines));
  }

  // Of user 9, A = (1 + 0.5 · 2) I, as item 7 is not in the model: a rating adds r (y·y') / 2.

  @Test
  void theStrongestThatSpeakForAnItemAreNamed(TestPipeline pipeline) {
    AlsModel model = small(pipeline);
    PCollection<ScoredIds> explained =
        pipeline
            .apply("Scores", Create.of(SCORES))
            .apply(
                "Explain",
                ExplainScores.from(model, ratings(pipeline, RATINGS), BlockRatings.create(1)));
    PAssert.that(lines(explained))
        .containsInAnyOrder(
            "8 3:, 0 more 0.0000, fixed NaN, 1 ignored",
            "9 3: 1 (4.0) 2.0000 2 (2.0) 1.0000, 0 more 0.0000, fixed 0.0, 1 ignored",
            "9 4: 2 (2.0) 0.5000, 1 more -2.0000, fixed 0.0, 1 ignored",
            "9 99:, 0 more 0.0000, fixed NaN, 1 ignored");
    pipeline.run().waitUntilFinish();
  }

  @Test
  void whatSpeaksAgainstAnItemCountsByItsSize(TestPipeline pipeline) {
    AlsModel model = small(pipeline);
    PCollection<ScoredIds> explained =
        pipeline
            .apply("Scores", Create.of(SCORES))
            .apply(
                "Explain",
                ExplainScores.from(model, ratings(pipeline, RATINGS), BlockRatings.create(1))
                    .withParameters(AlsParameters.create().withRank(2).withRegParam(1.5))
                    .withMost(1)
                    .withAgainst());
    PAssert.that(lines(explained)) // A = (1 + 1.5 · 2) I
        .containsInAnyOrder(
            "8 3:, 0 more 0.0000, fixed NaN, 1 ignored",
            "9 3: 1 (4.0) 1.0000, 1 more 0.5000, fixed 0.0, 1 ignored",
            "9 4: 1 (4.0) -1.0000, 1 more 0.2500, fixed 0.0, 1 ignored",
            "9 99:, 0 more 0.0000, fixed NaN, 1 ignored");
    pipeline.run().waitUntilFinish();
  }

  private static FactorBlock random(int ids, int rank, long seed) {
    Random random = new Random(seed);
    int[] all = new int[ids];
    float[] factors = new float[ids * rank];
    for (int k = 0; k < factors.length; k++) {
      all[k / rank] = k / rank;
      factors[k] = (float) random.nextGaussian();
    }
    return new FactorBlock(Ids.of(all), rank, factors);
  }

  /** The first is what the others must equal. */
  private static final List<String> OF_ONE_BLOCK = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void theSumIsTheScoreOfAFoldedUserForAnyBlocksAndOrder(int blocks, TestPipeline pipeline) {
    Random random = new Random(3);
    List<Rating> all = new ArrayList<>();
    for (int user = 0; user < 30; user++) {
      for (int n = 0; n < 1 + user / 2; n++) {
        all.add(Rating.of(user, random.nextInt(40), random.nextInt(6) - 1));
      }
    }
    Collections.shuffle(all, new Random(blocks));
    AlsParameters parameters =
        AlsParameters.create()
            .withRank(3)
            .withImplicitPrefs(true)
            .withAlpha(2)
            .withRegScaling(AlsParameters.RegScaling.weights);
    AlsModel model = model(pipeline, random(1, 3, 1), random(35, 3, 2), parameters);
    PCollection<Rating> ratings = pipeline.apply("All", Create.of(all));
    AlsModel folded = ratings.apply("FoldIn", FoldIn.from(model));
    PCollection<ScoredIds> explained =
        pipeline
            .apply("Recommend", RecommendTopK.from(folded).withTopK(5).withNumBlocks(blocks))
            .apply(
                "Explain",
                ExplainScores.from(
                    folded,
                    ratings.apply("Batch", BatchRatings.create()),
                    BlockRatings.create(blocks)));
    PAssert.that(explained)
        .satisfies(
            found -> {
              List<String> lines = new ArrayList<>();
              for (ScoredIds scores : found) {
                lines.addAll(lines(scores));
                Reasons reasons = scores.reasons();
                for (int e = 0; reasons != null && e < scores.scores().length; e++) {
                  assertEquals(scores.scores()[e], reasons.total(e), 1e-5);
                }
              }
              assertTrue(lines.size() > 120, lines.size() + " lines");
              Collections.sort(lines);
              if (OF_ONE_BLOCK.isEmpty()) {
                OF_ONE_BLOCK.addAll(lines);
              }
              assertEquals(OF_ONE_BLOCK, lines);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void aModelThatDoesNotTellItsParametersNeedsThem() {
    Pipeline pipeline = Pipeline.create();
    AlsModel untold =
        new AlsModel(
            pipeline,
            small(pipeline).factors(Side.USER),
            Factors.of(
                Side.ITEM,
                pipeline.apply(
                    "More", Create.of(new FactorBlock(Ids.of(1), 2, new float[] {1, 0}))),
                2),
            null);
    PCollection<ScoredIds> scores = pipeline.apply("Scores", Create.of(SCORES));
    ExplainScores explain =
        ExplainScores.from(untold, ratings(pipeline, RATINGS), BlockRatings.create(1));
    IllegalArgumentException failure =
        assertThrows(IllegalArgumentException.class, () -> scores.apply("Explain", explain));
    assertEquals(
        "the model does not tell its regParam; expected parameters here", failure.getMessage());
  }

  @Test
  void codersKeepReasons() throws Exception {
    ScoredIds explained =
        SCORES.withReasons(
            new Reasons(
                Ids.of(1, 2),
                new int[] {0, 0, 2, 2, 2},
                new int[] {1, 0},
                new float[] {4, 2},
                new float[] {2, 1},
                new double[] {Double.NaN, 0.5, 0.25, Double.NaN},
                new double[] {0, -2, 1, 0},
                new int[] {0, 1, 2, 0},
                new int[] {3, 1},
                new Reasons.Rows(5, 6, 7, 8)));
    assertEquals(lines(explained), lines(CoderContract.check(ScoredIds.Coder.of(), explained)));
    WriteReasons.Sums sums =
        new WriteReasons.Sums(1, 2, 3, 4, 5, 6, 7, 8, new Reasons.Rows(9, 10, 11, 12), 13);
    assertEquals(sums, CoderContract.check(WriteReasons.Sums.coder(), sums));
  }
}
