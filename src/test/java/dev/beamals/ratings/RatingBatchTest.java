package dev.beamals.ratings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.ids.CoderContract;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RatingBatchTest {
  private static final List<String> USERS = List.of("-1", "3", "0", "12", "user", "用户", "a,\"b\"");
  private static final List<String> ITEMS = List.of("7", "8", "007", "9", "10");

  @Test
  void selectKeepsTheChosenRowsAndOnlyTheirIds() {
    Random random = new Random(1);
    for (int trial = 0; trial < 200; trial++) {
      List<RatingRow> rows = RatingRow.random(random.nextInt(12), USERS, ITEMS, random);
      RatingBatch batch = RatingRow.batch(rows);
      int[] chosen = new int[rows.size()];
      List<RatingRow> expected = new ArrayList<>();
      for (int r = 0; r < rows.size(); r++) {
        if (random.nextBoolean()) {
          chosen[expected.size()] = r;
          expected.add(rows.get(r));
        }
      }
      RatingBatch some = batch.select(chosen, expected.size());
      assertEquals(expected, RatingRow.of(some));
      assertEquals(RatingRow.batch(expected).ids(Side.USER), some.ids(Side.USER));
      assertEquals(RatingRow.batch(expected).ids(Side.ITEM), some.ids(Side.ITEM));
      assertEquals(rows, RatingRow.of(batch), "the batch itself is not modified");
    }
  }

  @Test
  void batchWithoutFingerprintsHasTheSameRatings() {
    List<RatingRow> rows = RatingRow.random(20, USERS, ITEMS, new Random(2));
    RatingBatch batch = RatingRow.batch(rows).withoutFingerprints();
    assertEquals(0, batch.fingerprints().length);
    assertEquals(rows.stream().map(RatingRow::withoutFingerprint).toList(), RatingRow.of(batch));
    RatingBatch some = batch.select(new int[] {3, 5}, 2);
    assertEquals(
        List.of(rows.get(3).withoutFingerprint(), rows.get(5).withoutFingerprint()),
        RatingRow.of(some));
  }

  @Test
  void rowsOfManyUsersComeInRangesOfThem() {
    int users = 70_000;
    int[] user = new Random(5).ints(200_000, 0, users).toArray();
    int[] item = new int[user.length];
    float[] rating = new float[user.length];
    long[] fingerprint = new long[user.length];
    double[] time = new double[user.length];
    for (int r = 0; r < user.length; r++) {
      item[r] = user[r] % 10;
      rating[r] = r;
      fingerprint[r] = -r;
      time[r] = r + 0.5;
    }
    int[] ids = new int[users];
    Arrays.setAll(ids, i -> 3 * i);
    RatingBatch batch =
        new RatingBatch(
                Ids.of(ids), Ids.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), user, item, rating, fingerprint)
            .withTimes(time);
    RatingBatch ordered = batch.orderByRanges();
    int ranges = 1;
    boolean[] seen = new boolean[user.length];
    for (int r = 0; r < user.length; r++) {
      int from = (int) ordered.ratings()[r];
      assertEquals(user[from], ordered.index(Side.USER)[r]);
      assertEquals(item[from], ordered.index(Side.ITEM)[r]);
      assertEquals(-from, ordered.fingerprints()[r]);
      assertEquals(from + 0.5, ordered.times()[r]);
      seen[from] = true;
      if (r > 0) {
        int shift = RatingBatch.rangeShift(users);
        int step =
            (ordered.index(Side.USER)[r] >>> shift) - (ordered.index(Side.USER)[r - 1] >>> shift);
        assertTrue(step >= 0, "ranges ascend");
        ranges += step;
        assertTrue(step > 0 || from > (int) ordered.ratings()[r - 1], "within one they stay");
      }
    }
    for (boolean one : seen) {
      assertTrue(one);
    }
    assertTrue(ranges > 128 && ranges <= 256, ranges + " ranges");
    RatingBatch few = RatingRow.batch(RatingRow.random(20, USERS, ITEMS, new Random(2)));
    assertSame(few, few.orderByRanges(), "of few users any order is as good");
  }

  @Test
  void coderKeepsEveryRowWithAndWithoutFingerprints() throws Exception {
    List<RatingRow> rows = RatingRow.random(30, USERS, ITEMS, new Random(3));
    rows.add(new RatingRow("x", "y", -0f, Long.MIN_VALUE));
    rows.add(new RatingRow("x", "y", Float.NaN, Long.MAX_VALUE));
    RatingBatch batch = RatingRow.batch(rows);
    RatingBatch decoded = CoderContract.check(RatingBatch.Coder.of(), batch);
    assertEquals(rows, RatingRow.of(decoded));
    assertEquals(batch.ids(Side.USER), decoded.ids(Side.USER));
    decoded = CoderContract.check(RatingBatch.Coder.of(), batch.withoutFingerprints());
    assertEquals(rows.stream().map(RatingRow::withoutFingerprint).toList(), RatingRow.of(decoded));
    decoded = CoderContract.check(RatingBatch.Coder.of(), RatingRow.batch(List.of()));
    assertEquals(0, decoded.size());
  }

  @Test
  void coderKeepsArraysLongerThanItsBuffer() throws Exception {
    for (int count : new int[] {8191, 8192, 8193, 20_000}) {
      Random random = new Random(count);
      int[] user = random.ints(count, 0, 3).toArray();
      long[] fingerprint = random.longs(count).toArray();
      float[] rating = new float[count];
      for (int r = 0; r < count; r++) {
        rating[r] = random.nextFloat();
      }
      RatingBatch batch =
          new RatingBatch(Ids.of(1, 2, 3), Ids.of("x"), user, new int[count], rating, fingerprint);
      RatingBatch decoded =
          RatingBatch.Coder.of()
              .decode(
                  new ByteArrayInputStream(CoderContract.encode(RatingBatch.Coder.of(), batch)));
      assertArrayEquals(user, decoded.index(Side.USER));
      assertArrayEquals(new int[count], decoded.index(Side.ITEM));
      assertArrayEquals(rating, decoded.ratings());
      assertArrayEquals(fingerprint, decoded.fingerprints());
    }
  }
}
