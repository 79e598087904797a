package dev.beamals.recommend;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.Factors;
import dev.beamals.blocks.KeepColumns;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * Finds for items of a model the K items most like them, or for users the users.
 *
 * <p>The score of two ids with factors x and y (rank) is their cosine {@code x·y / (|x| |y|)}, from
 * −1 to 1; a row of zeros has cosine 0 with everything. Means and biases are no part of it. An id
 * is not found for itself. Equal scores are ordered by {@link Ids}.
 *
 * <pre>{@code
 * PCollection<Row> similar =
 *     pipeline.apply("FindSimilar", SimilarIds.from(model).withTopK(10).asRows());
 * }</pre>
 */
@AutoValue
public abstract class SimilarIds extends PTransform<PBegin, PCollection<ScoredIds>> {
  private static final long serialVersionUID = 1L;

  abstract AlsModel model();

  abstract Side side();

  abstract int topK();

  abstract int numBlocks();

  abstract @Nullable PCollectionView<Ids> ids();

  abstract @Nullable PCollectionView<Ids> candidates();

  /** Finds ten items for each item of a model. */
  public static SimilarIds from(AlsModel model) {
    return new AutoValue_SimilarIds(model, Side.ITEM, 10, 8, null, null);
  }

  /** Finds users like a user instead. */
  public SimilarIds forUsers() {
    return new AutoValue_SimilarIds(model(), Side.USER, topK(), numBlocks(), ids(), candidates());
  }

  /** As {@link RecommendTopK#withTopK}. */
  public SimilarIds withTopK(int topK) {
    checkArgument(topK >= 1, "topK=%s: expected at least 1", topK);
    return new AutoValue_SimilarIds(model(), side(), topK, numBlocks(), ids(), candidates());
  }

  /** As {@link RecommendTopK#withNumBlocks}. */
  public SimilarIds withNumBlocks(int numBlocks) {
    checkArgument(numBlocks >= 1, "numBlocks=%s: expected at least 1", numBlocks);
    return new AutoValue_SimilarIds(model(), side(), topK(), numBlocks, ids(), candidates());
  }

  /** Finds something for these ids alone; see {@link dev.beamals.ids.CollectIds}. */
  public SimilarIds withIds(PCollectionView<Ids> ids) {
    return new AutoValue_SimilarIds(model(), side(), topK(), numBlocks(), ids, candidates());
  }

  /** Finds none but these. */
  public SimilarIds withCandidates(PCollectionView<Ids> candidates) {
    return new AutoValue_SimilarIds(model(), side(), topK(), numBlocks(), ids(), candidates);
  }

  /**
   * The same with a row for each entry: {@code item, rank, similar, score}, or {@code user, rank,
   * similar, score} for users.
   */
  public PTransform<PBegin, PCollection<Row>> asRows() {
    return ScoreRows.ranked(this, side() == Side.USER ? "user" : "item", "similar");
  }

  @Override
  public PCollection<ScoredIds> expand(PBegin input) {
    Factors factors = model().factors(side());
    AlsParameters parameters = model().parameters();
    int rank = parameters == null ? model().rank() : parameters.rank();
    PCollection<FactorBlock> src = RecommendTopK.select(factors, ids());
    FactorView dst = factors.view();
    if (rank < model().rank()) {
      src = src.apply("KeepFactors", KeepColumns.first(rank));
      dst = dst.keepColumns(rank);
    }
    return src.apply(
        "FindTopK", new TopKRows(dst, rank, topK(), numBlocks(), true, side(), null, candidates()));
  }
}
