package dev.beamals.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import org.apache.beam.sdk.io.FileSystems;

/**
 * The {@code metadata/} that makes a model folder one that Spark MLlib 3.5 loads with {@code
 * ALSModel.load}.
 *
 * <p>MLlib's ids are ints: a model with other ids gets none, so that MLlib refuses it rather than
 * reads it wrong. The format is that of Spark's {@code DefaultParamsWriter}: one line of JSON in a
 * text file, and an empty file {@code _SUCCESS}.
 */
public final class MllibMetadata {
  static final String MODEL_CLASS = "org.apache.spark.ml.recommendation.ALSModel";

  /** The version whose format this is; MLlib reads what an older one wrote. */
  private static final String SPARK_VERSION = "3.5.9";

  private MllibMetadata() {}

  /**
   * Writes {@code metadata/}, if all ids are ints. {@code ALSModel.transform} will take users and
   * items from the columns that the model was trained with.
   *
   * @param folder of the model, with its last slash
   * @param manifest with its parameters, and its factors counted
   */
  public static void write(String folder, Manifest manifest) throws IOException {
    ObjectNode json = manifest.json();
    if (!json.path("userIds").asText().equals("int")
        || !json.path("itemIds").asText().equals("int")) {
      return;
    }
    JsonNode parameters = json.path("parameters");
    boolean named = parameters.path("header").asBoolean(true);
    ObjectNode metadata = JsonNodeFactory.instance.objectNode();
    metadata.put("class", MODEL_CLASS);
    metadata.put("timestamp", System.currentTimeMillis());
    metadata.put("sparkVersion", SPARK_VERSION);
    metadata.put("uid", "als_" + manifest.factorsDigest().substring(0, 12));
    metadata
        .putObject("paramMap")
        .put("userCol", named ? parameters.path("userCol").asText() : "user")
        .put("itemCol", named ? parameters.path("itemCol").asText() : "item")
        .put("predictionCol", "prediction")
        .put("coldStartStrategy", "nan")
        .put("blockSize", 4096);
    metadata
        .putObject("defaultParamMap")
        .put("userCol", "user")
        .put("itemCol", "item")
        .put("predictionCol", "prediction")
        .put("coldStartStrategy", "nan")
        .put("blockSize", 4096);
    metadata.put("rank", parameters.path("rank").asInt());
    create(folder + "metadata/part-00000", metadata + "\n");
    create(folder + "metadata/_SUCCESS", "");
  }

  private static void create(String file, String text) throws IOException {
    try (OutputStream out =
        Channels.newOutputStream(
            FileSystems.create(FileSystems.matchNewResource(file, false), "text/plain"))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }
}
