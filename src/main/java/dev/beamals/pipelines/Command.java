package dev.beamals.pipelines;

import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.LoadRatings;
import dev.beamals.files.HadoopFiles;
import dev.beamals.files.ResultFile;
import dev.beamals.ratings.RatingBatch;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.jspecify.annotations.Nullable;

/** A command of the command line with its flags: what they must be, and what it does. */
abstract class Command<O extends CommandOptions> {
  final Arguments arguments;
  final O options;
  final PrintStream out;
  final PrintStream progress;

  /**
   * @param out what the command was asked for
   * @param progress what a person is told meanwhile
   */
  Command(Class<O> type, List<String> args, PrintStream out, PrintStream progress) {
    this.arguments = Arguments.parse(type, args);
    this.options = arguments.as(type);
    this.out = out;
    this.progress = progress;
  }

  /**
   * Checks the flags, each alone and together.
   *
   * @throws UsageException naming the flag and what was expected
   */
  abstract void check();

  /** Does what the command is for, with flags that were checked. */
  abstract void run() throws IOException;

  final void execute() throws IOException {
    check();
    HadoopFiles.configure(options, arguments.values());
    FileSystems.setDefaultPipelineOptions(options);
    run();
  }

  /** Checks what all commands that read CSV files take. */
  static void checkMaxRejects(CsvOptions options) {
    Long maxRejects = options.getMaxRejects();
    require(
        maxRejects == null || maxRejects >= 0, "--maxRejects=%s: expected at least 0", maxRejects);
  }

  static void require(boolean condition, String message, @Nullable Object... args) {
    if (!condition) {
      throw new UsageException(String.format(message, args));
    }
  }

  /** Loads ratings as the flags say. */
  static LoadRatings loadRatings(InputOptions options, List<CsvFile> files) {
    return LoadRatings.from(files)
        .withDropMissing(options.getDropMissing())
        .withMaxRejects(options.getMaxRejects());
  }

  /**
   * Loads ratings, and has their report written to a file.
   *
   * @param step the name of the step
   */
  static PCollection<RatingBatch> load(
      Pipeline pipeline, String step, LoadRatings load, String reportFile) {
    PCollectionTuple loaded = pipeline.apply(step, load);
    loaded
        .get(LoadRatings.report())
        .apply(step + "Report", ResultFile.<CleaningReport>write(reportFile));
    return loaded.get(LoadRatings.ratings());
  }

  final void print(String format, @Nullable Object... args) {
    out.printf(Locale.ROOT, format, args);
  }
}
