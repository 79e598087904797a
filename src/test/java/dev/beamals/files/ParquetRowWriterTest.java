package dev.beamals.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files are the same, byte by byte, as those of Parquet's own writer, which needs Hadoop. */
final class ParquetRowWriterTest {
  private static final MessageType SCHEMA =
      Types.buildMessage()
          .addField(Types.required(PrimitiveTypeName.INT32).named("id"))
          .addField(
              Types.required(PrimitiveTypeName.BINARY)
                  .as(LogicalTypeAnnotation.stringType())
                  .named("name"))
          .addField(Types.optionalList().requiredElement(PrimitiveTypeName.FLOAT).named("features"))
          .named("spark_schema");

  @TempDir Path folder;

  private ResourceId resource(String name) {
    return FileSystems.matchNewResource(folder.resolve(name).toString(), false);
  }

  private static String name(int row) {
    return "name " + row % 1000;
  }

  private static float feature(int row, int k) {
    return (row * 31 + k) * 0.37f;
  }

  private byte[] ours(int rows, int rank, long rowGroupSize) throws IOException {
    try (ParquetRowWriter writer =
        ParquetRowWriter.create(
            resource("ours"),
            SCHEMA,
            rowGroupSize,
            Set.of("id", "name"),
            Map.of("writer.model.name", "example"))) { // as the example writer says
      for (int row = 0; row < rows; row++) {
        writer.column(0).write(3 * row, 0, 0);
        writer.column(1).write(Binary.fromString(name(row)), 0, 0);
        for (int k = 0; k < rank; k++) {
          writer.column(2).write(feature(row, k), k == 0 ? 0 : 1, 2);
        }
        writer.endRow();
      }
    }
    return Files.readAllBytes(folder.resolve("ours"));
  }

  private byte[] theirs(int rows, int rank, long rowGroupSize) throws IOException {
    SimpleGroupFactory groups = new SimpleGroupFactory(SCHEMA);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(ParquetFile.output(resource("theirs")))
            .withType(SCHEMA)
            .withConf(new Configuration(false))
            .withRowGroupSize(rowGroupSize)
            .withDictionaryEncoding("features.list.element", false)
            .build()) {
      for (int row = 0; row < rows; row++) {
        Group group = groups.newGroup().append("id", 3 * row).append("name", name(row));
        Group features = group.addGroup("features");
        for (int k = 0; k < rank; k++) {
          features.addGroup("list").append("element", feature(row, k));
        }
        writer.write(group);
      }
    }
    return Files.readAllBytes(folder.resolve("theirs"));
  }

  private void assertSameBytes(int rows, int rank, long rowGroupSize) throws IOException {
    assertArrayEquals(theirs(rows, rank, rowGroupSize), ours(rows, rank, rowGroupSize));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 99, 100, 101, 30_000})
  void sameBytes(int rows) throws IOException {
    assertSameBytes(rows, 4, 128L << 20);
  }

  @Test
  void sameBytesInSeveralRowGroupsAndPages() throws IOException {
    assertSameBytes(100_000, 16, 1L << 20);
    try (ParquetFileReader reader = ParquetFile.open(resource("ours"))) {
      assertEquals(100_000, reader.getRecordCount());
      assertEquals(true, reader.getRowGroups().size() > 3);
    }
  }
}
