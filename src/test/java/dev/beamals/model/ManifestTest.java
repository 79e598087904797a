package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.util.SerializableUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManifestTest {
  private static Manifest parse(String json) {
    return Manifest.parse("model=m: ", Json.parse("text", json));
  }

  private static Manifest whole() {
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    parameters.put("userCol", "u");
    parameters.put("timestampCol", null);
    parameters.put("header", false);
    parameters.put("rank", 7);
    parameters.put("seed", Long.MIN_VALUE);
    parameters.put("regParam", 0.1);
    Map<String, Long> dropped = new LinkedHashMap<>();
    dropped.put("rejected", 1L);
    dropped.put("duplicate", 5_000_000_000L);
    Manifest.Input input =
        new Manifest.Input(10, dropped, 4, List.of(new Manifest.InputFile("a.csv", 100, "00ff")));
    return Manifest.of(ModelParameters.of(parameters), new FactorsSummary(3, 1, true, false, "abc"))
        .withInput(input)
        .withTestInput(new Manifest.Input(0, Map.of(), 0, List.of()))
        .withFoldIn(new Manifest.FoldInOrigin("/models/m/", null, 2))
        .withSeconds(Map.of("training", 1.23456));
  }

  @Test
  void manifestComesBack() {
    Manifest whole = whole();
    assertEquals(whole, parse(whole.toJson()));
    assertEquals(whole, SerializableUtils.clone(whole));
    assertEquals(whole.toJson(), parse(whole.toJson()).toJson());
    Manifest least = Manifests.named("least");
    assertEquals(least, parse(least.toJson()));
    assertEquals(1.235, whole.seconds().get("training"));
  }

  @Test
  void parametersAreTyped() {
    ModelParameters parameters = whole().parameters();
    assertEquals("u", parameters.text("userCol"));
    assertEquals(false, parameters.flag("header"));
    assertEquals(0.1, parameters.number("regParam"));
    assertEquals(7.0, parameters.number("rank"));
    assertEquals(7, whole().rank());
    for (String name : List.of("timestampCol", "header", "rank", "none")) {
      assertNull(parameters.text(name), name);
    }
    assertNull(parameters.flag("userCol"));
    assertNull(parameters.number("userCol"));
    assertThrows(
        UnsupportedOperationException.class, () -> parameters.toMap().put("rank", (Object) 8L));
  }

  /** What a reader must know raises the version; a key more does not. */
  @Test
  void keysThatAreNotKnownAreNotRead() {
    Manifest whole = whole();
    String json =
        whole
            .toJson()
            .replace("\"users\" :", "\"objective\" : [ 1, { \"a\" : 2 } ], \"users\" :")
            .replace("\"ratings\" :", "\"median\" : 3, \"ratings\" :");
    assertEquals(whole, parse(json));
  }

  @Test
  void manifestsThatDoNotCountFactorsAreRefused() {
    String json = whole().toJson();
    RunException users =
        assertThrows(RunException.class, () -> parse(json.replace("\"users\"", "\"people\"")));
    assertEquals(
        "model=m: manifest.json does not say how many users there are", users.getMessage());
    RunException rank =
        assertThrows(RunException.class, () -> parse(json.replace("\"rank\"", "\"order\"")));
    assertEquals("model=m: manifest.json has no rank of 1 or more", rank.getMessage());
  }

  private static String write(ModelFolder model, Side side, int part, int parts, FactorBlock block)
      throws IOException {
    String file =
        String.format("%s%spart-%05d.parquet", model.staging(), WriteFactors.folder(side), part);
    FactorsParquet.write(
        FileSystems.matchNewResource(file, false), block, block.ids().allInts(), parts);
    return file;
  }

  @Test
  void factorsAreCountedAndDigestedAsStaged(@TempDir Path parent) throws IOException {
    try (ModelFolder model =
        ModelFolder.stage(
            "output", parent.resolve("als_model").toString(), PipelineOptionsFactory.create())) {
      FactorsDigest digest = new FactorsDigest();
      digest.add(
          Side.USER,
          List.of(
              write(model, Side.USER, 0, 2, new FactorBlock(Ids.of(1, 5), 1, new float[] {1, 2})),
              write(model, Side.USER, 2, 2, new FactorBlock(Ids.of(3), 1, new float[] {4}))),
          1);
      RunException none = assertThrows(RunException.class, () -> model.summarizeFactors(1));
      assertTrue(String.valueOf(none.getMessage()).contains("what the workers wrote is not there"));
      digest.add(
          Side.ITEM,
          List.of(write(model, Side.ITEM, 1, 1, new FactorBlock(Ids.of("x"), 1, new float[] {3}))),
          1);
      assertEquals(new FactorsSummary(3, 1, true, false, digest.hex()), model.summarizeFactors(1));
    }
  }

  @Test
  void figuresComeBackAndThoseThatAreNotNumbersAreNull() {
    Map<String, Number> figures = new LinkedHashMap<>();
    figures.put("rmse", 0.25);
    figures.put("r2", Double.NaN);
    figures.put("count", 5_000_000_000L);
    ModelMetrics metrics =
        ModelMetrics.create().with("training", figures).with("test", Map.of("mae", 1e-9));
    String json = metrics.toJson();
    assertTrue(json.contains("\"r2\" : null"), json);
    assertEquals(metrics, ModelMetrics.parse("metrics", Json.parse("metrics", json)));
    assertEquals("{ }", ModelMetrics.create().toJson());
    RunException text =
        assertThrows(
            RunException.class,
            () -> ModelMetrics.parse("m", Json.parse("m", "{\"test\": {\"rmse\": \"low\"}}")));
    assertEquals("m: rmse is \"low\"; expected a number", text.getMessage());
  }
}
