package dev.beamals.pipelines;

import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of {@code scripts/als fold-in}. */
public interface FoldInOptions extends RatingsOptions {

  @Description(
      "Folder for the users' factors with the items of the model: a model that recommend, predict"
          + " and the others take. An older beam-als model there is replaced at the very end.")
  @Nullable String getOutput();

  void setOutput(@Nullable String output);

  @Description(
      "Regularization, at least 0; scaled by the number of ratings. Default: that of the training;"
          + " a model of Spark MLlib does not tell it.")
  @Nullable Double getRegParam();

  void setRegParam(@Nullable Double regParam);
}
