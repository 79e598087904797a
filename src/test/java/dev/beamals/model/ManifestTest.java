package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.evaluation.RatingMetrics;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManifestTest {
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
    ModelFolder model =
        ModelFolder.stage(
            "--output", parent.resolve("als_model").toString(), PipelineOptionsFactory.create());
    FactorsDigest digest = new FactorsDigest();
    digest.add(
        Side.USER,
        List.of(
            write(model, Side.USER, 0, 2, new FactorBlock(Ids.of(1, 5), 1, new float[] {1, 2})),
            write(model, Side.USER, 2, 2, new FactorBlock(Ids.of(3), 1, new float[] {4}))),
        1);
    digest.add(
        Side.ITEM,
        List.of(write(model, Side.ITEM, 1, 1, new FactorBlock(Ids.of("x"), 1, new float[] {3}))),
        1);
    Manifest manifest = new Manifest().withFactors(model, 1);
    assertEquals(3, manifest.users());
    assertEquals(1, manifest.items());
    assertTrue(manifest.complete());
    String hex = digest.hex();
    assertEquals(hex, manifest.factorsDigest());
    ObjectNode json = manifest.json();
    assertEquals("beam-als model", json.path("format").asText());
    assertEquals(1, json.path("formatVersion").asInt());
    assertEquals(3, json.path("users").asInt());
    assertEquals(1, json.path("items").asInt());
    assertEquals("int", json.path("userIds").asText());
    assertEquals("string", json.path("itemIds").asText());
    assertEquals(hex, json.path("factorsDigest").asText());
  }

  @Test
  void manifestMakesAFolderAModel(@TempDir Path parent) {
    String output = parent.resolve("als_model").toString();
    ModelFolder.stage("--output", output, PipelineOptionsFactory.create())
        .replace(Manifest.metrics(RatingMetrics.zero(), false), new Manifest().json());
    ModelFolder.stage("--output", output, PipelineOptionsFactory.create()).discard();
  }

  @Test
  void figuresThatAreNotNumbersAreNull() {
    JsonNode none = Manifest.metrics(RatingMetrics.zero(), false);
    for (String name : List.of("mae", "rmse", "r2", "coverage")) {
      assertTrue(none.path(name).isNull(), name);
    }
    assertEquals(0, none.path("count").asInt(-1));
  }

  @Test
  void parametersAndDurationsStandUnderTheirNames() {
    JsonNode json =
        new Manifest()
            .withParameters(Map.of("rank", 10, "regParam", 0.1))
            .withDurations(Map.of("training", 1.23456))
            .json();
    assertEquals("10", json.path("parameters").path("rank").asText());
    assertEquals("0.1", json.path("parameters").path("regParam").asText());
    assertEquals(1.235, json.path("seconds").path("training").asDouble());
  }
}
