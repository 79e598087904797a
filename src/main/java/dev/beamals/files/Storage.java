package dev.beamals.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What the replacing of a model asks of the file system it is on, beyond what Beam offers: folders
 * that are made, listed, moved as one and deleted. Paths are strings, those of {@link
 * org.apache.beam.sdk.io.FileSystems}.
 */
public interface Storage {
  /** The local disk. */
  Storage LOCAL = new Local();

  /** The file system of {@code path}, which names it by its scheme. */
  static Storage hadoop(String path, Configuration configuration) throws IOException {
    return new Hadoop(new Path(path).getFileSystem(configuration));
  }

  boolean exists(String path) throws IOException;

  boolean isFolder(String path) throws IOException;

  /** The names of what is in a folder, sorted; none where there is no folder. */
  List<String> list(String folder) throws IOException;

  /** Makes a folder and those above it. */
  void makeFolder(String folder) throws IOException;

  /**
   * Gives a folder another name, in one step that no reader sees the middle of.
   *
   * @param to does not exist
   */
  void move(String from, String to) throws IOException;

  /** Deletes a file or a folder with all that is in it; nothing where there is none. */
  void delete(String path) throws IOException;

  byte[] read(String file) throws IOException;

  void write(String file, byte[] bytes) throws IOException;

  /** By {@code java.nio}. */
  final class Local implements Storage {
    private Local() {}

    private static java.nio.file.Path path(String path) {
      return java.nio.file.Path.of(path);
    }

    @Override
    public boolean exists(String path) {
      return Files.exists(path(path));
    }

    @Override
    public boolean isFolder(String path) {
      return Files.isDirectory(path(path));
    }

    @Override
    public List<String> list(String folder) throws IOException {
      List<String> names = new ArrayList<>();
      if (isFolder(folder)) {
        try (DirectoryStream<java.nio.file.Path> entries = Files.newDirectoryStream(path(folder))) {
          entries.forEach(entry -> names.add(entry.getFileName().toString()));
        }
      }
      names.sort(Comparator.naturalOrder());
      return names;
    }

    @Override
    public void makeFolder(String folder) throws IOException {
      Files.createDirectories(path(folder));
    }

    @Override
    public void move(String from, String to) throws IOException {
      Files.move(path(from), path(to));
    }

    @Override
    public void delete(String path) throws IOException {
      if (!exists(path)) {
        return;
      }
      List<java.nio.file.Path> deepestFirst;
      try (Stream<java.nio.file.Path> tree = Files.walk(path(path))) {
        deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
      }
      for (java.nio.file.Path entry : deepestFirst) {
        Files.deleteIfExists(entry);
      }
    }

    @Override
    public byte[] read(String file) throws IOException {
      return Files.readAllBytes(path(file));
    }

    @Override
    public void write(String file, byte[] bytes) throws IOException {
      Files.write(path(file), bytes);
    }
  }

  /** By Hadoop; what is said of {@link #move} holds on HDFS, not on an object store. */
  final class Hadoop implements Storage {
    private final FileSystem fileSystem;

    private Hadoop(FileSystem fileSystem) {
      this.fileSystem = fileSystem;
    }

    @Override
    public boolean exists(String path) throws IOException {
      return fileSystem.exists(new Path(path));
    }

    @Override
    public boolean isFolder(String path) throws IOException {
      return exists(path) && fileSystem.getFileStatus(new Path(path)).isDirectory();
    }

    @Override
    public List<String> list(String folder) throws IOException {
      List<String> names = new ArrayList<>();
      try {
        for (FileStatus entry : fileSystem.listStatus(new Path(folder))) {
          names.add(entry.getPath().getName());
        }
      } catch (FileNotFoundException e) {
        return names;
      }
      names.sort(Comparator.naturalOrder());
      return names;
    }

    @Override
    public void makeFolder(String folder) throws IOException {
      check(fileSystem.mkdirs(new Path(folder)), "made", folder);
    }

    @Override
    public void move(String from, String to) throws IOException {
      // Where there is a folder of that name, Hadoop would move into it.
      check(!exists(to) && fileSystem.rename(new Path(from), new Path(to)), "moved to " + to, from);
    }

    @Override
    public void delete(String path) throws IOException {
      // False says that there is none.
      fileSystem.delete(new Path(path), true);
    }

    @Override
    public byte[] read(String file) throws IOException {
      try (InputStream in = fileSystem.open(new Path(file))) {
        return in.readAllBytes();
      }
    }

    @Override
    public void write(String file, byte[] bytes) throws IOException {
      try (OutputStream out = fileSystem.create(new Path(file), true)) {
        out.write(bytes);
      }
    }

    private static void check(boolean done, String what, String path) throws IOException {
      if (!done) {
        throw new IOException(path + " cannot be " + what);
      }
    }
  }
}
