package dev.beamals.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of a page.
 *
 * @param columns their names
 */
record Table(String caption, List<Cell> columns, List<List<Cell>> rows) {
  /** The most rows that are shown. */
  static final int MOST_ROWS = 200;

  /**
   * @param number whether it is set to the right
   */
  record Cell(String text, boolean number) {}

  /**
   * @param columns their names, those of numbers after a {@code #}
   * @param rows a text for each column; of too many, the first
   */
  static Table of(String caption, List<String> columns, List<List<String>> rows) {
    List<Cell> names = new ArrayList<>();
    for (String column : columns) {
      boolean number = column.startsWith("#");
      names.add(new Cell(number ? column.substring(1) : column, number));
    }
    List<List<Cell>> cells = new ArrayList<>();
    for (List<String> row : rows.subList(0, Math.min(MOST_ROWS, rows.size()))) {
      List<Cell> texts = new ArrayList<>();
      for (int c = 0; c < row.size(); c++) {
        texts.add(new Cell(Text.cut(row.get(c)), names.get(c).number()));
      }
      cells.add(texts);
    }
    int more = rows.size() - cells.size();
    return new Table(
        more > 0
            ? caption + " (the first " + cells.size() + " of " + Text.of(rows.size()) + ")"
            : caption,
        names,
        cells);
  }
}
