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

  /** Users with test rows that were not trained, by some model. */
  long untrained;

  /** The same by each model. */
  final long[] untrainedBy;

  /** Trained users with test rows of which none is a relevant item that could be recommended. */
  long without;

  /** Relevant items of the users that are judged, each once a user. */
  long relevant;

  /** Relevant items of trained users that are left out, as they are not ranked, by some model. */
  long unranked;

  /** The same by each model. */
  final long[] unrankedBy;

  /** Relevant items of trained users that are left out, as the user has them in training. */
  long seen;

  final Lists[] models;
  final Lists popular;

  /**
   * Of each model after the first, by length of the list, then metric: the sum over users of the
   * squares of what it has more than the first.
   */
  private final ExactSum[][][] squaredDifferences;

  /**
   * @param topK ascending
   * @param items that are ranked
   * @param models how many there are, at least 1
   */
  RankingSums(int[] topK, Ids items, int models) {
    this.topK = topK;
    this.items = items;
    this.owners = new int[items.size()];
    this.untrainedBy = new long[models];
    this.unrankedBy = new long[models];
    this.models = new Lists[models];
    Arrays.setAll(this.models, m -> new Lists(topK, items.size()));
    this.popular = new Lists(topK, items.size());
    this.squaredDifferences = new ExactSum[models - 1][][];
    Arrays.setAll(squaredDifferences, m -> exactSums(topK.length));
  }

  /** No user and no item. */
  static RankingSums zero(int[] topK, int models) {
    return new RankingSums(topK, Ids.of(new int[0]), models);
  }

  private static ExactSum[][] exactSums(int lengths) {
    ExactSum[][] sums = new ExactSum[lengths][Lists.METRICS.length];
    for (ExactSum[] some : sums) {
      Arrays.setAll(some, m -> new ExactSum());
    }
    return sums;
  }

  /**
   * Adds what the models recommend to a user.
   *
   * @param lists of each model items by their places among all, the best first
   * @param relevant items that are relevant, ascending
   * @param from the first of them, up to {@code to}, which is larger
   */
  void add(int[][] lists, int[] relevant, int from, int to) {
    double[][] first = models[0].add(lists[0], lists[0].length, relevant, from, to);
    for (int m = 1; m < models.length; m++) {
      double[][] values = models[m].add(lists[m], lists[m].length, relevant, from, to);
      for (int t = 0; t < topK.length; t++) {
        for (int n = 0; n < values[t].length; n++) {
          double difference = values[t][n] - first[t][n];
          squaredDifferences[m - 1][t][n].add(difference * difference);
        }
      }
    }
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
      for (Lists model : models) {
        model.move(positions, all.size());
      }
      popular.move(positions, all.size());
      items = all;
    }
    int[] positions = other.items.positionsIn(items);
    add(other.owners, positions, owners);
    for (int m = 0; m < models.length; m++) {
      models[m].merge(other.models[m], positions);
      untrainedBy[m] += other.untrainedBy[m];
      unrankedBy[m] += other.unrankedBy[m];
    }
    for (int m = 0; m < squaredDifferences.length; m++) {
      merge(squaredDifferences[m], other.squaredDifferences[m]);
    }
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

  private static void merge(ExactSum[][] sums, ExactSum[][] others) {
    for (int t = 0; t < sums.length; t++) {
      for (int n = 0; n < sums[t].length; n++) {
        sums[t][n].merge(others[t][n]);
      }
    }
  }

  RankingDifferences differences() {
    long[] counts = {users, untrained, without, relevant, unranked, seen, items.size()};
    RankingMetrics.Scores popularity = scores(popular);
    List<RankingMetrics> metrics =
        Arrays.stream(models)
            .map(model -> new RankingMetrics(topK, counts, scores(model), popularity))
            .toList();
    double[][][] errors = new double[squaredDifferences.length][topK.length][];
    for (int m = 0; m < errors.length; m++) {
      for (int t = 0; t < topK.length; t++) {
        errors[m][t] = new double[Lists.METRICS.length];
        for (int n = 0; n < errors[m][t].length; n++) {
          double sum = models[m + 1].sums[t][n].toDouble() - models[0].sums[t][n].toDouble();
          errors[m][t][n] = standardError(sum, squaredDifferences[m][t][n].toDouble(), users);
        }
      }
    }
    return new RankingDifferences(topK, metrics, untrainedBy, unrankedBy, errors);
  }

  /** That of a mean over users, by the sum and the sum of squares: {@code s / √n}. */
  private static double standardError(double sum, double squares, long users) {
    double spread = squares - sum * sum / users;
    return users < 2 ? Double.NaN : Math.sqrt(Math.max(0, spread) / (users - 1) / users);
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
      this.sums = exactSums(topK.length);
      this.squares = exactSums(topK.length);
      this.recommended = new int[topK.length][items];
    }

    /**
     * Adds the list of a user.
     *
     * @param list items by their places among all, the best first
     * @param size how many of them there are
     * @param relevant items that are relevant, ascending
     * @param from the first of them, up to {@code to}, which is larger
     * @return what it is worth, by length of the list, then metric
     */
    double[][] add(int[] list, int size, int[] relevant, int from, int to) {
      boolean[] hit = new boolean[size];
      for (int p = 0; p < size; p++) {
        hit[p] = Arrays.binarySearch(relevant, from, to, list[p]) >= 0;
      }
      double[][] values = new double[topK.length][METRICS.length];
      for (int t = 0; t < topK.length; t++) {
        for (RankingMetric metric : METRICS) {
          double value = metric.judge(hit, to - from, topK[t]);
          values[t][metric.ordinal()] = value;
          sums[t][metric.ordinal()].add(value);
          squares[t][metric.ordinal()].add(value * value);
        }
        for (int p = 0; p < Math.min(topK[t], size); p++) {
          recommended[t][list[p]]++;
        }
      }
      return values;
    }

    private void move(int[] positions, int items) {
      for (int t = 0; t < topK.length; t++) {
        recommended[t] = RankingSums.add(recommended[t], positions, new int[items]);
      }
    }

    private void merge(Lists other, int[] positions) {
      RankingSums.merge(sums, other.sums);
      RankingSums.merge(squares, other.squares);
      for (int t = 0; t < topK.length; t++) {
        RankingSums.add(other.recommended[t], positions, recommended[t]);
      }
    }

    /** The numbers of {@link RankingMetrics.Scores} for one length of the list. */
    private double[] scores(int t, long users, int[] owners, long trained) {
      double[] scores = new double[RankingMetrics.Scores.COUNT];
      int n = 0;
      for (int m = 0; m < METRICS.length; m++) {
        double sum = sums[t][m].toDouble();
        scores[n++] = sum / users;
        scores[n++] = standardError(sum, squares[t][m].toDouble(), users);
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
      ArrayCoding.write(sums.untrainedBy, out);
      ArrayCoding.write(sums.unrankedBy, out);
      for (Lists model : sums.models) {
        encode(model, out);
      }
      encode(sums.popular, out);
      for (ExactSum[][] squares : sums.squaredDifferences) {
        encode(squares, out);
      }
    }

    private static void encode(ExactSum[][] sums, OutputStream out) throws IOException {
      for (ExactSum[] some : sums) {
        for (ExactSum sum : some) {
          ArrayCoding.write(sum.toInts(), out);
        }
      }
    }

    private static void encode(Lists lists, OutputStream out) throws IOException {
      encode(lists.sums, out);
      encode(lists.squares, out);
      for (int[] recommended : lists.recommended) {
        ArrayCoding.write(recommended, out);
      }
    }

    @Override
    public RankingSums decode(InputStream in) throws IOException {
      int[] topK = ArrayCoding.readInts(in);
      Ids items = ArrayCoding.readIds(in);
      int[] owners = ArrayCoding.readInts(in);
      long[] counts = ArrayCoding.readLongs(in);
      long[] untrainedBy = ArrayCoding.readLongs(in);
      RankingSums sums = new RankingSums(topK, items, untrainedBy.length);
      sums.owners = owners;
      sums.trained = counts[0];
      sums.users = counts[1];
      sums.untrained = counts[2];
      sums.without = counts[3];
      sums.relevant = counts[4];
      sums.unranked = counts[5];
      sums.seen = counts[6];
      System.arraycopy(untrainedBy, 0, sums.untrainedBy, 0, untrainedBy.length);
      System.arraycopy(ArrayCoding.readLongs(in), 0, sums.unrankedBy, 0, untrainedBy.length);
      for (Lists model : sums.models) {
        decode(model, in);
      }
      decode(sums.popular, in);
      for (ExactSum[][] squares : sums.squaredDifferences) {
        decode(squares, in);
      }
      return sums;
    }

    private static void decode(ExactSum[][] sums, InputStream in) throws IOException {
      for (ExactSum[] some : sums) {
        for (int n = 0; n < some.length; n++) {
          some[n] = ExactSum.ofInts(ArrayCoding.readInts(in));
        }
      }
    }

    private static void decode(Lists lists, InputStream in) throws IOException {
      decode(lists.sums, in);
      decode(lists.squares, in);
      for (int t = 0; t < lists.topK.length; t++) {
        lists.recommended[t] = ArrayCoding.readInts(in);
      }
    }

    @Override
    public void verifyDeterministic() {}
  }
}
