package dev.beamals.evaluation;

import dev.beamals.als.RatingMean;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.RatingBlock;
import java.io.Serializable;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * The baseline of predicted ratings: the mean of the training ratings, and how far an item and a
 * user are from it.
 *
 * <p>{@code b_i = Σ_u (r_ui − μ) / (25 + n_i)} of an item with n_i ratings, then {@code b_u = Σ_i
 * (r_ui − μ − b_i) / (10 + n_u)} of a user; the prediction is {@code μ + b_u + b_i}. Sums run in
 * the order of ids.
 *
 * <p>Source, with its constants: Koren, "Factor in the Neighbors: Scalable and Accurate
 * Collaborative Filtering", 2010, section 2.1.
 */
final class RatingBiases implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final double ITEM_SHRINKAGE = 25;
  private static final double USER_SHRINKAGE = 10;

  private final RatingMean mean;
  private final FactorView users;
  private final FactorView items;

  private RatingBiases(RatingMean mean, FactorView users, FactorView items) {
    this.mean = mean;
    this.users = users;
    this.items = items;
  }

  /**
   * @param byUser all training ratings
   * @param byItem the same
   */
  static RatingBiases fit(PCollection<RatingBlock> byUser, PCollection<RatingBlock> byItem) {
    RatingMean mean = RatingMean.of(byItem);
    FactorView items =
        FactorView.ofBlocks(
            "ViewItemBiases",
            byItem
                .apply("FitItemBiases", mean.addTo(ParDo.of(new FitFn(mean, null, ITEM_SHRINKAGE))))
                .setCoder(FactorBlock.Coder.of()));
    FitFn fitUsers = new FitFn(mean, items, USER_SHRINKAGE);
    FactorView users =
        FactorView.ofBlocks(
            "ViewUserBiases",
            byUser
                .apply("FitUserBiases", mean.addTo(items.addTo(ParDo.of(fitUsers))))
                .setCoder(FactorBlock.Coder.of()));
    return new RatingBiases(mean, users, items);
  }

  /** Declares what a DoFn that predicts needs. */
  <InputT, OutputT> ParDo.SingleOutput<InputT, OutputT> addTo(
      ParDo.SingleOutput<InputT, OutputT> parDo) {
    return mean.addTo(users.addTo(items.addTo(parDo)));
  }

  /** What predicts the ratings of a block of users. */
  Of of(DoFn<?, ?>.ProcessContext context, RatingBlock block) {
    return new Of(
        mean.get(context),
        users.gather(context, block.src(), 1, new boolean[block.src().size()]),
        items.gather(context, block.dst(), 1, new boolean[block.dst().size()]));
  }

  /**
   * The biases of the users and items of a block.
   *
   * @param users for each user its bias, 0 where it has no training ratings
   * @param items the same of items
   */
  record Of(double mean, float[] users, float[] items) {
    float predict(int user, int item) {
      return (float) (mean + users[user] + items[item]);
    }
  }

  /**
   * Fits the biases of the rows of a block.
   *
   * @param others the biases of its neighbours, or null where they are not known yet
   * @return rows of one column
   */
  static FactorBlock fit(
      RatingBlock block, double mean, float @Nullable [] others, double shrinkage) {
    float[] biases = new float[block.src().size()];
    for (int s = 0; s < biases.length; s++) {
      double sum = 0;
      int from = block.offsets()[s];
      int to = block.offsets()[s + 1];
      for (int p = from; p < to; p++) {
        double other = others == null ? 0 : others[block.neighbours()[p]];
        sum += block.ratings()[p] - mean - other;
      }
      biases[s] = (float) (sum / (shrinkage + (to - from)));
    }
    return new FactorBlock(block.src(), 1, biases);
  }

  static final class FitFn extends DoFn<RatingBlock, FactorBlock> {
    private static final long serialVersionUID = 1L;
    private final RatingMean mean;
    private final @Nullable FactorView others;
    private final double shrinkage;

    FitFn(RatingMean mean, @Nullable FactorView others, double shrinkage) {
      this.mean = mean;
      this.others = others;
      this.shrinkage = shrinkage;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      RatingBlock block = c.element();
      float[] known =
          others == null ? null : others.gather(c, block.dst(), 1, new boolean[block.dst().size()]);
      c.output(fit(block, mean.get(c), known, shrinkage));
    }
  }
}
