package dev.beamals.pipelines;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;

/** The flags of {@code scripts/als evaluate}. */
public interface EvaluateOptions extends RatingsOptions {

  @Description(
      "Rows whose user or item has no factors: 'drop' leaves them out of the figures, 'nan' makes"
          + " the figures NaN, 'baseline' predicts the mean and the bias that is known, of a model with"
          + " --center or --biases.")
  @Default.Enum("drop")
  TrainOptions.ColdStartStrategy getColdStartStrategy();

  void setColdStartStrategy(TrainOptions.ColdStartStrategy coldStartStrategy);
}
