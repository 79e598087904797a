package dev.beamals.pipelines;

import static dev.beamals.Words.count;

import dev.beamals.RunException;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.DroppedRatings;
import dev.beamals.als.TrainingSummary;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.CsvFormat;
import dev.beamals.csv.IdType;
import dev.beamals.evaluation.RankingMetrics;
import dev.beamals.evaluation.RatingComparison;
import dev.beamals.evaluation.RatingMetrics;
import dev.beamals.files.FolderFiles;
import dev.beamals.files.ResultFolder;
import dev.beamals.ids.Side;
import dev.beamals.linalg.NormalEquations;
import dev.beamals.model.FactorsSummary;
import dev.beamals.model.Manifest;
import dev.beamals.model.ModelFolder;
import dev.beamals.model.ModelMetrics;
import dev.beamals.model.ModelParameters;
import dev.beamals.model.SavedModel;
import dev.beamals.ratings.SplitRatings;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.jspecify.annotations.Nullable;

/** {@code als train}: sets the runner up, runs {@link TrainPipeline}, and saves what it made. */
final class Train extends Command<TrainOptions> {
  /** Bytes; by default Spark sends no more to the driver (spark.driver.maxResultSize). */
  private static final long MAX_BROADCAST = 1_000_000_000;

  /** Flags that a manifest tells elsewhere, with what was found, or that do not matter to it. */
  private static final List<String> NOT_SAVED =
      List.of(
          "input",
          "testInput",
          "output",
          "writeSplit",
          "report",
          "sniff",
          "verbose",
          "quiet",
          "format");

  private final boolean trainsOnValidation;
  private final Map<String, String> besides;

  Train(List<String> args, PrintStream out, PrintStream progress) {
    super(TrainOptions.class, args, out, progress);
    this.trainsOnValidation = false;
    this.besides = Map.of();
  }

  /**
   * Trains on training and validation rows together, when the validation rows have done what they
   * are for.
   *
   * @param besides files for the model folder, by their names
   */
  Train(Arguments arguments, Map<String, String> besides, PrintStream out, PrintStream progress) {
    super(TrainOptions.class, arguments, out, progress);
    this.trainsOnValidation = true;
    this.besides = besides;
  }

  @Override
  void check() {
    require(options.getInput() != null, "--input: missing; expected files of interactions");
    AlsParameters parameters = parameters();
    require(
        options.getColdStartStrategy() != TrainOptions.ColdStartStrategy.baseline
            || parameters.columns() > parameters.rank(),
        "--coldStartStrategy=baseline: expected with --center or --biases");
    require(
        Splits.of(options).none() || options.getTestInput() == null,
        "--testInput: expected without a split, as by --testFraction");
    Ranking.of(options);
    for (String flag : List.of("topK", "relevantFrom")) {
      require(
          !arguments.isTyped(flag) || holdsOut(),
          "--%s: expected with rows to test on, as --testFraction",
          flag);
    }
    checkMaxRejects(options);
    for (String flag : List.of("minUserRatings", "minItemRatings")) {
      int least =
          flag.equals("minUserRatings") ? options.getMinUserRatings() : options.getMinItemRatings();
      require(least >= 1, "--%s=%s: expected at least 1", flag, least);
    }
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
    Inputs.format(options);
  }

  /** A training may go on from the model that it replaces. */
  @Override
  Set<String> replaced() {
    return Set.of("initialModel");
  }

  /** Whether there are rows to test on. */
  private boolean holdsOut() {
    return !Splits.of(options).none() || options.getTestInput() != null;
  }

  /**
   * How many bytes the factors of both sides may have that are broadcast: none with {@code
   * --factorExchange=shuffle}, any with {@code broadcast}.
   *
   * <p>With {@code auto} so many that they do not fill half of the heap: the driver keeps what
   * every half-step broadcast until the end, and while it sends one has it in several forms.
   *
   * @param iterations of all trainings of the pipeline
   * @param maxMemory bytes of the driver's heap
   */
  static long maxBroadcast(TrainOptions.FactorExchange exchange, long iterations, long maxMemory) {
    return switch (exchange) {
      case shuffle -> 0;
      case broadcast -> Long.MAX_VALUE;
      case auto -> Math.min(MAX_BROADCAST, maxMemory / 2 / (iterations + 5));
    };
  }

  @Override
  void run() throws IOException {
    Inputs.nameColumns(options, arguments, progress);
    reading(Inputs.format(options), this::run);
  }

  private void run(CsvFormat format) throws IOException {
    long started = System.nanoTime();
    double startUp = ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0;
    List<String> input = options.getInput() == null ? List.of() : options.getInput();
    List<String> testInput = options.getTestInput() == null ? List.of() : options.getTestInput();
    List<CsvFile> files = CsvFile.find("input", input, format);
    List<CsvFile> testFiles =
        testInput.isEmpty()
            ? List.of()
            : CsvFile.find("testInput", testInput, format.withIdsLookedUp());
    long without = files.stream().filter(file -> !file.hasTimestamp()).count();
    if (without > 0) {
      progress.printf(
          "%s: the rule 'timestamp below 0' is skipped%n",
          options.getTimestampCol() != null
              ? "--timestampCol=" + options.getTimestampCol()
              : without == files.size()
                  ? "no column 'timestamp'"
                  : "no column 'timestamp' in "
                      + without
                      + " of "
                      + files.size()
                      + " files; for these");
    }

    Splits splits = Splits.of(options);
    if (splits.needsTimes()) {
      Inputs.requireTimes("--splitMode=" + splits.mode(), files);
    }
    SavedModel initialModel = initialModel();
    String writeSplit = options.getWriteSplit();
    try (ModelFolder model = ModelFolder.stage("output", options.getOutput(), options);
        ResultFolder split =
            writeSplit == null ? null : ResultFolder.create("writeSplit", writeSplit)) {
      int cores = Runners.setUp(options, arguments);
      progress.printf(
          "training on %s with the %s (%s kernel)%n",
          Cleaning.describe(files),
          options.getRunner().getSimpleName(),
          NormalEquations.kernelName());
      Pipeline pipeline = Pipeline.create(options);
      new TrainPipeline(
              options,
              splits,
              trainsOnValidation,
              Ranking.of(options),
              parameters(),
              model.staging(),
              model.exchange(),
              maxBroadcast(
                  options.getFactorExchange(),
                  options.getMaxIter(),
                  Runtime.getRuntime().maxMemory()),
              split == null ? null : split.path(),
              initialModel,
              Inputs.userBlocks(options, cores),
              Inputs.itemBlocks(options, cores))
          .build(pipeline, files, testFiles);
      Map<String, Double> seconds = new LinkedHashMap<>();
      seconds.put("startUp", startUp);
      PipelineResult result = pipeline.run();
      try (Progress watching = new Progress(result, options.getMaxIter(), progress, started)) {
        Runners.waitUntilDone(result);
        seconds.putAll(watching.phases());
      }
      seconds.put("pipeline", (System.nanoTime() - started) / 1e9);
      if (split != null) {
        split.complete();
      }
      save(model, format, splits, files, testFiles, seconds, started);
    }
    if (options.getFormat() == CommandOptions.Format.json) {
      results.put(SavedModel.open("output", options.getOutput()));
    }
    if (options.getReport()) {
      print("%n");
      WriteReport report = report();
      report.prepare();
      report.run(); // its page is part of our output
    }
  }

  /** The command that writes the page of the model, on the same runner. */
  private WriteReport report() {
    Set<String> known = Arguments.names(ReportOptions.class);
    List<String> args = new ArrayList<>();
    arguments
        .single()
        .forEach(
            (name, value) -> {
              if (known.contains(name) && !name.equals("output") && !name.equals("format")) {
                args.add("--" + name + "=" + value);
              }
            });
    args.add("--model=" + options.getOutput());
    args.add("--output=" + FolderFiles.normalize("output", options.getOutput()) + "report.html");
    return new WriteReport(args, out, progress);
  }

  /** The model of --initialModel, checked against the other flags; or null. */
  private @Nullable SavedModel initialModel() {
    String folder = options.getInitialModel();
    if (folder == null) {
      return null;
    }
    SavedModel model = SavedModel.open("initialModel", folder);
    AlsParameters theirs = model.alsParameters();
    try {
      parameters().checkInitial(theirs, model.rank());
    } catch (IllegalArgumentException e) {
      throw new RunException("initialModel=" + folder + ": " + e.getMessage(), e);
    }
    return model;
  }

  private void save(
      ModelFolder model,
      CsvFormat format,
      Splits splits,
      List<CsvFile> files,
      List<CsvFile> testFiles,
      Map<String, Double> seconds,
      long started)
      throws IOException {
    CleaningReport report = model.take(TrainPipeline.REPORT, CleaningReport.coder());
    RatingMetrics training =
        model.take(TrainPipeline.metrics(TrainPipeline.TRAINING), RatingMetrics.coder());
    if (training.count() == 0) {
      throw new RunException(
          String.format(
              "input: no rating is left to train on, of %d; expected to hold out less, or a smaller"
                  + " minUserRatings or minItemRatings",
              report.kept()));
    }
    List<String> heldOut =
        !splits.none() && splits.validates() && !trainsOnValidation
            ? List.of(TrainPipeline.VALIDATION, TrainPipeline.TEST)
            : splits.none() && testFiles.isEmpty() ? List.of() : List.of(TrainPipeline.TEST);
    Map<String, RatingComparison> held = new LinkedHashMap<>();
    Ranking ranking = Ranking.of(options);
    Map<String, RankingMetrics> ranked = new LinkedHashMap<>();
    long heldRatings = 0;
    for (String part : heldOut) {
      RatingComparison compared = model.take(TrainPipeline.metrics(part), RatingComparison.coder());
      RatingMetrics metrics = compared.model();
      held.put(part, compared);
      if (ranking.judges()) {
        ranked.put(part, model.take(TrainPipeline.ranking(part), RankingMetrics.coder()));
      }
      heldRatings += metrics.count() + metrics.cold();
    }
    DroppedRatings dropped = takeDropped(model, TrainPipeline.DROPPED);
    long heldAggregated =
        heldOut.isEmpty() ? 0 : takeDropped(model, TrainPipeline.HELD_OUT_DROPPED).aggregated();
    boolean split = !splits.none();
    Cleaning cleaning =
        Cleaning.ofRatings(files, report)
            .without(
                Cleaning.Reason.aggregated, dropped.aggregated() + (split ? heldAggregated : 0))
            .without(Cleaning.Reason.infrequent, dropped.infrequent())
            .withUsed(training.count() + (split ? heldRatings : 0));

    TrainingSummary summary =
        model.take(TrainPipeline.SUMMARY, TrainingSummary.coder(parameters()));
    FactorsSummary factors = model.summarizeFactors(parameters().columns());
    Manifest manifest =
        Manifest.of(toSave(format), factors).withInput(cleaning.toInput()).withTraining(summary);
    cleaning.printTable(out, "");
    if (report.scaledTimes() > 0) {
      print(
          "%s read as milliseconds, or a smaller unit%n%n",
          count(report.scaledTimes(), "timestamp"));
    }
    if (splits.reports()) {
      splits.print(out, model.take(TrainPipeline.SPLIT, SplitRatings.Report.coder()));
    }
    if (!testFiles.isEmpty()) {
      CleaningReport testReport = model.take(TrainPipeline.TEST_REPORT, CleaningReport.coder());
      Cleaning testCleaning =
          Cleaning.ofRatings(testFiles, testReport)
              .without(Cleaning.Reason.aggregated, heldAggregated)
              .withUsed(heldRatings);
      manifest = manifest.withTestInput(testCleaning.toInput());
      testCleaning.printTable(out, "Test: ");
    }
    seconds.put("total", (System.nanoTime() - started) / 1e9);

    boolean preferences = options.getImplicitPrefs();
    Figures trainingFigures =
        new Figures(training, TrainOptions.ColdStartStrategy.drop, preferences);
    Map<String, Figures> heldFigures = new LinkedHashMap<>();
    held.forEach(
        (part, compared) ->
            heldFigures.put(
                part,
                new Figures(
                    compared.model(),
                    options.getColdStartStrategy(),
                    preferences,
                    preferences ? null : compared)));
    ModelMetrics metrics =
        ModelMetrics.create()
            .with("training", trainingFigures.toMap())
            .withObjective(summary.halfSteps());
    for (Map.Entry<String, Figures> part : heldFigures.entrySet()) {
      metrics = metrics.withAll(part.getValue().toMaps(part.getKey()));
      RankingMetrics lists = ranked.get(part.getKey());
      if (lists != null) {
        metrics = metrics.withAll(Ranking.toMaps(part.getKey(), lists));
      }
    }
    for (Map.Entry<String, String> file : besides.entrySet()) {
      model.add(file.getKey(), file.getValue());
    }
    model.replace(manifest.withSeconds(seconds), metrics);

    print(
        "Model: %s, %s × %s, rank %d%n",
        model, count(factors.users(), "user"), count(factors.items(), "item"), options.getRank());
    print("       factorsDigest %s%n%n", factors.digest());
    printTraining(summary);
    print("training row", trainingFigures);
    heldFigures.forEach(
        (part, figures) -> {
          print(part + " row", figures);
          RankingMetrics lists = ranked.get(part);
          if (lists != null) {
            ranking.print(out, part + " rows", lists, preferences);
          }
        });
    RatingComparison test = held.get(TrainPipeline.TEST);
    if (test != null) {
      warn(training, test.model());
    }
  }

  private DroppedRatings takeDropped(ModelFolder model, String file) throws IOException {
    return TrainPipeline.drops(options)
        ? model.take(file, DroppedRatings.coder())
        : new DroppedRatings(0, 0, 0, 0);
  }

  private void printTraining(TrainingSummary summary) {
    List<TrainingSummary.HalfStep> halfSteps = summary.halfSteps();
    TrainingSummary.HalfStep last = halfSteps.get(halfSteps.size() - 1);
    print(
        "Objective %.6g after %s: loss %.6g, regularization %.6g%n",
        last.objective(),
        count(summary.iterations(), "iteration"),
        last.loss(),
        last.regularization());
    if (summary.iterations() < options.getMaxIter()) {
      print(
          "          the last lowered it by less than --tolerance=%s; --maxIter=%d was not needed%n",
          options.getTolerance(), options.getMaxIter());
    }
    print("%n");
    if (summary.negativeRatings() > 0) {
      print(
          "%s below 0: with --implicitPrefs they count as not preferred, the more surely the lower"
              + " they are%n%n",
          count(summary.negativeRatings(), "rating"));
    }
  }

  /** Says what figures mean that look well in training and are not. */
  private void warn(RatingMetrics training, RatingMetrics test) {
    if (!options.getImplicitPrefs() && test.r2() < 0) {
      print(
          "%nOn the test rows the model is worse than the mean of their ratings would be (R2 below 0)%s.%n"
              + "If --ratingCol=%s counts plays, clicks, purchases or time, it is not a grade: train with"
              + " --implicitPrefs.%nIf it is a grade, a larger --regParam or a smaller --rank may help.%n",
          training.r2() > 0.5
              ? String.format(
                  Locale.ROOT,
                  ",%nthough on the training rows it looks good (R2 %.2f)",
                  training.r2())
              : "",
          options.getRatingCol());
    }
  }

  private void print(String what, Figures figures) {
    print("On %s", count(figures.metrics().count(), what));
    figures.print(out, false);
  }

  /** What is saved of the run: all flags but those of files and of what is printed. */
  private ModelParameters toSave(CsvFormat format) {
    Map<String, @Nullable Object> saved = new LinkedHashMap<>();
    saved.put("runner", options.getRunner().getSimpleName());
    arguments
        .toMap(options)
        .forEach((name, value) -> saved.put(name, value instanceof Enum<?> e ? e.name() : value));
    saved.keySet().removeAll(NOT_SAVED);
    saved.put(
        Inputs.TEXT_IDS,
        Stream.of(Side.values())
            .filter(side -> format.idType(side) == IdType.STRING)
            .map(Side::name)
            .toList());
    if (trainsOnValidation) {
      saved.put("trainsOnValidation", true);
    }
    return ModelParameters.of(saved);
  }
}
