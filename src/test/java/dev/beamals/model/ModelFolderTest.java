package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.beamals.RunException;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelFolderTest {
  private static final ModelMetrics METRICS =
      ModelMetrics.create().with("training", Map.of("rmse", 0.5));

  /** What a manifest says of its model. */
  private static String text(Path model) throws IOException {
    return Manifests.name(Files.readString(model.resolve("manifest.json")));
  }

  private static ModelFolder stage(String output) {
    return ModelFolder.stage("output", output, PipelineOptionsFactory.create());
  }

  private static void save(Path output, String text) throws IOException {
    try (ModelFolder model = stage(output.toString())) {
      Files.writeString(Path.of(model.staging() + "userFactors/part-00000.parquet"), text);
      model.replace(Manifests.named(text), METRICS);
    }
  }

  private static boolean isStaging(Path folder) {
    return String.valueOf(folder.getFileName()).matches("\\.als_model\\.staging-[0-9a-f]{8}");
  }

  private static List<String> entries(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
    }
  }

  /** Everything below a folder, and what the files hold. */
  private static List<String> tree(Path folder) throws IOException {
    try (Stream<Path> entries = Files.walk(folder)) {
      return entries
          .sorted()
          .map(
              entry -> {
                try {
                  return folder.relativize(entry)
                      + (Files.isRegularFile(entry) ? ": " + Files.readString(entry) : "/");
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .toList();
    }
  }

  private static String refused(Path output) {
    String message =
        String.valueOf(
            assertThrows(RunException.class, () -> stage(output.toString())).getMessage());
    assertTrue(message.startsWith("output=" + output + ": "), message);
    return message.substring(("output=" + output + ": ").length());
  }

  @Test
  void newModelIsPutInPlaceWithMetricsAndManifest(@TempDir Path parent) throws IOException {
    Path output = parent.resolve("als_model");
    ModelFolder model = stage(output.toString());
    assertEquals(output.toString(), model.toString());
    Path staging = Path.of(model.staging());
    assertEquals(parent, staging.getParent());
    assertTrue(isStaging(staging), model.staging());
    assertEquals(List.of(String.valueOf(staging.getFileName())), entries(parent));
    assertEquals(List.of("itemFactors", "userFactors"), entries(staging));
    assertTrue(model.staging().endsWith("/"));
    Files.writeString(staging.resolve("itemFactors/part-00001.parquet"), "b");
    Files.writeString(staging.resolve("itemFactors/part-00000.parquet"), "a");
    Files.writeString(staging.resolve("itemFactors/.part-00002.parquet-1"), "left over");
    assertEquals(
        List.of("part-00000.parquet", "part-00001.parquet"),
        model.stagedFactors(Side.ITEM).stream()
            .map(file -> String.valueOf(Path.of(file).getFileName()))
            .toList());
    assertEquals(List.of(), model.stagedFactors(Side.USER));
    Files.write(staging.resolve("report.bin"), new byte[] {5});
    assertEquals(5, model.take("report.bin", VarIntCoder.of()));
    RunException gone =
        assertThrows(RunException.class, () -> model.take("report.bin", VarIntCoder.of()));
    assertEquals(
        "output="
            + output
            + ": what the workers wrote is not there; expected a folder on a file system that the"
            + " driver and all workers share",
        gone.getMessage());
    model.replace(Manifests.named("new"), METRICS);
    assertEquals(List.of("als_model"), entries(parent));
    assertEquals(
        List.of("itemFactors", "manifest.json", "metrics.json", "userFactors"), entries(output));
    assertEquals("new", text(output));
    assertEquals(METRICS.toString(), Files.readString(output.resolve("metrics.json")));
  }

  @Test
  void parentsAreMade(@TempDir Path parent) throws IOException {
    save(parent.resolve("a/b/model"), "new");
    assertEquals("new", text(parent.resolve("a/b/model")));
    assertEquals(List.of("model"), entries(parent.resolve("a/b")));
  }

  @Test
  void olderModelIsThereUntilTheNewOneTakesItsPlace(@TempDir Path parent) throws IOException {
    Path output = parent.resolve("als_model");
    save(output, "old");
    Files.writeString(output.resolve("userFactors/part-00007.parquet"), "only in the old");
    List<String> before = tree(output);
    ModelFolder model = stage(output.toString());
    Files.writeString(Path.of(model.staging() + "userFactors/part-00000.parquet"), "new");
    assertEquals(before, tree(output));
    model.replace(Manifests.named("new"), METRICS);
    assertEquals("new", text(output));
    assertEquals(List.of("part-00000.parquet"), entries(output.resolve("userFactors")));
    assertEquals(List.of("als_model"), entries(parent));
  }

  @Test
  void failedRunLeavesTheOlderModelAndNothingElse(@TempDir Path parent) throws IOException {
    Path output = parent.resolve("als_model");
    save(output, "old");
    List<String> before = tree(parent);
    ModelFolder model = stage(output.toString());
    Files.writeString(Path.of(model.staging() + "userFactors/part-00000.parquet"), "half");
    model.close();
    assertEquals(before, tree(parent));
    model.close();
    assertEquals(before, tree(parent));
  }

  @Test
  void failedFirstRunLeavesNothing(@TempDir Path parent) throws IOException {
    stage(parent.resolve("als_model").toString()).close();
    assertEquals(List.of(), entries(parent));
  }

  @Test
  void closingAfterSuccessKeepsTheModel(@TempDir Path parent) throws IOException {
    Path output = parent.resolve("als_model");
    ModelFolder model = stage(output.toString());
    model.replace(Manifests.named("new"), METRICS);
    model.close();
    assertEquals("new", text(output));
  }

  @Test
  void modelThatCannotBeCompletedLeavesTheOlderOne(@TempDir Path parent) throws IOException {
    Path output = parent.resolve("als_model");
    save(output, "old");
    List<String> before = tree(output);
    ModelFolder model = stage(output.toString());
    model.close(); // as if somebody had cleaned up
    RunException e =
        assertThrows(RunException.class, () -> model.replace(Manifests.named("new"), METRICS));
    assertTrue(
        String.valueOf(e.getMessage()).startsWith("output=" + output + ": cannot be written: "),
        e.getMessage());
    assertEquals(before, tree(output));
    assertEquals(List.of("als_model"), entries(parent));
  }

  @Test
  void olderModelSetAsideByAKilledRunIsMovedBack(@TempDir Path parent) throws IOException {
    Path output = parent.resolve("als_model");
    save(output, "old");
    List<String> before = tree(output);
    Files.move(output, parent.resolve(".als_model.replaced"));
    ModelFolder model = stage(output.toString());
    assertEquals(before, tree(output));
    Path staging = Path.of(model.staging());
    assertTrue(isStaging(staging), model.staging());
    assertEquals(List.of(String.valueOf(staging.getFileName()), "als_model"), entries(parent));
    model.close();
    assertEquals(before, tree(output));
  }

  @Test
  void leftoversOfAKilledRunAreCleaned(@TempDir Path parent) throws IOException {
    Path output = parent.resolve("als_model");
    save(output, "new");
    Path aside = parent.resolve(".als_model.replaced");
    save(aside, "older still");
    Path left = parent.resolve(".als_model.staging-0123abcd");
    Files.createDirectories(left.resolve("userFactors/deep"));
    Files.writeString(left.resolve("userFactors/deep/part"), "half");
    ModelFolder model = stage(output.toString());
    assertEquals("new", text(output), "a model in place wins over one set aside");
    assertFalse(Files.exists(aside));
    assertFalse(Files.exists(left));
    Path staging = Path.of(model.staging());
    assertEquals(List.of("itemFactors", "userFactors"), entries(staging));
    assertEquals(List.of(), entries(staging.resolve("userFactors")));
    model.close();
    assertEquals(List.of("als_model"), entries(parent));
  }

  @Test
  void deletingLeftoversDoesNotFollowLinks(@TempDir Path parent) throws IOException {
    Path precious = Files.createDirectory(parent.resolve("precious"));
    Files.writeString(precious.resolve("data"), "mine");
    Path staging = Files.createDirectory(parent.resolve(".als_model.staging-0123abcd"));
    Files.createSymbolicLink(staging.resolve("link"), precious);
    stage(parent.resolve("als_model").toString()).close();
    assertEquals("mine", Files.readString(precious.resolve("data")));
    assertEquals(List.of("precious"), entries(parent));
  }

  @Test
  void folderOfSomethingElseIsRefusedUntouched(@TempDir Path parent) throws IOException {
    Path output = Files.createDirectory(parent.resolve("photos"));
    Files.writeString(output.resolve("me.jpg"), "x");
    assertEquals(
        "holds me.jpg and is not a beam-als model; expected a new folder, an empty one, or an"
            + " older model to replace",
        refused(output));
    assertEquals(List.of("photos"), entries(parent));
    assertEquals(List.of("me.jpg"), entries(output));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"format\": \"another\"}", "[]", "not json", "", "null", "{"})
  void manifestOfSomethingElseDoesNotMakeAModel(String json, @TempDir Path parent)
      throws IOException {
    Path output = Files.createDirectory(parent.resolve("other"));
    Files.writeString(output.resolve("manifest.json"), json);
    assertTrue(refused(output).startsWith("holds manifest.json and is not a beam-als model"));
    assertEquals(json, Files.readString(output.resolve("manifest.json")));
  }

  @Test
  void fileIsRefused(@TempDir Path parent) throws IOException {
    Path output = Files.writeString(parent.resolve("model.txt"), "x");
    assertEquals("is a file; expected a folder for the model", refused(output));
    assertEquals("x", Files.readString(output));
    assertTrue(refused(output.resolve("model")).startsWith("cannot be written: "));
    assertEquals(List.of("model.txt"), entries(parent));
  }

  @Test
  void emptyFolderIsTaken(@TempDir Path parent) throws IOException {
    Path output = Files.createDirectory(parent.resolve("als_model"));
    save(output, "new");
    assertEquals("new", text(output));
    assertEquals(List.of("als_model"), entries(parent));
  }

  @Test
  void rootAndImpossibleNamesAreRefused() {
    assertEquals("expected a folder of its own for the model", refused(Path.of("/")));
    String message =
        String.valueOf(assertThrows(RunException.class, () -> stage("a\0b")).getMessage());
    assertTrue(message.endsWith(": not a folder name"), message);
  }

  @Test
  void parentThatCannotBeWrittenIsRefused(@TempDir Path parent) throws IOException {
    Path closed =
        Files.createDirectory(
            parent.resolve("closed"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
    assumeFalse(Files.isWritable(closed), "root may write anywhere");
    assertTrue(
        refused(closed.resolve("als_model")).startsWith("cannot be written: permission denied"));
  }

  @Test
  void relativeOutputIsOfTheWorkingFolder(@TempDir Path parent) throws IOException {
    Path output = parent.resolve("als_model");
    Path relative = Path.of("").toAbsolutePath().relativize(output);
    save(Path.of("./" + relative + "/../als_model/"), "new");
    assertEquals("new", text(output));
    assertEquals(List.of("als_model"), entries(parent));
  }

  @Test
  void outputThroughALinkedParentIsSavedThere(@TempDir Path parent) throws IOException {
    Files.createDirectory(parent.resolve("disk"));
    Files.createSymbolicLink(parent.resolve("link"), parent.resolve("disk"));
    save(parent.resolve("link/als_model"), "old");
    save(parent.resolve("link/als_model"), "new");
    assertEquals("new", text(parent.resolve("disk/als_model")));
    assertEquals(List.of("als_model"), entries(parent.resolve("disk")));
  }

  @Test
  void linkedOutputIsSavedWhereTheLinkLeadsAndTheLinkStays(@TempDir Path parent)
      throws IOException {
    Path disk = Files.createDirectories(parent.resolve("disk/model"));
    Path link = Files.createSymbolicLink(parent.resolve("link"), disk);
    save(link, "old");
    save(link, "new");
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("new", text(disk));
    assertEquals(List.of("disk", "link"), entries(parent));
    assertEquals(List.of("model"), entries(parent.resolve("disk")));
  }

  @Test
  void linkThatLeadsNowhereIsRefusedBeforeTheRun(@TempDir Path parent) throws IOException {
    Path link = Files.createSymbolicLink(parent.resolve("link"), parent.resolve("gone"));
    assertTrue(refused(link).startsWith("cannot be written: "));
    assertEquals(List.of("link"), entries(parent));
  }
}
