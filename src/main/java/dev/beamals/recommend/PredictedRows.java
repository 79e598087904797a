package dev.beamals.recommend;

import dev.beamals.NumbersCoder;
import dev.beamals.als.ColdPairs;
import dev.beamals.ratings.RatingBatch;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.CustomCoder;

/**
 * Rows of an input and what is predicted for them.
 *
 * @param rows whose ratings are the predictions; NaN where there is none
 * @param cold how many of them are cold, whether or not they have a prediction
 */
public record PredictedRows(RatingBatch rows, ColdPairs cold) {

  /** Deterministic. */
  static final class Coder extends CustomCoder<PredictedRows> {
    private static final long serialVersionUID = 1L;
    private static final NumbersCoder<ColdPairs> COLD = NumbersCoder.of(ColdPairs.class);

    @Override
    public void encode(PredictedRows predicted, OutputStream out) throws IOException {
      RatingBatch.Coder.of().encode(predicted.rows, out);
      COLD.encode(predicted.cold, out);
    }

    @Override
    public PredictedRows decode(InputStream in) throws IOException {
      return new PredictedRows(RatingBatch.Coder.of().decode(in), COLD.decode(in));
    }

    @Override
    public void verifyDeterministic() {}
  }
}
