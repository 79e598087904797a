package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tuning as a user does it. */
final class TuneTest {
  private static final List<String> SPLIT =
      List.of("--testFraction=0.2", "--validationFraction=0.2");

  @TempDir static Path shared;
  @TempDir Path folder;

  /** Ratings with two planted factors and noise: neither much nor little regularization is best. */
  @BeforeAll
  static void writeRatings() throws IOException {
    Random random = new Random(8);
    List<String> rows = new ArrayList<>(List.of("user,item,rating"));
    double[][] x = new double[60][2];
    double[][] y = new double[40][2];
    for (double[][] side : List.of(x, y)) {
      for (double[] row : side) {
        row[0] = 1 + random.nextGaussian();
        row[1] = random.nextGaussian();
      }
    }
    for (int u = 0; u < 60; u++) {
      for (int i = 0; i < 40; i++) {
        if (random.nextInt(3) == 0) {
          double rating = x[u][0] * y[i][0] + x[u][1] * y[i][1] + 0.5 * random.nextGaussian();
          rows.add(u + "," + i + "," + (float) rating);
        }
      }
    }
    Files.write(shared.resolve("ratings.csv"), rows);
  }

  private static String run(int exitCode, List<String> args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    int actual = Main.run(args, print, print);
    String printed = out.toString(StandardCharsets.UTF_8);
    assertEquals(exitCode, actual, printed);
    return printed;
  }

  private List<String> args(String command, String output, String... flags) {
    List<String> args =
        new ArrayList<>(
            List.of(
                command,
                "--input=" + shared.resolve("ratings.csv"),
                "--output=" + folder.resolve(output),
                "--userCol=user",
                "--itemCol=item",
                "--ratingCol=rating",
                "--maxIter=3"));
    args.addAll(List.of(flags));
    return args;
  }

  private List<String> args(String command, String output, List<String> more, String... flags) {
    List<String> args = args(command, output, flags);
    args.addAll(more);
    return args;
  }

  private JsonNode json(String output, String file) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(output).resolve(file).toFile());
  }

  private List<String> left() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).filter(f -> f.startsWith(".")).toList();
    }
  }

  @Test
  void asJsonTheResultIsOneObjectAndTheTableGoesToTheErrorStream() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        Main.run(
            args("tune", "tuned", SPLIT, "--rank=1,2", "--format=json"),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    String told = err.toString(StandardCharsets.UTF_8);
    assertEquals(0, exitCode, told);
    JsonNode result =
        new ObjectMapper()
            .readerFor(JsonNode.class)
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .readValue(out.toByteArray());
    assertEquals(json("tuned", "trials.json"), result.path("trials"));
    assertEquals(json("tuned", "manifest.json"), result.path("manifest"));
    assertEquals(json("tuned", "metrics.json"), result.path("metrics"));
    assertTrue(told.contains("trial  rank  iterations"), told);
    assertTrue(told.lines().anyMatch(line -> line.startsWith("    2     2")), told);
  }

  @Test
  void trialsAreThoseOfSingleRunsAndTheBestIsTrainedOnAllButTheTestRows() throws IOException {
    String printed = run(0, args("tune", "tuned", SPLIT, "--rank=1,2", "--regParam=0.02,0.2,2"));
    JsonNode trials = json("tuned", "trials.json").path("trials");
    assertEquals(6, trials.size());
    double least = Double.POSITIVE_INFINITY;
    int best = 0;
    for (JsonNode trial : trials) {
      JsonNode parameters = trial.path("parameters");
      run(
          0,
          args(
              "train",
              "single",
              SPLIT,
              "--rank=" + parameters.path("rank").asInt(),
              "--regParam=" + parameters.path("regParam").asDouble()));
      JsonNode validation = json("single", "metrics.json").path("validation");
      assertEquals(validation, trial.path("validation"), trial.toString());
      if (validation.path("rmse").asDouble() < least) {
        least = validation.path("rmse").asDouble();
        best = trial.path("trial").asInt();
      }
    }
    assertEquals(best, json("tuned", "trials.json").path("best").asInt());
    JsonNode parameters = trials.get(best - 1).path("parameters");
    assertTrue(
        printed.contains(
            String.format(
                "The best by rmse of the validation rows: trial %d, rank=%d regParam=%s",
                best, parameters.path("rank").asInt(), parameters.path("regParam").asText())),
        printed);
    assertEquals(7, Files.readAllLines(folder.resolve("tuned/trials.csv")).size());
    assertEquals(List.of(), left());

    // The same model as of the rows that are not held out to test, by another way.
    run(0, args("train", "split", SPLIT, "--writeSplit=" + folder.resolve("parts")));
    List<String> kept = args("train", "kept", "--rank=" + parameters.path("rank").asInt());
    kept.add("--regParam=" + parameters.path("regParam").asDouble());
    kept.set(
        1,
        "--input="
            + folder.resolve("parts/train-*.csv")
            + ","
            + folder.resolve("parts/validation-*.csv"));
    kept.add("--testInput=" + folder.resolve("parts/test-*.csv"));
    run(0, kept);
    assertEquals(
        json("kept", "manifest.json").path("factorsDigest"),
        json("tuned", "manifest.json").path("factorsDigest"));
    assertEquals(
        json("kept", "metrics.json").path("test"), json("tuned", "metrics.json").path("test"));
    assertTrue(json("tuned", "metrics.json").path("validation").isMissingNode());
  }

  @Test
  void trialsAreComparedByListsAsSingleRunsJudgeThem() throws IOException {
    List<String> flags = List.of("--implicitPrefs", "--testFraction=0.2", "--relevantFrom=1");
    run(0, args("tune", "tuned", flags, "--rank=2,4", "--metric=recall@7"));
    JsonNode tuned = json("tuned", "trials.json");
    assertEquals("recall@7", tuned.path("metric").asText());
    double[] recall = new double[2];
    for (JsonNode trial : tuned.path("trials")) {
      String rank = "--rank=" + trial.path("parameters").path("rank").asInt();
      run(0, args("train", "single", flags, "--validationFraction=0.2", "--topK=7", rank));
      JsonNode judged = json("single", "metrics.json").path("validationRanking");
      assertTrue(judged.path("users").asInt() > 20, judged.toString());
      for (String figure : List.of("users", "recall@7", "mrr@7", "mrr@7StandardError")) {
        assertEquals(judged.path(figure), trial.path("validation").path(figure), figure);
      }
      recall[trial.path("trial").asInt() - 1] = judged.path("recall@7").asDouble();
    }
    assertEquals(recall[1] > recall[0] ? 2 : 1, tuned.path("best").asInt());
    assertTrue(json("tuned", "metrics.json").path("testRanking").has("ndcg@10"));
  }

  @Test
  void theTableIsTheSameHoweverItIsComputed() throws IOException {
    List<List<String>> ways =
        List.of(
            List.of("--parallelTrials=1"),
            List.of("--parallelTrials=4", "--numUserBlocks=3", "--numItemBlocks=1"),
            List.of("--factorExchange=shuffle"),
            List.of("--runner=SparkRunner", "--sparkMaster=local[2]"));
    String expected = null;
    for (List<String> way : ways) {
      String output = "way-" + ways.indexOf(way);
      run(0, args("tune", output, way, "--rank=2", "--regParam=0,0.1,1", "--refit=false"));
      String table = Files.readString(folder.resolve(output).resolve("trials.csv"));
      assertTrue(Files.exists(folder.resolve(output).resolve("_SUCCESS")));
      expected = expected == null ? table : expected;
      assertEquals(expected, table, way.toString());
      assertEquals(List.of(), left());
    }
  }

  @Test
  void aTrialThatCannotBeTrainedIsARowWithItsReason() throws IOException {
    String printed =
        run(
            0,
            args(
                "tune",
                "tuned",
                "--rank=30",
                "--regParam=0,0.5",
                "--biases=true,false",
                "--nonnegative"));
    JsonNode trials = json("tuned", "trials.json").path("trials");
    assertTrue(trials.get(0).path("failure").asText().contains("nonnegative with biases"));
    assertTrue(trials.get(2).path("failure").asText().contains("nonnegative with biases"));
    int best = json("tuned", "trials.json").path("best").asInt();
    assertTrue(best == 2 || best == 4, printed);
    String csv = Files.readString(folder.resolve("tuned/trials.csv"));
    assertTrue(csv.contains("nonnegative with biases"), csv);

    printed = run(0, args("tune", "tuned", "--rank=30", "--regParam=0,0.5"));
    trials = json("tuned", "trials.json").path("trials");
    assertTrue(
        trials.get(0).path("failure").asText().contains("do not determine 30 factors"), printed);
    assertEquals(2, json("tuned", "trials.json").path("best").asInt());

    printed = run(1, args("tune", "tuned", "--rank=30,31", "--regParam=0"));
    assertTrue(printed.contains("no trial could be judged by --metric=rmse"), printed);
    assertEquals(2, json("tuned", "trials.json").path("best").asInt(), "the older model is whole");
  }

  /** Fails where a run is killed between the trials and the model. */
  private static final class Killed extends PrintStream {
    Killed() {
      super(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    }

    @Override
    public PrintStream printf(java.util.Locale locale, String format, Object... args) {
      if (format.startsWith("The best")) {
        throw new IllegalStateException("killed");
      }
      return this;
    }
  }

  @Test
  void whatIsThereOfARunThatWasKilledIsNotTrainedAgain() throws IOException {
    PrintStream nobody = new PrintStream(OutputStream.nullOutputStream());
    List<String> two = args("tune", "tuned", SPLIT, "--rank=2", "--regParam=0.02,0.2");
    assertEquals(1, Main.run(two, new Killed(), nobody));
    assertEquals(List.of(".tuned.trials"), left());
    assertFalse(Files.exists(folder.resolve("tuned")));

    String printed =
        run(0, args("tune", "tuned", SPLIT, "--rank=2", "--regParam=0.02,0.2,2", "--metric=mae"));
    assertTrue(printed.contains("2 of 3 trials are there"), printed);
    assertTrue(printed.contains("1 trial on"), printed);
    assertEquals(List.of(), left());

    run(0, args("tune", "fresh", SPLIT, "--rank=2", "--regParam=0.02,0.2,2", "--metric=mae"));
    assertEquals(json("fresh", "trials.json"), json("tuned", "trials.json"));
    assertEquals(
        json("fresh", "manifest.json").path("factorsDigest"),
        json("tuned", "manifest.json").path("factorsDigest"));

    // Other rows, other trials.
    assertEquals(1, Main.run(two, new Killed(), nobody));
    printed =
        run(0, args("tune", "tuned", "--testFraction=0.3", "--rank=2", "--regParam=0.02,0.2"));
    assertFalse(printed.contains("are there from a run"), printed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--regParam=0.1                          | several values of a parameter",
        "--regParam=0.1,0.2 --metric=ndgc@10     | --metric=ndgc@10: expected rmse",
        "--regParam=0.1,0.2 --metric=ndcg        | --metric=ndcg: expected rmse",
        "--regParam=0.1,-1                       | --regParam=-1.0: expected",
        "--regParam=0.1,x                        | --regParam=x: expected a number",
        "--rank=2.5,3                            | --rank=2.5: expected a whole number",
        "--rank=2,3 --parallelTrials=0           | --parallelTrials=0",
        "--rank=2,3 --testInput=x.csv            | --testInput and --initialModel",
        "--rank=2,3 --maxTrials=0                | --maxTrials=0",
        "--rank=2,3 --splitMode=time --testFrom=9| --validationFrom: missing",
      })
  void whatMakesNoSenseIsSaidBeforeAnythingIsRead(String flags, String message) {
    String printed = run(2, args("tune", "tuned", List.of(flags.trim().split(" +"))));
    assertTrue(printed.contains(message), printed);
  }
}
