package dev.beamals.pipelines;

import dev.beamals.csv.CsvFormat;
import dev.beamals.model.SavedModel;
import org.jspecify.annotations.Nullable;

/**
 * How CSV files are read: as the flags of a command say, and where they say nothing, as the files
 * were that a model was trained on.
 */
final class InputFormats {
  private InputFormats() {}

  /** Files to train on. */
  static CsvFormat of(TrainOptions options) {
    String timestampCol = options.getTimestampCol();
    return CsvFormat.create()
        .withDelimiter(delimiter(options.getDelimiter()))
        .withHeader(options.getHeader())
        .withColumns(options.getUserCol(), options.getItemCol(), options.getRatingCol())
        .withTimestampCol(timestampCol == null ? "timestamp" : timestampCol, timestampCol != null);
  }

  /** Files of ratings that are put beside a model. */
  static CsvFormat ofRatings(RatingsOptions options, SavedModel model) {
    String timestampCol = options.getTimestampCol();
    return of(options, model)
        .withColumns(userCol(options, model), itemCol(options, model), ratingCol(options, model))
        .withTimestampCol(
            text(timestampCol, model, "timestampCol", "timestamp"), timestampCol != null);
  }

  /** Files of ids that are put beside a model, whose columns are still to be set. */
  static CsvFormat of(ModelInputOptions options, SavedModel model) {
    String delimiter = text(options.getDelimiter(), model, "delimiter", ",");
    Boolean header = options.getHeader();
    Boolean saved = model.parameters().flag("header");
    return CsvFormat.create()
        .withDelimiter(delimiter(delimiter))
        .withHeader(header != null ? header : saved == null || saved);
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
    Command.require(
        delimiter.length() == 1
            && delimiter.charAt(0) < 127
            && "\"\r\n\0".indexOf(delimiter.charAt(0)) < 0,
        "--delimiter=%s: expected one ASCII character, or tab",
        delimiter);
    return delimiter.charAt(0);
  }
}
