package dev.beamals.recommend;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.linalg.BlockProducts;
import dev.beamals.ratings.Ids;

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

  /** For each row the next of its seen entries. */
  private final int[] next;

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
    this.next = new int[rows];
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
    int[] seenAt = seen.dst().positionsIn(ids); // ascends where it is not −1
    int[] self = cosine ? src.ids().positionsIn(ids) : new int[0];
    for (int row = 0; row < next.length; row++) {
      next[row] = seenRow[row] < 0 ? 0 : seen.offsets()[seenRow[row]];
    }
    for (int first = 0; first < ids.size(); first += BlockProducts.COLUMNS) {
      int count = Math.min(BlockProducts.COLUMNS, ids.size() - first);
      products.setColumns(factors, first, count);
      for (int row = 0; row < next.length; row += BlockProducts.ROWS) {
        float[] scores = products.multiply(packed, row / BlockProducts.ROWS);
        int rows = Math.min(BlockProducts.ROWS, next.length - row);
        for (int r = 0; r < rows; r++) {
          int at = r * BlockProducts.COLUMNS;
          exclude(row + r, seenAt, first, count, scores, at);
          if (cosine && self[row + r] >= first && self[row + r] < first + count) {
            scores[at + self[row + r] - first] = Float.NEGATIVE_INFINITY;
          }
          float threshold = best.threshold(row + r);
          if (!(products.max(r) < threshold)) {
            offer(row + r, scores, at, count, ids, first);
          }
        }
      }
    }
  }

  /** Makes the scores of seen ids the lowest. */
  private void exclude(int row, int[] seenAt, int first, int count, float[] scores, int at) {
    if (seenRow[row] < 0) {
      return;
    }
    int[] neighbours = seen.neighbours();
    int end = seen.offsets()[seenRow[row] + 1];
    int p = next[row];
    for (; p < end; p++) {
      int position = seenAt[neighbours[p]];
      if (position >= first + count) {
        break;
      }
      if (position >= first) {
        scores[at + position - first] = Float.NEGATIVE_INFINITY;
      }
    }
    next[row] = p;
  }

  private void offer(int row, float[] scores, int at, int count, Ids ids, int first) {
    float threshold = best.threshold(row);
    for (int c = 0; c < count; c++) {
      // False for NaN, and for what is excluded: the threshold is finite.
      if (scores[at + c] >= threshold) {
        best.offer(row, scores[at + c], ids, first + c);
        threshold = best.threshold(row);
      }
    }
  }

  Recommendations finish() {
    return best.finish(src.ids());
  }
}
