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
   * @param users that were trained, by every model
   * @param trained users of the block that each model was trained on, and the items it ranks
   * @param seen what users have in training
   * @param test users with the relevant of their test rows, each user once
   */
  RankedUsers(
      int[] topK,
      Ids items,
      float[] itemRatings,
      Ids users,
      List<Known> trained,
      List<SeenPairs> seen,
      List<SeenPairs> test) {
    this.sums = new RankingSums(topK, items, trained.size());
    this.items = items;
    sums.trained = users.size();
    Rows seenRows = new Rows(seen, users, items);
    Rows testRows = new Rows(test, users, items);
    sums.untrained = testRows.unknown;
    for (int m = 0; m < trained.size(); m++) {
      sums.untrainedBy[m] = countUnknown(test, trained.get(m).users());
      sums.unrankedBy[m] = new Rows(test, users, trained.get(m).items()).countUnknownItems();
    }
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

  /**
   * Judges the lists of some of these users, each of whom comes once.
   *
   * @param lists of each model, for the same users
   */
  void add(List<ScoredIds> lists) {
    int[] users = lists.get(0).src().positionsIn(judged);
    int[][] item = new int[lists.size()][];
    Arrays.setAll(item, m -> lists.get(m).dst().positionsIn(items));
    for (int u = 0; u < users.length; u++) {
      int[][] best = new int[lists.size()][];
      for (int m = 0; m < best.length; m++) {
        int start = lists.get(m).offsets()[u];
        best[m] = new int[lists.get(m).offsets()[u + 1] - start];
        for (int p = 0; p < best[m].length; p++) {
          best[m][p] = item[m][lists.get(m).index()[start + p]];
        }
      }
      sums.add(best, relevant, offsets[users[u]], offsets[users[u] + 1]);
    }
  }

  RankingSums sums() {
    return sums;
  }

  /**
   * What a model knows.
   *
   * @param users of the block
   * @param items that it can rank
   */
  record Known(Ids users, Ids items) {}

  private static long countUnknown(List<SeenPairs> pairs, Ids users) {
    long unknown = 0;
    for (SeenPairs part : pairs) {
      unknown += Arrays.stream(part.users().positionsIn(users)).filter(row -> row < 0).count();
    }
    return unknown;
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

    /** How many pairs of users of the block have an item that is not among all. */
    long countUnknownItems() {
      long unknown = 0;
      for (int r = 0; r < part.length; r++) {
        int count = read(r);
        for (int n = 0; n < count; n++) {
          unknown += found[n] < 0 ? 1 : 0;
        }
      }
      return unknown;
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
