package dev.beamals.als;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorFile;
import dev.beamals.blocks.Links;
import dev.beamals.blocks.RatingBlock;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.Iterables;

/**
 * Sends each row of factors only to the blocks that have ratings for it, so that no process holds
 * all factors of a side.
 *
 * <p>A block of ratings knows by its neighbours which blocks of the other side need which of its
 * rows, see {@link Links}: the out-blocks of Spark MLlib. It writes a message for each of them, all
 * messages in one file, and sends the file's name and where each message begins. The receiving
 * block reads the messages to it, one from each file.
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
 * <p>A file is deleted when nobody reads it any more, see {@link #unused}.
 */
final class ShuffleExchange extends Exchange {
  private static final long serialVersionUID = 1L;

  private final String folder;
  private final long above;
  private final Exchange asElements;

  /**
   * @param folder for the files, with its last slash
   * @param above bytes of the factors of both sides from which on they are written
   * @param inProcess whether the pipeline runs in this process alone
   */
  ShuffleExchange(String folder, long above, int lastStep, boolean keepsOwn, boolean inProcess) {
    super(lastStep, keepsOwn);
    this.folder = folder;
    this.above = above;
    this.asElements = new Broadcast(lastStep, keepsOwn, inProcess);
  }

  @Override
  Sent send(
      RatingBlock block,
      Links links,
      float[] factors,
      int step,
      StepSums sums,
      TrainingSummary before) {
    int columns = factors.length / block.src().size();
    long ids = (long) block.src().size() * links.srcBlocks() + block.dst().size();
    if (ids * columns * Float.BYTES <= above) {
      return asElements.send(block, links, factors, step, sums, before);
    }
    if (unused(step) >= 0) {
      delete(unused(step), links.number());
    }
    // One message at a time: all of them together may be as large as the factors of all blocks.
    Iterable<float[]> messages =
        Iterables.transform(Arrays.asList(links.needed()), rows -> select(factors, columns, rows));
    FactorBlock whole = isLookedUp(step) ? new FactorBlock(block.src(), columns, factors) : null;
    FactorFile file = FactorFile.write(prefix(step, links.number()), messages, whole);
    return new Sent(links.number(), null, null, null, file, sums, before);
  }

  /**
   * The rows that a block needs.
   *
   * @param rows see {@link Links#needed}
   */
  private static float[] select(float[] factors, int columns, long[] rows) {
    BitSet needed = BitSet.valueOf(rows);
    float[] message = new float[needed.cardinality() * columns];
    int at = 0;
    for (int s = needed.nextSetBit(0); s >= 0; s = needed.nextSetBit(s + 1)) {
      System.arraycopy(factors, s * columns, message, at, columns);
      at += columns;
    }
    return message;
  }

  private String prefix(int step, int number) {
    return String.format("%sstep-%04d/block-%05d-", folder, step, number);
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
