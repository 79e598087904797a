package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.files.TableWriter;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is opened as a model, and what is refused and why. */
final class SavedModelTest {
  @TempDir Path folder;
  private Path model = Path.of("");

  @BeforeEach
  void save() throws IOException {
    model = folder.resolve("model");
    save(Ids.of(3, -1, 20), Ids.of(5, 6));
  }

  private void save(Ids users, Ids items) throws IOException {
    try (ModelFolder output =
        ModelFolder.stage("output", model.toString(), PipelineOptionsFactory.create())) {
      write(output.staging() + "userFactors/part-00000.parquet", users, 2, 1);
      write(output.staging() + "itemFactors/part-00000.parquet", items, 2, 1);
      output.replace(
          Manifest.of(
              ModelParameters.of(
                  Map.of(
                      "rank", 2, "userCol", "u", "itemCol", "i", "header", true, "regParam", 0.1)),
              output.summarizeFactors(2)),
          ModelMetrics.create());
    }
  }

  /**
   * @param parts how many files the side has; 0 where that is not told, as with MLlib
   */
  private static void write(String file, Ids ids, int rank, int parts, float... factors)
      throws IOException {
    float[] all = Arrays.copyOf(factors, ids.size() * rank);
    for (int i = factors.length; i < all.length; i++) {
      all[i] = i + 0.5f;
    }
    FactorsParquet.write(
        FileSystems.matchNewResource(file, false),
        new FactorBlock(ids, rank, all),
        ids.allInts(),
        parts);
  }

  private static List<FactorBlock> read(SavedModel model, Side side) {
    List<FactorBlock> blocks = new ArrayList<>();
    model.factors(side).forEachBlock(blocks::add);
    return blocks;
  }

  @Test
  void oursIsReadBitForBit() throws IOException {
    SavedModel saved = SavedModel.open("model", model.toString());
    assertFalse(saved.isMllib());
    assertEquals(2, saved.rank());
    assertEquals(3, saved.factors(Side.USER).rows());
    assertEquals(0.1, saved.parameters().number("regParam"));
    FactorBlock users = read(saved, Side.USER).get(0);
    assertEquals(Ids.of(-1, 3, 20), users.ids());
    assertEquals("[0.5, 1.5, 2.5, 3.5, 4.5, 5.5]", Arrays.toString(users.factors()));

    save(Ids.of("7", "b", "a"), Ids.of("é", "10"));
    SavedModel strings = SavedModel.open("model", model.toString());
    assertFalse(strings.factors(Side.USER).intIds());
    assertEquals(Ids.of("7", "a", "b"), read(strings, Side.USER).get(0).ids());
    assertFalse(Files.exists(model.resolve("metadata")), "MLlib must not load string ids");
  }

  @Test
  void aManifestIsAllThatTellsTheFolderOfMllibFromOurs() throws IOException {
    Files.delete(model.resolve("manifest.json"));
    Files.createFile(model.resolve("userFactors/_SUCCESS"));
    assertRefused("itemFactors/ has no _SUCCESS: it was not completed");
    Files.createFile(model.resolve("itemFactors/_SUCCESS"));
    SavedModel saved = SavedModel.open("model", model.toString());
    assertTrue(saved.isMllib());
    assertEquals("u", saved.parameters().text("userCol"));
    assertNull(saved.manifest());
    assertEquals(2, read(saved, Side.ITEM).get(0).ids().size());

    Path metadata = model.resolve("metadata/part-00000");
    String text = Files.readString(metadata);
    Files.writeString(metadata, text.replace(".ALSModel", ".ALS"));
    assertRefused("metadata/ is that of org.apache.spark.ml.recommendation.ALS; expected");
    Files.writeString(metadata, text.replace("\"rank\":2", "\"rank\":\"2\""));
    assertRefused("metadata/part-00000 has no rank of 1 or more");
    Files.writeString(metadata, text.substring(0, 40));
    assertRefused("metadata/part-00000 is not whole JSON");
    Files.delete(model.resolve("metadata/_SUCCESS"));
    assertRefused("metadata/ has no _SUCCESS");
  }

  @Test
  void foldersThatAreNoModelAreRefused() throws IOException {
    Path manifest = model.resolve("manifest.json");
    String text = Files.readString(manifest);
    Files.writeString(manifest, text.replace("\"formatVersion\" : 1", "\"formatVersion\" : 3"));
    assertRefused("its format is 3, and this beam-als reads up to 2; expected a newer beam-als");
    Files.writeString(manifest, text.replace("\"formatVersion\" : 1", "\"formatVersion\" : \"1\""));
    assertRefused("manifest.json has no formatVersion");
    Files.writeString(manifest, text.replace("beam-als model", "another model"));
    assertRefused("manifest.json is not that of a beam-als model");
    Files.writeString(manifest, text.substring(0, text.length() / 2));
    assertRefused("manifest.json is not whole JSON");
    Files.writeString(manifest, "");
    assertRefused("manifest.json is not whole JSON");
    Files.writeString(manifest, text.replace("\"rank\" : 2", "\"rank\" : 0"));
    assertRefused("manifest.json has no rank of 1 or more");
    Files.writeString(manifest, text.replace("\"items\" : 2", "\"items\" : \"2\""));
    assertRefused("manifest.json does not say how many items there are");
    Files.writeString(manifest, text.replace("\"users\" : 3", "\"users\" : 4"));
    assertRefused("userFactors/ holds 3 rows and manifest.json says 4: a file is missing");
    Files.writeString(manifest, text);
    Files.delete(model.resolve("itemFactors/part-00000.parquet"));
    assertRefused("itemFactors/ has no part-*.parquet: it was not completed");
    Files.delete(manifest);
    Files.delete(model.resolve("metadata/part-00000"));
    assertRefused("has neither a manifest.json nor the metadata/ of Spark MLlib");

    RunException file = assertThrows(RunException.class, () -> SavedModel.open("model", "pom.xml"));
    assertTrue(String.valueOf(file.getMessage()).contains("is a file"), file.getMessage());
    RunException none =
        assertThrows(
            RunException.class, () -> SavedModel.open("model", folder.resolve("x").toString()));
    assertTrue(String.valueOf(none.getMessage()).contains("no such folder"), none.getMessage());
  }

  @Test
  void pathsInAManifestAreNotFollowed() throws IOException {
    Path manifest = model.resolve("manifest.json");
    String text = Files.readString(manifest);
    Files.writeString(
        manifest,
        text.replace("{", "{\"userFactors\": \"/etc\", \"path\": \"../../x\",").replace(",}", "}"));
    // Changed at every brace: what matters is that nothing but our own folder was looked at.
    assertEquals(3, SavedModel.open("model", model.toString()).factors(Side.USER).rows());
  }

  @Test
  void filesThatAreNotWholeOrNotFactorsAreRefused() throws IOException {
    Path part = model.resolve("userFactors/part-00000.parquet");
    byte[] whole = Files.readAllBytes(part);
    for (int length : new int[] {0, 3, 11, whole.length / 2, whole.length - 1}) {
      Files.write(part, Arrays.copyOf(whole, length));
      assertRefused(part + ": not a whole Parquet file");
    }
    Files.writeString(part, "id,features\n1,2\n");
    assertRefused(part + ": not a whole Parquet file");
    try (TableWriter table =
        TableWriter.create(
            part.toString(),
            TableWriter.Format.parquet,
            List.of(
                new TableWriter.Column("id", Integer.class),
                new TableWriter.Column("features", Float.class)))) {
      table.write(List.of(1, 2f));
    }
    assertRefused(part + ": not a file of factors; expected the columns id (int or string)");
  }

  /** Pages have checksums, and what is around them is checked: no factor is ever read wrong. */
  @Test
  void aFlippedBitIsRefusedOrDoesNotMatter() throws IOException {
    Path part = model.resolve("userFactors/part-00000.parquet");
    byte[] whole = Files.readAllBytes(part);
    String expected = describe(read(SavedModel.open("model", model.toString()), Side.USER));
    int refused = 0;
    for (int i = 0; i < whole.length; i++) {
      byte[] flipped = whole.clone();
      flipped[i] ^= (byte) (1 << i % 8);
      Files.write(part, flipped);
      try {
        assertEquals(
            expected, describe(read(SavedModel.open("model", model.toString()), Side.USER)));
      } catch (RunException e) {
        assertOneLine("", e);
        refused++;
      }
    }
    assertTrue(refused > whole.length / 3, refused + " of " + whole.length);
  }

  private static String describe(List<FactorBlock> blocks) {
    StringBuilder text = new StringBuilder();
    for (FactorBlock block : blocks) {
      text.append(block.ids()).append(Arrays.toString(block.factors()));
    }
    return text.toString();
  }

  @Test
  void aFileMoreThanEachSaysIsRefused() throws IOException {
    Path part = model.resolve("userFactors/part-00000.parquet");
    Files.delete(part);
    FactorsParquet.write(
        FileSystems.matchNewResource(part.toString(), false),
        new FactorBlock(Ids.of(-1, 3), 2, new float[] {1, 2, 3, 4}),
        true,
        1);
    write(model.resolve("userFactors/part-00001.parquet").toString(), Ids.of(20), 2, 0);
    assertRefused(part + ": one of 1 files of its side, and there are 2");
  }

  @Test
  void rowsAreChecked() throws IOException {
    String part = model.resolve("userFactors/part-00000.parquet").toString();
    rewrite(part, Ids.of(3, -1, 20), 3);
    assertUnreadable(
        part + ": id -1 has 3 factors; expected 2 finite factors, the rank of the model");
    rewrite(part, Ids.of(3, -1, 20), 1);
    assertUnreadable(part + ": id -1 has 1 factors; expected 2");
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      rewrite(part, Ids.of(3, -1, 20), 2, 1, 1, 1, bad);
      assertUnreadable(part + ": id 3 has a factor that is not a finite number; expected 2");
    }
    String second = model.resolve("userFactors/part-00001.parquet").toString();
    rewrite(part, Ids.of(3), 2);
    rewrite(second, Ids.of("a", "b"), 2);
    assertRefused(second + ": ids are of another type than in the files before it");
  }

  private static void rewrite(String file, Ids ids, int rank, float... factors) throws IOException {
    Files.deleteIfExists(Path.of(file));
    write(file, ids, rank, 0, factors);
  }

  private void assertRefused(String message) {
    RunException e =
        assertThrows(RunException.class, () -> SavedModel.open("model", model.toString()));
    assertOneLine(message, e);
  }

  private void assertUnreadable(String message) {
    SavedModel saved = SavedModel.open("model", model.toString());
    RunException e = assertThrows(RunException.class, () -> read(saved, Side.USER));
    assertOneLine(message, e);
  }

  private static void assertOneLine(String message, RunException e) {
    String text = String.valueOf(e.getMessage());
    assertTrue(text.contains(message) && !text.contains("\n"), text);
  }
}
