package dev.beamals.als;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorFile;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Side;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.Iterables;
import org.jspecify.annotations.Nullable;

/**
 * Sends each row of factors only to the blocks that have ratings for it, so that no process holds
 * all factors of a side.
 *
 * <p>A block of ratings knows by its neighbours which blocks of the other side need which of its
 * rows: the out-blocks of Spark MLlib. It writes a message for each of them, all messages in one
 * file, and sends the file's name and where each message begins. The receiving block reads the
 * messages to it, one from each file.
 *
 * <p>By files and not by Beam's GroupByKey for three reasons. Blocks of ratings, which are the bulk
 * of the data, stay where they are, where a join would move them in every half-step. A half-step
 * depends on files and not on the half-steps before, so that hundreds of them are no deeper than
 * two, and losing a worker costs the work in hand only. And names are all that the driver sees. The
 * folder must be on a file system that all workers share, as the model's must.
 *
 * <p>Where the factors of both sides are small, those of a block travel as they are after all. That
 * is counted and not estimated: of its own side a block has one part of as many as there are
 * blocks, and of the other side at least those that it has ratings for. Blocks need not agree.
 *
 * <p>A file is deleted two half-steps later, when every block that reads it is done; four where
 * blocks read their own. Those that the two last half-steps read stay: a runner may have to repeat
 * these for what comes after.
 */
final class ShuffleExchange implements Exchange {
  private static final long serialVersionUID = 1L;

  private final String folder;
  private final long above;
  private final int userBlocks;
  private final int itemBlocks;
  private final int lastStep;
  private final boolean keepsOwn;

  /**
   * @param folder for the files, with its last slash
   * @param above bytes of the factors of both sides from which on they are written
   * @param lastStep the number of half-steps
   * @param keepsOwn whether a block may need the rows that it solved last
   */
  ShuffleExchange(
      String folder, long above, int userBlocks, int itemBlocks, int lastStep, boolean keepsOwn) {
    this.folder = folder;
    this.above = above;
    this.userBlocks = userBlocks;
    this.itemBlocks = itemBlocks;
    this.lastStep = lastStep;
    this.keepsOwn = keepsOwn;
  }

  private int blocks(Side side) {
    return side == Side.USER ? userBlocks : itemBlocks;
  }

  @Override
  public @Nullable FactorFile write(RatingBlock block, FactorBlock factors, Side side, int step) {
    long ids = (long) block.src().size() * blocks(side) + block.dst().size();
    if (ids * factors.rank() * Float.BYTES <= above) {
      return null;
    }
    int number = block.src().block(0, blocks(side));
    int unused = step - (keepsOwn ? 4 : 2);
    if (unused >= 0 && step < lastStep) {
      delete(unused, number);
    }
    // One message at a time: all of them together may be as large as the factors of all blocks.
    Iterable<FactorBlock> messages =
        Iterables.transform(
            route(block, blocks(side.other())), rows -> factors.select(rows.toIntArray()));
    if (keepsOwn || step >= lastStep - 1) {
      messages = Iterables.concat(messages, List.of(factors)); // the result
    }
    return FactorFile.write(prefix(step, number), messages);
  }

  private String prefix(int step, int number) {
    return String.format("%sstep-%04d/block-%05d-", folder, step, number);
  }

  /** For each block of the other side, the rows of {@code block} that it has ratings for. */
  private static List<IntArrayList> route(RatingBlock block, int receivers) {
    int[] receiver = new int[block.dst().size()];
    for (int d = 0; d < receiver.length; d++) {
      receiver[d] = block.dst().block(d, receivers);
    }
    List<IntArrayList> rows = Stream.generate(IntArrayList::new).limit(receivers).toList();
    for (int s = 0; s < block.src().size(); s++) {
      for (int p = block.offsets()[s]; p < block.offsets()[s + 1]; p++) {
        IntArrayList to = rows.get(receiver[block.neighbours()[p]]);
        if (to.isEmpty() || to.getInt(to.size() - 1) != s) {
          to.add(s);
        }
      }
    }
    return rows;
  }

  private void delete(int step, int number) {
    try {
      List<MatchResult.Metadata> files =
          FileSystems.match(prefix(step, number) + "*", EmptyMatchTreatment.ALLOW).metadata();
      FileSystems.delete(files.stream().map(MatchResult.Metadata::resourceId).toList());
    } catch (IOException e) {
      throw RunException.cannotWrite(prefix(step, number), e);
    }
  }
}
