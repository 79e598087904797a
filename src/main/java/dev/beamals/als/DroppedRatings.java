package dev.beamals.als;

import dev.beamals.CombineAll;
import dev.beamals.blocks.RatingBlock;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine;
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
    return new DroppedCoder();
  }

  /** Counts what blocks of users lost when they were made, and what became of them since. */
  public static PCollection<DroppedRatings> count(
      PCollection<RatingBlock> all, PCollection<RatingBlock> kept) {
    return PCollectionList.of(
            all.apply("CountAll", ParDo.of(new CountFn(1))).setCoder(new DroppedCoder()))
        .and(kept.apply("CountKept", ParDo.of(new CountFn(-1))).setCoder(new DroppedCoder()))
        .apply("FlattenCounts", Flatten.pCollections())
        .apply("SumCounts", CombineAll.create(new DroppedRatings(0, 0, 0, 0), new SumFn()));
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

  private static final class SumFn extends Combine.BinaryCombineFn<DroppedRatings> {
    private static final long serialVersionUID = 1L;

    @Override
    public DroppedRatings apply(DroppedRatings left, DroppedRatings right) {
      return new DroppedRatings(
          left.duplicates + right.duplicates,
          left.aggregated + right.aggregated,
          left.infrequent + right.infrequent,
          left.users + right.users);
    }
  }

  private static final class DroppedCoder extends CustomCoder<DroppedRatings> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(DroppedRatings dropped, OutputStream out) throws IOException {
      VarLongCoder.of().encode(dropped.duplicates, out);
      VarLongCoder.of().encode(dropped.aggregated, out);
      VarLongCoder.of().encode(dropped.infrequent, out);
      VarLongCoder.of().encode(dropped.users, out);
    }

    @Override
    public DroppedRatings decode(InputStream in) throws IOException {
      VarLongCoder longs = VarLongCoder.of();
      return new DroppedRatings(
          longs.decode(in), longs.decode(in), longs.decode(in), longs.decode(in));
    }

    @Override
    public void verifyDeterministic() {}
  }
}
