package dev.beamals.blocks;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/**
 * Groups ratings into blocks of users: all ratings of a user meet in one {@link RatingBlock}.
 *
 * <p>The block of a user is a hash of its id. Equal rows have equal users, so whole-row duplicates
 * meet here and are dropped at no further cost: rows with equal user, item and rating, and an equal
 * 64-bit fingerprint of the whole row. The blocks of the other side are made of these, see {@link
 * TransposeBlocks}.
 *
 * <pre>{@code
 * PCollection<RatingBlock> userBlocks =
 *     ratings.apply("BlockByUser", BlockRatings.create(8).withDropDuplicates(true));
 * }</pre>
 */
@AutoValue
public abstract class BlockRatings
    extends PTransform<PCollection<RatingBatch>, PCollection<RatingBlock>> {
  private static final long serialVersionUID = 1L;

  abstract int numBlocks();

  abstract boolean dropDuplicates();

  abstract RatingBlock.Aggregate aggregate();

  /**
   * @param numBlocks at least 1; changes where work is done, never a result
   */
  public static BlockRatings create(int numBlocks) {
    checkArgument(numBlocks >= 1, "numBlocks %s: expected at least 1", numBlocks);
    return new AutoValue_BlockRatings(numBlocks, false, RatingBlock.Aggregate.none);
  }

  /** Whether equal input rows are kept once. The ratings then need their fingerprints. */
  public BlockRatings withDropDuplicates(boolean dropDuplicates) {
    return new AutoValue_BlockRatings(numBlocks(), dropDuplicates, aggregate());
  }

  /** What becomes of several ratings of a pair; {@code last} needs their times. */
  public BlockRatings withAggregate(RatingBlock.Aggregate aggregate) {
    return new AutoValue_BlockRatings(numBlocks(), dropDuplicates(), aggregate);
  }

  @Override
  public PCollection<RatingBlock> expand(PCollection<RatingBatch> input) {
    return input
        .apply("PartitionByUser", ParDo.of(new PartitionFn(numBlocks(), dropDuplicates())))
        .setCoder(KvCoder.of(VarIntCoder.of(), RatingBatch.Coder.of()))
        .apply("GroupByBlock", GroupByKey.create())
        .apply("BuildUserBlocks", ParDo.of(new BuildFn(Side.USER, dropDuplicates(), aggregate())))
        .setCoder(RatingBlock.Coder.of());
  }

  /** Cuts a batch into one for each block of users. */
  static final class PartitionFn extends DoFn<RatingBatch, KV<Integer, RatingBatch>> {
    private static final long serialVersionUID = 1L;
    private final int numBlocks;
    private final boolean fingerprints;

    PartitionFn(int numBlocks, boolean fingerprints) {
      this.numBlocks = numBlocks;
      this.fingerprints = fingerprints;
    }

    @ProcessElement
    public void processElement(
        @Element RatingBatch element, OutputReceiver<KV<Integer, RatingBatch>> out) {
      RatingBatch batch = fingerprints ? element : element.withoutFingerprints();
      int[] block = new int[batch.ids(Side.USER).size()];
      for (int u = 0; u < block.length; u++) {
        block[u] = batch.ids(Side.USER).block(u, numBlocks);
      }
      int[][] rows = new int[numBlocks][];
      int[] counts = new int[numBlocks];
      int[] user = batch.index(Side.USER);
      for (int r = 0; r < user.length; r++) {
        int b = block[user[r]];
        if (rows[b] == null) {
          rows[b] = new int[2 * (user.length - r) / numBlocks + 16];
        } else if (counts[b] == rows[b].length) {
          rows[b] = Arrays.copyOf(rows[b], 2 * counts[b]);
        }
        rows[b][counts[b]++] = r;
      }
      for (int b = 0; b < numBlocks; b++) {
        if (counts[b] > 0) {
          out.output(KV.of(b, batch.select(rows[b], counts[b])));
        }
      }
    }
  }

  /** Builds a block of all that came for it. */
  static final class BuildFn extends DoFn<KV<Integer, Iterable<RatingBatch>>, RatingBlock> {
    private static final long serialVersionUID = 1L;

    private final Counter duplicates = Metrics.counter(BlockRatings.class, "duplicates");
    private final Side side;
    private final boolean dropDuplicates;
    private final RatingBlock.Aggregate aggregate;

    BuildFn(Side side, boolean dropDuplicates, RatingBlock.Aggregate aggregate) {
      this.aggregate = aggregate;
      this.side = side;
      this.dropDuplicates = dropDuplicates;
    }

    @ProcessElement
    public void processElement(
        @Element KV<Integer, Iterable<RatingBatch>> element, OutputReceiver<RatingBlock> out) {
      List<RatingBatch> batches = new ArrayList<>();
      element.getValue().forEach(batches::add); // once: Spark's values are lazy
      RatingBlock block = RatingBlock.group(batches, side, dropDuplicates, aggregate);
      duplicates.inc(block.duplicates());
      out.output(block);
    }
  }
}
