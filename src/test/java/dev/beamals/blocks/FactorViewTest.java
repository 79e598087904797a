package dev.beamals.blocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The same look-ups in memory and in files. */
@ExtendWith(TestPipelineExtension.class)
final class FactorViewTest {
  private static final int BLOCKS = 3;
  private static final Ids ALL = Ids.of("1", "2", "3", "4", "5", "6", "7", "x", "y");

  @TempDir Path folder;

  /** Id number i has the factors i and −i, in the block of its hash. */
  private static List<FactorBlock> blocks() {
    float[] factors = new float[2 * ALL.size()];
    for (int i = 0; i < ALL.size(); i++) {
      factors[2 * i] = i;
      factors[2 * i + 1] = -i;
    }
    return new FactorBlock(ALL, 2, factors).partition(BLOCKS);
  }

  /** Each file has a message of nothing for receiver 0, of all for receiver 1, and the whole. */
  private List<FactorFile> files() {
    List<FactorFile> files = new ArrayList<>();
    List<FactorBlock> blocks = blocks();
    for (int b = 0; b < BLOCKS; b++) {
      FactorBlock whole = blocks.get(b);
      files.add(
          FactorFile.write(
              folder + "/block-" + b + "-",
              List.of(whole.select(new int[0]), whole, whole),
              b,
              BLOCKS));
    }
    return files;
  }

  static final class GatherFn extends DoFn<Ids, String> {
    private static final long serialVersionUID = 1L;
    private final FactorView view;

    GatherFn(FactorView view) {
      this.view = view;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      boolean[] found = new boolean[c.element().size()];
      float[] rows = view.gather(c, c.element(), 2, found);
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < found.length; i++) {
        text.append(c.element().get(i)).append('=');
        text.append(found[i] ? rows[2 * i] + "," + rows[2 * i + 1] : "none").append(' ');
      }
      c.output(text.toString());
      int[] ids = new int[1];
      view.forEach(c, block -> ids[0] += block.ids().size());
      c.output(ids[0] + " in all");
    }
  }

  private static PCollection<String> gather(TestPipeline pipeline, FactorView view, String name) {
    return pipeline
        .apply("Ids" + name, Create.of(Ids.of("2", "9", "x")))
        .apply("Gather" + name, view.addTo(ParDo.of(new GatherFn(view))));
  }

  @Test
  void memoryAndFilesGiveTheSame(TestPipeline pipeline) {
    FactorView memory =
        FactorView.ofBlocks("ViewBlocks", pipeline.apply("Blocks", Create.of(blocks())));
    FactorView files =
        FactorView.ofFiles("ViewFiles", pipeline.apply("Files", Create.of(files())), 2);
    for (PCollection<String> found :
        List.of(gather(pipeline, memory, "Memory"), gather(pipeline, files, "Files"))) {
      PAssert.that(found).containsInAnyOrder("2=1.0,-1.0 9=none x=7.0,-7.0 ", "9 in all");
    }
    pipeline.run().waitUntilFinish();
  }

  @Test
  void noFilesGiveNothing(TestPipeline pipeline) {
    FactorView files =
        FactorView.ofFiles("ViewFiles", pipeline.apply(Create.empty(FactorFile.Coder.of())), 2);
    PAssert.that(gather(pipeline, files, "Files"))
        .containsInAnyOrder("2=none 9=none x=none ", "0 in all");
    pipeline.run().waitUntilFinish();
  }

  @Test
  void filesThatNothingIsWantedOfAreNotRead(TestPipeline pipeline) throws IOException {
    List<FactorFile> files = files();
    int needed = Ids.of("2").block(0, BLOCKS);
    for (int b = 0; b < BLOCKS; b++) {
      if (b != needed) {
        for (Path file : list("block-" + b)) {
          Files.delete(file);
        }
      }
    }
    FactorView view = FactorView.ofFiles("ViewFiles", pipeline.apply(Create.of(files)), 2);
    PAssert.that(
            pipeline
                .apply("Ids", Create.of(Ids.of("2")))
                .apply("Gather", view.addTo(ParDo.of(new OneFn(view)))))
        .containsInAnyOrder(1f);
    pipeline.run().waitUntilFinish();
  }

  private List<Path> list(String prefix) throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(f -> f.getFileName().toString().startsWith(prefix)).toList();
    }
  }

  static final class OneFn extends DoFn<Ids, Float> {
    private static final long serialVersionUID = 1L;
    private final FactorView view;

    OneFn(FactorView view) {
      this.view = view;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      c.output(view.gather(c, c.element(), 2, new boolean[1])[0]);
    }
  }

  @Test
  void neighboursOfABlockComeFromTheMessagesToIt(TestPipeline pipeline) {
    // Receiver 0 has messages without a row, receiver 1 those with all.
    String first = id(0);
    String second = id(1);
    FactorView view = FactorView.ofFiles("ViewFiles", pipeline.apply(Create.of(files())), 2);
    PAssert.that(
            pipeline
                .apply("Blocks", Create.of(block(first), block(second)))
                .apply("Gather", view.addTo(ParDo.of(new NeighboursFn(view)))))
        .containsInAnyOrder(first + " false", second + " true");
    FactorView memory =
        FactorView.ofBlocks("ViewBlocks", pipeline.apply("All", Create.of(blocks())));
    PAssert.that(
            pipeline
                .apply("Block", Create.of(block(first)))
                .apply("GatherInMemory", memory.addTo(ParDo.of(new NeighboursFn(memory)))))
        .containsInAnyOrder(first + " true");
    pipeline.run().waitUntilFinish();
  }

  /** An id of block b of two. */
  private static String id(int b) {
    int id = 0;
    while (Ids.of(id).block(0, 2) != b) {
      id++;
    }
    return Integer.toString(id);
  }

  private static RatingBlock block(String user) {
    RatingBatch batch =
        new RatingBatch(
            Ids.of(user), Ids.of("2"), new int[1], new int[1], new float[1], new long[0]);
    return RatingBlock.group(List.of(batch), Side.USER, false);
  }

  static final class NeighboursFn extends DoFn<RatingBlock, String> {
    private static final long serialVersionUID = 1L;
    private final FactorView view;

    NeighboursFn(FactorView view) {
      this.view = view;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      boolean[] found = new boolean[1];
      float[] rows = view.gatherNeighbours(c, c.element(), 2, found);
      assertEquals(2, rows.length);
      c.output(c.element().src().get(0) + " " + (found[0] && rows[0] == 1));
    }
  }

  @Test
  void factorsAreLookedUpInOneViewOfTheirBlocksOrFiles(TestPipeline pipeline) {
    PCollection<FactorBlock> blocks = pipeline.apply("Blocks", Create.of(blocks()));
    PCollection<FactorFile> files = pipeline.apply("Files", Create.of(files()));
    Factors users = Factors.of(Side.USER, blocks, 2);
    Factors items = Factors.ofFiles(Side.ITEM, files, blocks, 2, 2);
    assertEquals(List.of(Side.USER, Side.ITEM), List.of(users.side(), items.side()));
    for (Factors factors : List.of(users, items)) {
      assertEquals(2, factors.rank());
      assertSame(blocks, factors.blocks());
      assertSame(factors.view(), factors.view());
      PAssert.that(gather(pipeline, factors.view(), factors.side().name()))
          .containsInAnyOrder("2=1.0,-1.0 9=none x=7.0,-7.0 ", "9 in all");
    }
    pipeline.run().waitUntilFinish();
  }

  @Test
  void rowsHaveIdAndFeatures(TestPipeline pipeline) {
    PAssert.that(pipeline.apply(Create.of(blocks())).apply("ToRows", Factors.toRows()))
        .satisfies(
            rows -> {
              int count = 0;
              for (var row : rows) {
                int i = Ids.of(row.getString("id")).positionsIn(ALL)[0];
                assertArrayEquals(
                    new Object[] {(float) i, (float) -i}, row.getArray("features").toArray());
                count++;
              }
              assertEquals(ALL.size(), count);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }
}
