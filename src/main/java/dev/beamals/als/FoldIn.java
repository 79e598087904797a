package dev.beamals.als;

import com.google.auto.value.AutoValue;
import dev.beamals.CombineAll;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.Factors;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Side;
import dev.beamals.linalg.CholeskySolver;
import dev.beamals.linalg.RowSolver;
import dev.beamals.ratings.BatchRatings;
import dev.beamals.ratings.Rating;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.PValue;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.jspecify.annotations.Nullable;

/**
 * Finds the factors of users against items that stay as they are: one exact half-step.
 *
 * <p>A user with ratings r of n items with factors y gets the x (rank) that solves {@code (Σ y yᵀ +
 * λ n I) x = Σ r y}, as in training: a user of the training set, with the same ratings, gets the
 * factors it has. Ratings of items without factors are ignored and counted, and users with no other
 * ratings get none.
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

  abstract @Nullable Double regParam();

  /** Folds into a model, with the parameters it was trained with. */
  public static FoldIn from(AlsModel model) {
    return new AutoValue_FoldIn(model, null);
  }

  /** Needed where the model does not tell its own: as {@link AlsParameters#withRegParam}. */
  public FoldIn withRegParam(double regParam) {
    return new AutoValue_FoldIn(model(), AlsParameters.create().withRegParam(regParam).regParam());
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
      return new CountsCoder();
    }
  }

  /** The users of the ratings that were folded in, with the items of the model. */
  public static final class FoldedModel extends AlsModel {
    private final PCollection<Counts> counts;

    private FoldedModel(
        AlsModel model, Factors users, AlsParameters parameters, PCollection<Counts> counts) {
      super(model.getPipeline(), users, model.factors(Side.ITEM), parameters);
      this.counts = counts;
    }

    /** One element. */
    public PCollection<Counts> counts() {
      return counts;
    }

    @Override
    public Map<TupleTag<?>, PValue> expand() {
      // Not the items: they are not made here.
      Map<TupleTag<?>, PValue> values = new HashMap<>();
      values.put(FACTORS, factors(Side.USER).blocks());
      values.put(COUNTS, counts);
      return values;
    }
  }

  /** The same for ratings that are blocks of users. */
  public PTransform<PCollection<RatingBlock>, FoldedModel> onBlocks() {
    return new OnBlocks(this);
  }

  @Override
  public FoldedModel expand(PCollection<Rating> ratings) {
    return fold(
        ratings
            .apply("BatchRatings", BatchRatings.create())
            .apply("BlockByUser", BlockRatings.create(Als.numBlocks(ratings, null))));
  }

  private static final class OnBlocks extends PTransform<PCollection<RatingBlock>, FoldedModel> {
    private static final long serialVersionUID = 1L;
    private final FoldIn foldIn;

    OnBlocks(FoldIn foldIn) {
      this.foldIn = foldIn;
    }

    @Override
    public FoldedModel expand(PCollection<RatingBlock> userBlocks) {
      return foldIn.fold(userBlocks);
    }
  }

  private FoldedModel fold(PCollection<RatingBlock> userBlocks) {
    AlsParameters parameters = parameters();
    FactorView items = model().factors(Side.ITEM).view();
    PCollectionTuple solved =
        userBlocks.apply(
            "SolveRows",
            items
                .addTo(ParDo.of(new SolveFn(items, parameters)))
                .withOutputTags(FACTORS, TupleTagList.of(COUNTS)));
    PCollection<FactorBlock> factors = solved.get(FACTORS).setCoder(FactorBlock.Coder.of());
    PCollection<Counts> counts =
        solved
            .get(COUNTS)
            .setCoder(Counts.coder())
            .apply("SumCounts", CombineAll.create(new Counts(0, 0), new SumFn()));
    return new FoldedModel(
        model(), Factors.of(Side.USER, factors, parameters.rank()), parameters, counts);
  }

  private AlsParameters parameters() {
    AlsParameters trained = model().parameters();
    Double regParam = regParam();
    if (regParam != null) {
      return (trained == null ? AlsParameters.create().withRank(model().rank()) : trained)
          .withRegParam(regParam);
    }
    if (trained == null) {
      throw new IllegalArgumentException("the model does not tell its regParam; expected it here");
    }
    return trained;
  }

  static final class SolveFn extends DoFn<RatingBlock, FactorBlock> {
    private static final long serialVersionUID = 1L;
    private final FactorView items;
    private final AlsParameters parameters;
    private transient @Nullable RowSolver solver;

    SolveFn(FactorView items, AlsParameters parameters) {
      this.items = items;
      this.parameters = parameters;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      if (solver == null) {
        solver = new CholeskySolver(parameters.rank());
      }
      RatingBlock block = c.element();
      boolean[] found = new boolean[block.dst().size()];
      float[] dst = items.gatherNeighbours(c, block, parameters.rank(), found);
      RatingBlock known = block.keepNeighbours(found);
      c.output(COUNTS, new Counts(block.size(), block.size() - known.size()));
      if (known.size() > 0) {
        float[] rows =
            new FactorBlock(block.dst(), parameters.rank(), dst).select(known.dst()).factors();
        c.output(UpdateFactors.solve(known, rows, Side.USER, parameters, solver));
      }
    }
  }

  private static final class SumFn extends Combine.BinaryCombineFn<Counts> {
    private static final long serialVersionUID = 1L;

    @Override
    public Counts apply(Counts left, Counts right) {
      return new Counts(left.ratings + right.ratings, left.ignored + right.ignored);
    }
  }

  private static final class CountsCoder extends CustomCoder<Counts> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(Counts counts, OutputStream out) throws IOException {
      VarLongCoder.of().encode(counts.ratings, out);
      VarLongCoder.of().encode(counts.ignored, out);
    }

    @Override
    public Counts decode(InputStream in) throws IOException {
      return new Counts(VarLongCoder.of().decode(in), VarLongCoder.of().decode(in));
    }

    @Override
    public void verifyDeterministic() {}
  }
}
