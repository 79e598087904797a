package dev.beamals.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StorageTest {
  @TempDir Path folder;

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
