package dev.beamals.report;

import dev.beamals.CombineAll;
import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Side;
import dev.beamals.linalg.BlockProducts;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Tells what ratings there are and how far a model's predictions are from them: one {@link
 * RowSummary}, the same for any blocks.
 *
 * <p>An error is the prediction less the rating, or with implicit feedback less the preference, 1
 * of a rating above 0 and else 0.
 */
public final class SummarizeRatings
    extends PTransform<PCollection<RatingBlock>, PCollection<RowSummary>> {
  private static final long serialVersionUID = 1L;

  private final transient AlsModel model;
  private final @Nullable FactorView itemRatings;

  private SummarizeRatings(AlsModel model, @Nullable FactorView itemRatings) {
    this.model = model;
    this.itemRatings = itemRatings;
  }

  /** Compares blocks of users with the predictions of a model. */
  public static SummarizeRatings from(AlsModel model) {
    return new SummarizeRatings(model, null);
  }

  /**
   * Tells errors by popularity, too.
   *
   * @param itemRatings rows of one column, how many ratings an item was trained on
   */
  public SummarizeRatings withItemRatings(FactorView itemRatings) {
    return new SummarizeRatings(model, itemRatings);
  }

  @Override
  public PCollection<RowSummary> expand(PCollection<RatingBlock> userBlocks) {
    FactorView users = model.factors(Side.USER).view();
    FactorView items = model.factors(Side.ITEM).view();
    AlsParameters parameters = model.parameters();
    ParDo.SingleOutput<RatingBlock, RowSummary> summarize =
        items.addTo(
            users.addTo(
                ParDo.of(
                    new SummarizeFn(
                        users,
                        items,
                        itemRatings,
                        model.rank(),
                        parameters != null && parameters.implicitPrefs()))));
    return userBlocks
        .apply("SummarizeBlocks", itemRatings == null ? summarize : itemRatings.addTo(summarize))
        .setCoder(RowSummary.coder())
        .apply("SumUp", CombineAll.create(RowSummary.zero(), RowSummary::plus));
  }

  static final class SummarizeFn extends DoFn<RatingBlock, RowSummary> {
    private static final long serialVersionUID = 1L;
    private final FactorView users;
    private final FactorView items;
    private final @Nullable FactorView itemRatings;
    private final int rank;
    private final boolean preferences;

    SummarizeFn(
        FactorView users,
        FactorView items,
        @Nullable FactorView itemRatings,
        int rank,
        boolean preferences) {
      this.users = users;
      this.items = items;
      this.itemRatings = itemRatings;
      this.rank = rank;
      this.preferences = preferences;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      RatingBlock block = c.element();
      boolean[] userFound = new boolean[block.src().size()];
      boolean[] itemFound = new boolean[block.dst().size()];
      boolean[] counted = new boolean[block.dst().size()];
      c.output(
          summarize(
              block,
              users.gather(c, block.src(), rank, userFound),
              userFound,
              items.gather(c, block.dst(), rank, itemFound),
              itemFound,
              itemRatings == null ? null : itemRatings.gather(c, block.dst(), 1, counted)));
    }

    private RowSummary summarize(
        RatingBlock block,
        float[] x,
        boolean[] userFound,
        float[] y,
        boolean[] itemFound,
        float @Nullable [] counts) {
      RowSummary summary = RowSummary.zero();
      long cold = 0;
      for (int u = 0; u < userFound.length; u++) {
        int from = block.offsets()[u];
        int to = block.offsets()[u + 1];
        summary.users().add(to - from);
        for (int p = from; p < to; p++) {
          int i = block.neighbours()[p];
          float rating = block.ratings()[p];
          summary.ratings().add(rating);
          if (!userFound[u] || !itemFound[i]) {
            cold++;
            continue;
          }
          double target = preferences ? (rating > 0 ? 1 : 0) : rating;
          double error = BlockProducts.dot(x, u * rank, y, i * rank, rank) - target;
          summary.errorsByRating().add(rating, error);
          if (counts != null) {
            summary.errorsByPopularity().add(counts[i], error);
          }
        }
      }
      return RowSummary.of(cold).plus(summary);
    }
  }
}
