package dev.beamals.csv;

import dev.beamals.RunException;
import dev.beamals.ids.Ids;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Which column of a file is which. Columns count from 0. */
final class CsvLayout implements Serializable {
  private static final long serialVersionUID = 1L;

  final CsvFormat format;
  final int columns;
  final int user;
  final int item;

  /** −1 where there is none. */
  final int rating;

  /** −1 where the file has no timestamp. */
  final int timestamp;

  /** −1 where no column says which part of a split a row is in. */
  final int split;

  /** What a table of all columns calls them: no name is empty, and none there twice. */
  final List<String> names;

  /** Columns whose texts are read; −1 for one that this file does not have. */
  final int[] texts;

  /** Whether the file has two columns, those of the ids, of which both are read. */
  final boolean pairs;

  private CsvLayout(
      CsvFormat format,
      List<String> names,
      int[] texts,
      int user,
      int item,
      int rating,
      int timestamp,
      int split) {
    this.format = format;
    this.names = names;
    this.texts = texts;
    this.columns = names.size();
    this.user = user;
    this.item = item;
    this.rating = rating;
    this.timestamp = timestamp;
    this.split = split;
    this.pairs =
        columns == 2 && !format.rated() && timestamp < 0 && user != item && texts.length == 0;
  }

  /**
   * Finds the columns of a file by its first line.
   *
   * @param file for messages
   * @throws RunException naming the parameter where a column is not there
   */
  static CsvLayout of(CsvFormat format, String file, List<String> firstLine) {
    return of(format, "line 1 of ", file, firstLine);
  }

  /** The same for a file that is not of lines but has names for its columns. */
  static CsvLayout ofNames(CsvFormat format, String file, List<String> names) {
    return of(format.withHeader(true).withDialect(CsvDialect.create()), "", file, names);
  }

  private static CsvLayout of(CsvFormat format, String line, String name, List<String> firstLine) {
    String file = line + name;
    return new CsvLayout(
        format,
        uniqueNames(format, firstLine),
        new int[0],
        find(format, "userCol", format.userCol(), file, firstLine),
        find(format, "itemCol", format.itemCol(), file, firstLine),
        format.ratingCol().isEmpty()
            ? -1
            : find(format, "ratingCol", format.ratingCol(), file, firstLine),
        format.timestampRequired() || has(format, format.timestampCol(), firstLine)
            ? find(format, "timestampCol", format.timestampCol(), file, firstLine)
            : -1,
        format.splitCol().isEmpty()
            ? -1
            : find(format, "splitCol", format.splitCol(), file, firstLine));
  }

  /** The columns that are read at least. */
  List<Integer> used() {
    return Stream.concat(
            Stream.of(user, item, rating, timestamp, split), Arrays.stream(texts).boxed())
        .filter(c -> c >= 0)
        .distinct()
        .toList();
  }

  /**
   * The same file, of which the texts of some columns are read as well.
   *
   * @param columns by their {@link #names}; those that this file does not have are empty
   */
  CsvLayout withTexts(List<String> columns) {
    int[] found = columns.stream().mapToInt(names::indexOf).toArray();
    return new CsvLayout(format, names, found, user, item, rating, timestamp, split);
  }

  /** A column without a name of its own is called by its number from 1, as in column3. */
  private static List<String> uniqueNames(CsvFormat format, List<String> firstLine) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < firstLine.size(); i++) {
      String name = format.header() ? firstLine.get(i) : "";
      if (name.isEmpty() || firstLine.indexOf(name) < i) {
        name = "column" + (i + 1);
        while (firstLine.contains(name)) {
          name += "_";
        }
      }
      names.add(name);
    }
    return names;
  }

  /** What messages call a column that has a part to play: by its name, or by its number from 1. */
  String name(int column) {
    if (!format.header()) {
      return "column " + (column + 1);
    }
    return column == user
        ? format.userCol()
        : column == item
            ? format.itemCol()
            : column == rating
                ? format.ratingCol()
                : column == timestamp ? format.timestampCol() : format.splitCol();
  }

  private static boolean has(CsvFormat format, String column, List<String> firstLine) {
    return format.header() && !column.isEmpty() && resolve(column, firstLine) >= 0;
  }

  private static int find(
      CsvFormat format, String parameter, String column, String file, List<String> firstLine) {
    if (!format.header()) {
      int number = Ids.isPlainInt(column) ? Integer.parseInt(column) : 0;
      if (number < 1 || number > firstLine.size()) {
        throw new RunException(
            String.format(
                "%s=%s: with header=false expected a column number from 1 to %d, as %s has that"
                    + " many columns",
                parameter, column, firstLine.size(), file.replaceFirst("^line 1 of ", "")));
      }
      return number - 1;
    }
    int index = resolve(column, firstLine);
    if (index < 0) {
      throw new RunException(
          String.format(
                  "%s=%s: no such column in %s, which has: %s",
                  parameter, column, file, names(firstLine))
              + (file.contains("/" + column + "=") ? " (names of folders are not read)" : ""));
    }
    if (Collections.frequency(firstLine, column) > 1) {
      throw new RunException(
          String.format("%s=%s: %s has this column twice", parameter, column, file));
    }
    return index;
  }

  /**
   * Where a column is: by its name; by its name but for quotes, blanks and case where only one
   * fits; by its number from 1. −1 where it is not.
   */
  static int resolve(String column, List<String> firstLine) {
    int index = firstLine.indexOf(column);
    if (index >= 0) {
      return index;
    }
    List<String> bare = firstLine.stream().map(CsvLayout::bare).toList();
    int only = bare.indexOf(bare(column));
    if (only >= 0 && only == bare.lastIndexOf(bare(column))) {
      return only;
    }
    int number = Ids.isPlainInt(column) ? Integer.parseInt(column) : 0;
    return number >= 1 && number <= firstLine.size() ? number - 1 : -1;
  }

  private static String bare(String name) {
    return name.replaceAll("[\\s\"'`]", "").toLowerCase(Locale.ROOT);
  }

  private static String names(List<String> firstLine) {
    String names = Text.printable(String.join(", ", firstLine));
    return names.length() <= 200 ? names : names.substring(0, 200) + "…";
  }

  @Override
  public String toString() {
    return Arrays.toString(new int[] {columns, user, item, rating, timestamp});
  }
}
