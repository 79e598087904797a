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
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Splits as a user makes them, and the rows of each part. */
final class SplitsTest {
  @TempDir static Path shared;
  @TempDir Path folder;
  private static List<String> rows = new ArrayList<>();

  @BeforeAll
  static void writeRatings() throws IOException {
    Random random = new Random(3);
    for (int u = 0; u < 50; u++) {
      for (int i = 0; i < (u == 0 ? 1 : 40); i++) {
        if (i == 0 || random.nextInt(3) == 0) {
          String part = i % 4 == 3 ? "test" : i % 9 == 8 ? "validation" : "train";
          rows.add(
              String.join(
                  ",",
                  "" + u,
                  "" + i,
                  "" + (1 + (u * i + i) % 5),
                  "" + random.nextInt(5000),
                  part));
        }
      }
    }
    rows.add(rows.get(7)); // a duplicate
    Files.write(shared.resolve("ratings.csv"), withHeader(rows));
  }

  private static List<String> withHeader(List<String> some) {
    List<String> lines = new ArrayList<>(List.of("user,item,rating,timestamp,part"));
    lines.addAll(some);
    return lines;
  }

  private static String run(int exitCode, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    int actual = Main.run(List.of(args), print, print);
    String printed = out.toString(StandardCharsets.UTF_8);
    assertEquals(exitCode, actual, printed);
    return printed;
  }

  private String train(String name, String input, String... flags) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "train",
                "--input=" + input,
                "--output=" + folder.resolve(name),
                "--userCol=user",
                "--itemCol=item",
                "--ratingCol=rating",
                "--rank=3",
                "--maxIter=2"));
    args.addAll(List.of(flags));
    return run(0, args.toArray(String[]::new));
  }

  private JsonNode json(String name, String file) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(name).resolve(file).toFile());
  }

  /** The rows of a part that was written. */
  private List<String> part(String split, String part) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder.resolve(split))) {
      for (Path file : files.filter(f -> f.getFileName().toString().startsWith(part)).toList()) {
        List<String> all = Files.readAllLines(file);
        assertEquals("user,item,rating,timestamp,part", all.get(0));
        lines.addAll(all.subList(1, all.size()));
      }
    }
    return lines;
  }

  private static int time(String row) {
    return Integer.parseInt(row.split(",")[3]);
  }

  /** Every mode: the parts are the rows, and what they say of a model trained on them again. */
  @Test
  void thePartsThatAreWrittenGiveTheSameModelAndFigures() throws IOException {
    Map<String, List<String>> flags =
        Map.of(
            "user", List.of("--testRows=2", "--validationRows=1"),
            "latest", List.of("--testFraction=0.2"),
            "time", List.of("--testFraction=0.2", "--validationFraction=0.1"),
            "column", List.of("--splitCol=part"));
    for (Map.Entry<String, List<String>> mode : flags.entrySet()) {
      String name = mode.getKey();
      List<String> args = new ArrayList<>(mode.getValue());
      args.add("--splitMode=" + name);
      args.add("--writeSplit=" + folder.resolve(name + "-split"));
      String printed = train(name, shared + "/ratings.csv", args.toArray(String[]::new));
      List<String> training = part(name + "-split", "train");
      List<String> validation = part(name + "-split", "validation");
      List<String> test = part(name + "-split", "test");
      List<String> all = new ArrayList<>(training);
      all.addAll(validation);
      all.addAll(test);
      Collections.sort(all);
      assertEquals(rows.stream().sorted().toList(), all, "every row is in one part");
      assertTrue(Files.exists(folder.resolve(name + "-split/_SUCCESS")));
      assertEquals(name.equals("latest"), validation.isEmpty());
      assertTrue(test.size() > 50, name);
      check(name, printed, training, test);

      String again = folder.resolve(name + "-split").toString();
      train(name + "2", again + "/train-*.csv", "--testInput=" + again + "/test-*.csv");
      assertEquals(
          json(name, "manifest.json").path("factorsDigest"),
          json(name + "2", "manifest.json").path("factorsDigest"));
      assertEquals(
          json(name, "metrics.json").path("test"), json(name + "2", "metrics.json").path("test"));
      assertEquals(!validation.isEmpty(), json(name, "metrics.json").has("validation"));
    }
  }

  private static void check(String mode, String printed, List<String> training, List<String> test) {
    int latest = training.stream().mapToInt(SplitsTest::time).max().orElse(0);
    switch (mode) {
      case "time" -> {
        assertTrue(test.stream().allMatch(row -> time(row) > latest), "a leak");
        assertTrue(printed.contains("Split by time: validation rows from 1970-01-01T0"), printed);
      }
      case "column" -> assertTrue(test.stream().allMatch(row -> row.endsWith(",test")));
      default -> {
        assertTrue(printed.contains("50 users, of whom 1 with too few rows"), printed);
        Map<String, Integer> ofUser = new HashMap<>();
        test.forEach(row -> ofUser.merge(row.split(",")[0], 1, Integer::sum));
        assertEquals(49, ofUser.size());
        if (mode.equals("user")) {
          // The duplicate may be among them: it counts once.
          assertTrue(ofUser.values().stream().filter(n -> n == 2).count() >= 48);
        } else {
          for (String row : test) {
            String user = row.substring(0, row.indexOf(',') + 1);
            assertTrue(
                training.stream()
                    .filter(other -> other.startsWith(user))
                    .allMatch(other -> time(other) <= time(row)));
          }
        }
      }
    }
  }

  @Test
  void flagsThatMakeNoSenseTogetherAreNamed() {
    String input = "--input=" + shared.resolve("ratings.csv");
    Map<String, List<String>> wrong = new HashMap<>();
    wrong.put("--splitMode=user: expected with --testFraction or --testRows", List.of("user"));
    wrong.put("--splitMode=time: expected with --testFraction or --testFrom", List.of("time"));
    wrong.put("--splitMode=column: expected with --splitCol", List.of("column"));
    wrong.put(
        "--testRows: expected with --splitMode=user or latest", List.of("random", "testRows=1"));
    wrong.put("--testFrom: expected with --splitMode=time", List.of("latest", "testFrom=5"));
    wrong.put("expected one of them", List.of("user", "testRows=1", "testFraction=0.1"));
    wrong.put("--testFrom=noon: expected seconds", List.of("time", "testFrom=noon"));
    wrong.put("--testRows=0: expected at least 1", List.of("user", "testRows=0"));
    wrong.put("nothing is left", List.of("random", "testFraction=.5", "validationFraction=.5"));
    wrong.put("expected with a test part as well", List.of("random", "validationFraction=0.5"));
    wrong.put("--writeSplit: expected with a split", List.of("random", "writeSplit=x"));
    wrong.put(
        "--testInput: expected without a split",
        List.of("random", "testFraction=.5", "testInput=x"));
    wrong.put(
        "--validationFrom=9: expected before --testFrom=8",
        List.of("time", "testFrom=8", "validationFrom=9"));
    wrong.forEach(
        (message, flags) -> {
          List<String> args =
              new ArrayList<>(List.of("train", input, "--splitMode=" + flags.get(0)));
          flags.subList(1, flags.size()).forEach(flag -> args.add("--" + flag));
          String printed = run(2, args.toArray(String[]::new));
          assertTrue(printed.contains(message), message + " is not in " + printed);
        });
  }

  @Test
  void aSplitByTimeNeedsTimesAndAWordThatIsNoPartIsRejected() throws IOException {
    Path file = folder.resolve("untimed.csv");
    Files.write(file, List.of("user,item,rating,part", "1,1,1,train", "1,2,1,later", "2,2,1,test"));
    String printed =
        run(
            2,
            "train",
            "--input=" + file,
            "--userCol=user",
            "--itemCol=item",
            "--ratingCol=rating",
            "--splitMode=time",
            "--testFraction=0.5",
            "--output=" + folder.resolve("m"));
    assertTrue(printed.contains("--splitMode=time: " + file + " has no column of times"), printed);
    printed = train("m", file.toString(), "--splitMode=column", "--splitCol=part");
    assertTrue(printed.contains("1 unreadable, see rejects/"), printed);
    try (Stream<Path> rejects = Files.list(folder.resolve("m/rejects"))) {
      String text = Files.readString(rejects.findFirst().orElseThrow());
      assertTrue(text.contains("part \"\"later\"\" is not train, validation or test"), text);
    }
  }
}
