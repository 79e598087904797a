package dev.beamals.recommend;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.als.AlsModel;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.Factors;
import dev.beamals.blocks.SelectFactors;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * Finds for users of a model the K items with the highest predictions, exactly; or for items the
 * users.
 *
 * <p>For factors x (rank) of a user and y (rank) of an item, the score is {@code x·y} in float,
 * summed in the order of the factors: the prediction. Scores that are equal are ordered by {@link
 * Ids}.
 *
 * <p>Blocks of users are multiplied with tiles of items, and of the scores only each user's K best
 * are kept. A worker holds one block of users with what they have seen and one tile of items, which
 * it reads from the model's files: never all items, unless they are trained in the same pipeline,
 * and never a matrix of scores. What users have seen meets them by one shuffle of a byte or two a
 * pair.
 *
 * <pre>{@code
 * PCollection<ScoredIds> best =
 *     pipeline.apply(
 *         "Recommend", RecommendTopK.from(model).withTopK(10).withSeen(ratings));
 * }</pre>
 */
@AutoValue
public abstract class RecommendTopK extends PTransform<PBegin, PCollection<ScoredIds>> {
  private static final long serialVersionUID = 1L;

  abstract AlsModel model();

  abstract Side side();

  abstract int topK();

  abstract int numBlocks();

  abstract @Nullable PCollection<RatingBatch> seen();

  abstract @Nullable PCollectionView<Ids> ids();

  abstract @Nullable PCollectionView<Ids> candidates();

  /** Recommends ten items to each user of a model. */
  public static RecommendTopK from(AlsModel model) {
    return new AutoValue_RecommendTopK.Builder()
        .setModel(model)
        .setSide(Side.USER)
        .setTopK(10)
        .setNumBlocks(8)
        .build();
  }

  /** Finds users for items instead. */
  public RecommendTopK forItems() {
    return toBuilder().setSide(Side.ITEM).build();
  }

  /**
   * @param topK how many to find for each, at least 1; default 10
   */
  public RecommendTopK withTopK(int topK) {
    checkArgument(topK >= 1, "topK=%s: expected at least 1", topK);
    return toBuilder().setTopK(topK).build();
  }

  /**
   * How many blocks the rows are spread over, default 8: changes where work is done and how much is
   * held at a time, never a result. A block of 32,768 rows is a good size.
   */
  public RecommendTopK withNumBlocks(int numBlocks) {
    checkArgument(numBlocks >= 1, "numBlocks=%s: expected at least 1", numBlocks);
    return toBuilder().setNumBlocks(numBlocks).build();
  }

  /**
   * Leaves out what a user has seen.
   *
   * @param seen pairs of a user and an item; those of unknown ids do not matter, and neither do the
   *     ratings
   */
  public RecommendTopK withSeen(PCollection<RatingBatch> seen) {
    return toBuilder().setSeen(seen).build();
  }

  /** Recommends to these ids alone; see {@link dev.beamals.ids.CollectIds}. */
  public RecommendTopK withIds(PCollectionView<Ids> ids) {
    return toBuilder().setIds(ids).build();
  }

  /** Recommends none but these. */
  public RecommendTopK withCandidates(PCollectionView<Ids> candidates) {
    return toBuilder().setCandidates(candidates).build();
  }

  /**
   * The same with a row for each entry: {@code user, rank, item, score}, or {@code item, rank,
   * user, score} for items. Ids are strings, ranks count from 1.
   */
  public PTransform<PBegin, PCollection<Row>> asRows() {
    return ScoreRows.ranked(this, name(side()), name(side().other()));
  }

  private static String name(Side side) {
    return side == Side.USER ? "user" : "item";
  }

  @Override
  public PCollection<ScoredIds> expand(PBegin input) {
    Factors dst = model().factors(side().other());
    TopKRows topK =
        new TopKRows(
            dst.view(), dst.rank(), topK(), numBlocks(), false, side(), seen(), candidates());
    return select(model().factors(side()), ids()).apply("FindTopK", topK);
  }

  /** The factors of some ids, or of all. */
  static PCollection<FactorBlock> select(Factors factors, @Nullable PCollectionView<Ids> ids) {
    return ids == null
        ? factors.blocks()
        : factors.blocks().apply("SelectIds", SelectFactors.create(ids));
  }

  abstract Builder toBuilder();

  @AutoValue.Builder
  abstract static class Builder {
    abstract Builder setModel(AlsModel model);

    abstract Builder setSide(Side side);

    abstract Builder setTopK(int topK);

    abstract Builder setNumBlocks(int numBlocks);

    abstract Builder setSeen(PCollection<RatingBatch> seen);

    abstract Builder setIds(PCollectionView<Ids> ids);

    abstract Builder setCandidates(PCollectionView<Ids> candidates);

    abstract RecommendTopK build();
  }
}
