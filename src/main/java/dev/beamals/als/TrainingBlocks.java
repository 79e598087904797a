package dev.beamals.als;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.beamals.blocks.RatingBlock;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PInput;
import org.apache.beam.sdk.values.POutput;
import org.apache.beam.sdk.values.PValue;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/**
 * Ratings by user and by item, ready to be trained on: once, or with several parameters, see {@link
 * Als#onBlocks}.
 */
public final class TrainingBlocks implements PInput, POutput {
  private static final TupleTag<RatingBlock> BY_USER = new TupleTag<>("byUser") {};
  private static final TupleTag<RatingBlock> BY_ITEM = new TupleTag<>("byItem") {};
  private static final TupleTag<DroppedRatings> DROPPED = new TupleTag<>("dropped") {};

  private final PCollection<RatingBlock> byUser;
  private final PCollection<RatingBlock> byItem;
  private final int numUserBlocks;
  private final int numItemBlocks;
  private final @Nullable PCollection<DroppedRatings> dropped;

  TrainingBlocks(
      PCollection<RatingBlock> byUser,
      PCollection<RatingBlock> byItem,
      int numUserBlocks,
      int numItemBlocks,
      @Nullable PCollection<DroppedRatings> dropped) {
    this.byUser = byUser;
    this.byItem = byItem;
    this.numUserBlocks = numUserBlocks;
    this.numItemBlocks = numItemBlocks;
    this.dropped = dropped;
  }

  /**
   * The same ratings in blocks of both sides, as {@link Als#blocks} made them.
   *
   * @param numUserBlocks how many blocks users were spread over
   * @param numItemBlocks how many blocks items were spread over
   */
  public static TrainingBlocks of(
      PCollection<RatingBlock> byUser,
      PCollection<RatingBlock> byItem,
      int numUserBlocks,
      int numItemBlocks) {
    checkArgument(
        numUserBlocks >= 1 && numItemBlocks >= 1,
        "numUserBlocks=%s, numItemBlocks=%s: expected at least 1",
        numUserBlocks,
        numItemBlocks);
    return new TrainingBlocks(byUser, byItem, numUserBlocks, numItemBlocks, null);
  }

  /** Applies a transform to them, as to any collection. */
  public <OutputT extends POutput> OutputT apply(
      String name, PTransform<? super TrainingBlocks, OutputT> transform) {
    return Pipeline.applyTransform(name, this, transform);
  }

  /** The ratings by user. */
  public PCollection<RatingBlock> byUser() {
    return byUser;
  }

  /** The ratings by item. */
  public PCollection<RatingBlock> byItem() {
    return byItem;
  }

  int numUserBlocks() {
    return numUserBlocks;
  }

  int numItemBlocks() {
    return numItemBlocks;
  }

  /** What was left out of them, or null where nothing could be but duplicates. */
  public @Nullable PCollection<DroppedRatings> dropped() {
    return dropped;
  }

  @Override
  public Pipeline getPipeline() {
    return byUser.getPipeline();
  }

  @Override
  public Map<TupleTag<?>, PValue> expand() {
    Map<TupleTag<?>, PValue> values = new HashMap<>();
    values.put(BY_USER, byUser);
    values.put(BY_ITEM, byItem);
    if (dropped != null) {
      values.put(DROPPED, dropped);
    }
    return values;
  }

  @Override
  public void finishSpecifyingOutput(
      String transformName, PInput input, PTransform<?, ?> transform) {}
}
