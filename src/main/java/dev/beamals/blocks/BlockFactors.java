package dev.beamals.blocks;

import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;

/** Spreads factors anew: one block for each number that ids hash to, as training leaves them. */
public final class BlockFactors
    extends PTransform<PCollection<FactorBlock>, PCollection<FactorBlock>> {
  private static final long serialVersionUID = 1L;

  private final int numBlocks;
  private final int rank;

  private BlockFactors(int numBlocks, int rank) {
    this.numBlocks = numBlocks;
    this.rank = rank;
  }

  /**
   * @param numBlocks at least 1
   * @param rank that of the factors
   */
  public static BlockFactors create(int numBlocks, int rank) {
    return new BlockFactors(numBlocks, rank);
  }

  @Override
  public PCollection<FactorBlock> expand(PCollection<FactorBlock> factors) {
    int rank = this.rank;
    return factors
        .apply("PartitionFactors", PartitionFactors.create(numBlocks))
        .apply("GroupByBlock", GroupByKey.create())
        .apply(
            "BuildBlocks",
            MapElements.into(TypeDescriptor.of(FactorBlock.class))
                .via(parts -> FactorBlock.concatenate(parts.getValue(), rank)))
        .setCoder(FactorBlock.Coder.of());
  }
}
