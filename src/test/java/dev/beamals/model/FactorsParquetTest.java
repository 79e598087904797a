package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.ids.Ids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FactorsParquetTest {
  private static ResourceId resource(Path file) {
    return FileSystems.matchNewResource(file.toString(), false);
  }

  private static FactorBlock random(Ids ids, int rank) {
    Random random = new Random(rank);
    float[] factors = new float[ids.size() * rank];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) random.nextGaussian();
    }
    return new FactorBlock(ids, rank, factors);
  }

  /** Writes, reads, and expects every row back bit for bit. */
  private static void assertRoundTrip(Path file, FactorBlock block, boolean intIds)
      throws IOException {
    FactorsParquet.write(resource(file), block, intIds, 1);
    try (FactorReader reader = new FactorReader(file.toString())) {
      List<FactorBlock> blocks = new ArrayList<>();
      reader.read(block.rank()).forEachRemaining(blocks::add);
      FactorBlock read = FactorBlock.concatenate(blocks, block.rank());
      assertEquals(block.ids(), read.ids());
      assertArrayEquals(block.factors(), read.factors());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 17, 64})
  void intIdsComeBack(int rank, @TempDir Path folder) throws IOException {
    Ids ids = Ids.of(-5, 0, 7, 100, Integer.MAX_VALUE, Integer.MIN_VALUE);
    assertRoundTrip(folder.resolve("ints.parquet"), random(ids, rank), true);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64})
  void stringIdsComeBack(int rank, @TempDir Path folder) throws IOException {
    Ids ids = Ids.of("7", "-1", "007", "", "a,\"b\"", "用户", "🎧", "2147483648");
    assertRoundTrip(folder.resolve("strings.parquet"), random(ids, rank), false);
  }

  @Test
  void intIdsWrittenAsStringsAreIntsAgain(@TempDir Path folder) throws IOException {
    assertRoundTrip(folder.resolve("ints.parquet"), random(Ids.of(1, 2, 3), 4), false);
  }

  @Test
  void everyKindOfFiniteFloatComesBack(@TempDir Path folder) throws IOException {
    float[] factors = {0f, -0f, Float.MIN_VALUE, -Float.MAX_VALUE, Float.MIN_NORMAL, 1f / 3};
    assertRoundTrip(folder.resolve("odd.parquet"), new FactorBlock(Ids.of(1, 2), 3, factors), true);
  }

  @Test
  void manyRowsAreWrittenInSeveralRowGroupsAndComeBack(@TempDir Path folder) throws IOException {
    int[] ids = new int[80_000];
    Arrays.setAll(ids, i -> 3 * i - 50_000);
    Path file = folder.resolve("many.parquet");
    assertRoundTrip(file, random(Ids.of(ids), 64), true);
    try (ParquetFileReader reader = open(file)) {
      assertTrue(reader.getRowGroups().size() >= 2, "row groups " + reader.getRowGroups().size());
      assertEquals(80_000, reader.getRecordCount());
    }
  }

  @Test
  void rowsThatEndARowGroupExactlyComeBack(@TempDir Path folder) throws IOException {
    for (int count : new int[] {1, 99, 100, 101, 1000}) {
      int[] ids = new int[count];
      Arrays.setAll(ids, i -> i);
      assertRoundTrip(folder.resolve(count + ".parquet"), random(Ids.of(ids), 2), true);
    }
  }

  @Test
  void schemaIsThatOfSparkMllib(@TempDir Path folder) throws IOException {
    String features =
        """
          optional group features (LIST) {
            repeated group list {
              required float element;
            }
          }
        }
        """;
    Path ints = folder.resolve("ints.parquet");
    FactorsParquet.write(resource(ints), random(Ids.of(1), 2), true, 1);
    Path strings = folder.resolve("strings.parquet");
    FactorsParquet.write(resource(strings), random(Ids.of("a"), 2), false, 1);
    try (ParquetFileReader ofInts = open(ints);
        ParquetFileReader ofStrings = open(strings)) {
      assertEquals(
          "message spark_schema {\n  required int32 id;\n" + features,
          ofInts.getFileMetaData().getSchema().toString());
      assertEquals(
          "message spark_schema {\n  required binary id (STRING);\n" + features,
          ofStrings.getFileMetaData().getSchema().toString());
    }
  }

  private static ParquetFileReader open(Path file) throws IOException {
    return ParquetFileReader.open(
        HadoopInputFile.fromPath(
            new org.apache.hadoop.fs.Path(file.toUri()), new Configuration(false)));
  }

  @Test
  void damagedFileIsAnError(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("cut.parquet");
    FactorsParquet.write(resource(file), random(Ids.of(1, 2, 3), 4), true, 1);
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length += 7) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThrows(
          RunException.class,
          () -> {
            try (FactorReader reader = new FactorReader(file.toString())) {
              reader.read(4).next();
            }
          },
          "cut at " + length);
    }
  }
}
