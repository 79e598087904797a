package dev.beamals.evaluation;

import dev.beamals.ids.ArrayCoding;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.CustomCoder;

/**
 * What the lists of several models are worth to the same users, from the same items: see {@link
 * EvaluateRanking#comparedWith}. Models are told by their number, from 0. Immutable.
 */
public final class RankingDifferences {
  private final int[] topK;
  private final List<RankingMetrics> models;
  private final long[] untrainedUsers;
  private final long[] unranked;

  /** By model after the first, length of the lists, metric. */
  private final double[][][] errors;

  RankingDifferences(
      int[] topK,
      List<RankingMetrics> models,
      long[] untrainedUsers,
      long[] unranked,
      double[][][] errors) {
    this.topK = topK;
    this.models = List.copyOf(models);
    this.untrainedUsers = untrainedUsers;
    this.unranked = unranked;
    this.errors = errors;
  }

  public static Coder coder() {
    return new Coder();
  }

  /** The figures of each model; their counts and the most popular items are the same. */
  public List<RankingMetrics> models() {
    return models;
  }

  /** Users with test rows whom this model does not know. */
  public long untrainedUsers(int model) {
    return untrainedUsers[model];
  }

  /** Relevant items, of users whom all models know, that this model does not rank. */
  public long unranked(int model) {
    return unranked[model];
  }

  /**
   * How much better a model is than the first: the mean over users of what it has more of a metric,
   * with {@code s / √n}, s² being {@code Σ (d − d̄)² / (n − 1)} over the differences d of n users.
   *
   * @param model from 1 on
   * @param k one of the lengths that were judged
   */
  public PairedDifference difference(int model, RankingMetric metric, int k) {
    double mean = models.get(model).model().mean(metric, k) - models.get(0).model().mean(metric, k);
    int t = Arrays.binarySearch(topK, k);
    return new PairedDifference(mean, errors[model - 1][t][metric.ordinal()]);
  }

  /** Deterministic. */
  public static final class Coder extends CustomCoder<RankingDifferences> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(RankingDifferences differences, OutputStream out) throws IOException {
      ArrayCoding.write(differences.topK, out);
      ArrayCoding.write(differences.untrainedUsers, out);
      ArrayCoding.write(differences.unranked, out);
      for (RankingMetrics metrics : differences.models) {
        RankingMetrics.coder().encode(metrics, out);
      }
      DataOutputStream data = new DataOutputStream(out);
      for (double[][] ofModel : differences.errors) {
        for (double[] ofLength : ofModel) {
          for (double error : ofLength) {
            data.writeDouble(error);
          }
        }
      }
    }

    @Override
    public RankingDifferences decode(InputStream in) throws IOException {
      int[] topK = ArrayCoding.readInts(in);
      long[] untrainedUsers = ArrayCoding.readLongs(in);
      long[] unranked = ArrayCoding.readLongs(in);
      List<RankingMetrics> models = new ArrayList<>();
      for (int m = 0; m < untrainedUsers.length; m++) {
        models.add(RankingMetrics.coder().decode(in));
      }
      double[][][] errors =
          new double[models.size() - 1][topK.length][RankingMetric.values().length];
      DataInputStream data = new DataInputStream(in);
      for (double[][] ofModel : errors) {
        for (double[] ofLength : ofModel) {
          for (int n = 0; n < ofLength.length; n++) {
            ofLength[n] = data.readDouble();
          }
        }
      }
      return new RankingDifferences(topK, models, untrainedUsers, unranked, errors);
    }

    @Override
    public void verifyDeterministic() {}
  }
}
