package dev.beamals.evaluation;

import dev.beamals.ids.Ids;
import dev.beamals.recommend.ScoredIds;
import dev.beamals.recommend.SeenPairs;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Judges the lists of a block of users: says whose are wanted, then takes them.
 *
 * <p>Items are numbers here, their places among all that are ranked.
 */
final class RankedUsers {
  private final RankingSums sums;
  private final Ids items;
  private final Ids judged;
  private final int[] rows;

  /** For each judged user where its relevant items begin; one more than there are users. */
  private final int[] offsets;

  private final int[] relevant;

  /**
   * @param topK the lengths of lists, ascending
   * @param items all that are ranked
   * @param itemRatings how many ratings each of them has in training
   * @param users that were trained
   * @param seen what users have in training
   * @param test users with the relevant of their test rows, each user once
   */
  RankedUsers(
      int[] topK,
      Ids items,
      float[] itemRatings,
      Ids users,
      List<SeenPairs> seen,
      List<SeenPairs> test) {
    this.sums = new RankingSums(topK, items);
    this.items = items;
    sums.trained = users.size();
    Rows seenRows = new Rows(seen, users, items);
    Rows testRows = new Rows(test, users, items);
    sums.untrained = testRows.unknown;
    int[] order = byPopularity(itemRatings);
    int[] popular = new int[topK[topK.length - 1]];
    int[] lastUser = new int[items.size()]; // the last user, from 1, who has the item
    IntArrayList judgedRows = new IntArrayList();
    IntArrayList ends = new IntArrayList(new int[] {0});
    IntArrayList allRelevant = new IntArrayList();
    for (int row = 0; row < users.size(); row++) {
      int mark = row + 1;
      for (int r = seenRows.starts[row]; r < seenRows.starts[row + 1]; r++) {
        int count = seenRows.read(r);
        for (int n = 0; n < count; n++) {
          int item = seenRows.found[n];
          if (item >= 0 && lastUser[item] != mark) {
            lastUser[item] = mark;
            sums.addOwner(item);
          }
        }
      }
      if (testRows.starts[row] == testRows.starts[row + 1]) {
        continue;
      }
      int from = allRelevant.size();
      for (int r = testRows.starts[row]; r < testRows.starts[row + 1]; r++) {
        int count = testRows.read(r);
        for (int n = 0; n < count; n++) {
          int item = testRows.found[n];
          if (item < 0) {
            sums.unranked++;
          } else if (lastUser[item] == mark) {
            sums.seen++;
          } else {
            allRelevant.add(item);
          }
        }
      }
      int to = allRelevant.size();
      if (to == from) {
        sums.without++;
        continue;
      }
      sums.users++;
      sums.relevant += to - from;
      judgedRows.add(row);
      ends.add(to);
      int size = 0;
      for (int p = 0; size < popular.length && p < order.length; p++) {
        if (lastUser[order[p]] != mark) {
          popular[size++] = order[p];
        }
      }
      sums.popular.add(popular, size, allRelevant.elements(), from, to);
    }
    this.rows = judgedRows.toIntArray();
    this.judged = users.select(rows);
    this.offsets = ends.toIntArray();
    this.relevant = allRelevant.toIntArray();
  }

  /** The most popular first, and of those with as many ratings the first id. */
  private static int[] byPopularity(float[] itemRatings) {
    long[] keys = new long[itemRatings.length];
    for (int i = 0; i < keys.length; i++) {
      // The bits of floats from 0 on have the order of the floats.
      int fewer = Integer.MAX_VALUE - Float.floatToIntBits(itemRatings[i]);
      keys[i] = (long) fewer << Integer.SIZE | i;
    }
    Arrays.sort(keys);
    int[] order = new int[keys.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = (int) keys[i];
    }
    return order;
  }

  /** Which of the users are judged, ascending: those with a relevant item. */
  int[] rows() {
    return rows;
  }

  /** Judges the lists of some of these users, each of whom comes once. */
  void add(ScoredIds lists) {
    int[] users = lists.src().positionsIn(judged);
    int[] item = lists.dst().positionsIn(items);
    for (int u = 0; u < users.length; u++) {
      int from = lists.offsets()[u];
      int[] list = new int[lists.offsets()[u + 1] - from];
      for (int p = 0; p < list.length; p++) {
        list[p] = item[lists.index()[from + p]];
      }
      sums.model.add(list, list.length, relevant, offsets[users[u]], offsets[users[u] + 1]);
    }
  }

  RankingSums sums() {
    return sums;
  }

  /** Pairs by the user of a block. */
  private static final class Rows {
    private final List<SeenPairs> parts;

    /** For each part and each of its items the place among all, or −1. */
    private final int[][] positions;

    /** For each user of the block where its rows begin in the two arrays below. */
    final int[] starts;

    private final int[] part;
    private final int[] user;

    /** Users that are not in the block. */
    final int unknown;

    /** The items of the row that was read last: places among all, ascending, or −1. */
    final int[] found;

    Rows(List<SeenPairs> parts, Ids users, Ids items) {
      this.parts = parts;
      this.positions = new int[parts.size()][];
      this.starts = new int[users.size() + 1];
      int[][] rows = new int[parts.size()][];
      int none = 0;
      int most = 0;
      for (int n = 0; n < rows.length; n++) {
        positions[n] = parts.get(n).items().positionsIn(items);
        rows[n] = parts.get(n).users().positionsIn(users);
        most = Math.max(most, parts.get(n).mostItems());
        for (int row : rows[n]) {
          if (row < 0) {
            none++;
          } else {
            starts[row + 1]++;
          }
        }
      }
      for (int row = 0; row < users.size(); row++) {
        starts[row + 1] += starts[row];
      }
      this.unknown = none;
      this.found = new int[most];
      this.part = new int[starts[users.size()]];
      this.user = new int[part.length];
      int[] next = starts.clone();
      for (int n = 0; n < rows.length; n++) {
        for (int u = 0; u < rows[n].length; u++) {
          if (rows[n][u] >= 0) {
            int r = next[rows[n][u]]++;
            part[r] = n;
            user[r] = u;
          }
        }
      }
    }

    /** Reads a row; returns how many items it has. */
    int read(int r) {
      int count = parts.get(part[r]).read(user[r], found);
      int[] to = positions[part[r]];
      for (int n = 0; n < count; n++) {
        found[n] = to[found[n]];
      }
      return count;
    }
  }
}
