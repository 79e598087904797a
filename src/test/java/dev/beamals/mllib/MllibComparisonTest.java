package dev.beamals.mllib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.beamals.pipelines.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ours beside Spark MLlib's, on the same file with the same parameters. */
final class MllibComparisonTest {
  @TempDir Path folder;

  @AfterEach
  void stopSession() {
    MllibAls.stopSession();
  }

  @Test
  void trainingErrorIsThatOfMllibAndSparkReadsTheFactors() throws IOException {
    String input = Path.of("data/sample/interactions.csv").toAbsolutePath().toString();
    Path model = folder.resolve("model");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    int exit =
        Main.run(List.of("train", "--input=" + input, "--output=" + model, "--rank=5"), out, out);
    assertEquals(0, exit, bytes.toString(StandardCharsets.UTF_8));
    double ours =
        new ObjectMapper()
            .readTree(model.resolve("metrics.json").toFile())
            .path("training")
            .path("rmse")
            .asDouble();

    MllibNotebook.Result theirs =
        MllibNotebook.run(
            MllibNotebook.Settings.parse(
                "--input=" + input,
                "--output=" + folder.resolve("mllib"),
                "--rank=5",
                "--maxIter=10",
                "--regParam=0.1",
                "--seed=1"));
    assertEquals(28_290, theirs.train().count());
    assertEquals(theirs.train().rmse(), ours, 0.01 * theirs.train().rmse());

    List<Row> rows =
        MllibSession.local("local[2]")
            .read()
            .parquet(model.resolve("userFactors").toString())
            .orderBy("id")
            .collectAsList();
    assertEquals(300, rows.size());
    for (Row row : rows) {
      assertTrue(row.<Integer>getAs("id") >= 0);
      assertEquals(5, row.getList(row.fieldIndex("features")).size());
    }
    assertTrue(Files.isDirectory(folder.resolve("mllib/userFactors")));
  }
}
