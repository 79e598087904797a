package dev.beamals.als;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Hashes;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Gives every id of one side its initial factors: a direction drawn uniformly from the unit sphere.
 *
 * <p>As in Spark MLlib, a row of independent standard normal numbers divided by its length. The
 * generator of a row is seeded by (seed, side, id), so factors do not depend on blocks or runners.
 */
final class InitializeFactors<T> extends PTransform<PCollection<RatingBlock>, PCollection<T>> {
  private static final long serialVersionUID = 1L;

  private final Side side;
  private final int rank;
  private final long seed;
  private final Exchange<T> exchange;

  private InitializeFactors(Side side, int rank, long seed, Exchange<T> exchange) {
    this.side = side;
    this.rank = rank;
    this.seed = seed;
    this.exchange = exchange;
  }

  static <T> InitializeFactors<T> create(
      Side side, AlsParameters parameters, Exchange<T> exchange) {
    return new InitializeFactors<>(side, parameters.rank(), parameters.seed(), exchange);
  }

  @Override
  public PCollection<T> expand(PCollection<RatingBlock> blocks) {
    return blocks
        .apply("DrawFactors", ParDo.of(new InitializeFn<>(side, rank, seed, exchange)))
        .setCoder(exchange.coder());
  }

  static final class InitializeFn<T> extends DoFn<RatingBlock, T> {
    private static final long serialVersionUID = 1L;
    private final Side side;
    private final int rank;
    private final long seed;
    private final Exchange<T> exchange;

    InitializeFn(Side side, int rank, long seed, Exchange<T> exchange) {
      this.side = side;
      this.rank = rank;
      this.seed = seed;
      this.exchange = exchange;
    }

    @ProcessElement
    public void processElement(@Element RatingBlock block, OutputReceiver<T> out) {
      out.output(exchange.send(block, draw(block.src(), side, rank, seed), side, 0));
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
