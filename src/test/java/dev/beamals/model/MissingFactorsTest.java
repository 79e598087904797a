package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that a worker wrote to a disk of its own is missed. */
final class MissingFactorsTest {
  @TempDir Path folder;

  @Test
  void missingFilesAreMissed() throws IOException {
    ResourceId first = part(0);
    ResourceId second = part(1);
    assertEquals(true, complete(List.of(first, second)));
    assertEquals(false, complete(List.of(second)));
    assertEquals(false, complete(List.of()));
  }

  private ResourceId part(int number) throws IOException {
    ResourceId file =
        FileSystems.matchNewResource(folder.resolve("part-" + number).toString(), false);
    FactorsParquet.write(file, new FactorBlock(Ids.of(number), 1, new float[1]), true, 2);
    return file;
  }

  private static boolean complete(List<ResourceId> files) throws IOException {
    FactorsDigest digest = new FactorsDigest();
    digest.add(Side.USER, files);
    return digest.complete();
  }
}
