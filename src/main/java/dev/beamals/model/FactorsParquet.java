package dev.beamals.model;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.files.ParquetRowWriter;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

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
          rows.column(0).write(Binary.fromConstantByteArray(block.ids().utf8(i)), 0, 0);
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
}
