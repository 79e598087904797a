package dev.beamals.evaluation;

import dev.beamals.ids.ArrayCoding;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.CustomCoder;
import org.jspecify.annotations.Nullable;

/**
 * What lists of recommended items are worth, over users: those of a model beside those of the most
 * popular items. {@link EvaluateRanking} tells what is ranked and what is relevant.
 *
 * <p>Every user counts the same. Immutable.
 */
public final class RankingMetrics {
  private final int[] topK;
  private final long[] counts;
  private final Scores model;
  private final Scores popularity;

  /**
   * @param topK ascending
   * @param counts in the order of the methods below
   */
  RankingMetrics(int[] topK, long[] counts, Scores model, Scores popularity) {
    this.topK = topK;
    this.counts = counts;
    this.model = model;
    this.popularity = popularity;
  }

  public static Coder coder() {
    return new Coder();
  }

  /** The lengths of lists that were judged, ascending. */
  public List<Integer> topK() {
    return Arrays.stream(topK).boxed().toList();
  }

  /** How many users were averaged: those with a relevant item that could be recommended. */
  public long users() {
    return counts[0];
  }

  /** Users left out, as they have test rows and were not trained. */
  public long untrainedUsers() {
    return counts[1];
  }

  /** Users left out, as none of their test rows is a relevant item that could be recommended. */
  public long usersWithoutRelevant() {
    return counts[2];
  }

  /** The relevant items of the users that were averaged, added up. */
  public long relevant() {
    return counts[3];
  }

  /** Relevant items of trained users left out, as they were not trained or are no candidates. */
  public long unranked() {
    return counts[4];
  }

  /** Relevant items of trained users left out, as the user has them in training too. */
  public long seen() {
    return counts[5];
  }

  /** How many items were ranked. */
  public long items() {
    return counts[6];
  }

  /** The figures of the model. */
  public Scores model() {
    return model;
  }

  /** The figures of the most popular items: the baseline. */
  public Scores popularity() {
    return popularity;
  }

  /** Whether the most popular items are better: in nDCG at the longest length. */
  public boolean isWorseThanPopularity() {
    int k = topK[topK.length - 1];
    return model.mean(RankingMetric.ndcg, k) < popularity.mean(RankingMetric.ndcg, k);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RankingMetrics that
        && Arrays.equals(topK, that.topK)
        && Arrays.equals(counts, that.counts)
        && model.equals(that.model)
        && popularity.equals(that.popularity);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return "users, untrained, without, relevant, unranked, seen, items "
        + Arrays.toString(counts)
        + ", model "
        + model
        + ", popularity "
        + popularity;
  }

  /** The figures of one recommender, at each length k of lists; NaN where no user was averaged. */
  public static final class Scores {
    /** Of each metric its mean and its standard error; coverage, novelty, popularity. */
    static final int COUNT = 2 * RankingMetric.values().length + 3;

    private final int[] topK;
    private final double[][] scores;

    Scores(int[] topK, double[][] scores) {
      this.topK = topK;
      this.scores = scores;
    }

    private double score(int k, int index) {
      int t = Arrays.binarySearch(topK, k);
      if (t < 0) {
        throw new IllegalArgumentException("k=" + k + ": expected one of " + Arrays.toString(topK));
      }
      return scores[t][index];
    }

    /** The mean of a metric over users. */
    public double mean(RankingMetric metric, int k) {
      return score(k, 2 * metric.ordinal());
    }

    /**
     * The standard error of {@link #mean}: {@code s / √n} over n users, s² being {@code Σ (m − m̄)²
     * / (n − 1)}; NaN for less than two users.
     */
    public double standardError(RankingMetric metric, int k) {
      return score(k, 2 * metric.ordinal() + 1);
    }

    /** Catalogue coverage: the share of all ranked items that are on a list. */
    public double coverage(int k) {
      return score(k, COUNT - 3);
    }

    /**
     * Novelty, in bits: the mean over all entries of all lists of {@code −log2(owners / users)},
     * the share of the trained users who have the item in training; one that nobody has counts as
     * if one had.
     */
    public double novelty(int k) {
      return score(k, COUNT - 2);
    }

    /** Popularity: the mean of the same share. */
    public double popularity(int k) {
      return score(k, COUNT - 1);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Scores that && Arrays.deepEquals(scores, that.scores);
    }

    @Override
    public int hashCode() {
      return Arrays.deepHashCode(scores);
    }

    @Override
    public String toString() {
      return Arrays.deepToString(scores);
    }
  }

  /** Deterministic. */
  public static final class Coder extends CustomCoder<RankingMetrics> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(RankingMetrics metrics, OutputStream out) throws IOException {
      ArrayCoding.write(metrics.topK, out);
      ArrayCoding.write(metrics.counts, out);
      for (Scores scores : List.of(metrics.model, metrics.popularity)) {
        for (double[] row : scores.scores) {
          ArrayCoding.write(Arrays.stream(row).mapToLong(Double::doubleToLongBits).toArray(), out);
        }
      }
    }

    @Override
    public RankingMetrics decode(InputStream in) throws IOException {
      int[] topK = ArrayCoding.readInts(in);
      long[] counts = ArrayCoding.readLongs(in);
      return new RankingMetrics(topK, counts, decodeScores(topK, in), decodeScores(topK, in));
    }

    private static Scores decodeScores(int[] topK, InputStream in) throws IOException {
      double[][] scores = new double[topK.length][];
      for (int t = 0; t < topK.length; t++) {
        scores[t] =
            Arrays.stream(ArrayCoding.readLongs(in))
                .mapToDouble(Double::longBitsToDouble)
                .toArray();
      }
      return new Scores(topK, scores);
    }

    @Override
    public void verifyDeterministic() {}
  }
}
