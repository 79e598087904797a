package dev.beamals.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;

/** By Hadoop; what is said of {@link #move} holds on HDFS, not on an object store. */
final class HadoopStorage implements Storage {
  private final FileSystem fileSystem;

  HadoopStorage(FileSystem fileSystem) {
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
    write(fileSystem.create(new Path(file), true), bytes);
  }

  @Override
  public void create(String file, byte[] bytes) throws IOException {
    FSDataOutputStream out;
    try {
      out = fileSystem.create(new Path(file), false);
    } catch (IOException e) {
      if (exists(file)) {
        throw new FileAlreadyExistsException(file);
      }
      throw e;
    }
    write(out, bytes);
  }

  private static void write(FSDataOutputStream file, byte[] bytes) throws IOException {
    try (file) {
      file.write(bytes);
      if (file.hasCapability(StreamCapabilities.HSYNC)) {
        file.hsync();
      }
    }
  }

  @Override
  public void sync(String path) {}

  @Override
  public void syncNames(String folder) {}

  private static void check(boolean done, String what, String path) throws IOException {
    if (!done) {
      throw new IOException(path + " cannot be " + what);
    }
  }
}
