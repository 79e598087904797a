package dev.beamals.pipelines;

import static dev.beamals.Words.count;

import dev.beamals.RunException;
import dev.beamals.als.AlsModel;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.SelectFactors;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.LoadRatings;
import dev.beamals.files.ResultFile;
import dev.beamals.files.ResultFolder;
import dev.beamals.files.TableWriter.Column;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ids.UniteIds;
import dev.beamals.model.SavedFactors;
import dev.beamals.model.SavedModel;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.recommend.FrequentIds;
import dev.beamals.recommend.ScoredIds;
import dev.beamals.recommend.Titles;
import dev.beamals.recommend.WriteScores;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.jspecify.annotations.Nullable;

/** What {@code recommend} and {@code similar} have in common: from factors to a table. */
abstract class TopKCommand<O extends TopKOptions> extends ModelCommand<O> {
  /** Rows of a block at most, and entries of its heaps: what a worker holds at a time. */
  private static final long BLOCK_ROWS = 32_768;

  private static final long BLOCK_ENTRIES = 4L << 20;

  /** The file by which the ids of the command line that were found reach us. */
  private static final String FOUND = "found.bin";

  /** The same for what was written. */
  static final String COUNTS = "counts.bin";

  /** The same for the number of items with enough ratings. */
  private static final String FREQUENT = "frequent.bin";

  TopKCommand(Class<O> type, List<String> args, PrintStream out, PrintStream progress) {
    super(type, args, out, progress);
  }

  @Override
  boolean makesTable() {
    return true;
  }

  /** The side of the rows. */
  abstract Side side();

  /** The ids of the command line whose rows are wanted, or null. */
  final @Nullable List<String> given() {
    return side() == Side.USER ? options.getUser() : options.getItem();
  }

  /** The patterns of files of ids whose rows are wanted, or null. */
  private @Nullable List<String> patterns() {
    return side() == Side.USER ? options.getUsers() : options.getItems();
  }

  final void checkTopK() {
    int topK = options.getTopK();
    checkMaxRejects(options);
    require(topK >= 1 && topK <= 100_000, "--topK=%s: expected 1 to 100000", topK);
    int least = options.getMinItemRatings();
    require(
        least >= 1 && least <= FrequentIds.MOST,
        "--minItemRatings=%s: expected 1 to %s",
        least,
        FrequentIds.MOST);
    List<String> given = given();
    require(
        given != null || options.getOutput() != null,
        "--output: missing; expected a folder for the table, or ids to print, as --%s=…",
        name(side()));
    require(
        given == null || given.stream().noneMatch(String::isBlank),
        "--%s=%s: expected ids with a comma between them",
        name(side()),
        given == null ? "" : String.join(",", given));
  }

  /** What a row is of, as flags and columns say it. */
  static String name(Side side) {
    return side == Side.USER ? "user" : "item";
  }

  /** Files of the ids whose rows are wanted, none where they are not in files. */
  final List<CsvFile> wantedFiles(SavedModel model) {
    return Inputs.findIds(options, name(side()) + "s", patterns(), side(), model);
  }

  final PCollection<RatingBatch> load(
      Pipeline pipeline, String step, String flag, List<CsvFile> files, ResultFolder folder) {
    LoadRatings load = Inputs.ids(options, files).withInputName(flag);
    return Inputs.load(pipeline, step, load, reportFile(folder, flag));
  }

  /** The ids whose rows are wanted, or null for all. */
  final @Nullable PCollectionView<Ids> wanted(
      Pipeline pipeline,
      SavedModel model,
      AlsModel factors,
      List<CsvFile> files,
      ResultFolder folder) {
    List<String> given = given();
    PCollection<Ids> ids;
    if (given != null) {
      ids =
          pipeline.apply(
              "WantedIds",
              Create.of(Inputs.ids(options, model, side(), given)).withCoder(UniteIds.coder()));
    } else if (files.isEmpty()) {
      return null;
    } else {
      String flag = name(side()) + "s";
      PCollection<RatingBatch> rows = load(pipeline, "LoadWanted", flag, files, folder);
      match(rows, Side.USER, factors, side(), flag, folder.path());
      ids = ids(rows, "WantedIds");
    }
    return ids.apply("ViewWantedIds", View.asSingleton());
  }

  /**
   * The items that may be found, or null for all.
   *
   * @param given those that may be by another flag, or null for all
   * @throws RunException where {@code --minItemRatings} asks for what the model does not tell
   */
  final @Nullable PCollectionView<Ids> candidates(
      Pipeline pipeline, SavedModel model, ResultFolder folder, @Nullable PCollection<Ids> given) {
    PCollectionView<Ids> view =
        given == null ? null : given.apply("ViewCandidates", View.asSingleton());
    int least = options.getMinItemRatings();
    if (least == 1) { // as every item of a model has
      return view;
    }
    PCollection<FactorBlock> counts = model.itemRatings(pipeline);
    if (counts == null) {
      throw new RunException(
          String.format(
              "--minItemRatings=%d: --model=%s does not tell how many ratings its items have;"
                  + " expected a model that was trained by this version: train again",
              least, options.getModel()));
    }
    if (view != null) {
      counts = counts.apply("SelectCandidates", SelectFactors.create(view));
    }
    PCollection<Ids> frequent = counts.apply("FindFrequent", FrequentIds.atLeast(least));
    frequent
        .apply(
            "CountFrequent",
            MapElements.into(TypeDescriptors.longs()).via(ids -> (long) ids.size()))
        .apply("WriteFrequent", ResultFile.<Long>write(folder.path() + FREQUENT));
    return frequent.apply("ViewFrequent", View.asSingleton());
  }

  /**
   * How many blocks the rows are spread over: as many for each core. Ids of the command line are
   * one block, so that they are printed in their order.
   */
  final int blocks(SavedFactors src, int cores) {
    List<String> given = given();
    long rows = given == null ? src.rows() : given.size();
    int share = given == null ? cores : 1;
    long blocks = (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    blocks = Math.max(blocks, rows * options.getTopK() / BLOCK_ENTRIES);
    return (int) Math.min(100_000, Math.max(1, (blocks + share - 1) / share) * share);
  }

  /** The distinct users of some pairs. */
  static PCollection<Ids> ids(PCollection<RatingBatch> pairs, String name) {
    return pairs
        .apply(
            "Take" + name,
            MapElements.into(TypeDescriptor.of(Ids.class)).via(batch -> batch.ids(Side.USER)))
        .setCoder(UniteIds.coder())
        .apply("Unite" + name, UniteIds.create());
  }

  /** How what was found is written. */
  final WriteScores table(
      ResultFolder folder,
      SavedModel model,
      String dst,
      Side dstSide,
      String score,
      int blocks,
      @Nullable Titles titles) {
    WriteScores table =
        WriteScores.ranked(
                folder.path(),
                tableFormat(),
                Column.ids(column(options, model, side()), model.factors(side()).intIds()),
                Column.ids(dst, model.factors(dstSide).intIds()),
                score,
                blocks)
            .withCompression(options.getCompression());
    boolean both = side() == dstSide;
    return titles == null
        ? table
        : table.withTitles(
            titles,
            side() == Side.ITEM ? "title" : null,
            dstSide == Side.USER ? null : both ? dst + "Title" : "title");
  }

  /** Writes what was found to files. */
  final void write(PCollection<ScoredIds> found, WriteScores table, ResultFolder folder) {
    if (given() != null) {
      found
          .apply("TakeFoundIds", MapElements.into(TypeDescriptor.of(Ids.class)).via(ScoredIds::src))
          .setCoder(UniteIds.coder())
          .apply("UniteFoundIds", UniteIds.create())
          .apply("WriteFoundIds", ResultFile.<Ids>write(folder.path() + FOUND));
    }
    found
        .apply("WriteTable", table)
        .apply("WriteCounts", ResultFile.<WriteScores.Counts>write(folder.path() + COUNTS));
  }

  /** Ends the table, prints it where nobody asked for a folder, and says what it has. */
  final void finish(
      WriteScores.Counts counts,
      ResultFolder folder,
      SavedModel model,
      WriteScores table,
      List<CsvFile> wantedFiles,
      List<CsvFile> titleFiles)
      throws IOException {
    if (!wantedFiles.isEmpty()) {
      reportIds(folder, name(side()) + "s", wantedFiles);
      sayMatch(folder, name(side()) + "s", side());
    }
    if (options.getMinItemRatings() > 1) {
      print(
          "%s with at least %s%n",
          count(folder.take(FREQUENT, VarLongCoder.of()), "item"),
          count(options.getMinItemRatings(), "rating"));
    }
    String missing = missing(folder, model);
    if (counts.ids() == 0) {
      throw new RunException(
          missing != null ? missing : "none of the ids that were asked for is in the model");
    }
    if (!titleFiles.isEmpty()) {
      reportIds(folder, "titles", titleFiles);
    }
    if (options.getOutput() == null) {
      printTable(table.columns().stream().map(Column::name).toList(), folder.parts());
    } else {
      writeCounts(folder);
      folder.complete();
      results.put("output", folder.path());
      print(
          "%s for %s: %s%n",
          count(counts.entries(), "row"), count(counts.ids(), name(side())), folder.path());
    }
    results.put("ids", counts.ids());
    results.put("entries", counts.entries());
    if (counts.untitled() > 0) {
      results.put("untitled", counts.untitled());
      print("%s without a title in --titles%n", count(counts.untitled(), "row"));
    }
    if (missing != null) {
      results.put("missing", missing);
      print("%s%n", missing);
    }
  }

  /** Names the ids of the command line that the model does not have; null where there are none. */
  private @Nullable String missing(ResultFolder folder, SavedModel model) throws IOException {
    List<String> given = given();
    if (given == null) {
      return null;
    }
    Ids ids = Inputs.ids(options, model, side(), given);
    int[] found = ids.positionsIn(folder.take(FOUND, UniteIds.coder()));
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < found.length; i++) {
      if (found[i] < 0) {
        missing.add(ids.get(i));
      }
    }
    return missing.isEmpty()
        ? null
        : "--" + name(side()) + "=" + String.join(",", missing) + ": not in the model";
  }

  final ResultFolder createFolder() throws IOException {
    String output = options.getOutput();
    return output == null
        ? ResultFolder.temporary(options.getTempLocation())
        : ResultFolder.create("output", output);
  }
}
