package dev.beamals.pipelines;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.DroppedRatings;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.CsvFormat;
import dev.beamals.csv.IdType;
import dev.beamals.csv.MixedIdsException;
import dev.beamals.files.HadoopFiles;
import dev.beamals.files.ResultFolder;
import dev.beamals.linalg.NormalEquations;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.io.FileSystems;
import org.jspecify.annotations.Nullable;

/** A command of the command line with its flags: what they must be, and what it does. */
abstract class Command<O extends CommandOptions> {
  private static final PrintStream NOWHERE =
      new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

  /** The file by which it is told what was left out of the ratings of {@code --excludeSeen}. */
  static final String SEEN_DROPPED = "seen-dropped.bin";

  final Arguments arguments;
  final O options;

  /** What a person asked for: nowhere where the result is for programs. */
  final PrintStream out;

  /** What a person is told meanwhile. */
  final PrintStream progress;

  private final Map<String, Map<String, Object>> accounts = new LinkedHashMap<>();

  /** Where the result goes, whoever reads it. */
  final PrintStream stdout;

  /** The result, for {@code --format=json}. */
  final Results results = new Results();

  /**
   * @param out what the command was asked for
   * @param progress what a person is told meanwhile
   */
  Command(Class<O> type, List<String> args, PrintStream out, PrintStream progress) {
    this(type, Arguments.parse(type, args), out, progress);
  }

  /** With flags that were read before. */
  Command(Class<O> type, Arguments arguments, PrintStream out, PrintStream progress) {
    this.arguments = arguments;
    this.options = arguments.as(type);
    this.stdout = out;
    this.progress = options.getQuiet() ? NOWHERE : progress;
    this.out =
        options.getFormat() == CommandOptions.Format.json
            ? NOWHERE
            : options.getFormat() == CommandOptions.Format.text || arguments.has("output")
                ? out
                : this.progress; // the table alone is the result
  }

  /** Whether its result is a table, which has more formats. */
  boolean makesTable() {
    return false;
  }

  private void checkFormat() {
    CommandOptions.Format format = options.getFormat();
    boolean both = format == CommandOptions.Format.text || format == CommandOptions.Format.json;
    require(
        both || makesTable() || !arguments.isTyped("format"),
        "--format=%s: expected text or json, as its result is no table",
        format);
    require(
        format == CommandOptions.Format.parquet || !arguments.isTyped("compression"),
        "--compression: expected with --format=parquet");
    require(
        format != CommandOptions.Format.parquet || !makesTable() || arguments.has("output"),
        "--format=parquet: expected with --output, a new folder");
  }

  /**
   * Checks the flags, each alone and together.
   *
   * @throws UsageException naming the flag and what was expected
   */
  abstract void check();

  /** Does what the command is for, with flags that were checked. */
  abstract void run() throws IOException;

  /** Flags of models that the output may be, as it replaces them. */
  Set<String> replaced() {
    return Set.of();
  }

  final void execute() throws IOException {
    checkFormat();
    if (options instanceof CsvOptions csv && csv.getSniff()) {
      HadoopFiles.configure(options, arguments.values());
      FileSystems.setDefaultPipelineOptions(options);
      Sniff.print(arguments, out);
      return;
    }
    prepare();
    try (Outputs outputs = Outputs.take(arguments.toMap(options), replaced(), options, progress)) {
      run();
    }
    if (options.getFormat() == CommandOptions.Format.json) {
      if (!accounts.isEmpty()) {
        results.put("counts", accounts);
      }
      stdout.println(results);
    }
  }

  /** What comes before {@link #run}. */
  final void prepare() {
    check();
    HadoopFiles.configure(options, arguments.values());
    FileSystems.setDefaultPipelineOptions(options);
  }

  /**
   * The parameters of ALS as the flags of their names say; the defaults where there is no such
   * flag.
   *
   * @throws UsageException where a flag is out of its range
   */
  final AlsParameters parameters() {
    AlsParameters parameters = parametersAlone();
    try {
      return parameters.checkTogether();
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + String.valueOf(e.getMessage()).replace(" with ", " with --"));
    }
  }

  /** The same, not checked against each other. */
  final AlsParameters parametersAlone() {
    AlsParameters parameters = AlsParameters.create();
    Map<String, @Nullable Object> flags = arguments.toMap(options);
    for (String name : AlsParameters.names()) {
      Object value = flags.get(name);
      try {
        parameters = value == null ? parameters : parameters.with(name, value);
      } catch (IllegalArgumentException e) {
        throw new UsageException("--" + e.getMessage());
      }
    }
    return parameters;
  }

  /** What reads files. */
  interface Reading {
    void run(CsvFormat format) throws IOException;
  }

  /**
   * Reads files; and again where the ids of a column turn out to be numbers and texts, with those
   * as they are written.
   */
  final void reading(CsvFormat format, Reading reading) throws IOException {
    CsvFormat as = format;
    while (true) {
      try {
        reading.run(as);
        return;
      } catch (RuntimeException e) {
        MixedIdsException mixed = MixedIdsException.in(e);
        if (mixed == null) {
          throw e;
        }
        progress.printf(
            "--%s%nreading again with --idType=string for this column%n",
            String.valueOf(mixed.getMessage()).replaceAll(" (\\w+Col): ", " --$1: "));
        as = as.withIdType(mixed.side(), IdType.STRING);
      }
    }
  }

  /** Checks what all commands that read CSV files take. */
  static void checkMaxRejects(CsvOptions options) {
    Long maxRejects = options.getMaxRejects();
    require(
        maxRejects == null || maxRejects >= 0, "--maxRejects=%s: expected at least 0", maxRejects);
    Inputs.idType(options.getIdType());
  }

  static void require(boolean condition, String message, @Nullable Object... args) {
    if (!condition) {
      throw new UsageException(String.format(message, args));
    }
  }

  final void print(String format, @Nullable Object... args) {
    out.printf(Locale.ROOT, format, args);
  }

  /** Sets the runner up; returns the cores it uses. */
  final int setUpRunner() {
    return Runners.setUp(options, arguments);
  }

  final void run(Pipeline pipeline) {
    long started = System.nanoTime();
    PipelineResult result = pipeline.run();
    try (Progress watching = new Progress(result, 0, progress, started)) {
      Runners.waitUntilDone(result);
    }
    progress.printf(
        Locale.ROOT,
        "%.1f s in the pipeline with the %s (%s kernel)%n",
        (System.nanoTime() - started) / 1e9,
        options.getRunner().getSimpleName(),
        NormalEquations.kernelName());
  }

  /** Prints what became of the rows of a flag's files, and keeps it for {@link #writeCounts}. */
  final void account(String flag, Cleaning cleaning) {
    cleaning.printLine(out, flag);
    accounts.put(flag, cleaning.toMap());
  }

  /** Writes what became of the rows of all files beside a table of results. */
  final void writeCounts(ResultFolder folder) throws IOException {
    folder.write("_counts.json", counts());
  }

  /** What became of the rows of all files, as JSON; empty where none were read. */
  final String counts() throws IOException {
    ObjectWriter json = new ObjectMapper().writerWithDefaultPrettyPrinter();
    return accounts.isEmpty() ? "" : json.writeValueAsString(accounts) + "\n";
  }

  /** Accounts for the ratings of {@link Inputs#seen}. */
  final void accountSeen(ResultFolder folder, List<CsvFile> files) throws IOException {
    account(
        "excludeSeen",
        Cleaning.ofRatings(files, report(folder, "excludeSeen"))
            .without(folder.take(SEEN_DROPPED, DroppedRatings.coder())));
  }

  /** Where the report of the files of a flag is written. */
  static String reportFile(ResultFolder folder, String flag) {
    return folder.path() + flag + "-report.bin";
  }

  /** Reads a report back and says what could not be read. */
  final CleaningReport report(ResultFolder folder, String flag) throws IOException {
    CleaningReport report = folder.take(flag + "-report.bin", CleaningReport.coder());
    Cleaning.printRejects(progress, flag, report);
    return report;
  }
}
