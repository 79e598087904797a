package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.beamals.RunException;
import dev.beamals.files.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a model when the program that replaces it is killed. */
final class ReplaceModelTest {
  @TempDir Path folder;

  @Test
  void olderModelThatWasLeftAsideIsBack() throws IOException {
    save("older");
    Files.move(folder.resolve("model"), folder.resolve(".model.replaced"));
    stage().close();
    assertEquals(List.of("model"), Storage.LOCAL.list(folder.toString()));
    assertEquals("older", name());
  }

  /** A command that reads the model that it replaces needs it before it stages another. */
  @Test
  void olderModelThatWasLeftAsideIsNamedAndBroughtBack() throws IOException {
    save("older");
    String model = folder.resolve("model").toString();
    Files.move(folder.resolve("model"), folder.resolve(".model.replaced"));
    RunException e = assertThrows(RunException.class, () -> SavedModel.open("model", model));
    assertEquals(
        "model="
            + model
            + ": no such folder; a run that was to replace it was killed, and left it as "
            + folder
            + "/.model.replaced/: the next run to it brings it back",
        e.getMessage());
    ModelFolder.bringBack("output", model, PipelineOptionsFactory.create());
    ModelFolder.bringBack("output", model, PipelineOptionsFactory.create());
    assertEquals(List.of("model"), Storage.LOCAL.list(folder.toString()));
    assertEquals("older", name());
  }

  @Test
  void newModelInPlaceStaysAndTheOlderOneGoes() throws IOException {
    save("older");
    Files.move(folder.resolve("model"), folder.resolve(".model.replaced"));
    // A folder without its manifest is not a model, so the one aside is what counts.
    Files.createDirectory(folder.resolve("model"));
    stage().close();
    save("newer");
    Files.createDirectory(folder.resolve(".model.replaced"));
    stage().close();
    assertEquals(List.of("model"), Storage.LOCAL.list(folder.toString()));
    assertEquals("newer", name());
  }

  @Test
  void whatKilledRunsLeftGoesAndNothingElse() throws IOException {
    for (String name :
        List.of(".model.staging", ".model.staging-01ab89ef", ".model.staging-x.staging-01ab89ef")) {
      Files.createDirectories(folder.resolve(name).resolve("userFactors"));
    }
    stage().close();
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
    model.replace(Manifests.named("new"), ModelMetrics.create());
    assertEquals(
        List.of("itemFactors", "manifest.json", "metrics.json", "userFactors"),
        Storage.LOCAL.list(folder.resolve("model").toString()));
    assertEquals(
        List.of("part-00000.parquet"),
        Storage.LOCAL.list(folder.resolve("model/userFactors").toString()));
  }

  private ModelFolder stage() {
    return ModelFolder.stage(
        "output", folder.resolve("model").toString(), PipelineOptionsFactory.create());
  }

  private void save(String name) {
    try (ModelFolder model = stage()) {
      model.replace(Manifests.named(name), ModelMetrics.create());
    }
  }

  private String name() throws IOException {
    return Manifests.name(Files.readString(folder.resolve("model/manifest.json")));
  }
}
