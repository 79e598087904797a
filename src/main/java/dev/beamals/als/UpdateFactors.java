package dev.beamals.als;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Side;
import dev.beamals.linalg.CholeskySolver;
import dev.beamals.linalg.RowSolver;
import dev.beamals.linalg.RowSystem;
import java.util.Locale;
import org.apache.beam.sdk.metrics.Counter;
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
 * One half-step of ALS: solves the factors of one side, those of the other side held fixed.
 *
 * <p>For each id with ratings {@code r} of {@code n} neighbours with factors {@code y}, its factors
 * are the {@code x} (rank) that minimizes {@code Σ (r − x·y)² + λ n |x|²}, so the solution of
 * {@code (Σ y yᵀ + λ n I) x = Σ r y}: ALS with weighted-λ-regularization (Zhou et al. 2008), as in
 * Spark MLlib.
 *
 * <p>What the other side sent is a side input: rating blocks are never moved.
 *
 * @param <T> what factors travel as
 */
final class UpdateFactors<T> extends PTransform<PCollection<RatingBlock>, PCollectionTuple> {
  private static final long serialVersionUID = 1L;
  private static final TupleTag<RatingBlock> BLOCKS = new TupleTag<>("blocks") {};

  private final TupleTag<T> factors = new TupleTag<>("factors");
  private final Side side;
  private final int step;
  private final PCollection<T> dstFactors;
  private final AlsParameters parameters;
  private final Exchange<T> exchange;
  private final boolean passesBlocks;

  private UpdateFactors(
      Side side,
      int step,
      PCollection<T> dstFactors,
      AlsParameters parameters,
      Exchange<T> exchange,
      boolean passesBlocks) {
    this.side = side;
    this.step = step;
    this.dstFactors = dstFactors;
    this.parameters = parameters;
    this.exchange = exchange;
    this.passesBlocks = passesBlocks;
  }

  /**
   * @param side the side to solve, that of the rows of the blocks
   * @param step the number of this half-step, from 1
   * @param dstFactors what the other side sent
   */
  static <T> UpdateFactors<T> create(
      Side side,
      int step,
      PCollection<T> dstFactors,
      AlsParameters parameters,
      Exchange<T> exchange) {
    return new UpdateFactors<>(side, step, dstFactors, parameters, exchange, false);
  }

  /** Whether a block is an output of its own, once its rows are solved. */
  UpdateFactors<T> withPassesBlocks(boolean passesBlocks) {
    return new UpdateFactors<>(side, step, dstFactors, parameters, exchange, passesBlocks);
  }

  /** Tag of the factors that were solved. */
  TupleTag<T> factors() {
    return factors;
  }

  /** Tag of the blocks of ratings, for the next step of this side. */
  static TupleTag<RatingBlock> blocks() {
    return BLOCKS;
  }

  @Override
  public PCollectionTuple expand(PCollection<RatingBlock> blocks) {
    FactorView view = exchange.view(dstFactors, side.other());
    TupleTag<RatingBlock> pass = passesBlocks ? BLOCKS : null;
    ParDo.SingleOutput<RatingBlock, T> solve =
        view.addTo(ParDo.of(new SolveFn<>(side, step, parameters, exchange, view, pass)));
    PCollectionTuple solved;
    if (passesBlocks) {
      solved = blocks.apply("SolveRows", solve.withOutputTags(factors, TupleTagList.of(BLOCKS)));
      solved.get(BLOCKS).setCoder(RatingBlock.Coder.of());
    } else {
      solved = PCollectionTuple.of(factors, blocks.apply("SolveRows", solve)).and(BLOCKS, blocks);
    }
    solved.get(factors).setCoder(exchange.coder());
    return solved;
  }

  static final class SolveFn<T> extends DoFn<RatingBlock, T> {
    private static final long serialVersionUID = 1L;

    private final Counter rowsSolved = Metrics.counter(Als.class, Als.ROWS_SOLVED);
    private final Side side;
    private final int step;
    private final AlsParameters parameters;
    private final Exchange<T> exchange;
    private final FactorView dstFactors;
    private final @Nullable TupleTag<RatingBlock> pass;
    private transient @Nullable RowSolver solver;

    SolveFn(
        Side side,
        int step,
        AlsParameters parameters,
        Exchange<T> exchange,
        FactorView dstFactors,
        @Nullable TupleTag<RatingBlock> pass) {
      this.side = side;
      this.step = step;
      this.parameters = parameters;
      this.exchange = exchange;
      this.dstFactors = dstFactors;
      this.pass = pass;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      if (solver == null) {
        solver = new CholeskySolver(parameters.rank());
      }
      RatingBlock block = c.element();
      boolean[] found = new boolean[block.dst().size()];
      float[] dst = dstFactors.gatherNeighbours(c, block, parameters.rank(), found);
      checkFound(block, found);
      FactorBlock factors = solve(block, dst, side, parameters, solver);
      rowsSolved.inc(factors.ids().size());
      c.output(exchange.send(block, factors, side, step));
      if (pass != null) {
        c.output(pass, block);
      }
    }
  }

  /** Every rating of a block has its transposed twin in a block of the other side. */
  static void checkFound(RatingBlock block, boolean[] found) {
    for (int i = 0; i < found.length; i++) {
      if (!found[i]) {
        throw new IllegalStateException("no factors of neighbour " + block.dst().get(i));
      }
    }
  }

  /**
   * Solves all rows of a block.
   *
   * @param dst row-major, the factors of {@link RatingBlock#dst}. Not modified.
   * @param solver Modified
   * @throws RunException naming the id where the system is singular
   */
  static FactorBlock solve(
      RatingBlock block, float[] dst, Side side, AlsParameters parameters, RowSolver solver) {
    int rank = parameters.rank();
    float[] factors = new float[Math.multiplyExact(block.src().size(), rank)];
    int[] offsets = block.offsets();
    RowSystem row = RowSystem.of(rank, dst, block.neighbours(), block.ratings());
    for (int s = 0; s < block.src().size(); s++) {
      int n = offsets[s + 1] - offsets[s];
      row.select(offsets[s], offsets[s + 1], parameters.regParam() * n);
      if (!solver.solve(row, factors, s * rank)) {
        throw new RunException(
            String.format(
                "%s %s: its %d ratings do not determine %d factors (the normal equations are"
                    + " singular with regParam=%s); expected a larger regParam or a smaller rank",
                side.name().toLowerCase(Locale.ROOT),
                block.src().get(s),
                n,
                rank,
                parameters.regParam()));
      }
    }
    return new FactorBlock(block.src(), rank, factors);
  }
}
