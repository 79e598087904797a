package dev.beamals.blocks;

import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * Counts the ratings of each id. The counts are rows of one column, as factors are of many: so they
 * are stored, read and merged as factors. A float is exact up to 2²⁴, and no larger count is
 * rounded below that.
 */
public final class CountRatings
    extends PTransform<PCollection<RatingBlock>, PCollection<FactorBlock>> {
  private static final long serialVersionUID = 1L;

  private CountRatings() {}

  /** Counts for the ids that the rows of blocks belong to. */
  public static CountRatings create() {
    return new CountRatings();
  }

  @Override
  public PCollection<FactorBlock> expand(PCollection<RatingBlock> blocks) {
    return blocks
        .apply(
            "CountRows",
            MapElements.into(TypeDescriptor.of(FactorBlock.class)).via(CountRatings::count))
        .setCoder(FactorBlock.Coder.of());
  }

  private static FactorBlock count(RatingBlock block) {
    float[] counts = new float[block.src().size()];
    for (int s = 0; s < counts.length; s++) {
      counts[s] = block.offsets()[s + 1] - block.offsets()[s];
    }
    return new FactorBlock(block.src(), 1, counts);
  }
}
