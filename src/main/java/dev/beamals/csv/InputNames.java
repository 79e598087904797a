package dev.beamals.csv;

import dev.beamals.RunException;
import dev.beamals.files.FolderFiles;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private static final String ANY_FOLDERS = "**";

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

  /**
   * The files that a name means on another file system, by the rules of {@link LocalGlob}.
   *
   * <p>What {@code **} finds there differs: Hadoop's leaves out what is in the folder itself, and
   * what {@code folder/**}{@code /*.csv} has more than a folder below. So all files are listed from
   * there on, and those taken that match.
   */
  private static Map<String, Long> findRemote(String name) throws IOException {
    String pattern = name.replaceFirst("/*$", "");
    int start = pattern.indexOf(ANY_FOLDERS);
    Map<String, Long> sizes = new HashMap<>();
    if (start < 0) {
      for (Map.Entry<String, Long> entry : match(pattern).entrySet()) {
        boolean folder = entry.getValue() == 0; // or an empty file
        Map<String, Long> below = folder ? findBelow(entry.getKey()) : Map.of();
        sizes.putAll(below.isEmpty() ? Map.ofEntries(entry) : below);
      }
    }
    if (sizes.isEmpty()) { // object stores have no folders that could be matched
      sizes =
          findBelow(start < 0 ? pattern : pattern.substring(0, pattern.lastIndexOf('/', start)));
    }
    List<String> parts = parts(pattern);
    sizes
        .keySet()
        .removeIf(file -> !matches(parts, parts(file)) && !matches(parts, parts(decoded(file))));
    return sizes;
  }

  /** The files below folders, on file systems with folders and without. */
  private static Map<String, Long> findBelow(String folders) throws IOException {
    Map<String, Long> sizes = match(folders + "/*");
    sizes.putAll(match(folders + "/" + ANY_FOLDERS));
    removeFolders(sizes.keySet());
    return sizes;
  }

  /** Leaves the files: some file systems list the folders, too, that lead to them. */
  static void removeFolders(Set<String> names) {
    Set<String> folders = new HashSet<>();
    for (String name : names) {
      for (int end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
        folders.add(name.substring(0, end));
      }
    }
    names.removeAll(folders);
  }

  /** A name as it is typed: Hadoop's are URIs, in which a blank is {@code %20}. */
  private static String decoded(String file) {
    try {
      return FolderFiles.root(file) + URI.create(file).getPath().substring(1);
    } catch (IllegalArgumentException e) { // that of another file system
      return file;
    }
  }

  /** What stands between the slashes of a path, without its file system. */
  private static List<String> parts(String path) {
    return List.of(path.substring(FolderFiles.root(path).length()).split("/"));
  }

  /** Whether a pattern leads to a file, or to a folder that it is in. */
  private static boolean matches(List<String> pattern, List<String> file) {
    if (pattern.isEmpty()) {
      return file.stream().noneMatch(LocalGlob::isHidden);
    }
    if (file.isEmpty()) {
      return false;
    }
    String part = pattern.get(0);
    List<String> more = pattern.subList(1, pattern.size());
    List<String> below = file.subList(1, file.size());
    if (part.equals(ANY_FOLDERS)) {
      return matches(more, file) || (!LocalGlob.isHidden(file.get(0)) && matches(pattern, below));
    }
    if (part.contains(ANY_FOLDERS)) { // as in **.csv
      return glob(String.join("/", pattern)).matches(Path.of(String.join("/", file)))
          && file.stream().noneMatch(LocalGlob::isHidden);
    }
    boolean fits =
        LocalGlob.isGlob(part)
            ? (LocalGlob.isHidden(part) || !LocalGlob.isHidden(file.get(0)))
                && glob(part).matches(Path.of(file.get(0)))
            : part.equals(file.get(0));
    return fits && matches(more, below);
  }

  private static PathMatcher glob(String glob) {
    return java.nio.file.FileSystems.getDefault().getPathMatcher("glob:" + glob);
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
