package dev.beamals.report;

import dev.beamals.CombineAll;
import dev.beamals.blocks.FactorBlock;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;

/** Counts how many items have 1 rating, 2 to 3, 4 to 7 and so on, and measures these ratings. */
public final class SummarizeItems extends PTransform<PCollection<FactorBlock>, PCollection<Bins>> {
  private static final long serialVersionUID = 1L;

  private SummarizeItems() {}

  public static SummarizeItems create() {
    return new SummarizeItems();
  }

  /**
   * @param itemRatings rows of one column, as {@link dev.beamals.blocks.CountRatings} gives them
   */
  @Override
  public PCollection<Bins> expand(PCollection<FactorBlock> itemRatings) {
    return itemRatings
        .apply(
            "SummarizeBlocks",
            MapElements.into(TypeDescriptor.of(Bins.class)).via(SummarizeItems::bins))
        .setCoder(new Bins.Coder())
        .apply("SumUp", CombineAll.create(Bins.create(0), Bins::plus));
  }

  private static Bins bins(FactorBlock block) {
    Bins bins = Bins.create(0);
    for (float count : block.factors()) {
      bins.add(count, count);
    }
    return bins;
  }
}
