package dev.beamals.recommend;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.PartitionFactors;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.join.CoGbkResult;
import org.apache.beam.sdk.transforms.join.CoGroupByKey;
import org.apache.beam.sdk.transforms.join.KeyedPCollectionTuple;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/**
 * Finds for every row of factors the K rows of another view with the highest scores: what {@link
 * RecommendTopK} and {@link SimilarIds} have in common.
 */
final class TopKRows extends PTransform<PCollection<FactorBlock>, PCollection<ScoredIds>> {
  private static final long serialVersionUID = 1L;
  private static final TupleTag<FactorBlock> SRC = new TupleTag<>("src") {};
  private static final TupleTag<SeenPairs> SEEN = new TupleTag<>("seen") {};

  private final FactorView dst;
  private final int rank;
  private final int topK;
  private final int numBlocks;
  private final boolean cosine;
  private final Side side;
  private final transient @Nullable PCollection<RatingBatch> seen;
  private final @Nullable PCollectionView<Ids> candidates;

  /**
   * @param cosine whether scores are cosines, and an id is left out for itself
   * @param side that of the rows; matters to {@code seen} alone
   */
  TopKRows(
      FactorView dst,
      int rank,
      int topK,
      int numBlocks,
      boolean cosine,
      Side side,
      @Nullable PCollection<RatingBatch> seen,
      @Nullable PCollectionView<Ids> candidates) {
    this.dst = dst;
    this.rank = rank;
    this.topK = topK;
    this.numBlocks = numBlocks;
    this.cosine = cosine;
    this.side = side;
    this.seen = seen;
    this.candidates = candidates;
  }

  @Override
  public PCollection<ScoredIds> expand(PCollection<FactorBlock> src) {
    KeyedPCollectionTuple<Integer> byBlock =
        KeyedPCollectionTuple.of(
            SRC, src.apply("PartitionFactors", PartitionFactors.create(numBlocks)));
    if (seen != null) {
      byBlock =
          byBlock.and(
              SEEN,
              seen.apply("PartitionSeen", ParDo.of(new PartitionSeenFn(numBlocks, side)))
                  .setCoder(KvCoder.of(VarIntCoder.of(), SeenPairs.Coder.of())));
    }
    TopKSearch search = new TopKSearch(dst, topK, cosine, candidates);
    return byBlock
        .apply("GroupByBlock", CoGroupByKey.create())
        .apply("ScoreBlocks", search.addTo(ParDo.of(new ScoreFn(search, rank, seen != null))))
        .setCoder(ScoredIds.Coder.of());
  }

  /** Cuts a batch into one for each block of users. */
  static final class PartitionSeenFn extends DoFn<RatingBatch, KV<Integer, SeenPairs>> {
    private static final long serialVersionUID = 1L;
    private final int numBlocks;
    private final boolean transposed;

    PartitionSeenFn(int numBlocks, Side side) {
      this.numBlocks = numBlocks;
      this.transposed = side == Side.ITEM;
    }

    @ProcessElement
    public void processElement(
        @Element RatingBatch batch, OutputReceiver<KV<Integer, SeenPairs>> out) {
      List<SeenPairs> parts =
          SeenPairs.partition(transposed ? batch.transpose() : batch, numBlocks);
      for (int b = 0; b < numBlocks; b++) {
        if (parts.get(b).users().size() > 0) {
          out.output(KV.of(b, parts.get(b)));
        }
      }
    }
  }

  static final class ScoreFn extends DoFn<KV<Integer, CoGbkResult>, ScoredIds> {
    private static final long serialVersionUID = 1L;
    private final TopKSearch search;
    private final int rank;
    private final boolean hasSeen;

    ScoreFn(TopKSearch search, int rank, boolean hasSeen) {
      this.search = search;
      this.rank = rank;
      this.hasSeen = hasSeen;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      CoGbkResult block = c.element().getValue();
      FactorBlock src = FactorBlock.concatenate(block.getAll(SRC), rank);
      if (src.ids().size() == 0) {
        return; // seen pairs of users without factors
      }
      List<SeenPairs> seen = new ArrayList<>();
      if (hasSeen) {
        block.getAll(SEEN).forEach(seen::add);
      }
      c.output(search.find(c, src, seen));
    }
  }
}
