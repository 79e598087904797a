package dev.beamals.ratings;

import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;

/** Keeps the ratings of some users. */
public final class SelectUsers
    extends PTransform<PCollection<RatingBatch>, PCollection<RatingBatch>> {
  private static final long serialVersionUID = 1L;
  private final PCollectionView<Ids> wanted;

  private SelectUsers(PCollectionView<Ids> wanted) {
    this.wanted = wanted;
  }

  public static SelectUsers create(PCollectionView<Ids> wanted) {
    return new SelectUsers(wanted);
  }

  @Override
  public PCollection<RatingBatch> expand(PCollection<RatingBatch> ratings) {
    return ratings
        .apply("SelectRows", ParDo.of(new SelectFn(wanted)).withSideInputs(wanted))
        .setCoder(RatingBatch.Coder.of());
  }

  static final class SelectFn extends DoFn<RatingBatch, RatingBatch> {
    private static final long serialVersionUID = 1L;
    private final PCollectionView<Ids> wanted;

    SelectFn(PCollectionView<Ids> wanted) {
      this.wanted = wanted;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      RatingBatch batch = c.element();
      int[] positions = batch.ids(Side.USER).positionsIn(c.sideInput(wanted));
      int[] rows = new int[batch.size()];
      int count = 0;
      for (int r = 0; r < rows.length; r++) {
        if (positions[batch.index(Side.USER)[r]] >= 0) {
          rows[count++] = r;
        }
      }
      if (count > 0) {
        c.output(batch.select(rows, count));
      }
    }
  }
}
