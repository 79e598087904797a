package dev.beamals.files;

import dev.beamals.RunException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.MoveOptions.StandardMoveOptions;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a table of results. While it is written it has a file {@code _INCOMPLETE}, and when
 * it is complete a file {@code _SUCCESS}, as with Spark. A run that fails or is interrupted takes
 * its files away again; what a killed one left is replaced by the next.
 */
public final class ResultFolder implements AutoCloseable {
  private static final String INCOMPLETE = "_INCOMPLETE";
  private static final String SUCCESS = "_SUCCESS";

  /** The parameter and its value, for messages. */
  private final String place;

  private final String path;
  private final boolean created;
  private final CleanUp cleanUp;
  private boolean complete;

  private ResultFolder(String place, String path, boolean created) throws IOException {
    this.place = place;
    this.path = path;
    this.created = created;
    mark(INCOMPLETE);
    this.cleanUp = CleanUp.of(this::discard);
  }

  /**
   * Makes ready to write to {@code output}.
   *
   * @param parameter what messages call it, as in {@code output=table: holds a.csv}
   * @throws RunException if it is a file, holds files that are not those of a run that was killed,
   *     or cannot be made
   */
  public static ResultFolder create(String parameter, String output) {
    String place = parameter + "=" + output;
    String path = FolderFiles.target(parameter, output);
    try {
      List<String> files = FolderFiles.list(path);
      if (files.contains(INCOMPLETE) && !files.contains(SUCCESS)) {
        delete(path, files);
      } else if (!files.isEmpty()) {
        throw new RunException(
            String.format(
                "%s: holds %s; expected a new folder or an empty one", place, files.get(0)));
      }
      if (FolderFiles.isRemote(output)) {
        return new ResultFolder(place, path, true);
      }
      boolean created = !Files.exists(Path.of(path));
      Files.createDirectories(Path.of(path));
      return new ResultFolder(place, path, created);
    } catch (IOException e) {
      throw RunException.cannotWrite(place, e);
    }
  }

  /** A folder for what is only printed; workers on other machines need a shared tempLocation. */
  public static ResultFolder temporary(@Nullable String tempLocation) throws IOException {
    if (tempLocation != null) {
      String folder = FolderFiles.normalize("tempLocation", tempLocation);
      return create("tempLocation", folder + "als-" + UUID.randomUUID());
    }
    String folder = Files.createTempDirectory("als-") + "/";
    return new ResultFolder(folder, folder, true);
  }

  /** With its last slash. */
  public String path() {
    return path;
  }

  /** The files of the table. */
  public List<String> parts() throws IOException {
    return FolderFiles.list(path).stream()
        .filter(name -> name.startsWith("part-"))
        .map(name -> path + name)
        .toList();
  }

  /**
   * Takes what a step of the pipeline wrote by {@link ResultFile#write} out of the folder.
   *
   * @throws RunException if it is not there
   */
  public <T> T take(String name, Coder<T> coder) throws IOException {
    try {
      return ResultFile.take(path + name, coder);
    } catch (FileNotFoundException e) {
      throw new RunException(
          path
              + ": what the workers wrote is not there; expected a folder that the driver and all"
              + " workers share: as output, or as tempLocation for what is printed",
          e);
    }
  }

  /**
   * Writes a small file of text.
   *
   * @throws RunException if it cannot be written
   */
  public void write(String name, String text) {
    try (OutputStream out =
        Channels.newOutputStream(
            FileSystems.create(FileSystems.matchNewResource(path + name, false), "text/plain"))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw RunException.cannotWrite(path + name, e);
    }
  }

  /**
   * Marks the table as complete, when all of it would outlive a power cut.
   *
   * @throws RunException if it cannot be, or another run writes to it
   */
  public synchronized void complete() {
    try {
      markComplete();
    } catch (IOException e) {
      throw RunException.cannotWrite(place, e);
    }
  }

  private void markComplete() throws IOException {
    if (!FolderFiles.list(path).contains(INCOMPLETE)) { // whoever writes a part makes it again
      throw new IOException("its folder was deleted meanwhile");
    }
    boolean local = !FolderFiles.isRemote(path);
    if (local) {
      OutputLock.refuseOther(place, path, Storage.LOCAL);
      Storage.LOCAL.sync(path);
    }
    mark(SUCCESS);
    complete = true;
    delete(path, List.of(INCOMPLETE));
    if (local) {
      Storage.LOCAL.syncNames(path);
      Storage.LOCAL.syncNames(path + "..");
    }
  }

  private void mark(String name) throws IOException {
    FileSystems.create(FileSystems.matchNewResource(path + name, false), "text/plain").close();
  }

  private static void delete(String path, List<String> names) throws IOException {
    List<ResourceId> files = new ArrayList<>();
    for (String name : names) {
      files.add(FileSystems.matchNewResource(path + name, false));
    }
    FileSystems.delete(files, StandardMoveOptions.IGNORE_MISSING_FILES);
  }

  /** Deletes everything that is not complete. */
  @Override
  public void close() {
    cleanUp.close();
  }

  private synchronized void discard() {
    if (complete) {
      return;
    }
    CleanUp.delete(this::isDeleted); // what is left has no _SUCCESS
  }

  private boolean isDeleted() throws IOException {
    List<String> files = FolderFiles.list(path);
    delete(path, files.stream().filter(name -> !name.equals(INCOMPLETE)).toList());
    delete(path, List.of(INCOMPLETE)); // last: until then the folder is known as ours
    if (created && !FolderFiles.isRemote(path)) {
      Files.deleteIfExists(Path.of(path));
    }
    return FolderFiles.list(path).isEmpty();
  }
}
