package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.beamals.files.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a model when the program that replaces it is killed. */
final class ReplaceModelTest {
  @TempDir Path folder;

  @Test
  void olderModelThatWasLeftAsideIsBack() throws IOException {
    save("older");
    Files.move(folder.resolve("model"), folder.resolve(".model.replaced"));
    stage().discard();
    assertEquals(List.of("model"), Storage.LOCAL.list(folder.toString()));
    assertEquals("older", name());
  }

  @Test
  void newModelInPlaceStaysAndTheOlderOneGoes() throws IOException {
    save("older");
    Files.move(folder.resolve("model"), folder.resolve(".model.replaced"));
    // A folder without its manifest is not a model, so the one aside is what counts.
    Files.createDirectory(folder.resolve("model"));
    stage().discard();
    save("newer");
    Files.createDirectory(folder.resolve(".model.replaced"));
    stage().discard();
    assertEquals(List.of("model"), Storage.LOCAL.list(folder.toString()));
    assertEquals("newer", name());
  }

  @Test
  void whatKilledRunsLeftGoesAndNothingElse() throws IOException {
    for (String name :
        List.of(".model.staging", ".model.staging-01ab89ef", ".model.staging-x.staging-01ab89ef")) {
      Files.createDirectories(folder.resolve(name).resolve("userFactors"));
    }
    stage().discard();
    assertEquals(
        List.of(".model.staging-x.staging-01ab89ef"), Storage.LOCAL.list(folder.toString()));
  }

  @Test
  void modelHasNothingThatAKilledWorkerLeft() throws IOException {
    ModelFolder model = stage();
    Path staging = Path.of(model.staging());
    Files.createDirectories(Path.of(model.exchange()).resolve("step-0001"));
    Files.writeString(staging.resolve("userFactors/.part-00000.parquet-12"), "half");
    Files.writeString(staging.resolve("userFactors/part-00000.parquet"), "whole");
    model.replace(JsonNodeFactory.instance.objectNode(), manifest("new"));
    assertEquals(
        List.of("itemFactors", "manifest.json", "metrics.json", "userFactors"),
        Storage.LOCAL.list(folder.resolve("model").toString()));
    assertEquals(
        List.of("part-00000.parquet"),
        Storage.LOCAL.list(folder.resolve("model/userFactors").toString()));
  }

  /** Hadoop's own view of the local disk stands for HDFS, which scripts/hdfs starts. */
  @Test
  void bothStoragesBehaveAlike() throws IOException {
    for (Storage storage :
        List.of(
            Storage.LOCAL, Storage.hadoop("file://" + folder + "/", new Configuration(false)))) {
      String root = folder.resolve(storage.getClass().getSimpleName()).toString();
      storage.makeFolder(root + "/a/b");
      storage.makeFolder(root + "/a/b");
      byte[] bytes = "text".getBytes(StandardCharsets.UTF_8);
      storage.write(root + "/a/b/file", new byte[] {1, 2, 3, 4, 5});
      storage.write(root + "/a/b/file", bytes);
      assertArrayEquals(bytes, storage.read(root + "/a/b/file"));
      assertEquals(List.of("b"), storage.list(root + "/a"));
      assertEquals(List.of(), storage.list(root + "/none"));
      assertEquals(true, storage.isFolder(root + "/a/b"));
      assertEquals(false, storage.isFolder(root + "/a/b/file"));
      assertEquals(false, storage.isFolder(root + "/none"));
      storage.move(root + "/a", root + "/c");
      assertEquals(false, storage.exists(root + "/a"));
      assertArrayEquals(bytes, storage.read(root + "/c/b/file"));
      storage.makeFolder(root + "/d/inside");
      assertThrows(IOException.class, () -> storage.move(root + "/c", root + "/d"));
      assertThrows(IOException.class, () -> storage.move(root + "/none", root + "/e"));
      assertEquals(true, storage.exists(root + "/c/b/file"));
      storage.delete(root + "/c");
      storage.delete(root + "/c");
      assertEquals(List.of("d"), storage.list(root));
    }
  }

  private ModelFolder stage() {
    return ModelFolder.stage(
        "--output", folder.resolve("model").toString(), PipelineOptionsFactory.create());
  }

  private void save(String name) {
    stage().replace(JsonNodeFactory.instance.objectNode(), manifest(name));
  }

  private static ObjectNode manifest(String name) {
    return new Manifest().json().put("name", name);
  }

  private String name() throws IOException {
    byte[] json = Storage.LOCAL.read(folder.resolve("model/manifest.json").toString());
    return new ObjectMapper().readTree(json).path("name").asText();
  }
}
