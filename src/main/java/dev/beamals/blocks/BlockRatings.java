package dev.beamals.blocks;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.ids.Side;
import dev.beamals.ratings.BatchHolder;
import dev.beamals.ratings.HeldBatch;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.Spill;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
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

  public abstract int numBlocks();

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
        .apply("PartitionByUser", partition())
        .apply(
            "GroupByUser", new GroupBlocks(Side.USER, numBlocks(), dropDuplicates(), aggregate()));
  }

  /**
   * Cuts ratings into parts, each with the number of its block, for those that meet something else
   * there; {@link #build} makes a block of the parts.
   */
  public PTransform<PCollection<RatingBatch>, PCollection<KV<Integer, HeldBatch>>> partition() {
    return new Partition(this);
  }

  /** The block of all parts that {@link #partition} has for its number. */
  public RatingBlock build(Iterable<HeldBatch> parts) {
    return build(parts, Side.USER, dropDuplicates(), aggregate());
  }

  /**
   * The block of all its parts. Those that come from elsewhere are put aside, as they are needed
   * twice and need not fit into memory together.
   *
   * @param parts iterated once: Spark's values are lazy
   */
  static RatingBlock build(
      Iterable<HeldBatch> parts,
      Side side,
      boolean dropDuplicates,
      RatingBlock.Aggregate aggregate) {
    try (Spill spill = Spill.open()) {
      List<Supplier<RatingBatch>> batches = new ArrayList<>();
      parts.forEach(part -> batches.add(part.isOfProcess() ? part : spill.put(part.get())));
      return RatingBlock.groupHeld(batches, side, dropDuplicates, aggregate);
    }
  }

  private static final class Partition
      extends PTransform<PCollection<RatingBatch>, PCollection<KV<Integer, HeldBatch>>> {
    private static final long serialVersionUID = 1L;
    private final BlockRatings blocks;

    Partition(BlockRatings blocks) {
      this.blocks = blocks;
    }

    @Override
    public PCollection<KV<Integer, HeldBatch>> expand(PCollection<RatingBatch> ratings) {
      boolean times = blocks.aggregate() == RatingBlock.Aggregate.last;
      return ratings
          .apply(
              "CutBatches",
              ParDo.of(new PartitionFn(blocks.numBlocks(), blocks.dropDuplicates(), times)))
          .setCoder(KvCoder.of(VarIntCoder.of(), HeldBatch.Coder.of()));
    }
  }

  /** Cuts a batch into one for each block of users. */
  static final class PartitionFn extends DoFn<RatingBatch, KV<Integer, HeldBatch>> {
    private static final long serialVersionUID = 1L;
    private final int numBlocks;
    private final boolean fingerprints;
    private final boolean times;
    private final BatchHolder holder = new BatchHolder();

    PartitionFn(int numBlocks, boolean fingerprints, boolean times) {
      this.numBlocks = numBlocks;
      this.fingerprints = fingerprints;
      this.times = times;
    }

    @ProcessElement
    public void processElement(
        @Element RatingBatch element,
        PipelineOptions options,
        OutputReceiver<KV<Integer, HeldBatch>> out) {
      RatingBatch batch = element.withParts(new byte[0]).withPlaces(new long[0]);
      batch = fingerprints ? batch : batch.withoutFingerprints();
      batch = times ? batch : batch.withTimes(new double[0]);
      holder.partition(batch.orderByRanges(), numBlocks, options, out);
    }
  }
}
