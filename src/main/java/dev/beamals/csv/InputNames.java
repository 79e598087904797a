package dev.beamals.csv;

import dev.beamals.RunException;
import dev.beamals.files.FolderFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;

/**
 * The files that names mean: a file, a folder with all that is below it, a glob, {@code -} for the
 * standard input, or a pipe.
 *
 * <p>In folders and globs, what begins with {@code .} or {@code _} does not count, as with Spark.
 */
final class InputNames {
  private static final String STANDARD_INPUT = "-";

  /** What was read from streams, which can be read once, by their names. */
  private static final Map<String, Path> STREAMS = new HashMap<>();

  private InputNames() {}

  /**
   * Names that were split at commas, put together again where something exists that has the comma
   * in its name, or where it is in the braces of a glob.
   */
  static List<String> join(List<String> split) {
    List<String> names = new ArrayList<>();
    for (int from = 0, to; from < split.size(); from = to) {
      to = split.size();
      while (to > from + 1 && !isName(String.join(",", split.subList(from, to)))) {
        to--;
      }
      names.add(String.join(",", split.subList(from, to)));
    }
    return names;
  }

  private static boolean isName(String joined) {
    int depth = 0;
    boolean closed = true;
    for (int i = 0; i < joined.length(); i++) {
      char c = joined.charAt(i);
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      closed &= c != ',' || depth > 0;
    }
    if (closed) {
      return true;
    }
    try {
      return !FolderFiles.isRemote(joined) && Files.exists(FolderFiles.local(joined));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** Whether a file has what was read from a stream, and is on this machine alone. */
  static boolean isStream(String file) {
    synchronized (STREAMS) {
      return STREAMS.containsValue(Path.of(file));
    }
  }

  /**
   * The files that a name means, and their sizes.
   *
   * @param place what messages call it
   */
  static Map<String, Long> find(String place, String name) throws IOException {
    Map<String, Long> sizes = FolderFiles.isRemote(name) ? findRemote(name) : new HashMap<>();
    Path missing = null;
    if (!FolderFiles.isRemote(name)) {
      Path path;
      try {
        path = FolderFiles.local(name).toAbsolutePath().normalize();
      } catch (InvalidPathException e) {
        throw new RunException(Text.printable(place) + ": not a file name", e);
      }
      boolean stream = Files.exists(path) ? isPipe(path) : name.equals(STANDARD_INPUT);
      for (Path file : stream ? List.of(spool(name, path)) : LocalGlob.find(path)) {
        sizes.put(file.toString(), Files.size(file));
      }
      if (sizes.isEmpty() && Files.isDirectory(path)) {
        throw new RunException(place + ": a folder without files");
      }
      missing = LocalGlob.missingFolder(path);
    }
    if (sizes.isEmpty()) {
      boolean glob = LocalGlob.isGlob(name);
      throw new RunException(
          place
              + (glob ? ": no file matches" : ": no such file")
              + (glob && missing != null ? ", as there is no folder " + missing : ""));
    }
    return sizes;
  }

  private static boolean isPipe(Path path) {
    return !Files.isRegularFile(path) && !Files.isDirectory(path);
  }

  private static Map<String, Long> findRemote(String name) throws IOException {
    Map<String, Long> sizes = match(name);
    if (sizes.isEmpty() || (sizes.size() == 1 && sizes.containsValue(0L))) {
      Map<String, Long> below = match(name.replaceFirst("/*$", "/**"));
      sizes = below.isEmpty() ? sizes : below;
    }
    boolean several = sizes.size() > 1;
    String[] given = name.split("/");
    sizes.keySet().removeIf(file -> several && isHidden(file, given.length));
    return sizes;
  }

  /** Whether a part of a path behind those that were given does not count. */
  private static boolean isHidden(String file, int given) {
    String[] parts = file.split("/");
    for (int i = Math.min(given, parts.length) - 1; i < parts.length; i++) {
      if (LocalGlob.isHidden(parts[i])) {
        return true;
      }
    }
    return false;
  }

  private static Map<String, Long> match(String pattern) throws IOException {
    Map<String, Long> sizes = new HashMap<>();
    for (MatchResult.Metadata file :
        FileSystems.match(pattern, EmptyMatchTreatment.ALLOW).metadata()) {
      if (!file.resourceId().isDirectory()) {
        sizes.put(file.resourceId().toString(), file.sizeBytes());
      }
    }
    return sizes;
  }

  /** A file with all that comes from a stream: what it has is looked at more than once. */
  private static Path spool(String name, Path path) throws IOException {
    synchronized (STREAMS) {
      boolean standard = name.equals(STANDARD_INPUT);
      String key = standard ? name + System.identityHashCode(System.in) : path.toString();
      Path known = STREAMS.get(key);
      if (known != null && Files.exists(known)) {
        return known;
      }
      Path folder = Files.createTempDirectory("beam-als-input");
      Path file = folder.resolve(standard ? "standard-input" : path.getFileName().toString());
      folder.toFile().deleteOnExit();
      file.toFile().deleteOnExit();
      if (standard) {
        Files.copy(System.in, file, StandardCopyOption.REPLACE_EXISTING);
      } else {
        try (InputStream in = Files.newInputStream(path)) {
          Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
      }
      STREAMS.put(key, file);
      return file;
    }
  }
}
