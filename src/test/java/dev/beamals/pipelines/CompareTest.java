package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that are compared by the command line: flags, figures and words. */
final class CompareTest {
  @TempDir private Path folder;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** 40 users and 30 items, the first of which all like. */
  @BeforeEach
  void write() throws IOException {
    List<String> train = new ArrayList<>(List.of("user,item,stars"));
    List<String> test = new ArrayList<>(train);
    Random random = new Random(1);
    for (int user = 0; user < 40; user++) {
      for (int item = 0; item < 30; item++) {
        if (random.nextInt(30) > item) {
          String row = "u" + user + "," + item + "," + (1 + (user + item) % 5);
          (random.nextInt(4) == 0 ? test : train).add(row);
        }
      }
    }
    test.add("nobody,1,3");
    Files.write(folder.resolve("train.csv"), train);
    Files.write(folder.resolve("test.csv"), test);
  }

  private String run(int code, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    err.reset();
    int exit =
        Main.run(
            List.of(args),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    assertEquals(code, exit, err.toString(StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private void train(String model, String... flags) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "train",
                "--input=" + path("train.csv"),
                "--output=" + path(model),
                "--userCol=user",
                "--itemCol=item",
                "--ratingCol=stars",
                "--maxIter=3"));
    args.addAll(List.of(flags));
    run(0, args.toArray(String[]::new));
  }

  private String compare(int code, String models, String... flags) {
    List<String> args =
        new ArrayList<>(List.of("compare", "--models=" + models, "--input=" + path("test.csv")));
    args.addAll(List.of(flags));
    return run(code, args.toArray(String[]::new));
  }

  private String evaluate(String model) {
    return run(
        0,
        "evaluate",
        "--model=" + path(model),
        "--input=" + path("test.csv"),
        "--excludeSeen=" + path("train.csv"),
        "--topK=3,20");
  }

  /** What stands after a name in the line that begins with it. */
  private static List<String> figures(String printed, String name) {
    String line =
        printed.lines().filter(l -> l.startsWith(name)).findFirst().orElse(name + " is missing");
    String rest = line.substring(name.length()).strip();
    return List.of(rest.replaceAll(" ± ", "±").replaceFirst("^= ", "").split(" +"));
  }

  @Test
  void figuresAreThoseOfEachModelAlone() {
    train("a", "--rank=2", "--regParam=2");
    train("b", "--rank=4", "--regParam=0.01");
    String a = evaluate("a");
    String b = evaluate("b");
    String compared =
        compare(
            0, path("a") + "," + path("b"), "--excludeSeen=" + path("train.csv"), "--topK=3,20");
    for (String name : List.of("MAE ", "RMSE", "R2  ")) {
      assertEquals(figures(a, name).get(0), figures(compared, name).get(0));
      assertEquals(figures(b, name).get(0), figures(compared, name).get(1));
    }
    for (String k : List.of("@3", "@20")) {
      for (String name : List.of("precision", "recall", "ndcg", "mrr", "coverage", "novelty")) {
        List<String> both = figures(compared, name + k);
        assertEquals(figures(a, name + k).get(0), both.get(0), name + k);
        assertEquals(figures(b, name + k).get(0), both.get(1), name + k);
        assertEquals(figures(a, name + k).get(1), both.get(2), "most popular");
      }
    }
    assertTrue(compared.contains("1 row cold for some model (model 1: 1, model 2: 1)"));
    assertTrue(compared.contains("Model 1: " + path("a") + ", 40 users × "), compared);
    assertTrue(compared.contains("Model 2 predicts better than model 1 by MAE, MSE."), compared);
    assertTrue(compared.contains("not trained by some model (model 1: 1, model 2: 1)"));
    assertTrue(compared.contains("most popular              2 - 1"), compared);

    String turned = compare(0, path("b") + "," + path("a"));
    assertTrue(turned.contains("Model 2 predicts worse than model 1 by MAE, MSE."), turned);
    assertFalse(turned.contains("ndcg"), turned);
    assertEquals(
        figures(compared, "MAE ").get(2).replace('-', '+'), figures(turned, "MAE ").get(2));
  }

  @Test
  void equalModelsShowNoDifferenceAndOfTwoModesListsAreCompared() {
    train("a", "--rank=2");
    train("same", "--rank=2");
    train("implicit", "--rank=2", "--implicitPrefs");
    String equal = compare(0, path("a") + "," + path("same"));
    assertTrue(equal.contains("+0.0000 ± 0.0000"), equal);
    assertTrue(
        equal.contains(
            "Between models 1 and 2 there is no difference that these rows could show by MAE, MSE"),
        equal);

    String both = path("a") + "," + path("same") + "," + path("implicit");
    compare(1, both);
    String refused = err.toString(StandardCharsets.UTF_8);
    assertTrue(
        refused.contains(
            "model 1 predicts ratings, model 2 ratings, model 3 preferences, whose errors"),
        refused);
    assertTrue(refused.contains("expected --excludeSeen"), refused);
    String lists = compare(0, both, "--excludeSeen=" + path("train.csv"));
    assertTrue(lists.contains("Errors are not compared: model 1 predicts ratings"), lists);
    assertTrue(lists.contains("2 - 1              3 - 1"), lists);
    assertTrue(lists.contains("these users could show by every metric: it is within"), lists);
    assertFalse(lists.contains("RMSE"), lists);
  }

  @Test
  void flagsThatMakeNoSenseAreRefused() {
    refused(2, "expected the folders of at least two models", "compare", "--input=x.csv");
    refused(2, "at least two", "compare", "--models=a", "--input=x.csv");
    refused(2, "is there twice", "compare", "--models=a,b,./a", "--input=x.csv");
    refused(2, "--input: missing", "compare", "--models=a,b");
    refused(2, "--excludeSeen", "compare", "--models=a,b", "--input=x.csv", "--topK=5");
    refused(
        2,
        "--topK=none",
        "compare",
        "--models=a,b",
        "--input=x.csv",
        "--excludeSeen=x.csv",
        "--topK=none");
    refused(2, "--model: no such flag; is it --models?", "compare", "--model=a");
    train("a", "--rank=2");
    refused(
        1,
        "--models=" + path("none") + ": no such folder",
        "compare",
        "--models=" + path("a") + "," + path("none"),
        "--input=x.csv");
  }

  private void refused(int code, String message, String... args) {
    run(code, args);
    String said = err.toString(StandardCharsets.UTF_8);
    assertTrue(said.contains(message), said);
  }
}
