package dev.beamals.recommend;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.PartitionFactors;
import dev.beamals.ids.Ids;
import dev.beamals.model.FactorFiles;
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
 * Finds for every row of factors the K rows of the other side with the highest scores, exactly.
 *
 * <p>For users, factors x (rank) of a user and y (rank) of an item, the score is {@code x·y} in
 * float, summed in the order of the factors: the prediction. It serves as well to find users for
 * items, or what is alike: {@link #withCosine}. Scores that are equal are ordered by {@link Ids}.
 *
 * <p>Blocks of users are multiplied with tiles of items, and of the scores only each user's K best
 * are kept. A worker holds one block of users with what they have seen and one tile of items, which
 * it reads from the model's files: never all items, unless they come as a side input, and never a
 * matrix of scores. What users have seen meets them by one shuffle of a byte or two a pair.
 *
 * <pre>{@code
 * PCollection<Recommendations> best =
 *     userFactors.apply(
 *         "Recommend",
 *         RecommendTopK.from(model.factors(Side.ITEM)).withTopK(10).withSeen(ratings));
 * }</pre>
 */
@AutoValue
public abstract class RecommendTopK
    extends PTransform<PCollection<FactorBlock>, PCollection<Recommendations>> {
  private static final long serialVersionUID = 1L;
  private static final TupleTag<FactorBlock> SRC = new TupleTag<>("src") {};
  private static final TupleTag<SeenPairs> SEEN = new TupleTag<>("seen") {};

  abstract FactorSource dst();

  abstract int rank();

  abstract int topK();

  abstract int numBlocks();

  abstract boolean cosine();

  abstract @Nullable PCollection<RatingBatch> seen();

  abstract @Nullable PCollectionView<Ids> candidates();

  /** Recommends out of the factors of a saved model. */
  public static RecommendTopK from(FactorFiles dst) {
    return create(FactorSource.of(dst), dst.rank());
  }

  /** Recommends out of factors of this pipeline; every worker gets all of them. */
  public static RecommendTopK from(PCollectionView<List<FactorBlock>> dst, int rank) {
    return create(FactorSource.of(dst), rank);
  }

  private static RecommendTopK create(FactorSource dst, int rank) {
    return new AutoValue_RecommendTopK.Builder()
        .setDst(dst)
        .setRank(rank)
        .setTopK(10)
        .setNumBlocks(8)
        .setCosine(false)
        .build();
  }

  /**
   * @param topK how many to find for each row, at least 1; default 10
   */
  public RecommendTopK withTopK(int topK) {
    checkArgument(topK >= 1, "topK %s: expected at least 1", topK);
    return toBuilder().setTopK(topK).build();
  }

  /**
   * How many blocks the rows are spread over, default 8: changes where work is done and how much is
   * held at a time, never a result. A block of 32,768 rows is a good size.
   */
  public RecommendTopK withNumBlocks(int numBlocks) {
    checkArgument(numBlocks >= 1, "numBlocks %s: expected at least 1", numBlocks);
    return toBuilder().setNumBlocks(numBlocks).build();
  }

  /**
   * Leaves out what a user has seen.
   *
   * @param seen pairs whose user is an id of the input and whose item is one of the other side;
   *     pairs of unknown ids do not matter, and neither do the ratings
   */
  public RecommendTopK withSeen(PCollection<RatingBatch> seen) {
    return toBuilder().setSeen(seen).build();
  }

  /** Recommends none but these. */
  public RecommendTopK withCandidates(PCollectionView<Ids> candidates) {
    return toBuilder().setCandidates(candidates).build();
  }

  /**
   * Scores by the cosine {@code x·y / (|x| |y|)}, and leaves out the id itself: for both sides
   * being the same. A row of zeros has cosine 0 with everything.
   */
  public RecommendTopK withCosine() {
    return toBuilder().setCosine(true).build();
  }

  @Override
  public PCollection<Recommendations> expand(PCollection<FactorBlock> src) {
    PCollection<RatingBatch> seen = seen();
    PCollectionView<Ids> candidates = candidates();
    KeyedPCollectionTuple<Integer> byBlock =
        KeyedPCollectionTuple.of(
            SRC, src.apply("PartitionFactors", PartitionFactors.into(numBlocks())));
    if (seen != null) {
      byBlock =
          byBlock.and(
              SEEN,
              seen.apply("PartitionSeen", ParDo.of(new PartitionSeenFn(numBlocks())))
                  .setCoder(KvCoder.of(VarIntCoder.of(), SeenPairs.Coder.of())));
    }
    ParDo.SingleOutput<KV<Integer, CoGbkResult>, Recommendations> score =
        dst().addTo(ParDo.of(new ScoreFn(this, seen != null)));
    return byBlock
        .apply("GroupByBlock", CoGroupByKey.create())
        .apply("ScoreBlocks", candidates == null ? score : score.withSideInputs(candidates))
        .setCoder(Recommendations.Coder.of());
  }

  abstract Builder toBuilder();

  @AutoValue.Builder
  abstract static class Builder {
    abstract Builder setDst(FactorSource dst);

    abstract Builder setRank(int rank);

    abstract Builder setTopK(int topK);

    abstract Builder setNumBlocks(int numBlocks);

    abstract Builder setCosine(boolean cosine);

    abstract Builder setSeen(@Nullable PCollection<RatingBatch> seen);

    abstract Builder setCandidates(@Nullable PCollectionView<Ids> candidates);

    abstract RecommendTopK build();
  }

  /** Cuts a batch into one for each block of users. */
  static final class PartitionSeenFn extends DoFn<RatingBatch, KV<Integer, SeenPairs>> {
    private static final long serialVersionUID = 1L;
    private final int numBlocks;

    PartitionSeenFn(int numBlocks) {
      this.numBlocks = numBlocks;
    }

    @ProcessElement
    public void processElement(
        @Element RatingBatch batch, OutputReceiver<KV<Integer, SeenPairs>> out) {
      List<SeenPairs> parts = SeenPairs.partition(batch, numBlocks);
      for (int b = 0; b < numBlocks; b++) {
        if (parts.get(b).users().size() > 0) {
          out.output(KV.of(b, parts.get(b)));
        }
      }
    }
  }

  static final class ScoreFn extends DoFn<KV<Integer, CoGbkResult>, Recommendations> {
    private static final long serialVersionUID = 1L;
    private final FactorSource dst;
    private final int rank;
    private final int topK;
    private final boolean cosine;
    private final boolean hasSeen;
    private final @Nullable PCollectionView<Ids> candidates;

    ScoreFn(RecommendTopK top, boolean hasSeen) {
      this.dst = top.dst();
      this.rank = top.rank();
      this.topK = top.topK();
      this.cosine = top.cosine();
      this.hasSeen = hasSeen;
      this.candidates = top.candidates();
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
      Ids wanted = candidates == null ? null : c.sideInput(candidates);
      ScoreBlock scores = new ScoreBlock(src, seen, topK, cosine);
      dst.forEachTile(c, tile -> scores.add(wanted == null ? tile : tile.select(wanted)));
      c.output(scores.finish());
    }
  }
}
