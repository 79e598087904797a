package dev.beamals.als;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.Factors;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Side;
import java.io.Serializable;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.values.PCollection;

/**
 * How the factors that one half-step solves are sent to the next: as elements of type {@code T},
 * which a {@link FactorView} takes factors out of.
 */
interface Exchange<T> extends Serializable {
  Coder<T> coder();

  /**
   * Sends the factors of a block off; called once a block and step, or again with the same factors.
   *
   * @param block the ratings of the rows that were solved
   * @param side the side of those rows
   * @param step half-steps are counted from 1; 0 sends the initial factors
   */
  T send(RatingBlock block, FactorBlock factors, Side side, int step);

  /**
   * What the other side takes factors out of.
   *
   * @param side the side that sent
   */
  FactorView view(PCollection<T> sent, Side side);

  /** What the last half-step of a side sent, as the factors of a model. */
  Factors factors(PCollection<T> sent, Side side, int rank);

  /**
   * The default: an element is the factors of a block. Every process holds those of one side at a
   * time, the driver of a Spark job included.
   */
  final class Broadcast implements Exchange<FactorBlock> {
    private static final long serialVersionUID = 1L;

    @Override
    public Coder<FactorBlock> coder() {
      return FactorBlock.Coder.of();
    }

    @Override
    public FactorBlock send(RatingBlock block, FactorBlock factors, Side side, int step) {
      return factors;
    }

    @Override
    public FactorView view(PCollection<FactorBlock> sent, Side side) {
      return FactorView.ofBlocks("ViewFactors", sent);
    }

    @Override
    public Factors factors(PCollection<FactorBlock> sent, Side side, int rank) {
      return Factors.of(side, sent, rank);
    }
  }
}
