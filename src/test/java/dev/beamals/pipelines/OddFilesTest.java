package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that are not written as the model's were: what commands make of them, and what they say.
 */
final class OddFilesTest {
  private static final String HEADER = "user_id,video_id,watch_ratio\n";

  @TempDir static Path shared;
  @TempDir Path folder;
  private static Path model = Path.of("");

  private static String rows() {
    StringBuilder rows = new StringBuilder(HEADER);
    for (int user = 1; user <= 6; user++) {
      for (int item = 101; item <= 108; item++) {
        if ((user + item) % 3 != 0) {
          rows.append(user).append(',').append(item).append(',').append(item % user).append('\n');
        }
      }
    }
    return rows.toString();
  }

  @BeforeAll
  static void trainOnce() throws IOException {
    Path input = Files.writeString(shared.resolve("base.csv"), rows());
    model = shared.resolve("model");
    run(0, "train", "--input=" + input, "--output=" + model, "--rank=2", "--maxIter=1");
  }

  private static String run(int exitCode, String... args) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      List<String> all = new ArrayList<>(Arrays.asList(args));
      int actual = Main.run(all, out, out);
      assertEquals(exitCode, actual, bytes.toString(StandardCharsets.UTF_8));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void mixedIdsAreReadAgainAsTextOnBothRunners() throws IOException {
    Path input = file("mixed.csv", rows() + "1.0,101,2\nabc,101,2\n");
    for (String runner : List.of("DirectRunner", "SparkRunner")) {
      Path output = folder.resolve(runner);
      String printed =
          run(
              0,
              "train",
              "--input=" + input,
              "--output=" + output,
              "--rank=2",
              "--maxIter=1",
              "--runner=" + runner);
      assertTrue(printed.contains("--userCol: 1 ids look like numbers"), printed);
      assertTrue(printed.contains("reading again with --idType=string"), printed);
      JsonNode manifest = new ObjectMapper().readTree(output.resolve("manifest.json").toFile());
      assertEquals(8, manifest.path("users").asInt(), "1 and 1.0 are two, abc is another");
      assertEquals("[\"USER\"]", manifest.path("parameters").path("textIds").toString());
    }
    // What is text in the model is text in what is looked up, on that side alone.
    Path pairs = file("pairs.csv", "user_id,video_id\n1.0,101.0\n1.00,101\n");
    String printed =
        run(
            0,
            "predict",
            "--model=" + folder.resolve("DirectRunner"),
            "--input=" + pairs,
            "--output=" + folder.resolve("predicted"));
    assertTrue(printed.contains("2 pairs, 1 cold"), printed);
  }

  @Test
  void idsInAnyNotationAreFoundAndSaid() throws IOException {
    Path seen = file("seen.csv", HEADER + "1.0,101.0,3\n1.0,102.0,3\n777,102,1\n");
    Path candidates = file("candidates.csv", "video_id\n101.0\n102\n102.0\n103\n12345\n\nNULL\n");
    Path output = folder.resolve("top");
    String printed =
        run(
            0,
            "recommend",
            "--model=" + model,
            "--excludeSeen=" + seen,
            "--candidates=" + candidates,
            "--output=" + output);
    assertTrue(
        printed.contains("2 user ids in --excludeSeen, 1 of them not in the model: 777"), printed);
    assertTrue(printed.contains("2 item ids in --excludeSeen, all of them in the model"), printed);
    assertTrue(
        printed.contains("4 item ids in --candidates, 1 of them not in the model: 12345"), printed);
    assertTrue(
        printed.contains("--candidates: 6 rows read, 0 unreadable, 1 without an id, 5 used"),
        printed);
    List<String> ofUser1 = new ArrayList<>();
    try (var files = Files.list(output)) {
      for (Path part : files.filter(f -> f.toString().endsWith(".csv")).toList()) {
        ofUser1.addAll(Files.readAllLines(part).stream().filter(l -> l.startsWith("1,")).toList());
      }
    }
    assertEquals(1, ofUser1.size(), ofUser1.toString());
    assertTrue(ofUser1.get(0).startsWith("1,1,103,"), ofUser1.toString());

    Path none = file("none.csv", "video_id\n7\n8\n9\n10\n");
    printed =
        run(
            1,
            "recommend",
            "--model=" + model,
            "--candidates=" + none,
            "--output=" + folder.resolve("no"));
    assertTrue(
        printed.contains("--candidates: none of its 4 item ids is in the model: 7, 8, 9, …"),
        printed);
    assertFalse(Files.exists(folder.resolve("no/_SUCCESS")));
    printed = run(0, "predict", "--model=" + model, "--user=1.0", "--item=1.01e2");
    assertTrue(printed.contains("1 pair, 0 cold"), printed);
  }

  @Test
  void everyRowIsAccountedFor() throws IOException {
    Path pairs = file("pairs.csv", "user_id,video_id\n1,101\n1,\n,102\n2,103,9\n3,104\n2,102\n");
    String printed =
        run(
            0,
            "predict",
            "--model=" + model,
            "--input=" + pairs,
            "--output=" + folder.resolve("predicted"));
    assertTrue(
        printed.contains("--input: 6 rows read, 1 unreadable, 2 without an id, 3 used"), printed);
    assertTrue(printed.contains("3 pairs, 0 cold"), printed);
    Path rows =
        file(
            "new.csv",
            HEADER
                + "601,101,5\n601,101.0,5\n602,102,NaN\n603,9999,4\n604,103,abc\n605,,4\n"
                + "606,104,2\n607,104,inf\n");
    printed =
        run(
            0,
            "fold-in",
            "--model=" + model,
            "--input=" + rows,
            "--output=" + folder.resolve("folded"));
    assertTrue(
        printed.contains(
            "8 rows read, 1 unreadable, 2 with an empty column, 0 with a timestamp below 0, 1 with a"
                + " rating that is not finite, 1 duplicate, 1 whose item is not in the model, 2 used"),
        printed);
    assertTrue(
        printed.contains("3 item ids in --input, 1 of them not in the model: 9999"), printed);
  }
}
