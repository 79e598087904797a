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
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists that are judged by the command line: flags, figures and words. */
final class RankingTest {
  @TempDir private Path folder;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path input = Path.of("");

  /** 40 users and 30 items; all like the first items, and grade them at random. */
  @BeforeEach
  void write() throws IOException {
    List<String> lines = new ArrayList<>(List.of("user,item,stars"));
    Random random = new Random(1);
    for (int user = 0; user < 40; user++) {
      for (int item = 0; item < 30; item++) {
        if (random.nextInt(30) > item) {
          lines.add("u" + user + "," + item + "," + (1 + random.nextInt(5)));
        }
      }
    }
    input = folder.resolve("ratings.csv");
    Files.write(input, lines);
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

  private String train(int code, String... flags) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "train",
                "--input=" + input,
                "--output=" + folder.resolve("model"),
                "--userCol=user",
                "--itemCol=item",
                "--ratingCol=stars",
                "--rank=3",
                "--maxIter=3"));
    args.addAll(List.of(flags));
    return run(code, args.toArray(String[]::new));
  }

  private static List<String> figures(String printed) {
    return printed
        .lines()
        .filter(line -> line.matches("Top .*|.*@.*| +[0-9]+ .*|.*biases.*"))
        .toList();
  }

  @Test
  void trainAndEvaluateGiveTheSameFiguresOfOneSplit() throws IOException {
    String trained =
        train(
            0,
            "--testFraction=0.3",
            "--minItemRatings=8",
            "--writeSplit=" + folder.resolve("split"),
            "--topK=3,20",
            "--relevantFrom=3");
    assertTrue(trained.contains("relevant: test rows with a rating of at least 3"), trained);
    assertTrue(
        trained.contains("The model recommends worse than the most popular items would (ndcg@20"),
        trained);
    assertTrue(trained.contains("--implicitPrefs is for what users choose"), trained);
    assertTrue(trained.contains("relevant items not among the "), trained);

    String evaluated =
        run(
            0,
            "evaluate",
            "--model=" + folder.resolve("model"),
            "--input=" + folder.resolve("split/test-*.csv"),
            "--excludeSeen=" + folder.resolve("split/train-*.csv"),
            "--topK=3,20",
            "--relevantFrom=3");
    List<String> expected = figures(trained.substring(trained.indexOf("test rows")));
    assertTrue(expected.size() > 20, trained);
    assertEquals(
        expected.stream().map(line -> line.replace("test rows", "rows")).toList(),
        figures(evaluated.substring(evaluated.indexOf("MAE"))));

    JsonNode metrics = new ObjectMapper().readTree(folder.resolve("model/metrics.json").toFile());
    double ndcg = metrics.path("testRanking").path("ndcg@20").asDouble();
    assertTrue(trained.contains(String.format("ndcg@20            %.4f ± ", ndcg)), trained);
    assertTrue(metrics.path("testRanking").path("users").isIntegralNumber());
    assertTrue(metrics.path("testRankingByPopularity").path("ndcg@20").asDouble() > ndcg);
    for (String set : List.of("testByMean", "testByBiases")) {
      String rmse = String.format("%.4f", metrics.path(set).path("rmse").asDouble());
      assertTrue(trained.contains(rmse), set + " " + rmse);
    }

    String some =
        run(
            0,
            "evaluate",
            "--model=" + folder.resolve("model"),
            "--input=" + folder.resolve("split/test-*.csv"),
            "--excludeSeen=" + folder.resolve("split/train-*.csv"),
            "--candidates=" + candidates());
    assertTrue(some.contains("Top 10 of "), some);
    assertTrue(some.contains("coverage@10        1.0000"), some);
  }

  private Path candidates() throws IOException {
    Path file = folder.resolve("candidates.csv");
    Files.write(file, List.of("item", "0", "1", "2", "3", "4", "5"));
    return file;
  }

  @Test
  void ofImplicitFeedbackWhatIsAboveZeroIsRelevantAndTheTableCanBeLeftOut() {
    String implicit = train(0, "--testFraction=0.3", "--implicitPrefs");
    assertTrue(implicit.contains("relevant: test rows with a rating above 0"), implicit);
    assertTrue(implicit.contains("ndcg@10 "), implicit);
    assertFalse(implicit.contains("biases"), implicit);
    assertFalse(implicit.contains("--implicitPrefs is for"), implicit);
    String none = train(0, "--testFraction=0.3", "--topK=none");
    assertFalse(none.contains("ndcg"), none);
    assertTrue(none.contains("biases"), none);
  }

  @Test
  void flagsThatMakeNoSenseAreRefused() {
    for (String topK : List.of("0", "x", "5,", "5,,6", "100001", "-1", "1234567")) {
      train(2, "--testFraction=0.3", "--topK=" + topK);
      assertTrue(err.toString(StandardCharsets.UTF_8).contains("--topK=" + topK), err.toString());
    }
    train(2, "--topK=5");
    train(2, "--relevantFrom=5");
    train(2, "--testFraction=0.3", "--relevantFrom=NaN");
    train(2, "--testFraction=0.3", "--topK=none", "--relevantFrom=3");
    for (String flag : List.of("--topK=5", "--relevantFrom=3", "--candidates=" + input)) {
      run(2, "evaluate", "--input=" + input, flag);
      assertTrue(err.toString(StandardCharsets.UTF_8).contains("--excludeSeen"), err.toString());
    }
    run(
        2,
        "evaluate",
        "--input=" + input,
        "--excludeSeen=" + input,
        "--topK=none",
        "--candidates=" + input);
  }

  @Test
  void aModelThatPredictsWorseThanABaselineIsCalledSo() {
    assertEquals("", Figures.worse(0.8, 0.9, 1));
    assertEquals("", Figures.worse(0.9, 0.9, 0.9));
    assertEquals("", Figures.worse(Double.NaN, 0.9, 1));
    assertTrue(Figures.worse(0.95, 0.9, 1).contains("the mean with the biases of users and items"));
    assertTrue(Figures.worse(1.1, 0.9, 1).contains("the mean of the training ratings"));
    assertTrue(Figures.worse(0.95, 1, 0.9).contains("the mean of the training ratings"));
    // Of what nobody can predict, the mean is best.
    String worse = train(0, "--testFraction=0.3", "--regParam=0.001");
    assertTrue(
        worse.contains("The model predicts worse than the mean of the training ratings"), worse);
  }
}
