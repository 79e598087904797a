package dev.beamals.recommend;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.ids.Ids;
import dev.beamals.linalg.BlockProducts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The exact top K of a block of rows, over tiles that are shown one after the other.
 *
 * <p>Holds the block, its K best so far, a bit for each of its rows and each id of a tile where
 * something was seen, and a buffer of 8 × 256 scores: no more, however many tiles there are.
 */
final class ScoreBlock {
  private final FactorBlock src;
  private final List<SeenPairs> seen;
  private final boolean cosine;
  private final BlockProducts products;
  private final float[] packed;
  private final TopK best;
  private final int[] found = new int[BlockProducts.COLUMNS];

  /** For each of {@link #seen} and each of its users the row in {@link #src}, or −1. */
  private final List<int[]> seenRows = new ArrayList<>();

  /** Bits by row, then id of the tile: whether it was seen. Rows have {@link #words} each. */
  private long[] marks = {};

  private int words;

  /**
   * @param seen what is not to be recommended; users that are not in {@code src} do not count
   * @param cosine whether the score is the cosine, and an id is not like itself
   */
  ScoreBlock(FactorBlock src, List<SeenPairs> seen, int topK, boolean cosine) {
    this.src = src;
    this.seen = seen;
    this.cosine = cosine;
    int rows = src.ids().size();
    this.products = BlockProducts.create(src.rank());
    this.packed = BlockProducts.packRows(factors(src), rows, src.rank());
    this.best = new TopK(rows, topK);
    for (SeenPairs pairs : seen) {
      seenRows.add(pairs.users().positionsIn(src.ids()));
    }
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
    mark(ids);
    int[] self = cosine ? src.ids().positionsIn(ids) : new int[0];
    int rows = src.ids().size();
    for (int first = 0; first < ids.size(); first += BlockProducts.COLUMNS) {
      products.setColumns(factors, first, Math.min(BlockProducts.COLUMNS, ids.size() - first));
      for (int row = 0; row < rows; row += BlockProducts.ROWS) {
        addGroup(row, Math.min(rows, row + BlockProducts.ROWS), ids, first, self);
      }
    }
  }

  /**
   * Multiplies rows {@code [from, to)} of one group with the columns set, {@code ids} from first
   * on.
   */
  private void addGroup(int from, int to, Ids ids, int first, int[] self) {
    float[] scores = products.multiply(packed, from / BlockProducts.ROWS);
    for (int row = from; row < to; row++) {
      // Nearly always nothing is; it is here, for few scores, that what was seen is looked up.
      int count = products.atLeast(row - from, best.threshold(row), found);
      for (int n = 0; n < count; n++) {
        int i = first + found[n];
        if (!isSeen(row, i) && !(cosine && i == self[row])) {
          best.offer(row, scores[(row - from) * BlockProducts.COLUMNS + found[n]], ids, i);
        }
      }
    }
  }

  /** Sets the bits of what was seen of a tile. */
  private void mark(Ids ids) {
    if (seen.isEmpty()) {
      return;
    }
    words = (ids.size() + Long.SIZE - 1) / Long.SIZE;
    int length = Math.multiplyExact(src.ids().size(), words);
    if (marks.length < length) {
      marks = new long[length];
    } else {
      Arrays.fill(marks, 0, length, 0);
    }
    for (int s = 0; s < seen.size(); s++) {
      SeenPairs pairs = seen.get(s);
      int[] rows = seenRows.get(s);
      int[] positions = pairs.items().positionsIn(ids);
      for (int u = 0; u < rows.length; u++) {
        if (rows[u] >= 0) {
          pairs.mark(u, positions, marks, rows[u] * words);
        }
      }
    }
  }

  private boolean isSeen(int row, int i) {
    return !seen.isEmpty() && (marks[row * words + i / Long.SIZE] >>> i & 1) != 0;
  }

  ScoredIds finish() {
    return best.finish(src.ids());
  }
}
