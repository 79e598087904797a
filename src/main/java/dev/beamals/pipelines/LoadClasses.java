package dev.beamals.pipelines;

import java.nio.file.Path;
import java.util.List;

/**
 * Runs the commands that are run most, on a small input; where it is asked for, a training with the
 * SparkRunner as well. A JVM that archives its classes at its exit then has those that they need:
 * {@code scripts/als} makes its class-data archives so.
 */
final class LoadClasses {
  private LoadClasses() {}

  /** Arguments: a file of flags for {@code train}, its input, a folder for what is written. */
  public static void main(String[] args) {
    String flags = args[0];
    String input = args[1];
    Path folder = Path.of(args[2]);
    String model = "--model=" + folder.resolve("model");
    run("train", "@" + flags, "--input=" + input, "--output=" + folder.resolve("model"));
    run(
        "recommend",
        model,
        "--excludeSeen=" + input,
        "--output=" + folder.resolve("best"),
        "--format=parquet");
    run("predict", model, "--input=" + input, "--output=" + folder.resolve("predictions"));
    if (args.length > 3) {
      run(
          "train",
          "@" + flags,
          "--input=" + input,
          "--output=" + folder.resolve("model"),
          "--runner=SparkRunner",
          "--sparkMaster=local[2]");
    }
    System.exit(0);
  }

  private static void run(String... command) {
    int exitCode = Main.run(List.of(command), System.out, System.err);
    if (exitCode != 0) {
      System.exit(exitCode);
    }
  }
}
