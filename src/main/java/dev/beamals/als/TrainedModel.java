package dev.beamals.als;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.Factors;
import dev.beamals.blocks.RatingBlock;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PValue;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/** What {@link Als} gives: a model, and what only its training knows. */
public final class TrainedModel extends AlsModel {
  private static final TupleTag<RatingBlock> RATINGS = new TupleTag<>("ratings") {};
  private static final TupleTag<RatingBlock> RATINGS_BY_ITEM = new TupleTag<>("ratingsByItem") {};

  private static final TupleTag<FactorBlock> ITEM_RATINGS = new TupleTag<>("itemRatings") {};

  private static final TupleTag<DroppedRatings> DROPPED = new TupleTag<>("dropped") {};
  private static final TupleTag<TrainingSummary> SUMMARY = new TupleTag<>("summary") {};

  private final PCollection<RatingBlock> ratings;
  private final PCollection<RatingBlock> ratingsByItem;
  private final PCollection<FactorBlock> itemRatings;
  private final PCollection<TrainingSummary> summary;
  private final @Nullable PCollection<DroppedRatings> dropped;

  TrainedModel(
      Factors users,
      Factors items,
      AlsParameters parameters,
      RatingMean mean,
      PCollection<RatingBlock> ratings,
      PCollection<RatingBlock> ratingsByItem,
      PCollection<FactorBlock> itemRatings,
      PCollection<TrainingSummary> summary,
      @Nullable PCollection<DroppedRatings> dropped) {
    super(ratings.getPipeline(), users, items, parameters, mean);
    this.ratings = ratings;
    this.ratingsByItem = ratingsByItem;
    this.itemRatings = itemRatings;
    this.summary = summary;
    this.dropped = dropped;
  }

  /**
   * What was not trained on: one element; null where ratings are neither aggregated nor left out
   * for being few.
   */
  public @Nullable PCollection<DroppedRatings> dropped() {
    return dropped;
  }

  /**
   * How the training went, with the objective after each half-step: one element, none where there
   * are no ratings.
   */
  public PCollection<TrainingSummary> summary() {
    return summary;
  }

  /** The ratings that were trained on, by user; duplicates are dropped where that was asked for. */
  public PCollection<RatingBlock> ratings() {
    return ratings;
  }

  /** The same ratings by item. */
  public PCollection<RatingBlock> ratingsByItem() {
    return ratingsByItem;
  }

  /** How many ratings each item was trained on: rows of one column. */
  public PCollection<FactorBlock> itemRatings() {
    return itemRatings;
  }

  @Override
  public Map<TupleTag<?>, PValue> expand() {
    Map<TupleTag<?>, PValue> values = new HashMap<>(super.expand());
    values.put(RATINGS, ratings);
    values.put(RATINGS_BY_ITEM, ratingsByItem);
    values.put(ITEM_RATINGS, itemRatings);
    values.put(SUMMARY, summary);
    if (dropped != null) {
      values.put(DROPPED, dropped);
    }
    return values;
  }
}
