package dev.beamals.pipelines;

import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.CsvFormat;
import dev.beamals.csv.EstimateIds;
import dev.beamals.evaluation.RatingMetrics;
import dev.beamals.linalg.NormalEquations;
import dev.beamals.model.FactorsSummary;
import dev.beamals.model.Manifest;
import dev.beamals.model.ModelFolder;
import dev.beamals.model.ModelMetrics;
import dev.beamals.model.ModelParameters;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.jspecify.annotations.Nullable;

/** {@code als train}: sets the runner up, runs {@link TrainPipeline}, and saves what it made. */
final class Train extends Command<TrainOptions> {
  /** Bytes; by default Spark sends no more to the driver (spark.driver.maxResultSize). */
  private static final double MAX_BROADCAST = 1e9;

  /** Flags that a manifest tells elsewhere, with what was found, or that do not matter to it. */
  private static final List<String> NOT_SAVED = List.of("input", "testInput", "output", "verbose");

  Train(List<String> args, PrintStream out, PrintStream progress) {
    super(TrainOptions.class, args, out, progress);
  }

  @Override
  void check() {
    require(options.getInput() != null, "--input: missing; expected CSV files of interactions");
    parameters();
    require(
        options.getTestFraction() >= 0 && options.getTestFraction() < 1,
        "--testFraction=%s: expected a number from 0 to below 1",
        options.getTestFraction());
    require(
        options.getTestFraction() == 0 || options.getTestInput() == null,
        "--testFraction and --testInput: expected one of them");
    checkMaxRejects(options);
    for (String flag : List.of("numUserBlocks", "numItemBlocks")) {
      Integer blocks =
          flag.equals("numUserBlocks") ? options.getNumUserBlocks() : options.getNumItemBlocks();
      require(
          blocks == null || (blocks >= 1 && blocks <= 100_000),
          "--%s=%s: expected 1 to 100000",
          flag,
          blocks);
    }
    require(
        !options.getUserCol().equals(options.getItemCol()),
        "--userCol and --itemCol: both are %s; expected two columns",
        options.getUserCol());
    Inputs.delimiter(options.getDelimiter());
  }

  /** Whether factors are shuffled, and not broadcast; see {@code --factorExchange}. */
  private boolean shuffles(List<CsvFile> files) {
    if (options.getFactorExchange() != TrainOptions.FactorExchange.auto) {
      return options.getFactorExchange() == TrainOptions.FactorExchange.shuffle;
    }
    double factors = 4.0 * options.getRank() * EstimateIds.of(files);
    boolean shuffles = shuffles(factors, options.getMaxIter(), Runtime.getRuntime().maxMemory());
    if (shuffles) {
      progress.printf(
          Locale.ROOT,
          "factors are estimated at %,.0f MB, exchanged by shuffle (--factorExchange)%n",
          factors / 1e6);
    }
    return shuffles;
  }

  /**
   * Whether the factors of both sides are too much to be broadcast.
   *
   * <p>The driver keeps what every half-step broadcast until the end, and while it sends one has it
   * in several forms. Half of the heap is for what the estimate misses.
   *
   * @param factors bytes
   * @param maxMemory bytes of the driver's heap
   */
  static boolean shuffles(double factors, int maxIter, long maxMemory) {
    return (maxIter + 5) * factors > maxMemory / 2.0 || factors > MAX_BROADCAST;
  }

  @Override
  void run() throws IOException {
    long started = System.nanoTime();
    double startUp = ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0;
    List<String> input = options.getInput() == null ? List.of() : options.getInput();
    List<String> testInput = options.getTestInput() == null ? List.of() : options.getTestInput();
    CsvFormat format = Inputs.format(options);
    List<CsvFile> files = CsvFile.find("input", input, format);
    List<CsvFile> testFiles =
        testInput.isEmpty() ? List.of() : CsvFile.find("testInput", testInput, format);
    if (!files.stream().allMatch(CsvFile::hasTimestamp)) {
      progress.println("no column 'timestamp': the rule 'timestamp below 0' is skipped");
    }

    try (ModelFolder model = ModelFolder.stage("output", options.getOutput(), options)) {
      int cores = Runners.setUp(options, arguments);
      Integer userBlocks = options.getNumUserBlocks();
      Integer itemBlocks = options.getNumItemBlocks();
      progress.printf(
          "training on %s with the %s (%s kernel)%n",
          Cleaning.describe(files),
          options.getRunner().getSimpleName(),
          NormalEquations.kernelName());
      boolean shuffles = shuffles(files);
      Pipeline pipeline = Pipeline.create(options);
      new TrainPipeline(
              options,
              parameters(),
              model.staging(),
              shuffles ? model.exchange() : null,
              userBlocks == null ? cores : userBlocks,
              itemBlocks == null ? cores : itemBlocks)
          .build(pipeline, files, testFiles);
      Map<String, Double> seconds = new LinkedHashMap<>();
      seconds.put("startUp", startUp);
      PipelineResult result = pipeline.run();
      try (Progress watching = new Progress(result, options.getMaxIter(), progress, started)) {
        Runners.waitUntilDone(result);
        seconds.putAll(watching.phases());
      }
      seconds.put("pipeline", (System.nanoTime() - started) / 1e9);
      save(model, files, testFiles, seconds, started);
    }
  }

  private void save(
      ModelFolder model,
      List<CsvFile> files,
      List<CsvFile> testFiles,
      Map<String, Double> seconds,
      long started)
      throws IOException {
    CleaningReport report = model.take(TrainPipeline.REPORT, CleaningReport.coder());
    RatingMetrics training = model.take(TrainPipeline.TRAINING_METRICS, RatingMetrics.coder());
    boolean tested = options.getTestFraction() > 0 || !testFiles.isEmpty();
    RatingMetrics test =
        tested
            ? model.take(TrainPipeline.TEST_METRICS, RatingMetrics.coder())
            : RatingMetrics.zero();
    long testRatings = test.count() + test.cold();
    long splitOff = options.getTestFraction() > 0 ? testRatings : 0;
    Cleaning cleaning = new Cleaning(files, report, report.kept() - training.count() - splitOff);

    FactorsSummary factors = model.summarizeFactors(options.getRank());
    Manifest manifest = Manifest.of(toSave(), factors).withInput(cleaning.toInput());
    cleaning.printTable(out, "");
    if (!testFiles.isEmpty()) {
      CleaningReport testReport = model.take(TrainPipeline.TEST_REPORT, CleaningReport.coder());
      Cleaning testCleaning = new Cleaning(testFiles, testReport, testReport.kept() - testRatings);
      manifest = manifest.withTestInput(testCleaning.toInput());
      testCleaning.printTable(out, "Test: ");
    }
    seconds.put("total", (System.nanoTime() - started) / 1e9);

    Figures trainingFigures = new Figures(training, TrainOptions.ColdStartStrategy.drop);
    Figures testFigures = new Figures(test, options.getColdStartStrategy());
    ModelMetrics metrics = ModelMetrics.create().with("training", trainingFigures.toMap());
    if (tested) {
      metrics = metrics.with("test", testFigures.toMap());
    }
    model.replace(manifest.withSeconds(seconds), metrics);

    print(
        "Model: %s, %,d users × %,d items, rank %d%n",
        model, factors.users(), factors.items(), options.getRank());
    print("       factorsDigest %s%n%n", factors.digest());
    print("training rows", trainingFigures);
    if (tested) {
      print("test rows", testFigures);
    }
  }

  private void print(String what, Figures figures) {
    RatingMetrics metrics = figures.metrics();
    print("On %,d %s", metrics.count(), what);
    if (metrics.cold() > 0) {
      print(" (%,d more are cold: coverage %.2f %%)", metrics.cold(), 100 * metrics.coverage());
    }
    print("%n");
    figures.print(out);
  }

  /** What is saved of the run: all flags but those of files and of what is printed. */
  private ModelParameters toSave() {
    Map<String, @Nullable Object> saved = new LinkedHashMap<>();
    saved.put("runner", options.getRunner().getSimpleName());
    arguments
        .toMap(options)
        .forEach((name, value) -> saved.put(name, value instanceof Enum<?> e ? e.name() : value));
    saved.keySet().removeAll(NOT_SAVED);
    return ModelParameters.of(saved);
  }
}
