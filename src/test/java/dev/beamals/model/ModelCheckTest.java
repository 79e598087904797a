package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelCheckTest {
  @TempDir Path folder;
  private Path model = Path.of("");

  @BeforeEach
  void save() throws IOException {
    model = folder.resolve("model");
    try (ModelFolder output =
        ModelFolder.stage("output", model.toString(), PipelineOptionsFactory.create())) {
      Files.createDirectory(Path.of(output.staging(), "itemRatings"));
      write(output.staging() + "userFactors/part-00000.parquet", Ids.of(1, 3), 2, 1);
      write(output.staging() + "userFactors/part-00001.parquet", Ids.of(2), 2, 1);
      write(output.staging() + "itemFactors/part-00000.parquet", Ids.of(5, 6), 2, 1);
      write(output.staging() + "itemRatings/part-00000.parquet", Ids.of(5, 6), 1, 1);
      output.add("trials.csv", "rank\n2\n");
      output.replace(
          Manifest.of(
                  ModelParameters.of(Map.of("rank", 2, "userCol", "u", "regParam", 0.1)),
                  output.summarizeFactors(2))
              .withSeconds(Map.of("total", 1.5)),
          ModelMetrics.create().with("training", Map.of("rmse", 1e-20, "count", 3L)));
    }
  }

  private static void write(String file, Ids ids, int rank, float first) throws IOException {
    float[] factors = new float[ids.size() * rank];
    Arrays.fill(factors, first);
    int parts = file.contains("user") ? 2 : 1;
    FactorsParquet.write(
        FileSystems.matchNewResource(file, false),
        new FactorBlock(ids, rank, factors),
        true,
        parts);
  }

  private ModelCheck check() {
    return ModelCheck.of("model", model.toString());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(model)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private void assertWrong(String... beginnings) {
    List<String> wrong = check().wrong();
    assertEquals(beginnings.length, wrong.size(), wrong::toString);
    for (int i = 0; i < beginnings.length; i++) {
      assertTrue(wrong.get(i).startsWith(model + "/" + beginnings[i]), wrong::toString);
      assertEquals(1, wrong.get(i).lines().count());
    }
  }

  @Test
  void aModelIsAsItWasSaved() throws IOException {
    assertEquals(List.of(), check().wrong());
    assertEquals(List.of(), check().unknown());
    assertEquals(files().size() - 1, check().files(), "all but the manifest");
    Files.writeString(model.resolve("report.html"), "a page that was added");
    assertEquals(List.of(), check().wrong());
  }

  @Test
  void aChangedByteIsFoundInEveryFileAndPlace() throws IOException {
    for (Path file : files()) {
      byte[] whole = Files.readAllBytes(file);
      for (int at = 0; at < whole.length; at += 1 + whole.length / 7) {
        byte[] changed = whole.clone();
        changed[at] ^= 0x10;
        Files.write(file, changed);
        List<String> wrong = check().wrong();
        assertTrue(wrong.toString().contains(file.toString()), file + "@" + at + ": " + wrong);
      }
      Files.write(file, whole);
    }
    assertEquals(List.of(), check().wrong());
  }

  @Test
  void aFileThatIsGoneOrCutOffIsNamed() throws IOException {
    for (Path file : files()) {
      byte[] whole = Files.readAllBytes(file);
      if (whole.length == 0 || file.endsWith("manifest.json")) {
        continue;
      }
      Files.write(file, Arrays.copyOf(whole, whole.length - 1));
      assertTrue(
          check()
              .wrong()
              .contains(file + ": has " + (whole.length - 1) + " bytes, not " + whole.length));
      Files.delete(file);
      assertTrue(check().wrong().contains(file + ": is not there"), () -> check().wrong() + "");
      Files.write(file, whole);
    }
  }

  @Test
  void aFileThatWasAddedIsNamed() throws IOException {
    Files.copy(
        model.resolve("userFactors/part-00001.parquet"),
        model.resolve("userFactors/part-00007.parquet"));
    List<String> wrong = check().wrong();
    assertTrue(
        wrong.contains(model + "/userFactors/part-00007.parquet: is not of the model"),
        wrong::toString);
  }

  /** All that is wrong, not the first of it. */
  @Test
  void everyFileThatIsWrongIsNamed() throws IOException {
    Files.writeString(model.resolve("metrics.json"), "{}");
    Files.delete(model.resolve("trials.csv"));
    Files.writeString(model.resolve("metadata/part-00000"), "x");
    assertWrong("metadata/part-00000: has 1", "metrics.json: has 2", "trials.csv: is not there");
  }

  /** Of the same rank and as many rows: opening it finds nothing. */
  @Test
  void aFileOfAnotherModelIsFound() throws IOException {
    write(model.resolve("userFactors/part-00001.parquet").toString(), Ids.of(2), 2, 7);
    SavedModel.open("model", model.toString());
    assertWrong(
        "userFactors/part-00001.parquet: has other bytes than were saved (sha256)",
        "manifest.json: factorsDigest is not that of the factors");
  }

  @ParameterizedTest
  @CsvSource({
    "'\"userCol\" : \"u\"', '\"userCol\" : \"v\"'",
    "'\"regParam\" : 0.1', '\"regParam\" : 0.10000001'",
    "'\"total\" : 1.5', '\"total\" : 1.5, \"more\" : 1'",
    "'\"users\" : 3', '\"users\" : 4'",
    "'\"manifestDigest\" : \"', '\"manifestDigest\" : \"0'",
  })
  void anEditedManifestIsFound(String from, String to) throws IOException {
    Path file = model.resolve("manifest.json");
    String text = Files.readString(file);
    assertTrue(text.contains(from), text);
    Files.writeString(file, text.replace(from, to));
    List<String> wrong = check().wrong();
    assertTrue(
        wrong.contains(file + ": was edited after it was written (manifestDigest)"),
        wrong::toString);
    if (!from.contains("users")) { // which opening finds
      assertFalse(SavedModel.open("model", model.toString()).isManifestAsWritten());
    }
  }

  @Test
  void aManifestOfAnotherLayoutSaysTheSame() throws IOException {
    Path file = model.resolve("manifest.json");
    ObjectMapper mapper = new ObjectMapper();
    Files.writeString(file, mapper.writeValueAsString(mapper.readTree(Files.readString(file))));
    assertEquals(List.of(), check().wrong());
    assertTrue(SavedModel.open("model", model.toString()).isManifestAsWritten());
  }

  @Test
  void aManifestThatIsCutOffIsWhatIsWrong() throws IOException {
    Path file = model.resolve("manifest.json");
    Files.writeString(file, Files.readString(file).substring(0, 99));
    assertWrong("manifest.json is not whole JSON");
  }

  @Test
  void aPathThatLeadsElsewhereIsNotFollowed() throws IOException {
    Path other = Files.writeString(folder.resolve("other"), "x");
    for (String path : List.of("../other", other.toString(), "a/../../other", "..")) {
      Path file = model.resolve("manifest.json");
      String text = Files.readString(file);
      Files.writeString(file, text.replace("\"trials.csv\"", "\"" + path + "\""));
      List<String> wrong = check().wrong();
      assertTrue(
          wrong.contains(file + ": names a file that is not in its folder: " + path),
          wrong::toString);
      Files.writeString(file, text);
    }
  }

  /** Their manifests tell neither sizes nor digests of files, but factorsDigest. */
  @ParameterizedTest
  @ValueSource(strings = {"ints", "strings", "folded"})
  void aModelOfAnOlderVersionIsComparedAsFarAsItTells(String name) throws IOException {
    copy(Path.of("src/test/resources/models", name));
    assertEquals(List.of(), check().wrong());
    assertEquals(2, check().unknown().size(), () -> check().unknown().toString());
    Path file = model.resolve("manifest.json");
    Files.writeString(
        file, Files.readString(file).replaceAll("(\"factorsDigest\" : \")....", "$1beef"));
    List<String> wrong = check().wrong();
    assertTrue(
        wrong.contains(file + ": factorsDigest is not that of the factors"), wrong::toString);
  }

  @Test
  void everyFileWithAFactorThatIsNotFiniteIsNamed() throws IOException {
    copy(Path.of("src/test/resources/models/ints"));
    List<Path> parts =
        files().stream().filter(file -> file.toString().endsWith(".parquet")).toList();
    for (Path part : parts) {
      try (FactorReader reader = new FactorReader(part.toString())) {
        FactorBlock block = reader.read(2).next();
        block.factors()[1] = Float.POSITIVE_INFINITY;
        FactorsParquet.write(
            FileSystems.matchNewResource(part.toString(), false), block, true, reader.parts());
      }
    }
    List<String> wrong = check().wrong();
    for (Path part : parts) {
      assertEquals(
          1,
          wrong.stream()
              .filter(line -> line.startsWith(part + ": id ") && line.contains("not a finite"))
              .count(),
          wrong::toString);
    }
    assertEquals(parts.size(), wrong.size(), wrong::toString);
  }

  @Test
  void whatIsNoModelIsRefused() throws IOException {
    Files.delete(model.resolve("manifest.json"));
    Files.delete(model.resolve("metadata/part-00000"));
    RunException e = assertThrows(RunException.class, this::check);
    assertTrue(String.valueOf(e.getMessage()).startsWith("model=" + model + ": has neither"));
  }

  @Test
  void aModelOfMllibIsReadThrough() throws IOException {
    Files.delete(model.resolve("manifest.json"));
    for (Side side : Side.values()) {
      Files.createFile(model.resolve(WriteFactors.folder(side)).resolve("_SUCCESS"));
    }
    assertEquals(List.of(), check().wrong());
    assertEquals(1, check().unknown().size());
    write(model.resolve("userFactors/part-00001.parquet").toString(), Ids.of(2), 2, Float.NaN);
    assertWrong("userFactors/part-00001.parquet: id 2 has a factor that is not a finite number");
  }

  private void copy(Path other) throws IOException {
    for (Path file : files()) {
      Files.delete(file);
    }
    try (Stream<Path> tree = Files.walk(other)) {
      for (Path file : tree.filter(Files::isRegularFile).toList()) {
        Path to = model.resolve(other.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
  }
}
