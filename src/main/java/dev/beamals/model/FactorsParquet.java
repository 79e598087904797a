package dev.beamals.model;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.files.ParquetFile;
import dev.beamals.files.ParquetRowWriter;
import dev.beamals.ids.Ids;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
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
   * Writes a block as one file. Hardly a factor occurs twice, so there are no dictionaries.
   *
   * @param parts the number of files of its side
   */
  static void write(ResourceId file, FactorBlock block, boolean intIds, long parts)
      throws IOException {
    try (ParquetRowWriter rows =
        ParquetRowWriter.create(
            file, schema(intIds), ROW_GROUP, Set.of(), Map.of(PARTS, Long.toString(parts)))) {
      float[] factors = block.factors();
      for (int i = 0; i < block.ids().size(); i++) {
        if (intIds) {
          rows.column(0).write(block.ids().intAt(i), 0, 0);
        } else {
          rows.column(0).write(Binary.fromString(block.ids().get(i)), 0, 0);
        }
        ColumnWriter features = rows.column(1);
        for (int k = i * block.rank(); k < (i + 1) * block.rank(); k++) {
          features.write(factors[k], k == i * block.rank() ? 0 : 1, 2);
        }
        rows.endRow();
      }
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
      file = ParquetFile.open(resource);
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
