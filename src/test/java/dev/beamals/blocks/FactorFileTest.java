package dev.beamals.blocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import dev.beamals.ids.Ids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FactorFileTest {
  @TempDir Path folder;

  private static final List<FactorBlock> BLOCKS =
      List.of(
          new FactorBlock(Ids.of("1", "2"), 1, new float[] {1, 2}),
          new FactorBlock(Ids.of("b"), 1, new float[] {3}),
          new FactorBlock(Ids.of("1", "2", "b"), 1, new float[] {4, 5, 6}));

  private static void assertBlock(FactorBlock expected, FactorBlock actual) {
    assertEquals(expected.ids(), actual.ids());
    assertArrayEquals(expected.factors(), actual.factors());
  }

  @Test
  void everyBlockCanBeReadAloneAlsoAfterItsNameHasTravelled() throws Exception {
    FactorFile file = FactorFile.write(folder + "/block-", BLOCKS);
    FactorFile travelled =
        CoderUtils.decodeFromByteArray(
            CoderRegistry.createDefault().getCoder(FactorFile.class),
            CoderUtils.encodeToByteArray(FactorFile.Coder.of(), file));
    for (FactorFile one : List.of(file, travelled)) {
      assertBlock(BLOCKS.get(2), one.readWhole());
      assertBlock(BLOCKS.get(1), one.read(1));
      assertBlock(BLOCKS.get(0), one.read(0));
    }
  }

  @Test
  void whatIsWrittenTwiceIsTwoFiles() throws IOException {
    FactorFile.write(folder + "/block-", BLOCKS);
    FactorFile.write(folder + "/block-", BLOCKS);
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(2, files.count());
    }
  }

  @Test
  void aFileThatIsGoneIsNamed() throws IOException {
    FactorFile file = FactorFile.write(folder + "/block-", BLOCKS);
    try (Stream<Path> files = Files.list(folder)) {
      Files.delete(files.toList().get(0));
    }
    RunException e = assertThrows(RunException.class, file::readWhole);
    assertTrue(String.valueOf(e.getMessage()).contains("block-"), e.getMessage());
  }
}
