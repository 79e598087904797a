package dev.beamals.ratings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.ids.Ids;
import dev.beamals.ratings.SplitRatings.Mode;
import dev.beamals.ratings.SplitRatings.Part;
import dev.beamals.ratings.SplitRatings.Report;
import dev.beamals.ratings.SplitRatings.Share;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The splits that know users, times and a column; rows are told apart by their fingerprints. */
@ExtendWith(TestPipelineExtension.class)
final class SplitModesTest {
  private static final int COUNT = 900;
  private static final Random RANDOM = new Random(21);
  private static final List<RatingRow> ROWS = new ArrayList<>();

  /** For each row by its fingerprint, which counts from 0. */
  private static final double[] TIMES = new double[COUNT];

  private static final byte[] PARTS = new byte[COUNT];

  static {
    for (int r = 0; r < COUNT; r++) {
      ROWS.add(new RatingRow("u" + RANDOM.nextInt(40), "" + RANDOM.nextInt(60), r, r));
      TIMES[r] = r % 7 == 0 ? 1e9 : 1e9 + RANDOM.nextInt(1000) / 8.0;
      PARTS[r] = (byte) RANDOM.nextInt(3);
    }
  }

  private static RatingBatch batch(List<RatingRow> rows) {
    byte[] parts = new byte[rows.size()];
    for (int r = 0; r < parts.length; r++) {
      parts[r] = PARTS[(int) rows.get(r).fingerprint()];
    }
    return RatingRow.batch(rows)
        .withTimes(rows.stream().mapToDouble(row -> TIMES[(int) row.fingerprint()]).toArray())
        .withPlaces(rows.stream().mapToLong(row -> 1000 + row.fingerprint()).toArray())
        .withParts(parts);
  }

  /** Applies a split to the rows in some order, cut into batches; labels what comes out. */
  private static PCollection<KV<String, RatingBatch>> split(
      TestPipeline pipeline, String name, SplitRatings split, int cut) {
    List<RatingRow> shuffled = new ArrayList<>(ROWS);
    Collections.shuffle(shuffled, new Random(cut));
    List<RatingBatch> batches = new ArrayList<>();
    for (int from = 0; from < COUNT; from += cut) {
      batches.add(batch(shuffled.subList(from, Math.min(COUNT, from + cut))));
    }
    PCollectionTuple parts =
        pipeline
            .apply(name, Create.of(batches).withCoder(RatingBatch.Coder.of()))
            .apply(name + "/Split", split);
    PCollectionList<KV<String, RatingBatch>> labelled = PCollectionList.empty(pipeline);
    for (TupleTag<RatingBatch> tag :
        List.of(SplitRatings.training(), SplitRatings.validation(), SplitRatings.test())) {
      if (parts.has(tag)) {
        labelled =
            labelled.and(
                parts
                    .get(tag)
                    .apply(name + tag.getId(), WithKeys.of(name + " " + tag.getId()))
                    .setCoder(KvCoder.of(StringUtf8Coder.of(), RatingBatch.Coder.of())));
      }
    }
    if (parts.has(SplitRatings.report())) {
      PAssert.thatSingleton(name + " report", parts.get(SplitRatings.report()))
          .satisfies(
              report -> {
                REPORTS.put(name, report);
                return null;
              });
    }
    return labelled.apply(name + "/Flatten", Flatten.pCollections());
  }

  private static final Map<String, Report> REPORTS = Collections.synchronizedMap(new HashMap<>());

  /** For each name the part of each row. */
  private static Map<String, Part[]> parts(Iterable<KV<String, RatingBatch>> labelled) {
    Map<String, Part[]> parts = new HashMap<>();
    for (KV<String, RatingBatch> element : labelled) {
      String[] label = element.getKey().split(" ");
      Part[] of = parts.computeIfAbsent(label[0], name -> new Part[COUNT]);
      RatingBatch batch = element.getValue();
      for (int r = 0; r < batch.size(); r++) {
        int row = (int) batch.fingerprints()[r];
        assertEquals(null, of[row], "a row in two parts");
        of[row] = label[1].equals("training") ? Part.train : Part.valueOf(label[1]);
        assertEquals(TIMES[row], batch.times()[r]);
        assertEquals(1000 + row, batch.places()[r]);
        assertEquals(ROWS.get(row), RatingRow.of(batch).get(r));
      }
    }
    parts.values().forEach(of -> assertFalse(Arrays.asList(of).contains(null), "a row is lost"));
    return parts;
  }

  private static long count(Part[] parts, Part part) {
    return Arrays.stream(parts).filter(p -> p == part).count();
  }

  private static Part[] of(Map<String, Part[]> parts, String name) {
    return parts.getOrDefault(name, new Part[0]);
  }

  @Test
  void partsDependOnRowsAndSeedAloneForAnyBatchesAndBlocks(TestPipeline pipeline) {
    // Each pass of a split by time counts into 65,536 numbers: not to be compared again and again.
    pipeline.getOptions().as(DirectOptions.class).setEnforceImmutability(false);
    pipeline.getOptions().as(DirectOptions.class).setEnforceEncodability(false);
    PCollectionList<KV<String, RatingBatch>> all = PCollectionList.empty(pipeline);
    for (Mode mode : Mode.values()) {
      SplitRatings split = SplitRatings.create(mode, 5);
      if (mode != Mode.column) {
        split = split.withTest(Share.fraction(0.2)).withValidation(Share.fraction(0.1));
      }
      all =
          all.and(split(pipeline, mode + "-1", split.withNumBlocks(1), COUNT))
              .and(split(pipeline, mode + "-3", split.withNumBlocks(3), 70))
              .and(split(pipeline, mode + "-8", split.withNumBlocks(8), 211));
    }
    PAssert.that(all.apply(Flatten.pCollections()))
        .satisfies(
            labelled -> {
              Map<String, Part[]> parts = parts(labelled);
              for (Mode mode : Mode.values()) {
                Part[] one = of(parts, mode + "-1");
                assertEquals(Arrays.asList(one), Arrays.asList(of(parts, mode + "-3")));
                assertEquals(Arrays.asList(one), Arrays.asList(of(parts, mode + "-8")));
                if (mode != Mode.column) {
                  assertEquals(0.2 * COUNT, count(one, Part.test), 40, mode.name());
                  assertEquals(0.1 * COUNT, count(one, Part.validation), 30, mode.name());
                }
              }
              for (int r = 0; r < COUNT; r++) {
                assertEquals(Part.values()[PARTS[r]], of(parts, "column-1")[r]);
              }
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void nothingLeaksFromLaterAndTheMomentsAreThoseOfTheSortedTimes(TestPipeline pipeline) {
    SplitRatings byTime = SplitRatings.create(Mode.time, 5);
    double[] sorted = TIMES.clone();
    Arrays.sort(sorted);
    double testFrom = sorted[COUNT - 135]; // ⌈0.15 × 900⌉ rows from the end
    double validationFrom = sorted[COUNT - 225];
    PAssert.that(
            PCollectionList.of(
                    split(
                        pipeline,
                        "share",
                        byTime.withTest(Share.fraction(0.15)).withValidation(Share.fraction(0.1)),
                        100))
                .and(
                    split(
                        pipeline,
                        "moment",
                        byTime
                            .withTest(Share.from(testFrom))
                            .withValidation(Share.from(validationFrom)),
                        100))
                .and(split(pipeline, "most", byTime.withTest(Share.fraction(0.9999)), 400))
                .apply(Flatten.pCollections()))
        .satisfies(
            labelled -> {
              Map<String, Part[]> parts = parts(labelled);
              Part[] share = of(parts, "share");
              for (int r = 0; r < COUNT; r++) {
                Part expected =
                    TIMES[r] >= testFrom
                        ? Part.test
                        : TIMES[r] >= validationFrom ? Part.validation : Part.train;
                assertEquals(expected, share[r]);
              }
              assertEquals(Arrays.asList(share), Arrays.asList(of(parts, "moment")));
              // Rows of one time stay together: here all.
              assertEquals(COUNT, count(of(parts, "most"), Part.test));
              return null;
            });
    pipeline.run().waitUntilFinish();
    assertEquals(new Report(0, 0, validationFrom, testFrom), REPORTS.get("share"));
    assertEquals(new Report(0, 0, validationFrom, testFrom), REPORTS.get("moment"));
  }

  @Test
  void aPairStaysTogetherAndCountsOnceWhereItIsToBeAggregated(TestPipeline pipeline) {
    PCollectionList<KV<String, RatingBatch>> all = PCollectionList.empty(pipeline);
    for (Mode mode : List.of(Mode.random, Mode.user, Mode.latest)) {
      SplitRatings split = SplitRatings.create(mode, 9).withTest(Share.fraction(0.4));
      all = all.and(split(pipeline, mode.name(), split.withByPair(true), 120));
    }
    PAssert.that(all.apply(Flatten.pCollections()))
        .satisfies(
            labelled -> {
              parts(labelled)
                  .forEach(
                      (mode, parts) -> {
                        Map<String, Part> pairs = new HashMap<>();
                        int again = 0;
                        for (int r = 0; r < COUNT; r++) {
                          String pair = ROWS.get(r).user() + " " + ROWS.get(r).item();
                          Part before = pairs.put(pair, parts[r]);
                          again += before == null ? 0 : 1;
                          assertTrue(before == null || before == parts[r], mode + " " + pair);
                        }
                        assertTrue(again > 50, "the test needs pairs that occur again");
                      });
              return null;
            });
    pipeline.run().waitUntilFinish();
    assertEquals(40, REPORTS.getOrDefault("user", new Report(0, 0, 0, 0)).users());
  }

  @Test
  void columnsSurviveTheCoderSelectionAndPartition() throws IOException {
    RatingBatch batch = batch(ROWS.subList(0, 50));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    RatingBatch.Coder.of().encode(batch, out);
    RatingBatch read = RatingBatch.Coder.of().decode(new ByteArrayInputStream(out.toByteArray()));
    for (RatingBatch one : List.of(read, batch.transpose().transpose())) {
      assertEquals(RatingRow.of(batch), RatingRow.of(one));
      assertTrue(Arrays.equals(batch.times(), one.times()));
      assertTrue(Arrays.equals(batch.parts(), one.parts()));
      assertTrue(Arrays.equals(batch.places(), one.places()));
    }
    int rows = 0;
    for (KV<Integer, RatingBatch> part : batch.partition(7)) {
      RatingBatch block = part.getValue();
      for (int r = 0; r < block.size(); r++) {
        int row = (int) block.fingerprints()[r];
        assertEquals(ROWS.get(row), RatingRow.of(block).get(r));
        assertEquals(part.getKey(), Ids.of(ROWS.get(row).user()).block(0, 7));
        assertEquals(PARTS[row], block.parts()[r]);
        assertEquals(TIMES[row], block.times()[r]);
        rows++;
      }
    }
    assertEquals(50, rows);
  }

  @Test
  void sharesThatDoNotFitTheModeAreRefused(TestPipeline pipeline) {
    PCollection<RatingBatch> rows =
        pipeline.apply(Create.of(batch(ROWS)).withCoder(RatingBatch.Coder.of()));
    pipeline.enableAbandonedNodeEnforcement(false);
    List<SplitRatings> wrong =
        List.of(
            SplitRatings.create(Mode.random, 1),
            SplitRatings.create(Mode.random, 1).withTest(Share.rows(1)),
            SplitRatings.create(Mode.time, 1).withTest(Share.rows(1)),
            SplitRatings.create(Mode.user, 1).withTest(Share.from(1)),
            SplitRatings.create(Mode.column, 1).withTest(Share.fraction(0.1)),
            SplitRatings.create(0.5, 1).withValidation(Share.fraction(0.5)),
            SplitRatings.create(Mode.time, 1).withTest(Share.from(5)).withValidation(Share.from(5)),
            SplitRatings.create(Mode.time, 1)
                .withTest(Share.from(5))
                .withValidation(Share.fraction(0.1)));
    for (int i = 0; i < wrong.size(); i++) {
      String name = "wrong" + i;
      SplitRatings split = wrong.get(i);
      assertThrows(IllegalArgumentException.class, () -> rows.apply(name, split), name);
    }
  }
}
