package dev.beamals.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StorageTest {
  @TempDir Path folder;

  /** The JVM's own recorder tells what was forced to the disk. */
  @Test
  void localDiskForcesEveryFileAndThenItsFolder() throws IOException {
    Path inner = Files.createDirectories(folder.resolve("model/userFactors"));
    Path part = Files.writeString(inner.resolve("part"), "x");
    Path manifest = Files.writeString(folder.resolve("model/manifest.json"), "{}");
    List<String> forced = forced(() -> Storage.LOCAL.sync(folder.resolve("model").toString()));
    assertEquals(
        Set.of(part.toString(), inner.toString(), manifest.toString(), folder + "/model"),
        Set.copyOf(forced));
    assertTrue(forced.indexOf(part.toString()) < forced.indexOf(inner.toString()));
    assertEquals(folder + "/model", forced.get(3));
    assertEquals(
        List.of(folder + "/model"),
        forced(() -> Storage.LOCAL.syncNames(folder.resolve("model").toString())));
  }

  @Test
  void completeTableIsOnTheDisk() throws IOException {
    ResultFolder table = ResultFolder.create("output", folder.resolve("table").toString());
    Path part = Files.writeString(Path.of(table.path()).resolve("part-00000.csv"), "x");
    List<String> forced = forced(table::complete);
    assertTrue(forced.contains(part.toString()), forced::toString);
    assertEquals(2, forced.stream().filter((folder + "/table")::equals).count(), "and _SUCCESS");
    assertEquals(folder + "/table/..", forced.get(forced.size() - 1));
    table.close();
  }

  private interface Writing {
    void run() throws IOException;
  }

  private List<String> forced(Writing writing) throws IOException {
    Path file = Files.createTempFile(folder, "forced", ".jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.FileForce").withThreshold(Duration.ZERO);
      recording.start();
      writing.run();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file).stream()
        .sorted(Comparator.comparing(RecordedEvent::getStartTime))
        .map(event -> event.getString("path"))
        .toList();
  }

  /** Hadoop's own view of the local disk stands for HDFS, which scripts/hdfs starts. */
  @Test
  void bothStoragesBehaveAlike() throws IOException {
    for (Storage storage :
        List.of(Storage.LOCAL, new HadoopStorage(FileSystem.getLocal(new Configuration(false))))) {
      String root = folder.resolve(storage.getClass().getSimpleName()).toString();
      storage.makeFolder(root + "/a/b");
      storage.makeFolder(root + "/a/b");
      byte[] bytes = "text".getBytes(StandardCharsets.UTF_8);
      storage.write(root + "/a/b/file", new byte[] {1, 2, 3, 4, 5});
      storage.write(root + "/a/b/file", bytes);
      assertArrayEquals(bytes, storage.read(root + "/a/b/file"));
      assertThrows(
          FileAlreadyExistsException.class, () -> storage.create(root + "/a/b/file", new byte[2]));
      assertArrayEquals(bytes, storage.read(root + "/a/b/file"));
      storage.create(root + "/a/b/second", bytes);
      assertArrayEquals(bytes, storage.read(root + "/a/b/second"));
      storage.sync(root + "/a");
      storage.syncNames(root);
      assertEquals(
          List.of("file", "second"),
          storage.list(root + "/a/b").stream().filter(name -> !name.startsWith(".")).toList());
      assertEquals(List.of("b"), storage.list(root + "/a"));
      assertEquals(List.of(), storage.list(root + "/none"));
      assertEquals(true, storage.isFolder(root + "/a/b"));
      assertEquals(false, storage.isFolder(root + "/a/b/file"));
      assertEquals(false, storage.isFolder(root + "/none"));
      storage.move(root + "/a", root + "/c");
      assertEquals(false, storage.exists(root + "/a"));
      assertArrayEquals(bytes, storage.read(root + "/c/b/file"));
      storage.makeFolder(root + "/d/inside");
      assertThrows(IOException.class, () -> storage.move(root + "/c", root + "/d"));
      assertThrows(IOException.class, () -> storage.move(root + "/none", root + "/e"));
      assertEquals(true, storage.exists(root + "/c/b/file"));
      storage.delete(root + "/c");
      storage.delete(root + "/c");
      assertEquals(List.of("d"), storage.list(root));
    }
  }
}
