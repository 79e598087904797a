package dev.beamals.als;

import dev.beamals.CombineAll;
import dev.beamals.NumbersCoder;
import dev.beamals.blocks.RatingBlock;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;

/**
 * What was not trained on, though it could be read.
 *
 * @param duplicates ratings that were whole duplicates of another
 * @param aggregated ratings that became part of another of the same user and item
 * @param infrequent ratings of users or items with too few of them
 * @param users how many users are left out for that
 */
public record DroppedRatings(long duplicates, long aggregated, long infrequent, long users) {

  /** For {@link dev.beamals.files.ResultFile}. */
  public static Coder<DroppedRatings> coder() {
    return NumbersCoder.of(DroppedRatings.class);
  }

  private DroppedRatings plus(DroppedRatings other) {
    return new DroppedRatings(
        duplicates + other.duplicates,
        aggregated + other.aggregated,
        infrequent + other.infrequent,
        users + other.users);
  }

  /** Counts what blocks of users lost when they were made, and what became of them since. */
  public static PCollection<DroppedRatings> count(
      PCollection<RatingBlock> all, PCollection<RatingBlock> kept) {
    return count("", all, kept);
  }

  /**
   * The same, where a pipeline counts several.
   *
   * @param name what the names of its steps begin with
   */
  public static PCollection<DroppedRatings> count(
      String name, PCollection<RatingBlock> all, PCollection<RatingBlock> kept) {
    return PCollectionList.of(
            all.apply(name + "CountAll", ParDo.of(new CountFn(1))).setCoder(coder()))
        .and(kept.apply(name + "CountKept", ParDo.of(new CountFn(-1))).setCoder(coder()))
        .apply(name + "FlattenCounts", Flatten.pCollections())
        .apply(
            name + "SumCounts",
            CombineAll.create(new DroppedRatings(0, 0, 0, 0), DroppedRatings::plus));
  }

  static final class CountFn extends DoFn<RatingBlock, DroppedRatings> {
    private static final long serialVersionUID = 1L;
    private final int sign;

    CountFn(int sign) {
      this.sign = sign;
    }

    @ProcessElement
    public void processElement(@Element RatingBlock block, OutputReceiver<DroppedRatings> out) {
      out.output(
          new DroppedRatings(
              sign > 0 ? block.duplicates() : 0,
              sign > 0 ? block.aggregated() : 0,
              sign * block.size(),
              sign * block.src().size()));
    }
  }
}
