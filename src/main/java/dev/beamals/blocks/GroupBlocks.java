package dev.beamals.blocks;

import dev.beamals.OneProcess;
import dev.beamals.ids.Side;
import dev.beamals.ratings.HeldBatch;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.ListMultimap;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.MultimapBuilder;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.Multimaps;

/**
 * Builds blocks of parts that have the numbers of their blocks.
 *
 * <p>The DirectRunner makes a bundle of each key, which stays one in every stage that follows, and
 * for each bundle it looks at all stages: with 32 blocks that took longer than to solve them. There
 * blocks that are more than the cores are bundled, and no core waits for fewer.
 */
final class GroupBlocks
    extends PTransform<PCollection<KV<Integer, HeldBatch>>, PCollection<RatingBlock>> {
  private static final long serialVersionUID = 1L;

  private final Side side;
  private final int numBlocks;
  private final boolean dropDuplicates;
  private final RatingBlock.Aggregate aggregate;

  /**
   * @param side that of the rows of the blocks
   * @param numBlocks how many there are
   */
  GroupBlocks(Side side, int numBlocks, boolean dropDuplicates, RatingBlock.Aggregate aggregate) {
    this.side = side;
    this.numBlocks = numBlocks;
    this.dropDuplicates = dropDuplicates;
    this.aggregate = aggregate;
  }

  @Override
  public PCollection<RatingBlock> expand(PCollection<KV<Integer, HeldBatch>> parts) {
    int cores = Runtime.getRuntime().availableProcessors();
    BuildFn build = new BuildFn(side, dropDuplicates, aggregate);
    PCollection<RatingBlock> blocks;
    if (numBlocks > cores && OneProcess.runs(parts.getPipeline().getOptions())) {
      blocks =
          parts
              .apply(
                  "BundleBlocks",
                  WithKeys.<Integer, KV<Integer, HeldBatch>>of(part -> part.getKey() % cores)
                      .withKeyType(TypeDescriptors.integers()))
              .apply("GroupByBundle", GroupByKey.create())
              .apply("BuildBundles", ParDo.of(new BuildBundleFn(build)));
    } else {
      blocks = parts.apply("GroupByBlock", GroupByKey.create()).apply("Build", ParDo.of(build));
    }
    return blocks.setCoder(RatingBlock.Coder.of());
  }

  /** Builds a block of all that came for it. */
  static final class BuildFn extends DoFn<KV<Integer, Iterable<HeldBatch>>, RatingBlock> {
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
        @Element KV<Integer, Iterable<HeldBatch>> element, OutputReceiver<RatingBlock> out) {
      RatingBlock block = BlockRatings.build(element.getValue(), side, dropDuplicates, aggregate);
      duplicates.inc(block.duplicates());
      out.output(block);
    }
  }

  /** Builds the blocks of a bundle, one after the other. */
  static final class BuildBundleFn
      extends DoFn<KV<Integer, Iterable<KV<Integer, HeldBatch>>>, RatingBlock> {
    private static final long serialVersionUID = 1L;
    private final BuildFn build;

    BuildBundleFn(BuildFn build) {
      this.build = build;
    }

    @ProcessElement
    public void processElement(
        @Element KV<Integer, Iterable<KV<Integer, HeldBatch>>> bundle,
        OutputReceiver<RatingBlock> out) {
      ListMultimap<Integer, HeldBatch> blocks =
          MultimapBuilder.treeKeys().arrayListValues().build();
      bundle.getValue().forEach(part -> blocks.put(part.getKey(), part.getValue()));
      Multimaps.asMap(blocks)
          .forEach((number, parts) -> build.processElement(KV.of(number, parts), out));
    }
  }
}
