package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every row of every command is accounted for: on the terminal and beside the output. Each row of
 * the input is written down with what is to become of it.
 */
final class CleaningTest {
  private static final String HEADER = "user_id,video_id,watch_ratio,timestamp";
  private static final String GOOD = "good";

  /** The rows that are not good, with the reason of commands that read ratings. */
  private static final String[][] BAD = {
    {"1,102,abc,5", "rejected"},
    {"1,102", "rejected"},
    {"1,,4,5", "missing"},
    {"NA,101,4,5", "missing"},
    {",,4,5", "missing"},
    {"2,103,1,-1", "negativeTimestamp"},
    {"2,104,inf,5", "notFinite"},
    {"2,104,1e99,5", "notFinite"},
    {"1,101,9,5", GOOD},
    {"1,101,9.0,5", "duplicate"},
    {"3,104,9,5", GOOD},
    {"\"3\",104,9,5", "duplicate"},
    {"3,104,9.00,5", "duplicate"},
    {"999,101,1,5", "coldUser"},
    {"998,102,1,5", "coldUser"},
    {"1,9999,1,5", "coldItem"},
    {"998,9998,1,5", "coldBoth"},
    {"998,9998,2,5", "coldBoth"},
    {"997,9998,2,5", "coldBoth"},
  };

  @TempDir static Path shared;
  @TempDir Path folder;
  private static Path base = Path.of("");
  private static Path bad = Path.of("");
  private static Path model = Path.of("");

  @BeforeAll
  static void trainOnce() throws IOException {
    List<String> rows = new ArrayList<>(List.of(HEADER));
    for (int user = 1; user <= 6; user++) {
      for (int item = 101; item <= 108; item++) {
        if ((user + item) % 3 != 0) {
          rows.add(user + "," + item + "," + item % user + ",7");
        }
      }
    }
    base = Files.write(shared.resolve("base.csv"), rows);
    List<String> lines = new ArrayList<>(List.of(HEADER));
    Arrays.stream(BAD).forEach(row -> lines.add(row[0]));
    bad = Files.write(shared.resolve("bad.csv"), lines);
    model = shared.resolve("model");
    run(0, "train", "--input=" + base, "--output=" + model, "--rank=2", "--maxIter=1");
  }

  private static String run(int exitCode, String... args) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      int actual = Main.run(new ArrayList<>(Arrays.asList(args)), out, out);
      assertEquals(exitCode, actual, bytes.toString(StandardCharsets.UTF_8));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Runs a command that uses the model. */
  private String use(String command, String... flags) {
    List<String> args = new ArrayList<>(List.of(command, "--model=" + model, "--maxRejects=9"));
    args.addAll(List.of(flags));
    return run(0, args.toArray(String[]::new));
  }

  /**
   * How many rows there are for each reason, as written down above; {@link #GOOD} for those that
   * are used.
   *
   * @param reasons which reasons a command knows; rows of others are good to it
   */
  private static Map<String, Long> expected(String... reasons) {
    Map<String, Long> counts = new TreeMap<>();
    for (String[] row : BAD) {
      counts.merge(List.of(reasons).contains(row[1]) ? row[1] : GOOD, 1L, Long::sum);
    }
    return counts;
  }

  private static Map<String, Long> with(Map<String, Long> counts, String reason, long rows) {
    Map<String, Long> more = new TreeMap<>(counts);
    more.merge(reason, rows, Long::sum);
    return more;
  }

  /** The counts of a line as {@code --input: 3 rows read, 1 unreadable, 2 used}. */
  private static Map<String, Long> printed(String flag, String printed) {
    Matcher line =
        Pattern.compile("(?m)^--" + flag + ": (\\d+) rows? read, (.*)$").matcher(printed);
    assertTrue(line.find(), printed);
    Map<String, Long> counts = new TreeMap<>();
    Map<String, String> names = new HashMap<>();
    for (Cleaning.Reason reason : Cleaning.Reason.values()) {
      names.put(reason.words(2, true), reason.name());
      names.put(reason.words(1, true), reason.name());
      names.put(reason.words(2, false), reason.name());
    }
    names.put("used", GOOD);
    long sum = 0;
    for (String part : line.group(2).split(", ")) {
      String[] words = part.split(" ", 2);
      long rows = Long.parseLong(words[0]);
      sum += rows;
      if (rows > 0) {
        counts.put(names.getOrDefault(words[1], words[1]), rows);
      }
    }
    assertEquals(Long.parseLong(line.group(1)), sum, printed);
    return counts;
  }

  /** The counts of a flag in {@code _counts.json}, or in a manifest. */
  private static Map<String, Long> saved(Path file, String flag) throws IOException {
    JsonNode json = new ObjectMapper().readTree(file.toFile()).path(flag);
    Map<String, Long> counts = new TreeMap<>();
    json.path("rowsDropped")
        .properties()
        .forEach(
            reason -> {
              if (reason.getValue().asLong() > 0) {
                counts.put(reason.getKey(), reason.getValue().asLong());
              }
            });
    if (json.path("ratings").asLong() > 0) {
      counts.put(GOOD, json.path("ratings").asLong());
    }
    assertEquals(
        json.path("rowsRead").asLong(), counts.values().stream().mapToLong(rows -> rows).sum());
    assertTrue(json.path("files").path(0).path("file").asText().endsWith(".csv"), json.toString());
    return counts;
  }

  @Test
  void ofPredictOnBothRunners() throws IOException {
    Map<String, Long> kept = expected("missing");
    kept = with(with(kept, "rejected", 1), GOOD, -1); // a pair needs no rating
    Map<String, Long> dropped = expected("missing", "coldUser", "coldItem", "coldBoth");
    dropped = with(with(dropped, "rejected", 1), GOOD, -1);
    for (String runner : List.of("DirectRunner", "SparkRunner")) {
      Path output = folder.resolve(runner);
      String printed =
          use(
              "predict",
              "--input=" + bad,
              "--output=" + output,
              "--coldStartStrategy=drop",
              "--runner=" + runner);
      assertEquals(dropped, printed("input", printed));
      assertEquals(dropped, saved(output.resolve("_counts.json"), "input"));
    }
    Path output = folder.resolve("nan");
    String printed = use("predict", "--input=" + bad, "--output=" + output);
    assertEquals(kept, printed("input", printed));
    assertEquals(kept, saved(output.resolve("_counts.json"), "input"));
    JsonNode cold =
        new ObjectMapper().readTree(output.resolve("_counts.json").toFile()).at("/input/cold");
    assertEquals("{\"coldUser\":2,\"coldItem\":1,\"coldBoth\":3}", cold.toString());
  }

  private static final String[] CLEANING = {
    "rejected", "missing", "negativeTimestamp", "notFinite", "duplicate"
  };

  private static String[] cleaningAnd(String... more) {
    List<String> reasons = new ArrayList<>(List.of(CLEANING));
    reasons.addAll(List.of(more));
    return reasons.toArray(String[]::new);
  }

  @Test
  void ofFoldIn() throws IOException {
    Path output = folder.resolve("folded");
    String printed = use("fold-in", "--input=" + bad, "--output=" + output);
    // New users are what it is for; rows of unknown items say nothing of them.
    Map<String, Long> counts = expected(cleaningAnd("coldItem", "coldBoth"));
    long both = counts.getOrDefault("coldBoth", 0L);
    counts.remove("coldBoth");
    counts = with(counts, "coldItem", both);
    assertEquals(counts, printed("input", printed));
    assertEquals(counts, saved(output.resolve("manifest.json"), "input"));
  }

  @Test
  void ofTrain() throws IOException {
    Path output = folder.resolve("trained");
    run(
        0,
        "train",
        "--input=" + bad,
        "--testInput=" + bad,
        "--output=" + output,
        "--rank=1",
        "--maxIter=1",
        "--maxRejects=9");
    for (String flag : List.of("input", "testInput")) {
      assertEquals(expected(CLEANING), saved(output.resolve("manifest.json"), flag));
    }
  }

  @Test
  void ofEvaluateAndCompareWithTheRowsOfTheTraining() throws IOException {
    Map<String, Long> judged = expected(cleaningAnd("coldUser", "coldItem", "coldBoth"));
    String evaluated = use("evaluate", "--input=" + bad, "--excludeSeen=" + bad);
    assertEquals(judged, printed("input", evaluated));
    assertEquals(expected(CLEANING), printed("excludeSeen", evaluated));
    assertTrue(
        evaluated.contains(
            "On 2 rows (6 more are cold: coverage 25.00 %; no factors for the user: 2, for the item:"
                + " 1, for both: 3)"),
        evaluated);
    Path other = folder.resolve("other");
    run(0, "train", "--input=" + base, "--output=" + other, "--rank=1", "--maxIter=1");
    String compared =
        run(
            0,
            "compare",
            "--models=" + model + "," + other,
            "--input=" + bad,
            "--excludeSeen=" + bad,
            "--maxRejects=9");
    assertEquals(expected(CLEANING), printed("input", compared));
    assertEquals(expected(CLEANING), printed("excludeSeen", compared));
    assertTrue(compared.contains("On the 2 of 8 rows that every model predicts"), compared);
  }

  @Test
  void ofExplainAndOfRecommendWithEverythingBesideIt() throws IOException {
    Path output = folder.resolve("explained");
    String explained =
        use("explain", "--input=" + bad, "--user=1", "--item=104", "--output=" + output);
    // User 1 has a good row, its duplicate, and one of an unknown item; those of others are theirs.
    Map<String, Long> counts = expected("rejected", "missing", "negativeTimestamp", "notFinite");
    counts = with(with(with(counts, "duplicate", 1), "coldItem", 1), GOOD, 1);
    long others = counts.getOrDefault(GOOD, 0L) - 1 - 1 - 1 - 1;
    counts.put(GOOD, 1L);
    counts.put("otherUser", others);
    assertEquals(counts, printed("input", explained));
    assertEquals(counts, saved(output.resolve("_counts.json"), "input"));

    Path top = folder.resolve("top");
    String recommended =
        use(
            "recommend",
            "--users=" + bad,
            "--candidates=" + bad,
            "--excludeSeen=" + bad,
            "--explain",
            "--input=" + base,
            "--topK=2",
            "--output=" + top);
    Map<String, Map<String, Long>> ofFlags = new TreeMap<>();
    for (String flag : List.of("users", "candidates", "excludeSeen", "input")) {
      ofFlags.put(flag, printed(flag, recommended));
      assertEquals(ofFlags.get(flag), saved(top.resolve("_counts.json"), flag));
    }
    Map<String, Long> pairs = with(with(expected("missing"), "rejected", 1), GOOD, -1);
    assertEquals(pairs, ofFlags.get("excludeSeen"));
    assertEquals(with(with(pairs, "missing", -1), GOOD, 1), ofFlags.get("users"));
    assertEquals(with(with(pairs, "missing", -1), GOOD, 1), ofFlags.get("candidates"));
    Map<String, Long> explaining = ofFlags.getOrDefault("input", Map.of());
    assertEquals(List.of(GOOD, "otherUser"), List.copyOf(explaining.keySet()));
  }

  @Test
  void ofTuneWithoutAModel() throws IOException {
    Path input = folder.resolve("both.csv");
    List<String> lines = new ArrayList<>(Files.readAllLines(base));
    Arrays.stream(BAD).forEach(row -> lines.add(row[0]));
    Files.write(input, lines);
    Path output = folder.resolve("tuned");
    String printed =
        run(
            0,
            "tune",
            "--input=" + input,
            "--output=" + output,
            "--refit=false",
            "--rank=1",
            "--maxIter=1",
            "--regParam=1,2",
            "--testFraction=0.25",
            "--topK=none",
            "--maxRejects=9");
    Map<String, Long> counts = printed("input", printed);
    assertEquals(counts, saved(output.resolve("_counts.json"), "input"));
    assertTrue(counts.getOrDefault("testRow", 0L) > 0, printed);
    long all = counts.values().stream().mapToLong(rows -> rows).sum();
    assertEquals(lines.size() - 1, all);
    for (String reason : List.of("rejected", "missing", "negativeTimestamp", "notFinite")) {
      assertEquals(expected(reason).get(reason), counts.get(reason));
    }
  }

  /** Pairs of which a user of ours found four lost; what becomes of each is found by a loop. */
  @Test
  void ofPairsThatWereLost() throws IOException {
    List<String> lines =
        List.of("user_id,video_id", "1,101", "1,", ",102", "2,103,9", "\"3,104", "2,102");
    Path input = Files.write(folder.resolve("60_pairs_drop.csv"), lines);
    Path output = folder.resolve("predicted");
    // In this JVM, threads of a pipeline that failed may still write: to a folder of their own.
    String failed =
        run(
            1,
            "predict",
            "--model=" + model,
            "--input=" + input,
            "--output=" + folder.resolve("failed"));
    assertTrue(failed.contains(input + ":6: a quote is open at the end of the line"), failed);
    assertTrue(failed.contains("--quote=''"), failed);
    Map<String, Long> expected = new TreeMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split(",", -1);
      boolean empty = Arrays.stream(fields).anyMatch(String::isEmpty);
      expected.merge(fields.length != 2 ? "rejected" : empty ? "missing" : GOOD, 1L, Long::sum);
    }
    String printed =
        run(0, "predict", "--model=" + model, "--input=" + input, "--output=" + output, "--quote=");
    assertEquals(expected, printed("input", printed));
    assertEquals(expected, saved(output.resolve("_counts.json"), "input"));
    assertTrue(printed.contains("--input: 6 rows read, "), printed);
    assertTrue(printed.contains("3 pairs, 1 cold ("), printed);
  }

  /** The same of rows to fold in. */
  @Test
  void ofNewRowsThatWereLost() throws IOException {
    List<String> lines =
        List.of(
            "user_id,video_id,watch_ratio",
            "601,101,5",
            "601,101,5",
            "602,102,NaN",
            "603,9999,4",
            "604,103,abc",
            "605,,4",
            "606,104,2");
    Path input = Files.write(folder.resolve("61_fold_drop.csv"), lines);
    Path output = folder.resolve("folded");
    Map<String, Long> expected = new TreeMap<>();
    Set<String> before = new HashSet<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split(",", -1);
      boolean number = fields[2].matches("[0-9.]+");
      expected.merge(
          fields[1].isEmpty() || fields[2].equals("NaN")
              ? "missing"
              : !number
                  ? "rejected"
                  : !before.add(line) ? "duplicate" : fields[1].equals("9999") ? "coldItem" : GOOD,
          1L,
          Long::sum);
    }
    String printed =
        run(0, "fold-in", "--model=" + model, "--input=" + input, "--output=" + output);
    assertEquals(expected, printed("input", printed));
    assertEquals(expected, saved(output.resolve("manifest.json"), "input"));
    assertTrue(printed.contains("--input: 7 rows read, "), printed);
  }

  @Test
  void putTogetherAndInfrequentRowsAreCounted() throws IOException {
    Path output = folder.resolve("few");
    List<String> lines = new ArrayList<>(Files.readAllLines(base));
    lines.addAll(List.of("1,101,5,7", "1,101,5,7", "77,101,1,7"));
    Path input = Files.write(folder.resolve("few.csv"), lines);
    run(
        0,
        "train",
        "--input=" + input,
        "--output=" + output,
        "--aggregate=sum",
        "--minUserRatings=2",
        "--rank=1",
        "--maxIter=1");
    long good = Files.readAllLines(base).size() - 1;
    boolean had = Files.readAllLines(base).stream().anyMatch(line -> line.startsWith("1,101,"));
    Map<String, Long> expected = new TreeMap<>(Map.of("duplicate", 1L, "infrequent", 1L));
    expected.put(GOOD, had ? good : good + 1);
    if (had) {
      expected.put("aggregated", 1L);
    }
    assertEquals(expected, saved(output.resolve("manifest.json"), "input"));
    String evaluated =
        run(
            0,
            "evaluate",
            "--model=" + output,
            "--input=" + base,
            "--excludeSeen=" + input,
            "--aggregate=sum");
    assertEquals(expected, printed("excludeSeen", evaluated));
  }
}
