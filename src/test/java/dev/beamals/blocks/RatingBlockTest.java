package dev.beamals.blocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.ids.CoderContract;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.RatingRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.beam.sdk.values.KV;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RatingBlockTest {
  /** Which ids a side has. */
  enum Kind {
    INTS,
    STRINGS,
    MIXED;

    List<String> ids() {
      return switch (this) {
        case INTS -> List.of("5", "-3", "0", "100", "2147483647", "-2147483648", "7", "70");
        case STRINGS -> List.of("b", "a", "", "007", "a,b", "\"q\"", "用户", "🎧", "\uFFEE");
        case MIXED -> List.of("10", "9", "x", "-1", "00", "2147483648", "Z", "é");
      };
    }
  }

  /** The documented order of ids, taken from sets of two. */
  private static int compare(String a, String b) {
    return a.equals(b) ? 0 : Ids.of(a, b).get(0).equals(a) ? -1 : 1;
  }

  /** Rows in the order of a block: own id, neighbour, rating. */
  private static List<RatingRow> expected(Collection<RatingRow> rows, Side side) {
    Function<RatingRow, String> src = side == Side.USER ? RatingRow::user : RatingRow::item;
    Function<RatingRow, String> dst = side == Side.USER ? RatingRow::item : RatingRow::user;
    return rows.stream()
        .map(RatingRow::withoutFingerprint)
        .sorted(
            Comparator.comparing(src, RatingBlockTest::compare)
                .thenComparing(dst, RatingBlockTest::compare)
                .thenComparing(RatingRow::rating))
        .toList();
  }

  private static byte[] bytes(RatingBlock block) throws Exception {
    return CoderContract.encode(RatingBlock.Coder.of(), block);
  }

  @ParameterizedTest
  @EnumSource
  void blockIsTheRowsSortedByIdNeighbourAndRating(Kind kind) {
    Random random = new Random(1);
    for (int trial = 0; trial < 60; trial++) {
      List<RatingRow> rows =
          RatingRow.random(1 + random.nextInt(200), kind.ids(), Kind.MIXED.ids(), random);
      List<RatingBatch> batches = RatingRow.batches(rows, 40, random);
      for (Side side : Side.values()) {
        RatingBlock block = RatingBlock.group(batches, side, false);
        assertEquals(expected(rows, side), RatingBlocks.rows(block, side));
        assertEquals(rows.size(), block.size());
        assertEquals(0, block.duplicates());
        List<String> users = rows.stream().map(RatingRow::user).toList();
        List<String> items = rows.stream().map(RatingRow::item).toList();
        assertEquals(
            Ids.of(users.toArray(new String[0])), side == Side.USER ? block.src() : block.dst());
        assertEquals(
            Ids.of(items.toArray(new String[0])), side == Side.USER ? block.dst() : block.src());
        assertEquals(0, block.offsets()[0]);
        assertEquals(block.src().size() + 1, block.offsets().length);
      }
    }
  }

  @Test
  void denseAndSparseRowsAreSortedAlike() {
    Random random = new Random(4);
    List<String> items = IntStream.range(0, 2000).mapToObj(Integer::toString).toList();
    List<RatingRow> rows = new ArrayList<>();
    for (int user = 0; user < 12; user++) {
      // From one rating to more than there are items, so with pairs that occur again.
      int count = 1 << user;
      rows.addAll(RatingRow.random(count, List.of(Integer.toString(user)), items, random));
    }
    Collections.shuffle(rows, random);
    RatingBlock block = RatingBlock.group(RatingRow.batches(rows, 500, random), Side.USER, true);
    LinkedHashSet<RatingRow> distinct = new LinkedHashSet<>(rows);
    assertEquals(expected(distinct, Side.USER), RatingBlocks.rows(block, Side.USER));
    assertEquals(rows.size() - distinct.size(), block.duplicates());
  }

  @ParameterizedTest
  @EnumSource
  void bytesAreTheSameForAnyOrderAndAnyCutIntoBatches(Kind kind) throws Exception {
    Random random = new Random(2);
    for (boolean dropDuplicates : new boolean[] {false, true}) {
      List<RatingRow> rows = RatingRow.random(400, kind.ids(), kind.ids(), random);
      byte[] expected =
          bytes(RatingBlock.group(List.of(RatingRow.batch(rows)), Side.USER, dropDuplicates));
      for (int trial = 0; trial < 30; trial++) {
        Collections.shuffle(rows, random);
        List<RatingBatch> batches = RatingRow.batches(rows, 1 + random.nextInt(400), random);
        assertArrayEquals(expected, bytes(RatingBlock.group(batches, Side.USER, dropDuplicates)));
      }
    }
  }

  @Test
  void rowsEqualInUserItemRatingAndFingerprintAreKeptOnce() {
    Random random = new Random(3);
    int dropped = 0;
    for (int trial = 0; trial < 100; trial++) {
      // Few users and items: hundreds of equal rows, side by side and far apart.
      List<RatingRow> rows =
          RatingRow.random(
              1 + random.nextInt(300), Kind.MIXED.ids().subList(0, 3), Kind.INTS.ids(), random);
      LinkedHashSet<RatingRow> distinct = new LinkedHashSet<>(rows);
      RatingBlock block = RatingBlock.group(RatingRow.batches(rows, 50, random), Side.USER, true);
      assertEquals(expected(distinct, Side.USER), RatingBlocks.rows(block, Side.USER));
      assertEquals(rows.size() - distinct.size(), block.duplicates());
      assertEquals(distinct.size(), block.ratings().length);
      assertEquals(distinct.size(), block.neighbours().length);
      dropped += block.duplicates();
    }
    assertTrue(dropped > 1000);
  }

  @Test
  void rowsThatDifferInOneColumnOnlyAreAllKept() {
    RatingRow row = new RatingRow("1", "2", 0.5f, 77);
    List<RatingRow> rows =
        List.of(
            row,
            new RatingRow("3", "2", 0.5f, 77),
            new RatingRow("1", "4", 0.5f, 77),
            new RatingRow("1", "2", 0.25f, 77),
            new RatingRow("1", "2", 0.5f, 78),
            row);
    RatingBlock block = RatingBlock.group(List.of(RatingRow.batch(rows)), Side.USER, true);
    assertEquals(expected(rows.subList(0, 5), Side.USER), RatingBlocks.rows(block, Side.USER));
    assertEquals(1, block.duplicates());
  }

  @Test
  void fingerprintsNeedNotBeThereWhereDuplicatesAreKept() {
    List<RatingRow> rows = RatingRow.random(50, Kind.INTS.ids(), Kind.INTS.ids(), new Random(4));
    RatingBatch batch = RatingRow.batch(rows).withoutFingerprints();
    assertEquals(
        expected(rows, Side.ITEM),
        RatingBlocks.rows(RatingBlock.group(List.of(batch), Side.ITEM, false), Side.ITEM));
  }

  @Test
  void ratingsOfOnePairMayBeManyAndInAnyOrder() {
    List<RatingRow> rows = new ArrayList<>();
    for (int r = 0; r < 3000; r++) {
      rows.add(new RatingRow("u", "i", r, r));
    }
    Collections.reverse(rows);
    RatingBlock block = RatingBlock.group(List.of(RatingRow.batch(rows)), Side.USER, true);
    assertEquals(expected(rows, Side.USER), RatingBlocks.rows(block, Side.USER));
  }

  @ParameterizedTest
  @EnumSource
  void transposeHoldsTheSameRatingsEachInTheBlockOfItsId(Kind kind) {
    Random random = new Random(5);
    for (Side side : Side.values()) {
      for (int numBlocks : new int[] {1, 3, 8}) {
        List<RatingRow> rows = RatingRow.random(150, kind.ids(), Kind.MIXED.ids(), random);
        RatingBlock block = RatingBlock.group(List.of(RatingRow.batch(rows)), side, false);
        for (int atOnce : new int[] {1, 40, 150}) {
          List<KV<Integer, RatingBatch>> parts = new ArrayList<>();
          block.transpose(side, numBlocks, atOnce, (b, batch) -> parts.add(KV.of(b, batch)));
          assertEquals(
              rows.stream().map(RatingRow::withoutFingerprint).sorted(RatingRow.ORDER).toList(),
              RatingRow.sorted(parts.stream().map(KV::getValue).toList()));
          for (KV<Integer, RatingBatch> part : parts) {
            RatingBatch batch = part.getValue();
            Ids ids = batch.ids(side.other());
            for (int i = 0; i < ids.size(); i++) {
              assertEquals(part.getKey(), ids.block(i, numBlocks));
            }
            List<RatingRow> some = RatingRow.of(batch);
            assertEquals(RatingRow.batch(some).ids(side), batch.ids(side), "ids that occur");
            assertTrue(batch.size() <= atOnce || batch.ids(side).size() == 1, "rows at a time");
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void transposingTwiceGivesTheSameBytes(Kind kind) throws Exception {
    List<RatingRow> rows = RatingRow.random(300, kind.ids(), Kind.MIXED.ids(), new Random(6));
    RatingBlock block = RatingBlock.group(List.of(RatingRow.batch(rows)), Side.USER, false);
    for (int numBlocks : new int[] {1, 3, 8}) {
      List<RatingBatch> back = new ArrayList<>();
      block.transpose(
          Side.USER,
          numBlocks,
          100,
          (number, batch) ->
              RatingBlock.group(List.of(batch), Side.ITEM, false)
                  .transpose(Side.ITEM, 1, 300, (one, turned) -> back.add(turned)));
      assertArrayEquals(bytes(block), bytes(RatingBlock.group(back, Side.USER, false)));
    }
  }

  @Test
  void ratingsOfManyIdsAreTurnedInRangesToTheSameBytes() throws Exception {
    Random random = new Random(8);
    int[] ids = new int[40_000];
    Arrays.setAll(ids, i -> 2 * i);
    int[] user = random.ints(100_000, 0, ids.length).toArray();
    int[] item = random.ints(100_000, 0, ids.length).toArray();
    float[] ratings = new float[user.length];
    for (int r = 0; r < ratings.length; r++) {
      ratings[r] = random.nextFloat();
    }
    RatingBatch batch =
        new RatingBatch(
            RatingBatch.keepUsed(Ids.of(ids), user),
            RatingBatch.keepUsed(Ids.of(ids), item),
            user,
            item,
            ratings,
            new long[0]);
    RatingBlock users = RatingBlock.group(List.of(batch), Side.USER, false);
    RatingBlock items = RatingBlock.group(List.of(batch), Side.ITEM, false);
    List<RatingBatch> turned = new ArrayList<>();
    users.transpose(Side.USER, 1, 30_000, (number, part) -> turned.add(part));
    assertArrayEquals(bytes(items), bytes(RatingBlock.group(turned, Side.ITEM, false)));
    List<RatingBatch> back = new ArrayList<>();
    items.transpose(Side.ITEM, 3, 1 << 20, (number, part) -> back.add(part));
    assertEquals(3, back.size());
    assertArrayEquals(bytes(users), bytes(RatingBlock.group(back, Side.USER, false)));
    assertArrayEquals(
        bytes(users), bytes(RatingBlock.group(List.of(batch.orderByRanges()), Side.USER, false)));
  }

  @Test
  void neighboursThatAreNotWantedGoAndSoDoRowsWithoutAny() {
    RatingBlock block =
        RatingBlock.group(
            List.of(
                RatingRow.batch(
                    List.of(
                        new RatingRow("1", "10", 1, 7),
                        new RatingRow("1", "20", 2, 7),
                        new RatingRow("1", "20", 2, 7),
                        new RatingRow("1", "x", 3, 7),
                        new RatingRow("2", "20", 4, 7),
                        new RatingRow("a", "20", 5, 7),
                        new RatingRow("a", "x", 6, 7)))),
            Side.USER,
            true);
    assertEquals(1, block.duplicates());
    RatingBlock kept = block.keepNeighbours(new boolean[] {true, false, true});
    assertEquals(
        List.of(
            new RatingRow("1", "10", 1, 0),
            new RatingRow("1", "x", 3, 0),
            new RatingRow("a", "x", 6, 0)),
        RatingBlocks.rows(kept, Side.USER));
    assertEquals(Ids.of("1", "a"), kept.src());
    assertEquals(Ids.of("10", "x"), kept.dst());
    assertArrayEquals(new int[] {0, 2, 3}, kept.offsets());
    assertEquals(3, kept.size());
    assertEquals(1, kept.duplicates());

    assertSame(block, block.keepNeighbours(new boolean[] {true, true, true}));
    RatingBlock none = block.keepNeighbours(new boolean[3]);
    assertEquals(0, none.size() + none.src().size() + none.dst().size());
    assertArrayEquals(new int[1], none.offsets());
  }

  @ParameterizedTest
  @EnumSource
  void coderKeepsEverything(Kind kind) throws Exception {
    List<RatingRow> rows =
        RatingRow.random(60, kind.ids(), kind.ids().subList(0, 2), new Random(7));
    RatingBlock block = RatingBlock.group(List.of(RatingRow.batch(rows)), Side.USER, true);
    RatingBlock decoded = CoderContract.check(RatingBlock.Coder.of(), block);
    assertEquals(RatingBlocks.rows(block, Side.USER), RatingBlocks.rows(decoded, Side.USER));
    assertEquals(block.src(), decoded.src());
    assertEquals(block.dst(), decoded.dst());
    assertTrue(block.duplicates() > 0);
    assertEquals(block.duplicates(), decoded.duplicates());
  }

  @Test
  void ratingsOfAPairBecomeOneInAnyOrder() {
    // The second row is a whole duplicate of the first; time tells which is the last.
    float[] ratings = {5, 5, 1, 2.5f, 7};
    double[] times = {300, 300, 100, 300, 0};
    long[] fingerprints = {11, 11, 12, 13, 14};
    int[] items = {0, 0, 0, 0, 1};
    for (int first = 0; first < 5; first++) {
      int[] order = new int[5];
      for (int i = 0; i < 5; i++) {
        order[i] = (first + 2 * i) % 5;
      }
      float[] rating = new float[5];
      double[] time = new double[5];
      long[] fingerprint = new long[5];
      int[] item = new int[5];
      for (int i = 0; i < 5; i++) {
        rating[i] = ratings[order[i]];
        time[i] = times[order[i]];
        fingerprint[i] = fingerprints[order[i]];
        item[i] = items[order[i]];
      }
      RatingBatch batch =
          new RatingBatch(Ids.of(1), Ids.of(2, 3), new int[5], item, rating, fingerprint)
              .withTimes(time);
      float[][] expected = {{1, 2.5f, 5, 7}, {8.5f, 7}, {(float) (8.5 / 3), 7}, {5, 7}};
      for (RatingBlock.Aggregate aggregate : RatingBlock.Aggregate.values()) {
        RatingBlock block = RatingBlock.group(List.of(batch), Side.USER, true, aggregate);
        assertArrayEquals(expected[aggregate.ordinal()], block.ratings(), 0f, aggregate.name());
        assertEquals(1, block.duplicates());
        assertEquals(aggregate == RatingBlock.Aggregate.none ? 0 : 2, block.aggregated());
        assertEquals(block.ratings().length, block.neighbours().length);
      }
      RatingBlock all =
          RatingBlock.group(List.of(batch), Side.USER, false, RatingBlock.Aggregate.sum);
      assertEquals(13.5f, all.ratings()[0], "without dropping duplicates");
    }
  }
}
