package dev.beamals.csv;

import com.google.auto.value.AutoValue;
import dev.beamals.RunException;
import dev.beamals.files.ParquetFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.PatternSyntaxException;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** An input file that was found and whose first line makes sense. */
@AutoValue
public abstract class CsvFile implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What a file is. */
  enum Kind {
    CSV,
    /** An object of JSON on each line. */
    JSON_LINES,
    /** Objects of JSON that are an array, or on several lines. */
    JSON,
    PARQUET
  }

  /** What a row of a Parquet file is taken to have, were it CSV. */
  static final long ROW_BYTES = 64;

  /** Columns past these are not found. */
  private static final int MOST_COLUMNS = 10_000;

  public abstract String name();

  /** Its size as stored. */
  public abstract long bytes();

  abstract CsvLayout layout();

  abstract boolean packed();

  abstract Kind kind();

  /** The names and types of the columns of a Parquet file, in words. */
  abstract String types();

  /** For each row group of a Parquet file how many rows it has. */
  abstract List<Long> rowGroups();

  /** Whether it can only be read from its start. */
  boolean fromStart() {
    return packed() || kind() == Kind.JSON || !layout().format.dialect().isPlain();
  }

  /** How much there is to read, about in bytes of CSV as far as that is known. */
  long work() {
    return kind() == Kind.PARQUET ? work(0, rowGroups().size()) : bytes();
  }

  /** The same of what is between two row groups, or of so many bytes. */
  long work(long start, long end) {
    if (kind() != Kind.PARQUET) {
      return end - start;
    }
    return ROW_BYTES
        * rowGroups().subList((int) start, (int) end).stream().mapToLong(Long::longValue).sum();
  }

  /** What reads objects of JSON into a line. */
  JsonLine json(CsvLine line) {
    return new JsonLine(line, layout().names);
  }

  /** Whether rows of this file have a timestamp. */
  public boolean hasTimestamp() {
    return layout().timestamp >= 0;
  }

  /**
   * The names of all columns, in their order. A column without a name of its own is called by its
   * number from 1, as in {@code column3}.
   */
  public List<String> columns() {
    return layout().names;
  }

  /** Which of them has the user, from 0. */
  public int userColumn() {
    return layout().user;
  }

  /** Which of them has the item, from 0. */
  public int itemColumn() {
    return layout().item;
  }

  /** The same file, of which the texts of these columns are read; those it has not are empty. */
  CsvFile withTexts(List<String> columns) {
    return new AutoValue_CsvFile(
        name(), bytes(), layout().withTexts(columns), packed(), kind(), types(), rowGroups());
  }

  /**
   * Finds the files of {@code patterns}, which may be globs, folders, pipes, or {@code -} for the
   * standard input, and the columns in each: before the pipeline is built, so that what is wrong is
   * said at once. A stream is kept in a file meanwhile.
   *
   * @param parameter what messages call the patterns, as in {@code input=a.csv: no such file}
   * @return the files in the order of their names, empty ones left out
   * @throws RunException if a pattern matches nothing, a column is missing, or all files are empty
   */
  public static List<CsvFile> find(String parameter, List<String> patterns, CsvFormat format) {
    Map<String, Long> sizes = list(parameter, patterns);
    List<CsvFile> files = new ArrayList<>();
    for (String name : sizes.keySet()) {
      CsvFile file = file(parameter, name, sizes.getOrDefault(name, 0L), format);
      if (file != null) {
        files.add(file);
      }
    }
    if (files.isEmpty()) {
      throw new RunException(
          String.format(
              "%s=%s: %s empty; expected rows%s",
              parameter,
              String.join(",", patterns),
              sizes.size() == 1 ? "the file is" : "all " + sizes.size() + " files are",
              format.header() ? " below a line that names the columns" : ""));
    }
    return files;
  }

  /**
   * The files of {@code patterns}, and their sizes, in the order of their names.
   *
   * @throws RunException if a pattern matches nothing, or a file is of another kind
   */
  public static SortedMap<String, Long> list(String parameter, List<String> patterns) {
    TreeMap<String, Long> sizes = new TreeMap<>();
    for (String pattern : InputNames.join(patterns)) {
      String place = parameter + "=" + pattern;
      try {
        for (Map.Entry<String, Long> file : InputNames.find(place, pattern).entrySet()) {
          sizes.putAll(Packing.files(file.getKey(), file.getValue()));
        }
      } catch (PatternSyntaxException e) { // its message has several lines
        throw new RunException(place + ": " + e.getDescription(), e);
      } catch (AccessDeniedException e) {
        throw new RunException(place + ": permission denied on " + e.getMessage(), e);
      } catch (IOException | IllegalArgumentException e) {
        throw new RunException(place + ": " + e.getMessage(), e);
      }
    }
    return sizes;
  }

  /**
   * The columns of a file; null where it has no records.
   *
   * @param text of the file, or a sample of it
   */
  static @Nullable CsvLayout layout(
      String name, byte[] firstLine, RecordReader.Bytes text, CsvFormat format) {
    FirstRow row = firstRow(name, firstLine, text, format);
    return row.fields().isEmpty() ? null : CsvLayout.of(row.format(), name, row.fields());
  }

  /** The fields of a first row, none where there is none; and how its file is written. */
  private record FirstRow(CsvFormat format, List<String> fields) {}

  private static FirstRow firstRow(
      String name, byte[] firstLine, RecordReader.Bytes text, CsvFormat format) {
    String encoding = RecordReader.markedEncoding(firstLine);
    boolean utf8 = encoding == null || encoding.equals("UTF-8");
    CsvFormat ofFile =
        encoding == null || utf8
            ? format
            : format.withDialect(format.dialect().withEncoding(encoding));
    List<String> fields;
    if (ofFile.dialect().isPlain()) {
      try {
        fields =
            CsvLine.fields(
                firstLine,
                encoding == null ? 0 : 3,
                format.delimiter(),
                !format.dialect().quote().isEmpty());
      } catch (IllegalArgumentException e) {
        throw new RunException(name + ":1: " + e.getMessage() + "; expected column names", e);
      }
    } else {
      fields = firstRecord(name, text, ofFile.dialect());
    }
    return new FirstRow(ofFile, fields);
  }

  /**
   * The names of the columns of the first file that is not empty; none where all are empty.
   *
   * @param parameter as in {@link #find}
   * @throws RunException as {@link #find}, but for missing columns and empty files
   */
  public static List<String> header(String parameter, List<String> patterns, CsvFormat format) {
    for (String name : list(parameter, patterns).keySet()) {
      List<String> fields = names(parameter, name, format);
      if (!fields.isEmpty()) {
        return fields;
      }
    }
    return List.of();
  }

  private static List<String> names(String parameter, String name, CsvFormat format) {
    byte[] firstLine = firstLine(parameter, name);
    if (firstLine.length == 0) {
      return List.of();
    }
    try {
      if (Packing.isParquet(name)) {
        try (ParquetFileReader file = ParquetBatches.open(name)) {
          return file.getFileMetaData().getSchema().getFields().stream()
              .map(Type::getName)
              .toList();
        }
      }
      JsonFields json = JsonFields.of(name);
      return json == null
          ? firstRow(name, firstLine, () -> open(name), format).fields()
          : json.names();
    } catch (IOException e) {
      throw new RunException(name + ": " + Packing.reason(name, e), e);
    }
  }

  /** The names of the files of a pattern, none where there are none or it is no pattern. */
  public static Set<String> names(String pattern) {
    try {
      return InputNames.find("", pattern).keySet();
    } catch (IOException | RuntimeException e) {
      return Set.of(); // what reads them will say why
    }
  }

  /** Looks at a file; null for one without a byte. */
  private static @Nullable CsvFile file(
      String parameter, String name, long size, CsvFormat format) {
    try {
      if (size == 0) {
        return null;
      }
      if (Packing.isParquet(name)) {
        return parquet(name, size, format);
      }
      JsonFields json = JsonFields.of(name);
      if (json != null) {
        CsvLayout layout = CsvLayout.ofNames(format, name, json.names());
        boolean packed = Packing.isPacked(name);
        return new AutoValue_CsvFile(name, size, layout, packed, json.kind(), "", List.of());
      }
      return csv(parameter, name, size, format);
    } catch (IOException e) {
      throw new RunException(name + ": " + Packing.reason(name, e), e);
    }
  }

  private static @Nullable CsvFile csv(String parameter, String name, long size, CsvFormat format)
      throws IOException {
    byte[] firstLine = firstLine(parameter, name);
    if (firstLine.length == 0) {
      return null;
    }
    CsvLayout layout;
    try {
      layout = layout(name, firstLine, () -> open(name), format);
    } catch (RunException e) {
      throw new RunException(e.getMessage() + Sniffer.hint(name, format), e);
    }
    return layout == null
        ? null
        : new AutoValue_CsvFile(
            name, size, layout, Packing.isPacked(name), Kind.CSV, "", List.of());
  }

  /** Columns by name and type; whether one may be empty makes no difference. */
  private static String types(List<Type> columns) {
    StringBuilder types = new StringBuilder();
    for (Type column : columns) {
      types.append(column.getName()).append(' ');
      types.append(
          column.isPrimitive()
              ? column.asPrimitiveType().getPrimitiveTypeName()
                  + " "
                  + (ParquetFile.isHalf(column) ? "FLOAT16" : column.getLogicalTypeAnnotation())
              : column);
      types.append('\n');
    }
    return types.toString();
  }

  private static CsvFile parquet(String name, long size, CsvFormat format) throws IOException {
    try (ParquetFileReader file = ParquetBatches.open(name)) {
      List<Type> columns = file.getFileMetaData().getSchema().getFields();
      CsvLayout layout =
          CsvLayout.ofNames(format, name, columns.stream().map(Type::getName).toList());
      for (int c : layout.used()) {
        if (!ParquetBatches.isFlat(columns.get(c))) {
          throw new RunException(
              String.format(
                  "%s: its column %s has more than a value a row; expected one of single values",
                  name, columns.get(c).getName()));
        }
        if (ParquetFile.isNewer(columns.get(c))) {
          throw new RunException(
              String.format(
                  "%s: its column %s is of a type that is newer than Parquet 1.13; expected numbers"
                      + " or texts",
                  name, columns.get(c).getName()));
        }
      }
      List<Long> rows = new ArrayList<>();
      for (BlockMetaData group : file.getRowGroups()) {
        rows.add(group.getRowCount());
        for (ColumnChunkMetaData column : group.getColumns()) {
          if (column.getStartingPos() < 0
              || column.getTotalSize() < 0
              || column.getStartingPos() + column.getTotalSize() > size) {
            throw ParquetFile.damaged(name, new IOException("its end is not that of its columns"));
          }
        }
      }
      return new AutoValue_CsvFile(name, size, layout, false, Kind.PARQUET, types(columns), rows);
    }
  }

  private static InputStream open(String name) throws IOException {
    return Channels.newInputStream(Packing.open(name));
  }

  /** The fields of the first record, none where there is none. */
  private static List<String> firstRecord(
      String name, RecordReader.Bytes text, CsvDialect dialect) {
    CsvLine line = new CsvLine(MOST_COLUMNS);
    try (RecordReader records = new RecordReader(name, text, dialect, line)) {
      if (!records.next()) {
        return List.of();
      }
      if (line.defect() != null) {
        throw new RunException(
            name + ":" + records.line() + ": " + line.defect() + "; expected column names");
      }
      return line.texts();
    } catch (IOException e) {
      throw new RunException(name + ": " + Packing.reason(name, e), e);
    }
  }

  /** The first line, at most 1 MiB of it, with its line end. */
  static byte[] firstLine(String parameter, String name) {
    ByteBuffer line = ByteBuffer.allocate(CsvParser.MAX_LINE);
    try (ReadableByteChannel channel = Packing.open(name)) {
      int scanned = 0;
      while (line.hasRemaining()) {
        int limit = Math.min(line.capacity(), line.position() + 65536);
        line.limit(limit);
        int n = channel.read(line);
        line.limit(line.capacity());
        for (; scanned < line.position(); scanned++) {
          byte b = line.array()[scanned];
          if (b == '\n' || (scanned > 0 && line.array()[scanned - 1] == '\r')) {
            return Arrays.copyOf(line.array(), b == '\n' ? scanned + 1 : scanned);
          }
        }
        if (n < 0) {
          break;
        }
      }
    } catch (IOException e) {
      throw new RunException(parameter + "=" + name + ": " + Packing.reason(name, e), e);
    }
    return Arrays.copyOf(line.array(), line.position());
  }
}
