package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that the first release saved, in {@code src/test/resources/models}, as they stand. */
final class ReleasedModelsTest {
  private static Path folder(String name) {
    return Path.of("src/test/resources/models", name);
  }

  private static SavedModel open(String name) {
    return SavedModel.open("model", folder(name).toString());
  }

  private static FactorBlock read(SavedModel model, Side side) {
    List<FactorBlock> blocks = new ArrayList<>();
    model.factors(side).forEachBlock(blocks::add);
    return FactorBlock.concatenate(blocks, model.rank());
  }

  private static Manifest manifest(String name) {
    Manifest manifest = open(name).manifest();
    assertNotNull(manifest);
    return manifest;
  }

  /** Key by key and line by line, so that it can be read by the first release too. */
  @ParameterizedTest
  @ValueSource(strings = {"ints", "strings", "folded"})
  void manifestAndMetricsWouldBeWrittenTheSame(String name) throws IOException {
    assertEquals(Files.readString(folder(name).resolve("manifest.json")), manifest(name).toJson());
    assertEquals(
        Files.readString(folder(name).resolve("metrics.json")), open(name).metrics().toJson());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ints", "strings", "folded"})
  void factorsAreThoseOfTheirDigest(String name, @TempDir Path parent) throws IOException {
    SavedModel saved = open(name);
    try (ModelFolder again =
        ModelFolder.stage(
            "output", parent.resolve("again").toString(), PipelineOptionsFactory.create())) {
      for (Side side : Side.values()) {
        FactorBlock block = read(saved, side);
        FactorsParquet.write(
            FileSystems.matchNewResource(
                again.staging() + WriteFactors.folder(side) + "part-00000.parquet", false),
            block,
            block.ids().allInts(),
            1);
      }
      assertEquals(manifest(name).factors(), again.summarizeFactors(saved.rank()));
    }
  }

  @Test
  void modelOfIntsIsOpened() {
    SavedModel model = open("ints");
    assertEquals(2, model.rank());
    assertEquals(Ids.of(1, 2, 3, 4, 5, 6), read(model, Side.USER).ids());
    assertEquals(Ids.of(10, 11, 12, 13, 14), read(model, Side.ITEM).ids());
    assertEquals("user", model.parameters().text("userCol"));
    assertNull(model.parameters().text("timestampCol"));
    assertEquals(0.1, model.parameters().number("regParam"));
    Manifest.Input input = manifest("ints").input();
    assertNotNull(input);
    assertEquals(29, input.rowsRead());
    assertEquals(1, input.rowsDropped().get("rejected"));
    assertEquals(28, input.ratings());
    assertEquals(
        List.of(new Manifest.InputFile("/data/ratings.csv", 439, "8562ca5b2982d877")),
        input.files());
    assertEquals(
        Map.of(
            "mae", 0.5791560788765562,
            "rmse", 0.8629914179036313,
            "r2", 0.6954194316802905,
            "count", 23L,
            "coverage", 1.0),
        model.metrics().toMap().get("training"));
  }

  @Test
  void modelOfStringsIsOpened() {
    SavedModel model = open("strings");
    assertEquals(3, model.rank());
    assertEquals(Ids.of("ann", "bob", "d e", "用户"), read(model, Side.USER).ids());
    assertEquals(Ids.of("7", "song-1", "song-2", "é"), read(model, Side.ITEM).ids());
    assertEquals(false, model.factors(Side.ITEM).intIds());
    assertEquals(false, model.parameters().flag("header"));
    assertEquals(";", model.parameters().text("delimiter"));
  }

  @Test
  void foldedInModelIsOpened() {
    SavedModel model = open("folded");
    assertEquals(Ids.of(101, 102), read(model, Side.USER).ids());
    assertEquals(read(open("ints"), Side.ITEM).ids(), read(model, Side.ITEM).ids());
    assertEquals(
        new Manifest.FoldInOrigin("/models/ints/", manifest("ints").factors().digest(), 2),
        manifest("folded").foldIn());
    assertEquals(ModelMetrics.create(), model.metrics());
  }
}
