package dev.beamals.ratings;

import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Splits the rows of each of some users: the first in an order go to the test part, the next to the
 * validation part, the rest to training.
 *
 * <p>The order is that of the rows' hashes, or the latest first and then that of the hashes. Rows
 * with equal hashes are one: they stay together, count once, and their time is the latest of
 * theirs. A user of whom a part that was asked for, or training, would get nothing is too small:
 * all of its rows are trained on.
 */
final class UserSplit {
  private final List<byte[]> parts = new ArrayList<>();
  private final int users;
  private int smallUsers;

  /**
   * @param batches with all rows of their users
   * @param hashes for each batch the hashes of its rows
   */
  UserSplit(
      SplitRatings.Share test,
      SplitRatings.Share validation,
      boolean latest,
      List<RatingBatch> batches,
      List<long[]> hashes) {
    Ids ids = Ids.union(batches.stream().map(batch -> batch.ids(Side.USER)).toList());
    users = ids.size();
    int[] offsets = new int[users + 1];
    List<int[]> positions = new ArrayList<>();
    for (RatingBatch batch : batches) {
      int[] position = batch.ids(Side.USER).positionsIn(ids);
      positions.add(position);
      for (int u : batch.index(Side.USER)) {
        offsets[position[u] + 1]++;
      }
    }
    for (int u = 0; u < users; u++) {
      offsets[u + 1] = Math.addExact(offsets[u], offsets[u + 1]);
    }
    int[] next = Arrays.copyOf(offsets, users);
    long[] hash = new long[offsets[users]];
    double[] time = new double[latest ? hash.length : 0];
    List<int[]> places = new ArrayList<>(); // of each batch's rows among those of all users
    for (int b = 0; b < batches.size(); b++) {
      int[] user = batches.get(b).index(Side.USER);
      int[] place = new int[user.length];
      for (int r = 0; r < user.length; r++) {
        place[r] = next[positions.get(b)[user[r]]]++;
        hash[place[r]] = hashes.get(b)[r];
        if (latest) {
          time[place[r]] = batches.get(b).times()[r];
        }
      }
      places.add(place);
    }
    byte[] part = new byte[hash.length];
    int[] rows = new int[hash.length];
    Arrays.setAll(rows, r -> r);
    for (int u = 0; u < users; u++) {
      split(test, validation, hash, time, rows, offsets[u], offsets[u + 1], part);
    }
    for (int[] place : places) {
      byte[] of = new byte[place.length];
      for (int r = 0; r < of.length; r++) {
        of[r] = part[place[r]];
      }
      parts.add(of);
    }
  }

  /**
   * Splits rows {@code [from, to)} of one user.
   *
   * @param rows Modified: sorted
   * @param part Modified: set for these rows
   */
  private void split(
      SplitRatings.Share test,
      SplitRatings.Share validation,
      long[] hash,
      double[] time,
      int[] rows,
      int from,
      int to,
      byte[] part) {
    IntArrays.quickSort(rows, from, to, (a, b) -> Long.compare(hash[a], hash[b]));
    int[] first = new int[to - from]; // where each distinct row begins
    int count = 0;
    for (int r = from; r < to; r++) {
      if (r == from || hash[rows[r]] != hash[rows[r - 1]]) {
        first[count++] = r;
      } else if (time.length > 0) {
        int one = rows[first[count - 1]];
        time[one] = Math.max(time[one], time[rows[r]]);
      }
    }
    int tests = test.of(count);
    int validations = validation.isNone() ? 0 : validation.of(count);
    if (tests == 0
        || (validations == 0 && !validation.isNone())
        || (long) tests + validations >= count) {
      smallUsers++;
      return;
    }
    int[] order = new int[count];
    Arrays.setAll(order, i -> i); // the order of the hashes
    if (time.length > 0) {
      IntArrays.quickSort(
          order,
          (a, b) -> {
            int latestFirst = Double.compare(time[rows[first[b]]], time[rows[first[a]]]);
            return latestFirst != 0 ? latestFirst : Integer.compare(a, b);
          });
    }
    for (int n = 0; n < tests + validations; n++) {
      SplitRatings.Part its = n < tests ? SplitRatings.Part.test : SplitRatings.Part.validation;
      int end = order[n] + 1 < count ? first[order[n] + 1] : to;
      for (int r = first[order[n]]; r < end; r++) {
        part[rows[r]] = (byte) its.ordinal();
      }
    }
  }

  /** For each row of a batch the ordinal of its part. */
  byte[] parts(int batch) {
    return parts.get(batch);
  }

  int users() {
    return users;
  }

  /** How many users were too small to be split. */
  int smallUsers() {
    return smallUsers;
  }
}
