package dev.beamals.csv;

import dev.beamals.ids.Hashes;
import dev.beamals.ratings.SplitRatings;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Turns the bytes of whole lines into columns. Thread-confined, reused from chunk to chunk. */
final class CsvParser {
  /** A longer line is rejected. */
  static final int MAX_LINE = 1 << 20;

  /** What is said of a value that is no time, no number or no part of a split. */
  static final String NOT_A_TIME = " is not a time";

  static final String NOT_A_NUMBER = " is not a number";
  static final String NOT_A_PART = " is not train, validation or test";

  private final CsvLayout layout;
  private final CsvLine line;
  private final NullValues nullValues;
  private final boolean rated;
  private final byte delimiter;
  private final TimeText times;
  private final RowColumns rows;

  /** A hash of what else a row has than the columns of its file; 0 where it has nothing. */
  private long extra;

  /** Whether the row has a number with an exponent, or may have one. */
  private boolean exponents;

  CsvParser(String file, CsvLayout layout) {
    this.layout = layout;
    this.line =
        new CsvLine(
            layout.format.dialect().isPlain() ? layout.format.delimiter() : ',',
            !layout.format.dialect().quote().isEmpty(),
            layout.columns);
    this.delimiter = (byte) layout.format.delimiter();
    this.nullValues = layout.format.nullValues();
    this.rated = layout.format.rated();
    this.times = new TimeText(layout.format.timeZone(), layout.format.timestampFormat());
    this.rows = new RowColumns(file, layout, false);
  }

  /**
   * Parses the lines in {@code bytes[from, to)}.
   *
   * @param chunk the offset in the file of the chunk in which they begin; at 0 a header is skipped
   * @param firstPlace the place of the first line, those of others count from it; −1 where rows
   *     need none
   */
  RowBatch parse(byte[] bytes, int from, int to, long chunk, long firstPlace) {
    long lines = 0;
    long sum = 0;
    int p = from;
    while (p < to) {
      boolean header = layout.format.header() && chunk == 0 && lines == 0;
      if (layout.pairs && !header) {
        int next = addPlainPair(bytes, p, to);
        if (next >= 0) {
          if (firstPlace >= 0) {
            rows.addPlace(firstPlace + lines);
          }
          lines++;
          p = next;
          continue;
        }
      }
      line.split(bytes, p, to);
      boolean empty = bytes[p] == '\n' || bytes[p] == '\r';
      if (!header && !empty) {
        String defect = line.next() - p > MAX_LINE ? "a line of over 1 MiB" : line.defect();
        sum += addRow(defect, bytes, p, line.next(), chunk, lines, firstPlace);
      }
      lines++;
      p = line.next();
    }
    return rows.finish(chunk, lines, sum);
  }

  /**
   * Parses the next records, as many as make a chunk.
   *
   * @param records what read into {@link #line}
   * @param chunk greater for later ones
   * @param limit bytes of a chunk
   * @param firstPlace as of lines
   * @return null after the last
   */
  @Nullable RowBatch parse(Records records, long chunk, long limit, long firstPlace) {
    long before = chunk == 0 ? 0 : records.line();
    long sum = 0;
    long length = 0;
    while (length < limit && records.next()) {
      extra = records.extra();
      int to = line.count() == 0 ? 0 : line.length();
      long lines = records.line() - 1 - before;
      sum += addRow(line.defect(), line.bytes(), 0, to, chunk, lines, firstPlace);
      length += to + 1;
    }
    return length == 0 ? null : rows.finish(chunk, records.line() - before, sum);
  }

  /**
   * Parses the lines in {@code bytes[from, to)}, each an object of JSON.
   *
   * @param json what reads into {@link #line}
   * @param chunk the offset in the file of the chunk in which they begin
   * @param firstPlace as of lines
   */
  RowBatch parse(JsonLine json, byte[] bytes, int from, int to, long chunk, long firstPlace) {
    long lines = 0;
    long sum = 0;
    int p = from;
    while (p < to) {
      int end = p;
      while (end < to && bytes[end] != '\n') {
        end++;
      }
      int start = p;
      while (start < end && bytes[start] <= ' ') {
        start++;
      }
      if (start < end) {
        String defect = end - start > MAX_LINE ? "a line of over 1 MiB" : json.read(bytes, p, end);
        extra = json.extra();
        sum += addRow(defect, bytes, p, end, chunk, lines, firstPlace);
      }
      lines++;
      p = end + 1;
    }
    return rows.finish(chunk, lines, sum);
  }

  /** The line that rows are read from. */
  CsvLine line() {
    return line;
  }

  /**
   * Adds the row in the line, or its reject.
   *
   * @param defect what is wrong with the line, or null
   * @param bytes the text of the row, in {@code [from, to)}
   * @return the fingerprint of the row
   */
  private long addRow(
      @Nullable String defect, byte[] bytes, int from, int to, long chunk, long lines, long place) {
    if (defect == null && line.count() != layout.columns) {
      defect = line.count() + " fields instead of " + layout.columns;
    }
    long hash = 0;
    if (defect == null) {
      // Pairs are neither compared nor written down.
      hash = rated ? withExtra(line.fingerprint()) : 0;
      int before = rows.size();
      exponents = false;
      defect = parseRow(hash);
      if (exponents && rated) {
        hash = hashAgain(before);
      }
      if ((place >= 0 || layout.texts.length > 0) && rows.size() > before) {
        addMore(place, lines);
      }
    }
    if (defect != null) {
      hash = rows.reject(defect, bytes, from, to, chunk, lines);
    }
    return hash;
  }

  private long withExtra(long hash) {
    return extra == 0 ? hash : Hashes.mix(hash + extra);
  }

  /** The hash of a row where numbers with exponents are equal by value, also to the row added. */
  private long hashAgain(int before) {
    long hash = withExtra(line.fingerprintWithExponents());
    if (rows.size() > before) {
      rows.hashLast(hash);
    }
    return hash;
  }

  /** Adds the place and the texts of the row that was added last. */
  private void addMore(long place, long lines) {
    if (place >= 0) {
      rows.addPlace(place + lines);
    }
    for (int column : layout.texts) {
      rows.addText(
          line.bytes(), column < 0 ? 0 : line.start(column), column < 0 ? 0 : line.end(column));
    }
  }

  /**
   * Adds a row of two small plain ints and nothing else, as nearly all rows of pairs are: a
   * shortcut of {@link CsvLine#split} and {@link #parseRow} with the same result, in half the time
   * (22 instead of 49 ns). It pays as each digit is looked at once and no place is stored: to let
   * CsvLine find the ints, and add them here, takes 26 ns, and to read eight digits at a time 29.
   *
   * @return where the next line begins, or −1 for any other row, of which nothing was added
   */
  private int addPlainPair(byte[] bytes, int from, int to) {
    int p = from;
    int first = 0;
    for (; p < to && bytes[p] >= '0' && bytes[p] <= '9'; p++) {
      first = 10 * first + bytes[p] - '0';
    }
    if (!isPlain(bytes, from, p) || p == to || bytes[p] != delimiter) {
      return -1;
    }
    int second = 0;
    int start = ++p;
    for (; p < to && bytes[p] >= '0' && bytes[p] <= '9'; p++) {
      second = 10 * second + bytes[p] - '0';
    }
    if (!isPlain(bytes, start, p) || (p < to && bytes[p] != '\n')) {
      return -1;
    }
    rows.add(
        rows.users.code(layout.user == 0 ? first : second),
        rows.items.code(layout.user == 0 ? second : first));
    return p < to ? p + 1 : p;
  }

  /** Whether some digits are an int as we write it, and surely not too large for one. */
  private static boolean isPlain(byte[] bytes, int from, int to) {
    return to > from && to - from <= 9 && (bytes[from] != '0' || to - from == 1);
  }

  /** Adds one row; returns what makes it unreadable, or null. */
  private @Nullable String parseRow(long hash) {
    boolean complete = true;
    for (int i = 0; i < layout.columns; i++) {
      complete &= !isMissing(i);
    }
    if (!complete
        && (isMissing(layout.user)
            || isMissing(layout.item)
            || (layout.rating >= 0 && isMissing(layout.rating))
            || (layout.split >= 0 && isMissing(layout.split)))) {
      rows.addUnusable();
      return null;
    }
    double time = 0;
    if (layout.timestamp >= 0 && !isMissing(layout.timestamp)) {
      try {
        time = time(layout.timestamp);
      } catch (NumberFormatException e) {
        return describe(layout.timestamp) + NOT_A_TIME;
      }
    }
    float value = 1;
    if (layout.rating >= 0) {
      try {
        value = (float) number(layout.rating);
      } catch (NumberFormatException e) {
        return describe(layout.rating) + NOT_A_NUMBER;
      }
    }
    SplitRatings.Part split = null;
    if (layout.split >= 0) {
      split = SplitRatings.Part.of(text(layout.split));
      if (split == null) {
        return describe(layout.split) + NOT_A_PART;
      }
    }
    int userCode = code(rows.users, layout.user);
    int itemCode = code(rows.items, layout.item);
    if (rows.users.defect() != null) {
      return describe(layout.user) + rows.users.defect();
    }
    if (rows.items.defect() != null) {
      return describe(layout.item) + rows.items.defect();
    }
    if (!complete) {
      rows.markIncomplete();
    }
    rows.add(userCode, itemCode);
    if (rated) {
      rows.addRating(value, hash);
    }
    if (layout.timestamp >= 0) {
      rows.addTime(time);
    }
    if (split != null) {
      rows.addPart(split);
    }
    return null;
  }

  private int code(IdColumn ids, int column) {
    int start = line.start(column);
    int end = line.end(column);
    int code = ids.code(line.bytes(), start, end);
    exponents |=
        ids.notation() == IdColumn.CONVERTED
            && NumberText.mayHaveExponent(line.bytes(), start, end);
    return code;
  }

  private boolean isMissing(int column) {
    return nullValues.isMissing(line.bytes(), line.start(column), line.end(column));
  }

  private double time(int column) {
    double seconds = times.parse(line.bytes(), line.start(column), line.end(column));
    if (times.wasScaled()) {
      rows.addScaledTime();
    }
    return seconds;
  }

  private double number(int column) {
    exponents |= NumberText.mayHaveExponent(line.bytes(), line.start(column), line.end(column));
    return NumberText.parse(line.bytes(), line.start(column), line.end(column));
  }

  /** A column by its name, and what it holds. */
  private String describe(int column) {
    return RowColumns.describe(layout.name(column), text(column));
  }

  /** The field, or how it begins where it is long. */
  private String text(int column) {
    int start = line.start(column);
    int length = Math.min(RowColumns.FIELD_TEXT, line.end(column) - start);
    return new String(line.bytes(), start, length, StandardCharsets.UTF_8);
  }
}
