package dev.beamals.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.beamals.RunException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The {@code metadata/} that makes a model folder one that Spark MLlib 3.5 loads with {@code
 * ALSModel.load}, and what it says of a model that MLlib saved.
 *
 * <p>MLlib's ids are ints: a model with other ids gets none, so that MLlib refuses it rather than
 * reads it wrong. The format is that of Spark's {@code DefaultParamsWriter}: one line of JSON in a
 * text file, and an empty file {@code _SUCCESS}.
 */
record MllibMetadata(int rank, ModelParameters parameters) {
  private static final String MODEL_CLASS = "org.apache.spark.ml.recommendation.ALSModel";

  /** The version whose format this is; MLlib reads what an older one wrote. */
  private static final String SPARK_VERSION = "3.5.9";

  /**
   * @param place the folder and a colon, for messages
   * @throws RunException if it is not that of a model of ALS
   */
  static MllibMetadata parse(String place, JsonNode json) {
    String type = json.path("class").asText();
    if (!type.equals(MODEL_CLASS)) {
      throw new RunException(
          String.format(
              "%smetadata/ is that of %s; expected %s",
              place, type.isEmpty() ? "nothing known" : type, MODEL_CLASS));
    }
    return new MllibMetadata(
        Manifest.checkRank(place + "metadata/part-00000", json.path("rank")),
        Manifest.parameters(json.path("defaultParamMap"), json.path("paramMap")));
  }

  /**
   * The line for a model whose ids are all ints, or null. {@code ALSModel.transform} will take
   * users and items from the columns that the model was trained with.
   */
  static @Nullable String toJson(Manifest manifest) {
    FactorsSummary factors = manifest.factors();
    if (!factors.intUsers() || !factors.intItems()) {
      return null;
    }
    ModelParameters parameters = manifest.parameters();
    Boolean header = parameters.flag("header");
    boolean named = header == null || header;
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("class", MODEL_CLASS);
    metadata.put("timestamp", System.currentTimeMillis());
    metadata.put("sparkVersion", SPARK_VERSION);
    metadata.put("uid", "als_" + factors.digest().substring(0, 12));
    metadata.put(
        "paramMap",
        columns(
            named ? parameters.text("userCol") : null, named ? parameters.text("itemCol") : null));
    metadata.put("defaultParamMap", columns(null, null));
    metadata.put("rank", manifest.columns());
    return Json.toLine(metadata) + "\n";
  }

  private static Map<String, Object> columns(@Nullable String userCol, @Nullable String itemCol) {
    Map<String, Object> columns = new LinkedHashMap<>();
    columns.put("userCol", userCol == null ? "user" : userCol);
    columns.put("itemCol", itemCol == null ? "item" : itemCol);
    columns.put("predictionCol", "prediction");
    columns.put("coldStartStrategy", "nan");
    columns.put("blockSize", 4096);
    return columns;
  }
}
