package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.beamals.files.Storage;
import dev.beamals.ids.Side;
import dev.beamals.model.SavedModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that use a model, as a user runs them. */
final class UseModelTest {
  private static final Path SAMPLE = Path.of("data/sample/interactions.csv").toAbsolutePath();

  @TempDir static Path shared;
  @TempDir Path folder;
  private static Path model = Path.of("");
  private static Factors factors = new Factors(Map.of(), Map.of());
  private static List<String> rows = List.of();

  @BeforeAll
  static void trainOnce() throws IOException {
    model = shared.resolve("model");
    run(0, "train", "--input=" + SAMPLE, "--output=" + model, "--rank=5", "--maxIter=3");
    factors = Factors.of(model);
    rows = Files.readAllLines(SAMPLE).stream().skip(1).toList();
  }

  @Test
  void predictPrintsOnePairAndTheColdOnes() {
    String table = run(0, "predict", "--model=" + model, "--user=7162", "--item=6523");
    double expected = factors.score("7162", "6523");
    String[] lines = table.split("\n");
    assertEquals("|user|item|prediction|", lines[1].replace(" ", ""));
    String[] cells = lines[3].replace(" ", "").split("\\|");
    assertEquals(List.of("", "7162", "6523"), Arrays.asList(cells).subList(0, 3));
    assertEquals(expected, Double.parseDouble(cells[3]), 1e-6);
    assertTrue(table.contains("\n1 pair, 0 cold\n"), table);

    String cold = run(0, "predict", "--model=" + model, "--user=nobody", "--item=6523");
    assertTrue(cold.contains("|nobody|6523|       NaN|"), cold);
    assertTrue(
        cold.contains(
            "\n1 pair, 1 cold (no factors for the user: 1, for the item: 0, for both: 0): NaN\n"),
        cold);
  }

  @Test
  void predictTakesManyPairsOnBothRunners() throws IOException {
    List<String> pairs = new ArrayList<>(List.of("video_id,note,user_id"));
    Map<String, Integer> expected = new TreeMap<>();
    for (int r = 0; r < 500; r++) {
      String[] row = rows.get(r * 7).split(",", -1);
      pairs.add(row[1] + ",," + row[0]);
      expected.merge(row[0] + "," + row[1], 1, Integer::sum);
    }
    pairs.add("6523,x,nobody");
    pairs.add("nothing,x,7162");
    Path input = Files.write(folder.resolve("pairs.csv"), pairs);
    for (String runner : List.of("DirectRunner", "SparkRunner")) {
      Path output = folder.resolve(runner);
      String printed =
          run(
              0,
              "predict",
              "--model=" + model,
              "--input=" + input,
              "--output=" + output,
              "--runner=" + runner);
      assertTrue(printed.contains("502 pairs, 2 cold ("), printed);
      Map<String, Integer> found = new TreeMap<>();
      int cold = 0;
      for (String line : lines(output, "video_id,note,user_id,prediction")) {
        String[] row = line.split(",");
        if (row[3].equals("NaN")) {
          assertEquals("x", row[1]);
          cold++;
        } else {
          assertEquals("", row[1]);
          found.merge(row[2] + "," + row[0], 1, Integer::sum);
          assertEquals(factors.score(row[2], row[0]), Double.parseDouble(row[3]), 1e-5);
        }
      }
      assertEquals(2, cold);
      assertEquals(expected, found);
    }
    Path dropped = folder.resolve("dropped");
    String printed =
        run(
            0,
            "predict",
            "--model=" + model,
            "--input=" + input,
            "--output=" + dropped,
            "--coldStartStrategy=drop",
            "--format=parquet");
    assertTrue(printed.contains("502 pairs, 2 cold ("), printed);
    assertTrue(Files.exists(dropped.resolve("_SUCCESS")));
  }

  @Test
  void recommendEqualsBruteForceOnBothRunners() throws IOException {
    Map<String, Set<String>> seen = seen(rows, ",", 0, 1);
    Set<String> candidates = new HashSet<>();
    List<String> candidateLines = new ArrayList<>(List.of("video_id"));
    factors.items.keySet().stream().sorted().limit(80).forEach(candidates::add);
    candidateLines.addAll(candidates);
    candidateLines.add("not-in-the-model");
    Path candidateFile = Files.write(folder.resolve("candidates.csv"), candidateLines);
    List<List<String>> results = new ArrayList<>();
    for (String runner : List.of("DirectRunner", "SparkRunner")) {
      Path output = folder.resolve(runner);
      run(
          0,
          "recommend",
          "--model=" + model,
          "--topK=20",
          "--excludeSeen=" + SAMPLE,
          "--candidates=" + candidateFile,
          "--output=" + output,
          "--runner=" + runner);
      List<String> lines = lines(output, "user,rank,item,score");
      lines.sort(null);
      results.add(lines);
    }
    assertEquals(results.get(0), results.get(1));
    assertTopK(results.get(0), 20, seen, candidates, factors.users, factors.items);
  }

  @Test
  void recommendForItemsExchangesTheSides() throws IOException {
    Path items = Files.write(folder.resolve("items.csv"), List.of("video_id", "6523", "480", "x"));
    Path output = folder.resolve("out");
    String printed =
        run(
            0,
            "recommend",
            "--model=" + model,
            "--for=items",
            "--items=" + items,
            "--excludeSeen=" + SAMPLE,
            "--output=" + output);
    assertTrue(printed.contains("3 item ids in --items"), printed);
    assertTrue(printed.contains("20 rows for 2 items"), printed);
    Map<String, float[]> two = new HashMap<>(factors.items);
    two.keySet().retainAll(Set.of("6523", "480"));
    assertTopK(
        lines(output, "item,rank,user,score"),
        10,
        seen(rows, ",", 1, 0),
        factors.users.keySet(),
        two,
        factors.users);
  }

  @Test
  void usersOfAFileGetTheSameInEveryFormat() throws IOException {
    List<String> ids = new ArrayList<>(List.of("note,user_id", "a,nobody"));
    factors.users.keySet().stream().sorted().limit(40).forEach(id -> ids.add("b," + id));
    ids.add("twice," + factors.users.keySet().stream().sorted().findFirst().orElseThrow());
    Path users = Files.write(folder.resolve("users.csv"), ids);
    Map<String, List<String>> tables = new HashMap<>();
    for (String format : List.of("csv", "jsonl", "parquet")) {
      Path output = folder.resolve(format);
      String printed =
          run(
              0,
              "recommend",
              "--model=" + model,
              "--users=" + users,
              "--topK=3",
              "--format=" + format,
              "--output=" + output);
      assertTrue(printed.contains("41 user ids in --users"), printed);
      assertTrue(printed.contains("120 rows for 40 users"), printed);
      tables.put(format, table(output, format));
    }
    Map<String, float[]> forty = new HashMap<>(factors.users);
    forty.keySet().retainAll(ids.stream().map(line -> line.split(",")[1]).toList());
    assertTopK(
        lines(folder.resolve("csv"), "user,rank,item,score"),
        3,
        Map.of(),
        factors.items.keySet(),
        forty,
        factors.items);
    assertEquals(tables.get("csv"), tables.get("jsonl"));
    assertEquals(tables.get("csv"), tables.get("parquet"));
  }

  /** A table as it is read by others than us: lines of user, rank, item and score. */
  private static List<String> table(Path output, String format) throws IOException {
    if (format.equals("csv")) {
      List<String> lines = lines(output, "user,rank,item,score");
      lines.sort(null);
      return lines;
    }
    List<String> rows = new ArrayList<>();
    try (Stream<Path> files = Files.list(output)) {
      for (Path file : files.filter(f -> f.toString().endsWith("." + format)).toList()) {
        if (format.equals("jsonl")) {
          for (String line : Files.readAllLines(file)) {
            JsonNode row = new ObjectMapper().readTree(line);
            rows.add(
                String.join(
                    ",",
                    row.get("user").asText(),
                    row.get("rank").asText(),
                    row.get("item").asText(),
                    Float.toString(row.get("score").floatValue())));
          }
          continue;
        }
        try (ParquetReader<Group> parquet =
            ParquetReader.builder(
                    new GroupReadSupport(), new org.apache.hadoop.fs.Path(file.toString()))
                .build()) {
          for (Group row = parquet.read(); row != null; row = parquet.read()) {
            rows.add(
                row.getInteger("user", 0)
                    + ","
                    + row.getInteger("rank", 0)
                    + ","
                    + row.getInteger("item", 0)
                    + ","
                    + row.getFloat("score", 0));
          }
        }
      }
    }
    rows.sort(null);
    return rows;
  }

  @Test
  void whatAKilledRunLeftIsReplacedAndNothingElse() throws IOException {
    Path output = Files.createDirectory(folder.resolve("killed"));
    Files.createFile(output.resolve("_INCOMPLETE"));
    Files.writeString(output.resolve("part-00007.csv"), "user,rank,item,score\nold,1,old,1\n");
    Files.writeString(output.resolve(".part-00001.csv-0d7ce6a6"), "us");
    String[] again = {"recommend", "--model=" + model, "--topK=1", "--output=" + output};
    assertTrue(run(0, again).contains("300 rows for 300 users"));
    assertFalse(lines(output, "user,rank,item,score").toString().contains("old"));
    assertFalse(Files.exists(output.resolve("_INCOMPLETE")));
    assertFails(1, "holds _SUCCESS; expected a new folder", again);
  }

  @Test
  void aSingleUserPrintsATable() {
    String table = run(0, "recommend", "--model=" + model, "--user=7162", "--topK=3");
    List<String> lines = Arrays.asList(table.replace(" ", "").split("\n"));
    assertEquals("|user|rank|item|score|", lines.get(1));
    assertEquals(8, lines.size(), table);
    assertTrue(lines.get(7).contains("sinthepipeline"), table);
    assertTrue(lines.get(5).startsWith("|7162|3|"), table);
  }

  @Test
  void severalIdsArePrintedTogetherAndUnknownOnesAreNamed() throws IOException {
    String table = run(0, "recommend", "--model=" + model, "--user=nobody,7162,1011,x", "--topK=2");
    assertEquals(List.of("1011", "1011", "7162", "7162"), cells(table, 1), table);
    assertEquals(List.of("1", "2", "1", "2"), cells(table, 2));
    assertTrue(table.contains("\n--user=nobody,x: not in the model\n"), table);
    for (String user : List.of("7162", "1011")) {
      String one = run(0, "recommend", "--model=" + model, "--user=" + user, "--topK=2");
      assertTrue(cells(table, 3).containsAll(cells(one, 3)), table + one);
    }

    String similar = run(0, "similar", "--model=" + model, "--item=6523,480,6523", "--topK=1");
    assertEquals(List.of("480", "6523"), cells(similar, 1));
    assertFails(1, "--item=a,b: not in the model", "similar", "--model=" + model, "--item=b,a");
    assertFails(
        2, "--item=1,,2: expected ids with a comma", "similar", "--model=" + model, "--item=1,,2");

    // An id with a comma, of a file.
    Path input =
        Files.writeString(
            folder.resolve("in.csv"), "user,item,rating\na,\"x,y\",3\na,z,1\nb,\"x,y\",2\nb,z,4\n");
    Path trained = folder.resolve("trained");
    run(
        0,
        "train",
        "--input=" + input,
        "--output=" + trained,
        "--userCol=user",
        "--itemCol=item",
        "--ratingCol=rating",
        "--rank=2");
    Path ids = Files.writeString(folder.resolve("ids.csv"), "item\n\"x,y\"\n");
    Path output = folder.resolve("out");
    String printed =
        run(0, "similar", "--model=" + trained, "--items=" + ids, "--output=" + output);
    assertTrue(
        printed.contains("1 item id in --items, all of them in the model\n1 row for 1 item: "),
        printed);
    assertTrue(lines(output, "item,rank,similar,cosine").get(0).startsWith("\"x,y\",1,z,"));
    assertFails(1, "--item=x,y: not in the model", "similar", "--model=" + trained, "--item=x,y");
  }

  @Test
  void tablesOfItemsHaveTitles() throws IOException {
    List<String> lines = new ArrayList<>(List.of("genre,film,name"));
    for (String item : factors.items.keySet()) {
      if (!item.equals("480")) {
        lines.add(",\"" + item + "\",\"The \"\"" + item + "\"\", again\"");
      }
    }
    Path films = Files.write(folder.resolve("films.csv"), lines);
    String[] titles = {
      "similar",
      "--model=" + model,
      "--titles=" + films,
      "--titleCol=name",
      "--titleItemCol=film",
      "--item=480,6523"
    };
    String table = run(0, with(titles, "--topK=600"));
    List<String> items = cells(table, 4);
    assertEquals(2 * (factors.items.size() - 1), items.size());
    assertEquals(items.stream().map(UseModelTest::title).toList(), cells(table, 5));
    assertEquals(cells(table, 1).stream().map(UseModelTest::title).toList(), cells(table, 2));
    assertTrue(
        table.replace(" ", "").contains("|item|title|rank|similar|similarTitle|cosine|"), table);
    assertTrue(table.contains("\n" + factors.items.size() + " rows without a title in --titles\n"));

    titles[0] = "recommend";
    titles[5] = "--user=14";
    table = run(0, titles);
    assertEquals(cells(table, 3).stream().map(UseModelTest::title).toList(), cells(table, 4));
    titles[5] = "--output=" + folder.resolve("out");
    assertTrue(run(0, with(titles, "--for=items", "--topK=1")).contains("\n1 row without a title"));
    List<String> written = lines(folder.resolve("out"), "item,title,rank,user,score");
    assertTrue(
        written.stream().anyMatch(row -> row.startsWith("6523,\"The \"\"6523\"\", again\",1,")));
    assertTrue(written.stream().anyMatch(row -> row.startsWith("480,,1,")));

    assertFails(
        2,
        "--titles: expected with a table of items",
        "similar",
        "--user=14",
        "--titles=" + films,
        "--model=" + model);
    assertFails(
        1,
        "--titleCol=title: no such column in line 1 of",
        "recommend",
        "--user=14",
        "--titles=" + films,
        "--titleItemCol=film",
        "--model=" + model);
  }

  @Test
  void itemsWithFewRatingsAreLeftOut() throws IOException {
    Map<String, Integer> counts = new HashMap<>();
    try (ParquetReader<Group> counted = counts(model)) {
      for (Group row = counted.read(); row != null; row = counted.read()) {
        float count = row.getGroup("features", 0).getGroup("list", 0).getFloat("element", 0);
        counts.put(String.valueOf(row.getInteger("id", 0)), (int) count);
      }
    }
    int least = 40;
    Map<String, Integer> expected = ratingsByItem();
    Set<String> frequent = new HashSet<>(expected.keySet());
    frequent.removeIf(item -> expected.getOrDefault(item, 0) < least);
    assertTrue(frequent.size() > 20 && frequent.size() < 580, frequent.size() + " are frequent");
    counts.forEach((item, count) -> assertEquals(expected.get(item), count, item));

    Path output = folder.resolve("out");
    String[] recommend = {
      "recommend", "--model=" + model, "--minItemRatings=" + least, "--output=" + output
    };
    String printed = run(0, with(recommend, "--excludeSeen=" + SAMPLE));
    assertTrue(printed.contains(frequent.size() + " items with at least 40 ratings\n"), printed);
    assertTopK(
        lines(output, "user,rank,item,score"),
        10,
        seen(rows, ",", 0, 1),
        frequent,
        factors.users,
        factors.items);
    // Of the candidates of a file, those with enough.
    List<String> some = factors.items.keySet().stream().sorted().limit(100).toList();
    Path candidates =
        Files.writeString(folder.resolve("c.csv"), "video_id\n" + String.join("\n", some));
    String few =
        run(
            0,
            "recommend",
            "--model=" + model,
            "--user=14",
            "--topK=1000",
            "--minItemRatings=40",
            "--candidates=" + candidates);
    assertEquals(
        some.stream().filter(frequent::contains).collect(java.util.stream.Collectors.toSet()),
        new HashSet<>(cells(few, 3)));
    String similar =
        run(0, "similar", "--model=" + model, "--item=6523", "--topK=1000", "--minItemRatings=40");
    Set<String> others = new HashSet<>(frequent);
    others.remove("6523");
    assertEquals(others, new HashSet<>(cells(similar, 3)));

    // Who is folded in finds the same items; a model that does not tell is refused.
    Path folded = folder.resolve("folded");
    run(0, "fold-in", "--model=" + model, "--input=" + SAMPLE, "--output=" + folded);
    assertEquals(
        cells(similar, 3),
        cells(
            run(
                0,
                "similar",
                "--model=" + folded,
                "--item=6523",
                "--topK=1000",
                "--minItemRatings=40"),
            3));
    deleteRecursively(folded.resolve("itemRatings"));
    assertFails(
        1,
        "--minItemRatings=2: --model="
            + folded
            + " does not tell how many ratings its items have;"
            + " expected a model that was trained by this version: train again",
        "similar",
        "--model=" + folded,
        "--item=6523",
        "--minItemRatings=2");
    assertFails(
        2,
        "--minItemRatings=0: expected 1 to 16777216",
        "similar",
        "--model=" + folded,
        "--item=6523",
        "--minItemRatings=0");
    assertFails(
        2,
        "--minItemRatings: expected without --for=items",
        "recommend",
        "--for=items",
        "--item=6523",
        "--minItemRatings=2");
  }

  private static ParquetReader<Group> counts(Path model) throws IOException {
    return ParquetReader.builder(
            new GroupReadSupport(),
            new org.apache.hadoop.fs.Path(
                model.resolve("itemRatings/part-00000.parquet").toString()))
        .build();
  }

  /** The rows of the sample by item, after cleaning. */
  private static Map<String, Integer> ratingsByItem() {
    Map<String, Integer> counts = new HashMap<>();
    for (String row : new LinkedHashSet<>(rows)) {
      String[] fields = row.split(",", -1);
      boolean dropped =
          Arrays.asList(fields).contains("")
              || Double.parseDouble(fields[6]) < 0
              || !Double.isFinite(Double.parseDouble(fields[7]));
      if (!dropped) {
        counts.merge(fields[1], 1, Integer::sum);
      }
    }
    return counts;
  }

  private static String title(String item) {
    return item.equals("480") ? "" : "The \"" + item + "\", again";
  }

  /** A column of a table that was printed, from 1; its spaces and its header gone. */
  private static List<String> cells(String table, int column) {
    return table
        .lines()
        .filter(line -> line.startsWith("|"))
        .skip(1)
        .map(line -> line.split("\\|")[column].strip())
        .toList();
  }

  @Test
  void similarIsByCosine() throws IOException {
    Path output = folder.resolve("out");
    run(0, "similar", "--model=" + model, "--all", "--topK=4", "--output=" + output);
    List<String> lines = lines(output, "item,rank,similar,cosine");
    assertEquals(4 * factors.items.size(), lines.size());
    Map<String, Double> worst = new HashMap<>();
    for (String line : lines) {
      String[] row = line.split(",");
      double cosine = cosine(factors.items.get(row[0]), factors.items.get(row[2]));
      assertEquals(cosine, Double.parseDouble(row[3]), 1e-5);
      assertFalse(row[0].equals(row[2]));
      worst.merge(row[0], cosine, Math::min);
    }
    for (String a : factors.items.keySet()) {
      long better =
          factors.items.keySet().stream()
              .filter(b -> !b.equals(a))
              .filter(
                  b ->
                      cosine(factors.items.get(a), factors.items.get(b))
                          > worst.getOrDefault(a, 0.0) + 1e-5)
              .count();
      assertTrue(better <= 3, a);
    }
    String table = run(0, "similar", "--model=" + model, "--user=7162", "--topK=2");
    assertTrue(table.replace(" ", "").contains("|user|rank|similar|cosine|"), table);
  }

  @Test
  void foldInOfTrainedUsersGivesTheirFactors() throws IOException {
    Path folded = folder.resolve("folded");
    String printed =
        run(0, "fold-in", "--model=" + model, "--input=" + SAMPLE, "--output=" + folded);
    assertTrue(printed.contains("28,290 ratings, 0 more of items that are not in the model"));
    // The digest is over the bits of all factors of both sides.
    assertEquals(json(model, "factorsDigest"), json(folded, "factorsDigest"));

    run(
        0,
        "fold-in",
        "--model=" + model,
        "--input=" + SAMPLE,
        "--output=" + folded,
        "--runner=SparkRunner",
        "--sparkMaster=local[2]");
    assertEquals(json(model, "factorsDigest"), json(folded, "factorsDigest"));
  }

  @Test
  void newUsersAreRecommendedToWithoutATraining() throws IOException {
    List<String> lines = new ArrayList<>(List.of("user_id,video_id,watch_ratio"));
    for (String row : rows) {
      String[] fields = row.split(",", -1);
      if (fields[0].equals("7162") && !fields[7].isEmpty() && !fields[6].isEmpty()) {
        lines.add("newcomer," + fields[1] + "," + fields[7]);
      }
    }
    lines.add("newcomer,unknown-item,1");
    lines.add("stranger,unknown-item,1");
    List<String> distinct = new ArrayList<>(new LinkedHashSet<>(lines));
    Path input = Files.write(folder.resolve("new.csv"), distinct);
    Path folded = folder.resolve("folded");
    String printed =
        run(0, "fold-in", "--model=" + model, "--input=" + input, "--output=" + folded);
    assertTrue(printed.contains("2 more of items that are not in the model"), printed);
    Factors now = Factors.of(folded);
    assertEquals(Set.of("newcomer"), now.users.keySet());
    assertEquals(factors.items.keySet(), now.items.keySet());
    assertFalse(Files.exists(folded.resolve("metadata")), "string ids are not for MLlib");
    String table = run(0, "recommend", "--model=" + folded, "--user=newcomer", "--topK=2");
    String old = run(0, "recommend", "--model=" + model, "--user=7162", "--topK=2");
    // The same ratings, so the same items.
    assertEquals(cell(old, 3, 3), cell(table, 3, 3));
  }

  @Test
  void foldInNeedsTheRegParam() throws IOException {
    String[] flags = {"fold-in", "--input=" + SAMPLE, "--output=" + folder.resolve("folded")};
    Path silent = folder.resolve("silent");
    changeParameters(silent, parameters -> parameters.remove("regParam"));
    assertFails(
        1,
        "als: --model=" + silent + ": does not tell its regParam; expected --regParam=",
        with(flags, "--model=" + silent));
    run(0, with(flags, "--model=" + silent, "--regParam=0.1"));
    assertEquals(json(model, "factorsDigest"), json(folder.resolve("folded"), "factorsDigest"));
    try (Stream<Path> entries = Files.list(folder.resolve("folded"))) {
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
  }

  /** Copies the model to a folder, with other parameters in its manifest. */
  private static void changeParameters(Path to, Consumer<ObjectNode> change) throws IOException {
    try (Stream<Path> files = Files.walk(model)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(model.relativize(file));
        if (!Files.isDirectory(copy)) {
          Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
    Path manifest = to.resolve("manifest.json");
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(manifest.toFile());
    change.accept((ObjectNode) json.path("parameters"));
    Files.writeString(manifest, json.toString());
  }

  @Test
  void everyFileOfACommandMayHaveAsManyRejectsAsMaxRejectsSays() throws IOException {
    List<String> some = new ArrayList<>(rows.subList(0, 40));
    some.add(0, "user_id,video_id,play_duration,video_duration,time,date,timestamp,watch_ratio");
    some.add(5, "1,2,3");
    Path input = Files.write(folder.resolve("some.csv"), some);
    Path out = folder.resolve("out");
    for (String command :
        List.of(
            "fold-in --input",
            "evaluate --input",
            "predict --input",
            "recommend --users",
            "recommend --for=items --items",
            "recommend --candidates",
            "recommend --excludeSeen")) {
      String flag = command.substring(command.lastIndexOf(' ') + 1);
      List<String> args = new ArrayList<>(List.of((command + "=" + input).split(" ")));
      args.add("--model=" + model);
      boolean writes = !command.startsWith("evaluate");
      String[] flags = args.toArray(String[]::new);
      // In this JVM, threads of a pipeline that failed may still write: to a folder of their own.
      String[] failing =
          writes ? with(flags, "--output=" + folder.resolve("failed " + command)) : flags;
      String[] passing = writes ? with(flags, "--output=" + out) : flags;
      assertFails(
          1,
          flag
              + ": 1 of 41 rows cannot be read, expected at most --maxRejects=0; the first: "
              + input
              + ":6: 3 fields instead of 8",
          with(failing, "--maxRejects=0"));
      assertFails(2, "--maxRejects=-1: expected at least 0", with(failing, "--maxRejects=-1"));
      String printed = run(0, with(passing, "--maxRejects=1"));
      assertTrue(
          printed.contains(
              flag
                  + ": 1 row cannot be read and is left out; the first: "
                  + input
                  + ":6: 3 fields instead of 8"),
          printed);
      deleteRecursively(out);
    }
  }

  private static void deleteRecursively(Path folder) throws IOException {
    if (Files.exists(folder)) {
      Storage.LOCAL.delete(folder.toString());
    }
  }

  private static String[] with(String[] flags, String... more) {
    return Stream.concat(Arrays.stream(flags), Arrays.stream(more)).toArray(String[]::new);
  }

  @Test
  void evaluateMakesFiguresNaNForColdRowsAlone() throws IOException {
    String[] flags = {"evaluate", "--model=" + model, "--coldStartStrategy=nan"};
    assertFalse(run(0, with(flags, "--input=" + SAMPLE)).contains("NaN"));
    Path input =
        Files.write(
            folder.resolve("cold.csv"),
            List.of("user_id,video_id,watch_ratio", "7162,6523,1", "nobody,6523,1"));
    String printed = run(0, with(flags, "--input=" + input));
    assertTrue(printed.contains("On 1 row (1 more is cold: coverage 50.00 %; no factors"), printed);
    for (String figure : List.of("MAE  = NaN", "RMSE = NaN", "R2   = NaN")) {
      assertTrue(printed.contains(figure), printed);
    }
    flags[2] = "--coldStartStrategy=drop";
    assertTrue(run(0, with(flags, "--input=" + input)).matches("(?s).*RMSE = \\d.*"));
  }

  @Test
  void evaluateGivesTheFiguresOfTheTraining() throws IOException {
    String printed = run(0, "evaluate", "--model=" + model, "--input=" + SAMPLE);
    JsonNode training =
        new ObjectMapper().readTree(model.resolve("metrics.json").toFile()).path("training");
    for (String name : List.of("mae", "rmse", "r2")) {
      assertTrue(
          printed.contains(String.format("= %.4f", training.path(name).asDouble())), printed);
    }
    assertTrue(printed.contains("On 28,290 rows (0 more are cold: coverage 100.00 %)"), printed);
  }

  @Test
  void showTellsWhatItIs() {
    String printed = run(0, "show", "--model=" + model);
    assertTrue(printed.contains("300 users × 600 items, rank 5"), printed);
    assertTrue(printed.contains("\"maxIter\" : 3"), printed);
    assertTrue(printed.contains("\"rowsRead\" : 30000"), printed);
    assertTrue(printed.contains("\"rmse\" : "), printed);
  }

  @Test
  void failuresAreOneLine() throws IOException {
    Path occupied = Files.createDirectory(folder.resolve("occupied"));
    Files.writeString(occupied.resolve("mine.txt"), "mine");
    String m = "--model=" + model;
    String out = "--output=" + folder.resolve("out");
    assertFails(2, "--user and --item: missing", "predict", m, "--user=1");
    assertFails(2, "--input and --output: expected both", "predict", m, "--input=" + SAMPLE);
    assertFails(2, "--output: missing", "recommend", m);
    assertFails(2, "--topK=0: expected 1 to 100000", "recommend", m, "--user=1", "--topK=0");
    assertFails(2, "--user and --users: expected one", "recommend", m, "--user=1", "--users=x");
    assertFails(2, "--item and --items: expected with --for=items", "recommend", m, "--item=1");
    assertFails(
        2, "--user and --users: expected without", "recommend", m, "--for=items", "--user=1");
    assertFails(2, "--item, --items, --user, --users and --all: expected one", "similar", m, out);
    assertFails(2, "--output: missing", "fold-in", m, "--input=" + SAMPLE);
    assertFails(2, "--input: missing", "evaluate", m);
    assertFails(
        2, "--regParam=-1.0: expected", "fold-in", m, "--input=" + SAMPLE, out, "--regParam=-1");
    assertFails(1, "no such folder", "show", "--model=" + folder.resolve("none"));
    assertFails(1, "--user=nobody: not in the model", "recommend", m, "--user=nobody");
    assertFails(1, "holds mine.txt; expected a new folder", "recommend", m, "--output=" + occupied);
    assertFails(
        1,
        "--userCol=nope: no such column",
        "recommend",
        m,
        out,
        "--excludeSeen=" + SAMPLE,
        "--userCol=nope");
    assertFails(2, "no such command; expected train, tune, predict, recommend", "recomend", m);
    assertFalse(Files.exists(folder.resolve("out")), "nothing is left of a run that failed");
  }

  @Test
  void helpTellsEveryFlag() {
    for (String command :
        List.of("predict", "recommend", "similar", "fold-in", "evaluate", "report", "show")) {
      String help = run(0, command, "--help");
      assertTrue(help.contains("--model=MODEL") && help.contains("--runner="), help);
      assertTrue(help.contains("Default: als_model."), help);
      assertTrue(help.contains("Examples:\n  als " + command + " als_model"), help);
      assertTrue(run(0, "help").contains("  " + command + " "), command);
    }
    assertTrue(run(0, "recommend", "--help").contains("--excludeSeen"));
  }

  @Test
  void movieLensIsAsBruteForceSaysForEveryUser() throws IOException {
    Path data = Path.of(System.getProperty("beamals.data", "")).resolve("ml-100k");
    if (!Files.isDirectory(data)) {
      System.err.println("SKIPPED: no real data at " + data + "; set -Dbeamals.data=FOLDER");
    }
    assumeTrue(Files.isDirectory(data), "no real data at " + data);
    Path input = data.resolve("u.data");
    Path trained = folder.resolve("model");
    run(
        0,
        "train",
        "--input=" + input,
        "--output=" + trained,
        "--delimiter=tab",
        "--header=false",
        "--userCol=1",
        "--itemCol=2",
        "--ratingCol=3",
        "--timestampCol=4");
    Factors movieLens = Factors.of(trained);
    assertEquals(943, movieLens.users.size());
    assertEquals(1682, movieLens.items.size());

    Map<String, Set<String>> seen = seen(Files.readAllLines(input), "\t", 0, 1);
    for (boolean exclude : new boolean[] {false, true}) {
      Path output = folder.resolve("top-" + exclude);
      List<String> flags =
          new ArrayList<>(List.of("recommend", "--model=" + trained, "--output=" + output));
      if (exclude) {
        flags.add("--excludeSeen=" + input);
      }
      run(0, flags.toArray(String[]::new));
      assertTopK(
          lines(output, "user,rank,item,score"),
          10,
          exclude ? seen : Map.of(),
          movieLens.items.keySet(),
          movieLens.users,
          movieLens.items);
    }

    // Every pair of the matrix.
    StringBuilder all = new StringBuilder();
    for (String user : movieLens.users.keySet()) {
      for (String item : movieLens.items.keySet()) {
        all.append(user).append('\t').append(item).append('\n');
      }
    }
    Path pairs = Files.writeString(folder.resolve("all.tsv"), all);
    Path predictions = folder.resolve("predictions");
    String printed =
        run(0, "predict", "--model=" + trained, "--input=" + pairs, "--output=" + predictions);
    assertTrue(printed.contains("1,586,126 pairs, 0 cold"), printed);
    long count = 0;
    for (String line : lines(predictions, "user,item,prediction")) {
      String[] row = line.split(",");
      assertEquals(movieLens.score(row[0], row[1]), Double.parseDouble(row[2]), 1e-5);
      count++;
    }
    assertEquals(1_586_126, count);
  }

  /** Checks a table of ranked rows against all scores in double. */
  private static void assertTopK(
      List<String> lines,
      int topK,
      Map<String, Set<String>> seen,
      Set<String> candidates,
      Map<String, float[]> src,
      Map<String, float[]> dst) {
    Map<String, TreeMap<Integer, String[]>> found = new HashMap<>();
    for (String line : lines) {
      String[] row = line.split(",");
      found.computeIfAbsent(row[0], x -> new TreeMap<>()).put(Integer.parseInt(row[1]), row);
    }
    int rows = 0;
    for (Map.Entry<String, float[]> one : src.entrySet()) {
      Set<String> excluded = seen.getOrDefault(one.getKey(), Set.of());
      List<String> left =
          dst.keySet().stream()
              .filter(id -> candidates.contains(id) && !excluded.contains(id))
              .toList();
      TreeMap<Integer, String[]> ranked = found.getOrDefault(one.getKey(), new TreeMap<>());
      assertEquals(Math.min(topK, left.size()), ranked.size(), "rows of " + one.getKey());
      rows += ranked.size();
      float before = Float.POSITIVE_INFINITY;
      String idBefore = "";
      Set<String> taken = new HashSet<>();
      int rank = 0;
      for (String[] row : ranked.values()) {
        assertEquals(++rank, Integer.parseInt(row[1]));
        float score = Float.parseFloat(row[3]);
        assertTrue(left.contains(row[2]) && taken.add(row[2]), row[0] + " " + row[2]);
        assertEquals(dot(one.getValue(), dst.get(row[2])), score, 1e-5);
        assertTrue(
            score < before
                || (score == before && Integer.parseInt(row[2]) > Integer.parseInt(idBefore)));
        before = score;
        idBefore = row[2];
      }
      for (String id : left) {
        assertTrue(
            taken.contains(id)
                || ranked.size() == topK && dot(one.getValue(), dst.get(id)) <= before + 1e-5,
            one.getKey() + " should have " + id);
      }
    }
    assertEquals(rows, lines.size());
  }

  private static Map<String, Set<String>> seen(
      List<String> rows, String delimiter, int src, int dst) {
    Map<String, Set<String>> seen = new HashMap<>();
    for (String row : rows) {
      String[] fields = row.split(delimiter, -1);
      seen.computeIfAbsent(fields[src], x -> new HashSet<>()).add(fields[dst]);
    }
    return seen;
  }

  private static double dot(float @Nullable [] x, float @Nullable [] y) {
    if (x == null || y == null) {
      throw new AssertionError("an id that is not in the model");
    }
    double sum = 0;
    for (int k = 0; k < x.length; k++) {
      sum += (double) x[k] * y[k];
    }
    return sum;
  }

  private static double cosine(float @Nullable [] x, float @Nullable [] y) {
    return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
  }

  /** Lines of all parts below their header. */
  private static List<String> lines(Path output, String header) throws IOException {
    assertTrue(Files.exists(output.resolve("_SUCCESS")));
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(output)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith("part-")) {
          List<String> part = Files.readAllLines(file);
          assertEquals(header, part.get(0));
          lines.addAll(part.subList(1, part.size()));
        } else {
          assertTrue(
              List.of("_SUCCESS", "_counts.json").contains(name) || name.endsWith(".crc"), name);
        }
      }
    }
    return lines;
  }

  private static String cell(String table, int line, int column) {
    return table.split("\n")[line].replace(" ", "").split("\\|")[column];
  }

  private static void assertFails(int exitCode, String message, String... args) {
    String[] lines = run(exitCode, args).split("\n");
    String last = lines[lines.length - 1];
    assertTrue(last.startsWith("als: ") && last.contains(message), last);
    for (String line : lines) {
      assertTrue(!line.contains("Exception") && !line.startsWith("\tat "), line);
    }
  }

  /** Runs a command and returns all it printed. */
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

  private static String json(Path model, String name) throws IOException {
    return new ObjectMapper().readTree(model.resolve("manifest.json").toFile()).path(name).asText();
  }

  /** All factors of a model by id. */
  private record Factors(Map<String, float[]> users, Map<String, float[]> items) {
    static Factors of(Path model) {
      SavedModel saved = SavedModel.open("--model", model.toString());
      Factors factors = new Factors(new HashMap<>(), new HashMap<>());
      for (Side side : Side.values()) {
        Map<String, float[]> byId = side == Side.USER ? factors.users : factors.items;
        saved
            .factors(side)
            .forEachBlock(
                block -> {
                  for (int i = 0; i < block.ids().size(); i++) {
                    byId.put(
                        block.ids().get(i),
                        Arrays.copyOfRange(
                            block.factors(), i * block.rank(), (i + 1) * block.rank()));
                  }
                });
      }
      return factors;
    }

    double score(String user, String item) {
      return dot(users.get(user), items.get(item));
    }
  }
}
