package dev.beamals.pipelines;

import static dev.beamals.Words.count;

import dev.beamals.RunException;
import dev.beamals.als.ColdPairs;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.CsvFormat;
import dev.beamals.files.ResultFile;
import dev.beamals.files.ResultFolder;
import dev.beamals.files.TableWriter;
import dev.beamals.files.TableWriter.Column;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.model.SavedModel;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.recommend.PredictRatings;
import dev.beamals.recommend.WritePredictions;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;

/** {@code als predict}: one pair as a table, or a file of pairs. */
final class Predict extends ModelCommand<PredictOptions> {
  /** Bytes of input for a block of pairs, some millions of them. */
  private static final long BLOCK_BYTES = 64L << 20;

  Predict(List<String> args, PrintStream out, PrintStream progress) {
    super(PredictOptions.class, args, out, progress);
  }

  @Override
  boolean makesTable() {
    return true;
  }

  @Override
  void check() {
    boolean pair = options.getUser() != null && options.getItem() != null;
    if (pair && !arguments.isTyped("input")) {
      options.setInput(null); // a flag file named it, for other commands
    }
    require(
        pair || options.getInput() != null,
        "--user and --item: missing; expected both, or --input with a file of pairs");
    require(
        options.getInput() == null || (options.getUser() == null && options.getItem() == null),
        "--input and --user, --item: expected one or the other");
    require(
        (options.getInput() == null) == (options.getOutput() == null),
        "--input and --output: expected both, or --user and --item alone");
    require(
        !options.getKeepOrder() || options.getInput() != null,
        "--keepOrder: expected with --input");
    checkMaxRejects(options);
  }

  /**
   * The columns of the input in the table of predictions.
   *
   * @param names of all, in their order
   * @param user which of them has the user
   * @param item which of them has the item
   * @param others the names of all but these two
   */
  record InputColumns(List<String> names, int user, int item, List<String> others) {

    /** Those of a pair that is no file. */
    static InputColumns ofPair(String user, String item) {
      return new InputColumns(List.of(user, item), 0, 1, List.of());
    }

    /**
     * Those of the first file, then those that others have beside them. Without a header, the
     * columns of ids are {@code user} and {@code item}.
     *
     * @throws RunException if one has the name of the column of predictions
     */
    static InputColumns of(List<CsvFile> files, boolean header) {
      CsvFile first = files.get(0);
      int user = first.userColumn();
      int item = first.itemColumn();
      if (user == item) {
        throw new RunException("userCol and itemCol: both are one column; expected two");
      }
      List<String> names = new ArrayList<>(first.columns());
      if (!header) {
        names.set(user, "user");
        names.set(item, "item");
      }
      Set<String> others = new LinkedHashSet<>();
      for (CsvFile file : files) {
        for (int c = 0; c < file.columns().size(); c++) {
          String name = file.columns().get(c);
          if (c != file.userColumn()
              && c != file.itemColumn()
              && !name.equals(names.get(user))
              && !name.equals(names.get(item))
              && others.add(name)
              && file != first) {
            names.add(name);
          }
        }
      }
      if (names.contains(WritePredictions.PREDICTION)) {
        throw new RunException(
            String.format(
                "input=%s: has a column %s, as the table is to have; expected another name",
                first.name(), WritePredictions.PREDICTION));
      }
      return new InputColumns(names, user, item, List.copyOf(others));
    }

    /**
     * @param typed whether ids have the types of those of a model
     */
    List<Column> toColumns(boolean typed, SavedModel model) {
      List<Column> columns = new ArrayList<>();
      for (int c = 0; c < names.size(); c++) {
        columns.add(
            c == user
                ? Column.ids(names.get(c), typed && model.factors(Side.USER).intIds())
                : c == item
                    ? Column.ids(names.get(c), typed && model.factors(Side.ITEM).intIds())
                    : new Column(names.get(c), String.class).orNull());
      }
      return columns;
    }
  }

  @Override
  void run(SavedModel model) throws IOException {
    List<String> input = options.getInput();
    String output = options.getOutput();
    CsvFormat format = pairs(model);
    List<CsvFile> files = input == null ? List.of() : CsvFile.find("input", input, format);
    InputColumns columns =
        files.isEmpty()
            ? InputColumns.ofPair(
                column(options, model, Side.USER), column(options, model, Side.ITEM))
            : InputColumns.of(files, format.hasHeader());
    boolean baseline = baseline(model, options.getColdStartStrategy());
    try (ResultFolder folder =
        output == null
            ? ResultFolder.temporary(options.getTempLocation())
            : ResultFolder.create("output", output)) {
      int cores = setUpRunner();
      long bytes = files.stream().mapToLong(CsvFile::bytes).sum();
      int blocks = files.isEmpty() ? 1 : (int) Math.max(cores, bytes / BLOCK_BYTES);
      Pipeline pipeline = Pipeline.create(options);
      PCollection<RatingBatch> pairs =
          files.isEmpty()
              ? pipeline.apply("Pair", Create.of(pair(model)).withCoder(RatingBatch.Coder.of()))
              : Inputs.load(
                  pipeline,
                  "LoadPairs",
                  Inputs.ids(options, files).withPlaces(true).withTexts(columns.others()),
                  reportFile(folder, "input"));
      boolean drop = options.getColdStartStrategy() == TrainOptions.ColdStartStrategy.drop;
      // Pairs may have ids of any kind, and in CSV that makes no difference.
      boolean typed = tableFormat() != TableWriter.Format.csv && (output != null || intIds());
      WritePredictions write =
          WritePredictions.to(
                  folder.path(),
                  tableFormat(),
                  columns.toColumns(typed, model),
                  columns.user(),
                  columns.item(),
                  blocks)
              .withCompression(options.getCompression())
              .withDropNaN(drop)
              .withOrder(options.getKeepOrder());
      pairs
          .apply(
              "PredictRatings",
              PredictRatings.from(model.in(pipeline))
                  .withNumBlocks(blocks)
                  .withBaseline(baseline)
                  .onRows())
          .apply("WritePredictions", write)
          .apply(
              "WriteCounts",
              ResultFile.<WritePredictions.Counts>write(folder.path() + "counts.bin"));
      run(pipeline);
      WritePredictions.Counts counts = folder.take("counts.bin", WritePredictions.Counts.coder());
      ColdPairs cold = counts.cold();
      if (output == null) {
        printTable(write.columns().stream().map(Column::name).toList(), folder.parts());
      } else {
        Cleaning cleaning = Cleaning.ofIds(files, report(folder, "input"));
        account("input", drop ? cleaning.without(cold) : cleaning.with(cold));
        writeCounts(folder);
        folder.complete();
        results.put("output", folder.path());
      }
      results.put("pairs", counts.pairs());
      results.put("cold", cold.total());
      print(
          "%s, %,d cold%s%n",
          count(counts.pairs(), "pair"),
          cold.total(),
          cold.total() > 0 ? describe(cold, options.getColdStartStrategy()) : "");
      if (output != null) {
        print("Predictions: %s%n", folder.path());
      }
    }
  }

  /** Whether the ids of the command line are ints, as those of most models are. */
  private boolean intIds() {
    return Ids.isPlainInt(String.valueOf(options.getUser()))
        && Ids.isPlainInt(String.valueOf(options.getItem()));
  }

  private CsvFormat pairs(SavedModel model) {
    return Inputs.format(options, model)
        .withPairs(Inputs.userCol(options, model), Inputs.itemCol(options, model));
  }

  private static String describe(ColdPairs cold, TrainOptions.ColdStartStrategy strategy) {
    return String.format(
        " (%s): %s",
        Figures.describe(cold),
        switch (strategy) {
          case drop -> "left out";
          case nan -> "NaN";
          case baseline -> "predicted by the baseline";
        });
  }

  private RatingBatch pair(SavedModel model) {
    return new RatingBatch(
            Inputs.ids(options, model, Side.USER, List.of(String.valueOf(options.getUser()))),
            Inputs.ids(options, model, Side.ITEM, List.of(String.valueOf(options.getItem()))),
            new int[1],
            new int[1],
            new float[1],
            new long[0])
        .withPlaces(new long[1]);
  }
}
