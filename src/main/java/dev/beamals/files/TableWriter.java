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
import java.util.HashMap;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
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

  /** A column and the type of its values: Integer, String or Float. */
  public record Column(String name, Class<?> type) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** A column of ids, which are ints or strings in all rows. */
    public static Column ids(String name, boolean intIds) {
      return new Column(name, intIds ? Integer.class : String.class);
    }
  }

  private TableWriter() {}

  /** Creates a file. */
  public static TableWriter create(String file, Format format, List<Column> columns)
      throws IOException {
    ResourceId resource = FileSystems.matchNewResource(file, false);
    switch (format) {
      case csv:
        return new Csv(resource, columns);
      case jsonl:
        return new JsonLines(resource, columns);
      case parquet:
        return new Parquet(resource, columns);
    }
    throw new AssertionError(format);
  }

  /**
   * Writes a row.
   *
   * @param values one for each column, of its type
   */
  public abstract void write(Object... values) throws IOException;

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
    public void write(Object... values) {
      for (int i = 0; i < fields.length; i++) {
        fields[i] = values[i].toString();
      }
      csv.writeRecord(fields);
    }

    @Override
    public void close() throws IOException {
      csv.close();
    }
  }

  /** A float that is not finite is null: JSON has no NaN. */
  private static final class JsonLines extends TableWriter {
    private final JsonGenerator json;
    private final List<Column> columns;

    JsonLines(ResourceId file, List<Column> columns) throws IOException {
      this.json = new JsonFactory().createGenerator(open(file, "application/jsonl"));
      json.setRootValueSeparator(null);
      this.columns = columns;
    }

    @Override
    public void write(Object... values) throws IOException {
      json.writeStartObject();
      for (int i = 0; i < values.length; i++) {
        json.writeFieldName(columns.get(i).name());
        Object value = values[i];
        if (value instanceof Integer) {
          json.writeNumber((Integer) value);
        } else if (value instanceof Float && Float.isFinite((Float) value)) {
          json.writeNumber((Float) value);
        } else if (value instanceof Float) {
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

  private static final class Parquet extends TableWriter {
    private final ParquetWriter<Object[]> parquet;

    Parquet(ResourceId file, List<Column> columns) throws IOException {
      Builder builder =
          new Builder(ParquetFile.output(file), columns).withConf(new Configuration(false));
      for (Column column : columns) { // hardly a score occurs twice
        builder.withDictionaryEncoding(column.name(), column.type() != Float.class);
      }
      parquet = builder.build();
    }

    @Override
    public void write(Object... values) throws IOException {
      parquet.write(values);
    }

    @Override
    public void close() throws IOException {
      parquet.close();
    }
  }

  private static final class Builder extends ParquetWriter.Builder<Object[], Builder> {
    private final List<Column> columns;

    Builder(OutputFile file, List<Column> columns) {
      super(file);
      this.columns = columns;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<Object[]> getWriteSupport(Configuration conf) {
      return new RowWriteSupport(columns);
    }
  }

  private static final class RowWriteSupport extends WriteSupport<Object[]> {
    private final List<Column> columns;
    private @Nullable RecordConsumer consumer;

    RowWriteSupport(List<Column> columns) {
      this.columns = columns;
    }

    @Override
    public WriteContext init(Configuration configuration) {
      Types.MessageTypeBuilder schema = Types.buildMessage();
      for (Column column : columns) {
        schema.addField(field(column));
      }
      MessageType message = schema.named("spark_schema");
      return new WriteContext(message, new HashMap<>());
    }

    private static Type field(Column column) {
      if (column.type() == Integer.class) {
        return Types.required(PrimitiveTypeName.INT32).named(column.name());
      }
      if (column.type() == Float.class) {
        return Types.required(PrimitiveTypeName.FLOAT).named(column.name());
      }
      return Types.required(PrimitiveTypeName.BINARY)
          .as(LogicalTypeAnnotation.stringType())
          .named(column.name());
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
      consumer = recordConsumer;
    }

    @Override
    public void write(Object[] values) {
      RecordConsumer out = consumer;
      if (out == null) {
        throw new IllegalStateException("not prepared");
      }
      out.startMessage();
      for (int i = 0; i < values.length; i++) {
        write(out, columns.get(i).name(), i, values[i]);
      }
      out.endMessage();
    }

    private static void write(RecordConsumer out, String name, int column, Object value) {
      out.startField(name, column);
      if (value instanceof Integer) {
        out.addInteger((Integer) value);
      } else if (value instanceof Float) {
        out.addFloat((Float) value);
      } else {
        out.addBinary(Binary.fromString((String) value));
      }
      out.endField(name, column);
    }
  }
}
