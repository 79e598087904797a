package dev.beamals.als;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Hashes;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Gives every user its initial factors: a direction drawn uniformly from the unit sphere, or those
 * of an earlier model.
 *
 * <p>As in Spark MLlib, a row of independent standard normal numbers divided by its length. The
 * generator of a row is seeded by (seed, side, id), so factors do not depend on blocks or runners.
 */
final class InitializeFactors extends PTransform<PCollection<RatingBlock>, PCollection<Sent>> {
  private static final long serialVersionUID = 1L;

  private final AlsParameters parameters;
  private final Exchange exchange;
  private final int numBlocks;
  private final int itemBlocks;
  private final RatingMean mean;
  private final @Nullable FactorView initial;

  private InitializeFactors(
      AlsParameters parameters,
      Exchange exchange,
      int numBlocks,
      int itemBlocks,
      RatingMean mean,
      @Nullable FactorView initial) {
    this.parameters = parameters;
    this.exchange = exchange;
    this.numBlocks = numBlocks;
    this.itemBlocks = itemBlocks;
    this.mean = mean;
    this.initial = initial;
  }

  /**
   * @param numBlocks how many blocks of users there are
   * @param itemBlocks how many blocks of items there are
   * @param mean of the ratings
   */
  static InitializeFactors create(
      AlsParameters parameters, Exchange exchange, int numBlocks, int itemBlocks, RatingMean mean) {
    return new InitializeFactors(parameters, exchange, numBlocks, itemBlocks, mean, null);
  }

  /** Factors that ids begin with, where they have any. */
  InitializeFactors withInitial(@Nullable FactorView initial) {
    return new InitializeFactors(parameters, exchange, numBlocks, itemBlocks, mean, initial);
  }

  @Override
  public PCollection<Sent> expand(PCollection<RatingBlock> blocks) {
    ParDo.SingleOutput<RatingBlock, Sent> draw =
        mean.addTo(
            ParDo.of(new InitializeFn(parameters, exchange, numBlocks, itemBlocks, mean, initial)));
    return blocks
        .apply("DrawFactors", initial == null ? draw : initial.addTo(draw))
        .setCoder(Sent.coder(parameters));
  }

  static final class InitializeFn extends DoFn<RatingBlock, Sent> {
    private static final long serialVersionUID = 1L;
    private final AlsParameters parameters;
    private final Exchange exchange;
    private final int numBlocks;
    private final int itemBlocks;
    private final RatingMean mean;
    private final @Nullable FactorView initial;

    InitializeFn(
        AlsParameters parameters,
        Exchange exchange,
        int numBlocks,
        int itemBlocks,
        RatingMean mean,
        @Nullable FactorView initial) {
      this.parameters = parameters;
      this.exchange = exchange;
      this.numBlocks = numBlocks;
      this.itemBlocks = itemBlocks;
      this.mean = mean;
      this.initial = initial;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      RatingBlock block = c.element();
      double ratingMean = mean.get(c);
      FactorBlock factors =
          withBiases(
              draw(block.src(), Side.USER, parameters.rank(), parameters.seed()), ratingMean);
      if (initial != null) {
        boolean[] found = new boolean[block.src().size()];
        float[] known = initial.gather(c, block.src(), parameters.columns(), found);
        for (int i = 0; i < found.length; i++) {
          if (found[i]) {
            System.arraycopy(
                known,
                i * parameters.columns(),
                factors.factors(),
                i * parameters.columns(),
                parameters.columns());
          }
        }
      }
      c.output(
          exchange.send(
              block,
              block.links(numBlocks, itemBlocks),
              factors.factors(),
              0,
              sums(block, factors, ratingMean),
              TrainingSummary.create(parameters, ratingMean)));
    }

    private FactorBlock withBiases(FactorBlock drawn, double ratingMean) {
      int rank = parameters.rank();
      int columns = parameters.columns();
      if (columns == rank) {
        return drawn;
      }
      int rows = drawn.ids().size();
      float[] factors = new float[Math.multiplyExact(rows, columns)];
      for (int i = 0; i < rows; i++) {
        System.arraycopy(drawn.factors(), i * rank, factors, i * columns, rank);
        BlockSolver.storeBias(parameters, Side.USER, 0, ratingMean, factors, i * columns + rank);
      }
      return new FactorBlock(drawn.ids(), columns, factors);
    }

    private StepSums sums(RatingBlock block, FactorBlock factors, double ratingMean) {
      StepSums sums = new StepSums();
      BlockSolver solver = new BlockSolver(parameters, Side.USER);
      for (int s = 0; s < block.src().size(); s++) {
        int from = block.offsets()[s];
        int to = block.offsets()[s + 1];
        sums.addRow(
            0,
            BlockSolver.scale(parameters, block.ratings(), from, to),
            solver.regularized(factors.factors(), s * parameters.columns(), ratingMean));
      }
      if (parameters.implicitPrefs()) {
        sums.countSigns(block.ratings());
        sums.addGram(factors.factors(), parameters.rank());
      }
      return sums;
    }
  }

  static FactorBlock draw(Ids ids, Side side, int rank, long seed) {
    float[] factors = new float[Math.multiplyExact(ids.size(), rank)];
    double[] row = new double[rank];
    long salt = Hashes.mix(Hashes.of(side.name()) + seed);
    for (int i = 0; i < ids.size(); i++) {
      long state = Hashes.mix(ids.hash(i) ^ salt);
      double squares = 0;
      for (int k = 0; k < rank; k++) {
        // Box and Muller 1958, from two uniform numbers; 1 − u is never 0.
        double u = Hashes.unit(Hashes.mix(state += Hashes.GAMMA));
        double v = Hashes.unit(Hashes.mix(state += Hashes.GAMMA));
        double radius = Math.sqrt(-2 * StrictMath.log(1 - u));
        double angle = 2 * Math.PI * v;
        row[k] = radius * StrictMath.cos(angle);
        squares += row[k] * row[k];
      }
      double length = Math.sqrt(squares);
      for (int k = 0; k < rank; k++) {
        factors[i * rank + k] = (float) (row[k] / length);
      }
    }
    return new FactorBlock(ids, rank, factors);
  }
}
