package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that a worker wrote to a disk of its own is missed. */
final class MissingFactorsTest {
  @TempDir Path folder;

  @Test
  void missingFilesAreMissed() throws IOException {
    String first = part(0);
    String second = part(1);
    assertEquals(true, complete(List.of(first, second)));
    assertEquals(false, complete(List.of(second)));
    assertEquals(false, complete(List.of()));
  }

  private String part(int number) throws IOException {
    String file = folder.resolve("part-" + number).toString();
    FactorsParquet.write(
        FileSystems.matchNewResource(file, false),
        new FactorBlock(Ids.of(number), 1, new float[1]),
        true,
        2);
    return file;
  }

  private static boolean complete(List<String> files) {
    FactorsDigest digest = new FactorsDigest();
    digest.add(Side.USER, files, 1);
    return digest.complete();
  }
}
