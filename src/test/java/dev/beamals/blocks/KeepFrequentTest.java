package dev.beamals.blocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against taking out one id after the other. */
@ExtendWith(TestPipelineExtension.class)
final class KeepFrequentTest {

  private static RatingBatch batch(Collection<String> pairs) {
    List<String[]> rows = pairs.stream().map(pair -> pair.split(",")).toList();
    Ids users = Ids.of(rows.stream().map(row -> row[0]).toArray(String[]::new));
    Ids items = Ids.of(rows.stream().map(row -> row[1]).toArray(String[]::new));
    int[] user = new int[rows.size()];
    int[] item = new int[rows.size()];
    float[] rating = new float[rows.size()];
    for (int r = 0; r < rating.length; r++) {
      user[r] = Ids.of(rows.get(r)[0]).positionsIn(users)[0];
      item[r] = Ids.of(rows.get(r)[1]).positionsIn(items)[0];
      rating[r] = r;
    }
    return new RatingBatch(users, items, user, item, rating, new long[0]);
  }

  private static Set<String> pairs(Random random, int count) {
    Set<String> pairs = new TreeSet<>();
    while (pairs.size() < count) {
      // Some ids are of many ratings, most of few.
      int user = (int) (60 * Math.pow(random.nextDouble(), 2));
      int item = (int) (50 * Math.pow(random.nextDouble(), 3));
      pairs.add("u" + user + "," + item);
    }
    return pairs;
  }

  /** Takes out any id that has too few until there is none. */
  private static Set<String> bruteForce(Set<String> pairs, int minUser, int minItem) {
    Set<String> left = new TreeSet<>(pairs);
    for (boolean changed = true; changed; ) {
      changed = false;
      for (int side = 0; side < 2; side++) {
        int place = side;
        Map<String, Long> counts =
            left.stream()
                .map(pair -> pair.split(",")[place])
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        int least = side == 0 ? minUser : minItem;
        changed |= left.removeIf(pair -> counts.getOrDefault(pair.split(",")[place], 0L) < least);
      }
    }
    return left;
  }

  private static Set<String> pairs(Iterable<RatingBlock> blocks) {
    Set<String> pairs = new TreeSet<>();
    for (RatingBlock block : blocks) {
      for (int s = 0; s < block.src().size(); s++) {
        assertTrue(block.offsets()[s + 1] > block.offsets()[s], "a row without a rating");
        for (int p = block.offsets()[s]; p < block.offsets()[s + 1]; p++) {
          pairs.add(block.src().get(s) + "," + block.dst().get(block.neighbours()[p]));
        }
      }
    }
    return pairs;
  }

  @Test
  void whatIsLeftIsWhatTakingOneAfterTheOtherLeaves(TestPipeline pipeline) {
    Random random = new Random(6);
    for (int n = 0; n < 3; n++) {
      Set<String> pairs = pairs(random, 220);
      int minUser = 2 + n;
      Set<String> expected = bruteForce(pairs, minUser, 4);
      assertTrue(!expected.isEmpty() && expected.size() < pairs.size() - 20);
      PAssert.that(
              pipeline
                  .apply("Pairs" + n, Create.of(batch(pairs)))
                  .apply("Block" + n, BlockRatings.create(1 + 2 * n))
                  .apply("Keep" + n, KeepFrequent.create(minUser, 4)))
          .satisfies(
              blocks -> {
                assertEquals(expected, pairs(blocks));
                return null;
              });
    }
    pipeline.run().waitUntilFinish();
  }

  @Test
  void itGoesOnUntilNothingChanges() {
    // A chain: each user shares an item with the next, and the first has nothing else.
    List<String> chain = new ArrayList<>();
    for (int u = 0; u < 100; u++) {
      chain.add("u" + u + ",i" + u);
      chain.add("u" + u + ",i" + (u + 1));
    }
    RatingBlock block = RatingBlock.group(List.of(batch(chain)), Side.USER, false);
    KeepFrequent.Rare rare = KeepFrequent.find(List.of(block.withoutRatings()), 2, 2);
    assertEquals(100, rare.users().size());
    assertEquals(101, rare.items().size());
    rare = KeepFrequent.find(List.of(block.withoutRatings()), 2, 1);
    assertEquals(0, rare.users().size() + rare.items().size());
  }

  @Test
  void fewerThanOneIsRefused() {
    IllegalArgumentException failure =
        assertThrows(IllegalArgumentException.class, () -> KeepFrequent.create(1, 0));
    assertEquals("minUserRatings=1, minItemRatings=0: expected at least 1", failure.getMessage());
  }
}
