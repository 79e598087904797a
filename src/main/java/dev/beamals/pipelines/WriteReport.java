package dev.beamals.pipelines;

import dev.beamals.RunException;
import dev.beamals.als.AlsModel;
import dev.beamals.als.DroppedRatings;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.CsvFormat;
import dev.beamals.files.FolderFiles;
import dev.beamals.files.ResultFile;
import dev.beamals.files.ResultFolder;
import dev.beamals.files.Storage;
import dev.beamals.ids.Side;
import dev.beamals.model.Manifest;
import dev.beamals.model.ModelParameters;
import dev.beamals.model.SavedModel;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.recommend.Titles;
import dev.beamals.report.Bins;
import dev.beamals.report.Recommendations;
import dev.beamals.report.Report;
import dev.beamals.report.ReportPage;
import dev.beamals.report.RowSummary;
import dev.beamals.report.SummarizeItems;
import dev.beamals.report.SummarizeRatings;
import dev.beamals.report.SummarizeRecommendations;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/** {@code als report}: a page that shows what a model is. */
final class WriteReport extends ModelCommand<ReportOptions> {
  private static final String DROPPED = "dropped.bin";
  private static final String ITEMS = "items.bin";
  private static final String ROWS = "rows.bin";
  private static final String RECOMMENDATIONS = "recommendations.bin";

  WriteReport(List<String> args, PrintStream out, PrintStream progress) {
    super(ReportOptions.class, args, out, progress);
  }

  @Override
  void check() {
    List<String> users = options.getUser();
    require(
        users == null || users.size() <= SummarizeRecommendations.MOST_CASES,
        "--user: expected at most %s users",
        SummarizeRecommendations.MOST_CASES);
    checkMaxRejects(options);
    checkOutput(options.getOutput());
  }

  @Override
  void run(SavedModel model) throws IOException {
    cleanAsInTraining(model.parameters());
    Report report = Report.of(model);
    List<CsvFile> titleFiles = Inputs.titles(options, model);
    List<CsvFile> files = List.of();
    String leftOut = null;
    try {
      files = files(model);
      Outputs.refuse(
          "output",
          options.getOutput(),
          "the input of the training",
          files.stream().map(CsvFile::name).toList());
    } catch (RunException e) {
      if (options.getInput() != null) {
        throw e;
      }
      leftOut = e.getMessage();
    }
    if (leftOut != null && options.getUser() != null) {
      throw new RunException("--user: " + leftOut);
    }
    try (ResultFolder folder = ResultFolder.temporary(options.getTempLocation())) {
      int cores = setUpRunner();
      Pipeline pipeline = Pipeline.create(options);
      PCollection<FactorBlock> itemRatings = model.itemRatings(pipeline);
      if (itemRatings != null) {
        itemRatings
            .apply("SummarizeItems", SummarizeItems.create())
            .apply("WriteItems", ResultFile.<Bins>write(folder.path() + ITEMS));
      } else {
        report =
            report.withLeftOut(
                "The model does not tell how many ratings its items have: what goes by the"
                    + " popularity of items is left out.");
      }
      if (!files.isEmpty()) {
        summarizeRows(pipeline, model, itemRatings, files, titleFiles, folder, cores);
      }
      if (!files.isEmpty() || itemRatings != null) {
        run(pipeline);
      }
      if (itemRatings != null) {
        report = report.withItemRatings(folder.take(ITEMS, new Bins.Coder()));
      }
      if (!files.isEmpty()) {
        CleaningReport cleaning = report(folder, "input");
        account(
            "input",
            Cleaning.ofRatings(files, cleaning)
                .without(folder.take(DROPPED, DroppedRatings.coder())));
        if (!titleFiles.isEmpty()) {
          reportIds(folder, "titles", titleFiles);
        }
        RowSummary rows = folder.take(ROWS, RowSummary.coder());
        Recommendations recommendations = folder.take(RECOMMENDATIONS, Recommendations.coder());
        checkUsers(recommendations);
        String changed = changed(model.manifest(), files, cleaning);
        if (changed == null) {
          report = report.withRows(rows, recommendations);
        } else if (options.getInput() != null) {
          report = report.withRows(rows, recommendations).withLeftOut(changed);
        } else {
          leftOut = changed;
        }
      }
    }
    if (leftOut != null) {
      report =
          report.withLeftOut(
              "What needs the rows is left out: "
                  + leftOut
                  + ". With --input=FILES the page has it.");
    }
    report.leftOut().forEach(sentence -> print("%s%n", sentence));
    write(options.getOutput(), ReportPage.render(report));
    boolean inModel =
        FolderFiles.relation(options.getOutput(), model.folder()) == FolderFiles.Relation.LIES_IN;
    if (!counts().isEmpty() && !inModel) { // whose manifest has them
      write(options.getOutput().replaceFirst("(\\.html?)?$", "_counts.json"), counts());
    }
    results.put("report", options.getOutput());
    results.put("leftOut", report.leftOut());
    print("Report: %s%n", options.getOutput());
  }

  /** Rows are cleaned as those of the training were, where no flag says how. */
  private void cleanAsInTraining(ModelParameters parameters) {
    Boolean dropMissing = parameters.flag("dropMissing");
    if (dropMissing != null && !arguments.has("dropMissing")) {
      options.setDropMissing(dropMissing);
    }
    Boolean dropDuplicates = parameters.flag("dropDuplicates");
    if (dropDuplicates != null && !arguments.has("dropDuplicates")) {
      options.setDropDuplicates(dropDuplicates);
    }
    String aggregate = parameters.text("aggregate");
    if (aggregate != null && !arguments.has("aggregate")) {
      options.setAggregate(RatingBlock.Aggregate.valueOf(aggregate));
    }
  }

  /**
   * The files of the rows: those that a flag names, else those of the training where they are as
   * they were.
   *
   * @throws RunException saying why there are none
   */
  private List<CsvFile> files(SavedModel model) {
    CsvFormat format = Inputs.ratingsFormat(options, model, arguments, progress);
    List<String> given = options.getInput();
    if (given != null) {
      return CsvFile.find("input", given, format);
    }
    Manifest manifest = model.manifest();
    Manifest.Input input = manifest == null ? null : manifest.input();
    if (input == null || input.files().isEmpty()) {
      throw new RunException("the model does not tell the files of its training");
    }
    List<String> names = new ArrayList<>();
    for (Manifest.InputFile file : input.files()) {
      long bytes = bytes(file.file());
      if (bytes != file.bytes()) {
        throw new RunException(
            file.file()
                + (bytes < 0 ? " is not there any more" : " was changed after the training"));
      }
      names.add(file.file());
    }
    List<CsvFile> files = CsvFile.find("input", names, format);
    if (!files.stream().map(CsvFile::name).toList().equals(names.stream().sorted().toList())) {
      throw new RunException("the names of the files of the training are not theirs alone");
    }
    progress.printf("rows: %s, the input of the training%n", Cleaning.describe(files));
    return files;
  }

  /** The size of a file, or −1 where there is none. */
  private static long bytes(String file) {
    try {
      if (FolderFiles.isRemote(file)) {
        return FileSystems.matchSingleFileSpec(file).sizeBytes();
      }
      Path path = FolderFiles.local(file);
      return Files.isRegularFile(path) ? Files.size(path) : -1;
    } catch (IOException | IllegalArgumentException e) {
      return -1;
    }
  }

  private void summarizeRows(
      Pipeline pipeline,
      SavedModel model,
      @Nullable PCollection<FactorBlock> itemRatings,
      List<CsvFile> files,
      List<CsvFile> titleFiles,
      ResultFolder folder,
      int cores) {
    AlsModel factors = model.in(pipeline);
    BlockRatings blocks = Inputs.blocks(options, cores);
    PCollection<RatingBatch> ratings =
        Inputs.load(
            pipeline, "LoadRatings", Inputs.ratings(options, files), reportFile(folder, "input"));
    SummarizeRatings rows = SummarizeRatings.from(factors);
    SummarizeRecommendations recommendations =
        SummarizeRecommendations.from(
            factors,
            blocks,
            model.factors(Side.USER).rows(),
            options.getUser() == null ? List.of() : options.getUser());
    if (itemRatings != null) {
      FactorView counts = FactorView.ofBlocks("ViewItemRatings", itemRatings);
      rows = rows.withItemRatings(counts);
      recommendations = recommendations.withItemRatings(counts);
    }
    Titles titles = loadTitles(pipeline, options, titleFiles, folder);
    if (titles != null) {
      recommendations = recommendations.withTitles(titles);
    }
    PCollection<RatingBlock> byUser = ratings.apply("BlockByUser", blocks);
    DroppedRatings.count(byUser, byUser)
        .apply("WriteDropped", ResultFile.<DroppedRatings>write(folder.path() + DROPPED));
    byUser
        .apply("SummarizeRatings", rows)
        .apply("WriteRows", ResultFile.<RowSummary>write(folder.path() + ROWS));
    ratings
        .apply("SummarizeRecommendations", recommendations)
        .apply(
            "WriteRecommendations",
            ResultFile.<Recommendations>write(folder.path() + RECOMMENDATIONS));
  }

  private void checkUsers(Recommendations recommendations) {
    Set<String> missing = new HashSet<>(options.getUser() == null ? List.of() : options.getUser());
    recommendations.cases().forEach(one -> missing.remove(one.user()));
    if (!missing.isEmpty()) {
      throw new RunException(
          "--user=" + String.join(",", missing.stream().sorted().toList()) + ": not in the model");
    }
  }

  /** Says which rows are not those of the training; null where all are. */
  private static @Nullable String changed(
      @Nullable Manifest manifest, List<CsvFile> files, CleaningReport cleaning) {
    Manifest.Input input = manifest == null ? null : manifest.input();
    if (input == null) {
      return null;
    }
    Set<String> trained = new HashSet<>();
    input.files().forEach(file -> trained.add(file.fingerprint()));
    for (CsvFile file : files) {
      long fingerprint = cleaning.fingerprints().getOrDefault(file.name(), 0L);
      if (!trained.contains(String.format("%016x", fingerprint))) {
        return file.name() + " has other rows than the training had";
      }
    }
    return null;
  }

  /** Finds what is wrong before the rows are read. */
  private static void checkOutput(String output) {
    if (FolderFiles.isRemote(output)) {
      return;
    }
    Path file = FolderFiles.local(output).toAbsolutePath();
    Path folder = file.getParent();
    if (Files.isDirectory(file)) {
      throw new RunException("output=" + output + ": is a folder; expected a file for the page");
    }
    if (folder != null && !Files.isDirectory(folder)) {
      throw new RunException("output=" + output + ": there is no folder " + folder);
    }
  }

  private void write(String output, String page) {
    try {
      String file =
          FolderFiles.isRemote(output)
              ? output
              : FolderFiles.local(output).toAbsolutePath().toString();
      Storage.of(output, options).write(file, page.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw RunException.cannotWrite("output=" + output, e);
    }
  }
}
