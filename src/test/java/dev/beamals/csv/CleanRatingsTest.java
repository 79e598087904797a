package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.RatingRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(TestPipelineExtension.class)
final class CleanRatingsTest {
  /** Each kind of row a number of times that no other kind has, some breaking several rules. */
  private static final String ROWS =
      String.join(
          "\n",
          "user_id,video_id,watch_ratio,timestamp,caption",
          // kept: 4
          "1,10,0.5,100,a",
          "1,10,0.5,100,a",
          "2,20,-1.5,0,b",
          "3,30,0,1e9,c",
          // rejected: 3, whatever else is wrong with them
          "4,40,?,-1,",
          "4,40,inf,1",
          "4,40,1,1,\"d",
          // missing: 7
          "5,50,1,1,",
          ",50,1,1,e",
          "5,,1,1,e",
          "5,50,,1,e",
          "5,50,1,,e",
          "5,50,NaN,-1, ",
          "5,50,NULL,1,e",
          // negative timestamp: 3
          "6,60,1,-0.001,f",
          "6,60,Infinity,-1,f",
          "6,60,1,-Infinity,f",
          // not finite: 5
          "7,70,1e39,1,g",
          "7,70,Infinity,1,g",
          "7,70,-Infinity,1,g",
          "7,70,1e400,1,g",
          "7,70,-3.5e38,1,g",
          "");

  private static PCollectionTuple clean(
      TestPipeline pipeline, Path folder, boolean dropMissing, long chunk) throws IOException {
    Path file = Files.writeString(folder.resolve("rows.csv"), ROWS);
    List<CsvFile> files = CsvFile.find("input", List.of(file.toString()), CsvFormat.create());
    return pipeline
        .apply(Read.from(new CsvSource(files, chunk)))
        .apply(CleanRatings.create().withDropMissing(dropMissing));
  }

  private static Void assertReport(Iterable<CleaningReport> reports, Map<String, Long> expected) {
    CleaningReport report = reports.iterator().next();
    Map<String, Long> counts = new HashMap<>();
    counts.put("rowsRead", report.rowsRead());
    counts.put("rejected", report.rejected());
    counts.put("missing", report.missing());
    counts.put("negativeTimestamp", report.negativeTimestamp());
    counts.put("notFinite", report.notFinite());
    counts.put("kept", report.kept());
    assertEquals(expected, counts);
    return null;
  }

  private static List<String> spelled(Iterable<RatingBatch> batches) {
    return RatingRow.sorted(batches).stream()
        .map(row -> row.user() + " " + row.item() + " " + row.rating())
        .toList();
  }

  private static List<Integer> sizes(Iterable<List<Reject>> lists) {
    List<Integer> sizes = new ArrayList<>();
    lists.forEach(list -> sizes.add(list.size()));
    return sizes;
  }

  @Test
  void everyRuleDropsItsRowsAndCountsThem(TestPipeline pipeline, @TempDir Path folder)
      throws IOException {
    PCollectionTuple cleaned = clean(pipeline, folder, true, CsvSource.CHUNK);
    Map<String, Long> expected =
        new HashMap<>(
            Map.of(
                "rowsRead",
                22L,
                "rejected",
                3L,
                "missing",
                7L,
                "negativeTimestamp",
                3L,
                "notFinite",
                5L,
                "kept",
                4L));
    PAssert.that(cleaned.get(CleanRatings.ratings()))
        .satisfies(
            batches -> {
              assertEquals(
                  List.of("1 10 0.5", "1 10 0.5", "2 20 -1.5", "3 30 0.0"), spelled(batches));
              for (RatingBatch batch : batches) {
                assertEquals(Ids.of(1, 2, 3), batch.ids(Side.USER), "ids that rows have");
                assertEquals(batch.fingerprints()[0], batch.fingerprints()[1], "equal rows");
              }
              return null;
            });
    PAssert.that(cleaned.get(CleanRatings.rejects()))
        .satisfies(
            lists -> {
              List<String> reasons = new ArrayList<>();
              lists.forEach(list -> list.forEach(reject -> reasons.add(reject.reason())));
              assertEquals(
                  List.of(
                      "watch_ratio \"?\" is not a number",
                      "4 fields instead of 5",
                      "a quoted field that does not end on its line"),
                  reasons);
              return null;
            });
    PAssert.that(cleaned.get(CleanRatings.report()))
        .satisfies(reports -> assertReport(reports, expected));
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();

    Map<String, Long> counters = new HashMap<>();
    for (MetricResult<Long> counter :
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(MetricNameFilter.inNamespace(LoadRatings.class))
                    .build())
            .getCounters()) {
      counters.put(counter.getName().getName(), counter.getAttempted());
    }
    expected.remove("kept");
    assertEquals(expected, counters);
  }

  @Test
  void withoutDropMissingRowsThatHaveARatingMeetTheOtherRules(
      TestPipeline pipeline, @TempDir Path folder) throws IOException {
    PCollectionTuple cleaned = clean(pipeline, folder, false, CsvSource.CHUNK);
    PAssert.that(cleaned.get(CleanRatings.ratings()))
        .satisfies(
            batches -> {
              assertEquals(
                  List.of("1 10 0.5", "1 10 0.5", "2 20 -1.5", "3 30 0.0", "5 50 1.0", "5 50 1.0"),
                  spelled(batches));
              return null;
            });
    PAssert.that(cleaned.get(CleanRatings.report()))
        .satisfies(
            reports ->
                assertReport(
                    reports,
                    Map.of(
                        "rowsRead",
                        22L,
                        "rejected",
                        3L,
                        "missing",
                        5L,
                        "negativeTimestamp",
                        3L,
                        "notFinite",
                        5L,
                        "kept",
                        6L)));
    PAssert.that(cleaned.get(CleanRatings.rejects()))
        .satisfies(
            lists -> {
              assertEquals(List.of(3), sizes(lists));
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void reportOfManyChunksIsOneAndKnowsTheLinesOfRejects(TestPipeline pipeline, @TempDir Path folder)
      throws IOException {
    PCollectionTuple cleaned = clean(pipeline, folder, true, 7);
    String file = folder.resolve("rows.csv").toString();
    PAssert.thatSingleton(cleaned.get(CleanRatings.report()))
        .satisfies(
            report -> {
              assertReport(
                  List.of(report),
                  Map.of(
                      "rowsRead",
                      22L,
                      "rejected",
                      3L,
                      "missing",
                      7L,
                      "negativeTimestamp",
                      3L,
                      "notFinite",
                      5L,
                      "kept",
                      4L));
              assertEquals(
                  String.format(
                      "%s:6: watch_ratio \"?\" is not a number; %s:7: 4 fields instead of 5; %s:8: a"
                          + " quoted field that does not end on its line",
                      file, file, file),
                  report.describeRejects());
              return null;
            });
    PAssert.that(cleaned.get(CleanRatings.ratings()))
        .satisfies(
            batches -> {
              assertEquals(4, RatingRow.sorted(batches).size());
              return null;
            });
    PAssert.that(cleaned.get(CleanRatings.rejects()))
        .satisfies(
            lists -> {
              assertEquals(List.of(1, 1, 1), sizes(lists));
              return null;
            });
    pipeline.run().waitUntilFinish();
  }
}
