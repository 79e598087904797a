package dev.beamals.ratings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import dev.beamals.ids.Side;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.DateTime;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(TestPipelineExtension.class)
final class BatchRatingsTest {
  private static final List<Rating> RATINGS =
      List.of(
          Rating.of(7, 1, 2.5),
          Rating.of("u", "007", -1),
          Rating.of("7", "1", 2.5),
          Rating.of("7", "1", 2.5).withTime(new Instant(0)),
          Rating.of("7", "1", 2.5).withTime(new Instant(1)),
          Rating.of("用户", "1", 0));

  @Test
  void everyRatingIsInABatch(TestPipeline pipeline) {
    PAssert.that(pipeline.apply(Create.of(RATINGS)).apply("Batch", BatchRatings.create()))
        .satisfies(
            batches -> {
              List<String> rows = new ArrayList<>();
              for (RatingRow row : RatingRow.sorted(batches)) {
                rows.add(row.user() + " " + row.item() + " " + row.rating());
              }
              assertEquals(
                  List.of("7 1 2.5", "7 1 2.5", "7 1 2.5", "7 1 2.5", "u 007 -1.0", "用户 1 0.0"),
                  rows);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void equalRatingsHaveEqualFingerprintsAndOthersDiffer(TestPipeline pipeline) {
    PAssert.that(pipeline.apply(Create.of(RATINGS)).apply("Batch", BatchRatings.create()))
        .satisfies(
            batches -> {
              Set<Long> fingerprints = new HashSet<>();
              RatingRow.sorted(batches).forEach(row -> fingerprints.add(row.fingerprint()));
              assertEquals(5, fingerprints.size()); // of six, two are equal
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void intsStayInts(TestPipeline pipeline) {
    PAssert.that(
            pipeline.apply(Create.of(Rating.of(7, 3, 1))).apply("Batch", BatchRatings.create()))
        .satisfies(
            batches -> {
              RatingBatch batch = batches.iterator().next();
              assertTrue(batch.ids(Side.USER).allInts() && batch.ids(Side.ITEM).allInts());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @ParameterizedTest
  @CsvSource({
    "u, i, NaN, its rating is NaN; expected a finite float",
    "u, i, 1e39, its rating is 1.0E39; expected a finite float",
    "'', i, 1, its user is empty",
    "u, '', 1, its item is empty",
  })
  void whatCannotBeTrainedOnIsNamedOrPutAside(
      String user, String item, double value, String reason) {
    Rating bad = Rating.of(user, item, value);
    Pipeline failing = Pipeline.create();
    failing.apply(Create.of(bad)).apply("Batch", BatchRatings.create());
    RunException failure =
        RunException.in(assertThrows(RuntimeException.class, () -> failing.run()));
    assertEquals(
        "the rating of user '" + user + "' for item '" + item + "': " + reason,
        failure == null ? null : failure.getMessage());

    Pipeline pipeline = Pipeline.create();
    PCollectionTuple checked =
        pipeline.apply(Create.of(Rating.of(1, 2, 3), bad)).apply("Check", CheckRatings.create());
    PAssert.that(checked.get(CheckRatings.ratings())).containsInAnyOrder(Rating.of(1, 2, 3));
    PAssert.that(checked.get(CheckRatings.rejects()))
        .containsInAnyOrder(CheckRatings.RejectedRating.of(bad, reason));
    pipeline.run().waitUntilFinish();
  }

  @Test
  void pairsNeedNoRating(TestPipeline pipeline) {
    PAssert.that(
            pipeline
                .apply(Create.of(Rating.of(1, 2, Double.NaN)))
                .apply("Batch", BatchRatings.create().withoutRatings()))
        .satisfies(
            batches -> {
              RatingBatch batch = batches.iterator().next();
              assertEquals(1, batch.size());
              assertEquals(0, batch.ratings().length);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void aBatchStaysInItsWindow(TestPipeline pipeline) throws Exception {
    Duration minute = Duration.standardMinutes(1);
    PCollection<RatingBatch> batches =
        pipeline
            .apply(
                TestStream.create(pipeline.getSchemaRegistry().getSchemaCoder(Rating.class))
                    .addElements(
                        TimestampedValue.of(Rating.of(1, 2, 3), new Instant(0)),
                        TimestampedValue.of(Rating.of(4, 5, 6), new Instant(0).plus(minute)),
                        TimestampedValue.of(Rating.of(7, 8, 9), new Instant(1)))
                    .advanceWatermarkToInfinity())
            .apply("Window", Window.into(FixedWindows.of(minute)))
            .apply("Batch", BatchRatings.create());
    PAssert.that(batches)
        .inWindow(new IntervalWindow(new Instant(0), minute))
        .satisfies(
            inWindow -> {
              assertEquals(2, RatingRow.sorted(inWindow).size());
              return null;
            });
    PAssert.that(batches)
        .inWindow(new IntervalWindow(new Instant(0).plus(minute), minute))
        .satisfies(
            inWindow -> {
              assertEquals(1, RatingRow.sorted(inWindow).size());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  private static final Schema PLAYS =
      Schema.builder()
          .addNullableField("listener", Schema.FieldType.INT64)
          .addNullableField("track", Schema.FieldType.STRING)
          .addNullableField("plays", Schema.FieldType.INT32)
          .addNullableField("at", Schema.FieldType.DATETIME)
          .build();

  @Test
  void rowsBecomeRatingsByTheNamesOfTheirFields(TestPipeline pipeline) {
    DateTime at = new DateTime(86_400_000L);
    PCollection<Rating> ratings =
        pipeline
            .apply(
                Create.of(
                        Row.withSchema(PLAYS).addValues(12345678901L, "t", 3, at).build(),
                        Row.withSchema(PLAYS).addValues(1L, "t", 4, null).build(),
                        Row.withSchema(PLAYS).addValues(null, null, null, null).build())
                    .withRowSchema(PLAYS))
            .apply(
                "ToRatings",
                RowsToRatings.create()
                    .withUserCol("listener")
                    .withItemCol("track")
                    .withRatingCol("plays")
                    .withTimestampCol("at"));
    PAssert.that(ratings)
        .containsInAnyOrder(
            Rating.of("12345678901", "t", 3).withTime(at.toInstant()),
            Rating.of("1", "t", 4),
            Rating.of("", "", Double.NaN));
    pipeline.run().waitUntilFinish();
  }

  @Test
  void rowsWithoutARatingCount1(TestPipeline pipeline) {
    Schema pairs = Schema.builder().addStringField("user").addInt32Field("item").build();
    PAssert.that(
            pipeline
                .apply(
                    Create.of(Row.withSchema(pairs).addValues("u", 5).build()).withRowSchema(pairs))
                .apply("ToRatings", RowsToRatings.create().withoutRatings()))
        .containsInAnyOrder(Rating.of("u", "5", 1));
    pipeline.run().waitUntilFinish();
  }

  @Test
  void aFieldThatIsNotThereOrOfAnotherTypeIsNamed() {
    PCollection<Row> rows =
        Pipeline.create()
            .apply(
                Create.of(Row.withSchema(PLAYS).addValues(1L, "t", 1, null).build())
                    .withRowSchema(PLAYS));
    assertEquals(
        "userCol=user: no such field; the rows have listener, track, plays, at",
        assertThrows(
                IllegalArgumentException.class, () -> rows.apply("Missing", RowsToRatings.create()))
            .getMessage());
    assertEquals(
        "ratingCol=track: is of type STRING; expected one of [FLOAT, DOUBLE, BYTE, INT16, INT32,"
            + " INT64, DECIMAL]",
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    rows.apply(
                        "Text",
                        RowsToRatings.create()
                            .withUserCol("listener")
                            .withItemCol("track")
                            .withRatingCol("track")))
            .getMessage());
  }
}
