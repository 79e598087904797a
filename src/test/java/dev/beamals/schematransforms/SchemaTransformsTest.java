package dev.beamals.schematransforms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.transforms.SchemaTransform;
import org.apache.beam.sdk.schemas.transforms.SchemaTransformProvider;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Train, recommend and predict as callers with rows and names alone see them. */
final class SchemaTransformsTest {
  private static final Schema PLAYS =
      Schema.builder()
          .addInt64Field("listener")
          .addNullableField("track", Schema.FieldType.STRING)
          .addInt32Field("plays")
          .build();
  private static final Schema LISTENERS = Schema.builder().addInt64Field("listener").build();

  @TempDir Path folder;

  private static Map<String, SchemaTransformProvider> providers() {
    Map<String, SchemaTransformProvider> providers = new TreeMap<>();
    for (SchemaTransformProvider provider : ServiceLoader.load(SchemaTransformProvider.class)) {
      providers.put(provider.identifier(), provider);
    }
    return providers;
  }

  /** Makes a transform as another language does: by its identifier and the names of its fields. */
  private static SchemaTransform transform(String name, Map<String, Object> fields) {
    SchemaTransformProvider provider =
        providers().get("beam:schematransform:dev.beamals:" + name + ":v1");
    if (provider == null) {
      throw new AssertionError(name + " is not found by the service loader");
    }
    Row.FieldValueBuilder configuration = null;
    Row.Builder builder = Row.withSchema(provider.configurationSchema());
    for (Map.Entry<String, Object> field : fields.entrySet()) {
      configuration =
          configuration == null
              ? builder.withFieldValue(field.getKey(), field.getValue())
              : configuration.withFieldValue(field.getKey(), field.getValue());
    }
    return provider.from(configuration == null ? builder.build() : configuration.build());
  }

  private static List<Row> plays() {
    Random random = new Random(1);
    List<Row> rows = new ArrayList<>();
    for (long listener = 1; listener <= 12; listener++) {
      for (int track = 0; track < 10; track++) {
        if (random.nextInt(3) > 0) {
          rows.add(row(listener, "t" + track, random.nextInt(5)));
        }
      }
    }
    return rows;
  }

  private static Row row(long listener, String track, int plays) {
    return Row.withSchema(PLAYS).addValues(listener, track, plays).build();
  }

  private static PCollection<Row> create(Pipeline pipeline, String name, List<Row> rows) {
    return pipeline.apply(name, Create.of(rows).withRowSchema(rows.get(0).getSchema()));
  }

  /** Trains and saves a model. */
  private String train() {
    Pipeline pipeline = Pipeline.create();
    List<Row> rows = plays();
    rows.add(Row.withSchema(PLAYS).addValues(1L, null, 1).build());
    PCollectionRowTuple output =
        PCollectionRowTuple.of("input", create(pipeline, "Plays", rows))
            .apply(
                transform(
                    "train",
                    Map.of(
                        "user_col",
                        "listener",
                        "item_col",
                        "track",
                        "rating_col",
                        "plays",
                        "rank",
                        3,
                        "max_iter",
                        2,
                        "reg_param",
                        0.05,
                        "output",
                        folder.resolve("model").toString())));
    PAssert.that(output.get("userFactors"))
        .satisfies(
            factors -> {
              List<String> ids = new ArrayList<>();
              for (Row row : factors) {
                ids.add(row.getString("id"));
                assertEquals(3, row.getArray("features").size());
              }
              assertEquals(12, ids.size());
              assertTrue(ids.contains("12"));
              return null;
            });
    PAssert.that(output.get("itemFactors"))
        .satisfies(
            factors -> {
              int count = 0;
              for (Row row : factors) {
                assertTrue(String.valueOf(row.getString("id")).startsWith("t"));
                count++;
              }
              assertEquals(10, count);
              return null;
            });
    PAssert.that(output.get("rejects"))
        .satisfies(
            rejects -> {
              Row only = rejects.iterator().next();
              assertEquals("its item is empty", only.getString("reason"));
              return null;
            });
    pipeline.run().waitUntilFinish();
    return folder.resolve("model").toString();
  }

  @Test
  void aModelIsTrainedSavedAndUsedByNamesAlone() {
    String model = train();
    Pipeline pipeline = Pipeline.create();
    PCollection<Row> plays = create(pipeline, "Plays", plays());
    PCollection<Row> listeners =
        create(pipeline, "Listeners", List.of(Row.withSchema(LISTENERS).addValue(3L).build()));
    Map<String, Object> names =
        Map.of("model", model, "user_col", "listener", "item_col", "track", "top_k", 2);

    PCollection<Row> all =
        PCollectionRowTuple.empty(pipeline)
            .apply("All", transform("recommend", Map.of("model", model)))
            .get("output");
    PAssert.that(all)
        .satisfies(
            rows -> {
              int count = 0;
              for (Row row : rows) {
                assertTrue(row.getInt32("rank") <= 10);
                count++;
              }
              assertEquals(120, count);
              return null;
            });

    PCollection<Row> unseen =
        PCollectionRowTuple.of("input", listeners)
            .and("seen", plays)
            .apply("Unseen", transform("recommend", names))
            .get("output");
    assertEquals(List.of("user", "rank", "item", "score"), unseen.getSchema().getFieldNames());
    List<String> seen = new ArrayList<>();
    for (Row row : plays()) {
      if (row.getInt64("listener") == 3) {
        seen.add(row.getString("track"));
      }
    }
    PAssert.that(unseen)
        .satisfies(
            rows -> {
              int count = 0;
              for (Row row : rows) {
                assertEquals("3", row.getString("user"));
                assertFalse(seen.contains(row.getString("item")));
                count++;
              }
              assertEquals(Math.min(2, 10 - seen.size()), count);
              return null;
            });

    PCollection<Row> predictions =
        PCollectionRowTuple.of("input", plays)
            .apply(
                "Predict",
                transform(
                    "predict", Map.of("model", model, "user_col", "listener", "item_col", "track")))
            .get("output");
    int expected = plays().size();
    PAssert.that(predictions)
        .satisfies(
            rows -> {
              int count = 0;
              for (Row row : rows) {
                assertTrue(Float.isFinite(row.getFloat("prediction")));
                count++;
              }
              assertEquals(expected, count);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void everyFieldIsDescribed() {
    for (SchemaTransformProvider provider : providers().values()) {
      if (!provider.identifier().contains("dev.beamals")) {
        continue;
      }
      assertFalse(provider.description().isEmpty());
      for (Schema.Field field : provider.configurationSchema().getFields()) {
        assertFalse(field.getDescription().isEmpty(), provider.identifier() + " " + field);
      }
    }
  }

  @Test
  void aValueOutOfRangeIsNamed() {
    Pipeline pipeline = Pipeline.create();
    PCollectionRowTuple input = PCollectionRowTuple.of("input", create(pipeline, "Plays", plays()));
    SchemaTransform train =
        transform(
            "train",
            Map.of("user_col", "listener", "item_col", "track", "rating_col", "plays", "rank", 0));
    IllegalArgumentException failure =
        assertThrows(IllegalArgumentException.class, () -> input.apply(train));
    assertEquals("rank=0: expected 1 to 512", failure.getMessage());
  }
}
