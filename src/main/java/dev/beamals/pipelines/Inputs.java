package dev.beamals.pipelines;

import dev.beamals.RunException;
import dev.beamals.als.DroppedRatings;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.KeepFrequent;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.ColumnNames;
import dev.beamals.csv.ColumnNames.Role;
import dev.beamals.csv.CsvDialect;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.CsvFormat;
import dev.beamals.csv.IdType;
import dev.beamals.csv.LoadRatings;
import dev.beamals.csv.LoadRatings.Fingerprints;
import dev.beamals.files.ResultFile;
import dev.beamals.files.ResultFolder;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.model.ModelParameters;
import dev.beamals.model.SavedModel;
import dev.beamals.ratings.RatingBatch;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
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

  /** The parameter of a model that names the sides whose ids are as they were written. */
  static final String TEXT_IDS = "textIds";

  /** The parameters that tell how files are written, beside their columns. */
  static final List<String> DIALECT =
      List.of(
          "delimiter",
          "header",
          "quote",
          "escape",
          "multiLine",
          "comment",
          "skipLines",
          "encoding",
          "decimal",
          "thousands",
          "nullValues",
          "idType",
          TEXT_IDS,
          "timestampCol",
          "timeZone",
          "timestampFormat");

  private Inputs() {}

  /** How files to train on are read. */
  static CsvFormat format(TrainOptions options) {
    CsvFormat format =
        dialect(options, options.getDelimiter(), ModelParameters.of(Map.of()))
            .withHeader(options.getHeader());
    format = columns(format, options.getUserCol(), options.getItemCol(), options.getRatingCol());
    String timestampCol = options.getTimestampCol();
    format = timestampCol == null ? format : timestamps(format, timestampCol, true);
    String splitCol = options.getSplitCol();
    return splitCol == null ? format : format.withSplitCol(splitCol);
  }

  /** How times are read, if at all. */
  private static CsvFormat timestamps(CsvFormat format, String timestampCol, boolean required) {
    return timestampCol.equals(NO_COLUMN)
        ? format.withOptionalTimestampCol("")
        : required
            ? format.withTimestampCol(timestampCol)
            : format.withOptionalTimestampCol(timestampCol);
  }

  /**
   * What is told of a file beside its columns.
   *
   * @param saved what a model was trained with, for flags that are not given
   * @throws UsageException where a flag makes no sense
   */
  private static CsvFormat dialect(CsvOptions options, String delimiter, ModelParameters saved) {
    CsvDialect dialect = CsvDialect.create();
    try {
      dialect = dialect.withDelimiter(delimiter(delimiter));
      dialect = with(dialect, options.getQuote(), saved, "quote", CsvDialect::withQuote);
      dialect = with(dialect, options.getEscape(), saved, "escape", CsvDialect::withEscape);
      dialect = with(dialect, options.getComment(), saved, "comment", CsvDialect::withComment);
      dialect = with(dialect, options.getEncoding(), saved, "encoding", CsvDialect::withEncoding);
      dialect = with(dialect, options.getDecimal(), saved, "decimal", CsvDialect::withDecimal);
      dialect =
          with(dialect, options.getThousands(), saved, "thousands", CsvDialect::withThousands);
      Boolean multiLine = options.getMultiLine();
      multiLine = multiLine == null ? saved.flag("multiLine") : multiLine;
      Integer skipLines = options.getSkipLines();
      Double savedLines = saved.number("skipLines");
      dialect =
          dialect
              .withMultiLine(Boolean.TRUE.equals(multiLine))
              .withSkipLines(
                  skipLines != null ? skipLines : savedLines == null ? 0 : savedLines.intValue());
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage());
    }
    CsvFormat format = CsvFormat.create().withDialect(dialect);
    try {
      String zone = options.getTimeZone() == null ? saved.text("timeZone") : options.getTimeZone();
      String pattern =
          options.getTimestampFormat() == null
              ? saved.text("timestampFormat")
              : options.getTimestampFormat();
      format = format.withTimes(zone == null ? "UTC" : zone, pattern == null ? "" : pattern);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage());
    }
    IdType idType = idType(options.getIdType());
    if (idType != null) {
      format = format.withIdType(Side.USER, idType).withIdType(Side.ITEM, idType);
    }
    List<String> nullValues = options.getNullValues();
    nullValues = nullValues == null ? saved.texts("nullValues") : nullValues;
    return nullValues == null ? format : format.withNullValues(nullValues);
  }

  private static CsvDialect with(
      CsvDialect dialect,
      @Nullable String flag,
      ModelParameters saved,
      String parameter,
      BiFunction<CsvDialect, String, CsvDialect> set) {
    String value = flag == null ? saved.text(parameter) : flag;
    return value == null ? dialect : set.apply(dialect, value);
  }

  /**
   * What {@code --idType} says; null where it says nothing.
   *
   * @throws UsageException where it says something else
   */
  static @Nullable IdType idType(@Nullable String flag) {
    if (flag == null) {
      return null;
    }
    return switch (flag) {
      case "auto" -> IdType.AUTO;
      case "string" -> IdType.STRING;
      case "int" -> IdType.INT;
      default -> throw new UsageException("--idType=" + flag + ": expected auto or string or int");
    };
  }

  /** How the ids of a side are read that are to be looked up in a model. */
  static IdType idType(CsvOptions options, SavedModel model, Side side) {
    IdType given = idType(options.getIdType());
    if (given != null) {
      return given == IdType.AUTO ? IdType.LOOKED_UP : given;
    }
    ModelParameters saved = model.parameters();
    List<String> texts = saved.texts(TEXT_IDS);
    boolean asWritten = texts != null ? texts.contains(side.name()) : !model.factors(side).intIds();
    return asWritten ? IdType.STRING : IdType.LOOKED_UP;
  }

  /** Ids of the command line as a model has them. */
  static Ids ids(CsvOptions options, SavedModel model, Side side, List<String> given) {
    boolean asWritten = idType(options, model, side) == IdType.STRING;
    return Ids.of(
        given.stream().map(id -> asWritten ? id : IdType.byValue(id)).toArray(String[]::new));
  }

  private static CsvFormat columns(
      CsvFormat format, String userCol, String itemCol, String ratingCol) {
    return ratingCol.equals(NO_COLUMN)
        ? format.withoutRatings(userCol, itemCol)
        : format.withColumns(userCol, itemCol, ratingCol);
  }

  /**
   * Has columns that no flag names taken by their usual names, where the files have no others and
   * lack the default.
   *
   * @param options Modified
   * @param told a person is told which
   */
  static void nameColumns(TrainOptions options, Arguments arguments, PrintStream told) {
    List<String> input = options.getInput();
    if (input == null || !options.getHeader()) {
      return;
    }
    List<String> header = CsvFile.header("input", input, format(options));
    Columns columns = new Columns(arguments, header);
    columns.find("userCol", options.getUserCol(), Role.user, true, options::setUserCol);
    columns.find("itemCol", options.getItemCol(), Role.item, true, options::setItemCol);
    if (!options.getRatingCol().equals(NO_COLUMN)) {
      columns.find("ratingCol", options.getRatingCol(), Role.rating, true, options::setRatingCol);
    }
    String timestampCol = options.getTimestampCol();
    columns.find(
        "timestampCol",
        timestampCol == null ? "timestamp" : timestampCol,
        Role.timestamp,
        false,
        options::setTimestampCol);
    columns.take(told);
  }

  /** The same beside a model: where the files lack the columns of its training. */
  private static void nameColumns(
      RatingsOptions options, SavedModel model, Arguments arguments, PrintStream told) {
    List<String> input = options.getInput();
    if (input == null || !format(options, model).hasHeader()) {
      return;
    }
    List<String> header = CsvFile.header("input", input, format(options, model));
    Columns columns = new Columns(arguments, header);
    columns.find("userCol", userCol(options, model), Role.user, true, options::setUserCol);
    columns.find("itemCol", itemCol(options, model), Role.item, true, options::setItemCol);
    String ratingCol = ratingCol(options, model);
    if (!ratingCol.equals(NO_COLUMN)) {
      columns.find("ratingCol", ratingCol, Role.rating, true, options::setRatingCol);
    }
    columns.take(told);
  }

  /** Columns that are taken by their names, all of them or none. */
  private static final class Columns {
    private final Arguments arguments;
    private final List<String> header;
    private final List<String> flags = new ArrayList<>();
    private final List<Runnable> settings = new ArrayList<>();
    private boolean complete = true;

    Columns(Arguments arguments, List<String> header) {
      this.arguments = arguments;
      this.header = header;
    }

    void find(String flag, String column, Role role, boolean required, Consumer<String> set) {
      String found = ColumnNames.find(column, role, header);
      if (column.equals(found)) {
        return;
      }
      if (found == null || arguments.has(flag)) {
        complete &= !required;
        return;
      }
      flags.add("--" + flag + "=" + found);
      settings.add(() -> set.accept(found));
    }

    void take(PrintStream told) {
      if (complete && !flags.isEmpty()) {
        settings.forEach(Runnable::run);
        told.printf("columns by their names: %s%n", String.join(" ", flags));
      }
    }
  }

  /**
   * How files of ratings beside a model are read.
   *
   * @param options Modified: columns that were found by their names
   * @param told a person is told which
   */
  static CsvFormat ratingsFormat(
      RatingsOptions options, SavedModel model, Arguments arguments, PrintStream told) {
    nameColumns(options, model, arguments, told);
    CsvFormat format =
        columns(
            format(options, model),
            userCol(options, model),
            itemCol(options, model),
            ratingCol(options, model));
    String timestampCol = options.getTimestampCol();
    return timestampCol == null
        ? timestamps(format, text(null, model, "timestampCol", "timestamp"), false)
        : timestamps(format, timestampCol, true);
  }

  /** How files of ids beside a model are read; their columns are still to be set. */
  static CsvFormat format(ModelInputOptions options, SavedModel model) {
    String delimiter = text(options.getDelimiter(), model, "delimiter", ",");
    Boolean header = options.getHeader();
    Boolean saved = model.parameters().flag("header");
    return dialect(options, delimiter, model.parameters())
        .withIdType(Side.USER, idType(options, model, Side.USER))
        .withIdType(Side.ITEM, idType(options, model, Side.ITEM))
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

  /** The text that a flag means. */
  private static String delimiter(String delimiter) {
    return switch (delimiter) {
      case "\\t", "tab" -> "\t";
      case "blank" -> " ";
      default -> delimiter;
    };
  }

  /** What loads ratings. */
  static LoadRatings ratings(InputOptions options, List<CsvFile> files) {
    boolean times = options.getAggregate() == RatingBlock.Aggregate.last;
    if (times) {
      requireTimes("--aggregate=last", files);
    }
    return LoadRatings.from(files)
        .withFingerprints(
            options.getDropDuplicates() ? Fingerprints.WITHIN_INPUT : Fingerprints.NONE)
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

  /** How many blocks users are spread over: one for each core unless a flag says it. */
  static int userBlocks(TrainOptions options, int cores) {
    Integer blocks = options.getNumUserBlocks();
    return blocks == null ? cores : blocks;
  }

  /** The same for items. */
  static int itemBlocks(TrainOptions options, int cores) {
    Integer blocks = options.getNumItemBlocks();
    return blocks == null ? cores : blocks;
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
   * Loads the ratings that models were trained on, by user, and has written what was left out of
   * them, for {@link Command#accountSeen}.
   */
  static PCollection<RatingBlock> seen(
      Pipeline pipeline,
      InputOptions options,
      List<CsvFile> files,
      List<SavedModel> models,
      ResultFolder folder,
      int blocks) {
    PCollection<RatingBlock> all = byUser(pipeline, options, "excludeSeen", files, folder, blocks);
    PCollection<RatingBlock> frequent = keepFrequent(models, all);
    DroppedRatings.count("Seen", all, frequent)
        .apply(
            "WriteSeenDropped",
            ResultFile.<DroppedRatings>write(folder.path() + Command.SEEN_DROPPED));
    return frequent;
  }

  /**
   * The rows that models were trained on, of all that were read: those of what has enough of them
   * for some model.
   */
  private static PCollection<RatingBlock> keepFrequent(
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
