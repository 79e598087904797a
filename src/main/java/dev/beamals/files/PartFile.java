package dev.beamals.files;

import dev.beamals.RunException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.UUID;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.MoveOptions.StandardMoveOptions;

/**
 * A file of a folder that a worker writes: under a name of its own, and when it is complete it
 * takes its place, over one of an earlier attempt. So a worker that is killed, or does the work of
 * another again, leaves no half file where readers look.
 */
public final class PartFile {
  private final String file;
  private final String temporary;

  private PartFile(String file, String temporary) {
    this.file = file;
    this.temporary = temporary;
  }

  /**
   * @param folder with its last slash
   * @param name what the file is called in the end
   */
  public static PartFile of(String folder, String name) {
    return new PartFile(folder + name, folder + "." + name + "-" + UUID.randomUUID());
  }

  /** Where it is to be written. */
  public String temporary() {
    return temporary;
  }

  /** What writes a file. */
  public interface Writing<T> {
    T write(String file) throws IOException;
  }

  /**
   * Has the file written, and gives it its name. What was written of it is deleted where that
   * fails.
   *
   * @param writing is told where to write; what it gives is the result
   * @throws RunException naming the file if it cannot be written
   */
  public <T> T write(Writing<T> writing) {
    try {
      T result = writing.write(temporary);
      moveIntoPlace();
      return result;
    } catch (IOException e) {
      delete();
      throw RunException.cannotWrite(file, e);
    } catch (UncheckedIOException e) { // of those who write CSV
      delete();
      throw RunException.cannotWrite(file, e);
    }
  }

  private void delete() {
    try {
      FileSystems.delete(
          List.of(FileSystems.matchNewResource(temporary, false)),
          StandardMoveOptions.IGNORE_MISSING_FILES);
    } catch (IOException e) {
      // It goes with its folder.
    }
  }

  /** Gives it its name, when it is written. */
  public void moveIntoPlace() throws IOException {
    FileSystems.rename(
        List.of(FileSystems.matchNewResource(temporary, false)),
        List.of(FileSystems.matchNewResource(file, false)),
        StandardMoveOptions.IGNORE_MISSING_FILES);
  }
}
