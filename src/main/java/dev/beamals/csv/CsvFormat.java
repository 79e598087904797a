package dev.beamals.csv;

import com.google.auto.value.AutoValue;
import dev.beamals.ids.Side;
import java.io.Serializable;
import java.util.List;

/** How a CSV file of interactions is to be read. Defaults are those of KuaiRec. */
@AutoValue
public abstract class CsvFormat implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * What stands for nothing, beside the empty field: what pandas takes for missing unless it is
   * told otherwise, and Hive's and MySQL's {@code \\N}.
   */
  public static final List<String> NULL_VALUES =
      List.of(
          "#N/A",
          "#N/A N/A",
          "#NA",
          "-1.#IND",
          "-1.#QNAN",
          "-NaN",
          "-nan",
          "1.#IND",
          "1.#QNAN",
          "<NA>",
          "N/A",
          "NA",
          "NULL",
          "NaN",
          "None",
          "n/a",
          "nan",
          "null",
          "\\N");

  abstract CsvDialect dialect();

  abstract boolean header();

  /** Whether line 1 names the columns. */
  public boolean hasHeader() {
    return header();
  }

  abstract String userCol();

  abstract String itemCol();

  abstract String ratingCol();

  abstract boolean rated();

  abstract String timestampCol();

  abstract boolean timestampRequired();

  abstract String splitCol();

  abstract NullValues nullValues();

  abstract String timeZone();

  abstract String timestampFormat();

  abstract IdType userIds();

  abstract IdType itemIds();

  public static CsvFormat create() {
    return new AutoValue_CsvFormat.Builder()
        .setDialect(CsvDialect.create())
        .setHeader(true)
        .setUserCol("user_id")
        .setItemCol("video_id")
        .setRatingCol("watch_ratio")
        .setRated(true)
        .setTimestampCol("timestamp")
        .setTimestampRequired(false)
        .setSplitCol("")
        .setNullValues(NullValues.of(NULL_VALUES))
        .setTimeZone("UTC")
        .setTimestampFormat("")
        .setUserIds(IdType.AUTO)
        .setItemIds(IdType.AUTO)
        .build();
  }

  /** How fields are written; {@link CsvDialect#create} unless it is set. */
  public CsvFormat withDialect(CsvDialect dialect) {
    return toBuilder().setDialect(dialect).build();
  }

  /** What is between two fields, see {@link CsvDialect#withDelimiter}. */
  public CsvFormat withDelimiter(String delimiter) {
    return withDialect(dialect().withDelimiter(delimiter));
  }

  /** The delimiter of a plain dialect. */
  char delimiter() {
    return dialect().delimiter().charAt(0);
  }

  /** Whether line 1 names the columns; without it columns are numbers from 1. */
  public CsvFormat withHeader(boolean header) {
    return toBuilder().setHeader(header).build();
  }

  public CsvFormat withColumns(String userCol, String itemCol, String ratingCol) {
    return toBuilder()
        .setUserCol(userCol)
        .setItemCol(itemCol)
        .setRatingCol(ratingCol)
        .setRated(true)
        .build();
  }

  /** Reads interactions without a column of ratings: each rates 1. */
  public CsvFormat withoutRatings(String userCol, String itemCol) {
    return withColumns(userCol, itemCol, "");
  }

  /**
   * Reads pairs of ids alone: there are no ratings, and no column is a timestamp. Both may be the
   * same column.
   */
  public CsvFormat withPairs(String userCol, String itemCol) {
    return withColumns(userCol, itemCol, "").toBuilder()
        .setRated(false)
        .build()
        .withOptionalTimestampCol("");
  }

  /**
   * The column of the time: seconds since the epoch, milliseconds where that would be past the year
   * 5000, or a date or a time, see {@link #withTimes}. A file without it is refused.
   */
  public CsvFormat withTimestampCol(String timestampCol) {
    return toBuilder().setTimestampCol(timestampCol).setTimestampRequired(true).build();
  }

  /** The same; rows of a file without it have no time. */
  public CsvFormat withOptionalTimestampCol(String timestampCol) {
    return toBuilder().setTimestampCol(timestampCol).setTimestampRequired(false).build();
  }

  /** The column that says of each row which part of a split it is in; none where it is empty. */
  public CsvFormat withSplitCol(String splitCol) {
    return toBuilder().setSplitCol(splitCol).build();
  }

  /**
   * What is taken for an empty field, blanks around it left out; {@link #NULL_VALUES} unless it is
   * set.
   *
   * @param nullValues none where only an empty field is empty
   */
  public CsvFormat withNullValues(List<String> nullValues) {
    return toBuilder().setNullValues(NullValues.of(nullValues)).build();
  }

  /**
   * How times are written that are no numbers.
   *
   * @param timeZone of times that tell none, as of {@link java.time.ZoneId}; UTC unless it is set
   * @param timestampFormat as of {@link java.time.format.DateTimeFormatter}; empty for ISO 8601, as
   *     it is unless it is set
   * @throws IllegalArgumentException where they are none
   */
  public CsvFormat withTimes(String timeZone, String timestampFormat) {
    try {
      new TimeText(timeZone, timestampFormat);
    } catch (java.time.DateTimeException e) {
      throw new IllegalArgumentException(
          "timeZone=" + timeZone + ": expected one as UTC or Europe/Berlin", e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "timestampFormat=" + timestampFormat + ": expected a pattern as yyyy-MM-dd HH:mm:ss", e);
    }
    return toBuilder().setTimeZone(timeZone).setTimestampFormat(timestampFormat).build();
  }

  /** What makes two ids of a side one; {@link IdType#AUTO} unless it is set. */
  public CsvFormat withIdType(Side side, IdType type) {
    Builder builder = toBuilder();
    return (side == Side.USER ? builder.setUserIds(type) : builder.setItemIds(type)).build();
  }

  /** The same for ids that are looked up among those that this format has read. */
  public CsvFormat withIdsLookedUp() {
    CsvFormat format = this;
    for (Side side : Side.values()) {
      format = idType(side) == IdType.AUTO ? format.withIdType(side, IdType.LOOKED_UP) : format;
    }
    return format;
  }

  /** What makes two ids of a side one. */
  public IdType idType(Side side) {
    return side == Side.USER ? userIds() : itemIds();
  }

  abstract Builder toBuilder();

  @AutoValue.Builder
  abstract static class Builder {
    abstract Builder setDialect(CsvDialect dialect);

    abstract Builder setHeader(boolean header);

    abstract Builder setUserCol(String userCol);

    abstract Builder setItemCol(String itemCol);

    abstract Builder setRatingCol(String ratingCol);

    abstract Builder setRated(boolean rated);

    abstract Builder setTimestampCol(String timestampCol);

    abstract Builder setTimestampRequired(boolean required);

    abstract Builder setSplitCol(String splitCol);

    abstract Builder setNullValues(NullValues nullValues);

    abstract Builder setTimeZone(String timeZone);

    abstract Builder setTimestampFormat(String timestampFormat);

    abstract Builder setUserIds(IdType type);

    abstract Builder setItemIds(IdType type);

    abstract CsvFormat build();
  }
}
