package dev.beamals.recommend;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.JoinFactors;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.linalg.BlockProducts;
import dev.beamals.model.FactorFiles;
import dev.beamals.model.ReadFactors;
import dev.beamals.ratings.RatingBatch;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.jspecify.annotations.Nullable;

/**
 * Predicts the rating of every pair of a user and an item.
 *
 * <p>The prediction for factors x (rank) and y (rank) is {@code x·y} in float, the same bits as the
 * score of {@link RecommendTopK}. A pair whose user or item has no factors is cold: its prediction
 * is NaN. The ratings of the input do not matter; a pair that occurs twice is predicted twice.
 *
 * <p>Pairs and user factors meet by one shuffle into blocks of users. A block then takes the
 * factors of its own items out of the model's files, tile by tile: no worker holds a whole side,
 * unless items come as a collection of this pipeline.
 *
 * <pre>{@code
 * PCollection<Recommendations> predictions =
 *     pairs.apply(
 *         "Predict", PredictRatings.from(model.factors(Side.USER), model.factors(Side.ITEM)));
 * }</pre>
 */
@AutoValue
public abstract class PredictRatings
    extends PTransform<PCollection<RatingBatch>, PCollection<Recommendations>> {
  private static final long serialVersionUID = 1L;

  abstract @Nullable FactorFiles userFiles();

  abstract @Nullable FactorFiles itemFiles();

  abstract @Nullable PCollection<FactorBlock> users();

  abstract @Nullable PCollection<FactorBlock> items();

  abstract int rank();

  abstract int numBlocks();

  /** Predicts by a saved model. */
  public static PredictRatings from(FactorFiles users, FactorFiles items) {
    checkArgument(users.rank() == items.rank(), "ranks %s, %s", users.rank(), items.rank());
    return new AutoValue_PredictRatings(users, items, null, null, users.rank(), 8);
  }

  /** Predicts by factors of this pipeline; every worker gets all items. */
  public static PredictRatings from(
      PCollection<FactorBlock> users, PCollection<FactorBlock> items, int rank) {
    return new AutoValue_PredictRatings(null, null, users, items, rank, 8);
  }

  /** How many blocks users are spread over, default 8: never changes a prediction. */
  public PredictRatings withNumBlocks(int numBlocks) {
    checkArgument(numBlocks >= 1, "numBlocks %s: expected at least 1", numBlocks);
    return new AutoValue_PredictRatings(
        userFiles(), itemFiles(), users(), items(), rank(), numBlocks);
  }

  @Override
  public PCollection<Recommendations> expand(PCollection<RatingBatch> pairs) {
    FactorFiles userFiles = userFiles();
    FactorFiles itemFiles = itemFiles();
    PCollection<FactorBlock> users = users();
    PCollection<FactorBlock> items = items();
    if (userFiles != null) {
      users = pairs.getPipeline().apply("ReadUserFactors", ReadFactors.from(userFiles));
    }
    FactorSource source = null;
    if (itemFiles != null) {
      source = FactorSource.of(itemFiles);
    } else if (items != null) {
      PCollectionView<List<FactorBlock>> view = items.apply("ViewItemFactors", View.asList());
      source = FactorSource.of(view);
    }
    if (users == null || source == null) {
      throw new IllegalStateException("no factors");
    }
    return JoinFactors.inputs(users, pairs)
        .apply("JoinByUser", JoinFactors.create(numBlocks(), rank()))
        .apply("PredictBlocks", source.addTo(ParDo.of(new PredictFn(source, rank()))))
        .setCoder(Recommendations.Coder.of());
  }

  static final class PredictFn extends DoFn<KV<FactorBlock, RatingBlock>, Recommendations> {
    private static final long serialVersionUID = 1L;
    private final FactorSource items;
    private final int rank;

    PredictFn(FactorSource items, int rank) {
      this.items = items;
      this.rank = rank;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      RatingBlock pairs = c.element().getValue();
      if (pairs.size() == 0) {
        return;
      }
      float[] y = new float[Math.multiplyExact(pairs.dst().size(), rank)];
      boolean[] found = new boolean[pairs.dst().size()];
      items.forEachTile(
          c,
          tile -> {
            int[] positions = pairs.dst().positionsIn(tile.ids());
            for (int i = 0; i < positions.length; i++) {
              if (positions[i] >= 0) {
                System.arraycopy(tile.factors(), positions[i] * rank, y, i * rank, rank);
                found[i] = true;
              }
            }
          });
      c.output(predict(c.element().getKey(), pairs, y, found, rank));
    }
  }

  /**
   * @param y for each item of the pairs its factors
   * @param found for each item of the pairs whether it has factors
   */
  private static Recommendations predict(
      FactorBlock users, RatingBlock pairs, float[] y, boolean[] found, int rank) {
    int[] userRow = pairs.src().positionsIn(users.ids());
    float[] predictions = new float[pairs.size()];
    for (int s = 0; s < userRow.length; s++) {
      for (int p = pairs.offsets()[s]; p < pairs.offsets()[s + 1]; p++) {
        int item = pairs.neighbours()[p];
        predictions[p] =
            userRow[s] >= 0 && found[item]
                ? BlockProducts.dot(users.factors(), userRow[s] * rank, y, item * rank, rank)
                : Float.NaN;
      }
    }
    return new Recommendations(
        pairs.src(), pairs.dst(), pairs.offsets(), pairs.neighbours(), predictions);
  }
}
