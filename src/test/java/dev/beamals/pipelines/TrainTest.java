package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.beamals.linalg.NormalEquations;
import dev.beamals.pipelines.TrainOptions.FactorExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole command, as a user runs it. */
final class TrainTest {
  private static final String HEADER =
      "user_id,video_id,play_duration,video_duration,time,date,timestamp,watch_ratio";

  @TempDir static Path shared;
  @TempDir Path folder;
  private static List<String> sample = List.of();
  private static String expectedDigest = "";

  /** 3,000 rows of the sample and the digest of the factors they give. */
  @BeforeAll
  static void trainOnce() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("data/sample/interactions.csv"));
    assertEquals(HEADER, lines.get(0));
    sample = lines.subList(1, 3001);
    Path input = write(shared.resolve("sample.csv"), sample);
    Path model = shared.resolve("model");
    run(0, "--input=" + input, "--output=" + model, "--rank=4", "--maxIter=2");
    expectedDigest = manifest(model).path("factorsDigest").asText();
  }

  @Test
  void blocksAndThreadsDoNotChangeTheFactors() throws IOException {
    Path input = shared.resolve("sample.csv");
    assertEquals(expectedDigest, digest(input, "--numUserBlocks=1", "--numItemBlocks=1"));
    assertEquals(expectedDigest, digest(input, "--numUserBlocks=3", "--numItemBlocks=8"));
    assertEquals(expectedDigest, digest(input, "--numUserBlocks=8", "--targetParallelism=1"));
    assertNotEquals(expectedDigest, digest(input, "--seed=1"));
  }

  @Test
  void sparkGivesTheSameFactors() throws IOException {
    Path input = shared.resolve("sample.csv");
    assertEquals(
        expectedDigest,
        digest(input, "--runner=SparkRunner", "--sparkMaster=local[2]", "--testInput=" + input));
    JsonNode metrics = json(folder.resolve("model/metrics.json"));
    // The same rows twice: any mixing of the runner's outputs would show.
    assertEquals(metrics.path("training"), metrics.path("test"));
    assertEquals(
        json(shared.resolve("model/metrics.json")).path("training"), metrics.path("training"));
  }

  @Test
  void shuffledFactorsAreTheSame() throws IOException {
    Path input = shared.resolve("sample.csv");
    String[] flags = {"--testFraction=0.2", "--numUserBlocks=3", "--numItemBlocks=5"};
    String broadcast = digest(input, with(flags, "--factorExchange=broadcast"));
    JsonNode metrics = json(folder.resolve("model/metrics.json"));
    for (String runner : List.of("--runner=DirectRunner", "--runner=SparkRunner")) {
      assertEquals(broadcast, digest(input, with(flags, "--factorExchange=shuffle", runner)));
      assertEquals(metrics, json(folder.resolve("model/metrics.json")), runner);
      try (Stream<Path> files = Files.walk(folder)) {
        assertEquals(
            List.of(),
            files
                .filter(file -> file.getFileName().toString().matches("exchange|block-.*|[.].*"))
                .toList());
      }
    }
  }

  @Test
  void orderFilesAndCompressionDoNotChangeTheFactors() throws IOException {
    List<String> shuffled = new ArrayList<>(sample);
    Collections.shuffle(shuffled, new Random(1));
    assertEquals(expectedDigest, digest(write(folder.resolve("shuffled.csv"), shuffled)));

    for (int i = 0; i < 10; i++) {
      List<String> part = shuffled.subList(i * 300, (i + 1) * 300);
      Path file = write(folder.resolve("part-" + i + ".csv"), part);
      if (i % 2 == 0) {
        try (OutputStream out =
            new GZIPOutputStream(Files.newOutputStream(Path.of(file + ".gz")))) {
          Files.copy(file, out);
        }
        Files.delete(file);
      }
    }
    assertEquals(expectedDigest, digest(folder.resolve("part-*")));
  }

  @Test
  void stringIdsTrainToTheSameFigures() throws IOException {
    Path input =
        write(
            folder.resolve("strings.csv"),
            sample.stream()
                .map(row -> row.split(",", 3))
                .map(f -> "u" + f[0] + ",\"v,\"\"" + f[1] + "\"\"\"," + f[2])
                .toList());
    double[] rmse = new double[2];
    for (Path file : List.of(shared.resolve("sample.csv"), input)) {
      run(0, "--input=" + file, "--output=" + folder.resolve("model"), "--rank=1");
      rmse[0] = rmse[1];
      rmse[1] = json(folder.resolve("model/metrics.json")).path("training").path("rmse").asDouble();
    }
    // Other ids have other initial factors: but with one factor the same minimum.
    assertEquals(rmse[0], rmse[1], 1e-3 * rmse[0]);
    JsonNode manifest = manifest(folder.resolve("model"));
    assertEquals("string", manifest.path("userIds").asText());
    assertEquals("string", manifest.path("itemIds").asText());
    assertEquals(
        manifest(shared.resolve("model")).path("items").asInt(), manifest.path("items").asInt());
  }

  @Test
  void summaryHasTheCountsAndTheThreeFigures() throws IOException {
    List<String> rows = new ArrayList<>(sample);
    rows.set(0, "1,2,3");
    rows.set(1, "1,2,3,4,t,d,5,Infinity");
    rows.set(2, "1,2,3,4,t,d,-5,1");
    rows.set(3, "1,2,3,4,,,,1");
    rows.set(4, rows.get(5));
    Path input = write(folder.resolve("mixed.csv"), rows);
    String out = run(0, "--input=" + input, "--output=" + folder.resolve("model"), "--maxIter=1");

    Set<String> distinct = new HashSet<>();
    long missing = 0;
    long negative = 0;
    for (String row : rows) {
      List<String> fields = Arrays.asList(row.split(",", -1));
      if (fields.contains("")) {
        missing++;
      } else if (fields.size() == 8 && Double.parseDouble(fields.get(6)) < 0) {
        negative++;
      } else if (fields.size() == 8 && !fields.get(7).equals("Infinity")) {
        distinct.add(row);
      }
    }
    long duplicates = 3000 - 1 - 1 - missing - negative - distinct.size();
    assertTrue(missing > 1 && duplicates > 1, "the sample has both");
    JsonNode dropped = manifest(folder.resolve("model")).path("input").path("rowsDropped");
    assertEquals(1, dropped.path("rejected").asLong());
    assertEquals(1, dropped.path("notFinite").asLong());
    assertEquals(missing, dropped.path("missing").asLong());
    assertEquals(negative, dropped.path("negativeTimestamp").asLong());
    assertEquals(duplicates, dropped.path("duplicate").asLong());
    assertTrue(out.contains("3,000 rows read from " + input), out);
    assertTrue(out.contains(" 1 unreadable, see rejects/"), out);
    double rmse =
        json(folder.resolve("model/metrics.json")).path("training").path("rmse").asDouble();
    assertTrue(out.contains(String.format("RMSE = %.4f", rmse)), out);
    String rejects =
        Files.readString(folder.resolve("model/rejects/rejects-00000-000000000000.csv"));
    assertEquals(
        "file,line,reason,row\n" + input + ",2,3 fields instead of 8,\"1,2,3\"\n",
        rejects.replace("\r\n", "\n"));
  }

  @Test
  void heldOutRowsAreNotTrainedOnAndNothingIsLost() throws IOException {
    digest(shared.resolve("sample.csv"), "--testFraction=0.25");
    JsonNode split = json(folder.resolve("model/metrics.json"));
    long all = json(shared.resolve("model/metrics.json")).path("training").path("count").asLong();
    long training = split.path("training").path("count").asLong();
    JsonNode test = split.path("test");
    long cold =
        Math.round(test.path("count").asLong() * (1 / test.path("coverage").asDouble() - 1));
    assertEquals(all, training + test.path("count").asLong() + cold);
    assertEquals(0.75, (double) training / all, 0.03);
  }

  @Test
  void coldRowsAreDroppedOrMakeTheFiguresNaN() throws IOException {
    Path test = write(folder.resolve("test.csv"), List.of(sample.get(7), "nobody,1,1,1,t,d,1,0.5"));
    String dropped = train("--testInput=" + test);
    assertTrue(
        dropped.contains("On 1 test row (1 more is cold: coverage 50.00 %; no factors"), dropped);
    String nan = train("--testInput=" + test, "--coldStartStrategy=nan");
    assertTrue(nan.contains("RMSE = NaN"), nan);
    assertTrue(json(folder.resolve("model/metrics.json")).path("test").path("rmse").isNull());
  }

  @Test
  void figuresAreNumbersWhereNoRowIsCold() throws IOException {
    Path test = write(folder.resolve("test.csv"), sample.subList(0, 50));
    String printed = train("--testInput=" + test, "--coldStartStrategy=nan");
    assertFalse(printed.contains("NaN"), printed);
    JsonNode figures = json(folder.resolve("model/metrics.json")).path("test");
    for (String name : List.of("mae", "rmse", "r2")) {
      assertTrue(figures.path(name).isNumber(), name);
    }
  }

  @Test
  void aModelHoldsNothingButTheModel() throws IOException {
    train("--testFraction=0.2", "--factorExchange=shuffle");
    try (Stream<Path> entries = Files.list(folder.resolve("model"))) {
      assertEquals(
          Set.of(
              "userFactors",
              "itemFactors",
              "itemRatings",
              "metadata",
              "metrics.json",
              "manifest.json"),
          Set.copyOf(entries.map(path -> path.getFileName().toString()).toList()));
    }
    Path bad = write(folder.resolve("bad.csv"), List.of("1,2,3", sample.get(7), sample.get(8)));
    train("--testInput=" + bad);
    try (Stream<Path> entries = Files.list(folder.resolve("model"))) {
      assertTrue(entries.anyMatch(path -> path.endsWith("testRejects")));
    }
  }

  /** The memory that the factors of every half-step take together, and that of one alone. */
  @Test
  void factorsAreShuffledWhereTheyWouldNotFitIntoTheDriver() {
    assertEquals(1_000_000, Train.maxBroadcast(FactorExchange.auto, 45, 100_000_000));
    assertEquals(1_000_000_000, Train.maxBroadcast(FactorExchange.auto, 1, 100_000_000_000L));
    assertEquals(0, Train.maxBroadcast(FactorExchange.shuffle, 1, 100_000_000_000L));
    assertEquals(Long.MAX_VALUE, Train.maxBroadcast(FactorExchange.broadcast, 45, 1));
  }

  @Test
  void withoutAHeaderMllibFindsColumnsOfItsOwnNames() throws IOException {
    Path input =
        Files.writeString(
            folder.resolve("headless.csv"), String.join("\n", sample.subList(0, 100)) + "\n");
    String[] columns = {"--header=false", "--userCol=1", "--itemCol=2", "--ratingCol=8"};
    Path model = folder.resolve("model");
    run(0, with(columns, "--input=" + input, "--output=" + model, "--maxIter=1"));
    JsonNode mllib = json(model.resolve("metadata/part-00000")).path("paramMap");
    assertEquals("user", mllib.path("userCol").asText());
    assertEquals("item", mllib.path("itemCol").asText());
    assertEquals("1", manifest(model).path("parameters").path("userCol").asText());
    train();
    mllib = json(model.resolve("metadata/part-00000")).path("paramMap");
    assertEquals("user_id", mllib.path("userCol").asText());
    assertEquals("video_id", mllib.path("itemCol").asText());
  }

  @Test
  void aManifestTellsEveryFlagThatMatters() throws IOException {
    train("--seed=3", "--regParam=0.25", "--factorExchange=broadcast");
    JsonNode saved = manifest(folder.resolve("model")).path("parameters");
    Set<String> names = new TreeSet<>();
    saved.fieldNames().forEachRemaining(names::add);
    assertEquals(
        Set.of(
            "aggregate",
            "alpha",
            "biasRegParam",
            "biases",
            "center",
            "cgSteps",
            "coldStartStrategy",
            "comment",
            "decimal",
            "encoding",
            "escape",
            "multiLine",
            "quote",
            "skipLines",
            "thousands",
            "delimiter",
            "dropDuplicates",
            "dropMissing",
            "factorExchange",
            "header",
            "idType",
            "implicitPrefs",
            "initialModel",
            "itemCol",
            "itemRegParam",
            "maxIter",
            "maxRejects",
            "minItemRatings",
            "minUserRatings",
            "nonnegative",
            "nullValues",
            "numItemBlocks",
            "numUserBlocks",
            "rank",
            "ratingCol",
            "regParam",
            "regScaling",
            "relevantFrom",
            "runner",
            "seed",
            "solver",
            "splitMode",
            "splitCol",
            "testFraction",
            "testRows",
            "textIds",
            "testFrom",
            "validationFraction",
            "validationRows",
            "validationFrom",
            "timeZone",
            "timestampCol",
            "timestampFormat",
            "tolerance",
            "topK",
            "userCol",
            "userRegParam"),
        names);
    assertEquals(3, saved.path("seed").asInt());
    assertEquals(0.25, saved.path("regParam").asDouble());
    assertEquals("broadcast", saved.path("factorExchange").asText());
    assertEquals("DirectRunner", saved.path("runner").asText());
    assertTrue(saved.path("numUserBlocks").isNull());
  }

  @Test
  void failuresAreOneLineAndLeaveTheOlderModelWhole() throws IOException {
    Path older = folder.resolve("model");
    train();
    byte[] manifest = Files.readAllBytes(older.resolve("manifest.json"));
    Path empty = Files.writeString(folder.resolve("empty.csv"), "");
    Path header = write(folder.resolve("header.csv"), List.of());
    Path bad = write(folder.resolve("bad.csv"), Collections.nCopies(500, "1,2,3"));
    Path one = write(folder.resolve("one.csv"), List.of("1,2,3,4,t,d,5,1"));
    Path occupied = Files.createDirectory(folder.resolve("occupied"));
    Files.writeString(occupied.resolve("mine.txt"), "mine");

    String out = "--output=" + older;
    assertFails(1, "no such file", "--input=" + folder.resolve("none.csv"), out);
    assertFails(1, "the file is empty", "--input=" + empty, out);
    assertFails(1, "no rating is left of 0 rows", "--input=" + header, out);
    assertFails(
        1, "--itemCol=video: no such column in line 1", "--input=" + one, out, "--itemCol=video");
    assertFails(
        1,
        "500 of 500 rows cannot be read, expected at most --maxRejects=5; the first: "
            + bad
            + ":2: 3 fields instead of 8",
        "--input=" + bad,
        out);
    assertFails(
        1,
        "item 2: its 1 rating does not determine 10 factors",
        "--input=" + one,
        out,
        "--regParam=0");
    assertFails(
        1,
        "item 2: its 1 rating does not determine 10 factors",
        "--input=" + one,
        out,
        "--regParam=0",
        "--runner=SparkRunner");
    assertFails(1, "is not a beam-als model", "--input=" + one, "--output=" + occupied);
    assertFails(2, "--input: missing", out);
    assertFails(2, "--rank=0: expected 1 to 512", "--input=" + one, out, "--rank=0");
    assertFails(2, "--rank=5000: expected 1 to 512", "--input=" + one, out, "--rank=5000");
    assertFails(2, "--regParam=-1.0: expected", "--input=" + one, out, "--regParam=-1");
    assertFails(2, "--maxIter=1001: expected 1 to 1000", "--input=" + one, out, "--maxIter=1001");
    assertFails(
        2, "--maxRejects=-1: expected at least 0", "--input=" + one, out, "--maxRejects=-1");
    assertFails(2, "--regParam=NaN: expected", "--input=" + one, out, "--regParam=NaN");
    assertFails(2, "--testFraction=1.0: expected", "--input=" + one, out, "--testFraction=1");
    assertFails(2, "both are user_id", "--input=" + one, out, "--itemCol=user_id");
    assertFails(2, "--quote=ab: expected", "--input=" + one, out, "--quote=ab");

    assertTrue(Arrays.equals(manifest, Files.readAllBytes(older.resolve("manifest.json"))));
    try (Stream<Path> entries = Files.list(folder)) {
      assertEquals(
          Set.of("model", "empty.csv", "header.csv", "bad.csv", "one.csv", "occupied"),
          Set.copyOf(entries.map(path -> path.getFileName().toString()).toList()));
    }
  }

  @Test
  void movieLensIsAsGoodAsWithMllib() throws IOException {
    Path data = realData("ml-100k");
    double sum = 0;
    // The bits of vectors, which tests would take long for: nothing optimizes them there.
    System.setProperty(NormalEquations.KERNEL_PROPERTY, "scalar");
    try {
      for (int fold = 1; fold <= 5; fold++) {
        run(
            0,
            "--input=" + data.resolve("u" + fold + ".base"),
            "--testInput=" + data.resolve("u" + fold + ".test"),
            "--output=" + folder.resolve("model"),
            "--delimiter=tab",
            "--header=false",
            "--userCol=1",
            "--itemCol=2",
            "--ratingCol=3",
            "--timestampCol=4");
        JsonNode test = json(folder.resolve("model/metrics.json")).path("test");
        sum += test.path("rmse").asDouble();
        assertTrue(test.path("coverage").asDouble() > 0.995);
      }
    } finally {
      System.clearProperty(NormalEquations.KERNEL_PROPERTY);
    }
    // Spark MLlib 3.5.9, seed 1: 0.93845 0.92652 0.92461 0.93016 0.92709.
    assertEquals(0.92937, sum / 5, 0.005 * 0.92937);
  }

  @Test
  void kuaiRandIsCleanedAsAnIndependentCountSays() throws IOException {
    Path input = realData("kuairand").resolve("interactions.csv");
    run(0, "--input=" + input, "--output=" + folder.resolve("model"), "--maxIter=1", "--rank=2");

    Set<String> distinct = new HashSet<>();
    long rows = 0;
    long missing = 0;
    for (String line : Files.readAllLines(input).stream().skip(1).toList()) {
      rows++;
      if (Arrays.asList(line.split(",", -1)).contains("")) {
        missing++;
      } else {
        distinct.add(line);
      }
    }
    JsonNode counts = manifest(folder.resolve("model")).path("input");
    assertEquals(228_329, rows);
    assertEquals(rows, counts.path("rowsRead").asLong());
    assertEquals(3_568, counts.path("rowsDropped").path("missing").asLong());
    assertEquals(missing, counts.path("rowsDropped").path("missing").asLong());
    assertEquals(
        rows - missing - distinct.size(), counts.path("rowsDropped").path("duplicate").asLong());
    assertEquals(distinct.size(), counts.path("ratings").asLong());
  }

  private static Path realData(String name) {
    Path data = Path.of(System.getProperty("beamals.data", "")).resolve(name);
    if (!Files.isDirectory(data)) {
      System.err.println("SKIPPED: no real data at " + data + "; set -Dbeamals.data=FOLDER");
    }
    assumeTrue(Files.isDirectory(data), "no real data at " + data);
    return data;
  }

  private String digest(Path input, String... flags) throws IOException {
    Path model = folder.resolve("model");
    List<String> all =
        new ArrayList<>(
            List.of("--input=" + input, "--output=" + model, "--rank=4", "--maxIter=2"));
    all.addAll(Arrays.asList(flags));
    run(0, all.toArray(String[]::new));
    return manifest(model).path("factorsDigest").asText();
  }

  private static String[] with(String[] flags, String... more) {
    return Stream.concat(Arrays.stream(flags), Arrays.stream(more)).toArray(String[]::new);
  }

  private String train(String... flags) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--input=" + shared.resolve("sample.csv"),
                "--output=" + folder.resolve("model"),
                "--maxIter=1"));
    all.addAll(Arrays.asList(flags));
    return run(0, all.toArray(String[]::new));
  }

  private static void assertFails(int exitCode, String message, String... flags) {
    String[] lines = run(exitCode, flags).split("\n");
    String last = lines[lines.length - 1];
    assertTrue(last.startsWith("als: ") && last.contains(message), last);
    for (String line : lines) {
      assertTrue(!line.contains("Exception") && !line.startsWith("\tat "), line);
    }
  }

  /** Runs {@code als train} and returns all it printed. */
  private static String run(int exitCode, String... flags) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    List<String> args = new ArrayList<>(List.of("train"));
    args.addAll(Arrays.asList(flags));
    int actual = Main.run(args, out, out);
    String printed = bytes.toString(StandardCharsets.UTF_8);
    assertEquals(exitCode, actual, printed);
    return printed;
  }

  private static Path write(Path file, List<String> rows) throws IOException {
    return Files.writeString(file, HEADER + "\n" + String.join("\n", rows) + "\n");
  }

  private static JsonNode manifest(Path model) throws IOException {
    return json(model.resolve("manifest.json"));
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }
}
