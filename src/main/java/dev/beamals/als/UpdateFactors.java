package dev.beamals.als;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.Links;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Side;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Gauge;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.jspecify.annotations.Nullable;

/**
 * One half-step of ALS: solves the factors of one side, those of the other side held fixed; see
 * {@link BlockSolver} for the equations.
 *
 * <p>What the other side sent is a side input: rating blocks are never moved. Where the training
 * ended before, as its tolerance was reached, a block sends again what it sent last.
 */
final class UpdateFactors extends PTransform<PCollection<RatingBlock>, PCollectionTuple> {
  private static final long serialVersionUID = 1L;
  private static final TupleTag<Sent> FACTORS = new TupleTag<>("factors") {};
  private static final TupleTag<RatingBlock> BLOCKS = new TupleTag<>("blocks") {};

  private final Side side;
  private final int step;
  private final SentFactors dst;
  private final @Nullable SentFactors own;
  private final @Nullable FactorView start;
  private final AlsParameters parameters;
  private final Exchange exchange;
  private final int numBlocks;
  private final boolean passesBlocks;
  private final boolean tellsFailures;

  private UpdateFactors(
      Side side,
      int step,
      SentFactors dst,
      @Nullable SentFactors own,
      @Nullable FactorView start,
      AlsParameters parameters,
      Exchange exchange,
      int numBlocks,
      boolean passesBlocks,
      boolean tellsFailures) {
    this.side = side;
    this.step = step;
    this.dst = dst;
    this.own = own;
    this.start = start;
    this.parameters = parameters;
    this.exchange = exchange;
    this.numBlocks = numBlocks;
    this.passesBlocks = passesBlocks;
    this.tellsFailures = tellsFailures;
  }

  /**
   * @param side the side to solve, that of the rows of the blocks
   * @param step the number of this half-step, from 1
   * @param dst what the other side sent
   * @param numBlocks how many blocks there are of the side to solve
   */
  static UpdateFactors create(
      Side side,
      int step,
      SentFactors dst,
      AlsParameters parameters,
      Exchange exchange,
      int numBlocks) {
    return new UpdateFactors(
        side, step, dst, null, null, parameters, exchange, numBlocks, false, false);
  }

  /** What this side sent last: needed where the training may end before. */
  UpdateFactors withOwn(@Nullable SentFactors own) {
    return new UpdateFactors(
        side, step, dst, own, start, parameters, exchange, numBlocks, passesBlocks, tellsFailures);
  }

  /** Factors of this side that its rows start from, where they have any; otherwise from zeros. */
  UpdateFactors withStart(@Nullable FactorView start) {
    return new UpdateFactors(
        side, step, dst, own, start, parameters, exchange, numBlocks, passesBlocks, tellsFailures);
  }

  /** Whether a block is an output of its own, once its rows are solved. */
  UpdateFactors withPassesBlocks(boolean passesBlocks) {
    return new UpdateFactors(
        side, step, dst, own, start, parameters, exchange, numBlocks, passesBlocks, tellsFailures);
  }

  /** Whether a row that cannot be solved ends the training, and is told, and fails nothing. */
  UpdateFactors withTellsFailures(boolean tellsFailures) {
    return new UpdateFactors(
        side, step, dst, own, start, parameters, exchange, numBlocks, passesBlocks, tellsFailures);
  }

  /** Tag of the factors that were solved. */
  static TupleTag<Sent> factors() {
    return FACTORS;
  }

  /** Tag of the blocks of ratings, for the next step of this side. */
  static TupleTag<RatingBlock> blocks() {
    return BLOCKS;
  }

  @Override
  public PCollectionTuple expand(PCollection<RatingBlock> blocks) {
    ParDo.SingleOutput<RatingBlock, Sent> solve =
        dst.addTo(
            ParDo.of(
                new SolveFn(
                    side,
                    step,
                    parameters,
                    exchange,
                    numBlocks,
                    dst.numBlocks(),
                    own,
                    start,
                    passesBlocks,
                    tellsFailures)),
            SolveFn.DST);
    if (own != null) {
      solve = own.addTo(solve);
    }
    if (start != null && start != own) {
      solve = start.addTo(solve);
    }
    PCollectionTuple solved;
    if (passesBlocks) {
      solved = blocks.apply("SolveRows", solve.withOutputTags(FACTORS, TupleTagList.of(BLOCKS)));
      solved.get(BLOCKS).setCoder(RatingBlock.Coder.of());
    } else {
      solved = PCollectionTuple.of(FACTORS, blocks.apply("SolveRows", solve)).and(BLOCKS, blocks);
    }
    solved.get(FACTORS).setCoder(Sent.coder(parameters));
    return solved;
  }

  /**
   * Takes what the other side sent as a parameter: the DirectRunner reads a DoFn anew each time
   * that it tries whether a stage can begin, and a view is large beside the rest of it.
   */
  static final class SolveFn extends DoFn<RatingBlock, Sent> {
    private static final long serialVersionUID = 1L;
    static final String DST = "dst";

    private final Counter rowsSolved = Metrics.counter(Als.class, Als.ROWS_SOLVED);
    private final Gauge objective = Metrics.gauge(Als.class, Als.OBJECTIVE);
    private final Side side;
    private final int step;
    private final AlsParameters parameters;
    private final Exchange exchange;
    private final int numBlocks;
    private final int dstBlocks;
    private final @Nullable SentFactors own;
    private final @Nullable FactorView start;
    private final boolean passesBlocks;
    private final boolean tellsFailures;
    private transient @Nullable BlockSolver solver;

    SolveFn(
        Side side,
        int step,
        AlsParameters parameters,
        Exchange exchange,
        int numBlocks,
        int dstBlocks,
        @Nullable SentFactors own,
        @Nullable FactorView start,
        boolean passesBlocks,
        boolean tellsFailures) {
      this.side = side;
      this.step = step;
      this.parameters = parameters;
      this.exchange = exchange;
      this.numBlocks = numBlocks;
      this.dstBlocks = dstBlocks;
      this.own = own;
      this.start = start;
      this.passesBlocks = passesBlocks;
      this.tellsFailures = tellsFailures;
    }

    @ProcessElement
    public void processElement(ProcessContext c, @SideInput(DST) List<Sent> dst) {
      RatingBlock block = c.element();
      Links links = block.links(numBlocks, dstBlocks);
      StepSums sumsOfDst = SentFactors.sums(dst);
      TrainingSummary before = SentFactors.summary(dst, sumsOfDst);
      if (before.failure() != null) {
        c.output(fail(block, links, before, before.failure()));
        // What came may be what was sent before: the training has ended then.
      } else if (own != null && (before.steps() < step || before.isConverged())) {
        c.output(SentFactors.ofBlock(own.get(c), links.number()));
      } else {
        c.output(solve(c, block, links, dst, sumsOfDst, before));
      }
      if (passesBlocks) {
        c.output(BLOCKS, block);
      }
    }

    private Sent solve(
        ProcessContext c,
        RatingBlock block,
        Links links,
        List<Sent> dst,
        StepSums sumsOfDst,
        TrainingSummary before) {
      if (solver == null) {
        solver = BlockSolver.ofBlocks(parameters, side, numBlocks);
      }
      if (parameters.implicitPrefs() && before.positiveRatings() == 0) {
        throw new RunException(
            "implicitPrefs: no rating is above 0, so nothing is preferred; expected counts or"
                + " durations");
      }
      if (step > 2) { // before it, only one side was seen
        objective.set(Double.doubleToRawLongBits(before.halfStep(step - 1).objective()));
      }
      StepSums sums = new StepSums();
      FactorBlock factors =
          solver.trySolve(
              block,
              SentFactors.gather(dst, links, parameters.columns()),
              start == null ? null : start(c, start, block, links),
              BlockSolver.Others.of(sumsOfDst, before.mean()),
              sums);
      if (factors == null) {
        String why = String.valueOf(sums.failure());
        if (!tellsFailures) {
          throw new RunException(why);
        }
        return fail(block, links, before, why);
      }
      if (parameters.implicitPrefs()) {
        sums.addGram(factors.factors(), parameters.rank());
      }
      rowsSolved.inc(factors.ids().size());
      return exchange.send(block, links, factors.factors(), step, sums, before);
    }

    /** Sends no factors that anybody could use, and why. */
    private Sent fail(RatingBlock block, Links links, TrainingSummary before, String why) {
      StepSums sums = new StepSums();
      sums.fail(why);
      float[] none = BlockSolver.floats(block.src().size(), parameters.columns());
      Arrays.fill(none, Float.NaN);
      return exchange.send(block, links, none, step, sums, before);
    }

    private float[] start(ProcessContext c, FactorView view, RatingBlock block, Links links) {
      return view instanceof SentFactors sent
          ? SentFactors.ofBlock(sent.get(c), links.number()).own()
          : view.gather(c, block.src(), parameters.columns(), new boolean[block.src().size()]);
    }
  }
}
