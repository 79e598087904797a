package dev.beamals.report;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.CustomCoder;

/**
 * What some rows of ratings are, and how far a model's predictions are from them.
 *
 * @param cold how many ratings are of a user or an item without factors, and so in no bin of errors
 * @param ratings their values
 * @param users how many ratings each user has
 * @param errorsByRating predictions less what they should be, by the rating
 * @param errorsByPopularity the same by the training ratings of the item; none where the model does
 *     not tell these
 */
public record RowSummary(
    long cold, Bins ratings, Bins users, Bins errorsByRating, Bins errorsByPopularity) {
  /** Bits of the mantissa: halves up to 8 stay apart. */
  private static final int RATING_BITS = 3;

  private static final int VALUE_BITS = 9;

  /** Of no rows; {@link SummarizeRatings} adds to its bins. */
  static RowSummary zero() {
    return of(0);
  }

  /** With empty bins. */
  static RowSummary of(long cold) {
    return new RowSummary(
        cold, Bins.create(VALUE_BITS), Bins.create(0), Bins.create(RATING_BITS), Bins.create(0));
  }

  RowSummary plus(RowSummary other) {
    return new RowSummary(
        cold + other.cold,
        ratings.plus(other.ratings),
        users.plus(other.users),
        errorsByRating.plus(other.errorsByRating),
        errorsByPopularity.plus(other.errorsByPopularity));
  }

  public static Coder coder() {
    return new Coder();
  }

  /** Deterministic. */
  public static final class Coder extends CustomCoder<RowSummary> {
    private static final long serialVersionUID = 1L;
    private static final Bins.Coder BINS = new Bins.Coder();

    @Override
    public void encode(RowSummary summary, OutputStream out) throws IOException {
      new DataOutputStream(out).writeLong(summary.cold);
      BINS.encode(summary.ratings, out);
      BINS.encode(summary.users, out);
      BINS.encode(summary.errorsByRating, out);
      BINS.encode(summary.errorsByPopularity, out);
    }

    @Override
    public RowSummary decode(InputStream in) throws IOException {
      return new RowSummary(
          new DataInputStream(in).readLong(),
          BINS.decode(in),
          BINS.decode(in),
          BINS.decode(in),
          BINS.decode(in));
    }

    @Override
    public void verifyDeterministic() {}
  }
}
