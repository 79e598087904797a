package dev.beamals.files;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * What the replacing of a model asks of the file system it is on, beyond what Beam offers: folders
 * that are made, listed, moved as one and deleted. Paths are strings, those of {@link
 * org.apache.beam.sdk.io.FileSystems}.
 */
public interface Storage {
  /** The local disk. */
  Storage LOCAL = new Local();

  /**
   * The storage that a path is on: the local disk, or what Hadoop finds by its scheme.
   *
   * @param options say how Hadoop reaches it
   */
  static Storage of(String path, PipelineOptions options) throws IOException {
    return FolderFiles.isRemote(path) ? HadoopFiles.storage(path, options) : LOCAL;
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

    private static Path path(String path) {
      return Path.of(path);
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
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path(folder))) {
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
      List<Path> deepestFirst;
      try (Stream<Path> tree = Files.walk(path(path))) {
        deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path entry : deepestFirst) {
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
}
