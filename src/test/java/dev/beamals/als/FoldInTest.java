package dev.beamals.als;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.Factors;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.Rating;
import java.util.Locale;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Folding in against a model of two factors, whose solutions are written out. */
@ExtendWith(TestPipelineExtension.class)
final class FoldInTest {
  /** User 1 is (1, 0); items 1, 2, 3 are (1, 0), (0, 1), (1, 1). */
  private static AlsModel model(Pipeline pipeline) {
    PCollection<FactorBlock> users =
        pipeline.apply("Users", Create.of(new FactorBlock(Ids.of(1), 2, new float[] {1, 0})));
    PCollection<FactorBlock> items =
        pipeline.apply(
            "Items",
            Create.of(new FactorBlock(Ids.of(1, 2, 3), 2, new float[] {1, 0, 0, 1, 1, 1})));
    return new AlsModel(
        pipeline,
        Factors.of(Side.USER, users, 2),
        Factors.of(Side.ITEM, items, 2),
        AlsParameters.create().withRank(2).withRegParam(0.5));
  }

  static final class TextFn extends DoFn<FactorBlock, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element FactorBlock block, OutputReceiver<String> out) {
      for (int r = 0; r < block.ids().size(); r++) {
        float[] row = block.row(r);
        out.output(String.format(Locale.ROOT, "%s: %.4f %.4f", block.ids().get(r), row[0], row[1]));
      }
    }
  }

  private static PCollection<String> rows(AlsModel model, Side side) {
    return model.factors(side).blocks().apply("Text", ParDo.of(new TextFn()));
  }

  @Test
  void aUserSolvesItsEquationsAndUnknownItemsAreCounted(TestPipeline pipeline) {
    FoldIn.FoldedModel folded =
        pipeline
            .apply(
                "Ratings",
                Create.of(
                    Rating.of(9, 1, 4), Rating.of(9, 2, 2), Rating.of(9, 7, 5), Rating.of(8, 7, 1)))
            .apply("FoldIn", FoldIn.from(model(pipeline)));
    // (1 + 0.5 · 2) x = 4 and (1 + 0.5 · 2) x = 2; nothing is known of user 8.
    PAssert.that(rows(folded, Side.USER)).containsInAnyOrder("9: 2.0000 1.0000");
    PAssert.thatSingleton(folded.counts()).isEqualTo(new FoldIn.Counts(4, 2));
    pipeline.run().waitUntilFinish();
  }

  @Test
  void anotherRegParamIsThatOfWhatIsFoldedIn(TestPipeline pipeline) {
    FoldIn.FoldedModel folded =
        pipeline
            .apply("Ratings", Create.of(Rating.of(9, 1, 4), Rating.of(9, 2, 2)))
            .apply("FoldIn", FoldIn.from(model(pipeline)).withRegParam(1.5));
    PAssert.that(rows(folded, Side.USER)).containsInAnyOrder("9: 1.0000 0.5000"); // 4 x = 4, 2
    pipeline.run().waitUntilFinish();
  }

  @Test
  void itemsAreSolvedAgainstUsersAndMergedWithThoseThatAreThere(TestPipeline pipeline) {
    FoldIn.FoldedModel folded =
        pipeline
            .apply("Ratings", Create.of(Rating.of(1, 2, 3), Rating.of(1, 9, 6)))
            .apply("FoldIn", FoldIn.from(model(pipeline)).forItems().withMerge(true));
    // (1 + 0.5) y = 3 of an item that was there, and = 6 of a new one.
    PAssert.that(rows(folded, Side.ITEM))
        .containsInAnyOrder(
            "1: 1.0000 0.0000", "2: 2.0000 0.0000", "3: 1.0000 1.0000", "9: 4.0000 0.0000");
    PAssert.thatSingleton(folded.counts()).isEqualTo(new FoldIn.Counts(2, 0));
    pipeline.run().waitUntilFinish();
  }

  @Test
  void preferencesAreSolvedAgainstAllItems(TestPipeline pipeline) {
    FoldIn foldIn =
        FoldIn.from(model(pipeline))
            .withParameters(
                AlsParameters.create()
                    .withRank(2)
                    .withRegParam(0.5)
                    .withImplicitPrefs(true)
                    .withAlpha(2));
    FoldIn.FoldedModel folded =
        pipeline.apply("Ratings", Create.of(Rating.of(9, 1, 1))).apply("FoldIn", foldIn);
    // YᵀY is (2 1, 1 2), the rating adds 2 and λ 0.5: (4.5 1, 1 2.5) x = (3, 0).
    PAssert.that(rows(folded, Side.USER)).containsInAnyOrder("9: 0.7317 -0.2927");
    pipeline.run().waitUntilFinish();
  }

  private static String refused(AlsParameters parameters) {
    Pipeline pipeline = Pipeline.create();
    FoldIn foldIn = FoldIn.from(model(pipeline)).withParameters(parameters);
    PCollection<Rating> ratings = pipeline.apply("Ratings", Create.of(Rating.of(9, 1, 3)));
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, () -> ratings.apply("FoldIn", foldIn))
            .getMessage());
  }

  @Test
  void parametersThatDoNotFitAreRefused() {
    assertEquals(
        "parameters of 3 columns for a model of 2", refused(AlsParameters.create().withRank(3)));
    String message =
        refused(AlsParameters.create().withRank(1).withImplicitPrefs(true).withCenter(true));
    assertTrue(message.startsWith("implicitPrefs with center: "), message);
  }
}
