package dev.beamals.pipelines;

import dev.beamals.RunException;
import dev.beamals.model.FolderFiles;
import dev.beamals.model.HadoopFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.MoveOptions.StandardMoveOptions;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a table of results. It is complete when it has a file {@code _SUCCESS}, as with
 * Spark; a run that fails takes its files away again.
 */
final class ResultFolder implements AutoCloseable {
  private final String path;
  private final boolean created;
  private boolean complete;

  private ResultFolder(String path, boolean created) {
    this.path = path;
    this.created = created;
  }

  /**
   * Makes ready to write to {@code output}.
   *
   * @throws RunException if it is a file, holds files, or cannot be made
   */
  static ResultFolder create(String flag, String output) {
    String path = FolderFiles.normalize(flag, output);
    try {
      List<String> files = FolderFiles.list(path);
      if (!files.isEmpty()) {
        throw new RunException(
            String.format(
                "%s=%s: holds %s; expected a new folder or an empty one",
                flag, output, files.get(0)));
      }
      if (HadoopFiles.isRemote(output)) {
        return new ResultFolder(path, true);
      }
      boolean created = !Files.exists(Path.of(path));
      Files.createDirectories(Path.of(path));
      return new ResultFolder(path, created);
    } catch (IOException e) {
      throw RunException.cannotWrite(flag + "=" + output, e);
    }
  }

  /** A folder for what is only printed; workers on other machines need a shared tempLocation. */
  static ResultFolder temporary(@Nullable String tempLocation) throws IOException {
    if (tempLocation != null) {
      String folder = FolderFiles.normalize("--tempLocation", tempLocation);
      return create("--tempLocation", folder + "als-" + UUID.randomUUID());
    }
    return new ResultFolder(Files.createTempDirectory("als-") + "/", true);
  }

  /** With its last slash. */
  String path() {
    return path;
  }

  /** The files of the table. */
  List<String> parts() throws IOException {
    return FolderFiles.list(path).stream()
        .filter(name -> name.startsWith("part-"))
        .map(name -> path + name)
        .toList();
  }

  /** Marks the table as complete. */
  void complete() throws IOException {
    FileSystems.create(FileSystems.matchNewResource(path + "_SUCCESS", false), "text/plain")
        .close();
    complete = true;
  }

  void delete(String name) throws IOException {
    delete(List.of(name));
  }

  private void delete(List<String> names) throws IOException {
    List<ResourceId> files = new ArrayList<>();
    for (String name : names) {
      files.add(FileSystems.matchNewResource(path + name, false));
    }
    FileSystems.delete(files, StandardMoveOptions.IGNORE_MISSING_FILES);
  }

  /** Deletes everything that is not complete. */
  @Override
  public synchronized void close() {
    if (complete) {
      return;
    }
    try {
      delete(FolderFiles.list(path));
      if (created && !HadoopFiles.isRemote(path)) {
        Files.deleteIfExists(Path.of(path));
      }
    } catch (IOException e) {
      // What is left has no _SUCCESS.
    }
  }
}
