package dev.beamals.evaluation;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.CustomCoder;

/**
 * How far the predictions of a model and those of two baselines are from the same ratings.
 *
 * @param biases of the mean of the training ratings and the biases of user and item
 * @param mean of the mean of the training ratings alone
 */
public record RatingComparison(RatingMetrics model, RatingMetrics biases, RatingMetrics mean) {
  public static Coder coder() {
    return new Coder();
  }

  static RatingComparison zero() {
    return new RatingComparison(RatingMetrics.zero(), RatingMetrics.zero(), RatingMetrics.zero());
  }

  RatingComparison plus(RatingComparison other) {
    return new RatingComparison(
        model.plus(other.model), biases.plus(other.biases), mean.plus(other.mean));
  }

  /** Deterministic. */
  public static final class Coder extends CustomCoder<RatingComparison> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(RatingComparison comparison, OutputStream out) throws IOException {
      RatingMetrics.coder().encode(comparison.model, out);
      RatingMetrics.coder().encode(comparison.biases, out);
      RatingMetrics.coder().encode(comparison.mean, out);
    }

    @Override
    public RatingComparison decode(InputStream in) throws IOException {
      return new RatingComparison(
          RatingMetrics.coder().decode(in),
          RatingMetrics.coder().decode(in),
          RatingMetrics.coder().decode(in));
    }

    @Override
    public void verifyDeterministic() {}
  }
}
