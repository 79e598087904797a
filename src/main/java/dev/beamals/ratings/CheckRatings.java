package dev.beamals.ratings;

import com.google.auto.value.AutoValue;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.schemas.AutoValueSchema;
import org.apache.beam.sdk.schemas.annotations.DefaultSchema;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Puts ratings aside that cannot be trained on: an empty user or item, a rating that is not finite
 * as a float.
 *
 * <pre>{@code
 * PCollectionTuple checked = ratings.apply("Check", CheckRatings.create());
 * checked.get(CheckRatings.ratings()).apply("Train", Als.create());
 * checked.get(CheckRatings.rejects()).apply("WriteRejects", ...);
 * }</pre>
 *
 * <p>Both outputs have to be consumed: SparkRunner 2.70.0 mixes an unconsumed output into the
 * first.
 */
public final class CheckRatings extends PTransform<PCollection<Rating>, PCollectionTuple> {
  private static final long serialVersionUID = 1L;
  private static final TupleTag<Rating> RATINGS = new TupleTag<>("ratings") {};
  private static final TupleTag<RejectedRating> REJECTS = new TupleTag<>("rejects") {};

  private CheckRatings() {}

  public static CheckRatings create() {
    return new CheckRatings();
  }

  /** Tag of the ratings that can be trained on. */
  public static TupleTag<Rating> ratings() {
    return RATINGS;
  }

  /** Tag of the others. */
  public static TupleTag<RejectedRating> rejects() {
    return REJECTS;
  }

  /** A rating that was put aside, and why. */
  @DefaultSchema(AutoValueSchema.class)
  @AutoValue
  public abstract static class RejectedRating {
    public abstract Rating getRating();

    public abstract String getReason();

    static RejectedRating of(Rating rating, String reason) {
      return new AutoValue_CheckRatings_RejectedRating.Builder()
          .setRating(rating)
          .setReason(reason)
          .build();
    }

    @AutoValue.Builder
    abstract static class Builder {
      abstract Builder setRating(Rating rating);

      abstract Builder setReason(String reason);

      abstract RejectedRating build();
    }
  }

  @Override
  public PCollectionTuple expand(PCollection<Rating> ratings) {
    return ratings.apply(
        "CheckEach", ParDo.of(new CheckFn()).withOutputTags(RATINGS, TupleTagList.of(REJECTS)));
  }

  static final class CheckFn extends DoFn<Rating, Rating> {
    private static final long serialVersionUID = 1L;
    private final Counter rejected = Metrics.counter(CheckRatings.class, "rejected");

    @ProcessElement
    public void processElement(@Element Rating rating, MultiOutputReceiver out) {
      String defect = rating.defect();
      if (defect == null) {
        out.get(RATINGS).output(rating);
      } else {
        rejected.inc();
        out.get(REJECTS).output(RejectedRating.of(rating, defect));
      }
    }
  }
}
