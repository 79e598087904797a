package dev.beamals.csv;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.beamals.RunException;
import dev.beamals.csv.Values.Use;
import dev.beamals.files.ParquetFile;
import dev.beamals.ids.Hashes;
import dev.beamals.ratings.RowPlace;
import dev.beamals.ratings.SplitRatings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReadStore;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Reads some row groups of a Parquet file into the rows that a CSV file of the same values has: the
 * same ids, hashes and rejects.
 *
 * <p>Columns that are lists, maps or groups are part of what makes two rows equal, and nothing
 * else.
 */
final class ParquetBatches implements CsvSource.Batches {
  /** Rows whose values are looked at in one go: they stay in a cache. */
  private static final int BLOCK_ROWS = 4096;

  private static final byte[] NO_TEXT = {};

  private final String name;
  private final CsvLayout layout;
  private final int end;
  private final int batchRows;
  private final boolean rated;

  /** Whether rows are hashed by their values, and not by the texts of them. */
  private final boolean hashesValues;

  private final byte[] flags = new byte[BLOCK_ROWS];
  private final long[] hashes = new long[BLOCK_ROWS];
  private final ParquetFileReader file;
  private final MessageType schema;
  private final RowColumns rows;

  /** The place of the first row of the file; −1 where rows need none. */
  private final long firstPlace;

  /** The columns that are read, with their places in the layout. */
  private final int[] columns;

  private final ParquetColumn[] readers;

  /** Where the texts of a row end that it is hashed by. */
  private final int[] textEnds;

  private final List<ColumnDescriptor> nested = new ArrayList<>();
  private final List<ColumnReader> nestedReaders = new ArrayList<>();
  private final int user;
  private final int item;
  private final int rating;
  private final int timestamp;
  private final int split;

  /**
   * The readers of further columns, whose texts are wanted; −1 for lists, and where there is none.
   */
  private final int[] further;

  /** Whether a row that nothing is to be said of has no part, place or text of its own. */
  private final boolean usual;

  private int group;
  private long row;
  private long left;
  private byte[] text = new byte[1 << 12];

  /**
   * @param whole whether rows are needed as they are, and not only what has a part to play
   * @param texts whether rows are hashed by the texts of their values, as those of CSV are
   * @param batchRows how many rows a batch has at most
   */
  ParquetBatches(CsvSource.Range range, boolean whole, boolean texts, int batchRows)
      throws IOException {
    this.name = range.file.name();
    this.layout = range.file.layout();
    this.group = (int) range.start;
    this.end = (int) range.end;
    this.batchRows = batchRows;
    this.rated = layout.format.rated();
    this.hashesValues = rated && !texts;
    this.rows = new RowColumns(name, layout, true);
    this.firstPlace = range.number < 0 ? -1 : RowPlace.of(range.number, 0);
    this.file = open(name);
    List<Type> fields = file.getFileMetaData().getSchema().getFields();
    List<Integer> needed = layout.used();
    List<Type> asked = new ArrayList<>();
    List<Integer> flat = new ArrayList<>();
    for (int c = 0; c < fields.size(); c++) {
      if (whole || needed.contains(c)) {
        asked.add(fields.get(c));
        if (isFlat(fields.get(c))) {
          flat.add(c);
        }
      }
    }
    this.schema = new MessageType("rows", asked);
    file.setRequestedSchema(schema);
    for (ColumnDescriptor column : schema.getColumns()) {
      if (!isFlat(schema.getType(column.getPath()[0]))) {
        nested.add(column);
      }
    }
    this.columns = flat.stream().mapToInt(c -> c).toArray();
    this.readers = new ParquetColumn[columns.length];
    this.textEnds = new int[columns.length];
    this.user = flat.indexOf(layout.user);
    this.item = flat.indexOf(layout.item);
    this.rating = flat.indexOf(layout.rating);
    this.timestamp = flat.indexOf(layout.timestamp);
    this.split = flat.indexOf(layout.split);
    this.further = Arrays.stream(layout.texts).map(flat::indexOf).toArray();
    this.usual =
        split < 0
            && further.length == 0
            && firstPlace < 0
            && nested.isEmpty()
            && (hashesValues || !rated);
    for (int g = 0; g < group; g++) {
      row += file.getRowGroups().get(g).getRowCount();
    }
  }

  static ParquetFileReader open(String name) {
    try {
      return ParquetFile.open(FileSystems.matchNewResource(name, false));
    } catch (RunException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw ParquetFile.damaged(name, e);
    }
  }

  /** The first rows of a file as texts, behind the names of its columns: those of single values. */
  static List<List<String>> sample(String name, int most) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    try (ParquetFileReader file = open(name)) {
      MessageType all = file.getFileMetaData().getSchema();
      MessageType flat =
          new MessageType("rows", all.getFields().stream().filter(ParquetBatches::isFlat).toList());
      rows.add(flat.getFields().stream().map(Type::getName).toList());
      file.setRequestedSchema(flat);
      PageReadStore pages = file.readNextRowGroup();
      if (pages == null) {
        return rows;
      }
      int count = (int) Math.min(most, pages.getRowCount());
      for (int r = 0; r < count; r++) {
        rows.add(new ArrayList<>());
      }
      for (ColumnDescriptor column : flat.getColumns()) {
        Values values =
            new Values(Set.of(), true, NullValues.of(List.of()), new TimeText("UTC", ""));
        ParquetColumn reader = new ParquetColumn(column, values, pages.getPageReader(column));
        reader.read(count);
        for (int r = 0; r < count; r++) {
          rows.get(r + 1).add(values.text(reader.read()[r], Integer.MAX_VALUE));
        }
      }
      return rows;
    } catch (RunException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw ParquetFile.damaged(name, e);
    }
  }

  /** Whether a field has one value a row at most. */
  static boolean isFlat(Type field) {
    return field.isPrimitive() && !field.isRepetition(Type.Repetition.REPEATED);
  }

  @Override
  public @Nullable RowBatch next() {
    try {
      while (left == 0) {
        if (group == end) {
          return null;
        }
        openGroup();
      }
      for (ParquetColumn reader : readers) {
        reader.values().forgetCodes();
      }
      long first = row;
      long stop = row + Math.min(left, batchRows);
      long sum = 0;
      while (row < stop) {
        int block = (int) Math.min(BLOCK_ROWS, stop - row);
        Arrays.fill(flags, (byte) 0);
        Arrays.fill(hashes, 0);
        for (int c = 0; c < readers.length; c++) {
          readers[c].read(block);
          readers[c].addFlags(block, flags);
          if (hashesValues) {
            readers[c].addHashes(block, hashes, c * Hashes.GAMMA);
          }
        }
        sum += addRows(block, first);
        row += block;
      }
      left -= row - first;
      return rows.finish(first, row - first, sum);
    } catch (RunException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw ParquetFile.damaged(name, e);
    }
  }

  private void openGroup() throws IOException {
    PageReadStore pages = file.readRowGroup(group++);
    left = pages.getRowCount();
    for (int c = 0; c < columns.length; c++) {
      ColumnDescriptor column = schema.getColumnDescription(path(columns[c]));
      if (readers[c] == null) {
        readers[c] = new ParquetColumn(column, newValues(columns[c]), pages.getPageReader(column));
      } else {
        readers[c].open(pages.getPageReader(column));
      }
    }
    if (!nested.isEmpty()) {
      ColumnReadStore store = ParquetFile.columns(file, pages, schema);
      nestedReaders.clear();
      nested.forEach(column -> nestedReaders.add(store.getColumnReader(column)));
    }
  }

  private String[] path(int column) {
    return new String[] {file.getFileMetaData().getSchema().getFieldName(column)};
  }

  private Values newValues(int column) {
    Set<Use> uses = EnumSet.noneOf(Use.class);
    if (column == layout.user || column == layout.item) {
      uses.add(Use.ID);
    }
    if (column == layout.rating) {
      uses.add(Use.NUMBER);
    }
    if (column == layout.timestamp) {
      uses.add(Use.TIME);
    }
    CsvFormat format = layout.format;
    return new Values(
        uses,
        rated && !hashesValues,
        format.nullValues(),
        new TimeText(format.timeZone(), format.timestampFormat()));
  }

  /** Adds the rows of the block, or their rejects; returns the sum of their hashes. */
  private long addRows(int block, long first) {
    Values users = readers[user].values();
    Values items = readers[item].values();
    int[] userOf = readers[user].read();
    int[] itemOf = readers[item].read();
    long sum = 0;
    for (int r = 0; r < block; r++) {
      if (!usual || flags[r] != 0) {
        sum += addRow(r, first, row + r - first);
        continue;
      }
      int userCode = users.code(userOf[r], rows.users);
      int itemCode = items.code(itemOf[r], rows.items);
      if (rows.users.defect() != null || rows.items.defect() != null) {
        sum += reject(idDefect(r), r, first, row + r - first);
        continue;
      }
      rows.add(userCode, itemCode);
      long hash = Hashes.mix(users.hash(userOf[r]) + Hashes.GAMMA) ^ items.hash(itemOf[r]);
      if (rating >= 0) {
        Values ratings = readers[rating].values();
        int value = readers[rating].read()[r];
        rows.addRating((float) ratings.number(value), Hashes.mix(hashes[r]));
        hash = Hashes.mix(hash) + ratings.hash(value);
      } else if (rated) {
        rows.addRating(1, Hashes.mix(hashes[r]));
      }
      if (timestamp >= 0) {
        rows.addTime(readers[timestamp].values().seconds(readers[timestamp].read()[r]));
      }
      sum += Hashes.mix(hash);
    }
    return sum;
  }

  private long reject(String defect, int r, long chunk, long line) {
    byte[] shown = String.join(",", texts(r)).getBytes(UTF_8);
    return rows.reject(defect, shown, 0, shown.length, chunk, line);
  }

  /**
   * Adds a row of the block, or its reject.
   *
   * @return a hash of its user, item and rating, whatever rows are hashed by
   */
  private long addRow(int r, long chunk, long line) {
    boolean complete = (flags[r] & Values.MISSING) == 0;
    long hash = !rated ? 0 : hashesValues ? mixNested(Hashes.mix(hashes[r])) : hashTexts(r);
    String defect = parseRow(r, complete, hash);
    if (defect != null) {
      return reject(defect, r, chunk, line);
    }
    long sum = Hashes.mix(hash(user, r) + Hashes.GAMMA) ^ hash(item, r);
    return Hashes.mix(rating < 0 ? sum : Hashes.mix(sum) + hash(rating, r));
  }

  private long hash(int column, int r) {
    return readers[column].values().hash(readers[column].read()[r]);
  }

  /** The hash that {@link CsvLine#fingerprint} gives of the same values. */
  private long hashTexts(int r) {
    int out = 0;
    boolean commas = false;
    boolean exponents = hasExponent(r);
    for (int c = 0; c < readers.length; c++) {
      Values values = readers[c].values();
      int value = readers[c].read()[r];
      int needed = out + values.length(value) + 1 + (exponents ? Values.MOST_ZEROS : Values.SLACK);
      if (needed > text.length) {
        text = Arrays.copyOf(text, 2 * needed);
      }
      byte flag = values.flags(value);
      commas |= (flag & Values.COMMA) != 0;
      out =
          exponents && (flag & Values.EXPONENT) != 0
              ? values.copyWithoutExponent(value, text, out)
              : values.copy(value, text, out);
      textEnds[c] = out;
      text[out++] = ',';
    }
    long hash = Hashes.of(text, 0, out - 1);
    for (int c = 0; commas && c < readers.length; c++) {
      hash = Hashes.mix(hash + textEnds[c]);
    }
    return mixNested(hash);
  }

  /** Whether a number that has a part to play has an exponent: then all are compared by value. */
  private boolean hasExponent(int r) {
    return (rating >= 0 && is(Values.EXPONENT, rating, r))
        || (layout.format.userIds() != IdType.STRING && is(Values.EXPONENT, user, r))
        || (layout.format.itemIds() != IdType.STRING && is(Values.EXPONENT, item, r));
  }

  private long mixNested(long start) {
    long hash = start;
    for (ColumnReader reader : nestedReaders) {
      hash = mixNested(hash, reader);
    }
    return hash;
  }

  private static long mixNested(long start, ColumnReader reader) {
    long hash = start;
    PrimitiveTypeName type = reader.getDescriptor().getPrimitiveType().getPrimitiveTypeName();
    int there = reader.getDescriptor().getMaxDefinitionLevel();
    do {
      int level = reader.getCurrentDefinitionLevel();
      hash = Hashes.mix(hash + 31L * reader.getCurrentRepetitionLevel() + level);
      if (level == there) {
        hash = Hashes.mix(hash + bits(reader, type));
      }
      reader.consume();
    } while (reader.getCurrentRepetitionLevel() > 0);
    return hash;
  }

  private static long bits(ColumnReader reader, PrimitiveTypeName type) {
    return switch (type) {
      case INT32 -> reader.getInteger();
      case INT64 -> reader.getLong();
      case FLOAT -> Float.floatToIntBits(reader.getFloat());
      case DOUBLE -> Double.doubleToLongBits(reader.getDouble());
      case BOOLEAN -> reader.getBoolean() ? 1 : 0;
      case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 -> {
        byte[] bytes = reader.getBinary().getBytesUnsafe();
        yield Hashes.of(bytes, 0, bytes.length);
      }
    };
  }

  /** The values of a row of the block as texts. */
  private List<String> texts(int r) {
    List<String> texts = new ArrayList<>();
    for (ParquetColumn reader : readers) {
      texts.add(reader.values().text(reader.read()[r], Integer.MAX_VALUE));
    }
    return texts;
  }

  private boolean is(byte flag, int column, int r) {
    return (readers[column].values().flags(readers[column].read()[r]) & flag) != 0;
  }

  /** Adds one row, by the rules of CSV and in their order; returns what makes it unreadable. */
  private @Nullable String parseRow(int r, boolean complete, long hash) {
    if (!complete
        && (is(Values.MISSING, user, r)
            || is(Values.MISSING, item, r)
            || (rating >= 0 && is(Values.MISSING, rating, r))
            || (split >= 0 && is(Values.MISSING, split, r)))) {
      rows.addUnusable();
      return null;
    }
    double time = 0;
    if (timestamp >= 0 && !is(Values.MISSING, timestamp, r)) {
      if (is(Values.NO_TIME, timestamp, r)) {
        return describe(timestamp, r) + CsvParser.NOT_A_TIME;
      }
      time = readers[timestamp].values().seconds(readers[timestamp].read()[r]);
      if (is(Values.SCALED, timestamp, r)) {
        rows.addScaledTime();
      }
    }
    float number = 1;
    if (rating >= 0) {
      if (is(Values.NO_NUMBER, rating, r)) {
        return describe(rating, r) + CsvParser.NOT_A_NUMBER;
      }
      number = (float) readers[rating].values().number(readers[rating].read()[r]);
    }
    SplitRatings.Part part = null;
    if (split >= 0) {
      part = SplitRatings.Part.of(text(split, r, RowColumns.FIELD_TEXT));
      if (part == null) {
        return describe(split, r) + CsvParser.NOT_A_PART;
      }
    }
    int userCode = readers[user].values().code(readers[user].read()[r], rows.users);
    int itemCode = readers[item].values().code(readers[item].read()[r], rows.items);
    if (rows.users.defect() != null || rows.items.defect() != null) {
      return idDefect(r);
    }
    if (!complete) {
      rows.markIncomplete();
    }
    rows.add(userCode, itemCode);
    if (rated) {
      rows.addRating(number, hash);
    }
    if (timestamp >= 0) {
      rows.addTime(time);
    }
    if (part != null) {
      rows.addPart(part);
    }
    if (firstPlace >= 0) {
      rows.addPlace(firstPlace + row + r);
    }
    for (int column : further) {
      byte[] shown = column < 0 ? NO_TEXT : text(column, r, Integer.MAX_VALUE).getBytes(UTF_8);
      rows.addText(shown, 0, shown.length);
    }
    return null;
  }

  private String idDefect(int r) {
    String defect = rows.users.defect();
    return defect != null ? describe(user, r) + defect : describe(item, r) + rows.items.defect();
  }

  private String text(int column, int r, int most) {
    return readers[column].values().text(readers[column].read()[r], most);
  }

  private String describe(int column, int r) {
    return RowColumns.describe(
        layout.name(columns[column]), text(column, r, RowColumns.FIELD_TEXT));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
