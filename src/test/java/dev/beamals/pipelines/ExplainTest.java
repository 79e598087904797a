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
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Explanations as a user asks for them, of a model that was trained on the same rows. */
final class ExplainTest {
  @TempDir static Path shared;
  @TempDir Path folder;
  private static Path input = Path.of("");
  private static Path titles = Path.of("");

  /** Of grades, with a mean and biases. */
  private static Path grades = Path.of("");

  /** Of counts. */
  private static Path counts = Path.of("");

  @BeforeAll
  static void trainOnce() throws IOException {
    Random random = new Random(8);
    List<String> lines = new ArrayList<>(List.of("user,item,rating"));
    for (int u = 0; u < 20; u++) {
      for (int i = 0; i < 30; i++) {
        if (random.nextInt(10) < (u % 3 == i % 3 ? 8 : 3)) {
          int rating = (u % 3 == i % 3 ? 3 : 1) + random.nextInt(3);
          lines.add(u + "," + (100 + i) + "," + rating);
        }
      }
    }
    input = Files.write(shared.resolve("in.csv"), lines);
    List<String> names = new ArrayList<>(List.of("item,title"));
    for (int i = 1; i < 30; i++) {
      names.add((100 + i) + ",\"Film, " + i + "\"");
    }
    titles = Files.write(shared.resolve("titles.csv"), names);
    grades = train("grades", "--biases", "--center", "--biasRegParam=0.05");
    counts = train("counts", "--implicitPrefs", "--regScaling=weights", "--regParam=0.02");
  }

  private static Path train(String name, String... mode) {
    Path model = shared.resolve(name);
    List<String> args = new ArrayList<>(List.of("train", "--input=" + input, "--output=" + model));
    args.addAll(List.of("--userCol=user", "--itemCol=item", "--ratingCol=rating", "--rank=3"));
    args.addAll(List.of("--maxIter=2", "--testFraction=0"));
    args.addAll(List.of(mode));
    run(0, args.toArray(String[]::new));
    return model;
  }

  private static String run(int exitCode, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int actual =
        Main.run(
            List.of(args),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    String printed = out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
    assertEquals(exitCode, actual, printed);
    return printed;
  }

  private static void assertFails(int exitCode, String message, String... args) {
    String printed = run(exitCode, args);
    assertTrue(printed.contains(message), printed);
  }

  private static List<String> lines(Path output) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(output)) {
      for (Path file : files.filter(f -> f.getFileName().toString().startsWith("part-")).toList()) {
        lines.addAll(Files.readAllLines(file));
      }
    }
    return lines;
  }

  /** The number that stands before {@code what} in what was printed. */
  private static double before(String printed, String what) {
    String text = printed.substring(0, printed.indexOf(what)).strip();
    return Double.parseDouble(text.substring(text.lastIndexOf('\n') + 1).replaceAll(".* ", ""));
  }

  /** The number that stands after {@code what}, up to the end of the line. */
  private static double after(String printed, String what) {
    String text = printed.substring(printed.indexOf(what) + what.length()).strip();
    return Double.parseDouble(text.split("[ ,:\n]")[0]);
  }

  @Test
  void interactionsOfTheTrainingAddUpToWhatTheModelPredicts() throws IOException {
    for (Path model : List.of(grades, counts)) {
      Path output = folder.resolve(model.getFileName());
      String printed =
          run(
              0,
              "recommend",
              "--model=" + model,
              "--explain",
              "--input=" + input,
              "--topK=2",
              "--output=" + output);
      assertTrue(after(printed, "add up to scores within ") < 1e-5, printed);
      List<String> rows = lines(output);
      rows.removeIf(line -> line.startsWith("user,rank,item,score,because1,contribution1,"));
      assertEquals(40, rows.size());
      Path all = folder.resolve(model.getFileName() + "-one");
      String[] row = rows.get(0).split(",");
      String one =
          run(
              0,
              "explain",
              "--model=" + model,
              "--user=" + row[0],
              "--item=" + row[2],
              "--input=" + input,
              "--topK=1000",
              "--format=jsonl",
              "--output=" + all);
      double sum = 0;
      double last = Double.POSITIVE_INFINITY;
      List<String> reasons = new ArrayList<>();
      List<JsonNode> parts = new ArrayList<>();
      for (String line : lines(all)) {
        JsonNode part = new ObjectMapper().readTree(line);
        parts.add(part);
        sum += part.get("contribution").asDouble();
        assertEquals(parts.size(), part.get("rank").asInt());
        assertTrue(last >= Math.abs(part.get("contribution").asDouble()), "by size");
        last = Math.abs(part.get("contribution").asDouble());
        assertTrue(
            Files.readAllLines(input)
                .contains(
                    row[0] + "," + part.get("item").asInt() + "," + part.get("rating").asInt()));
      }
      long given =
          Files.readAllLines(input).stream().filter(l -> l.startsWith(row[0] + ",")).count();
      assertEquals(given, parts.size(), "every interaction has its part");
      if (model.equals(grades)) {
        sum += before(one, "mean of all ratings") + before(one, "bias of the item");
      }
      assertEquals(Double.parseDouble(row[3]), sum, 1e-5, one);
      assertEquals(sum, before(one, "in all;"), 1e-5, one);
      assertTrue(!one.contains("the rows of --input"), one);

      parts.sort(Comparator.comparing(part -> -part.get("contribution").asDouble()));
      for (JsonNode part : parts.subList(0, 3)) {
        reasons.add(part.get("item").asText());
        reasons.add(Float.toString(part.get("contribution").floatValue()));
      }
      assertEquals(reasons, List.of(row).subList(4, 10));
    }
  }

  @Test
  void aTableIsPrintedWithTitlesAndTheRestIsSummedUp() throws IOException {
    // The item without a title, and one that the model does not have, are the user's as well.
    List<String> rows = new ArrayList<>(Files.readAllLines(input));
    rows.removeIf(row -> row.startsWith("7,"));
    rows.addAll(List.of("7,103,4", "7,100,5", "7,106,3", "7,999,5"));
    Path other = Files.write(folder.resolve("other.csv"), rows);
    String[] args = {"explain", "--model=" + counts, "--user=7", "--item=100", "--input=" + other};
    String printed = run(0, append(args, "--topK=1", "--titles=" + titles));
    String[] lines = printed.split("\n");
    assertEquals("|rank|item|title|rating|contribution|", lines[1].replace(" ", ""), printed);
    assertTrue(lines[3].replace(" ", "").startsWith("|1|100||5.0|"), printed);
    assertTrue(
        printed.contains(
            " away: the rows of --input are not those of the training, or not all of them\n"),
        printed);
    assertTrue(
        printed.contains(
            "\n1 interaction of items that the model does not have\n1 row without a title"),
        printed);
    double all = before(run(0, args), "in all;");
    double shown = Double.parseDouble(lines[3].replaceAll("\\|$", "").replaceAll(".*\\|", ""));
    // The line is "  0.123456 2 more interactions".
    String rest =
        printed
            .lines()
            .filter(line -> line.contains("more interactions"))
            .findFirst()
            .orElseThrow()
            .strip();
    assertTrue(rest.endsWith("2 more interactions"), printed);
    assertEquals(all, shown + Double.parseDouble(rest.split(" ")[0]), 1e-5, printed);
  }

  private static String[] append(String[] args, String... more) {
    return Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void whatCannotBeExplainedIsNamed() throws IOException {
    String[] explain = {"explain", "--model=" + grades, "--input=" + input};
    assertFails(
        1, "--user=nobody: not in the model", append(explain, "--user=nobody", "--item=101"));
    assertFails(1, "--item=x: not in the model", append(explain, "--user=1", "--item=x"));
    Path few = Files.writeString(folder.resolve("few.csv"), "user,item,rating\n2,101,3\n1,999,2\n");
    explain[2] = "--input=" + few;
    assertFails(
        1, "--user=3: has no rows in --input; ex", append(explain, "--user=3", "--item=101"));
    assertFails(
        1,
        "--user=1: has no rows in --input of items that the model has; ",
        append(explain, "--user=1", "--item=101"));
    String printed =
        run(0, "recommend", "--model=" + grades, "--explain", "--input=" + few, "--user=1,2");
    assertTrue(
        printed.contains("10 rows of users without interactions in --input that the model can use"),
        printed);
  }

  @Test
  void flagsThatDoNotFitAreRefused() {
    assertFails(2, "--user and --item: missing; expected both", "explain", "--user=1");
    assertFails(2, "--input: missing; ", "explain", "--user=1", "--item=2");
    assertFails(
        2,
        "--topK=0: expected 1 to 100000",
        "explain",
        "--user=1",
        "--item=2",
        "--input=x",
        "--topK=0");
    assertFails(2, "--input: missing; ", "recommend", "--user=1", "--explain");
    assertFails(2, "--regParam: expected with --explain only", "recommend", "--regParam=1");
    assertFails(
        2,
        "--explain: expected without --for=items",
        "recommend",
        "--explain",
        "--for=items",
        "--item=1");
    assertFails(
        1,
        "--alpha=3.0: --model=" + grades + " was trained with 1.0; expected no such flag",
        "explain",
        "--model=" + grades,
        "--user=1",
        "--item=2",
        "--input=" + input,
        "--alpha=3");
  }
}
