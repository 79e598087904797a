package dev.beamals.recommend;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.linalg.BlockProducts;
import dev.beamals.ratings.Ids;
import java.util.Arrays;

/**
 * The exact top K of a block of rows, over tiles that are shown one after the other.
 *
 * <p>Holds the block, its K best so far, and a buffer of 8 × 256 scores: no more, however many
 * tiles there are.
 */
final class ScoreBlock {
  private final FactorBlock src;
  private final RatingBlock seen;
  private final boolean cosine;
  private final BlockProducts products;
  private final float[] packed;
  private final TopK best;

  /** For each row its row in {@link #seen}, or −1. */
  private final int[] seenRow;

  /**
   * @param seen what is not to be recommended; rows of other ids do not count
   * @param cosine whether the score is the cosine, and an id is not like itself
   */
  ScoreBlock(FactorBlock src, RatingBlock seen, int topK, boolean cosine) {
    this.src = src;
    this.seen = seen;
    this.cosine = cosine;
    int rows = src.ids().size();
    this.products = BlockProducts.create(src.rank());
    this.packed = BlockProducts.packRows(factors(src), rows, src.rank());
    this.best = new TopK(rows, topK);
    this.seenRow = src.ids().positionsIn(seen.src());
  }

  /** The factors to multiply: for the cosine, rows of length 1; a row of zeros stays. */
  private float[] factors(FactorBlock block) {
    if (!cosine) {
      return block.factors();
    }
    int rank = block.rank();
    float[] unit = new float[block.factors().length];
    for (int row = 0; row < unit.length; row += rank) {
      double squares = 0;
      for (int k = row; k < row + rank; k++) {
        squares += (double) block.factors()[k] * block.factors()[k];
      }
      double scale = squares == 0 ? 0 : 1 / Math.sqrt(squares);
      for (int k = row; k < row + rank; k++) {
        unit[k] = (float) (block.factors()[k] * scale);
      }
    }
    return unit;
  }

  /** Looks at a tile; no id may be in two of them. */
  void add(FactorBlock tile) {
    Ids ids = tile.ids();
    float[] factors = factors(tile);
    int[] seenAs = ids.positionsIn(seen.dst());
    int[] self = cosine ? src.ids().positionsIn(ids) : new int[0];
    for (int first = 0; first < ids.size(); first += BlockProducts.COLUMNS) {
      int end = Math.min(ids.size(), first + BlockProducts.COLUMNS);
      products.setColumns(factors, first, end - first);
      for (int row = 0; row < seenRow.length; row += BlockProducts.ROWS) {
        float[] scores = products.multiply(packed, row / BlockProducts.ROWS);
        int rows = Math.min(BlockProducts.ROWS, seenRow.length - row);
        for (int r = 0; r < rows; r++) {
          // Nearly always nothing enters; NaN is for the closer look.
          if (!(products.max(r) < best.threshold(row + r))) {
            int at = r * BlockProducts.COLUMNS - first;
            offer(row + r, scores, at, ids, first, end, seenAs, cosine ? self[row + r] : -1);
          }
        }
      }
    }
  }

  /**
   * Offers the ids at {@code first} to {@code end} of a tile that may enter: few, so it is here and
   * not for every score that what was seen is looked up.
   *
   * @param at where in {@code scores} the score of id 0 would be
   * @param seenAs for each id of the tile its index among the seen ids, or −1
   * @param self the id that is not to be offered, or −1
   */
  private void offer(
      int row, float[] scores, int at, Ids ids, int first, int end, int[] seenAs, int self) {
    float threshold = best.threshold(row);
    for (int i = first; i < end; i++) {
      // False for NaN and for negative infinity: the threshold is finite.
      if (scores[at + i] >= threshold && i != self && !isSeen(row, seenAs[i])) {
        best.offer(row, scores[at + i], ids, i);
        threshold = best.threshold(row);
      }
    }
  }

  private boolean isSeen(int row, int dst) {
    int seenRow = this.seenRow[row];
    return seenRow >= 0
        && dst >= 0
        && Arrays.binarySearch(
                seen.neighbours(), seen.offsets()[seenRow], seen.offsets()[seenRow + 1], dst)
            >= 0;
  }

  Recommendations finish() {
    return best.finish(src.ids());
  }
}
