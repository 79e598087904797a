package dev.beamals.als;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorFile;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Side;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** How the factors that one half-step solves are sent to the next; {@link SentFactors} receives. */
interface Exchange extends Serializable {
  /**
   * Writes the factors of a block to a file; called once a block and step, or again with the same
   * factors.
   *
   * @param block the ratings of the rows that were solved
   * @param side the side of those rows
   * @param step half-steps are counted from 1; 0 sends the initial factors
   * @return null where factors travel as they are, the same at each step of a block
   */
  @Nullable FactorFile write(RatingBlock block, FactorBlock factors, Side side, int step);

  /**
   * The default: factors travel as elements. Every process holds those of one side at a time, the
   * driver of a Spark job included.
   */
  final class Broadcast implements Exchange {
    private static final long serialVersionUID = 1L;

    @Override
    public @Nullable FactorFile write(RatingBlock block, FactorBlock factors, Side side, int step) {
      return null;
    }
  }
}
