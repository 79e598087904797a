package dev.beamals.evaluation;

import dev.beamals.ids.ArrayCoding;
import dev.beamals.linalg.ExactSum;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.CustomCoder;

/**
 * How far the predictions of several models are from the same ratings: those that all of them
 * predict. See {@link EvaluateRatings#comparedWith}. Models are told by their number, from 0.
 *
 * <p>Sums over users are exact, so that their order changes no bit.
 */
public final class RatingDifferences {
  private long rows;

  /** Users with a row that all models predict, and the sum of the squares of how many. */
  private long users;

  private long squaredCounts;

  /** Rows that each model does not predict. */
  private final long[] unpredicted;

  private final RatingMetrics[] models;
  private final Errors[] absolute;
  private final Errors[] squared;

  private RatingDifferences(int models) {
    this.unpredicted = new long[models];
    this.models = new RatingMetrics[models];
    Arrays.fill(this.models, RatingMetrics.zero());
    this.absolute = new Errors[models - 1];
    this.squared = new Errors[models - 1];
    Arrays.setAll(absolute, m -> new Errors());
    Arrays.setAll(squared, m -> new Errors());
  }

  static RatingDifferences zero(int models) {
    return new RatingDifferences(models);
  }

  public static Coder coder() {
    return new Coder();
  }

  /** All rows, also those that some model does not predict. */
  public long rows() {
    return rows;
  }

  /** Users with a row that all models predict. */
  public long users() {
    return users;
  }

  /** The figures of each model, of the rows that all models predict. */
  public List<RatingMetrics> models() {
    return List.of(models);
  }

  /** Rows that this model does not predict. */
  public long unpredicted(int model) {
    return unpredicted[model];
  }

  /** The share of all rows that this model predicts; NaN for no rows. */
  public double coverage(int model) {
    return (double) (rows - unpredicted[model]) / rows;
  }

  /**
   * The mean absolute error of a model less that of the first.
   *
   * <p>With d of a row the difference of its errors, D_u the sum of those of user u and n_u how
   * many they are, the mean is {@code d̄ = Σ D_u / Σ n_u}. The rows of a user hang together, so
   * users are what varies: its standard error is {@code √(U / (U − 1) Σ (D_u − n_u d̄)²) / Σ n_u}
   * over U users.
   *
   * <p>Source: Cochran, "Sampling Techniques", 1977, chapter 9A (clusters that differ in size).
   *
   * @param model from 1 on
   */
  public PairedDifference absoluteErrors(int model) {
    return difference(absolute[model - 1]);
  }

  /** The mean squared error of a model less that of the first; as {@link #absoluteErrors}. */
  public PairedDifference squaredErrors(int model) {
    return difference(squared[model - 1]);
  }

  private PairedDifference difference(Errors errors) {
    double n = models[0].count();
    double mean = errors.sum.toDouble() / n;
    double spread =
        errors.squares.toDouble()
            - 2 * mean * errors.products.toDouble()
            + mean * mean * squaredCounts;
    return new PairedDifference(
        mean, users < 2 ? Double.NaN : Math.sqrt(Math.max(0, spread) * users / (users - 1.0)) / n);
  }

  /**
   * Adds a user.
   *
   * @param metrics of each model, of the rows of the user that all models predict
   * @param rows how many rows the user has
   * @param without how many of them each model does not predict
   */
  void add(RatingMetrics[] metrics, int rows, int[] without) {
    this.rows += rows;
    for (int m = 0; m < models.length; m++) {
      unpredicted[m] += without[m];
      models[m] = models[m].plus(metrics[m]);
    }
    long count = metrics[0].count();
    if (count == 0) {
      return;
    }
    users++;
    squaredCounts += count * count;
    for (int m = 1; m < models.length; m++) {
      absolute[m - 1].add(
          metrics[m].absoluteErrors().doubleValue() - metrics[0].absoluteErrors().doubleValue(),
          count);
      squared[m - 1].add(
          metrics[m].squaredErrors().doubleValue() - metrics[0].squaredErrors().doubleValue(),
          count);
    }
  }

  /**
   * Adds others to these.
   *
   * @param other Not modified
   */
  void merge(RatingDifferences other) {
    rows += other.rows;
    users += other.users;
    squaredCounts += other.squaredCounts;
    for (int m = 0; m < models.length; m++) {
      unpredicted[m] += other.unpredicted[m];
      models[m] = models[m].plus(other.models[m]);
    }
    for (int m = 0; m < absolute.length; m++) {
      absolute[m].merge(other.absolute[m]);
      squared[m].merge(other.squared[m]);
    }
  }

  /**
   * These and others.
   *
   * @param other Not modified
   */
  RatingDifferences plus(RatingDifferences other) {
    RatingDifferences sum = zero(models.length);
    sum.merge(this);
    sum.merge(other);
    return sum;
  }

  /** Sums over users, D_u being the difference of the errors of a user and n_u its rows. */
  private record Errors(ExactSum sum, ExactSum squares, ExactSum products) {
    Errors() {
      this(new ExactSum(), new ExactSum(), new ExactSum());
    }

    void add(double difference, long count) {
      sum.add(difference);
      squares.add(difference * difference);
      products.add(difference * count);
    }

    void merge(Errors other) {
      sum.merge(other.sum);
      squares.merge(other.squares);
      products.merge(other.products);
    }

    void encode(OutputStream out) throws IOException {
      for (ExactSum some : List.of(sum, squares, products)) {
        ArrayCoding.write(some.toInts(), out);
      }
    }

    static Errors decode(InputStream in) throws IOException {
      List<ExactSum> sums = new ArrayList<>();
      for (int n = 0; n < 3; n++) {
        sums.add(ExactSum.ofInts(ArrayCoding.readInts(in)));
      }
      return new Errors(sums.get(0), sums.get(1), sums.get(2));
    }
  }

  /** Deterministic. */
  public static final class Coder extends CustomCoder<RatingDifferences> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(RatingDifferences differences, OutputStream out) throws IOException {
      ArrayCoding.write(
          new long[] {differences.rows, differences.users, differences.squaredCounts}, out);
      ArrayCoding.write(differences.unpredicted, out);
      for (RatingMetrics metrics : differences.models) {
        RatingMetrics.coder().encode(metrics, out);
      }
      for (int m = 0; m < differences.absolute.length; m++) {
        differences.absolute[m].encode(out);
        differences.squared[m].encode(out);
      }
    }

    @Override
    public RatingDifferences decode(InputStream in) throws IOException {
      long[] counts = ArrayCoding.readLongs(in);
      long[] unpredicted = ArrayCoding.readLongs(in);
      RatingDifferences differences = zero(unpredicted.length);
      differences.rows = counts[0];
      differences.users = counts[1];
      differences.squaredCounts = counts[2];
      System.arraycopy(unpredicted, 0, differences.unpredicted, 0, unpredicted.length);
      for (int m = 0; m < unpredicted.length; m++) {
        differences.models[m] = RatingMetrics.coder().decode(in);
      }
      for (int m = 0; m < differences.absolute.length; m++) {
        differences.absolute[m] = Errors.decode(in);
        differences.squared[m] = Errors.decode(in);
      }
      return differences;
    }

    @Override
    public void verifyDeterministic() {}
  }
}
