package dev.beamals.mllib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.beamals.model.ReadModel;
import dev.beamals.model.WriteModel;
import dev.beamals.pipelines.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models cross over: MLlib loads ours, and we use MLlib's. */
final class MllibModelTest {
  @TempDir Path folder;

  @AfterEach
  void stopSession() {
    MllibAls.stopSession();
  }

  @Test
  void mllibLoadsOursAndGivesOurPredictionsAndRecommendations() throws IOException {
    Path data = Path.of(System.getProperty("beamals.data", "")).resolve("ml-100k");
    if (!Files.isDirectory(data)) {
      System.err.println("SKIPPED: no real data at " + data + "; set -Dbeamals.data=FOLDER");
    }
    assumeTrue(Files.isDirectory(data), "no real data at " + data);
    List<String> lines = new ArrayList<>(List.of("user,item,rating"));
    for (String line : Files.readAllLines(data.resolve("u.data"))) {
      lines.add(String.join(",", Arrays.asList(line.split("\t")).subList(0, 3)));
    }
    Path input = Files.write(folder.resolve("ratings.csv"), lines);
    Path model = folder.resolve("model");
    run(
        0,
        "train",
        "--input=" + input,
        "--output=" + model,
        "--userCol=user",
        "--itemCol=item",
        "--ratingCol=rating");
    run(
        0,
        "predict",
        "--model=" + model,
        "--input=" + input,
        "--output=" + folder.resolve("predictions"));
    run(0, "recommend", "--model=" + model, "--output=" + folder.resolve("top"));
    run(
        0,
        "recommend",
        "--model=" + model,
        "--for=items",
        "--output=" + folder.resolve("topUsers"));

    SparkSession spark = MllibSession.local("local[2]");
    ALSModel loaded = ALSModel.load(model.toString());
    assertEquals(10, loaded.rank());
    assertEquals(943, loaded.userFactors().count());
    Dataset<Row> pairs =
        spark.read().option("header", "true").option("inferSchema", "true").csv(input.toString());
    Map<String, Float> predictions = new HashMap<>();
    for (Row row : loaded.transform(pairs).collectAsList()) {
      predictions.put(row.getInt(0) + "," + row.getInt(1), row.<Float>getAs("prediction"));
    }
    List<String> ours = table(folder.resolve("predictions"));
    assertEquals(100_000, ours.size());
    for (String line : ours) {
      String[] row = line.split(",");
      float theirs = predictions.getOrDefault(row[0] + "," + row[1], Float.NaN);
      assertEquals(theirs, Float.parseFloat(row[row.length - 1]), 2e-5f);
    }
    assertSameTopK(loaded.recommendForAllUsers(10), folder.resolve("top"), 943);
    assertSameTopK(loaded.recommendForAllItems(10), folder.resolve("topUsers"), 1682);
    Dataset<Row> some = pairs.select("user").where("user < 20").distinct();
    assertSameTopK(loaded.recommendForUserSubset(some, 10), folder.resolve("top"), 19);
  }

  @Test
  void weUseWhatMllibSaved() throws IOException {
    SparkSession spark = MllibSession.localWithCheckpoints("local[2]");
    String sample = Path.of("data/sample/interactions.csv").toAbsolutePath().toString();
    Dataset<Row> ratings =
        spark
            .read()
            .option("header", "true")
            .option("inferSchema", "true")
            .csv(sample)
            .select("user_id", "video_id", "watch_ratio")
            .na()
            .drop();
    ALSModel trained =
        new ALS()
            .setUserCol("user_id")
            .setItemCol("video_id")
            .setRatingCol("watch_ratio")
            .setRank(7)
            .setMaxIter(2)
            .setSeed(1)
            .fit(ratings);
    Path model = folder.resolve("mllib");
    trained.write().save(model.toString());
    // MLlib's rows are in no order that it promises: here the opposite of ours.
    trained
        .itemFactors()
        .orderBy(functions.col("id").desc())
        .coalesce(1)
        .write()
        .mode("overwrite")
        .parquet(model.resolve("itemFactors").toString());
    List<Row> topUsers = trained.recommendForAllUsers(10).collectAsList();
    double prediction =
        trained
            .transform(ratings.where("user_id = 7162 and video_id = 6523").limit(1))
            .first()
            .<Float>getAs("prediction");
    MllibAls.stopSession();

    String shown = run(0, "show", "--model=" + model);
    assertTrue(shown.contains("300 users × 600 items, rank 7"), shown);
    assertTrue(shown.contains("saved by Spark MLlib"), shown);
    run(0, "recommend", "--model=" + model, "--output=" + folder.resolve("top"));
    assertSameTopK(topUsers, folder.resolve("top"), 300);
    String table = run(0, "predict", "--model=" + model, "--user=7162", "--item=6523");
    assertEquals(
        prediction,
        Double.parseDouble(table.split("\n")[3].replace(" ", "").split("\\|")[3]),
        1e-5);

    Path folded = folder.resolve("folded");
    String fails =
        run(
            1,
            "fold-in",
            "--model=" + model,
            "--input=" + sample,
            "--output=" + folded,
            "--ratingCol=watch_ratio");
    assertTrue(fails.contains("does not tell its regParam; expected --regParam="), fails);
    run(
        0,
        "fold-in",
        "--model=" + model,
        "--input=" + sample,
        "--output=" + folded,
        "--ratingCol=watch_ratio",
        "--regParam=0.1");
    assertTrue(run(0, "show", "--model=" + folded).contains("300 users × 600 items, rank 7"));
    assertTrue(
        run(0, "recommend", "--model=" + folded, "--user=7162", "--runner=SparkRunner")
            .contains("7162"));
  }

  @Test
  void mllibLoadsWhatAPipelineSaved() {
    String model = folder.resolve("model").toString();
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply("Read", ReadModel.from("src/test/resources/models/ints"))
        .apply("Save", WriteModel.to(model));
    pipeline.run().waitUntilFinish();
    SparkSession spark = MllibSession.local("local[2]");
    ALSModel loaded = ALSModel.load(model);
    assertEquals(2, loaded.rank());
    assertEquals("user", loaded.getUserCol());
    assertEquals(6, loaded.userFactors().count());
    assertEquals(5, loaded.itemFactors().count());
    Row prediction =
        loaded.transform(spark.sql("select 1 as user, 10 as item")).collectAsList().get(0);
    assertTrue(Float.isFinite(prediction.<Float>getAs("prediction")), prediction.toString());
  }

  @Test
  void mllibRefusesStringIds() throws IOException {
    Path input =
        Files.write(
            folder.resolve("strings.csv"),
            List.of("user_id,video_id,watch_ratio", "a,1,1", "b,1,2", "a,2,3"));
    Path model = folder.resolve("model");
    run(0, "train", "--input=" + input, "--output=" + model, "--rank=1", "--maxIter=1");
    assertFalse(Files.exists(model.resolve("metadata")));
    MllibSession.local("local[2]");
    Exception refused = assertThrows(Exception.class, () -> ALSModel.load(model.toString()));
    assertTrue(String.valueOf(refused.getMessage()).contains("metadata"), refused.toString());
  }

  private static void assertSameTopK(Dataset<Row> theirs, Path ours, int rows) throws IOException {
    assertSameTopK(theirs.collectAsList(), ours, rows);
  }

  /** Equal ids where scores differ by more than rounding, and equal scores at every rank. */
  private static void assertSameTopK(List<Row> theirs, Path ours, int rows) throws IOException {
    Map<String, List<String[]>> bySrc = new HashMap<>();
    for (String line : table(ours)) {
      String[] row = line.split(",");
      bySrc.computeIfAbsent(row[0], x -> new ArrayList<>()).add(row);
    }
    assertEquals(rows, theirs.size());
    for (Row row : theirs) {
      List<Row> expected = row.getList(1);
      List<String[]> found =
          bySrc.getOrDefault(Integer.toString(row.getInt(0)), List.<String[]>of());
      assertEquals(expected.size(), found.size());
      for (int i = 0; i < expected.size(); i++) {
        float score = expected.get(i).getFloat(1);
        assertEquals(score, Float.parseFloat(found.get(i)[3]), 2e-5f);
        boolean alone =
            (i == 0 || expected.get(i - 1).getFloat(1) - score > 4e-5f)
                && i + 1 < expected.size()
                && score - expected.get(i + 1).getFloat(1) > 4e-5f;
        if (alone) {
          assertEquals(Integer.toString(expected.get(i).getInt(0)), found.get(i)[2]);
        }
      }
    }
  }

  private static List<String> table(Path output) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(output)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".csv")).toList()) {
        lines.addAll(Files.readAllLines(file).stream().skip(1).toList());
      }
    }
    return lines;
  }

  private static String run(int exitCode, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int actual =
        Main.run(
            Arrays.asList(args),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    String printed = out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
    assertEquals(exitCode, actual, printed);
    return printed;
  }
}
