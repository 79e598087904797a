package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.files.ParquetFile;
import dev.beamals.ids.Ids;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files are read in bulk, and that they are read as they are value by value. */
final class PlainFactorsTest {
  private static final int ROWS = 30_000;
  private static final int RANK = 10;

  @TempDir Path folder;

  private static float[] random(int count) {
    Random random = new Random(count);
    float[] floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = random.nextFloat() - 0.5f;
    }
    return floats;
  }

  /** Writes factors as another program may. */
  private String write(
      String name, float[] floats, IntUnaryOperator lengthOfRow, int pageSize, boolean dictionary)
      throws IOException {
    MessageType schema =
        Types.buildMessage()
            .addField(Types.required(PrimitiveTypeName.INT32).named("id"))
            .addField(
                Types.optionalList().requiredElement(PrimitiveTypeName.FLOAT).named("features"))
            .named("spark_schema");
    SimpleGroupFactory groups = new SimpleGroupFactory(schema);
    Path file = folder.resolve(name);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(
                HadoopOutputFile.fromPath(
                    new org.apache.hadoop.fs.Path(file.toUri()), new Configuration(false)))
            .withType(schema)
            .withConf(new Configuration(false))
            .withPageSize(pageSize)
            .withDictionaryEncoding(dictionary)
            .build()) {
      int next = 0;
      for (int row = 0; row < ROWS; row++) {
        Group group = groups.newGroup().append("id", row);
        Group features = group.addGroup("features");
        for (int k = 0; k < lengthOfRow.applyAsInt(row); k++) {
          features.addGroup("list").append("element", floats[next++]);
        }
        writer.write(group);
      }
    }
    return file.toString();
  }

  private static @Nullable PlainFactors plain(String name, int rank) throws IOException {
    try (ParquetFileReader file = ParquetFile.open(FileSystems.matchNewResource(name, false))) {
      PageReadStore pages = file.readRowGroup(0);
      ColumnDescriptor column =
          file.getFileMetaData().getSchema().getColumns().stream()
              .filter(c -> c.getPath()[0].equals("features"))
              .findFirst()
              .orElseThrow();
      return PlainFactors.of(pages.getPageReader(column), column, pages.getRowCount(), rank);
    }
  }

  private static float[] blocks(String name, int rank) {
    float[][] all = {{}};
    try (FactorReader reader = new FactorReader(name)) {
      reader.read(
          0,
          rank,
          block -> {
            int length = all[0].length;
            all[0] = Arrays.copyOf(all[0], length + block.factors().length);
            System.arraycopy(block.factors(), 0, all[0], length, block.factors().length);
          });
    }
    return all[0];
  }

  @Test
  void oursAreReadInBulk() throws IOException {
    float[] floats = random(ROWS * RANK);
    String file = folder.resolve("ours.parquet").toString();
    FactorsParquet.write(
        FileSystems.matchNewResource(file, false),
        new FactorBlock(Ids.of(IntStream.range(0, ROWS).toArray()), RANK, floats),
        true,
        1);
    PlainFactors plain = plain(file, RANK);
    assertNotNull(plain);
    float[] first = new float[7];
    float[] rest = new float[floats.length - 7];
    plain.read(first);
    plain.read(rest);
    assertArrayEquals(Arrays.copyOf(floats, 7), first);
    assertArrayEquals(Arrays.copyOfRange(floats, 7, floats.length), rest);
    assertArrayEquals(floats, blocks(file, RANK));
  }

  @Test
  void smallPagesAreReadInBulk() throws IOException {
    float[] floats = random(ROWS * RANK);
    String file = write("small.parquet", floats, row -> RANK, 1000, false);
    assertNotNull(plain(file, RANK));
    assertArrayEquals(floats, blocks(file, RANK));
  }

  @Test
  void dictionariesAreReadValueByValue() throws IOException {
    float[] floats = random(ROWS * RANK);
    for (int i = 0; i < floats.length; i++) {
      floats[i] = i % 100;
    }
    String file = write("dictionary.parquet", floats, row -> RANK, 1 << 20, true);
    assertNull(plain(file, RANK));
    assertArrayEquals(floats, blocks(file, RANK));
  }

  @Test
  void rowsOfOtherLengthsAreNotTakenForRows() throws IOException {
    // In all as many values as there have to be, but not in each row.
    IntUnaryOperator lengths = row -> RANK + (row == 20_000 ? 1 : row == 20_001 ? -1 : 0);
    String file = write("uneven.parquet", random(ROWS * RANK), lengths, 1 << 20, false);
    assertNull(plain(file, RANK));
    RunException failure = assertThrows(RunException.class, () -> blocks(file, RANK));
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.contains("id 20000 has 11 factors; expected 10"), message);
  }

  @Test
  void anotherRankIsNotTakenForTheRank() throws IOException {
    String file = write("rank.parquet", random(ROWS * RANK), row -> RANK, 1 << 20, false);
    for (int rank : List.of(1, 5, 20, 11)) {
      assertNull(plain(file, rank), "rank " + rank);
    }
    assertEquals(ROWS * RANK, blocks(file, RANK).length);
  }
}
