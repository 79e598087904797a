package dev.beamals.blocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.ids.CoderContract;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.BatchHolder;
import dev.beamals.ratings.HeldBatch;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.RatingRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.beam.runners.spark.SparkRunner;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.AbstractIterator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPipelineExtension.class)
final class BlockRatingsTest {
  private static final List<String> USERS =
      List.of("1", "2", "3", "40", "-5", "600", "a", "b,c", "ü", "用户", "007", "x");
  private static final List<String> ITEMS = List.of("10", "20", "30", "item", "é");

  private static List<RatingRow> rows() {
    return RatingRow.random(500, USERS, ITEMS, new Random(1));
  }

  private static List<RatingRow> withoutFingerprints(Iterable<RatingRow> rows) {
    List<RatingRow> without = new ArrayList<>();
    rows.forEach(row -> without.add(row.withoutFingerprint()));
    without.sort(RatingRow.ORDER);
    return without;
  }

  private static PCollection<RatingBlock> block(
      TestPipeline pipeline, String name, List<RatingBatch> batches, BlockRatings blockRatings) {
    return pipeline
        .apply(name + "Create", Create.of(batches).withCoder(RatingBatch.Coder.of()))
        .apply(name, blockRatings);
  }

  /** The bytes of each block, by the first of its ids. */
  static Map<String, byte[]> bytes(Iterable<RatingBlock> blocks) {
    Map<String, byte[]> bytes = new TreeMap<>();
    try {
      for (RatingBlock block : blocks) {
        bytes.put(block.src().get(0), CoderContract.encode(RatingBlock.Coder.of(), block));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes;
  }

  static SerializableFunction<Iterable<RatingBlock>, Void> haveBytes(Map<String, byte[]> expected) {
    return blocks -> {
      Map<String, byte[]> actual = bytes(blocks);
      assertEquals(expected.keySet(), actual.keySet());
      expected.forEach((id, bytes) -> assertArrayEquals(bytes, actual.get(id)));
      return null;
    };
  }

  /** Counts the bundles that it is given. */
  static final class CountBundlesFn extends DoFn<RatingBlock, RatingBlock> {
    private static final long serialVersionUID = 1L;
    private final Counter bundles = Metrics.counter(BlockRatingsTest.class, "bundles");

    @StartBundle
    public void startBundle() {
      bundles.inc();
    }

    @ProcessElement
    public void processElement(@Element RatingBlock block, OutputReceiver<RatingBlock> out) {
      out.output(block);
    }
  }

  @Test
  void blocksThatAreMoreThanTheCoresComeInBundles(TestPipeline pipeline) {
    int cores = Runtime.getRuntime().availableProcessors();
    List<RatingRow> rows = new ArrayList<>();
    for (int user = 0; user < 500; user++) {
      rows.add(new RatingRow(Integer.toString(user), "item", user, user));
    }
    int blocks = 8 * cores;
    PCollection<RatingBlock> users =
        block(pipeline, "Users", List.of(RatingRow.batch(rows)), BlockRatings.create(blocks));
    PCollection<RatingBlock> items = users.apply("Items", TransposeBlocks.create(blocks));
    users.apply("CountUsers", ParDo.of(new CountBundlesFn())).setCoder(RatingBlock.Coder.of());
    PAssert.that(users)
        .satisfies(
            found -> {
              List<RatingRow> all = new ArrayList<>();
              int count = 0;
              for (RatingBlock block : found) {
                all.addAll(RatingBlocks.rows(block, Side.USER));
                count++;
              }
              assertEquals(blocks, count);
              assertEquals(withoutFingerprints(rows), withoutFingerprints(all));
              return null;
            });
    PAssert.that(items)
        .satisfies(
            found -> {
              List<RatingRow> all = new ArrayList<>();
              found.forEach(block -> all.addAll(RatingBlocks.rows(block, Side.ITEM)));
              assertEquals(withoutFingerprints(rows), withoutFingerprints(all));
              return null;
            });
    PipelineResult result = pipeline.run();
    long bundles =
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(MetricNameFilter.named(BlockRatingsTest.class, "bundles"))
                    .build())
            .getCounters()
            .iterator()
            .next()
            .getAttempted();
    assertTrue(bundles >= 1 && bundles <= cores, bundles + " bundles");
  }

  @Test
  void blocksAreThoseOfTheirUsersForAnyNumberOfBlocks(TestPipeline pipeline) {
    List<RatingRow> rows = rows();
    List<RatingBatch> batches = RatingRow.batches(rows, 60, new Random(2));
    for (int numBlocks : new int[] {1, 3, 8, 100}) {
      PCollection<RatingBlock> blocks =
          block(pipeline, "By" + numBlocks, batches, BlockRatings.create(numBlocks));
      PAssert.that(blocks).satisfies(haveBytes(bytes(RatingBlocks.byUser(rows, numBlocks))));
      PAssert.that(blocks)
          .satisfies(
              all -> {
                assertEquals(withoutFingerprints(rows), RatingBlocks.sorted(all, Side.USER));
                return null;
              });
    }
    pipeline.run().waitUntilFinish();
  }

  @Test
  void bytesAreTheSameForShuffledRowsAndOtherBatches(TestPipeline pipeline) {
    List<RatingRow> rows = rows();
    Map<String, byte[]> expected = bytes(RatingBlocks.byUser(rows, 3));
    for (int trial = 0; trial < 3; trial++) {
      Collections.shuffle(rows, new Random(trial));
      List<RatingBatch> batches = RatingRow.batches(rows, 200, new Random(trial));
      PAssert.that(block(pipeline, "Trial" + trial, batches, BlockRatings.create(3)))
          .satisfies(haveBytes(expected));
    }
    pipeline.run().waitUntilFinish();
  }

  @Test
  void duplicatesAreDroppedAndCountedForAnyNumberOfBlocks(TestPipeline pipeline) {
    List<RatingRow> rows = rows();
    TreeSet<RatingRow> distinct = new TreeSet<>(RatingRow.ORDER);
    distinct.addAll(rows);
    int duplicates = rows.size() - distinct.size();
    List<RatingRow> expected = withoutFingerprints(distinct);
    for (int numBlocks : new int[] {1, 3, 8}) {
      PAssert.that(
              block(
                  pipeline,
                  "By" + numBlocks,
                  RatingRow.batches(rows, 30, new Random(numBlocks)),
                  BlockRatings.create(numBlocks).withDropDuplicates(true)))
          .satisfies(
              blocks -> {
                assertEquals(expected, RatingBlocks.sorted(blocks, Side.USER));
                int dropped = 0;
                for (RatingBlock block : blocks) {
                  dropped += block.duplicates();
                }
                assertEquals(duplicates, dropped);
                return null;
              });
    }
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    List<Long> counted = new ArrayList<>();
    for (MetricResult<Long> counter :
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(MetricNameFilter.named(BlockRatings.class, "duplicates"))
                    .build())
            .getCounters()) {
      counted.add(counter.getAttempted());
    }
    assertEquals(Collections.nCopies(3, (long) duplicates), counted);
  }

  @Test
  void oneUserAndOneItemMakeOneBlock(TestPipeline pipeline) {
    List<RatingRow> rows = List.of(new RatingRow("u", "i", 2, 5));
    PAssert.thatSingleton(
            block(
                pipeline,
                "One",
                List.of(RatingRow.batch(rows)),
                BlockRatings.create(8).withDropDuplicates(true)))
        .satisfies(
            block -> {
              assertEquals(
                  List.of(new RatingRow("u", "i", 2, 0)), RatingBlocks.rows(block, Side.USER));
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void manyRatingsOfOneUserAreInOneBlock(TestPipeline pipeline) {
    List<RatingRow> rows = RatingRow.random(2000, List.of("u"), ITEMS, new Random(8));
    rows.addAll(RatingRow.random(100, List.of("v"), ITEMS, new Random(9)));
    PAssert.that(block(pipeline, "Skewed", List.of(RatingRow.batch(rows)), BlockRatings.create(16)))
        .satisfies(haveBytes(bytes(RatingBlocks.byUser(rows, 16))));
    pipeline.run().waitUntilFinish();
  }

  /** Batches that come from another process need not fit into memory together. */
  @Test
  void batchesFromElsewhereWaitInAFileUntilTheirBlockIsBuilt() {
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setRunner(SparkRunner.class);
    int[] index = new int[1 << 20];
    float[] ratings = new float[index.length];
    List<WeakReference<RatingBatch>> came = new ArrayList<>();
    Iterator<HeldBatch> parts =
        new AbstractIterator<>() {
          @Override
          protected @Nullable HeldBatch computeNext() {
            if (came.size() == 12) { // of 12 MB each
              System.gc();
              long inMemory = came.stream().filter(batch -> batch.get() != null).count();
              assertTrue(inMemory < 8, inMemory + " are in memory");
              return endOfData();
            }
            Ids user = Ids.of("user" + came.size());
            RatingBatch batch =
                new RatingBatch(user, Ids.of("item"), index, index, ratings, new long[0]);
            came.add(new WeakReference<>(batch));
            return new BatchHolder().hold(batch, options);
          }
        };
    RatingBlock block =
        BlockRatings.build(() -> parts, Side.USER, false, RatingBlock.Aggregate.none);
    assertEquals(12, block.src().size());
    assertEquals(12 << 20, block.size());
  }

  @Test
  void noRatingsMakeNoBlock(TestPipeline pipeline) {
    PCollection<RatingBlock> blocks =
        block(pipeline, "None", List.of(), BlockRatings.create(3).withDropDuplicates(true));
    PAssert.that(blocks).empty();
    PAssert.that(blocks.apply(TransposeBlocks.create(3))).empty();
    pipeline.run().waitUntilFinish();
  }

  @Test
  void numberOfBlocksMustBePositive() {
    assertThrows(IllegalArgumentException.class, () -> BlockRatings.create(0));
    assertThrows(IllegalArgumentException.class, () -> TransposeBlocks.create(0));
  }
}
