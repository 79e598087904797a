package dev.beamals.blocks;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.beamals.ids.Side;
import dev.beamals.ratings.BatchHolder;
import dev.beamals.ratings.HeldBatch;
import dev.beamals.ratings.RatingBatch;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.join.CoGbkResult;
import org.apache.beam.sdk.transforms.join.CoGroupByKey;
import org.apache.beam.sdk.transforms.join.KeyedPCollectionTuple;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;

/**
 * Brings the factors of users and their ratings together, block by block: one shuffle of each.
 *
 * <p>An element of the result is a block: the factors of its users, and the ratings of its users,
 * which may be others. Blocks without either are left out. For items, give their factors, and
 * ratings with user and item exchanged.
 *
 * <pre>{@code
 * PCollection<KV<FactorBlock, RatingBlock>> blocks =
 *     JoinFactors.inputs(userFactors, ratings).apply("JoinByUser", JoinFactors.create(8, rank));
 * }</pre>
 */
public final class JoinFactors
    extends PTransform<PCollectionTuple, PCollection<KV<FactorBlock, RatingBlock>>> {
  private static final long serialVersionUID = 1L;
  private static final TupleTag<FactorBlock> FACTORS = new TupleTag<>("factors") {};
  private static final TupleTag<RatingBatch> RATINGS = new TupleTag<>("ratings") {};
  private static final TupleTag<HeldBatch> HELD = new TupleTag<>("held") {};

  private final int numBlocks;
  private final int rank;

  private JoinFactors(int numBlocks, int rank) {
    this.numBlocks = numBlocks;
    this.rank = rank;
  }

  /**
   * @param numBlocks at least 1; changes where work is done, never a result
   * @param rank that of the factors
   */
  public static JoinFactors create(int numBlocks, int rank) {
    checkArgument(numBlocks >= 1, "numBlocks %s: expected at least 1", numBlocks);
    return new JoinFactors(numBlocks, rank);
  }

  /** The input. */
  public static PCollectionTuple inputs(
      PCollection<FactorBlock> factors, PCollection<RatingBatch> ratings) {
    return PCollectionTuple.of(FACTORS, factors).and(RATINGS, ratings);
  }

  /**
   * The same with ratings as they came, with all that they know: their places, parts and texts, and
   * those of a batch in their order. Blocks without ratings are left out.
   */
  public PTransform<PCollectionTuple, PCollection<KV<FactorBlock, List<RatingBatch>>>> ofRows() {
    return new OfRows(this);
  }

  @Override
  public PCollection<KV<FactorBlock, RatingBlock>> expand(PCollectionTuple inputs) {
    return group(inputs, new BlockRatings.PartitionFn(numBlocks, false, false))
        .apply("BuildBlocks", ParDo.of(new BuildFn(rank)))
        .setCoder(KvCoder.of(FactorBlock.Coder.of(), RatingBlock.Coder.of()));
  }

  private PCollection<KV<Integer, CoGbkResult>> group(
      PCollectionTuple inputs, DoFn<RatingBatch, KV<Integer, HeldBatch>> partition) {
    return KeyedPCollectionTuple.of(
            FACTORS,
            inputs.get(FACTORS).apply("PartitionFactors", PartitionFactors.create(numBlocks)))
        .and(
            HELD,
            inputs
                .get(RATINGS)
                .apply("PartitionRatings", ParDo.of(partition))
                .setCoder(KvCoder.of(VarIntCoder.of(), HeldBatch.Coder.of())))
        .apply("GroupByBlock", CoGroupByKey.create());
  }

  private static final class OfRows
      extends PTransform<PCollectionTuple, PCollection<KV<FactorBlock, List<RatingBatch>>>> {
    private static final long serialVersionUID = 1L;
    private final JoinFactors join;

    OfRows(JoinFactors join) {
      this.join = join;
    }

    @Override
    public PCollection<KV<FactorBlock, List<RatingBatch>>> expand(PCollectionTuple inputs) {
      return join.group(inputs, new PartitionRowsFn(join.numBlocks))
          .apply("TakeRows", ParDo.of(new TakeRowsFn(join.rank)))
          .setCoder(KvCoder.of(FactorBlock.Coder.of(), ListCoder.of(RatingBatch.Coder.of())));
    }
  }

  /** Cuts a batch into one for each block of users. */
  static final class PartitionRowsFn extends DoFn<RatingBatch, KV<Integer, HeldBatch>> {
    private static final long serialVersionUID = 1L;
    private final int numBlocks;
    private final BatchHolder holder = new BatchHolder();

    PartitionRowsFn(int numBlocks) {
      this.numBlocks = numBlocks;
    }

    @ProcessElement
    public void processElement(
        @Element RatingBatch batch,
        PipelineOptions options,
        OutputReceiver<KV<Integer, HeldBatch>> out) {
      holder.partition(batch, numBlocks, options, out);
    }
  }

  static final class TakeRowsFn
      extends DoFn<KV<Integer, CoGbkResult>, KV<FactorBlock, List<RatingBatch>>> {
    private static final long serialVersionUID = 1L;
    private final int rank;

    TakeRowsFn(int rank) {
      this.rank = rank;
    }

    @ProcessElement
    public void processElement(
        @Element KV<Integer, CoGbkResult> element,
        OutputReceiver<KV<FactorBlock, List<RatingBatch>>> out) {
      List<RatingBatch> rows = new ArrayList<>();
      element.getValue().getAll(HELD).forEach(held -> rows.add(held.get()));
      if (!rows.isEmpty()) {
        out.output(KV.of(FactorBlock.concatenate(element.getValue().getAll(FACTORS), rank), rows));
      }
    }
  }

  /** Builds a block of all that came for it. */
  static final class BuildFn extends DoFn<KV<Integer, CoGbkResult>, KV<FactorBlock, RatingBlock>> {
    private static final long serialVersionUID = 1L;
    private final int rank;

    BuildFn(int rank) {
      this.rank = rank;
    }

    @ProcessElement
    public void processElement(
        @Element KV<Integer, CoGbkResult> element,
        OutputReceiver<KV<FactorBlock, RatingBlock>> out) {
      out.output(
          KV.of(
              FactorBlock.concatenate(element.getValue().getAll(FACTORS), rank),
              BlockRatings.build(
                  element.getValue().getAll(HELD), Side.USER, false, RatingBlock.Aggregate.none)));
    }
  }
}
