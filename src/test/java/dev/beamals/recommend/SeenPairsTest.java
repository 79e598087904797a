package dev.beamals.recommend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.CoderContract;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SeenPairsTest {
  /** Enough for gaps of one, two and three bytes. */
  private static final int ITEMS = 70_000;

  /**
   * Pairs of 40 users, some twice. User 11 has seen all items, so that all are there, and user 7
   * the first and the last and hardly any between.
   */
  private static RatingBatch batch(int pairs, boolean sorted) {
    Random random = new Random(pairs);
    int[][] rows = new int[ITEMS + 2 + pairs][];
    for (int i = 0; i < ITEMS; i++) {
      rows[i] = new int[] {11, i};
    }
    rows[ITEMS] = new int[] {7, ITEMS - 1};
    rows[ITEMS + 1] = new int[] {7, 0};
    for (int r = ITEMS + 2; r < rows.length; r++) {
      int item = random.nextInt(4) == 0 ? random.nextInt(ITEMS) : random.nextInt(50);
      rows[r] = new int[] {20 + random.nextInt(20), item};
    }
    if (sorted) {
      Arrays.sort(rows, (a, b) -> a[0] != b[0] ? a[0] - b[0] : a[1] - b[1]);
    }
    int[] user = Arrays.stream(rows).mapToInt(row -> row[0]).toArray();
    int[] item = Arrays.stream(rows).mapToInt(row -> row[1]).toArray();
    Ids users = Ids.of(IntStream.range(0, 40).map(u -> 3 * u - 20).toArray());
    Ids items = Ids.of(IntStream.range(0, ITEMS).toArray());
    return new RatingBatch(
        RatingBatch.keepUsed(users, user),
        RatingBatch.keepUsed(items, item),
        user,
        item,
        new float[0],
        new long[0]);
  }

  private static Set<String> pairs(RatingBatch batch) {
    return IntStream.range(0, batch.size())
        .mapToObj(r -> id(batch, Side.USER, r) + " " + id(batch, Side.ITEM, r))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String id(RatingBatch batch, Side side, int row) {
    return batch.ids(side).get(batch.index(side)[row]);
  }

  /** What the bits say that were set: a bit for every item, by its number. */
  private static Set<String> marked(SeenPairs pairs) {
    int[] positions = new int[pairs.items().size()];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = pairs.items().intAt(i);
    }
    Set<String> marked = new TreeSet<>();
    int words = ITEMS / Long.SIZE + 1;
    for (int u = 0; u < pairs.users().size(); u++) {
      long[] marks = new long[3 * words];
      pairs.mark(u, positions, marks, words);
      for (int i = 0; i < marks.length * Long.SIZE; i++) {
        if ((marks[i / Long.SIZE] >>> i % Long.SIZE & 1) != 0) {
          marked.add(pairs.users().get(u) + " " + (i - words * Long.SIZE));
        }
      }
    }
    return marked;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void partsTogetherSayWhatTheBatchSays(int blocks) {
    for (boolean sorted : new boolean[] {false, true}) {
      RatingBatch batch = batch(5000, sorted);
      Set<String> all = new TreeSet<>();
      List<SeenPairs> parts = SeenPairs.partition(batch, blocks);
      assertEquals(blocks, parts.size());
      for (int b = 0; b < blocks; b++) {
        SeenPairs part = parts.get(b);
        for (int u = 0; u < part.users().size(); u++) {
          assertEquals(b, part.users().block(u, blocks));
        }
        for (String pair : marked(part)) {
          assertTrue(all.add(pair), pair + " is in two parts");
        }
      }
      assertEquals(pairs(batch), all);
    }
  }

  @Test
  void aPositionOfMinusOneSetsNothing() {
    SeenPairs pairs = SeenPairs.partition(batch(100, false), 1).get(0);
    int[] nowhere = new int[pairs.items().size()];
    Arrays.fill(nowhere, -1);
    long[] marks = new long[4];
    for (int u = 0; u < pairs.users().size(); u++) {
      pairs.mark(u, nowhere, marks, 1);
    }
    assertEquals(List.of(0L, 0L, 0L, 0L), Arrays.stream(marks).boxed().toList());
  }

  @Test
  void takesAByteOrTwoForAPair() {
    RatingBatch batch = batch(50_000, true);
    int bytes = SeenPairs.partition(batch, 1).get(0).gaps().length;
    assertTrue(bytes < 1.5 * batch.size(), bytes + " bytes");
  }

  @Test
  void itsCoderKeepsTheContract() throws Exception {
    SeenPairs pairs = SeenPairs.partition(batch(300, false), 1).get(0);
    assertEquals(pairs, CoderContract.check(SeenPairs.Coder.of(), pairs));
  }

  /** What reading the rows says: as {@link #marked}. */
  private static Set<String> read(List<SeenPairs> parts) {
    Set<String> read = new TreeSet<>();
    for (SeenPairs pairs : parts) {
      int[] row = new int[pairs.mostItems()];
      for (int u = 0; u < pairs.users().size(); u++) {
        int count = pairs.read(u, row);
        for (int n = 0; n < count; n++) {
          assertTrue(read.add(pairs.users().get(u) + " " + pairs.items().get(row[n])));
          assertTrue(n == 0 || row[n] > row[n - 1]);
        }
      }
    }
    return read;
  }

  @Test
  void rowsAreReadAsTheyWerePacked() {
    RatingBatch batch = batch(3000, false);
    assertEquals(pairs(batch), read(SeenPairs.partition(batch, 3)));
    RatingBlock block = RatingBlock.group(List.of(batch), Side.USER, false);
    for (int blocks : new int[] {1, 3, 8}) {
      assertEquals(pairs(batch), read(SeenPairs.partition(block, -1, blocks)));
    }
  }

  @Test
  void ofRatingsThatAreTooLowTheUserIsLeft() {
    RatingBatch batch =
        new RatingBatch(
            Ids.of(1, 2),
            Ids.of(5, 6, 7),
            new int[] {0, 0, 1, 0},
            new int[] {0, 2, 1, 2},
            new float[] {3, 4, 3.5f, 5},
            new long[0]);
    RatingBlock block = RatingBlock.group(List.of(batch), Side.USER, false);
    List<SeenPairs> parts = SeenPairs.partition(block, 4, 1);
    assertEquals(Ids.of(1, 2), parts.get(0).users());
    assertEquals(Ids.of(7), parts.get(0).items());
    assertEquals(Set.of("1 7"), read(parts));
  }
}
