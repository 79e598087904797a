package dev.beamals.pipelines;

import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of a command that puts ratings beside a model. */
@Group(Group.Name.data)
public interface RatingsOptions extends ModelInputOptions, InputOptions {

  @Description("Column of the rating. Default: the one the model was trained with.")
  @Nullable String getRatingCol();

  void setRatingCol(@Nullable String ratingCol);

  @Description(
      "Column of the time: seconds or milliseconds since the epoch, or dates (--timestampFormat)."
          + " Rows below 0 are dropped. Without this flag it is that of the training, and files"
          + " without one skip the rule; 'none' switches it off.")
  @Nullable String getTimestampCol();

  void setTimestampCol(@Nullable String timestampCol);
}
