package dev.beamals.pipelines;

import dev.beamals.RunException;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.KeepFrequent;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.CsvFormat;
import dev.beamals.csv.LoadRatings;
import dev.beamals.files.ResultFile;
import dev.beamals.files.ResultFolder;
import dev.beamals.ids.Side;
import dev.beamals.model.SavedModel;
import dev.beamals.ratings.RatingBatch;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.jspecify.annotations.Nullable;

/**
 * Reads CSV files as the flags of a command say, and where they say nothing, as the files were that
 * a model was trained on.
 */
final class Inputs {
  /** Says that there is no such column. */
  private static final String NO_COLUMN = "none";

  private Inputs() {}

  /** How files to train on are read. */
  static CsvFormat format(TrainOptions options) {
    CsvFormat format =
        CsvFormat.create()
            .withDelimiter(delimiter(options.getDelimiter()))
            .withHeader(options.getHeader());
    format = columns(format, options.getUserCol(), options.getItemCol(), options.getRatingCol());
    String timestampCol = options.getTimestampCol();
    format = timestampCol == null ? format : format.withTimestampCol(timestampCol);
    String splitCol = options.getSplitCol();
    return splitCol == null ? format : format.withSplitCol(splitCol);
  }

  private static CsvFormat columns(
      CsvFormat format, String userCol, String itemCol, String ratingCol) {
    return ratingCol.equals(NO_COLUMN)
        ? format.withoutRatings(userCol, itemCol)
        : format.withColumns(userCol, itemCol, ratingCol);
  }

  /** How files of ratings beside a model are read. */
  static CsvFormat ratingsFormat(RatingsOptions options, SavedModel model) {
    CsvFormat format =
        columns(
            format(options, model),
            userCol(options, model),
            itemCol(options, model),
            ratingCol(options, model));
    String timestampCol = options.getTimestampCol();
    return timestampCol == null
        ? format.withOptionalTimestampCol(text(null, model, "timestampCol", "timestamp"))
        : format.withTimestampCol(timestampCol);
  }

  /** How files of ids beside a model are read; their columns are still to be set. */
  static CsvFormat format(ModelInputOptions options, SavedModel model) {
    String delimiter = text(options.getDelimiter(), model, "delimiter", ",");
    Boolean header = options.getHeader();
    Boolean saved = model.parameters().flag("header");
    return CsvFormat.create()
        .withDelimiter(delimiter(delimiter))
        .withHeader(header != null ? header : saved == null || saved);
  }

  /** The files of titles, none where there are none: pairs of an item and its title. */
  static List<CsvFile> titles(TitleOptions options, SavedModel model) {
    List<String> patterns = options.getTitles();
    if (patterns == null) {
      return List.of();
    }
    String given = options.getTitleItemCol();
    String itemCol = given == null ? itemCol(options, model) : given;
    try {
      return CsvFile.find(
          "titles", patterns, format(options, model).withPairs(itemCol, options.getTitleCol()));
    } catch (RunException e) { // a pair is that of a user and an item
      throw new RunException(
          String.valueOf(e.getMessage())
              .replaceFirst("^itemCol=", "titleCol=")
              .replaceFirst("^userCol=", "titleItemCol="),
          e);
    }
  }

  /**
   * Files of ids: the column of their side, or the first where there is no header.
   *
   * @param flag that has the patterns
   */
  static List<CsvFile> findIds(
      ModelInputOptions options,
      String flag,
      @Nullable List<String> patterns,
      Side side,
      SavedModel model) {
    if (patterns == null) {
      return List.of();
    }
    CsvFormat format = format(options, model);
    String col =
        !format.hasHeader()
            ? "1"
            : side == Side.USER ? userCol(options, model) : itemCol(options, model);
    return CsvFile.find(flag, patterns, format.withPairs(col, col));
  }

  static String userCol(ModelInputOptions options, SavedModel model) {
    return text(options.getUserCol(), model, "userCol", "user");
  }

  static String itemCol(ModelInputOptions options, SavedModel model) {
    return text(options.getItemCol(), model, "itemCol", "item");
  }

  static String ratingCol(RatingsOptions options, SavedModel model) {
    return text(options.getRatingCol(), model, "ratingCol", "rating");
  }

  private static String text(
      @Nullable String flag, SavedModel model, String parameter, String otherwise) {
    String saved = model.parameters().text(parameter);
    return flag != null ? flag : saved != null ? saved : otherwise;
  }

  /**
   * The character that a flag means.
   *
   * @throws UsageException where it means none
   */
  static char delimiter(String delimiter) {
    if (delimiter.equals("\\t") || delimiter.equals("tab")) {
      return '\t';
    }
    if (delimiter.length() != 1
        || delimiter.charAt(0) >= 127
        || "\"\r\n\0".indexOf(delimiter.charAt(0)) >= 0) {
      throw new UsageException(
          "--delimiter=" + delimiter + ": expected one ASCII character, or tab");
    }
    return delimiter.charAt(0);
  }

  /** What loads ratings. */
  static LoadRatings ratings(InputOptions options, List<CsvFile> files) {
    boolean times = options.getAggregate() == RatingBlock.Aggregate.last;
    if (times) {
      requireTimes("--aggregate=last", files);
    }
    return LoadRatings.from(files)
        .withTimes(times)
        .withDropMissing(options.getDropMissing())
        .withMaxRejects(options.getMaxRejects());
  }

  /**
   * @param flag what needs the times of rows
   * @throws UsageException naming a file that has none
   */
  static void requireTimes(String flag, List<CsvFile> files) {
    for (CsvFile file : files) {
      if (!file.hasTimestamp()) {
        throw new UsageException(
            flag + ": " + file.name() + " has no column of times; expected --timestampCol");
      }
    }
  }

  /** How ratings are grouped by user. */
  static BlockRatings blocks(InputOptions options, int blocks) {
    return BlockRatings.create(blocks)
        .withDropDuplicates(options.getDropDuplicates())
        .withAggregate(options.getAggregate());
  }

  /** What loads ids, of rows that may have empty columns beside them. */
  static LoadRatings ids(CsvOptions options, List<CsvFile> files) {
    return LoadRatings.from(files).withDropMissing(false).withMaxRejects(options.getMaxRejects());
  }

  /**
   * Loads ratings, and has their report written to a file.
   *
   * @param step the name of the step
   */
  static PCollection<RatingBatch> load(
      Pipeline pipeline, String step, LoadRatings load, String reportFile) {
    PCollectionTuple loaded = pipeline.apply(step, load);
    loaded
        .get(LoadRatings.report())
        .apply(step + "Report", ResultFile.<CleaningReport>write(reportFile));
    return loaded.get(LoadRatings.ratings());
  }

  /**
   * Loads ratings beside a model, by user.
   *
   * @param flag that has the files: input, or excludeSeen
   * @param folder where their report is written
   */
  static PCollection<RatingBlock> byUser(
      Pipeline pipeline,
      InputOptions options,
      String flag,
      List<CsvFile> files,
      ResultFolder folder,
      int blocks) {
    String name = flag.equals("input") ? "Ratings" : "Seen";
    return load(
            pipeline,
            "Load" + name,
            ratings(options, files).withInputName(flag),
            Command.reportFile(folder, flag))
        .apply("Block" + name + "ByUser", blocks(options, blocks));
  }

  /**
   * The rows that models were trained on, of all that were read: those of what has enough of them
   * for some model.
   */
  static PCollection<RatingBlock> keepFrequent(
      List<SavedModel> models, PCollection<RatingBlock> rows) {
    int users = least(models, "minUserRatings");
    int items = least(models, "minItemRatings");
    return users == 1 && items == 1
        ? rows
        : rows.apply("KeepFrequent", KeepFrequent.create(users, items));
  }

  private static int least(List<SavedModel> models, String parameter) {
    int least = Integer.MAX_VALUE;
    for (SavedModel model : models) {
      Double value = model.parameters().number(parameter);
      least = Math.min(least, value == null ? 1 : value.intValue());
    }
    return least;
  }
}
