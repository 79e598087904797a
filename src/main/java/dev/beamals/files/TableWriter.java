package dev.beamals.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Serializable;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/** Writes a table of results as CSV with a header, as JSON lines, or as Parquet. */
public abstract class TableWriter implements Closeable {

  /** What a file of results is. */
  public enum Format {
    csv,
    jsonl,
    parquet
  }

  /** How pages of Parquet are compressed: snappy, as Spark does by default, is fast; zstd small. */
  public enum Compression {
    none,
    snappy,
    zstd
  }

  /**
   * A column and the type of its values: Integer, String or Float.
   *
   * @param optional whether some rows have no value: null, which is empty in CSV
   */
  public record Column(String name, Class<?> type, boolean optional) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** A column with a value in all rows. */
    public Column(String name, Class<?> type) {
      this(name, type, false);
    }

    /** The same values, or none. */
    public Column orNull() {
      return new Column(name, type, true);
    }

    /** A column of ids, which are ints or strings in all rows. */
    public static Column ids(String name, boolean intIds) {
      return new Column(name, intIds ? Integer.class : String.class);
    }
  }

  private TableWriter() {}

  /** Creates a file; Parquet is not compressed. */
  public static TableWriter create(String file, Format format, List<Column> columns)
      throws IOException {
    return create(file, format, Compression.none, columns);
  }

  /**
   * Creates a file.
   *
   * @param compression of Parquet; other formats are text
   */
  public static TableWriter create(
      String file, Format format, Compression compression, List<Column> columns)
      throws IOException {
    ResourceId resource = FileSystems.matchNewResource(file, false);
    switch (format) {
      case csv:
        return new Csv(resource, columns);
      case jsonl:
        return new JsonLines(resource, columns);
      case parquet:
        return new Parquet(resource, compression, columns);
    }
    throw new AssertionError(format);
  }

  /**
   * Writes a row.
   *
   * @param values one for each column, of its type; null where an optional one has none
   */
  public abstract void write(List<@Nullable Object> values) throws IOException;

  private static OutputStream open(ResourceId file, String type) throws IOException {
    return Channels.newOutputStream(FileSystems.create(file, type));
  }

  private static final class Csv extends TableWriter {
    private final CsvWriter csv;
    private final String[] fields;

    Csv(ResourceId file, List<Column> columns) throws IOException {
      csv =
          CsvWriter.builder()
              .lineDelimiter(LineDelimiter.LF)
              .build(new OutputStreamWriter(open(file, "text/csv"), StandardCharsets.UTF_8));
      fields = columns.stream().map(Column::name).toArray(String[]::new);
      csv.writeRecord(fields);
    }

    @Override
    public void write(List<@Nullable Object> values) {
      for (int i = 0; i < fields.length; i++) {
        Object value = values.get(i);
        fields[i] = value == null ? "" : value.toString();
      }
      csv.writeRecord(fields);
    }

    @Override
    public void close() throws IOException {
      csv.close();
    }
  }

  /** A float that is not finite is null as well: JSON has no NaN. */
  private static final class JsonLines extends TableWriter {
    private final JsonGenerator json;
    private final List<Column> columns;

    JsonLines(ResourceId file, List<Column> columns) throws IOException {
      this.json = new JsonFactory().createGenerator(open(file, "application/jsonl"));
      json.setRootValueSeparator(null);
      this.columns = columns;
    }

    @Override
    public void write(List<@Nullable Object> values) throws IOException {
      json.writeStartObject();
      for (int i = 0; i < values.size(); i++) {
        json.writeFieldName(columns.get(i).name());
        Object value = values.get(i);
        if (value instanceof Integer) {
          json.writeNumber((Integer) value);
        } else if (value instanceof Float && Float.isFinite((Float) value)) {
          json.writeNumber((Float) value);
        } else if (value == null || value instanceof Float) {
          json.writeNull();
        } else {
          json.writeString((String) value);
        }
      }
      json.writeEndObject();
      json.writeRaw('\n');
    }

    @Override
    public void close() throws IOException {
      json.close();
    }
  }

  /** Parquet's own default. */
  private static final long ROW_GROUP = 128L << 20;

  private static final class Parquet extends TableWriter {
    private final ParquetRowWriter rows;
    private final List<Column> columns;

    Parquet(ResourceId file, Compression compression, List<Column> columns) throws IOException {
      this.columns = columns;
      Types.MessageTypeBuilder schema = Types.buildMessage();
      Set<String> dictionaries = new HashSet<>();
      for (Column column : columns) {
        schema.addField(field(column));
        if (column.type() != Float.class) { // hardly a score occurs twice
          dictionaries.add(column.name());
        }
      }
      rows =
          ParquetRowWriter.create(
              file,
              schema.named("spark_schema"),
              ROW_GROUP,
              dictionaries,
              Map.of(),
              Compressor.of(compression));
    }

    private static Type field(Column column) {
      Type.Repetition repetition =
          column.optional() ? Type.Repetition.OPTIONAL : Type.Repetition.REQUIRED;
      if (column.type() == Integer.class) {
        return Types.primitive(PrimitiveTypeName.INT32, repetition).named(column.name());
      }
      if (column.type() == Float.class) {
        return Types.primitive(PrimitiveTypeName.FLOAT, repetition).named(column.name());
      }
      return Types.primitive(PrimitiveTypeName.BINARY, repetition)
          .as(LogicalTypeAnnotation.stringType())
          .named(column.name());
    }

    @Override
    public void write(List<@Nullable Object> values) throws IOException {
      for (int i = 0; i < values.size(); i++) {
        ColumnWriter column = rows.column(i);
        Object value = values.get(i);
        int defined = columns.get(i).optional() ? 1 : 0;
        if (value == null) {
          column.writeNull(0, 0);
        } else if (value instanceof Integer) {
          column.write((Integer) value, 0, defined);
        } else if (value instanceof Float) {
          column.write((Float) value, 0, defined);
        } else {
          column.write(Binary.fromString((String) value), 0, defined);
        }
      }
      rows.endRow();
    }

    @Override
    public void close() throws IOException {
      rows.close();
    }
  }
}
