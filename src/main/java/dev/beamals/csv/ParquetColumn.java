package dev.beamals.csv;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.UUID;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ValuesType;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.values.ValuesReader;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridDecoder;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * Reads a column of single values, page by page: no object a value, and each entry of a dictionary
 * is looked at once.
 *
 * <p>Source: the Parquet format, "Data pages", "Encodings" and "Logical types".
 */
final class ParquetColumn {
  private static final int INT96_BYTES = 12;
  private static final int UUID_BYTES = 16;

  /** The Julian day of 1970-01-01. */
  private static final long EPOCH_JULIAN_DAY = 2_440_588;

  private static final long NANOS = 1_000_000_000;

  /** What numbers and bytes stand for. */
  private enum Meaning {
    PLAIN,
    UNSIGNED,
    DECIMAL,
    DATE,
    TIME,
    TIMESTAMP,
    UUID
  }

  private final ColumnDescriptor column;
  private final PrimitiveTypeName type;
  private final Meaning meaning;

  /** Digits behind the point of a decimal number. */
  private final int scale;

  /** Units of a time in a second. */
  private final long perSecond;

  private final boolean local;
  private final Values values;
  private PageReader pages;

  /** For each id of the dictionary its value. */
  private int[] dictionary = {};

  private @Nullable Dictionary stored;
  private int left;

  /** Which values are there: none of the two where all are. */
  private @Nullable ValuesReader levels;

  private @Nullable RunLengthBitPackingHybridDecoder levels2;

  /** Where values come from: of these two, one. */
  private @Nullable ByteBuffer plain;

  private @Nullable ValuesReader reader;
  private boolean coded;
  private boolean[] isThere = {};
  private int[] read = {};

  /**
   * @param column neither repeated nor in a group
   * @param pages those of the first row group
   */
  ParquetColumn(ColumnDescriptor column, Values values, PageReader pages) throws IOException {
    this.column = column;
    this.values = values;
    this.type = column.getPrimitiveType().getPrimitiveTypeName();
    LogicalTypeAnnotation logical = column.getPrimitiveType().getLogicalTypeAnnotation();
    Meaning found = Meaning.PLAIN;
    int digits = 0;
    TimeUnit unit = TimeUnit.MILLIS;
    boolean utc = true;
    if (logical instanceof IntLogicalTypeAnnotation number && !number.isSigned()) {
      found = Meaning.UNSIGNED;
    } else if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
      found = Meaning.DECIMAL;
      digits = decimal.getScale();
    } else if (logical instanceof DateLogicalTypeAnnotation) {
      found = Meaning.DATE;
    } else if (logical instanceof TimeLogicalTypeAnnotation time) {
      found = Meaning.TIME;
      unit = time.getUnit();
    } else if (logical instanceof TimestampLogicalTypeAnnotation time) {
      found = Meaning.TIMESTAMP;
      unit = time.getUnit();
      utc = time.isAdjustedToUTC();
    } else if (logical instanceof UUIDLogicalTypeAnnotation) {
      found = Meaning.UUID;
    }
    this.meaning = found;
    this.scale = digits;
    this.local = !utc;
    this.perSecond =
        switch (unit) {
          case MILLIS -> 1_000;
          case MICROS -> 1_000_000;
          case NANOS -> NANOS;
        };
    this.pages = pages;
    open(pages);
  }

  /** Goes on with another row group. */
  void open(PageReader next) throws IOException {
    pages = next;
    left = 0;
    values.clear();
    DictionaryPage page = pages.readDictionaryPage();
    stored = page == null ? null : page.getEncoding().initDictionary(column, page);
    dictionary = new int[stored == null ? 0 : stored.getMaxId() + 1];
    for (int id = 0; stored != null && id < dictionary.length; id++) {
      dictionary[id] = add(stored, id);
    }
    values.keep();
  }

  Values values() {
    return values;
  }

  /** Mixes the values of the rows that were read last into hashes of them. */
  void mixHashes(int rows, long[] hashes) {
    values.mixHashes(read, rows, hashes);
  }

  /** Adds the flags of the values of the rows that were read last to those of the rows. */
  void addFlags(int rows, byte[] flags) {
    values.addFlags(read, rows, flags);
  }

  /** The value of a row among those that were read last. */
  int value(int row) {
    return read[row];
  }

  /** Reads the next rows; values that no dictionary has are those of these rows alone. */
  void read(int rows) throws IOException {
    if (read.length < rows) {
      read = new int[rows];
      isThere = new boolean[rows];
    }
    values.drop();
    int at = 0;
    while (at < rows) {
      while (left == 0) {
        openPage();
      }
      int n = Math.min(left, rows - at);
      readLevels(n);
      if (coded) {
        readCodes(at, n);
      } else if (plain != null) {
        readPlain(plain, at, n);
      } else if (reader != null) {
        readOthers(reader, at, n);
      }
      left -= n;
      at += n;
    }
  }

  private void openPage() throws IOException {
    DataPage page = pages.readPage();
    if (page == null) {
      throw new ParquetDecodingException("a column ends early");
    }
    left = page.getValueCount();
    levels = null;
    levels2 = null;
    if (page instanceof DataPageV1 first) {
      ByteBufferInputStream in = first.getBytes().toInputStream();
      if (column.getMaxDefinitionLevel() > 0) {
        levels = first.getDlEncoding().getValuesReader(column, ValuesType.DEFINITION_LEVEL);
        levels.initFromPage(left, in);
      }
      openValues(first.getValueEncoding(), in);
    } else {
      DataPageV2 second = (DataPageV2) page;
      if (column.getMaxDefinitionLevel() > 0) {
        levels2 =
            new RunLengthBitPackingHybridDecoder(
                BytesUtils.getWidthFromMaxInt(column.getMaxDefinitionLevel()),
                second.getDefinitionLevels().toInputStream());
      }
      openValues(second.getDataEncoding(), second.getData().toInputStream());
    }
  }

  private void openValues(Encoding encoding, ByteBufferInputStream in) throws IOException {
    coded = encoding.usesDictionary();
    plain = null;
    reader = null;
    if (coded) {
      if (stored == null) {
        throw new ParquetDecodingException("a page without its dictionary");
      }
      reader = encoding.getDictionaryBasedValuesReader(column, ValuesType.VALUES, stored);
      reader.initFromPage(left, in);
    } else if (encoding == Encoding.PLAIN && type != PrimitiveTypeName.BOOLEAN) {
      plain = in.slice(in.available()).order(ByteOrder.LITTLE_ENDIAN);
      if (!plain.hasArray()) {
        ByteBuffer copy = ByteBuffer.allocate(plain.remaining()).put(plain);
        plain = copy.flip().order(ByteOrder.LITTLE_ENDIAN);
      }
    } else {
      reader = encoding.getValuesReader(column, ValuesType.VALUES);
      reader.initFromPage(left, in);
    }
  }

  private void readLevels(int n) throws IOException {
    if (levels != null) {
      for (int i = 0; i < n; i++) {
        isThere[i] = levels.readInteger() > 0;
      }
    } else if (levels2 != null) {
      for (int i = 0; i < n; i++) {
        isThere[i] = levels2.readInt() > 0;
      }
    } else {
      Arrays.fill(isThere, 0, n, true);
    }
  }

  private void readCodes(int at, int n) {
    ValuesReader codes = reader;
    if (codes == null) {
      return;
    }
    for (int i = 0; i < n; i++) {
      read[at + i] = isThere[i] ? dictionary[codes.readValueDictionaryId()] : 0;
    }
  }

  private void readPlain(ByteBuffer in, int at, int n) {
    switch (type) {
      case INT32 -> {
        for (int i = 0; i < n; i++) {
          read[at + i] = isThere[i] ? addInt(in.getInt()) : 0;
        }
      }
      case INT64 -> {
        for (int i = 0; i < n; i++) {
          read[at + i] = isThere[i] ? addLong(in.getLong()) : 0;
        }
      }
      case FLOAT -> {
        for (int i = 0; i < n; i++) {
          read[at + i] = isThere[i] ? values.addFloat(in.getFloat()) : 0;
        }
      }
      case DOUBLE -> {
        for (int i = 0; i < n; i++) {
          read[at + i] = isThere[i] ? values.addDouble(in.getDouble()) : 0;
        }
      }
      default -> {
        boolean lengths = type == PrimitiveTypeName.BINARY;
        int fixed =
            type == PrimitiveTypeName.INT96
                ? INT96_BYTES
                : lengths ? 0 : column.getPrimitiveType().getTypeLength();
        for (int i = 0; i < n; i++) {
          if (isThere[i]) {
            int length = lengths ? in.getInt() : fixed;
            int from = in.position();
            in.position(from + length); // fails where there are less
            read[at + i] = addBytes(in.array(), in.arrayOffset() + from, length);
          } else {
            read[at + i] = 0;
          }
        }
      }
    }
  }

  private void readOthers(ValuesReader in, int at, int n) {
    for (int i = 0; i < n; i++) {
      read[at + i] = isThere[i] ? add(in) : 0;
    }
  }

  private int add(ValuesReader in) {
    return switch (type) {
      case INT32 -> addInt(in.readInteger());
      case INT64 -> addLong(in.readLong());
      case FLOAT -> values.addFloat(in.readFloat());
      case DOUBLE -> values.addDouble(in.readDouble());
      case BOOLEAN -> values.addBoolean(in.readBoolean());
      case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 -> addBinary(in.readBytes());
    };
  }

  private int add(Dictionary in, int id) {
    return switch (type) {
      case INT32 -> addInt(in.decodeToInt(id));
      case INT64 -> addLong(in.decodeToLong(id));
      case FLOAT -> values.addFloat(in.decodeToFloat(id));
      case DOUBLE -> values.addDouble(in.decodeToDouble(id));
      case BOOLEAN -> values.addBoolean(in.decodeToBoolean(id));
      case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 -> addBinary(in.decodeToBinary(id));
    };
  }

  private int addBinary(Binary binary) {
    byte[] bytes = binary.getBytesUnsafe();
    return addBytes(bytes, 0, bytes.length);
  }

  private int addInt(int value) {
    return meaning == Meaning.UNSIGNED
        ? values.addLong(Integer.toUnsignedLong(value))
        : addLong(value);
  }

  private int addLong(long value) {
    return switch (meaning) {
      case UNSIGNED -> values.addUnsigned(value);
      case DECIMAL -> values.addDecimal(BigDecimal.valueOf(value, scale));
      case DATE -> values.addDate(value);
      case TIME -> values.addTimeOfDay(value * (NANOS / perSecond));
      case TIMESTAMP ->
          values.addTimestamp(
              Math.floorDiv(value, perSecond),
              (int) (Math.floorMod(value, perSecond) * (NANOS / perSecond)),
              local);
      default -> values.addLong(value);
    };
  }

  private int addBytes(byte[] bytes, int from, int length) {
    if (type == PrimitiveTypeName.INT96) { // nanoseconds of a day, and the day
      ByteBuffer time = ByteBuffer.wrap(bytes, from, length).order(ByteOrder.LITTLE_ENDIAN);
      long nanos = time.getLong();
      long day = time.getInt() - EPOCH_JULIAN_DAY;
      return values.addTimestamp(
          day * 86_400 + Math.floorDiv(nanos, NANOS), (int) Math.floorMod(nanos, NANOS), false);
    }
    if (meaning == Meaning.DECIMAL) {
      return values.addDecimal(new BigDecimal(new BigInteger(bytes, from, length), scale));
    }
    if (meaning == Meaning.UUID && length == UUID_BYTES) {
      ByteBuffer uuid = ByteBuffer.wrap(bytes, from, length);
      return values.addText(new UUID(uuid.getLong(), uuid.getLong()).toString());
    }
    return values.addText(bytes, from, length);
  }
}
