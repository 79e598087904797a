package dev.beamals.csv;

import dev.beamals.files.ParquetFile;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
    UUID,
    HALF
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
  private @Nullable PackedInts levels;

  private @Nullable ValuesReader oldLevels;

  /** Where values come from: of these three, one. */
  private @Nullable PackedInts codes;

  private @Nullable ByteBuffer plain;
  private @Nullable ValuesReader reader;

  /** For each row 1 where its value is there, where not all are. */
  private int[] there = {};

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
    } else if (ParquetFile.isHalf(column.getPrimitiveType())) {
      found = Meaning.HALF;
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

  /** Adds hashes of the values of the rows that were read last to those of the rows. */
  void addHashes(int rows, long[] hashes, long salt) {
    values.addHashes(read, rows, hashes, salt);
  }

  /** Adds the flags of the values of the rows that were read last to those of the rows. */
  void addFlags(int rows, byte[] flags) {
    values.addFlags(read, rows, flags);
  }

  /** For each of the rows that were read last its value. */
  int[] read() {
    return read;
  }

  /** Reads the next rows; values that no dictionary has are those of these rows alone. */
  void read(int rows) throws IOException {
    if (read.length < rows) {
      read = new int[rows];
      there = new int[rows];
    }
    values.drop();
    int at = 0;
    while (at < rows) {
      while (left == 0) {
        openPage();
      }
      int n = Math.min(left, rows - at);
      int here = readLevels(n);
      readValues(at, here);
      if (here < n) {
        spread(at, n, here);
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
    if (left < 0) {
      throw new ParquetDecodingException("a page of " + left + " values");
    }
    levels = null;
    oldLevels = null;
    boolean optional = column.getMaxDefinitionLevel() > 0;
    if (page instanceof DataPageV1 first) {
      ByteBufferInputStream in = first.getBytes().toInputStream();
      if (optional && first.getDlEncoding() == Encoding.RLE) {
        levels = new PackedInts(1, in.slice(BytesUtils.readIntLittleEndian(in)));
      } else if (optional) {
        oldLevels = first.getDlEncoding().getValuesReader(column, ValuesType.DEFINITION_LEVEL);
        oldLevels.initFromPage(left, in);
      }
      openValues(first.getValueEncoding(), in);
    } else {
      DataPageV2 second = (DataPageV2) page;
      if (optional) {
        levels = new PackedInts(1, second.getDefinitionLevels().toByteBuffer());
      }
      openValues(second.getDataEncoding(), second.getData().toInputStream());
    }
  }

  private void openValues(Encoding encoding, ByteBufferInputStream in) throws IOException {
    codes = null;
    plain = null;
    reader = null;
    if (encoding.usesDictionary()) {
      if (stored == null) {
        throw new ParquetDecodingException("a page without its dictionary");
      }
      int width = in.available() > 0 ? in.read() : 0; // a page without values may end here
      codes = new PackedInts(width, in.slice(in.available()));
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

  /** Reads which of the next rows have a value; returns how many. */
  private int readLevels(int n) {
    if (levels != null) {
      if (levels.skip(1, n)) {
        return n;
      }
      levels.read(there, 0, n);
    } else if (oldLevels != null) {
      for (int i = 0; i < n; i++) {
        there[i] = oldLevels.readInteger();
      }
    } else {
      return n;
    }
    int sum = 0;
    for (int i = 0; i < n; i++) {
      sum += there[i];
    }
    return sum;
  }

  /** Moves values to the rows that have one. */
  private void spread(int at, int n, int here) {
    int next = at + here;
    for (int i = n - 1; i >= 0; i--) {
      read[at + i] = there[i] == 0 ? 0 : read[--next];
    }
  }

  private void readValues(int at, int n) {
    if (codes != null) {
      codes.read(read, at, n);
      int[] known = dictionary;
      for (int i = at; i < at + n; i++) {
        read[i] = known[read[i]];
      }
    } else if (plain != null) {
      readPlain(plain, at, n);
    } else if (reader != null) {
      for (int i = 0; i < n; i++) {
        read[at + i] = add(reader);
      }
    }
  }

  private void readPlain(ByteBuffer in, int at, int n) {
    switch (type) {
      case INT32 -> {
        for (int i = 0; i < n; i++) {
          read[at + i] = addInt(in.getInt());
        }
      }
      case INT64 -> {
        if (meaning == Meaning.PLAIN) {
          values.addLongs(in, read, at, n);
        } else {
          for (int i = 0; i < n; i++) {
            read[at + i] = addLong(in.getLong());
          }
        }
      }
      case FLOAT -> {
        for (int i = 0; i < n; i++) {
          read[at + i] = values.addFloat(in.getFloat());
        }
      }
      case DOUBLE -> values.addDoubles(in, read, at, n);
      default -> {
        boolean lengths = type == PrimitiveTypeName.BINARY;
        int fixed =
            type == PrimitiveTypeName.INT96
                ? INT96_BYTES
                : lengths ? 0 : column.getPrimitiveType().getTypeLength();
        for (int i = 0; i < n; i++) {
          int length = lengths ? in.getInt() : fixed;
          int from = in.position();
          in.position(from + length); // fails where there are less
          read[at + i] = addBytes(in.array(), in.arrayOffset() + from, length);
        }
      }
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
      case TIMESTAMP -> {
        long second = Math.floorDiv(value, perSecond);
        long rest = value - second * perSecond;
        yield values.addTimestamp(second, (int) (rest * (NANOS / perSecond)), local);
      }
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
    if (meaning == Meaning.HALF) {
      return values.addFloat(half((bytes[from] & 0xff) | (bytes[from + 1] & 0xff) << 8));
    }
    return values.addText(bytes, from, length);
  }

  /**
   * The number that 16 bits stand for, exactly.
   *
   * <p>Source: IEEE 754-2019, binary16: a sign, 5 bits of exponent with a bias of 15, 10 bits of
   * fraction.
   */
  static float half(int bits) {
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    float size =
        switch (exponent) {
          case 0 -> Math.scalb((float) fraction, -24);
          case 0x1f -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
          default -> Math.scalb((float) (fraction | 0x400), exponent - 25);
        };
    return (bits & 0x8000) == 0 ? size : -size;
  }
}
