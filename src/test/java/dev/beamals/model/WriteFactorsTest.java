package dev.beamals.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.Iterators;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(TestPipelineExtension.class)
final class WriteFactorsTest {
  private static final int BLOCKS = 4;

  /** The ids in blocks, each with the factor of its place among the ids. */
  private static Map<Integer, FactorBlock> blocks(String... ids) {
    Map<Integer, FactorBlock> blocks = new TreeMap<>();
    for (int b = 0; b < BLOCKS; b++) {
      List<String> some = new ArrayList<>();
      for (String id : ids) {
        if (Ids.of(id).block(0, BLOCKS) == b) {
          some.add(id);
        }
      }
      if (!some.isEmpty()) {
        Ids set = Ids.of(some.toArray(new String[0]));
        float[] factors = new float[set.size()];
        for (int i = 0; i < factors.length; i++) {
          factors[i] = 10 * b + i;
        }
        blocks.put(b, new FactorBlock(set, 1, factors));
      }
    }
    return blocks;
  }

  private static Path write(
      TestPipeline pipeline, Path model, Side side, Map<Integer, FactorBlock> blocks)
      throws IOException {
    Path folder = Files.createDirectories(model.resolve(WriteFactors.folder(side)));
    pipeline
        .apply(Create.of(blocks.values()).withCoder(FactorBlock.Coder.of()))
        .apply(WriteFactors.to(side, model + "/", BLOCKS));
    pipeline.run().waitUntilFinish();
    return folder;
  }

  private static void assertWritten(Path folder, Map<Integer, FactorBlock> blocks)
      throws IOException {
    List<String> names = blocks.keySet().stream().map("part-%05d.parquet"::formatted).toList();
    try (Stream<Path> entries = Files.list(folder)) {
      assertEquals(
          names, entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList());
    }
    for (FactorBlock block : blocks.values()) {
      String name = "part-%05d.parquet".formatted(block.ids().block(0, BLOCKS));
      try (FactorReader reader = new FactorReader(folder.resolve(name).toString())) {
        assertEquals(blocks.size(), reader.parts());
        FactorBlock read = Iterators.getOnlyElement(reader.read(1));
        assertEquals(block.ids(), read.ids());
        assertArrayEquals(block.factors(), read.factors());
      }
    }
  }

  private static String typeOfIds(Path file) throws IOException {
    try (ParquetFileReader reader =
        ParquetFileReader.open(
            HadoopInputFile.fromPath(
                new org.apache.hadoop.fs.Path(file.toUri()), new Configuration(false)))) {
      return reader.getFileMetaData().getSchema().getType("id").toString();
    }
  }

  @Test
  void oneIdThatIsNotAnIntMakesAllIdsOfTheSideStrings(TestPipeline pipeline, @TempDir Path model)
      throws IOException {
    Map<Integer, FactorBlock> blocks = blocks("1", "2", "3", "4", "5", "6", "7", "x");
    Path folder = write(pipeline, model, Side.USER, blocks);
    assertWritten(folder, blocks);
    for (int b : blocks.keySet()) {
      assertEquals(
          "required binary id (STRING)",
          typeOfIds(folder.resolve("part-%05d.parquet".formatted(b))));
    }
  }

  @Test
  void blockIsAFileNamedByItsNumber(TestPipeline pipeline, @TempDir Path model) throws IOException {
    Map<Integer, FactorBlock> blocks = blocks("1", "2", "3", "4", "5", "6", "7", "-8");
    assertEquals(BLOCKS, blocks.size());
    Path folder = write(pipeline, model, Side.USER, blocks);
    assertWritten(folder, blocks);
    assertEquals("required int32 id", typeOfIds(folder.resolve("part-00000.parquet")));
  }

  @Test
  void blockWithoutFactorsHasNoFile(TestPipeline pipeline, @TempDir Path model) throws IOException {
    Map<Integer, FactorBlock> blocks = blocks("only");
    assertWritten(write(pipeline, model, Side.ITEM, blocks), blocks);
  }

  @Test
  void fileOfABundleThatWasRunBeforeIsReplaced(TestPipeline pipeline, @TempDir Path model)
      throws IOException {
    Map<Integer, FactorBlock> blocks = blocks("1", "2", "3", "4", "5", "6", "7", "8");
    Path folder = Files.createDirectories(model.resolve("userFactors"));
    Files.writeString(folder.resolve("part-00000.parquet"), "an attempt that failed later");
    assertWritten(write(pipeline, model, Side.USER, blocks), blocks);
  }

  /** Written in place, the file would be cut short under who reads it. */
  @Test
  void readerOfAFileThatIsReplacedSeesItToTheEnd(TestPipeline pipeline, @TempDir Path model)
      throws IOException {
    Map<Integer, FactorBlock> blocks = blocks("1", "2", "3", "4", "5", "6", "7", "8");
    Path folder = Files.createDirectories(model.resolve("userFactors"));
    Path file = Files.writeString(folder.resolve("part-00000.parquet"), "an earlier attempt");
    try (InputStream reader = Files.newInputStream(file)) {
      write(pipeline, model, Side.USER, blocks);
      assertEquals("an earlier attempt", new String(reader.readAllBytes(), UTF_8));
    }
    assertWritten(folder, blocks);
  }
}
