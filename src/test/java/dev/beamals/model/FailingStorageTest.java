package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.files.Storage;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the older model where the file system fails, at any of its calls. */
final class FailingStorageTest {
  @TempDir Path folder;

  /** The local disk, which fails at some of its calls. */
  private static final class Failing {
    private final List<String> calls = new ArrayList<>();
    private int first;
    private int last;

    /** Fails at call {@code first}, counted from 1 from now on, to call {@code last}. */
    void failAt(int first, int last) {
      calls.clear();
      this.first = first;
      this.last = last;
    }

    Storage storage() {
      return (Storage)
          Proxy.newProxyInstance(
              Storage.class.getClassLoader(),
              new Class<?>[] {Storage.class},
              (proxy, method, args) -> {
                calls.add(method.getName());
                if (calls.size() >= first && calls.size() <= last) {
                  throw new IOException("call " + calls.size() + ", " + method.getName());
                }
                try {
                  return method.invoke(Storage.LOCAL, args);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }
  }

  private String output() {
    return folder.resolve("model").toString();
  }

  /** Saves a model that has a file of its own. */
  private void save(Failing failing, String name, int first, int last) throws IOException {
    try (ModelFolder model = ModelFolder.stage("output", output(), failing.storage())) {
      Files.writeString(Path.of(model.staging() + "userFactors/part-00000.parquet"), name);
      failing.failAt(first, last);
      model.replace(Manifests.named(name), ModelMetrics.create());
    }
  }

  private void assertInPlace(String name) throws IOException {
    assertEquals(name, Manifests.name(Files.readString(folder.resolve("model/manifest.json"))));
    assertEquals(name, Files.readString(folder.resolve("model/userFactors/part-00000.parquet")));
  }

  /** Once a call: the older model is in its place, or the new one is, at once. */
  @Test
  void aCallThatFailsLeavesOneOfTheModels() throws IOException {
    int failed = 0;
    for (int n = 1; ; n++) {
      Failing failing = new Failing();
      save(failing, "older", 0, 0);
      boolean replaced = replaces(failing, n, n);
      assertInPlace(replaced ? "newer" : "older");
      failed += replaced ? 0 : 1;
      if (replaced && failing.calls.size() < n) {
        break;
      }
    }
    assertTrue(failed >= 9, "failed " + failed);
  }

  /** From a call on, as when a program is killed: the next one has the older model or the new. */
  @Test
  void aProgramThatEndsAtACallLeavesOneOfTheModels() throws IOException {
    int mended = 0;
    for (int n = 1; ; n++) {
      Failing failing = new Failing();
      save(failing, "older", 0, 0);
      boolean replaced = replaces(failing, n, Integer.MAX_VALUE);
      boolean aside = !Files.exists(folder.resolve("model"));
      mended += aside ? 1 : 0;
      // It ended before it could say so.
      boolean moved = failing.calls.indexOf("syncNames") == n - 1;
      ModelFolder.stage("output", output(), PipelineOptionsFactory.create()).close();
      assertInPlace(replaced || moved ? "newer" : "older");
      assertEquals(List.of("model"), Storage.LOCAL.list(folder.toString()));
      if (replaced && failing.calls.size() < n) {
        break;
      }
    }
    assertTrue(mended > 0, "no call was between the two moves");
  }

  /** A power cut after a move finds what was moved on the disk, and the older model until then. */
  @Test
  void allIsSyncedBeforeItIsMovedAndTheMovesBeforeTheOlderModelGoes() throws IOException {
    save(new Failing(), "older", 0, 0);
    Failing recording = new Failing();
    save(recording, "newer", 0, 0);
    List<String> calls = recording.calls;
    int synced = calls.indexOf("sync");
    int moved = calls.lastIndexOf("move");
    int named = calls.indexOf("syncNames");
    assertTrue(calls.lastIndexOf("write") < synced, calls::toString);
    assertTrue(calls.subList(0, synced).stream().noneMatch("move"::equals), calls::toString);
    assertEquals(List.of("move", "move"), calls.subList(moved - 1, moved + 1));
    assertTrue(synced < moved && moved < named, calls::toString);
    // The older model, when the new one has its name for good.
    assertTrue(calls.subList(moved, named).stream().noneMatch("delete"::equals));
    assertTrue(calls.subList(named, calls.size()).contains("delete"), calls::toString);
  }

  private boolean replaces(Failing failing, int first, int last) throws IOException {
    try {
      save(failing, "newer", first, last);
      return true;
    } catch (RunException e) {
      String message = String.valueOf(e.getMessage());
      assertTrue(message.startsWith("output=" + output() + ": cannot be written: call"), message);
      return false;
    }
  }

  /** To stage a new model must not cost the older one, be it in its place or aside. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void stagingThatFailsLeavesTheOlderModel(boolean aside) throws IOException {
    @Nullable RunException failure = null;
    int n = 1;
    do {
      Failing failing = new Failing();
      save(failing, "older", 0, 0);
      if (aside) {
        Files.move(folder.resolve("model"), folder.resolve(".model.replaced"));
      }
      failing.failAt(n, n);
      try {
        ModelFolder.stage("output", output(), failing.storage()).close();
        failure = null;
      } catch (RunException e) {
        failure = e;
      }
      ModelFolder.stage("output", output(), PipelineOptionsFactory.create()).close();
      assertInPlace("older");
      assertEquals(List.of("model"), Storage.LOCAL.list(folder.toString()));
      n++;
    } while (failure != null || n < 12);
  }

  /** The last step of a pipeline is done again where it failed, or where its success was lost. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aStepThatFinishesAModelAtTheSecondAttempt(boolean killed) throws IOException {
    ModelParameters parameters = ModelParameters.of(Map.of("rank", 1, "name", "newer"));
    int failed = 0;
    int calls = 1000;
    for (int n = 1; n <= calls + 1; n++) {
      Failing failing = new Failing();
      save(failing, "older", 0, 0);
      String attempt = String.format("%08x", n);
      ModelFolder model = ModelFolder.at("output", output(), attempt, failing.storage());
      for (Side side : Side.values()) {
        Path part = Path.of(model.staging() + WriteFactors.folder(side) + "part-00000.parquet");
        Files.createDirectories(part.getParent());
        FactorsParquet.write(
            FileSystems.matchNewResource(part.toString(), false),
            new FactorBlock(Ids.of(1), 1, new float[] {1}),
            true,
            1);
      }
      failing.failAt(n, killed ? Integer.MAX_VALUE : n);
      try {
        model.finish(parameters, "now " + n, 0);
        calls = Math.min(calls, failing.calls.size());
      } catch (RunException e) {
        failed++;
      }
      ModelFolder again = ModelFolder.at("output", output(), attempt, new Failing().storage());
      FactorsSummary summary = again.finish(parameters, "now " + n, 0);
      assertEquals(1, summary.users());
      assertEquals(true, summary.intItems());
      assertEquals(summary, again.finish(parameters, "now " + n, 0), "done before");
      assertEquals(
          "newer", Manifests.name(Files.readString(folder.resolve("model/manifest.json"))));
      assertEquals(List.of("model"), Storage.LOCAL.list(folder.toString()));
      assertEquals(1, SavedModel.open("model", output()).factors(Side.ITEM).rows());
    }
    assertTrue(failed > 20, "failed " + failed);
  }

  @Test
  void aModelWhoseStagingFolderAnotherRunDeletedIsNotPutInPlace() throws IOException {
    save(new Failing(), "older", 0, 0);
    try (ModelFolder first =
        ModelFolder.stage("output", output(), PipelineOptionsFactory.create())) {
      Files.writeString(Path.of(first.staging() + "userFactors/part-00000.parquet"), "newer");
      ModelFolder.stage("output", output(), PipelineOptionsFactory.create()).close();
      assertFalse(Files.exists(Path.of(first.staging())));
      assertThrows(
          RunException.class, () -> first.replace(Manifests.named("newer"), ModelMetrics.create()));
    }
    assertInPlace("older");
  }
}
