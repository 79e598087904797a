package dev.beamals.blocks;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
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
        .setCoder(KvCoder.of(VarIntCoder.of(), RatingBatch.Coder.of()))
        .apply("GroupByBlock", GroupByKey.create())
        .apply(
            "BuildItemBlocks",
            ParDo.of(new BlockRatings.BuildFn(Side.ITEM, false, RatingBlock.Aggregate.none)))
        .setCoder(RatingBlock.Coder.of());
  }

  static final class TransposeFn extends DoFn<RatingBlock, KV<Integer, RatingBatch>> {
    private static final long serialVersionUID = 1L;
    private final int numBlocks;

    TransposeFn(int numBlocks) {
      this.numBlocks = numBlocks;
    }

    @ProcessElement
    public void processElement(
        @Element RatingBlock block, OutputReceiver<KV<Integer, RatingBatch>> out) {
      List<RatingBatch> batches = block.transpose(Side.USER, numBlocks);
      for (int b = 0; b < numBlocks; b++) {
        if (batches.get(b).size() > 0) {
          out.output(KV.of(b, batches.get(b)));
        }
      }
    }
  }
}
