package dev.beamals.mllib;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.beam.sdk.util.ReleaseInfo;

/**
 * Prints what scripts/bench measured as Markdown. Of each run it finds {@code RUNNER-ROUND.figures}
 * (wall seconds, CPU seconds, peak kB), and a model or, of MLlib, a line of JSON in {@code .out}.
 */
public final class BenchTable {
  private static final Map<String, String> TITLES =
      Map.of(
          "direct", "beam-als, DirectRunner",
          "spark", "beam-als, SparkRunner local[2]",
          "mllib", "Spark MLlib, the notebook's steps, local[2]");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path work;
  private final int rounds;

  private BenchTable(Path work, int rounds) {
    this.work = work;
    this.rounds = rounds;
  }

  /** Arguments: the folder of the runs, rounds, runners, the input, its rank, iterations, heap. */
  public static void main(String[] args) {
    new BenchTable(Path.of(args[0]), Integer.parseInt(args[1]))
        .print(List.of(args[2].split(",")), Path.of(args[3]), args[4], args[5], args[6], args[7]);
  }

  private void print(
      List<String> runners, Path input, String rank, String maxIter, String heap, String commit) {
    String first = runners.get(0);
    JsonNode rows = training(first).path("count");
    say(
        "Rank %s, %s iterations, %s (%d MB, %s ratings after cleaning). Medians over rounds run in"
            + " turn: %d; heap %s.%n",
        rank, maxIter, input.getFileName(), input.toFile().length() >> 20, rows, rounds, heap);
    String base = runners.contains("direct") ? "direct" : first;
    say("| | wall s (min–max) | × | CPU s | × | peak memory MB | MAE | RMSE | R² | rows |");
    say("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (String runner : runners) {
      double[] wall = figures(runner, 0);
      double cpu = median(figures(runner, 1));
      JsonNode training = training(runner);
      say(
          "| %s | %.1f (%.1f–%.1f) | %.2f | %.1f | %.2f | %.0f | %.4f | %.4f | %.4f | %s |",
          TITLES.getOrDefault(runner, runner),
          median(wall),
          wall[0],
          wall[rounds - 1],
          median(wall) / median(figures(base, 0)),
          cpu,
          cpu / median(figures(base, 1)),
          median(figures(runner, 2)) / 1024,
          training.path("mae").asDouble(Double.NaN),
          training.path("rmse").asDouble(Double.NaN),
          training.path("r2").asDouble(Double.NaN),
          training.path("count"));
    }
    for (String runner : runners) {
      if (!training(runner).path("count").equals(rows)) {
        say(
            "%n**Not comparable**: %s evaluated other rows than the first.",
            TITLES.getOrDefault(runner, runner));
      }
    }
    for (String runner : runners) {
      if (runner.equals("mllib")) {
        say(
            "%nMLlib's phases, median seconds: %s. Its reading and cleaning are lazy: they run"
                + " within fit and again within each of the three evaluations.",
            phases(runner, "session", "read", "fit", "save", "predict", "evaluate", "total"));
      } else {
        say(
            "%n%s, seconds from its start to the end of each phase, medians: %s.",
            TITLES.getOrDefault(runner, runner),
            phases(runner, "startUp", "readAndBlock", "train", "pipeline", "total"));
      }
    }
    say(
        "%n× is against %s. beam-als %s, Beam %s, Spark and MLlib %s; %s (build %s); %s, %d cores,"
            + " %s %s; %s.",
        TITLES.getOrDefault(base, base),
        commit,
        ReleaseInfo.getReleaseInfo().getVersion(),
        org.apache.spark.package$.MODULE$.SPARK_VERSION(),
        System.getProperty("java.runtime.name"),
        System.getProperty("java.runtime.version"),
        processor(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        LocalDate.now(ZoneOffset.UTC));
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  /** Column {@code n} of the figures of all rounds, sorted. */
  private double[] figures(String runner, int n) {
    return overRounds(
        round -> Double.parseDouble(text(runner, round, ".figures").strip().split(" ")[n]));
  }

  private double[] overRounds(ToDoubleFunction<Integer> figure) {
    return IntStream.rangeClosed(1, rounds).boxed().mapToDouble(figure).sorted().toArray();
  }

  private static double median(double[] sorted) {
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  private JsonNode training(String runner) {
    return json(runner, rounds, "metrics.json").path("training");
  }

  private String phases(String runner, String... phases) {
    return Stream.of(phases)
        .map(
            phase -> {
              double[] seconds =
                  overRounds(
                      round ->
                          json(runner, round, "manifest.json")
                              .path("seconds")
                              .path(phase)
                              .asDouble());
              return String.format(Locale.ROOT, "%s %.1f", phase, median(seconds));
            })
        .collect(Collectors.joining(", "));
  }

  /** A file of the model, or the line that MLlib's run printed. */
  private JsonNode json(String runner, int round, String file) {
    String text =
        runner.equals("mllib")
            ? text(runner, round, ".out").replaceAll("(?s).*(\\{\"tool\".*?)\n.*", "$1")
            : text(runner, round, ".model/" + file);
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new IllegalStateException(runner + "-" + round + " has no figures", e);
    }
  }

  private String text(String runner, int round, String ending) {
    try {
      return Files.readString(work.resolve(runner + "-" + round + ending));
    } catch (IOException e) {
      throw new IllegalStateException(runner + "-" + round + " has no figures", e);
    }
  }

  private static String processor() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.replaceFirst(".*: *", ""))
          .findFirst()
          .orElse("unknown CPU");
    } catch (IOException e) {
      return "unknown CPU";
    }
  }
}
