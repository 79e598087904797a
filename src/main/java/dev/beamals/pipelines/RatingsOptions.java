package dev.beamals.pipelines;

import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of a command that puts ratings beside a model. */
public interface RatingsOptions extends ModelInputOptions {

  @Description("CSV files of interactions, comma-separated; globs and .gz are fine.")
  @Nullable List<String> getInput();

  void setInput(@Nullable List<String> input);

  @Description("Column of the rating. Default: the one the model was trained with.")
  @Nullable String getRatingCol();

  void setRatingCol(@Nullable String ratingCol);

  @Description(
      "Column of the time, in seconds since the epoch. Rows below 0 are dropped. Without this flag"
          + " it is that of the training, and files without one skip the rule.")
  @Nullable String getTimestampCol();

  void setTimestampCol(@Nullable String timestampCol);

  @Description(
      "Drop rows with any empty column. With false, only rows without user, item or rating go.")
  @Default.Boolean(true)
  boolean getDropMissing();

  void setDropMissing(boolean dropMissing);

  @Description("Keep rows that are equal in all columns once.")
  @Default.Boolean(true)
  boolean getDropDuplicates();

  void setDropDuplicates(boolean dropDuplicates);
}
