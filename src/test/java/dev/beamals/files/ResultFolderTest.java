package dev.beamals.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ResultFolderTest {
  @TempDir Path parent;

  private ResultFolder create() {
    return ResultFolder.create("output", parent.resolve("table").toString());
  }

  private List<String> files() throws IOException {
    return Storage.LOCAL.list(parent.resolve("table").toString());
  }

  private static void write(ResultFolder folder, String name) throws IOException {
    Files.writeString(Path.of(folder.path() + name), "x");
  }

  @Test
  void completeTableStays() throws IOException {
    try (ResultFolder folder = create()) {
      write(folder, "part-00001.csv");
      write(folder, "part-00000.csv");
      Files.write(Path.of(folder.path() + "counts.bin"), new byte[] {5});
      assertEquals(5, folder.take("counts.bin", VarIntCoder.of()));
      assertEquals(List.of("_INCOMPLETE", "part-00000.csv", "part-00001.csv"), files());
      assertEquals(
          List.of(folder.path() + "part-00000.csv", folder.path() + "part-00001.csv"),
          folder.parts());
      folder.complete();
    }
    assertEquals(List.of("_SUCCESS", "part-00000.csv", "part-00001.csv"), files());
    RunException second = assertThrows(RunException.class, this::create);
    assertEquals(
        "output="
            + parent.resolve("table")
            + ": holds _SUCCESS; expected a new folder or an empty one",
        second.getMessage());
  }

  @Test
  void tableThatIsNotCompleteGoesWithItsFolder() throws IOException {
    try (ResultFolder folder = create()) {
      write(folder, "part-00000.csv");
    }
    assertFalse(Files.exists(parent.resolve("table")));
  }

  /** As one of a worker that has not ended yet: a folder with a new file cannot be deleted. */
  @Test
  void folderGoesWhereAThreadStillWritesToIt() throws Exception {
    for (int round = 0; round < 5; round++) {
      ResultFolder folder = create();
      AtomicInteger written = new AtomicInteger();
      Thread writer =
          new Thread(
              () -> {
                long end = System.nanoTime() + 50_000_000;
                try {
                  while (System.nanoTime() < end) {
                    write(folder, "part-" + written.incrementAndGet());
                  }
                } catch (IOException e) {
                  // The folder is gone.
                }
              });
      writer.start();
      while (written.get() == 0) {
        Thread.onSpinWait();
      }
      folder.close();
      writer.join();
      assertFalse(Files.exists(parent.resolve("table")), "round " + round);
    }
  }

  @Test
  void folderThatWasThereBeforeStays() throws IOException {
    Files.createDirectory(parent.resolve("table"));
    try (ResultFolder folder = create()) {
      write(folder, "part-00000.csv");
    }
    assertEquals(List.of(), files());
    assertTrue(Files.exists(parent.resolve("table")));
  }

  @Test
  void whatAKilledRunLeftIsReplaced() throws IOException {
    ResultFolder killed = create();
    write(killed, "part-00009.csv");
    try (ResultFolder folder = create()) {
      assertEquals(List.of("_INCOMPLETE"), files());
      write(folder, "part-00000.csv");
      folder.complete();
    }
    assertEquals(List.of("_SUCCESS", "part-00000.csv"), files());
  }

  /** What is written later makes the folder again, without what was there. */
  @Test
  void folderThatWasDeletedMeanwhileIsNotComplete() throws IOException {
    try (ResultFolder folder = create()) {
      write(folder, "part-00000.csv");
      Storage.LOCAL.delete(folder.path());
      Files.createDirectory(Path.of(folder.path()));
      write(folder, "part-00001.csv");
      RunException e = assertThrows(RunException.class, folder::complete);
      assertEquals(
          "output="
              + parent.resolve("table")
              + ": cannot be written: its folder was deleted meanwhile",
          e.getMessage());
    }
    assertFalse(Files.exists(parent.resolve("table")));
  }

  @Test
  void temporaryFolderGoes() throws IOException {
    Path folder;
    try (ResultFolder temporary = ResultFolder.temporary(null)) {
      write(temporary, "part-00000.csv");
      folder = Path.of(temporary.path());
      assertTrue(Files.isDirectory(folder));
    }
    assertFalse(Files.exists(folder));
    try (ResultFolder temporary = ResultFolder.temporary(parent.resolve("temp").toString())) {
      folder = Path.of(temporary.path());
      assertEquals(parent.resolve("temp"), folder.getParent());
    }
    assertFalse(Files.exists(folder));
  }

  @Test
  void resultThatIsNotThereIsSaidToBeElsewhere() throws IOException {
    try (ResultFolder folder = create()) {
      RunException e =
          assertThrows(RunException.class, () -> folder.take("none.bin", VarIntCoder.of()));
      assertTrue(
          String.valueOf(e.getMessage())
              .startsWith(folder.path() + ": what the workers wrote is not there"));
    }
  }
}
