package dev.beamals.blocks;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.ids.Side;
import dev.beamals.ratings.BatchHolder;
import dev.beamals.ratings.HeldBatch;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/** Turns blocks of users into blocks of items that hold the same ratings. */
@AutoValue
public abstract class TransposeBlocks
    extends PTransform<PCollection<RatingBlock>, PCollection<RatingBlock>> {
  private static final long serialVersionUID = 1L;

  abstract int numBlocks();

  /**
   * @param numBlocks at least 1; changes where work is done, never a result
   */
  public static TransposeBlocks create(int numBlocks) {
    checkArgument(numBlocks >= 1, "numBlocks %s: expected at least 1", numBlocks);
    return new AutoValue_TransposeBlocks(numBlocks);
  }

  @Override
  public PCollection<RatingBlock> expand(PCollection<RatingBlock> userBlocks) {
    return userBlocks
        .apply("PartitionByItem", ParDo.of(new TransposeFn(numBlocks())))
        .setCoder(KvCoder.of(VarIntCoder.of(), HeldBatch.Coder.of()))
        .apply(
            "GroupByItem",
            new GroupBlocks(Side.ITEM, numBlocks(), false, RatingBlock.Aggregate.none));
  }

  static final class TransposeFn extends DoFn<RatingBlock, KV<Integer, HeldBatch>> {
    private static final long serialVersionUID = 1L;

    /** Ratings that are turned at a time: all of a small block. */
    private static final int ROWS = 1 << 22;

    private final int numBlocks;
    private final BatchHolder holder = new BatchHolder();

    TransposeFn(int numBlocks) {
      this.numBlocks = numBlocks;
    }

    @ProcessElement
    public void processElement(
        @Element RatingBlock block,
        PipelineOptions options,
        OutputReceiver<KV<Integer, HeldBatch>> out) {
      block.transpose(
          Side.USER,
          numBlocks,
          ROWS,
          (number, batch) -> out.output(KV.of(number, holder.hold(batch, options))));
    }
  }
}
