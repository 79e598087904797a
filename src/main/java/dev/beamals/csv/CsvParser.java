package dev.beamals.csv;

import ch.randelshofer.fastdoubleparser.JavaDoubleParser;
import dev.beamals.ids.Hashes;
import dev.beamals.ids.IdDictionary;
import dev.beamals.ids.Ids;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.RowTexts;
import dev.beamals.ratings.SplitRatings;
import it.unimi.dsi.fastutil.doubles.DoubleArrayList;
import it.unimi.dsi.fastutil.floats.FloatArrayList;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.io.ByteArrayOutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns the bytes of whole lines into columns. Thread-confined, reused from chunk to chunk. */
final class CsvParser {
  /** A longer line is rejected. */
  static final int MAX_LINE = 1 << 20;

  /** How much of a rejected row is kept. */
  private static final int REJECT_TEXT = 200;

  private final String file;
  private final CsvLayout layout;
  private final CsvLine line;
  private final NullValues nullValues;
  private final boolean rated;
  private final byte delimiter;
  private final TimeText times;
  private final IdColumn users;
  private final IdColumn items;
  private final IntArrayList user = new IntArrayList();
  private final IntArrayList item = new IntArrayList();
  private final FloatArrayList rating = new FloatArrayList();
  private final LongArrayList fingerprint = new LongArrayList();
  private final DoubleArrayList timestamp = new DoubleArrayList();
  private final ByteArrayOutputStream part = new ByteArrayOutputStream();
  private final LongArrayList place = new LongArrayList();
  private final RowTexts.Builder texts;
  private final IntArrayList incomplete = new IntArrayList();
  private List<Reject> rejects = new ArrayList<>();
  private int unusable;
  private long scaledTimes;

  CsvParser(String file, CsvLayout layout) {
    this.file = file;
    this.layout = layout;
    this.line =
        new CsvLine(
            layout.format.dialect().isPlain() ? layout.format.delimiter() : ',', layout.columns);
    this.delimiter = (byte) layout.format.delimiter();
    this.nullValues = layout.format.nullValues();
    this.rated = layout.format.rated();
    this.times = new TimeText(layout.format.timeZone(), layout.format.timestampFormat());
    this.texts = new RowTexts.Builder(layout.texts.length);
    this.users = new IdColumn(layout.format.userIds());
    this.items = new IdColumn(layout.format.itemIds());
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
            place.add(firstPlace + lines);
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
    return finish(chunk, lines, sum);
  }

  /**
   * Parses the next records, as many as make a chunk.
   *
   * @param records what reads into {@link #line}
   * @param chunk greater for later ones
   * @param limit bytes of a chunk
   * @param firstPlace as of lines
   * @return null after the last
   */
  @Nullable RowBatch parse(RecordReader records, long chunk, long limit, long firstPlace) {
    long before = chunk == 0 ? 0 : records.line();
    long sum = 0;
    long length = 0;
    while (length < limit && records.next()) {
      int to = line.count() == 0 ? 0 : line.length();
      long lines = records.line() - 1 - before;
      sum += addRow(line.defect(), line.bytes(), 0, to, chunk, lines, firstPlace);
      length += to + 1;
    }
    return length == 0 ? null : finish(chunk, records.line() - before, sum);
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
      hash = rated ? line.fingerprint() : 0;
      int rows = user.size();
      defect = parseRow(hash);
      if (user.size() > rows) {
        if (place >= 0) {
          this.place.add(place + lines);
        }
        for (int column : layout.texts) {
          texts.add(
              line.bytes(), column < 0 ? 0 : line.start(column), column < 0 ? 0 : line.end(column));
        }
      }
    }
    if (defect != null) {
      int length = Math.min(REJECT_TEXT, to - from);
      String text = new String(bytes, from, length, StandardCharsets.UTF_8).stripTrailing();
      rejects.add(Reject.of(file, chunk, lines, defect, Text.printable(text)));
      hash = Hashes.of(bytes, from, length);
    }
    return hash;
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
    user.add(users.dictionary.code(layout.user == 0 ? first : second));
    item.add(items.dictionary.code(layout.user == 0 ? second : first));
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
      unusable++;
      return null;
    }
    double time = 0;
    if (layout.timestamp >= 0 && !isMissing(layout.timestamp)) {
      try {
        time = time(layout.timestamp);
      } catch (NumberFormatException e) {
        return describe(layout.timestamp) + " is not a time";
      }
    }
    float value = 1;
    if (layout.rating >= 0) {
      try {
        value = (float) number(layout.rating);
      } catch (NumberFormatException e) {
        return describe(layout.rating) + " is not a number";
      }
    }
    SplitRatings.Part split = null;
    if (layout.split >= 0) {
      split = SplitRatings.Part.of(text(layout.split));
      if (split == null) {
        return describe(layout.split) + " is not train, validation or test";
      }
    }
    int userCode = users.code(layout.user);
    int itemCode = items.code(layout.item);
    String defect = users.defect == null ? items.defect : users.defect;
    if (defect != null) {
      return defect;
    }
    if (!complete) {
      incomplete.add(user.size());
    }
    user.add(userCode);
    item.add(itemCode);
    if (rated) {
      rating.add(value);
      fingerprint.add(hash);
    }
    if (layout.timestamp >= 0) {
      timestamp.add(time);
    }
    if (split != null) {
      part.write(split.ordinal());
    }
    return null;
  }

  private boolean isMissing(int column) {
    int start = line.start(column);
    int end = line.end(column);
    if (start < end && !nullValues.mayEndWith(line.bytes()[end - 1])) {
      return false; // nearly all
    }
    while (end > start && line.bytes()[end - 1] == ' ') {
      end--; // of a quoted text
    }
    while (start < end && line.bytes()[start] == ' ') {
      start++;
    }
    return start >= end || nullValues.contains(line.bytes(), start, end);
  }

  /**
   * The seconds of a time.
   *
   * @throws NumberFormatException where it is none
   */
  private double time(int column) {
    if (layout.format.timestampFormat().isEmpty()) {
      try {
        double number = number(column);
        if (!TimeText.isScaled(number)) {
          return number;
        }
        scaledTimes++;
        return TimeText.scale(number);
      } catch (NumberFormatException e) {
        // a date, perhaps
      }
    }
    return times.parse(text(column));
  }

  /**
   * What pandas takes for a number, and true and false, which are 1 and 0.
   *
   * @throws NumberFormatException for all else, what Java takes for a number too: 5f, 0x1p3
   */
  private double number(int column) {
    byte[] bytes = line.bytes();
    int start = line.start(column);
    int end = line.end(column);
    int last = bytes[end - 1];
    if ((last < '0' || last > '9') && last != '.') {
      return NumberText.word(new String(bytes, start, end - start, StandardCharsets.UTF_8));
    }
    if (end - start > 2 && NumberText.isHex(bytes, start)) {
      throw new NumberFormatException();
    }
    return JavaDoubleParser.parseDouble(bytes, start, end - start);
  }

  /** A column by its name, and what it holds. */
  private String describe(int column) {
    return layout.name(column) + " \"" + Text.printable(text(column)) + "\"";
  }

  /** The field, or how it begins where it is long. */
  private String text(int column) {
    int start = line.start(column);
    int length = Math.min(40, line.end(column) - start);
    return new String(line.bytes(), start, length, StandardCharsets.UTF_8);
  }

  /** The ids of a side, in whatever notation. */
  private final class IdColumn {
    private final IdType type;
    private final IdDictionary dictionary = new IdDictionary();
    private long converted;
    private long texts;

    /** What is wrong with the last id, or null. */
    private @Nullable String defect;

    IdColumn(IdType type) {
      this.type = type;
    }

    /** The code of the id in a column, which is not empty; any where there is a defect. */
    int code(int column) {
      byte[] bytes = line.bytes();
      int start = line.start(column);
      int end = line.end(column);
      defect = null;
      long plain = IdDictionary.plainInt(bytes, start, end);
      return plain != IdDictionary.NO_INT
          ? dictionary.code((int) plain)
          : otherCode(bytes, start, end, column);
    }

    private int otherCode(byte[] bytes, int start, int end, int column) {
      String number = type == IdType.STRING ? null : NumberText.canonical(bytes, start, end);
      if (type == IdType.INT && (number == null || number.indexOf('.') >= 0)) {
        defect = describe(column) + " is not a whole number";
        return 0;
      }
      if (number != null) {
        converted += NumberText.isWritten(number, bytes, start, end) ? 0 : 1;
        return dictionary.codeOf(number);
      }
      texts++;
      try {
        return dictionary.code(bytes, start, end);
      } catch (CharacterCodingException e) {
        defect = describe(column) + " is not UTF-8";
        return 0;
      }
    }

    IdNotations takeNotations() {
      IdNotations notations = new IdNotations(converted, texts);
      converted = 0;
      texts = 0;
      return notations;
    }
  }

  private RowBatch finish(long chunk, long lines, long sum) {
    int[] userIndex = new int[user.size()];
    int[] itemIndex = new int[item.size()];
    Ids allUsers = users.dictionary.finish(user, userIndex);
    Ids allItems = items.dictionary.finish(item, itemIndex);
    if (!rejects.isEmpty()) {
      // An id whose only row failed on the other is in the dictionary, but in no row.
      allUsers = RatingBatch.keepUsed(allUsers, userIndex);
      allItems = RatingBatch.keepUsed(allItems, itemIndex);
    }
    RatingBatch rows =
        new RatingBatch(
                allUsers,
                allItems,
                userIndex,
                itemIndex,
                rating.toFloatArray(),
                fingerprint.toLongArray())
            .withParts(part.toByteArray())
            .withPlaces(place.toLongArray())
            .withTexts(texts.finish());
    RowBatch batch =
        new RowBatch(
            file,
            chunk,
            lines,
            sum,
            rows,
            timestamp.toDoubleArray(),
            incomplete.toIntArray(),
            unusable,
            rejects,
            users.takeNotations(),
            items.takeNotations(),
            scaledTimes);
    user.clear();
    item.clear();
    rating.clear();
    fingerprint.clear();
    timestamp.clear();
    part.reset();
    place.clear();
    incomplete.clear();
    unusable = 0;
    scaledTimes = 0;
    rejects = new ArrayList<>();
    return batch;
  }
}
