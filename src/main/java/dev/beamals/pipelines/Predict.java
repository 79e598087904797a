package dev.beamals.pipelines;

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
import dev.beamals.recommend.WriteScores;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
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
    checkMaxRejects(options);
  }

  @Override
  void run(SavedModel model) throws IOException {
    List<String> input = options.getInput();
    String output = options.getOutput();
    List<CsvFile> files = input == null ? List.of() : CsvFile.find("input", input, pairs(model));
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
                  pipeline, "LoadPairs", Inputs.ids(options, files), reportFile(folder, "input"));
      String userCol = column(options, model, Side.USER);
      String itemCol = column(options, model, Side.ITEM);
      boolean drop = options.getColdStartStrategy() == TrainOptions.ColdStartStrategy.drop;
      // Pairs may have ids of any kind, and in CSV that makes no difference.
      boolean typed = tableFormat() != TableWriter.Format.csv && (output != null || intIds());
      WriteScores write =
          WriteScores.predictions(
                  folder.path(),
                  tableFormat(),
                  Column.ids(userCol, typed && model.factors(Side.USER).intIds()),
                  Column.ids(itemCol, typed && model.factors(Side.ITEM).intIds()),
                  blocks)
              .withCompression(options.getCompression());
      pairs
          .apply(
              "PredictRatings",
              PredictRatings.from(model.in(pipeline))
                  .withNumBlocks(blocks)
                  .withBaseline(baseline)
                  .onBatches())
          .apply("WritePredictions", drop ? write.withDropNaN() : write)
          .apply("WriteCounts", ResultFile.<WriteScores.Counts>write(folder.path() + "counts.bin"));
      run(pipeline);
      WriteScores.Counts counts = folder.take("counts.bin", WriteScores.Counts.coder());
      if (output == null) {
        printTable(List.of(userCol, itemCol, "prediction"), folder.parts());
      } else {
        reportIds(folder, "input");
        folder.complete();
        results.put("output", folder.path());
      }
      results.put("pairs", counts.entries());
      results.put("cold", counts.missing());
      long cold = counts.missing();
      print("%s, %,d cold%s%n", count(counts.entries(), "pair"), cold, cold > 0 ? note(drop) : "");
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

  private static String note(boolean drop) {
    return " (no factors for the user or the item): " + (drop ? "left out" : "NaN");
  }

  private RatingBatch pair(SavedModel model) {
    return new RatingBatch(
        Inputs.ids(options, model, Side.USER, List.of(String.valueOf(options.getUser()))),
        Inputs.ids(options, model, Side.ITEM, List.of(String.valueOf(options.getItem()))),
        new int[1],
        new int[1],
        new float[1],
        new long[0]);
  }
}
