package dev.beamals.als;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.Factors;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollectionView;
import org.jspecify.annotations.Nullable;

/**
 * What DoFns that explain predictions to users need of a model: a pipeline's {@link Contributions}.
 */
public final class Explainer implements Serializable {
  private static final long serialVersionUID = 1L;
  private final FactorView items;
  private final @Nullable PCollectionView<StepSums> sums;
  private final RatingMean mean;
  private final AlsParameters parameters;

  private Explainer(
      FactorView items,
      @Nullable PCollectionView<StepSums> sums,
      RatingMean mean,
      AlsParameters parameters) {
    this.items = items;
    this.sums = sums;
    this.mean = mean;
    this.parameters = parameters;
  }

  /**
   * @param parameters what users are solved with, as in {@link FoldIn#withParameters}
   * @throws IllegalArgumentException if they do not fit the model
   */
  public static Explainer of(AlsModel model, AlsParameters parameters) {
    FoldIn.check(parameters, model);
    Factors factors = model.factors(Side.ITEM);
    return new Explainer(
        factors.view(),
        parameters.implicitPrefs() ? FoldIn.sum(factors) : null,
        model.mean(),
        parameters);
  }

  /** Declares what a DoFn that explains needs. */
  public <InputT, OutputT> ParDo.SingleOutput<InputT, OutputT> addTo(
      ParDo.SingleOutput<InputT, OutputT> parDo) {
    ParDo.SingleOutput<InputT, OutputT> with = mean.addTo(items.addTo(parDo));
    return sums == null ? with : with.withSideInputs(sums);
  }

  /**
   * The contributions of ratings to predictions.
   *
   * @param ratings all ratings of some users; those of items without factors are left out
   * @param wanted the items that are predicted
   */
  public Contributions contributions(
      DoFn<?, ?>.ProcessContext context, RatingBlock ratings, Ids wanted) {
    Ids all = Ids.union(List.of(ratings.dst(), wanted));
    boolean[] found = new boolean[all.size()];
    int columns = parameters.columns();
    FactorBlock rows = new FactorBlock(all, columns, items.gather(context, all, columns, found));
    int[] positions = ratings.dst().positionsIn(all);
    boolean[] known = new boolean[positions.length];
    for (int i = 0; i < known.length; i++) {
      known[i] = found[positions[i]];
    }
    RatingBlock kept = ratings.keepNeighbours(known);
    return new Contributions(
        parameters,
        kept,
        rows.select(kept.dst()).factors(),
        rows.select(wanted).factors(),
        BlockSolver.Others.of(
            sums == null ? new StepSums() : context.sideInput(sums), mean.get(context)));
  }
}
