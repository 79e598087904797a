package dev.beamals.ratings;

import dev.beamals.CombineAll;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;

/** Counts ratings; the result is one element. */
public final class CountRows extends PTransform<PCollection<RatingBatch>, PCollection<Long>> {
  private static final long serialVersionUID = 1L;

  private CountRows() {}

  public static CountRows create() {
    return new CountRows();
  }

  @Override
  public PCollection<Long> expand(PCollection<RatingBatch> ratings) {
    return ratings
        .apply("TakeSizes", MapElements.into(TypeDescriptors.longs()).via(b -> (long) b.size()))
        .apply("SumSizes", CombineAll.create(0L, Sum.ofLongs()));
  }
}
