package dev.beamals.pipelines;

import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of {@code scripts/als evaluate}. */
@Usage(
    words = {"model", "input"},
    required = "input",
    examples = {
      "als evaluate als_model test.csv",
      "als evaluate als_model test.csv --excludeSeen=train.csv --topK=5,10"
    })
@Group(Group.Name.quality)
public interface EvaluateOptions extends ModelOptions, RatingsOptions, RankingOptions {

  @Description(
      "Rows whose user or item has no factors: 'drop' leaves them out of the figures, 'nan' makes"
          + " the figures NaN, 'baseline' predicts the mean and the bias that is known, of a model with"
          + " --center or --biases.")
  @Default.Enum("drop")
  TrainOptions.ColdStartStrategy getColdStartStrategy();

  void setColdStartStrategy(TrainOptions.ColdStartStrategy coldStartStrategy);

  @Description(
      "Files of the rows that the model was trained on, with the columns of --input: with them"
          + " lists of recommended items are judged too, without what a user has there.")
  @Nullable List<String> getExcludeSeen();

  void setExcludeSeen(@Nullable List<String> excludeSeen);

  @Description("CSV files whose --itemCol holds what may be on the lists. Default: all items.")
  @Nullable List<String> getCandidates();

  void setCandidates(@Nullable List<String> candidates);
}
