package dev.beamals.ratings;

import com.google.auto.value.AutoValue;
import org.apache.beam.sdk.schemas.AutoValueSchema;
import org.apache.beam.sdk.schemas.annotations.DefaultSchema;
import org.apache.beam.sdk.schemas.annotations.SchemaFieldDescription;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One interaction: a user gave an item a rating, or played it so often.
 *
 * <p>The element that other pipelines hand to beam-als. It has a schema (user and item: string,
 * rating: double, time: datetime, may be null), so Beam finds a coder for it and makes it from rows
 * of the same fields. Ids are any strings; those that are plain ints are kept as ints inside.
 *
 * <pre>{@code
 * PCollection<Rating> ratings =
 *     plays.apply(
 *         "ToRatings",
 *         MapElements.into(TypeDescriptor.of(Rating.class))
 *             .via(play -> Rating.of(play.listener(), play.track(), play.count())));
 * }</pre>
 */
@DefaultSchema(AutoValueSchema.class)
@AutoValue
public abstract class Rating {

  @SchemaFieldDescription("The id of the user.")
  public abstract String getUser();

  @SchemaFieldDescription("The id of the item.")
  public abstract String getItem();

  @SchemaFieldDescription("The rating, or a count of interactions.")
  public abstract double getRating();

  /** When it happened; null where that is not known. */
  @SchemaFieldDescription("When it happened, if that is known.")
  public abstract @Nullable Instant getTime();

  /** A rating of which nothing is checked: {@link BatchRatings} and {@link CheckRatings} do. */
  public static Rating of(String user, String item, double rating) {
    return new AutoValue_Rating.Builder().setUser(user).setItem(item).setRating(rating).build();
  }

  /** The same for ids that are numbers. */
  public static Rating of(long user, long item, double rating) {
    return of(Long.toString(user), Long.toString(item), rating);
  }

  public Rating withTime(Instant time) {
    return toBuilder().setTime(time).build();
  }

  /** What makes it unfit to train on, in words, or null where nothing does. */
  @Nullable String defect() {
    String defect = idDefect();
    return defect != null || Float.isFinite((float) getRating())
        ? defect
        : "its rating is " + getRating() + "; expected a finite float";
  }

  /** The same for a pair, whose rating does not matter. */
  @Nullable String idDefect() {
    if (getUser().isEmpty()) {
      return "its user is empty";
    }
    return getItem().isEmpty() ? "its item is empty" : null;
  }

  abstract Builder toBuilder();

  /** What Beam makes ratings of rows with. */
  @AutoValue.Builder
  abstract static class Builder {
    abstract Builder setUser(String user);

    abstract Builder setItem(String item);

    abstract Builder setRating(double rating);

    abstract Builder setTime(@Nullable Instant time);

    abstract Rating build();
  }
}
