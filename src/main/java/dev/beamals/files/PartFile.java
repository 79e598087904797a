package dev.beamals.files;

import java.io.IOException;
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

  /** Gives it its name, when it is written. */
  public void moveIntoPlace() throws IOException {
    FileSystems.rename(
        List.of(FileSystems.matchNewResource(temporary, false)),
        List.of(FileSystems.matchNewResource(file, false)),
        StandardMoveOptions.IGNORE_MISSING_FILES);
  }
}
