package dev.beamals.pipelines;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/**
 * The flags of {@code als tune}: those of {@code train}, of which the parameters of ALS take
 * several values, and how to choose among them.
 */
@Usage(
    words = "input",
    required = "input",
    examples = {
      "als tune ratings.csv --rank=10,32 --regParam=0.02:0.5:log:5",
      "als tune plays.csv --implicitPrefs --alpha=1,10,40 --metric=ndcg@10 --testFraction=0.2"
    })
@Group(Group.Name.quality)
public interface TuneOptions extends TrainOptions {

  @Description(
      "What the validation rows are judged by: rmse, mae or r2; or precision, recall, cappedRecall,"
          + " hitRate, map, ndcg or mrr of lists of so many items, as in ndcg@10. Default: rmse, and"
          + " ndcg@10 with --implicitPrefs.")
  @Nullable String getMetric();

  void setMetric(@Nullable String metric);

  @Description(
      "How many trials there are at most: so many of all combinations, taken at random by --seed."
          + " Needed where a parameter is a range without a number of steps, as"
          + " --regParam=0.001:1:log.")
  @Nullable Integer getMaxTrials();

  void setMaxTrials(@Nullable Integer maxTrials);

  @Description(
      "How many trials are trained in one pipeline, at the same time where there are cores for it:"
          + " each needs memory for factors of its own. Changes speed only. Default: with the"
          + " DirectRunner one for each core, on Spark all.")
  @Group(Group.Name.runner)
  @Nullable Integer getParallelTrials();

  void setParallelTrials(@Nullable Integer parallelTrials);

  @Description(
      "Whether the best parameters are trained again, on training and validation rows together, and"
          + " that model is saved with its figures on the test rows. With false, --output is a new"
          + " folder with the table of trials alone.")
  @Default.Boolean(true)
  boolean getRefit();

  void setRefit(boolean refit);
}
