package dev.beamals.als;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Side;
import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;

/**
 * How the factors that one half-step solves reach the next: as elements of type {@code T}, all of
 * which every block of ratings sees.
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
   * The factors that a block needs, among them all of its {@link RatingBlock#dst}.
   *
   * @param sent what the blocks of the other side sent
   * @param side the side of the rows of {@code block}
   */
  Iterable<FactorBlock> receive(List<T> sent, RatingBlock block, Side side);

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
    public Iterable<FactorBlock> receive(List<FactorBlock> sent, RatingBlock block, Side side) {
      return sent;
    }
  }
}
