package dev.beamals.csv;

import dev.beamals.ids.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Function;

/** What a file's format has that a reader may have to be told, by its name and as a text. */
enum CsvParameter {
  ENCODING("encoding", f -> encoding(f.dialect()), of(CsvDialect::withEncoding)),
  SKIP_LINES(
      "skipLines",
      f -> Integer.toString(f.dialect().skipLines()),
      of((dialect, value) -> dialect.withSkipLines(Integer.parseInt(value)))),
  COMMENT("comment", f -> f.dialect().comment(), of(CsvDialect::withComment)),
  DELIMITER("delimiter", f -> delimiter(f.dialect()), of(CsvParameter::withDelimiter)),
  QUOTE("quote", f -> f.dialect().quote(), of(CsvDialect::withQuote)),
  ESCAPE(
      "escape",
      f -> f.dialect().escape().equals(f.dialect().quote()) ? "" : f.dialect().escape(),
      of(
          (dialect, value) ->
              value.isEmpty()
                  ? dialect.toBuilder().setEscape(dialect.quote()).build()
                  : dialect.withEscape(value))),
  MULTI_LINE(
      "multiLine",
      f -> Boolean.toString(f.dialect().multiLine()),
      of((dialect, value) -> dialect.withMultiLine(Boolean.parseBoolean(value)))),
  HEADER(
      "header",
      f -> Boolean.toString(f.header()),
      (f, value) -> f.withHeader(Boolean.parseBoolean(value))),
  DECIMAL("decimal", f -> f.dialect().decimal(), of(CsvDialect::withDecimal)),
  THOUSANDS("thousands", f -> f.dialect().thousands(), of(CsvDialect::withThousands)),
  ID_TYPE(
      "idType",
      f -> f.idType(Side.USER).name().toLowerCase(Locale.ROOT),
      (f, value) -> {
        IdType type = IdType.valueOf(value.toUpperCase(Locale.ROOT));
        return f.withIdType(Side.USER, type).withIdType(Side.ITEM, type);
      }),
  USER_COL("userCol", CsvFormat::userCol, (f, value) -> f.toBuilder().setUserCol(value).build()),
  ITEM_COL("itemCol", CsvFormat::itemCol, (f, value) -> f.toBuilder().setItemCol(value).build()),
  RATING_COL(
      "ratingCol",
      f -> orNone(f.ratingCol()),
      (f, value) -> f.toBuilder().setRatingCol(none(value)).build()),
  TIMESTAMP_COL(
      "timestampCol", f -> orNone(f.timestampCol()), (f, value) -> f.withTimestampCol(none(value))),
  TIMESTAMP_FORMAT(
      "timestampFormat",
      CsvFormat::timestampFormat,
      (f, value) -> f.withTimes(f.timeZone(), value)),
  NULL_VALUES(
      "nullValues",
      f -> String.join(",", f.nullValues().values()),
      (f, value) -> f.withNullValues(Arrays.asList(value.split(",", -1))));

  private final String parameter;
  private final Function<CsvFormat, String> get;
  private final BiFunction<CsvFormat, String, CsvFormat> set;

  CsvParameter(
      String parameter,
      Function<CsvFormat, String> get,
      BiFunction<CsvFormat, String, CsvFormat> set) {
    this.parameter = parameter;
    this.get = get;
    this.set = set;
  }

  /** Whether it tells which column is which. */
  boolean isColumn() {
    return parameter.endsWith("Col");
  }

  /** The columns that have such a name as that of this parameter usually has; none of others. */
  List<String> usualColumns(List<String> header) {
    return isColumn()
        ? ColumnNames.all(ColumnNames.Role.valueOf(parameter.replaceFirst("Col$", "")), header)
        : List.of();
  }

  /** Its name. */
  String parameter() {
    return parameter;
  }

  /** What a format has. */
  String text(CsvFormat format) {
    return get.apply(format);
  }

  /** Whether it is of columns, and not of how fields are written. */
  boolean isOfColumns() {
    return isColumn() || this == ENCODING || this == NULL_VALUES || this == ID_TYPE;
  }

  /** The same format, but for this parameter, which it has from another. */
  CsvFormat copy(CsvFormat format, CsvFormat from) {
    return this == TIMESTAMP_COL
        ? format.toBuilder()
            .setTimestampCol(from.timestampCol())
            .setTimestampRequired(from.timestampRequired())
            .build()
        : set.apply(format, get.apply(from));
  }

  /** What a format has that another has not. */
  static List<CsvParameter> differences(CsvFormat format, CsvFormat other) {
    List<CsvParameter> differences = new ArrayList<>();
    for (CsvParameter parameter : values()) {
      if (!parameter.get.apply(format).equals(parameter.get.apply(other))) {
        differences.add(parameter);
      }
    }
    return differences;
  }

  /** The parameter as a person would write it, in a shell: {@code delimiter=';'}. */
  String describe(CsvFormat format) {
    return describe(get.apply(format));
  }

  /** The same of any value. */
  String describe(String value) {
    boolean bare = value.matches("[A-Za-z0-9_.-]+");
    return parameter + "=" + (bare ? value : "'" + value.replace("'", "'\\''") + "'");
  }

  private static BiFunction<CsvFormat, String, CsvFormat> of(
      BiFunction<CsvDialect, String, CsvDialect> set) {
    return (format, value) -> format.withDialect(set.apply(format.dialect(), value));
  }

  private static String encoding(CsvDialect dialect) {
    return dialect.encoding().equals("ISO-8859-1") ? "latin1" : dialect.encoding();
  }

  private static String delimiter(CsvDialect dialect) {
    return dialect.delimiter().replace("\t", "\\t");
  }

  private static CsvDialect withDelimiter(CsvDialect dialect, String value) {
    return dialect.withDelimiter(value.replace("\\t", "\t"));
  }

  private static String orNone(String column) {
    return column.isEmpty() ? "none" : column;
  }

  private static String none(String column) {
    return column.equals("none") ? "" : column;
  }
}
