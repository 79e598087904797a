package dev.beamals.pipelines;

import static dev.beamals.Words.count;

import dev.beamals.RunException;
import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.ColdPairs;
import dev.beamals.blocks.MatchIds;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.LoadRatings;
import dev.beamals.files.ResultFile;
import dev.beamals.files.ResultFolder;
import dev.beamals.files.TableWriter;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ids.UniteIds;
import dev.beamals.model.SavedModel;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.recommend.Reasons;
import dev.beamals.recommend.Titles;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.jspecify.annotations.Nullable;

/** A command that uses a saved model: checks its flags, opens the model, runs its pipeline. */
abstract class ModelCommand<O extends ModelOptions> extends Command<O> {
  ModelCommand(Class<O> type, List<String> args, PrintStream out, PrintStream progress) {
    super(type, args, out, progress);
  }

  abstract void run(SavedModel model) throws IOException;

  @Override
  final void run() throws IOException {
    run(SavedModel.open("model", options.getModel()));
  }

  /**
   * Whether cold pairs are predicted by a baseline.
   *
   * @throws RunException if they are to be, and the model has none
   */
  final boolean baseline(SavedModel model, TrainOptions.ColdStartStrategy coldStartStrategy) {
    AlsParameters parameters = model.alsParameters();
    boolean baseline = coldStartStrategy == TrainOptions.ColdStartStrategy.baseline;
    if (baseline && (parameters == null || parameters.columns() == parameters.rank())) {
      throw new RunException(
          "coldStartStrategy=baseline: model="
              + options.getModel()
              + " has neither a mean nor biases; expected one trained with --center or --biases");
    }
    return baseline;
  }

  /**
   * The parameters of the training, and what flags say where a model does not tell.
   *
   * @throws RunException if neither says the regularization, or flags say another mode
   */
  final AlsParameters parameters(SavedModel model, SolveOptions flagged) {
    String place = "--model=" + options.getModel() + ": ";
    AlsParameters parameters = model.alsParameters();
    boolean tells = parameters != null;
    Double regParam = flagged.getRegParam();
    if (parameters == null) {
      if (regParam == null) {
        throw new RunException(
            place + "does not tell its regParam; expected --regParam=… as it was trained with");
      }
      parameters = AlsParameters.create();
    }
    Map<String, @Nullable Object> flags = arguments.toMap(options);
    try {
      if (regParam != null) {
        parameters =
            parameters.withRegParam(regParam).withUserRegParam(null).withItemRegParam(null);
      }
      for (String name : List.of("implicitPrefs", "alpha", "nonnegative", "regScaling")) {
        Object given = flags.get(name);
        if (given != null) {
          AlsParameters with = parameters.with(name, given);
          if (tells && !with.equals(parameters)) {
            throw new RunException(
                String.format(
                    "--%s=%s: --model=%s was trained with %s; expected no such flag",
                    name, given, options.getModel(), parameters.toMap().get(name)));
          }
          parameters = with;
        }
      }
      return tells ? parameters : parameters.withRank(model.rank());
    } catch (IllegalArgumentException e) {
      throw new RunException(place + e.getMessage(), e);
    }
  }

  /**
   * Why sums of ratings may be so far from what the model predicts; empty where they are near.
   *
   * @param difference how far they are at most
   */
  static String why(double difference, AlsParameters parameters) {
    return difference < 1e-3
        ? ""
        : parameters.solver() == AlsParameters.Solver.cg
            ? ": users were trained by --solver=cg, which is not exact"
            : ": the rows of --input are not those of the training, or not all of them";
  }

  /** How the table is written: to files where they are the result, else to be printed. */
  final TableWriter.Format tableFormat() {
    return switch (options.getFormat()) {
      case text, csv -> TableWriter.Format.csv;
      case json, jsonl -> TableWriter.Format.jsonl;
      case parquet -> TableWriter.Format.parquet;
    };
  }

  /** What the column of a side is called. */
  static String column(TableOptions flags, SavedModel model, Side side) {
    String generic = side == Side.USER ? "user" : "item";
    if (!flags.getSourceNames() || !Inputs.format(flags, model).hasHeader()) {
      return generic;
    }
    return side == Side.USER ? Inputs.userCol(flags, model) : Inputs.itemCol(flags, model);
  }

  /** Prints the table, or makes it the result. */
  final void printTable(List<String> header, List<String> files) throws IOException {
    switch (options.getFormat()) {
      case text -> ResultTable.print(stdout, header, files);
      case json -> results.put("rows", ResultTable.rows(files));
      default -> ResultTable.copy(stdout, tableFormat() == TableWriter.Format.csv, files);
    }
  }

  /** Titles as {@code --titles} has them, or null where there are no such files. */
  final @Nullable Titles loadTitles(
      Pipeline pipeline, TitleOptions titles, List<CsvFile> files, ResultFolder folder) {
    if (files.isEmpty()) {
      return null;
    }
    LoadRatings load = Inputs.ids(titles, files).withInputName("titles");
    return Titles.of(Inputs.load(pipeline, "LoadTitles", load, reportFile(folder, "titles")));
  }

  /** Has the ids of some rows compared with those of the model, for {@link #sayMatch}. */
  static void match(
      PCollection<RatingBatch> rows,
      Side rowSide,
      AlsModel model,
      Side side,
      String flag,
      String folder) {
    rows.apply(
            "Take-" + flag + "-" + side,
            MapElements.into(TypeDescriptor.of(Ids.class)).via(batch -> batch.ids(rowSide)))
        .setCoder(UniteIds.coder())
        .apply("Match-" + flag + "-" + side, MatchIds.with(model.factors(side).blocks()))
        .apply(
            "Write-" + flag + "-" + side,
            ResultFile.<MatchIds.Match>write(folder + matchFile(flag, side)));
  }

  /** Where the comparison is written, in the folder of {@link #match}. */
  static String matchFile(String flag, Side side) {
    return flag + "-" + side + "-match.bin";
  }

  /**
   * Says how many ids a flag gave, and how many of them the model has.
   *
   * @throws RunException if it has none
   */
  final void sayMatch(ResultFolder folder, String flag, Side side) throws IOException {
    sayMatch(flag, side, folder.take(matchFile(flag, side), MatchIds.Match.coder()));
  }

  final void sayMatch(String flag, Side side, MatchIds.Match match) {
    List<String> unknown = new ArrayList<>();
    for (int i = 0; i < match.unknown().size(); i++) {
      unknown.add(match.unknown().get(i));
    }
    long missing = match.ids() - match.known();
    String names = String.join(", ", unknown) + (missing > unknown.size() ? ", …" : "");
    String what = side == Side.USER ? "user id" : "item id";
    if (match.known() == 0) {
      throw new RunException(
          String.format(
              "--%s: none of its %s is in the model: %s", flag, count(missing, what), names));
    }
    print(
        "%s in --%s%s%n",
        count(match.ids(), what),
        flag,
        missing == 0
            ? ", all of them in the model"
            : String.format(Locale.ROOT, ", %,d of them not in the model: %s", missing, names));
  }

  /** What became of the rows that explain scores: those of other users are not used. */
  static Cleaning explaining(List<CsvFile> files, CleaningReport report, Reasons.Rows rows) {
    Cleaning cleaning =
        Cleaning.ofRatings(files, report)
            .without(Cleaning.Reason.duplicate, rows.duplicates())
            .without(Cleaning.Reason.aggregated, rows.aggregated())
            .without(new ColdPairs(0, rows.ignored(), 0));
    return cleaning.without(Cleaning.Reason.otherUser, cleaning.used() - rows.used());
  }

  /** As {@link #report}, for ids or pairs, of which every row is accounted for. */
  final void reportIds(ResultFolder folder, String flag, List<CsvFile> files) throws IOException {
    account(flag, Cleaning.ofIds(files, report(folder, flag)));
  }
}
