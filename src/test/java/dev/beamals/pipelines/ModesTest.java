package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
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
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Implicit feedback, biases and the other modes, as a user runs them. */
final class ModesTest {
  private static final String[] COLUMNS = {"--userCol=user", "--itemCol=item", "--ratingCol=plays"};
  private static final String[] IMPLICIT = {
    "--implicitPrefs", "--alpha=2", "--regScaling=weights", "--regParam=0.01"
  };
  private static final String[] BIASES = {"--biases", "--center", "--biasRegParam=0.05"};

  @TempDir static Path shared;
  @TempDir Path folder;
  private static Path plays = Path.of("");

  /** Users of three tastes play what is theirs often and other things now and then. */
  @BeforeAll
  static void writePlays() throws IOException {
    Random random = new Random(8);
    List<String> lines = new ArrayList<>(List.of("user,item,plays,time"));
    for (int u = 0; u < 60; u++) {
      for (int i = 0; i < 40; i++) {
        boolean own = u % 3 == i % 3;
        if (random.nextInt(10) < (own ? 7 : 2)) {
          int count = own ? 1 + random.nextInt(20) : 1;
          lines.add(String.join(",", "" + u, "" + (100 + i), "" + count, "" + (1000 + u + i)));
        }
      }
    }
    plays = Files.write(shared.resolve("plays.csv"), lines);
  }

  private static String[] args(Object... parts) {
    List<String> all = new ArrayList<>();
    for (Object part : parts) {
      if (part instanceof String[] several) {
        all.addAll(Arrays.asList(several));
      } else {
        all.add(part.toString());
      }
    }
    return all.toArray(String[]::new);
  }

  private static String run(int exitCode, Object... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int actual =
        Main.run(
            Arrays.asList(args(parts)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    String printed = out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
    assertEquals(exitCode, actual, printed);
    return printed;
  }

  private static void assertHas(String printed, String... texts) {
    for (String text : texts) {
      assertTrue(printed.contains(text), "no '" + text + "' in:\n" + printed);
    }
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  private static String digest(Path model) throws IOException {
    return json(model.resolve("manifest.json")).path("factorsDigest").asText();
  }

  private Path train(String name, Object... flags) {
    Path model = folder.resolve(name);
    run(
        0,
        "train",
        "--input=" + plays,
        "--output=" + model,
        "--rank=4",
        "--maxIter=4",
        COLUMNS,
        args(flags));
    return model;
  }

  @Test
  void implicitFeedbackIsTrainedSavedAndUsedByEveryCommand() throws IOException {
    Path model = folder.resolve("model");
    String printed =
        run(
            0,
            "train",
            "--input=" + plays,
            "--output=" + model,
            "--rank=4",
            COLUMNS,
            IMPLICIT,
            "--testFraction=0.2");
    assertHas(printed, "Objective ", " after 10 iterations: loss ", "against preferences: 1 where");
    JsonNode manifest = json(model.resolve("manifest.json"));
    assertEquals(1, manifest.path("formatVersion").asInt(), "older readers know such a model");
    assertEquals(10, manifest.path("iterations").asInt());
    JsonNode parameters = manifest.path("parameters");
    assertTrue(parameters.path("implicitPrefs").asBoolean());
    assertEquals(2, parameters.path("alpha").asDouble());
    assertEquals("weights", parameters.path("regScaling").asText());
    JsonNode objective = json(model.resolve("metrics.json")).path("objective");
    assertEquals(20, objective.size());
    assertEquals("item", objective.get(0).path("side").asText());
    assertTrue(objective.get(19).path("loss").asDouble() > 0);

    String top = run(0, "recommend", "--model=" + model, "--user=1", "--topK=13");
    // What the user's taste is comes before the rest.
    Stream<String> items =
        top.lines()
            .filter(line -> line.matches("\\| *1\\|.*"))
            .map(line -> line.split("\\|", -1)[3]);
    assertEquals(
        13, items.filter(item -> (Integer.parseInt(item.strip()) - 100) % 3 == 1).count(), top);
    String similar = run(0, "similar", "--model=" + model, "--item=100", "--topK=5");
    assertEquals(
        5,
        similar
            .lines()
            .filter(line -> line.matches("\\| *100\\|.*"))
            .filter(line -> (Integer.parseInt(line.split("\\|", -1)[3].strip()) - 100) % 3 == 0)
            .count(),
        similar);
    assertHas(run(0, "predict", "--model=" + model, "--user=1", "--item=101"), "1 pair, 0 cold");
    String evaluated = run(0, "evaluate", "--model=" + model, "--input=" + plays);
    assertHas(evaluated, ", against preferences: 1 where the rating is above 0", "RMSE = 0.");
    assertHas(run(0, "show", "--model=" + model), "\"implicitPrefs\" : true", "\"objective\"");
  }

  @Test
  void everyModeHasOneDigestOnBothRunnersWithBothExchangesAndKernels() throws IOException {
    String[] cg = args(IMPLICIT, "--solver=cg", "--cgSteps=2");
    for (String[] mode : List.of(IMPLICIT, BIASES, args("--nonnegative"), cg)) {
      String expected = digest(train("one", mode, "--numUserBlocks=1", "--numItemBlocks=1"));
      List<String[]> others = new ArrayList<>();
      others.add(args("--numUserBlocks=3", "--numItemBlocks=8"));
      others.add(args("--factorExchange=shuffle", "--numUserBlocks=8", "--numItemBlocks=3"));
      String[] spark = {"--runner=SparkRunner", "--sparkMaster=local[2]"};
      if (mode == IMPLICIT) {
        others.add(args(spark, "--factorExchange=shuffle"));
      } else if (mode == BIASES || mode == cg) {
        others.add(spark);
      }
      for (String[] flags : others) {
        String name = String.join(" ", mode) + " " + String.join(" ", flags);
        assertEquals(expected, digest(train("other", mode, flags)), name);
      }
    }
    String vector = digest(train("vector", IMPLICIT, "--nonnegative"));
    System.setProperty("beamals.kernel", "scalar");
    try {
      assertEquals(vector, digest(train("scalar", IMPLICIT, "--nonnegative")));
    } finally {
      System.clearProperty("beamals.kernel");
    }
  }

  @Test
  void biasesAreColumnsWhoseProductIsThePrediction() throws IOException {
    Path model = train("model", BIASES);
    JsonNode manifest = json(model.resolve("manifest.json"));
    assertEquals(2, manifest.path("formatVersion").asInt(), "older readers must refuse it");
    double mean = manifest.path("ratingMean").asDouble();
    double expected =
        Files.readAllLines(plays).stream()
            .skip(1)
            .mapToDouble(line -> Double.parseDouble(line.split(",")[2]))
            .average()
            .orElseThrow();
    assertEquals(expected, mean, 1e-12);
    assertHas(
        run(0, "show", "--model=" + model),
        "rank 4, ids",
        "columns of user factors: factors 1 to 4, mean + bias, 1",
        "columns of item factors: factors 1 to 4, 1, bias");
    String cold =
        run(
            0,
            "predict",
            "--model=" + model,
            "--user=nobody",
            "--item=nothing",
            "--coldStartStrategy=baseline");
    assertHas(cold, String.format("|%10.6f|", mean));
    Path pairs = folder.resolve("cold.csv");
    Files.writeString(pairs, "user,item,plays\n1,100,3\nnobody,100,3\n1,nothing,3\n");
    String evaluated =
        run(0, "evaluate", "--model=" + model, "--input=" + pairs, "--coldStartStrategy=baseline");
    assertHas(
        evaluated,
        "On 3 rows (2 of them are cold and predicted by the baseline: coverage 33.33 %; no");
    assertHas(
        run(0, "evaluate", "--model=" + model, "--input=" + pairs),
        "On 1 row (2 more are cold: coverage 33.33 %; no factors");
    // The same similar items as by the factors alone: biases are no part of it.
    assertHas(run(0, "similar", "--model=" + model, "--item=100", "--topK=1"), "| 100|   1|");
  }

  @Test
  void foldInGivesTheFactorsOfTheTrainingInEveryMode() throws IOException {
    for (String[] mode :
        List.of(IMPLICIT, BIASES, args("--nonnegative"), args("--userRegParam=0.3"))) {
      Path model = train("model", mode);
      Path folded = folder.resolve("folded");
      run(0, "fold-in", "--model=" + model, "--input=" + plays, "--output=" + folded);
      // Users were solved last, so the same rows against the same items are the same users.
      assertEquals(digest(model), digest(folded), String.join(" ", mode));
    }
  }

  @Test
  void foldInTakesItemsAndMergesThem() throws IOException {
    Path model = train("model", IMPLICIT);
    Path input = folder.resolve("new.csv");
    List<String> lines = new ArrayList<>(List.of("user,item,plays,time"));
    for (int u = 0; u < 60; u += 3) {
      lines.add(u + ",new," + 9 + ",2000");
    }
    lines.add("stranger,new,1,2000");
    lines.add("3,100,50,2000");
    Files.write(input, lines);
    Path merged = folder.resolve("merged");
    String printed =
        run(
            0,
            "fold-in",
            "--model=" + model,
            "--input=" + input,
            "--output=" + merged,
            "--for=items",
            "--merge");
    assertHas(
        printed,
        "21 ratings, 1 more of users that are not in the model",
        "60 users × 41 items, rank 4");
    String similar = run(0, "similar", "--model=" + merged, "--item=new", "--topK=3");
    assertEquals(
        3,
        similar
            .lines()
            .filter(line -> line.matches("\\| *new\\|.*"))
            .filter(line -> (Integer.parseInt(line.split("\\|", -1)[3].strip()) - 100) % 3 == 0)
            .count(),
        similar);
    // Items that are in the model alone are what they were, and so are users.
    String[] before = predictions(model);
    String[] after = predictions(merged);
    assertEquals(before[1], after[1], "an item that has no new rows");
    assertNotEquals(before[0], after[0], "an item that has");

    Path alone = folder.resolve("alone");
    run(0, "fold-in", "--model=" + model, "--input=" + input, "--output=" + alone, "--for=items");
    assertHas(run(0, "show", "--model=" + alone), "60 users × 2 items");
  }

  private static String[] predictions(Path model) {
    return Stream.of("100", "101")
        .map(
            item ->
                run(0, "predict", "--model=" + model, "--user=4", "--item=" + item)
                    .lines()
                    .filter(line -> line.matches("\\| *4\\|.*"))
                    .findFirst()
                    .orElseThrow())
        .toArray(String[]::new);
  }

  @Test
  void foldInIntoItsOwnModelNeedsMerge() throws IOException {
    Path model = train("model");
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
    Path input = folder.resolve("new.csv");
    Files.writeString(input, "user,item,plays\nnewcomer,100,5\n");
    for (String output : List.of(model.toString(), model + "/", link + "/model")) {
      assertHas(
          run(2, "fold-in", "--model=" + model, "--input=" + input, "--output=" + output),
          "--output=" + output + ": is --model, which would be replaced",
          "or --merge");
    }
    assertHas(
        run(0, "fold-in", "--model=" + model, "--input=" + input, "--output=" + model, "--merge"),
        "61 users × 40 items");
  }

  @Test
  void aTrainingGoesOnFromAModelBitByBit() throws IOException {
    for (String[] mode : List.of(args(), IMPLICIT, BIASES)) {
      Path whole = train("whole", mode, "--seed=3"); // of 4 iterations
      Path first = folder.resolve("first");
      run(
          0,
          "train",
          "--input=" + plays,
          "--output=" + first,
          "--rank=4",
          "--maxIter=2",
          COLUMNS,
          mode,
          "--seed=3");
      Path second = folder.resolve("second");
      run(
          0,
          "train",
          "--input=" + plays,
          "--output=" + second,
          "--rank=4",
          "--maxIter=2",
          COLUMNS,
          mode,
          "--seed=3",
          "--initialModel=" + first);
      assertEquals(digest(whole), digest(second), String.join(" ", mode));
    }
    Path implicit = train("implicit", IMPLICIT);
    Object[] go = {"train", "--input=" + plays, "--output=" + folder.resolve("x"), COLUMNS};
    assertHas(
        run(1, args(go), "--rank=4", "--initialModel=" + implicit),
        "--initialModel="
            + implicit
            + ": was trained with --implicitPrefs=true; expected"
            + " --implicitPrefs=false as here");
    assertHas(
        run(1, args(go), IMPLICIT, "--rank=5", "--initialModel=" + implicit),
        "was trained with --rank=4; expected --rank=5 as here");
  }

  @Test
  void aToleranceTellsHowManyIterationsWereDone() throws IOException {
    Path model = folder.resolve("model");
    Object[] flags = {
      "train", "--input=" + plays, "--output=" + model, "--rank=4", COLUMNS, "--regParam=0.01"
    };
    String printed = run(0, args(flags), "--tolerance=0.02", "--maxIter=30");
    int iterations = json(model.resolve("manifest.json")).path("iterations").asInt();
    assertTrue(iterations > 1 && iterations < 30, iterations + " iterations");
    assertHas(
        printed,
        "after " + iterations + " iterations",
        "lowered it by less than --tolerance=0.02; --maxIter=30 was not needed");
    String digest = digest(model);
    run(0, args(flags), "--maxIter=" + iterations);
    assertEquals(digest, digest(model));
  }

  @Test
  void rowsWithoutARatingCountOneAndAreAddedUp() throws IOException {
    Path clicks = folder.resolve("clicks.csv");
    List<String> lines = new ArrayList<>(List.of("user,item,time"));
    List<String> counted = new ArrayList<>(List.of("user,item,plays"));
    for (String line : Files.readAllLines(plays).subList(1, 300)) {
      String[] row = line.split(",", -1);
      int count = Integer.parseInt(row[2]) % 4 + 1;
      for (int n = 0; n < count; n++) {
        lines.add(row[0] + "," + row[1] + "," + (n * 1000));
      }
      counted.add(row[0] + "," + row[1] + "," + count);
    }
    Files.write(clicks, lines);
    Path sums = Files.write(folder.resolve("counted.csv"), counted);
    Path model = folder.resolve("model");
    Object[] flags = {"train", "--output=" + model, "--rank=3", "--userCol=user", "--itemCol=item"};
    String printed =
        run(0, args(flags), IMPLICIT, "--input=" + clicks, "--ratingCol=none", "--aggregate=sum");
    int together = lines.size() - counted.size();
    assertHas(
        printed,
        String.format("%,12d put together with another of the same user and item", together),
        String.format("%,12d ratings left", 299),
        "           0 duplicates");
    String digest = digest(model);
    run(0, args(flags), IMPLICIT, "--input=" + sums, "--ratingCol=plays");
    assertEquals(digest, digest(model));
    JsonNode dropped = json(model.resolve("manifest.json")).path("input").path("rowsDropped");
    assertEquals(0, dropped.path("aggregated").asInt());
  }

  @Test
  void meanAndLastOfAPairAreTakenInAnyOrder() throws IOException {
    List<String> rows = List.of("1,2,5,100", "1,2,1,300", "1,2,3,200", "1,3,4,1", "2,2,2,1");
    List<String> reversed = new ArrayList<>(rows);
    Collections.reverse(reversed);
    for (String aggregate : List.of("mean", "last")) {
      String expectedRow = aggregate.equals("mean") ? "1,2,3,0" : "1,2,1,0";
      String expected = small("expected", List.of(expectedRow, "1,3,4,1", "2,2,2,1"), "none");
      assertEquals(expected, small("a", rows, aggregate), aggregate);
      assertEquals(expected, small("b", reversed, aggregate), aggregate);
    }
    Path input = folder.resolve("untimed.csv");
    Files.writeString(input, "user,item,plays\n1,2,3\n");
    assertHas(
        run(
            2,
            "train",
            "--input=" + input,
            "--output=" + folder.resolve("x"),
            COLUMNS,
            "--aggregate=last"),
        "--aggregate=last: ",
        "has no column of times; expected --timestampCol");
  }

  private String small(String name, List<String> rows, String aggregate) throws IOException {
    List<String> lines = new ArrayList<>(List.of("user,item,plays,time"));
    lines.addAll(rows);
    Path input = Files.write(folder.resolve(name + ".csv"), lines);
    Path model = folder.resolve(name);
    run(
        0,
        "train",
        "--input=" + input,
        "--output=" + model,
        "--rank=2",
        COLUMNS,
        "--timestampCol=time",
        "--aggregate=" + aggregate);
    return digest(model);
  }

  @Test
  void usersAndItemsWithFewRowsAreLeftOutUntilNothingChanges() throws IOException {
    // Item 9 has one user. Without it user 3 has one item, and without user 3 so has item 8.
    List<String> kept = List.of("1,5,1", "1,6,2", "2,5,3", "2,6,1", "4,5,2", "4,6,2");
    List<String> rare = List.of("3,9,1", "3,8,2", "1,8,4");
    List<String> lines = new ArrayList<>(List.of("user,item,plays"));
    lines.addAll(kept);
    lines.addAll(rare);
    Path all = Files.write(folder.resolve("all.csv"), lines);
    List<String> few = new ArrayList<>(List.of("user,item,plays"));
    few.addAll(kept);
    Path expected = Files.write(folder.resolve("kept.csv"), few);
    Path model = folder.resolve("model");
    Object[] flags = {"train", "--output=" + model, "--rank=2", COLUMNS};
    run(0, args(flags), "--input=" + expected);
    String digest = digest(model);
    String printed =
        run(
            0,
            args(flags),
            "--input=" + all,
            "--minUserRatings=2",
            "--minItemRatings=2",
            "--numUserBlocks=3");
    assertEquals(digest, digest(model));
    assertHas(printed, "3 of users or items with too few", "6 ratings left", "3 users × 2 items");
    assertEquals(
        3,
        json(model.resolve("manifest.json"))
            .path("input")
            .path("rowsDropped")
            .path("infrequent")
            .asInt());
    assertHas(
        run(1, args(flags), "--input=" + all, "--minUserRatings=9"),
        "--input: no rating is left to train on, of 9; expected to hold out less");
    assertEquals(3, json(model.resolve("manifest.json")).path("users").asInt(), "still there");
  }

  @Test
  void wrongUseIsSaidInALine() throws IOException {
    Object[] train = {"train", "--input=" + plays, "--output=" + folder.resolve("x"), COLUMNS};
    assertHas(
        run(2, args(train), "--implicitPrefs", "--biases"), "--implicitPrefs with --biases: ");
    assertHas(run(2, args(train), "--nonnegative", "--center"), "--nonnegative with --center: ");
    assertHas(
        run(2, args(train), "--implicitPrefs", "--alpha=0"),
        "--alpha=0.0: expected a finite number above 0");
    assertHas(
        run(2, args(train), "--coldStartStrategy=baseline"),
        "--coldStartStrategy=baseline: expected with --center or --biases");
    assertHas(run(2, args(train), "--minItemRatings=0"), "--minItemRatings=0: expected at least 1");

    Path none = folder.resolve("none.csv");
    Files.writeString(none, "user,item,plays\n1,2,0\n2,2,-1\n");
    assertHas(
        run(
            1,
            "train",
            "--input=" + none,
            "--output=" + folder.resolve("x"),
            COLUMNS,
            "--implicitPrefs"),
        "no rating is above 0, so nothing is preferred");
    Path some = folder.resolve("some.csv");
    Files.writeString(some, "user,item,plays\n1,2,3\n2,2,-1\n2,3,1\n");
    assertHas(
        run(
            0,
            "train",
            "--input=" + some,
            "--output=" + folder.resolve("x"),
            COLUMNS,
            "--implicitPrefs"),
        "1 rating below 0: with --implicitPrefs they count as not preferred");
    Path plain = train("plain");
    assertHas(
        run(
            1,
            "predict",
            "--model=" + plain,
            "--user=1",
            "--item=nothing",
            "--coldStartStrategy=baseline"),
        "--coldStartStrategy=baseline: --model=" + plain + " has neither a mean nor biases");
    assertHas(
        run(
            1,
            "fold-in",
            "--model=" + plain,
            "--input=" + plays,
            "--output=" + folder.resolve("y"),
            "--implicitPrefs"),
        "--implicitPrefs=true: --model=" + plain + " was trained with false");
  }

  @Test
  void countsThatAreTrainedAsGradesAreNoticed() throws IOException {
    Random random = new Random(4);
    List<String> lines = new ArrayList<>(List.of("user,item,plays"));
    for (int u = 0; u < 60; u++) {
      for (int i = 0; i < 40; i++) {
        if (random.nextInt(6) == 0) {
          lines.add(u + "," + i + "," + (long) Math.exp(9 * random.nextDouble()));
        }
      }
    }
    Path input = Files.write(folder.resolve("counts.csv"), lines);
    assertHas(
        run(
            0,
            "train",
            "--input=" + input,
            "--output=" + folder.resolve("x"),
            COLUMNS,
            "--testFraction=0.2"),
        "though on the training rows it looks good",
        "If --ratingCol=plays counts plays, clicks, purchases or time, it is not a grade: train with"
            + " --implicitPrefs.");
  }
}
