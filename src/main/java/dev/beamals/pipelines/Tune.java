package dev.beamals.pipelines;

import static dev.beamals.Words.count;

import dev.beamals.RunException;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.DroppedRatings;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.CsvFormat;
import dev.beamals.files.FolderFiles;
import dev.beamals.files.ResultFile;
import dev.beamals.files.ResultFolder;
import dev.beamals.linalg.NormalEquations;
import dev.beamals.model.ModelFolder;
import dev.beamals.model.SavedModel;
import dev.beamals.ratings.SplitRatings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.Lists;
import org.jspecify.annotations.Nullable;

/**
 * {@code als tune}: trains with several parameters on the training rows, compares them on
 * validation rows, and trains the best again on both.
 */
final class Tune extends Command<TuneOptions> {
  /** Flags that train does not have. */
  private static final Set<String> OWN = Set.of("metric", "maxTrials", "parallelTrials", "refit");

  /** Flags that change no trial. */
  private static final Set<String> CHANGE_NO_TRIAL =
      Set.of(
          "metric",
          "maxTrials",
          "parallelTrials",
          "refit",
          "topK",
          "report",
          "output",
          "writeSplit",
          "verbose",
          "quiet",
          "format",
          "factorExchange");

  private static final double DEFAULT_SHARE = 0.1;

  private final Grid grid;

  Tune(List<String> args, PrintStream out, PrintStream progress) {
    super(
        TuneOptions.class,
        Arguments.parse(TuneOptions.class, args, new HashSet<>(AlsParameters.names())),
        out,
        progress);
    this.grid = Grid.of(arguments.several());
  }

  @Override
  void check() {
    require(options.getInput() != null, "--input: missing; expected files of interactions");
    require(
        options.getTestInput() == null && options.getInitialModel() == null,
        "--testInput and --initialModel: expected without tune, which splits --input itself");
    require(
        !grid.names().isEmpty(),
        "expected several values of a parameter, as --regParam=0.01:1:log:5 or --rank=10,32");
    Integer parallelTrials = options.getParallelTrials();
    require(
        parallelTrials == null || parallelTrials >= 1,
        "--parallelTrials=%s: expected at least 1",
        parallelTrials);
    require(
        options.getRefit() || !options.getReport(),
        "--report: expected without --refit=false, which saves no model");
    splitByDefault();
    Metric.of(options);
    trials().stream()
        .filter(trial -> trial.parameters() != null)
        .findFirst()
        .ifPresentOrElse(
            trial -> refit(trial, Map.of()).check(),
            () -> {
              throw new UsageException(
                  "no trial has parameters that fit together: " + trials().get(0).misfit());
            });
  }

  /** Holds validation rows out where the flags do not say which. */
  private void splitByDefault() {
    if (options.getSplitMode() == SplitRatings.Mode.column) {
      return;
    }
    boolean test =
        options.getTestFraction() > 0
            || options.getTestRows() != null
            || options.getTestFrom() != null;
    if (!test) {
      options.setTestFraction(DEFAULT_SHARE);
    }
    boolean validation =
        options.getValidationFraction() > 0
            || options.getValidationRows() != null
            || options.getValidationFrom() != null;
    if (!validation) {
      require(
          options.getTestFrom() == null,
          "--validationFrom: missing; expected with --testFrom and tune, which compares trials on"
              + " the rows from then until the test rows");
      options.setValidationFraction(options.getTestFraction());
      options.setValidationRows(options.getTestRows());
    }
  }

  private List<Trial> trials() {
    return Trial.of(grid.trials(options.getMaxTrials(), options.getSeed()), parametersAlone());
  }

  /** The training that makes the model of the best trial. */
  private Train refit(Trial best, Map<String, String> besides) {
    Map<String, String> flags = new LinkedHashMap<>(arguments.single());
    flags.keySet().removeAll(OWN);
    flags.putAll(best.flags());
    putSplit(flags);
    List<String> args = new ArrayList<>();
    flags.forEach((name, value) -> args.add("--" + name + "=" + value));
    return new Train(Arguments.parse(TrainOptions.class, args), besides, out, progress);
  }

  private void putSplit(Map<String, String> flags) {
    if (options.getTestFraction() > 0) {
      flags.put("testFraction", Double.toString(options.getTestFraction()));
    }
    if (options.getValidationFraction() > 0) {
      flags.put("validationFraction", Double.toString(options.getValidationFraction()));
    }
    if (options.getValidationRows() != null) {
      flags.put("validationRows", options.getValidationRows().toString());
    }
  }

  @Override
  void run() throws IOException {
    Inputs.nameColumns(options, arguments, progress);
    List<CsvFile> files = find(Inputs.format(options));
    Splits splits = Splits.of(options);
    if (splits.needsTimes()) {
      Inputs.requireTimes("--splitMode=" + splits.mode(), files);
    }
    if (options.getRefit()) {
      ModelFolder.check("output", options.getOutput(), options);
      tune(files, splits, null);
    } else {
      try (ResultFolder folder = ResultFolder.create("output", options.getOutput())) {
        tune(files, splits, folder);
      }
    }
  }

  private List<CsvFile> find(CsvFormat format) {
    List<String> input = options.getInput() == null ? List.of() : options.getInput();
    return CsvFile.find("input", input, format);
  }

  /**
   * @param tables where the table of trials goes, or null where it goes to the model
   */
  private void tune(List<CsvFile> files, Splits splits, @Nullable ResultFolder tables)
      throws IOException {
    TrialFiles results = TrialFiles.open(options.getOutput(), settings(files), options);
    Metric metric = Metric.of(options);
    TrialTable table = new TrialTable(trials(), grid.names(), metric, options);
    List<Trial> missing = new ArrayList<>();
    for (Trial trial : table.trials()) {
      if (results.find(trial, metric) == null) {
        missing.add(trial);
      }
    }
    if (missing.size() < table.trials().size()) {
      progress.printf(
          "%d of %s are there from a run that did not end, or cannot be trained%n",
          table.trials().size() - missing.size(), count(table.trials().size(), "trial"));
    }
    // Where the result is for programs, people see meanwhile how the trials come out.
    boolean json = options.getFormat() == CommandOptions.Format.json;
    try (TrialWatch watch = new TrialWatch(table, results, json ? progress : out)) {
      if (!missing.isEmpty()) {
        train(files, splits, metric, results, missing);
      }
      watch.finish();
    }
    TrialResult best = table.best();
    print("%n");
    if (best == null) {
      throw new RunException(
          "no trial could be judged by metric=" + metric + "; the table of trials says why");
    }
    print(
        "The best by %s of the validation rows: trial %d, %s%n%n",
        metric, best.trial().number(), best.trial());
    Map<String, String> tableFiles =
        Map.of("trials.csv", table.toCsv(), "trials.json", table.toJson());
    this.results.put("trials", Results.parse(table.toJson()));
    if (tables == null) {
      refit(best.trial(), tableFiles).run();
      if (json) {
        this.results.put(SavedModel.open("output", options.getOutput()));
      }
    } else {
      printCleaning(files, splits, results);
      writeCounts(tables);
      for (Map.Entry<String, String> file : tableFiles.entrySet()) {
        tables.write(file.getKey(), file.getValue());
      }
      tables.complete();
      this.results.put("output", tables.path());
      print("Trials: %strials.csv%n", tables.path());
    }
    results.delete();
  }

  private void printCleaning(List<CsvFile> input, Splits splits, TrialFiles files)
      throws IOException {
    CleaningReport report = ResultFile.read(files.report(), CleaningReport.coder());
    Cleaning cleaning =
        Cleaning.ofRatings(input, report)
            .without(ResultFile.read(files.dropped("training"), DroppedRatings.coder()))
            .without(ResultFile.read(files.dropped("validation"), DroppedRatings.coder()))
            .without(Cleaning.Reason.testRow, ResultFile.read(files.testRows(), VarLongCoder.of()));
    account("input", cleaning);
    print("%n");
    if (splits.reports()) {
      splits.print(out, ResultFile.read(files.split(), SplitRatings.Report.coder()));
    }
  }

  private void train(
      List<CsvFile> input, Splits splits, Metric metric, TrialFiles files, List<Trial> missing)
      throws IOException {
    int cores = Runners.setUp(options, arguments);
    progress.printf(
        "%s on %s with the %s (%s kernel)%n",
        count(missing.size(), "trial"),
        Cleaning.describe(input),
        options.getRunner().getSimpleName(),
        NormalEquations.kernelName());
    TunePipeline pipelines =
        new TunePipeline(
            options,
            splits,
            metric,
            files,
            Inputs.userBlocks(options, cores),
            Inputs.itemBlocks(options, cores));
    if (!files.hasBlocks()) {
      reading(
          Inputs.format(options),
          format -> {
            files.deleteBlocks();
            Pipeline pipeline = Pipeline.create(options);
            pipelines.buildBlocks(pipeline, find(format));
            Runners.waitUntilDone(pipeline.run());
          });
      files.completeBlocks();
    }
    for (List<Trial> wave : waves(missing, cores)) {
      Pipeline pipeline = Pipeline.create(options);
      pipelines.buildTrials(pipeline, wave, maxBroadcast(wave));
      Runners.waitUntilDone(pipeline.run());
      files.deleteExchange();
    }
  }

  /**
   * Which trials share a pipeline: so many as the flag says; otherwise on the DirectRunner one for
   * each core, and on Spark, where a pipeline takes seconds to start, all.
   */
  private List<List<Trial>> waves(List<Trial> trials, int cores) {
    Integer given = options.getParallelTrials();
    int most = Runners.onSpark(options) ? trials.size() : Math.min(cores, trials.size());
    return Lists.partition(trials, given == null ? most : given);
  }

  /**
   * As for a training, of the factors of all trials of a pipeline: a runner keeps them to its end.
   */
  private long maxBroadcast(List<Trial> wave) {
    long iterations = 0;
    for (Trial trial : wave) {
      AlsParameters parameters = trial.parameters();
      iterations += parameters == null ? 0 : parameters.maxIter();
    }
    return Train.maxBroadcast(
        options.getFactorExchange(), iterations, Runtime.getRuntime().maxMemory());
  }

  /** What tells this tuning from others, so that results of one are never taken for another's. */
  private String settings(List<CsvFile> files) throws IOException {
    Map<String, @Nullable Object> flags = new TreeMap<>(arguments.toMap(options));
    flags.keySet().removeAll(CHANGE_NO_TRIAL);
    flags.keySet().removeAll(AlsParameters.names());
    StringBuilder settings = new StringBuilder(flags.toString());
    settings.append(" seed=").append(options.getSeed());
    // The files of blocks are for so many.
    int cores = Runners.setUp(options, arguments);
    settings
        .append(" blocks=")
        .append(Inputs.userBlocks(options, cores))
        .append(',')
        .append(Inputs.itemBlocks(options, cores));
    for (CsvFile file : files) {
      settings.append('\n').append(file.name()).append(' ').append(file.bytes());
      settings.append(' ').append(lastModified(file.name()));
    }
    return settings.toString();
  }

  private static long lastModified(String file) throws IOException {
    return FolderFiles.isRemote(file)
        ? FileSystems.matchSingleFileSpec(file).lastModifiedMillis()
        : Files.getLastModifiedTime(FolderFiles.local(file)).toMillis();
  }
}
