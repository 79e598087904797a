package dev.beamals.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
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
   * Gives a file or folder another name, in one step that no reader sees the middle of.
   *
   * @param to does not exist
   */
  void move(String from, String to) throws IOException;

  /** Deletes a file or a folder with all that is in it; nothing where there is none. */
  void delete(String path) throws IOException;

  byte[] read(String file) throws IOException;

  /** Writes a file, over one that is there: on a local disk in one step, as by {@link #move}. */
  void write(String file, byte[] bytes) throws IOException;

  /**
   * Writes a file that is not there: of several that try at once, one does. So it is on a local
   * disk and on HDFS. An object store may look first and write later, and keep the last.
   *
   * @throws FileAlreadyExistsException if there is one of that name
   */
  void create(String file, byte[] bytes) throws IOException;

  /**
   * Returns when a file, or a folder and all that is in it, would outlive a power cut, where the
   * file system can say so: a local disk can. HDFS has what {@link #write} wrote on disk when that
   * returns, and other files on several machines. An object store has what it has confirmed.
   */
  void sync(String path) throws IOException;

  /** The same for the names of what is in a folder alone, as after a move. */
  void syncNames(String folder) throws IOException;

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
        } catch (DirectoryIteratorException e) {
          throw e.getCause();
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
      for (Path entry : deepestFirst(path(path))) {
        Files.deleteIfExists(entry);
      }
    }

    @Override
    public byte[] read(String file) throws IOException {
      return Files.readAllBytes(path(file));
    }

    @Override
    public void write(String file, byte[] bytes) throws IOException {
      Path to = path(file);
      if (Files.exists(to) && !Files.isRegularFile(to, LinkOption.NOFOLLOW_LINKS)) {
        Files.write(to, bytes); // through a link, or to a device
        return;
      }
      Path written = to.resolveSibling("." + to.getFileName() + "-" + UUID.randomUUID());
      try {
        Files.write(written, bytes);
        force(written);
        Files.move(written, to, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        Files.deleteIfExists(written);
        throw e;
      }
    }

    @Override
    public void create(String file, byte[] bytes) throws IOException {
      Path created = Files.createFile(path(file));
      try {
        Files.write(created, bytes);
      } catch (IOException e) {
        Files.deleteIfExists(created);
        throw e;
      }
    }

    @Override
    public void sync(String path) throws IOException {
      for (Path entry : deepestFirst(path(path))) {
        if (Files.isRegularFile(entry)) {
          force(entry);
        } else {
          syncNames(entry.toString());
        }
      }
    }

    @Override
    public void syncNames(String folder) {
      try {
        force(path(folder));
      } catch (IOException e) {
        // Not every file system can.
      }
    }

    /** A channel for reading does: what is written to disk is the file's, whoever wrote it. */
    private static void force(Path path) throws IOException {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }

    private static List<Path> deepestFirst(Path path) throws IOException {
      try (Stream<Path> tree = Files.walk(path)) {
        return tree.sorted(Comparator.reverseOrder()).toList();
      } catch (UncheckedIOException e) {
        throw e.getCause(); // as of a file that was deleted meanwhile
      }
    }
  }
}
