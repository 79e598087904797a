package dev.beamals.model;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.files.ParquetFile;
import dev.beamals.ids.Ids;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * Factors in Parquet, as Spark MLlib writes them: a row has {@code id} (int, or string where not
 * all ids are ints) and {@code features} (array of float).
 */
final class FactorsParquet {
  /** Readers hold one row group of every file at a time. */
  private static final long ROW_GROUP = 8L << 20;

  private FactorsParquet() {}

  private static MessageType schema(boolean intIds) {
    return Types.buildMessage()
        .addField(
            intIds
                ? Types.required(PrimitiveTypeName.INT32).named("id")
                : Types.required(PrimitiveTypeName.BINARY)
                    .as(LogicalTypeAnnotation.stringType())
                    .named("id"))
        .addField(Types.optionalList().requiredElement(PrimitiveTypeName.FLOAT).named("features"))
        .named("spark_schema");
  }

  /** In the footer of each file: how many files there are of its side. */
  private static final String PARTS = "beamals.parts";

  /**
   * Writes a block as one file.
   *
   * @param parts the number of files of its side
   */
  static void write(ResourceId file, FactorBlock block, boolean intIds, long parts)
      throws IOException {
    try (ParquetWriter<Integer> writer =
        new Builder(ParquetFile.output(file), block, intIds, parts)
            .withConf(new Configuration(false))
            .withRowGroupSize(ROW_GROUP)
            .withDictionaryEncoding(false) // hardly a factor occurs twice
            .build()) {
      for (int i = 0; i < block.ids().size(); i++) {
        writer.write(i);
      }
    }
  }

  private static final class Builder extends ParquetWriter.Builder<Integer, Builder> {
    private final FactorBlock block;
    private final boolean intIds;
    private final long parts;

    Builder(OutputFile file, FactorBlock block, boolean intIds, long parts) {
      super(file);
      this.parts = parts;
      this.block = block;
      this.intIds = intIds;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<Integer> getWriteSupport(Configuration conf) {
      return new RowWriteSupport(block, intIds, parts);
    }
  }

  /** Writes rows of a block, given by their index. */
  private static final class RowWriteSupport extends WriteSupport<Integer> {
    private final FactorBlock block;
    private final boolean intIds;
    private final long parts;
    private @Nullable RecordConsumer consumer;

    RowWriteSupport(FactorBlock block, boolean intIds, long parts) {
      this.parts = parts;
      this.block = block;
      this.intIds = intIds;
    }

    @Override
    public WriteContext init(Configuration configuration) {
      return new WriteContext(schema(intIds), Map.of(PARTS, Long.toString(parts)));
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
      consumer = recordConsumer;
    }

    @Override
    public void write(Integer row) {
      RecordConsumer out = consumer;
      if (out == null) {
        throw new IllegalStateException("not prepared");
      }
      out.startMessage();
      out.startField("id", 0);
      if (intIds) {
        out.addInteger(block.ids().intAt(row));
      } else {
        out.addBinary(Binary.fromString(block.ids().get(row)));
      }
      out.endField("id", 0);
      out.startField("features", 1);
      out.startGroup();
      out.startField("list", 0);
      for (int k = 0; k < block.rank(); k++) {
        out.startGroup();
        out.startField("element", 0);
        out.addFloat(block.factors()[row * block.rank() + k]);
        out.endField("element", 0);
        out.endGroup();
      }
      out.endField("list", 0);
      out.endGroup();
      out.endField("features", 1);
      out.endMessage();
    }
  }

  /** The number of files that the side of {@code file} has, or 0 where it does not tell. */
  static long parts(ParquetFileReader file) {
    String parts = file.getFileMetaData().getKeyValueMetaData().get(PARTS);
    return parts == null || !parts.matches("\\d{1,18}") ? 0 : Long.parseLong(parts);
  }

  /** Reads the rows of a file in their order. */
  static final class Reader implements Closeable {
    private final ParquetFileReader file;
    private final RowMaterializer materializer = new RowMaterializer();
    private @Nullable RecordReader<RowMaterializer> rows;
    private long left;

    Reader(ResourceId resource) throws IOException {
      file =
          ParquetFileReader.open(ParquetFile.input(resource), ParquetReadOptions.builder().build());
    }

    /** The number of files that the side has. */
    long parts() {
      return FactorsParquet.parts(file);
    }

    /** Moves to the next row; false after the last. */
    boolean next() throws IOException {
      while (left == 0) {
        PageReadStore group = file.readNextRowGroup();
        if (group == null) {
          return false;
        }
        left = group.getRowCount();
        MessageType schema = file.getFileMetaData().getSchema();
        rows = new ColumnIOFactory().getColumnIO(schema).getRecordReader(group, materializer);
      }
      left--;
      if (rows == null) {
        throw new IllegalStateException("no row group");
      }
      rows.read();
      return true;
    }

    /** The id of the row, alone. */
    Ids id() {
      return materializer.id;
    }

    /** The factors of the row; overwritten by the next. */
    float[] factors() {
      return Arrays.copyOf(materializer.factors, materializer.rank);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /** Takes one row at a time out of the columns. */
  private static final class RowMaterializer extends RecordMaterializer<RowMaterializer> {
    private Ids id = Ids.of(0);
    private float[] factors = new float[16];
    private int rank;

    private final PrimitiveConverter idConverter =
        new PrimitiveConverter() {
          @Override
          public void addInt(int value) {
            id = Ids.of(value);
          }

          @Override
          public void addBinary(Binary value) {
            id = Ids.of(value.toStringUsingUTF8());
          }
        };

    private final PrimitiveConverter element =
        new PrimitiveConverter() {
          @Override
          public void addFloat(float value) {
            if (rank == factors.length) {
              factors = Arrays.copyOf(factors, 2 * rank);
            }
            factors[rank++] = value;
          }
        };

    private final GroupConverter root = new Row(idConverter, new Row(new Row(element)));

    /** A group whose start at the top level begins a new row. */
    private final class Row extends GroupConverter {
      private final Converter[] fields;

      Row(Converter... fields) {
        this.fields = fields;
      }

      @Override
      public Converter getConverter(int fieldIndex) {
        return fields[fieldIndex];
      }

      @Override
      public void start() {
        if (fields.length == 2) {
          rank = 0;
        }
      }

      @Override
      public void end() {}
    }

    @Override
    public RowMaterializer getCurrentRecord() {
      return this;
    }

    @Override
    public GroupConverter getRootConverter() {
      return root;
    }
  }
}
