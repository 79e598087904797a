package dev.beamals.recommend;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.UniteIds;
import java.util.stream.IntStream;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;

/** The ids that have at least so many ratings, as one set: candidates of what is recommended. */
public final class FrequentIds extends PTransform<PCollection<FactorBlock>, PCollection<Ids>> {
  /** Up to which counts are exact: they are kept as floats. */
  public static final int MOST = 1 << 24;

  private static final long serialVersionUID = 1L;

  private final int minRatings;

  private FrequentIds(int minRatings) {
    this.minRatings = minRatings;
  }

  /**
   * @param minRatings from 1 to 2²⁴, up to which counts are exact
   */
  public static FrequentIds atLeast(int minRatings) {
    checkArgument(
        minRatings >= 1 && minRatings <= MOST, "minRatings=%s: expected 1 to %s", minRatings, MOST);
    return new FrequentIds(minRatings);
  }

  /**
   * @param counts rows of one column, as {@link dev.beamals.blocks.CountRatings} gives them
   */
  @Override
  public PCollection<Ids> expand(PCollection<FactorBlock> counts) {
    int least = minRatings;
    return counts
        .apply(
            "SelectFrequent",
            MapElements.into(TypeDescriptor.of(Ids.class)).via(block -> frequent(block, least)))
        .setCoder(UniteIds.coder())
        .apply("UniteFrequent", UniteIds.create());
  }

  private static Ids frequent(FactorBlock block, int least) {
    float[] counts = block.factors();
    int[] rows = IntStream.range(0, counts.length).filter(i -> counts[i] >= least).toArray();
    return block.ids().select(rows);
  }
}
