package dev.beamals.als;

import com.google.auto.value.AutoValue;
import dev.beamals.CombineAll;
import dev.beamals.NumbersCoder;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.Factors;
import dev.beamals.blocks.MergeFactors;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.blocks.TransposeBlocks;
import dev.beamals.ids.Side;
import dev.beamals.linalg.FactorMatrix;
import dev.beamals.ratings.BatchRatings;
import dev.beamals.ratings.Rating;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.PValue;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.jspecify.annotations.Nullable;

/**
 * Finds the factors of users against items that stay as they are: one exact half-step; or those of
 * items against users.
 *
 * <p>A user with ratings r of n items with factors y gets the x (rank) that solves {@code (Σ y yᵀ +
 * λ n I) x = Σ r y}, or what the mode of the model has in its place, as in training: a user of the
 * training set, with the same ratings, gets the factors it has. Ratings of items without factors
 * are ignored and counted, and users with no other ratings get none.
 *
 * <pre>{@code
 * AlsModel newcomers = ratings.apply("FoldIn", FoldIn.from(model));
 * }</pre>
 */
@AutoValue
public abstract class FoldIn extends PTransform<PCollection<Rating>, FoldIn.FoldedModel> {
  private static final long serialVersionUID = 1L;
  private static final TupleTag<FactorBlock> FACTORS = new TupleTag<>("factors") {};
  private static final TupleTag<Counts> COUNTS = new TupleTag<>("counts") {};

  abstract AlsModel model();

  abstract Side side();

  abstract boolean merge();

  abstract @Nullable AlsParameters parameters();

  abstract @Nullable Double regParam();

  /** Folds users into a model, with the parameters it was trained with. */
  public static FoldIn from(AlsModel model) {
    return new AutoValue_FoldIn(model, Side.USER, false, model.parameters(), null);
  }

  /** Folds items in instead. */
  public FoldIn forItems() {
    return new AutoValue_FoldIn(model(), Side.ITEM, merge(), parameters(), regParam());
  }

  /**
   * Whether ids of the model that are not among the ratings are kept, so that old and new are one
   * model. An id that is in both gets the factors of the ratings that are here, and of no others.
   */
  public FoldIn withMerge(boolean merge) {
    return new AutoValue_FoldIn(model(), side(), merge, parameters(), regParam());
  }

  /** Needed where the model does not tell its own: the mode and the regularization. */
  public FoldIn withParameters(AlsParameters parameters) {
    return new AutoValue_FoldIn(model(), side(), merge(), parameters, regParam());
  }

  /** Another regularization of what is folded in, as {@link AlsParameters#withRegParam}. */
  public FoldIn withRegParam(double regParam) {
    return new AutoValue_FoldIn(
        model(),
        side(),
        merge(),
        parameters(),
        AlsParameters.create().withRegParam(regParam).regParam());
  }

  /**
   * What was folded in.
   *
   * @param ratings how many ratings there were
   * @param ignored how many of them were ignored, as their items have no factors
   */
  public record Counts(long ratings, long ignored) {
    /** For {@link dev.beamals.files.ResultFile}. */
    public static Coder<Counts> coder() {
      return NumbersCoder.of(Counts.class);
    }

    private Counts plus(Counts other) {
      return new Counts(ratings + other.ratings, ignored + other.ignored);
    }
  }

  /** The ids of the ratings that were folded in, with the other side of the model. */
  public static final class FoldedModel extends AlsModel {
    private final Side side;
    private final PCollection<Counts> counts;

    private FoldedModel(
        AlsModel model, Factors folded, AlsParameters parameters, PCollection<Counts> counts) {
      super(
          model.getPipeline(),
          folded.side() == Side.USER ? folded : model.factors(Side.USER),
          folded.side() == Side.ITEM ? folded : model.factors(Side.ITEM),
          parameters,
          model.mean());
      this.side = folded.side();
      this.counts = counts;
    }

    /** One element. */
    public PCollection<Counts> counts() {
      return counts;
    }

    @Override
    public Map<TupleTag<?>, PValue> expand() {
      // Not the other side: it is not made here.
      Map<TupleTag<?>, PValue> values = new HashMap<>();
      values.put(FACTORS, factors(side).blocks());
      values.put(COUNTS, counts);
      return values;
    }
  }

  /** The same for ratings that are blocks of users; of items, where those are folded in. */
  public PTransform<PCollection<RatingBlock>, FoldedModel> onBlocks() {
    return new OnBlocks(this);
  }

  @Override
  public FoldedModel expand(PCollection<Rating> ratings) {
    int blocks = Als.numBlocks(ratings, null);
    PCollection<RatingBlock> byUser =
        ratings
            .apply("BatchRatings", BatchRatings.create())
            .apply("BlockByUser", BlockRatings.create(blocks));
    return fold(
        side() == Side.USER ? byUser : byUser.apply("BlockByItem", TransposeBlocks.create(blocks)));
  }

  private static final class OnBlocks extends PTransform<PCollection<RatingBlock>, FoldedModel> {
    private static final long serialVersionUID = 1L;
    private final FoldIn foldIn;

    OnBlocks(FoldIn foldIn) {
      this.foldIn = foldIn;
    }

    @Override
    public FoldedModel expand(PCollection<RatingBlock> blocks) {
      return foldIn.fold(blocks);
    }
  }

  private FoldedModel fold(PCollection<RatingBlock> blocks) {
    AlsParameters parameters = checkedParameters();
    Factors others = model().factors(side().other());
    PCollectionView<StepSums> sums = parameters.implicitPrefs() ? sum(others) : null;
    FactorView view = others.view();
    ParDo.SingleOutput<RatingBlock, FactorBlock> solve =
        model()
            .mean()
            .addTo(
                view.addTo(ParDo.of(new SolveFn(side(), view, sums, model().mean(), parameters))));
    PCollectionTuple solved =
        blocks.apply(
            "SolveRows",
            (sums == null ? solve : solve.withSideInputs(sums))
                .withOutputTags(FACTORS, TupleTagList.of(COUNTS)));
    PCollection<FactorBlock> factors = solved.get(FACTORS).setCoder(FactorBlock.Coder.of());
    PCollection<Counts> counts =
        solved
            .get(COUNTS)
            .setCoder(Counts.coder())
            .apply("SumCounts", CombineAll.create(new Counts(0, 0), Counts::plus));
    if (merge()) {
      factors =
          MergeFactors.inputs(model().factors(side()).blocks(), factors)
              .apply("Merge", MergeFactors.create(Als.numBlocks(blocks, null), model().rank()));
    }
    return new FoldedModel(
        model(), Factors.of(side(), factors, model().rank()), parameters, counts);
  }

  /** {@code YᵀY} and the number of ids of a side. */
  static PCollectionView<StepSums> sum(Factors factors) {
    return factors
        .blocks()
        .apply("AddFactors", ParDo.of(new AddFn(factors.rank())))
        .setCoder(StepSums.Coder.of())
        .apply("SumFactors", CombineAll.create(new StepSums(), StepSums::plus))
        .apply("ViewSums", View.asSingleton());
  }

  private AlsParameters checkedParameters() {
    AlsParameters trained = parameters();
    Double regParam = regParam();
    if (trained == null) {
      if (regParam == null) {
        throw new IllegalArgumentException(
            "the model does not tell its regParam; expected it here");
      }
      trained = AlsParameters.create().withRank(model().rank());
    }
    if (regParam != null) {
      trained = trained.withRegParam(regParam).withUserRegParam(null).withItemRegParam(null);
    }
    return check(trained, model());
  }

  /**
   * @return the parameters
   * @throws IllegalArgumentException if rows of the model cannot be solved with them
   */
  static AlsParameters check(AlsParameters parameters, AlsModel model) {
    if (parameters.columns() != model.rank()) {
      throw new IllegalArgumentException(
          "parameters of " + parameters.columns() + " columns for a model of " + model.rank());
    }
    return parameters.checkTogether();
  }

  static final class AddFn extends DoFn<FactorBlock, StepSums> {
    private static final long serialVersionUID = 1L;
    private final int rank;

    AddFn(int rank) {
      this.rank = rank;
    }

    @ProcessElement
    public void processElement(@Element FactorBlock block, OutputReceiver<StepSums> out) {
      StepSums sums = new StepSums();
      sums.addIds(block.ids().size());
      sums.addGram(block.factors(), rank);
      out.output(sums);
    }
  }

  static final class SolveFn extends DoFn<RatingBlock, FactorBlock> {
    private static final long serialVersionUID = 1L;
    private final Side side;
    private final FactorView others;
    private final @Nullable PCollectionView<StepSums> sums;
    private final RatingMean mean;
    private final AlsParameters parameters;
    private transient @Nullable BlockSolver solver;

    SolveFn(
        Side side,
        FactorView others,
        @Nullable PCollectionView<StepSums> sums,
        RatingMean mean,
        AlsParameters parameters) {
      this.side = side;
      this.others = others;
      this.sums = sums;
      this.mean = mean;
      this.parameters = parameters;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      if (solver == null) {
        // Who is new has no factors that steps could start from: exactly, then.
        solver = new BlockSolver(parameters.withSolver(AlsParameters.Solver.cholesky), side);
      }
      RatingBlock block = c.element();
      int columns = parameters.columns();
      boolean[] found = new boolean[block.dst().size()];
      float[] dst = others.gather(c, block.dst(), columns, found);
      RatingBlock known = block.keepNeighbours(found);
      c.output(COUNTS, new Counts(block.size(), block.size() - known.size()));
      if (known.size() > 0) {
        float[] rows = new FactorBlock(block.dst(), columns, dst).select(known.dst()).factors();
        StepSums otherSums = sums == null ? new StepSums() : c.sideInput(sums);
        c.output(
            solver.solve(
                known,
                FactorMatrix.of(rows, columns),
                null,
                BlockSolver.Others.of(otherSums, mean.get(c)),
                new StepSums()));
      }
    }
  }
}
