package dev.beamals.ratings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.ids.Hashes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPipelineExtension.class)
final class SplitRatingsTest {
  private static final int COUNT = 5000;

  /** Rows that all differ; their rating says which is which. */
  private static List<RatingRow> rows() {
    Random random = new Random(1);
    List<RatingRow> rows = new ArrayList<>();
    for (int r = 0; r < COUNT; r++) {
      String user = random.nextBoolean() ? "" + random.nextInt(300) : "u" + random.nextInt(300);
      rows.add(new RatingRow(user, "" + random.nextInt(50), r, random.nextLong()));
    }
    return rows;
  }

  private static PCollection<KV<String, RatingBatch>> label(
      PCollection<RatingBatch> side, String label) {
    return side.apply(label, WithKeys.of(label))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), RatingBatch.Coder.of()));
  }

  /** Splits under {@code name}; what comes out is labelled {@code name training} or test. */
  private static PCollection<KV<String, RatingBatch>> labelled(
      TestPipeline pipeline, String name, List<RatingBatch> batches, SplitRatings split) {
    PCollectionTuple sides =
        pipeline
            .apply(name, Create.of(batches).withCoder(RatingBatch.Coder.of()))
            .apply(name + " split", split);
    return PCollectionList.of(label(sides.get(SplitRatings.training()), name + " training"))
        .and(label(sides.get(SplitRatings.test()), name + " test"))
        .apply(name + " flatten", Flatten.pCollections());
  }

  /** For each name the rows on the test side. Every row must be on one side of every split. */
  private static Map<String, Set<RatingRow>> tests(
      Iterable<KV<String, RatingBatch>> labelled, Set<String> names, List<RatingRow> all) {
    Map<String, Set<RatingRow>> seen = new HashMap<>();
    for (KV<String, RatingBatch> batch : labelled) {
      for (RatingRow row : RatingRow.of(batch.getValue())) {
        assertTrue(
            seen.computeIfAbsent(batch.getKey(), label -> new HashSet<>()).add(row),
            "a row twice on one side");
      }
    }
    Map<String, Set<RatingRow>> tests = new HashMap<>();
    for (String name : names) {
      Set<RatingRow> test = seen.getOrDefault(name + " test", Set.of());
      Set<RatingRow> both = new HashSet<>(seen.getOrDefault(name + " training", Set.of()));
      assertEquals(COUNT, both.size() + test.size(), "no row on both sides, none lost");
      both.addAll(test);
      assertEquals(new HashSet<>(all), both, "no row lost or made up");
      tests.put(name, test);
    }
    return tests;
  }

  private static Set<RatingRow> of(Map<String, Set<RatingRow>> tests, String name) {
    return tests.getOrDefault(name, Set.of());
  }

  @Test
  void rowFallsOnTheSameSideWhateverTheBatchesAndTheirOrder(TestPipeline pipeline) {
    List<RatingRow> rows = rows();
    List<RatingRow> shuffled = new ArrayList<>(rows);
    Collections.shuffle(shuffled, new Random(2));
    SplitRatings split = SplitRatings.create(0.2, 42);
    PAssert.that(
            PCollectionList.of(labelled(pipeline, "whole", List.of(RatingRow.batch(rows)), split))
                .and(labelled(pipeline, "cut", RatingRow.batches(rows, 9, new Random(3)), split))
                .and(
                    labelled(
                        pipeline,
                        "shuffled",
                        RatingRow.batches(shuffled, 700, new Random(4)),
                        split))
                .apply(Flatten.pCollections()))
        .satisfies(
            labelled -> {
              Map<String, Set<RatingRow>> tests =
                  tests(labelled, Set.of("whole", "cut", "shuffled"), rows);
              assertEquals(0.2 * COUNT, of(tests, "whole").size(), 90); // 3 σ
              assertEquals(of(tests, "whole"), of(tests, "cut"));
              assertEquals(of(tests, "whole"), of(tests, "shuffled"));
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void anotherSeedGivesAnIndependentSplitAndALargerFractionALargerOne(TestPipeline pipeline) {
    List<RatingRow> rows = rows();
    List<RatingBatch> batches = RatingRow.batches(rows, 2000, new Random(5));
    PAssert.that(
            PCollectionList.of(labelled(pipeline, "a", batches, SplitRatings.create(0.2, 0)))
                .and(labelled(pipeline, "b", batches, SplitRatings.create(0.2, 1)))
                .and(labelled(pipeline, "c", batches, SplitRatings.create(0.2, -1)))
                .and(labelled(pipeline, "most", batches, SplitRatings.create(0.9, 0)))
                .apply(Flatten.pCollections()))
        .satisfies(
            labelled -> {
              Map<String, Set<RatingRow>> tests =
                  tests(labelled, Set.of("a", "b", "c", "most"), rows);
              for (String other : List.of("b", "c")) {
                Set<RatingRow> inBoth = new HashSet<>(of(tests, "a"));
                inBoth.retainAll(of(tests, other));
                assertEquals(0.2 * 0.2 * COUNT, inBoth.size(), 45); // 3 σ
              }
              assertEquals(0.9 * COUNT, of(tests, "most").size(), 65);
              assertTrue(of(tests, "most").containsAll(of(tests, "a")));
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void rowsWithEqualFingerprintsStayTogether(TestPipeline pipeline) {
    List<RatingRow> rows = new ArrayList<>();
    Random random = new Random(6);
    for (int r = 0; r < 300; r++) {
      rows.add(new RatingRow("" + r % 7, "" + r % 5, 1, Hashes.mix(random.nextInt(30))));
    }
    PAssert.that(
            labelled(
                pipeline,
                "split",
                RatingRow.batches(rows, 20, random),
                SplitRatings.create(0.5, 7)))
        .satisfies(
            labelled -> {
              Map<Long, Set<String>> sides = new HashMap<>();
              for (KV<String, RatingBatch> batch : labelled) {
                for (long fingerprint : batch.getValue().fingerprints()) {
                  sides.computeIfAbsent(fingerprint, f -> new HashSet<>()).add(batch.getKey());
                }
              }
              assertEquals(30, sides.size());
              sides.values().forEach(side -> assertEquals(1, side.size()));
              assertEquals(2, sides.values().stream().distinct().count());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void fractionMustBeBetweenZeroAndOne() {
    for (double fraction : new double[] {0, 1, -0.1, 1.1, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> SplitRatings.create(fraction, 1));
    }
  }
}
