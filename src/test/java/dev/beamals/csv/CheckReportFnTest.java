package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.beamals.RunException;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingRow;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline.PipelineExecutionException;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.ParDo;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPipelineExtension.class)
final class CheckReportFnTest {
  /** A report of {@code rows} rows, {@code rejected} of them unreadable. */
  private static CleaningReport report(int rows, int rejected, long kept) {
    return report(rows, rejected, 0, kept);
  }

  private static CleaningReport report(int rows, int rejected, int unusable, long kept) {
    List<Reject> rejects =
        IntStream.range(0, rejected)
            .mapToObj(r -> Reject.of("a.csv", 0, r + 1, "3 fields instead of 4", "1,2,3"))
            .toList();
    RowBatch batch =
        new RowBatch(
            "a.csv",
            0,
            rows + 1,
            0,
            RatingRow.batch(
                Collections.nCopies(rows - rejected - unusable, new RatingRow("1", "2", 3, 4))),
            new double[0],
            new int[0],
            unusable,
            rejects,
            IdNotations.NONE,
            IdNotations.NONE,
            9);
    return CleaningReport.of(batch, 3, 4, 5, kept);
  }

  private static String refused(CleaningReport report, @Nullable Long maxRejects) {
    return String.valueOf(
        assertThrows(
                RunException.class,
                () -> CheckReportFn.check(report, "input", maxRejects, CsvFormat.create()))
            .getMessage());
  }

  @Test
  void asManyRejectsAsAllowedPass() {
    CheckReportFn.check(report(10, 2, 1), "input", 2L, CsvFormat.create());
    CheckReportFn.check(report(10, 0, 1), "input", 0L, CsvFormat.create());
  }

  @Test
  void oneMoreFailsAndSaysWhatIsWrongWhere() {
    assertEquals(
        "input: 3 of 10 rows cannot be read, expected at most maxRejects=2; the first:"
            + " a.csv:2: 3 fields instead of 4; a.csv:3: 3 fields instead of 4;"
            + " a.csv:4: 3 fields instead of 4",
        refused(report(10, 3, 1), 2L));
    assertEquals(
        "input: 1 of 1 row cannot be read, expected at most maxRejects=0; the first:"
            + " a.csv:2: 3 fields instead of 4",
        refused(report(1, 1, 0), 0L));
  }

  @Test
  void defaultLimitIsOneInAHundredButAtLeastOne() {
    CheckReportFn.check(report(2, 1, 1), "input", null, CsvFormat.create());
    refused(report(101, 100, 1), null);
    CheckReportFn.check(report(199, 1, 1), "input", null, CsvFormat.create());
    refused(report(199, 2, 1), null);
    CheckReportFn.check(report(25_000, 250, 1), "input", null, CsvFormat.create());
    refused(report(25_000, 251, 1), null);
  }

  @Test
  void mostRowsWithoutARatingFailUnlessTheLimitIsGiven() {
    CheckReportFn.check(report(10, 0, 5, 1), "input", null, CsvFormat.create());
    CheckReportFn.check(report(10, 0, 6, 1), "input", 0L, CsvFormat.create());
    assertEquals(
        "input: 6 of 10 rows have no user, item or rating; expected that of at most half of them, or"
            + " maxRejects=1 to go on with the others",
        refused(report(10, 0, 6, 1), null));
  }

  @Test
  void textsBesideNumbersInOtherNotationsFailWhereIdsAreNeither() {
    RowBatch batch =
        new RowBatch(
            "a.csv",
            0,
            2,
            0,
            RatingRow.batch(List.of(new RatingRow("1", "2", 3, 4))),
            new double[0],
            new int[0],
            0,
            List.of(),
            new IdNotations(1, 0),
            new IdNotations(2, 3),
            9);
    CleaningReport report = CleaningReport.of(batch, 0, 0, 0, 1);
    MixedIdsException mixed =
        assertThrows(
            MixedIdsException.class,
            () -> CheckReportFn.check(report, "input", null, CsvFormat.create()));
    assertEquals(
        "input: itemCol: 2 ids look like numbers that are written in another way, as 1.0 for 1, and 3"
            + " are no numbers; expected idType=string, to take ids as they are written",
        mixed.getMessage());
    for (Throwable failure :
        List.of(
            new IllegalStateException(mixed),
            new IllegalStateException("Job aborted: task 3: " + mixed + "\n\tat x"))) {
      MixedIdsException found = MixedIdsException.in(failure);
      assertEquals(Side.ITEM, found == null ? null : found.side());
      assertEquals(mixed.getMessage(), found == null ? null : found.getMessage());
    }
    for (IdType type : List.of(IdType.STRING, IdType.INT, IdType.LOOKED_UP)) {
      CheckReportFn.check(report, "input", null, CsvFormat.create().withIdType(Side.ITEM, type));
    }
  }

  @Test
  void openQuoteFailsAtItsLineHoweverManyRejectsAreAllowed() {
    List<Reject> rejects =
        List.of(
            Reject.of("a.csv", 0, 3, "3 fields instead of 4", "1,2,3"),
            Reject.of("a.csv", 0, 5, CsvLine.OPEN_QUOTE, "1,\"2"),
            Reject.of("a.csv", 0, 7, CsvLine.OPEN_QUOTE, "3,\"4"));
    RowBatch batch =
        new RowBatch(
            "a.csv",
            0,
            9,
            0,
            RatingRow.batch(List.of()),
            new double[0],
            new int[0],
            6,
            rejects,
            IdNotations.NONE,
            IdNotations.NONE,
            9);
    assertEquals(
        "a.csv:6: a quote is open at the end of the line; expected multiLine=true if fields may have"
            + " lines, or quote='' if quotes mean nothing",
        refused(CleaningReport.of(batch, 0, 0, 0, 1), 100L));
  }

  @Test
  void noRatingLeftFailsAndSaysWhy() {
    assertEquals(
        "testInput: no rating is left of 12 rows (0 unreadable, 3 with an empty column, 4 with a"
            + " timestamp below 0, 5 with a rating that is not finite)",
        String.valueOf(
            assertThrows(
                    RunException.class,
                    () ->
                        CheckReportFn.check(
                            report(12, 0, 0), "testInput", null, CsvFormat.create()))
                .getMessage()));
    assertEquals(
        "input: no rating is left of 13 rows (1 unreadable, 3 with an empty column, 4 with a"
            + " timestamp below 0, 5 with a rating that is not finite); the first: a.csv:2: 3"
            + " fields instead of 4",
        refused(report(13, 1, 0), null));
  }

  @Test
  void reportThatPassesTravelsOn(TestPipeline pipeline) {
    PAssert.thatSingleton(
            pipeline
                .apply(Create.of(report(10, 1, 7)).withCoder(CleaningReport.coder()))
                .apply(ParDo.of(new CheckReportFn("input", 1L, CsvFormat.create()))))
        .satisfies(
            report -> {
              assertEquals(7, report.kept());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void reportThatDoesNotPassFailsThePipeline(TestPipeline pipeline) {
    pipeline
        .apply(Create.of(report(10, 2, 7)).withCoder(CleaningReport.coder()))
        .apply(ParDo.of(new CheckReportFn("input", 1L, CsvFormat.create())));
    PipelineExecutionException e =
        assertThrows(PipelineExecutionException.class, () -> pipeline.run().waitUntilFinish());
    assertNotNull(RunException.in(e));
  }
}
