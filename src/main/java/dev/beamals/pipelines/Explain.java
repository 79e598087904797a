package dev.beamals.pipelines;

import static dev.beamals.Words.count;

import dev.beamals.RunException;
import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.files.ResultFile;
import dev.beamals.files.ResultFolder;
import dev.beamals.files.TableWriter.Column;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ids.UniteIds;
import dev.beamals.model.SavedModel;
import dev.beamals.ratings.SelectUsers;
import dev.beamals.recommend.ExplainScores;
import dev.beamals.recommend.RecommendTopK;
import dev.beamals.recommend.Titles;
import dev.beamals.recommend.WriteReasons;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollectionView;
import org.jspecify.annotations.Nullable;

/** {@code als explain}: what the interactions of a user add to its prediction for an item. */
final class Explain extends ModelCommand<ExplainOptions> {
  private static final String SUMS = "sums.bin";

  Explain(List<String> args, PrintStream out, PrintStream progress) {
    super(ExplainOptions.class, args, out, progress);
  }

  @Override
  boolean makesTable() {
    return true;
  }

  @Override
  void check() {
    require(
        options.getUser() != null && options.getItem() != null,
        "--user and --item: missing; expected both");
    require(
        options.getInput() != null,
        "--input: missing; expected CSV files with the interactions of the user");
    int topK = options.getTopK();
    require(topK >= 1 && topK <= 100_000, "--topK=%s: expected 1 to 100000", topK);
    checkMaxRejects(options);
    parameters();
  }

  @Override
  void run(SavedModel model) throws IOException {
    List<String> input = options.getInput() == null ? List.of() : options.getInput();
    String output = options.getOutput();
    AlsParameters parameters = parameters(model, options);
    List<CsvFile> files =
        CsvFile.find("input", input, Inputs.ratingsFormat(options, model, arguments, progress));
    List<CsvFile> titleFiles = Inputs.titles(options, model);
    try (ResultFolder folder =
        output == null
            ? ResultFolder.temporary(options.getTempLocation())
            : ResultFolder.create("output", output)) {
      setUpRunner();
      Pipeline pipeline = Pipeline.create(options);
      AlsModel factors = model.in(pipeline);
      Titles titles = loadTitles(pipeline, options, titleFiles, folder);
      WriteReasons table =
          WriteReasons.to(
                  folder.path(),
                  tableFormat(),
                  Column.ids(column(options, model, Side.ITEM), model.factors(Side.ITEM).intIds()),
                  titles)
              .withCompression(options.getCompression());
      PCollectionView<Ids> user = view(pipeline, "User", model, Side.USER, options.getUser());
      // The score as recommend has it, so that what is missing is known by side.
      pipeline
          .apply(
              "ScoreItem",
              RecommendTopK.from(factors)
                  .withNumBlocks(1)
                  .withTopK(1)
                  .withIds(user)
                  .withCandidates(view(pipeline, "Item", model, Side.ITEM, options.getItem())))
          .apply(
              "ExplainScore",
              ExplainScores.from(
                      factors,
                      Inputs.load(
                              pipeline,
                              "LoadRatings",
                              Inputs.ratings(options, files),
                              reportFile(folder, "input"))
                          .apply("SelectUser", SelectUsers.create(user)),
                      Inputs.blocks(options, 1))
                  .withParameters(parameters)
                  .withMost(options.getTopK())
                  .withAgainst())
          .apply("WriteReasons", table)
          .apply("WriteSums", ResultFile.<WriteReasons.Sums>write(folder.path() + SUMS));
      run(pipeline);
      CleaningReport report = report(folder, "input");
      WriteReasons.Sums sums = folder.take(SUMS, WriteReasons.Sums.coder());
      checkFound(sums);
      if (output == null) {
        ResultTable.print(out, table.columns().stream().map(Column::name).toList(), folder.parts());
      }
      account("input", explaining(files, report, sums.rows()));
      if (titles != null) {
        reportIds(folder, "titles", titleFiles);
      }
      if (output == null) {
        printTable(table.columns().stream().map(Column::name).toList(), folder.parts());
      } else {
        writeCounts(folder);
        folder.complete();
        results.put("output", folder.path());
        print("%s: %s%n", count(sums.shown(), "interaction"), folder.path());
      }
      print(sums, parameters, model.ratingMean());
    }
  }

  private PCollectionView<Ids> view(
      Pipeline pipeline, String name, SavedModel model, Side side, @Nullable String id) {
    return pipeline
        .apply(
            name,
            Create.of(Inputs.ids(options, model, side, List.of(String.valueOf(id))))
                .withCoder(UniteIds.coder()))
        .apply("View" + name, View.asSingleton());
  }

  private void checkFound(WriteReasons.Sums sums) {
    if (sums.users() == 0) {
      throw new RunException("--user=" + options.getUser() + ": not in the model");
    }
    if (sums.items() == 0) {
      throw new RunException("--item=" + options.getItem() + ": not in the model");
    }
    if (sums.shown() == 0) {
      throw new RunException(
          String.format(
              "--user=%s: has no rows in --input%s; expected those it was trained on",
              options.getUser(), sums.rows().ignored() > 0 ? " of items that the model has" : ""));
    }
  }

  /** Prints what there is beside the table, and the sum of all. */
  private void print(WriteReasons.Sums sums, AlsParameters parameters, double mean) {
    if (sums.rest() > 0) {
      print("%s %s%n", number(sums.restSum()), count(sums.rest(), "more interaction"));
    }
    if (parameters.center()) {
      print("%s mean of all ratings%n", number(mean));
    }
    if (parameters.biases()) {
      print("%s bias of the item%n", number(sums.fixed() - mean));
    }
    double difference = Math.abs(sums.total() - sums.score());
    results.put("rest", sums.restSum());
    results.put("restInteractions", sums.rest());
    results.put("fixed", sums.fixed());
    results.put("total", sums.total());
    results.put("prediction", sums.score());
    results.put("ignored", sums.rows().ignored());
    print(
        "%s in all; the model predicts %s, which is %.1e away%s%n",
        number(sums.total()),
        number(sums.score()).strip(),
        difference,
        why(difference, parameters));
    if (sums.rows().ignored() > 0) {
      print(
          "%s of items that the model does not have%n",
          count(sums.rows().ignored(), "interaction"));
    }
    if (sums.untitled() > 0) {
      print("%s without a title in --titles%n", count(sums.untitled(), "row"));
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%10.6f", value);
  }
}
