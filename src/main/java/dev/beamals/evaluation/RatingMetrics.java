package dev.beamals.evaluation;

import com.google.auto.value.AutoValue;
import dev.beamals.NumbersCoder;
import dev.beamals.als.ColdPairs;
import dev.beamals.linalg.ExactSum;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.MathContext;
import org.apache.beam.sdk.coders.BigDecimalCoder;
import org.apache.beam.sdk.coders.CustomCoder;

/**
 * How far predictions p are from ratings r, over n pairs.
 *
 * <p>The sums behind the figures are exact decimals, to which each user adds its own sums: adding
 * them up in another order gives the same bits.
 */
@AutoValue
public abstract class RatingMetrics implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final RatingMetrics ZERO =
      new AutoValue_RatingMetrics(
          0, 0, ColdPairs.NONE, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);

  /**
   * n: the pairs that were predicted, as their user and item both have factors or by a baseline.
   */
  public abstract long count();

  /** How many of them were predicted by a baseline. */
  public abstract long baseline();

  /** The pairs whose user or item has no factors, whether a baseline predicts them or not. */
  public abstract ColdPairs coldPairs();

  /** The pairs left out, as their user or their item has no factors. */
  public final long cold() {
    return coldPairs().total() - baseline();
  }

  /** Σ |r − p| */
  abstract BigDecimal absoluteErrors();

  /** Σ (r − p)² */
  abstract BigDecimal squaredErrors();

  /** Σ r */
  abstract BigDecimal ratings();

  /** Σ r² */
  abstract BigDecimal squaredRatings();

  public static Coder coder() {
    return new Coder();
  }

  public static RatingMetrics zero() {
    return ZERO;
  }

  /** Mean absolute error: {@code Σ |r − p| / n}; NaN where n = 0. */
  public double mae() {
    return count() == 0 ? Double.NaN : absoluteErrors().doubleValue() / count();
  }

  /** Root mean squared error: {@code √(Σ (r − p)² / n)}; NaN where n = 0. */
  public double rmse() {
    return count() == 0 ? Double.NaN : Math.sqrt(squaredErrors().doubleValue() / count());
  }

  /**
   * Coefficient of determination: {@code 1 − Σ (r − p)² / Σ (r − r̄)²}, r̄ being the mean of these
   * ratings; NaN where n = 0 or all ratings are equal.
   */
  public double r2() {
    if (count() == 0) {
      return Double.NaN;
    }
    BigDecimal n = BigDecimal.valueOf(count());
    // n Σ (r − r̄)² = n Σ r² − (Σ r)²: no digit is lost, as the sums are exact.
    BigDecimal spread = n.multiply(squaredRatings()).subtract(ratings().multiply(ratings()));
    return spread.signum() <= 0
        ? Double.NaN
        : 1 - n.multiply(squaredErrors()).divide(spread, MathContext.DECIMAL64).doubleValue();
  }

  /** The share of pairs that factors could predict; NaN for no pairs. */
  public double coverage() {
    return (double) (count() - baseline()) / (count() + cold());
  }

  RatingMetrics plus(RatingMetrics other) {
    return new AutoValue_RatingMetrics(
        count() + other.count(),
        baseline() + other.baseline(),
        coldPairs().plus(other.coldPairs()),
        shortest(absoluteErrors().add(other.absoluteErrors())),
        shortest(squaredErrors().add(other.squaredErrors())),
        shortest(ratings().add(other.ratings())),
        shortest(squaredRatings().add(other.squaredRatings())));
  }

  /** The one form that equal numbers have: otherwise 114 and 114.0 were two. */
  private static BigDecimal shortest(BigDecimal number) {
    return number.stripTrailingZeros();
  }

  /** Sums of one user, in the order in which its pairs are added. */
  static final class Accumulator {
    private long count;
    private long baseline;
    private final ColdPairs.Counter cold = new ColdPairs.Counter();
    private double absoluteErrors;
    private double squaredErrors;
    private double ratings;
    private double ratingsLow;
    private double squaredRatings;
    private double squaredRatingsLow;

    void add(float rating, double prediction) {
      double r = rating;
      double error = r - prediction;
      count++;
      absoluteErrors += Math.abs(error);
      squaredErrors += error * error;
      // Knuth's TwoSum keeps what a sum rounds away; the square of a float is exact in a double.
      double sum = ratings + r;
      double part = sum - ratings;
      ratingsLow += (ratings - (sum - part)) + (r - part);
      ratings = sum;
      double square = r * r;
      sum = squaredRatings + square;
      part = sum - squaredRatings;
      squaredRatingsLow += (squaredRatings - (sum - part)) + (square - part);
      squaredRatings = sum;
    }

    /** Adds a pair that a baseline predicts, after {@link #addCold}. */
    void addBaseline(float rating, double prediction) {
      baseline++;
      add(rating, prediction);
    }

    /** Counts a pair of which not both have factors. */
    void addCold(boolean userKnown, boolean itemKnown) {
      cold.add(userKnown, itemKnown);
    }

    RatingMetrics metrics() {
      return new AutoValue_RatingMetrics(
          count,
          baseline,
          cold.finish(),
          shortest(new BigDecimal(absoluteErrors)),
          shortest(new BigDecimal(squaredErrors)),
          shortest(new BigDecimal(ratings).add(new BigDecimal(ratingsLow))),
          shortest(new BigDecimal(squaredRatings).add(new BigDecimal(squaredRatingsLow))));
    }
  }

  /** The sums of many users, in any order: a sum of decimals for each of them takes long. */
  static final class Total {
    private final ExactSum absoluteErrors = new ExactSum();
    private final ExactSum squaredErrors = new ExactSum();
    private final ExactSum ratings = new ExactSum();
    private final ExactSum squaredRatings = new ExactSum();
    private long count;
    private long baseline;
    private ColdPairs cold = ColdPairs.NONE;

    void add(Accumulator user) {
      count += user.count;
      baseline += user.baseline;
      cold = cold.plus(user.cold.finish());
      absoluteErrors.add(user.absoluteErrors);
      squaredErrors.add(user.squaredErrors);
      ratings.add(user.ratings);
      ratings.add(user.ratingsLow);
      squaredRatings.add(user.squaredRatings);
      squaredRatings.add(user.squaredRatingsLow);
    }

    RatingMetrics metrics() {
      return new AutoValue_RatingMetrics(
          count,
          baseline,
          cold,
          shortest(absoluteErrors.toBigDecimal()),
          shortest(squaredErrors.toBigDecimal()),
          shortest(ratings.toBigDecimal()),
          shortest(squaredRatings.toBigDecimal()));
    }
  }

  /** Deterministic. */
  public static final class Coder extends CustomCoder<RatingMetrics> {
    private static final NumbersCoder<ColdPairs> COLD = NumbersCoder.of(ColdPairs.class);

    @Override
    public void encode(RatingMetrics metrics, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      data.writeLong(metrics.count());
      data.writeLong(metrics.baseline());
      COLD.encode(metrics.coldPairs(), out);
      BigDecimalCoder.of().encode(metrics.absoluteErrors(), out);
      BigDecimalCoder.of().encode(metrics.squaredErrors(), out);
      BigDecimalCoder.of().encode(metrics.ratings(), out);
      BigDecimalCoder.of().encode(metrics.squaredRatings(), out);
    }

    @Override
    public RatingMetrics decode(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      return new AutoValue_RatingMetrics(
          data.readLong(),
          data.readLong(),
          COLD.decode(in),
          BigDecimalCoder.of().decode(in),
          BigDecimalCoder.of().decode(in),
          BigDecimalCoder.of().decode(in),
          BigDecimalCoder.of().decode(in));
    }

    @Override
    public void verifyDeterministic() {}
  }
}
