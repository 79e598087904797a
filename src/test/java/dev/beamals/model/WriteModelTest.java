package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.Factors;
import dev.beamals.files.Storage;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestPipelineExtension.class)
final class WriteModelTest {
  @TempDir Path parent;

  private Path output() {
    return parent.resolve("model");
  }

  private static String released(String name) {
    return Path.of("src/test/resources/models", name).toString();
  }

  private static Manifest manifest(String folder) {
    Manifest manifest = SavedModel.open("model", folder).manifest();
    assertNotNull(manifest);
    return manifest;
  }

  private static PCollection<FactorBlock> blocks(
      TestPipeline pipeline, String name, FactorBlock... blocks) {
    return pipeline.apply(name, Create.of(List.of(blocks)).withCoder(FactorBlock.Coder.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ints", "strings"})
  void whatIsReadAndWrittenIsTheSameModel(String name, TestPipeline pipeline) throws IOException {
    Manifest before = manifest(released(name));
    PCollection<FactorsSummary> written =
        pipeline
            .apply("ReadModel", ReadModel.from(released(name)))
            .apply("WriteModel", WriteModel.to(output().toString()));
    PAssert.thatSingleton(written).isEqualTo(before.factors());
    pipeline.run().waitUntilFinish();

    Manifest after = manifest(output().toString());
    assertEquals(before.factors(), after.factors());
    AlsParameters defaults = AlsParameters.create();
    for (String parameter : AlsParameters.names()) {
      // What was released before a parameter was known has its default.
      Object had = before.parameters().toMap().get(parameter);
      Object expected = had == null ? defaults.toMap().get(parameter) : had;
      Object saved = after.parameters().toMap().get(parameter);
      assertEquals(String.valueOf(expected), String.valueOf(saved), parameter);
    }
    assertEquals(name.equals("ints"), Files.exists(output().resolve("metadata/_SUCCESS")));
    assertEquals(ModelMetrics.create(), SavedModel.open("model", output().toString()).metrics());
    assertEquals(List.of("model"), Storage.LOCAL.list(parent.toString()));
  }

  @Test
  void olderModelIsReplaced(TestPipeline pipeline) throws IOException {
    try (ModelFolder older =
        ModelFolder.stage("output", output().toString(), pipeline.getOptions())) {
      Files.writeString(Path.of(older.staging() + "userFactors/part-00099.parquet"), "older");
      older.replace(Manifests.named("older"), ModelMetrics.create());
    }
    Files.createDirectory(parent.resolve(".model.staging-0123abcd"));
    pipeline
        .apply("ReadModel", ReadModel.from(released("ints")))
        .apply("WriteModel", WriteModel.to(output().toString()).withNumFiles(1));
    assertEquals("older", manifestName());
    pipeline.run().waitUntilFinish();
    assertEquals(manifest(released("ints")).factors(), manifest(output().toString()).factors());
    assertEquals(
        List.of("part-00000.parquet"),
        Storage.LOCAL.list(output().resolve("userFactors").toString()));
    assertEquals(List.of("model"), Storage.LOCAL.list(parent.toString()));
  }

  private String manifestName() throws IOException {
    return Manifests.name(Files.readString(output().resolve("manifest.json")));
  }

  @Test
  void foldersOfSomethingElseAreRefusedBeforeThePipelineRuns() throws IOException {
    Files.writeString(Files.createDirectory(output()).resolve("me.jpg"), "x");
    TestPipeline pipeline = TestPipeline.create();
    AlsModel model = pipeline.apply("ReadModel", ReadModel.from(released("ints")));
    RunException foreign =
        assertThrows(
            RunException.class,
            () -> model.apply("WriteModel", WriteModel.to(output().toString())));
    assertTrue(
        String.valueOf(foreign.getMessage())
            .startsWith("output=" + output() + ": holds me.jpg and is not a beam-als model"),
        foreign.getMessage());
    RunException none =
        assertThrows(
            RunException.class,
            () -> TestPipeline.create().apply("Read", ReadModel.from(output() + "/none")));
    assertEquals("model=" + output() + "/none: no such folder", none.getMessage());
    IllegalArgumentException files =
        assertThrows(IllegalArgumentException.class, () -> WriteModel.to("model").withNumFiles(0));
    assertEquals("numFiles=0: expected at least 1", files.getMessage());
  }

  @Test
  void aModelWithoutFactorsIsRefused(TestPipeline pipeline) {
    PCollection<FactorBlock> users =
        blocks(pipeline, "Users", new FactorBlock(Ids.of(1), 1, new float[] {1}));
    PCollection<FactorBlock> items = pipeline.apply("Items", Create.empty(FactorBlock.Coder.of()));
    new AlsModel(pipeline, Factors.of(Side.USER, users, 1), Factors.of(Side.ITEM, items, 1), null)
        .apply("WriteModel", WriteModel.to(output().toString()));
    assertFails(
        pipeline, "output=" + output() + ": the model has no factors; expected a user and an item");
  }

  @Test
  void anIdThatIsInTwoBlocksIsRefused(TestPipeline pipeline) {
    FactorBlock block = new FactorBlock(Ids.of(1, 2), 1, new float[] {1, 2});
    PCollection<FactorBlock> users = blocks(pipeline, "Users", block, block);
    PCollection<FactorBlock> items = blocks(pipeline, "Items", block);
    new AlsModel(pipeline, Factors.of(Side.USER, users, 1), Factors.of(Side.ITEM, items, 1), null)
        .apply("WriteModel", WriteModel.to(output().toString()).withNumFiles(1));
    assertFails(pipeline, "the model cannot be used: id 1 has two rows of factors");
  }

  private static void assertFails(TestPipeline pipeline, String message) {
    RunException failure =
        RunException.in(assertThrows(RuntimeException.class, () -> pipeline.run()));
    assertNotNull(failure);
    assertEquals(message, failure.getMessage());
  }

  /** A model of a user's own, without parameters of a training, in blocks of any kind. */
  @Test
  void blocksOfAnyKindAreWritten(TestPipeline pipeline) {
    PCollection<FactorBlock> users =
        blocks(
            pipeline,
            "Users",
            new FactorBlock(Ids.of("b", "7"), 2, new float[] {1, 2, 3, 4}),
            new FactorBlock(Ids.of("a"), 2, new float[] {5, 6}));
    PCollection<FactorBlock> items =
        blocks(pipeline, "Items", new FactorBlock(Ids.of(1), 2, new float[] {7, 8}));
    new AlsModel(pipeline, Factors.of(Side.USER, users, 2), Factors.of(Side.ITEM, items, 2), null)
        .apply("WriteModel", WriteModel.to(output().toString()));
    pipeline.run().waitUntilFinish();
    SavedModel saved = SavedModel.open("model", output().toString());
    assertEquals(3, saved.factors(Side.USER).rows());
    assertEquals(false, saved.factors(Side.USER).intIds());
    assertEquals(true, saved.factors(Side.ITEM).intIds());
    assertEquals(2, saved.rank());
    assertEquals(null, saved.alsParameters());
  }
}
