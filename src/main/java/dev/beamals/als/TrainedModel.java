package dev.beamals.als;

import dev.beamals.blocks.Factors;
import dev.beamals.blocks.RatingBlock;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PValue;
import org.apache.beam.sdk.values.TupleTag;

/** What {@link Als} gives: a model, and what only its training knows. */
public final class TrainedModel extends AlsModel {
  private static final TupleTag<RatingBlock> RATINGS = new TupleTag<>("ratings") {};

  private final PCollection<RatingBlock> ratings;

  TrainedModel(
      Factors users, Factors items, AlsParameters parameters, PCollection<RatingBlock> ratings) {
    super(ratings.getPipeline(), users, items, parameters);
    this.ratings = ratings;
  }

  /** The ratings that were trained on, by user; duplicates are dropped where that was asked for. */
  public PCollection<RatingBlock> ratings() {
    return ratings;
  }

  @Override
  public Map<TupleTag<?>, PValue> expand() {
    Map<TupleTag<?>, PValue> values = new HashMap<>(super.expand());
    values.put(RATINGS, ratings);
    return values;
  }
}
