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

  private static final List<float[]> MESSAGES = List.of(new float[] {1, 2}, new float[0]);
  private static final FactorBlock WHOLE =
      new FactorBlock(Ids.of("1", "2", "b"), 1, new float[] {4, 5, 6});

  @Test
  void everyMessageCanBeReadAloneAlsoAfterItsNameHasTravelled() throws Exception {
    FactorFile file = FactorFile.write(folder + "/block-", MESSAGES, WHOLE);
    FactorFile travelled =
        CoderUtils.decodeFromByteArray(
            CoderRegistry.createDefault().getCoder(FactorFile.class),
            CoderUtils.encodeToByteArray(FactorFile.Coder.of(), file));
    for (FactorFile one : List.of(file, travelled)) {
      assertEquals(WHOLE.ids(), one.readWhole().ids());
      assertArrayEquals(WHOLE.factors(), one.readWhole().factors());
      assertArrayEquals(MESSAGES.get(1), one.read(1));
      assertArrayEquals(MESSAGES.get(0), one.read(0));
    }
  }

  @Test
  void whatIsWrittenTwiceIsTwoFiles() throws IOException {
    FactorFile.write(folder + "/block-", MESSAGES, WHOLE);
    FactorFile.write(folder + "/block-", MESSAGES, WHOLE);
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(2, files.count());
    }
  }

  @Test
  void aFileThatIsGoneIsNamed() throws IOException {
    FactorFile file = FactorFile.write(folder + "/block-", MESSAGES, WHOLE);
    try (Stream<Path> files = Files.list(folder)) {
      Files.delete(files.toList().get(0));
    }
    RunException e = assertThrows(RunException.class, file::readWhole);
    assertTrue(String.valueOf(e.getMessage()).contains("block-"), e.getMessage());
  }
}
