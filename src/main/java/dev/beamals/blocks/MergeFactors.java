package dev.beamals.blocks;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.join.CoGbkResult;
import org.apache.beam.sdk.transforms.join.CoGroupByKey;
import org.apache.beam.sdk.transforms.join.KeyedPCollectionTuple;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;

/** Puts newer factors in the place of older ones: an id of both has the newer. */
public final class MergeFactors extends PTransform<PCollectionTuple, PCollection<FactorBlock>> {
  private static final long serialVersionUID = 1L;
  private static final TupleTag<FactorBlock> OLDER = new TupleTag<>("older") {};
  private static final TupleTag<FactorBlock> NEWER = new TupleTag<>("newer") {};

  private final int numBlocks;
  private final int rank;

  private MergeFactors(int numBlocks, int rank) {
    this.numBlocks = numBlocks;
    this.rank = rank;
  }

  /**
   * @param numBlocks how many blocks there are to be, at least 1
   */
  public static MergeFactors create(int numBlocks, int rank) {
    checkArgument(numBlocks >= 1, "numBlocks %s: expected at least 1", numBlocks);
    return new MergeFactors(numBlocks, rank);
  }

  /** What {@link MergeFactors} takes; no id is twice in either. */
  public static PCollectionTuple inputs(
      PCollection<FactorBlock> older, PCollection<FactorBlock> newer) {
    return PCollectionTuple.of(OLDER, older).and(NEWER, newer);
  }

  @Override
  public PCollection<FactorBlock> expand(PCollectionTuple input) {
    return KeyedPCollectionTuple.of(
            OLDER, input.get(OLDER).apply("PartitionOlder", PartitionFactors.create(numBlocks)))
        .and(NEWER, input.get(NEWER).apply("PartitionNewer", PartitionFactors.create(numBlocks)))
        .apply("GroupByBlock", CoGroupByKey.create())
        .apply("MergeBlocks", ParDo.of(new MergeFn(rank)))
        .setCoder(FactorBlock.Coder.of());
  }

  static final class MergeFn extends DoFn<KV<Integer, CoGbkResult>, FactorBlock> {
    private static final long serialVersionUID = 1L;
    private final int rank;

    MergeFn(int rank) {
      this.rank = rank;
    }

    @ProcessElement
    public void processElement(
        @Element KV<Integer, CoGbkResult> block, OutputReceiver<FactorBlock> out) {
      FactorBlock older = FactorBlock.concatenate(block.getValue().getAll(OLDER), rank);
      FactorBlock newer = FactorBlock.concatenate(block.getValue().getAll(NEWER), rank);
      out.output(newer.over(older));
    }
  }
}
