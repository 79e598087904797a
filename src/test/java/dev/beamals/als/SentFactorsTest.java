package dev.beamals.als;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorFile;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
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

/** The same look-ups of what was sent as elements and in files. */
@ExtendWith(TestPipelineExtension.class)
final class SentFactorsTest {
  private static final int BLOCKS = 3;
  private static final AlsParameters PARAMETERS = AlsParameters.create().withRank(2);
  private static final Ids ALL = Ids.of("1", "2", "3", "4", "5", "6", "7", "x", "y");

  @TempDir Path folder;

  /** Id number i has the factors i and −i, in the block of its hash. */
  private static List<FactorBlock> blocks() {
    List<FactorBlock> blocks = new ArrayList<>();
    for (int b = 0; b < BLOCKS; b++) {
      int block = b;
      int[] rows =
          IntStream.range(0, ALL.size()).filter(i -> ALL.block(i, BLOCKS) == block).toArray();
      float[] factors = new float[2 * rows.length];
      for (int i = 0; i < rows.length; i++) {
        factors[2 * i] = rows[i];
        factors[2 * i + 1] = -rows[i];
      }
      blocks.add(new FactorBlock(ALL.select(rows), 2, factors));
    }
    return blocks;
  }

  private List<Sent> sent(boolean inFiles) {
    List<Sent> sent = new ArrayList<>();
    List<FactorBlock> blocks = blocks();
    for (int b = 0; b < BLOCKS; b++) {
      FactorBlock whole = blocks.get(b);
      StepSums sums = new StepSums();
      sums.addRow(b + 1, 1, new float[] {b});
      sent.add(
          new Sent(
              b,
              inFiles ? null : HeldFactors.of(whole.factors()),
              inFiles ? null : new long[2][1],
              inFiles ? null : whole.ids(),
              inFiles ? FactorFile.write(folder + "/block-" + b + "-", List.of(), whole) : null,
              sums,
              TrainingSummary.create(PARAMETERS, 0.5)));
    }
    return sent;
  }

  private static SentFactors view(TestPipeline pipeline, String name, List<Sent> sent) {
    return SentFactors.of(
        "View" + name,
        pipeline.apply("Sent" + name, Create.of(sent).withCoder(Sent.coder(PARAMETERS))),
        BLOCKS);
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
  void elementsAndFilesGiveTheSame(TestPipeline pipeline) {
    for (boolean inFiles : new boolean[] {false, true}) {
      PCollection<String> found =
          gather(pipeline, view(pipeline, "Files" + inFiles, sent(inFiles)), "Of" + inFiles);
      PAssert.that(found).containsInAnyOrder("2=1.0,-1.0 9=none x=7.0,-7.0 ", "9 in all");
    }
    pipeline.run().waitUntilFinish();
  }

  @Test
  void filesThatNothingIsWantedOfAreNotRead(TestPipeline pipeline) throws IOException {
    List<Sent> files = sent(true);
    int needed = Ids.of("2").block(0, BLOCKS);
    for (int b = 0; b < BLOCKS; b++) {
      if (b != needed) {
        for (Path file : list("block-" + b)) {
          Files.delete(file);
        }
      }
    }
    FactorView view = view(pipeline, "Files", files);
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

  private static RatingBlock block(String user) {
    RatingBatch batch =
        new RatingBatch(
            Ids.of(user), Ids.of("2"), new int[1], new int[1], new float[1], new long[0]);
    return RatingBlock.group(List.of(batch), Side.USER, false);
  }

  @Test
  void sumsAreThoseOfAllBlocksAndABlockFindsWhatItSent(TestPipeline pipeline) {
    SentFactors view = view(pipeline, "Blocks", sent(false));
    PAssert.that(
            pipeline
                .apply("Rows", Create.of(block("2")))
                .apply("Sum", view.addTo(ParDo.of(new SumsFn(view)))))
        .containsInAnyOrder("3 ids, loss 6.0, mean 0.5, own " + Ids.of("2").block(0, BLOCKS));
    pipeline.run().waitUntilFinish();
  }

  static final class SumsFn extends DoFn<RatingBlock, String> {
    private static final long serialVersionUID = 1L;
    private final SentFactors view;

    SumsFn(SentFactors view) {
      this.view = view;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      StepSums sums = SentFactors.sums(view.get(c));
      c.output(
          String.format(
              "%d ids, loss %s, mean %s, own %d",
              sums.ids(),
              sums.loss(),
              SentFactors.summary(view.get(c), sums).mean(),
              SentFactors.ofBlock(view.get(c), c.element().src().block(0, BLOCKS)).number()));
    }
  }
}
