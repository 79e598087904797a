package dev.beamals.blocks;

import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingRow;
import java.util.ArrayList;
import java.util.List;

/** Blocks made and taken apart without a pipeline. */
public final class RatingBlocks {
  private RatingBlocks() {}

  /** One block of users of all rows. */
  public static RatingBlock byUser(List<RatingRow> rows) {
    return RatingBlock.group(List.of(RatingRow.batch(rows)), Side.USER, false);
  }

  /** Blocks of users, as {@link BlockRatings} makes them; those without a rating left out. */
  public static List<RatingBlock> byUser(List<RatingRow> rows, int numBlocks) {
    List<RatingBlock> blocks = new ArrayList<>();
    for (int b = 0; b < numBlocks; b++) {
      int block = b;
      List<RatingRow> some =
          rows.stream().filter(row -> Ids.of(row.user()).block(0, numBlocks) == block).toList();
      if (!some.isEmpty()) {
        blocks.add(byUser(some));
      }
    }
    return blocks;
  }

  /** The ratings of a block in its order, with fingerprint 0. */
  public static List<RatingRow> rows(RatingBlock block, Side side) {
    List<RatingRow> rows = new ArrayList<>();
    for (int s = 0; s < block.src().size(); s++) {
      for (int p = block.offsets()[s]; p < block.offsets()[s + 1]; p++) {
        String src = block.src().get(s);
        String dst = block.dst().get(block.neighbours()[p]);
        rows.add(
            side == Side.USER
                ? new RatingRow(src, dst, block.ratings()[p], 0)
                : new RatingRow(dst, src, block.ratings()[p], 0));
      }
    }
    return rows;
  }

  /** The ratings of all blocks, sorted. */
  static List<RatingRow> sorted(Iterable<RatingBlock> blocks, Side side) {
    List<RatingRow> rows = new ArrayList<>();
    blocks.forEach(block -> rows.addAll(rows(block, side)));
    rows.sort(RatingRow.ORDER);
    return rows;
  }
}
