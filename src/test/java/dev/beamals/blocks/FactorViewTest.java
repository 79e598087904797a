package dev.beamals.blocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
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

/** What DoFns look up in memory. */
@ExtendWith(TestPipelineExtension.class)
final class FactorViewTest {
  private static final int BLOCKS = 3;
  private static final Ids ALL = Ids.of("1", "2", "3", "4", "5", "6", "7", "x", "y");

  /** Id number i has the factors i and −i, in the block of its hash. */
  private static List<FactorBlock> blocks() {
    float[] factors = new float[2 * ALL.size()];
    for (int i = 0; i < ALL.size(); i++) {
      factors[2 * i] = i;
      factors[2 * i + 1] = -i;
    }
    return new FactorBlock(ALL, 2, factors).partition(BLOCKS);
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
  void whatIsLookedUpIsFound(TestPipeline pipeline) {
    FactorView view =
        FactorView.ofBlocks("ViewBlocks", pipeline.apply("Blocks", Create.of(blocks())));
    PAssert.that(gather(pipeline, view, "Memory"))
        .containsInAnyOrder("2=1.0,-1.0 9=none x=7.0,-7.0 ", "9 in all");
    pipeline.run().waitUntilFinish();
  }

  @Test
  void theFirstColumnsCanBeKept(TestPipeline pipeline) {
    float[] three = new float[3 * ALL.size()];
    for (int i = 0; i < ALL.size(); i++) {
      three[3 * i] = i;
      three[3 * i + 1] = -i;
      three[3 * i + 2] = 99;
    }
    PCollection<FactorBlock> wide =
        pipeline.apply("Wide", Create.of(new FactorBlock(ALL, 3, three)));
    FactorView view = FactorView.ofBlocks("ViewBlocks", wide).keepColumns(2);
    PAssert.that(gather(pipeline, view, "Memory"))
        .containsInAnyOrder("2=1.0,-1.0 9=none x=7.0,-7.0 ", "9 in all");
    PAssert.thatSingleton(wide.apply("Keep", KeepColumns.first(1)))
        .satisfies(
            block -> {
              assertEquals(1, block.rank());
              assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5, 6, 7, 8}, block.factors());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void factorsAreLookedUpInOneViewOfTheirBlocks(TestPipeline pipeline) {
    PCollection<FactorBlock> blocks = pipeline.apply("Blocks", Create.of(blocks()));
    Factors users = Factors.of(Side.USER, blocks, 2);
    assertEquals(Side.USER, users.side());
    assertEquals(2, users.rank());
    assertSame(blocks, users.blocks());
    assertSame(users.view(), users.view());
    PAssert.that(gather(pipeline, users.view(), "Users"))
        .containsInAnyOrder("2=1.0,-1.0 9=none x=7.0,-7.0 ", "9 in all");
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
