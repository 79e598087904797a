package dev.beamals.mllib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.ids.Side;
import dev.beamals.model.SavedModel;
import dev.beamals.pipelines.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our modes beside MLlib's with the same parameters: as close as two seeds of MLlib are. */
final class MllibModesTest {
  private static final int USERS = 90;
  private static final int ITEMS = 60;

  @TempDir Path folder;

  @AfterEach
  void stopSession() {
    MllibAls.stopSession();
  }

  /** Plays of four tastes; MLlib and we see the same. */
  private static float[][] plays() {
    Random random = new Random(2);
    float[][] plays = new float[USERS][ITEMS];
    for (int u = 0; u < USERS; u++) {
      for (int i = 0; i < ITEMS; i++) {
        boolean own = u % 4 == i % 4;
        if (random.nextInt(10) < (own ? 6 : 2)) {
          plays[u][i] = own ? 1 + random.nextInt(9) : 1;
        }
      }
    }
    return plays;
  }

  @Test
  void implicitFeedbackIsThatOfMllib() throws IOException {
    // MLlib's λ times the number of preferred; α weighs what was played.
    compare(true, false, 0.05, 4, "--implicitPrefs", "--alpha=4");
  }

  @Test
  void nonNegativeFactorsAreThoseOfMllib() throws IOException {
    compare(false, true, 0.1, 1, "--nonnegative");
  }

  private void compare(
      boolean implicit, boolean nonnegative, double regParam, double alpha, String... flags)
      throws IOException {
    float[][] plays = plays();
    List<String> lines = new ArrayList<>(List.of("user,item,plays"));
    List<int[]> pairs = new ArrayList<>();
    for (int u = 0; u < USERS; u++) {
      for (int i = 0; i < ITEMS; i++) {
        if (plays[u][i] > 0) {
          lines.add(u + "," + i + "," + plays[u][i]);
          pairs.add(new int[] {u, i});
        }
      }
    }
    Path input = Files.write(folder.resolve("plays.csv"), lines);
    Path model = folder.resolve("model");
    List<String> args =
        new ArrayList<>(
            List.of(
                "train",
                "--input=" + input,
                "--output=" + model,
                "--userCol=user",
                "--itemCol=item",
                "--ratingCol=plays",
                "--rank=4",
                "--maxIter=12",
                "--regParam=" + regParam));
    args.addAll(Arrays.asList(flags));
    run(args);
    double[][] ours = predictions(factors(model, Side.USER), factors(model, Side.ITEM));

    int[] users = pairs.stream().mapToInt(p -> p[0]).toArray();
    int[] items = pairs.stream().mapToInt(p -> p[1]).toArray();
    float[] ratings = new float[pairs.size()];
    for (int p = 0; p < ratings.length; p++) {
      ratings[p] = plays[users[p]][items[p]];
    }
    List<double[][]> theirs = new ArrayList<>();
    List<Double> objectives = new ArrayList<>();
    for (long seed : new long[] {1, 2}) {
      MllibAls mllib =
          MllibAls.train(
              users,
              items,
              ratings,
              new ALS()
                  .setNumBlocks(2) // of 10, the default, so small a training is nearly all overhead
                  .setRank(4)
                  .setMaxIter(12)
                  .setRegParam(regParam)
                  .setImplicitPrefs(implicit)
                  .setAlpha(alpha)
                  .setNonnegative(nonnegative)
                  .setSeed(seed));
      theirs.add(predictions(mllib.userFactors(), mllib.itemFactors()));
      objectives.add(
          objective(plays, mllib.userFactors(), mllib.itemFactors(), implicit, alpha, regParam));
    }
    double objective =
        objective(
            plays, factors(model, Side.USER), factors(model, Side.ITEM), implicit, alpha, regParam);
    // What both minimize, of both, by its definition.
    double best = Math.min(objectives.get(0), objectives.get(1));
    double worst = Math.max(objectives.get(0), objectives.get(1));
    assertTrue(
        objective <= worst + Math.max(worst - best, 0.005 * best),
        objective + " beside " + objectives);
    double spread = difference(theirs.get(0), theirs.get(1));
    double between = difference(ours, theirs.get(0));
    assertTrue(between <= 1.5 * spread + 0.02, between + " apart, two seeds are " + spread);
    double seeds = overlap(theirs.get(0), theirs.get(1));
    double overlap = overlap(ours, theirs.get(0));
    assertTrue(overlap >= seeds - 0.1, "top 10 overlap " + overlap + ", of two seeds " + seeds);
    if (nonnegative) {
      for (Side side : Side.values()) {
        for (float[] row : factors(model, side).values()) {
          for (float factor : row) {
            assertTrue(factor >= 0, side + " " + Arrays.toString(row));
          }
        }
      }
    }
  }

  @Test
  void mllibLoadsBiasesAndPredictsTheSame() throws IOException {
    List<String> lines = new ArrayList<>(List.of("user,item,plays"));
    float[][] plays = plays();
    for (int u = 0; u < USERS; u++) {
      for (int i = 0; i < ITEMS; i++) {
        if (plays[u][i] > 0) {
          lines.add(u + "," + i + "," + plays[u][i]);
        }
      }
    }
    Path input = Files.write(folder.resolve("plays.csv"), lines);
    Path model = folder.resolve("model");
    Path predicted = folder.resolve("predicted");
    run(
        List.of(
            "train",
            "--input=" + input,
            "--output=" + model,
            "--userCol=user",
            "--itemCol=item",
            "--ratingCol=plays",
            "--rank=3",
            "--biases",
            "--center"));
    run(List.of("predict", "--model=" + model, "--input=" + input, "--output=" + predicted));
    SparkSession spark = MllibSession.local("local[2]");
    ALSModel loaded = ALSModel.load(model.toString());
    assertEquals(5, loaded.rank());
    Map<String, Float> theirs = new HashMap<>();
    for (Row row :
        loaded
            .transform(
                spark
                    .read()
                    .option("header", "true")
                    .option("inferSchema", "true")
                    .csv(input.toString()))
            .collectAsList()) {
      theirs.put(row.getInt(0) + "," + row.getInt(1), row.<Float>getAs("prediction"));
    }
    int count = 0;
    try (var files = Files.list(predicted)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".csv")).toList()) {
        for (String line : Files.readAllLines(file).stream().skip(1).toList()) {
          String[] row = line.split(",");
          float expected = Objects.requireNonNull(theirs.get(row[0] + "," + row[1]));
          assertEquals(
              expected, Float.parseFloat(row[row.length - 1]), 2e-5f * (1 + Math.abs(expected)));
          count++;
        }
      }
    }
    assertEquals(lines.size() - 1, count);
  }

  private static Map<Integer, float[]> factors(Path model, Side side) {
    Map<Integer, float[]> rows = new TreeMap<>();
    SavedModel.open("model", model.toString())
        .factors(side)
        .forEachBlock(
            block -> {
              for (int r = 0; r < block.ids().size(); r++) {
                rows.put(block.ids().intAt(r), block.row(r));
              }
            });
    return rows;
  }

  private static double[][] predictions(Map<Integer, float[]> users, Map<Integer, float[]> items) {
    double[][] predictions = new double[USERS][ITEMS];
    for (int u = 0; u < USERS; u++) {
      for (int i = 0; i < ITEMS; i++) {
        float[] x = Objects.requireNonNull(users.get(u));
        float[] y = Objects.requireNonNull(items.get(i));
        for (int k = 0; k < x.length; k++) {
          predictions[u][i] += (double) x[k] * y[k];
        }
      }
    }
    return predictions;
  }

  private static double objective(
      float[][] plays,
      Map<Integer, float[]> users,
      Map<Integer, float[]> items,
      boolean implicit,
      double alpha,
      double regParam) {
    double[][] predictions = predictions(users, items);
    double sum = 0;
    for (int u = 0; u < USERS; u++) {
      for (int i = 0; i < ITEMS; i++) {
        float r = plays[u][i];
        if (r > 0 || implicit) {
          double target = implicit ? (r > 0 ? 1 : 0) : r;
          double error = target - predictions[u][i];
          sum += (implicit ? 1 + alpha * r : 1) * error * error;
        }
        if (r > 0) {
          sum +=
              regParam
                  * (squares(Objects.requireNonNull(users.get(u)))
                      + squares(Objects.requireNonNull(items.get(i))));
        }
      }
    }
    return sum;
  }

  private static double squares(float[] row) {
    double sum = 0;
    for (float x : row) {
      sum += (double) x * x;
    }
    return sum;
  }

  /** The root of the mean squared difference, by the root of the mean square. */
  private static double difference(double[][] a, double[][] b) {
    double difference = 0;
    double size = 0;
    for (int u = 0; u < USERS; u++) {
      for (int i = 0; i < ITEMS; i++) {
        difference += Math.pow(a[u][i] - b[u][i], 2);
        size += b[u][i] * b[u][i];
      }
    }
    return Math.sqrt(difference / size);
  }

  /** The share of the 10 best items of a user that are the same, of all users. */
  private static double overlap(double[][] a, double[][] b) {
    int same = 0;
    for (int u = 0; u < USERS; u++) {
      List<Integer> ofA = top(a[u]);
      same += (int) top(b[u]).stream().filter(ofA::contains).count();
    }
    return same / (10.0 * USERS);
  }

  private static List<Integer> top(double[] scores) {
    return IntStream.range(0, ITEMS)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -scores[i]))
        .limit(10)
        .toList();
  }

  private static void run(List<String> args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            args,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    assertEquals(0, code, out.toString(StandardCharsets.UTF_8) + err);
  }
}
