package dev.beamals.pipelines;

import com.fasterxml.jackson.databind.JsonNode;
import dev.beamals.csv.CheckReport;
import dev.beamals.csv.CleanRatings;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.CsvFormat;
import dev.beamals.csv.ReadRatings;
import dev.beamals.csv.Reject;
import dev.beamals.files.HadoopFiles;
import dev.beamals.files.ResultFile;
import dev.beamals.linalg.NormalEquations;
import dev.beamals.model.SavedModel;
import dev.beamals.ratings.RatingBatch;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.jspecify.annotations.Nullable;

/** A command that uses a saved model: checks its flags, opens the model, runs its pipeline. */
abstract class ModelCommand<O extends ModelOptions> {
  final Arguments arguments;
  final O options;
  final PrintStream out;
  final PrintStream progress;

  ModelCommand(Class<O> type, List<String> args, PrintStream out, PrintStream progress) {
    this.arguments = Arguments.parse(type, args);
    this.options = arguments.as(type);
    this.out = out;
    this.progress = progress;
  }

  /** The commands, as they are named on the command line. */
  enum Name {
    PREDICT("predict", PredictOptions.class, Predict::new),
    RECOMMEND("recommend", RecommendOptions.class, Recommend::new),
    SIMILAR("similar", SimilarOptions.class, Similar::new),
    FOLD_IN("fold-in", FoldInOptions.class, FoldInUsers::new),
    EVALUATE("evaluate", EvaluateOptions.class, Evaluate::new),
    SHOW("show", ModelOptions.class, Show::new);

    private interface Constructor {
      ModelCommand<?> create(List<String> args, PrintStream out, PrintStream progress);
    }

    private final String command;
    private final Class<? extends ModelOptions> options;
    private final Constructor constructor;

    Name(String command, Class<? extends ModelOptions> options, Constructor constructor) {
      this.command = command;
      this.options = options;
      this.constructor = constructor;
    }

    static @Nullable Name of(String command) {
      return Arrays.stream(values())
          .filter(n -> n.command.equals(command))
          .findFirst()
          .orElse(null);
    }

    static String all() {
      return Arrays.stream(values()).map(name -> name.command).collect(Collectors.joining(", "));
    }

    Class<? extends ModelOptions> options() {
      return options;
    }

    ModelCommand<?> create(List<String> args, PrintStream out, PrintStream progress) {
      return constructor.create(args, out, progress);
    }
  }

  /** What flags must be, each alone and together. */
  abstract void check();

  /** The files and folders that are read and written. */
  List<String> paths() {
    return List.of(options.getModel());
  }

  /** Some paths of a command that may have them, after those of every command. */
  final List<String> paths(@Nullable String output, List<@Nullable List<String>> inputs) {
    List<String> paths = new ArrayList<>();
    paths.add(options.getModel());
    if (output != null) {
      paths.add(output);
    }
    for (List<String> input : inputs) {
      if (input != null) {
        paths.addAll(input);
      }
    }
    return paths;
  }

  abstract void run(SavedModel model) throws IOException;

  final void execute() throws IOException {
    check();
    HadoopFiles.configure(options, paths());
    FileSystems.setDefaultPipelineOptions(options);
    run(SavedModel.open("--model", options.getModel()));
  }

  static void require(boolean condition, String message, @Nullable Object... args) {
    Train.require(condition, message, args);
  }

  /** Sets the runner up; returns the cores it uses. */
  final int setUpRunner() {
    return Train.setUpRunner(options, arguments);
  }

  final void run(Pipeline pipeline) {
    long started = System.nanoTime();
    Train.waitUntilDone(pipeline.run());
    progress.printf(
        Locale.ROOT,
        "%.1f s in the pipeline with the %s (%s kernel)%n",
        (System.nanoTime() - started) / 1e9,
        options.getRunner().getSimpleName(),
        NormalEquations.kernelName());
  }

  final void print(String format, Object... args) {
    out.printf(Locale.ROOT, format, args);
  }

  /** A number of things, as in "1 pair" and "1,000 pairs". */
  static String count(long number, String thing) {
    return String.format(Locale.ROOT, "%,d %s%s", number, thing, number == 1 ? "" : "s");
  }

  /** How files are read: as the flags say, and otherwise as those of the training were. */
  static CsvFormat format(ModelInputOptions options, SavedModel model) {
    String delimiter = options.getDelimiter();
    Boolean header = options.getHeader();
    return CsvFormat.create()
        .withDelimiter(
            Train.delimiter(
                delimiter == null ? model.parameter("delimiter").asText(",") : delimiter))
        .withHeader(header == null ? model.parameter("header").asBoolean(true) : header);
  }

  static String userCol(ModelInputOptions options, SavedModel model) {
    return text(options.getUserCol(), model.parameter("userCol"), "user");
  }

  static String itemCol(ModelInputOptions options, SavedModel model) {
    return text(options.getItemCol(), model.parameter("itemCol"), "item");
  }

  static String text(@Nullable String flag, JsonNode parameter, String otherwise) {
    return flag != null ? flag : parameter.isTextual() ? parameter.asText() : otherwise;
  }

  /** Pairs of ids that were found. */
  static List<CsvFile> findPairs(
      String flag, List<String> patterns, ModelInputOptions options, SavedModel model) {
    return CsvFile.find(
        flag,
        patterns,
        format(options, model).withPairs(userCol(options, model), itemCol(options, model)));
  }

  /**
   * Reads files and cleans the rows.
   *
   * @param name of the steps
   * @param reportFile where the report goes, for {@link #report}
   */
  static PCollection<RatingBatch> read(
      Pipeline pipeline,
      String name,
      String flag,
      List<CsvFile> files,
      boolean dropMissing,
      @Nullable Long maxRejects,
      String reportFile) {
    PCollectionTuple cleaned =
        pipeline
            .apply("Read" + name, ReadRatings.from(files))
            .apply("Clean" + name, CleanRatings.create().withDropMissing(dropMissing));
    cleaned
        .get(CleanRatings.report())
        .apply("Check" + name, CheckReport.of(flag, maxRejects))
        .apply("WriteReport" + name, ResultFile.<CleaningReport>write(reportFile));
    // The report tells the first of them; SparkRunner wants every output consumed.
    cleaned
        .get(CleanRatings.rejects())
        .apply("Ignore" + name + "Rejects", ParDo.of(new IgnoreFn()));
    return cleaned.get(CleanRatings.ratings());
  }

  /** Reads a report back and says what could not be read. */
  final CleaningReport report(ResultFolder folder, String flag, String name) throws IOException {
    CleaningReport report = folder.take(name, CleaningReport.coder());
    if (report.rejected() > 0) {
      progress.printf(
          "%s: %,d rows cannot be read and are left out; the first: %s%n",
          flag, report.rejected(), report.describeRejects());
    }
    return report;
  }

  static final class IgnoreFn extends DoFn<List<Reject>, Void> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element List<Reject> rejects) {}
  }
}
