package dev.beamals.blocks;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/** Cuts blocks of factors into pieces, each under the number of the block that its ids hash to. */
public final class PartitionFactors
    extends PTransform<PCollection<FactorBlock>, PCollection<KV<Integer, FactorBlock>>> {
  private static final long serialVersionUID = 1L;

  private final int numBlocks;

  private PartitionFactors(int numBlocks) {
    this.numBlocks = numBlocks;
  }

  /**
   * @param numBlocks at least 1
   */
  public static PartitionFactors create(int numBlocks) {
    checkArgument(numBlocks >= 1, "numBlocks %s: expected at least 1", numBlocks);
    return new PartitionFactors(numBlocks);
  }

  @Override
  public PCollection<KV<Integer, FactorBlock>> expand(PCollection<FactorBlock> factors) {
    return factors
        .apply("PartitionByHash", ParDo.of(new PartitionFn(numBlocks)))
        .setCoder(KvCoder.of(VarIntCoder.of(), FactorBlock.Coder.of()));
  }

  static final class PartitionFn extends DoFn<FactorBlock, KV<Integer, FactorBlock>> {
    private static final long serialVersionUID = 1L;
    private final int numBlocks;

    PartitionFn(int numBlocks) {
      this.numBlocks = numBlocks;
    }

    @ProcessElement
    public void processElement(
        @Element FactorBlock block, OutputReceiver<KV<Integer, FactorBlock>> out) {
      List<FactorBlock> parts = block.partition(numBlocks);
      for (int b = 0; b < numBlocks; b++) {
        if (parts.get(b).ids().size() > 0) {
          out.output(KV.of(b, parts.get(b)));
        }
      }
    }
  }
}
