package dev.beamals.evaluation;

import dev.beamals.ids.ArrayCoding;
import dev.beamals.ids.Ids;
import dev.beamals.linalg.ExactSum;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.CustomCoder;

/**
 * What is added up over users to judge lists of recommended items: counts, and sums that are exact,
 * so that the order in which parts are merged changes no bit.
 */
final class RankingSums {
  /** The lengths of lists to judge, ascending. */
  private final int[] topK;

  /** The items that are ranked. */
  private Ids items;

  /** For each item how many trained users have it. */
  private int[] owners;

  /** Users that were trained. */
  long trained;

  /** Users whose lists are judged. */
  long users;

  /** Users with test rows that were not trained. */
  long untrained;

  /** Trained users with test rows of which none is a relevant item that could be recommended. */
  long without;

  /** Relevant items of the users that are judged, each once a user. */
  long relevant;

  /** Relevant items of trained users that are left out, as they are not ranked. */
  long unranked;

  /** Relevant items of trained users that are left out, as the user has them in training. */
  long seen;

  final Lists model;
  final Lists popular;

  /**
   * @param topK ascending
   * @param items that are ranked
   */
  RankingSums(int[] topK, Ids items) {
    this.topK = topK;
    this.items = items;
    this.owners = new int[items.size()];
    this.model = new Lists(topK, items.size());
    this.popular = new Lists(topK, items.size());
  }

  /** No user and no item. */
  static RankingSums zero(int[] topK) {
    return new RankingSums(topK, Ids.of(new int[0]));
  }

  /** One more trained user has an item, by its place among the items. */
  void addOwner(int item) {
    owners[item]++;
  }

  /**
   * Adds other sums to these.
   *
   * @param other Not modified
   */
  void merge(RankingSums other) {
    Ids all = items;
    if (items.size() == 0) {
      all = other.items;
    } else if (other.items.size() > 0 && !items.equals(other.items)) {
      all = Ids.union(List.of(items, other.items));
    }
    if (!all.equals(items)) {
      int[] positions = items.positionsIn(all);
      owners = add(owners, positions, new int[all.size()]);
      model.move(positions, all.size());
      popular.move(positions, all.size());
      items = all;
    }
    int[] positions = other.items.positionsIn(items);
    add(other.owners, positions, owners);
    model.merge(other.model, positions);
    popular.merge(other.popular, positions);
    trained += other.trained;
    users += other.users;
    untrained += other.untrained;
    without += other.without;
    relevant += other.relevant;
    unranked += other.unranked;
    seen += other.seen;
  }

  /**
   * @param to Modified, and returned
   */
  private static int[] add(int[] counts, int[] positions, int[] to) {
    for (int i = 0; i < counts.length; i++) {
      to[positions[i]] += counts[i];
    }
    return to;
  }

  RankingMetrics metrics() {
    return new RankingMetrics(
        topK,
        new long[] {users, untrained, without, relevant, unranked, seen, items.size()},
        scores(model),
        scores(popular));
  }

  private RankingMetrics.Scores scores(Lists lists) {
    double[][] scores = new double[topK.length][];
    for (int t = 0; t < topK.length; t++) {
      scores[t] = lists.scores(t, users, owners, trained);
    }
    return new RankingMetrics.Scores(topK, scores);
  }

  /** The lists of one recommender. */
  static final class Lists {
    private static final RankingMetric[] METRICS = RankingMetric.values();

    private final int[] topK;

    /** By length of the list, then metric. */
    private final ExactSum[][] sums;

    private final ExactSum[][] squares;

    /** By length of the list, then item: on how many lists it is. */
    private final int[][] recommended;

    Lists(int[] topK, int items) {
      this.topK = topK;
      this.sums = new ExactSum[topK.length][METRICS.length];
      this.squares = new ExactSum[topK.length][METRICS.length];
      this.recommended = new int[topK.length][items];
      for (ExactSum[][] all : List.of(sums, squares)) {
        for (ExactSum[] some : all) {
          Arrays.setAll(some, m -> new ExactSum());
        }
      }
    }

    /**
     * Adds the list of a user.
     *
     * @param list items by their places among all, the best first
     * @param size how many of them there are
     * @param relevant items that are relevant, ascending
     * @param from the first of them, up to {@code to}, which is larger
     */
    void add(int[] list, int size, int[] relevant, int from, int to) {
      boolean[] hit = new boolean[size];
      for (int p = 0; p < size; p++) {
        hit[p] = Arrays.binarySearch(relevant, from, to, list[p]) >= 0;
      }
      for (int t = 0; t < topK.length; t++) {
        for (RankingMetric metric : METRICS) {
          double value = metric.judge(hit, to - from, topK[t]);
          sums[t][metric.ordinal()].add(value);
          squares[t][metric.ordinal()].add(value * value);
        }
        for (int p = 0; p < Math.min(topK[t], size); p++) {
          recommended[t][list[p]]++;
        }
      }
    }

    private void move(int[] positions, int items) {
      for (int t = 0; t < topK.length; t++) {
        recommended[t] = RankingSums.add(recommended[t], positions, new int[items]);
      }
    }

    private void merge(Lists other, int[] positions) {
      for (int t = 0; t < topK.length; t++) {
        for (int m = 0; m < METRICS.length; m++) {
          sums[t][m].merge(other.sums[t][m]);
          squares[t][m].merge(other.squares[t][m]);
        }
        RankingSums.add(other.recommended[t], positions, recommended[t]);
      }
    }

    /** The numbers of {@link RankingMetrics.Scores} for one length of the list. */
    private double[] scores(int t, long users, int[] owners, long trained) {
      double[] scores = new double[RankingMetrics.Scores.COUNT];
      int n = 0;
      for (int m = 0; m < METRICS.length; m++) {
        double sum = sums[t][m].toDouble();
        double spread = squares[t][m].toDouble() - sum * sum / users;
        scores[n++] = sum / users;
        scores[n++] = users < 2 ? Double.NaN : Math.sqrt(Math.max(0, spread) / (users - 1) / users);
      }
      long distinct = 0;
      long entries = 0;
      double bits = 0;
      long owned = 0;
      for (int i = 0; i < owners.length; i++) { // in the order of ids, so always the same
        long lists = recommended[t][i];
        if (lists > 0) {
          distinct++;
          entries += lists;
          owned += lists * owners[i];
          bits -= lists * StrictMath.log((double) Math.max(1, owners[i]) / trained);
        }
      }
      scores[n++] = (double) distinct / owners.length;
      scores[n++] = bits / StrictMath.log(2) / entries;
      scores[n] = (double) owned / entries / trained;
      return scores;
    }
  }

  /** Deterministic. */
  static final class Coder extends CustomCoder<RankingSums> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(RankingSums sums, OutputStream out) throws IOException {
      ArrayCoding.write(sums.topK, out);
      ArrayCoding.write(sums.items, out);
      ArrayCoding.write(sums.owners, out);
      ArrayCoding.write(
          new long[] {
            sums.trained,
            sums.users,
            sums.untrained,
            sums.without,
            sums.relevant,
            sums.unranked,
            sums.seen
          },
          out);
      encode(sums.model, out);
      encode(sums.popular, out);
    }

    private static void encode(Lists lists, OutputStream out) throws IOException {
      for (int t = 0; t < lists.topK.length; t++) {
        for (int m = 0; m < Lists.METRICS.length; m++) {
          ArrayCoding.write(lists.sums[t][m].toInts(), out);
          ArrayCoding.write(lists.squares[t][m].toInts(), out);
        }
        ArrayCoding.write(lists.recommended[t], out);
      }
    }

    @Override
    public RankingSums decode(InputStream in) throws IOException {
      RankingSums sums = new RankingSums(ArrayCoding.readInts(in), ArrayCoding.readIds(in));
      sums.owners = ArrayCoding.readInts(in);
      long[] counts = ArrayCoding.readLongs(in);
      sums.trained = counts[0];
      sums.users = counts[1];
      sums.untrained = counts[2];
      sums.without = counts[3];
      sums.relevant = counts[4];
      sums.unranked = counts[5];
      sums.seen = counts[6];
      decode(sums.model, in);
      decode(sums.popular, in);
      return sums;
    }

    private static void decode(Lists lists, InputStream in) throws IOException {
      for (int t = 0; t < lists.topK.length; t++) {
        for (int m = 0; m < Lists.METRICS.length; m++) {
          lists.sums[t][m] = ExactSum.ofInts(ArrayCoding.readInts(in));
          lists.squares[t][m] = ExactSum.ofInts(ArrayCoding.readInts(in));
        }
        lists.recommended[t] = ArrayCoding.readInts(in);
      }
    }

    @Override
    public void verifyDeterministic() {}
  }
}
