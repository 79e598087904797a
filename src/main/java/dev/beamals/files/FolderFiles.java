package dev.beamals.files;

import dev.beamals.RunException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;

/** The plain files of a folder on any Beam file system. */
public final class FolderFiles {
  private static final int MAX_TEXT = 16 << 20;

  private FolderFiles() {}

  /**
   * {@code folder} as it is used everywhere: absolute if local, with its last slash.
   *
   * @throws RunException if it is not a folder name
   */
  public static String normalize(String flag, String folder) {
    if (HadoopFiles.isRemote(folder)) {
      return folder.endsWith("/") ? folder : folder + "/";
    }
    try {
      return local(folder).toAbsolutePath().normalize() + "/";
    } catch (InvalidPathException e) {
      throw new RunException(flag + "=" + folder + ": not a folder name", e);
    }
  }

  private static Path local(String path) {
    return Path.of(path.replaceFirst("^file://", ""));
  }

  /** Whether the folder is there; on file systems without folders, whether it holds a file. */
  public static boolean exists(String folder) throws IOException {
    return HadoopFiles.isRemote(folder)
        ? !list(folder).isEmpty()
        : Files.isDirectory(local(folder));
  }

  /**
   * The names of the files in a folder, sorted; none if it is not there. Sub-folders are left out.
   *
   * @param folder with its last slash
   */
  public static List<String> list(String folder) throws IOException {
    List<String> names = new ArrayList<>();
    if (HadoopFiles.isRemote(folder)) {
      for (MatchResult.Metadata file :
          FileSystems.match(folder + "*", EmptyMatchTreatment.ALLOW).metadata()) {
        String name = file.resourceId().getFilename();
        if (name != null && !file.resourceId().isDirectory()) {
          names.add(name);
        }
      }
    } else if (Files.isDirectory(local(folder))) {
      // Beam's local file system walks the parent folder, however deep, for any pattern.
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(local(folder))) {
        for (Path entry : entries) {
          if (Files.isRegularFile(entry)) {
            names.add(entry.getFileName().toString());
          }
        }
      }
    }
    Collections.sort(names);
    return names;
  }

  /** The text of a small file. */
  public static String readText(String file) throws IOException {
    try (InputStream in =
        Channels.newInputStream(FileSystems.open(FileSystems.matchNewResource(file, false)))) {
      byte[] bytes = in.readNBytes(MAX_TEXT + 1);
      if (bytes.length > MAX_TEXT) {
        throw new IOException("larger than 16 MiB");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
