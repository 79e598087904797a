package dev.beamals.recommend;

import dev.beamals.als.Contributions;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ratings.RatingBatch;
import it.unimi.dsi.fastutil.floats.FloatArrayList;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Arrays;

/** Chooses the reasons of the entries of a block. */
final class ExplainBlock {
  private final int most;
  private final boolean against;
  private final IntArrayList index = new IntArrayList();
  private final FloatArrayList ratings = new FloatArrayList();
  private final FloatArrayList contributions = new FloatArrayList();
  private double[] parts = {};
  private long[] keys = {};

  /**
   * @param most how many reasons of an entry are kept
   * @param against whether ratings that lower the score are reasons too, in the order of size
   */
  ExplainBlock(int most, boolean against) {
    this.most = most;
    this.against = against;
  }

  /**
   * @param given all ratings of the users
   * @param explained what those of known items add to the predictions for {@code scores.dst()}
   */
  Reasons explain(ScoredIds scores, RatingBlock given, Contributions explained) {
    RatingBlock known = explained.ratings();
    int[] givenRows = scores.src().positionsIn(given.src());
    int[] rows = scores.src().positionsIn(known.src());
    int entries = scores.scores().length;
    int[] offsets = new int[entries + 1];
    double[] fixed = new double[entries];
    double[] rest = new double[entries];
    int[] restCount = new int[entries];
    int[] ignored = new int[rows.length];
    Arrays.fill(fixed, Double.NaN);
    long used = 0;
    long unknown = 0;
    for (int s = 0; s < rows.length; s++) {
      int count = rows[s] < 0 ? 0 : length(known, rows[s]);
      ignored[s] = givenRows[s] < 0 ? 0 : length(given, givenRows[s]) - count;
      used += count;
      unknown += ignored[s];
      boolean selected = false;
      for (int e = scores.offsets()[s]; e < scores.offsets()[s + 1]; e++) {
        if (count > 0 && !Float.isNaN(scores.scores()[e])) {
          if (!selected) {
            explained.select(rows[s]);
            selected = true;
          }
          makeRoom(count);
          explained.explain(scores.index()[e], parts);
          fixed[e] = explained.fixed(scores.index()[e]);
          rest[e] = choose(known, known.offsets()[rows[s]], count);
          restCount[e] = count - (index.size() - offsets[e]);
        }
        offsets[e + 1] = index.size();
      }
    }
    int[] items = index.toIntArray();
    Ids kept = RatingBatch.keepUsed(known.dst(), items);
    return new Reasons(
        kept,
        offsets,
        items,
        ratings.toFloatArray(),
        contributions.toFloatArray(),
        fixed,
        rest,
        restCount,
        ignored,
        new Reasons.Rows(used, unknown, given.duplicates(), given.aggregated()));
  }

  private static int length(RatingBlock block, int row) {
    return block.offsets()[row + 1] - block.offsets()[row];
  }

  private void makeRoom(int count) {
    if (parts.length < count) {
      parts = new double[2 * count];
      keys = new long[2 * count];
    }
  }

  /**
   * Adds the reasons of an entry: the largest parts, of equal ones the first.
   *
   * @param from where the ratings of its user begin
   * @return the sum of the other parts
   */
  private double choose(RatingBlock known, int from, int count) {
    int candidates = 0;
    for (int n = 0; n < count; n++) {
      float part = (float) parts[n];
      float size = against ? Math.abs(part) : part;
      if (against || part > 0) {
        // The bits of floats that are not negative are in their order.
        keys[candidates++] = (long) (Integer.MAX_VALUE - Float.floatToIntBits(size)) << 32 | n;
      }
    }
    Arrays.sort(keys, 0, candidates);
    for (int c = 0; c < Math.min(most, candidates); c++) {
      int n = (int) keys[c];
      index.add(known.neighbours()[from + n]);
      ratings.add(known.ratings()[from + n]);
      contributions.add((float) parts[n]);
      parts[n] = 0;
    }
    double rest = 0;
    for (int n = 0; n < count; n++) {
      rest += parts[n];
    }
    return rest;
  }
}
