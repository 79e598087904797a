package dev.beamals.csv;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds files of the local disk by a pattern of which any part may be a glob, as in {@code
 * data/2024-*}{@code /part-*.csv}.
 *
 * <p>A part of the pattern is what stands between two slashes. One that is the name of something
 * that exists is that name, whatever characters it has; {@code **} stands for any number of
 * folders, also none, links to folders left out, and as the last part for all files in them; any
 * other is a glob as of {@link Files#newDirectoryStream(Path, String)}. A folder that matches
 * stands for all files below it. What begins with {@code .} or {@code _} has to be named so. Only
 * folders that the pattern leads to are looked into: Beam's local file system walks all that is
 * below the last slash before a glob, and for a name without one its whole parent.
 */
final class LocalGlob {
  private static final Pattern GLOB = Pattern.compile("[*?\\[{]");
  private static final String ANY_FOLDERS = "**";

  private final Path pattern;
  private final List<Path> found = new ArrayList<>();

  private LocalGlob(Path pattern) {
    this.pattern = pattern;
  }

  /** Whether a part of a pattern is a glob. */
  static boolean isGlob(String part) {
    return GLOB.matcher(part).find();
  }

  /** Whether the name of a file says that it is none of data, as with Spark. */
  static boolean isHidden(String name) {
    return name.startsWith(".") || name.startsWith("_");
  }

  /**
   * The files that match, in no order, some perhaps twice.
   *
   * @param pattern absolute
   * @throws java.util.regex.PatternSyntaxException if a glob is none
   */
  static List<Path> find(Path pattern) throws IOException {
    LocalGlob glob = new LocalGlob(pattern);
    glob.find(pattern.getRoot(), 0);
    return glob.found;
  }

  /**
   * The first folder that has to be there for anything to match and is not, or null.
   *
   * @param pattern absolute
   */
  static @Nullable Path missingFolder(Path pattern) {
    Path folder = pattern.getRoot();
    for (int part = 0; part < pattern.getNameCount() - 1; part++) {
      Path next = folder.resolve(pattern.getName(part));
      if (!Files.isDirectory(next)) {
        return isGlob(pattern.getName(part).toString()) ? null : next;
      }
      folder = next;
    }
    return null;
  }

  /** Finds what the parts of the pattern from {@code part} on lead to from {@code path}. */
  private void find(Path path, int part) throws IOException {
    if (part == pattern.getNameCount()) {
      if (Files.isDirectory(path)) {
        findBelow(path, part - 1); // all that is in it
      } else if (Files.isRegularFile(path)) {
        found.add(path);
      }
      return;
    }
    String name = pattern.getName(part).toString();
    Path literal = path.resolve(name);
    if (name.equals(ANY_FOLDERS)) {
      findBelow(path, part);
    } else if (!isGlob(name) || Files.exists(literal)) {
      find(literal, part + 1);
    } else {
      for (Path entry : entries(path, name)) {
        find(entry, part + 1);
      }
    }
  }

  private void findBelow(Path folder, int part) throws IOException {
    boolean last = part >= pattern.getNameCount() - 1;
    if (!last) {
      find(folder, part + 1);
    }
    for (Path entry : entries(folder, "*")) {
      if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
        findBelow(entry, part);
      } else if (last && Files.isRegularFile(entry)) {
        found.add(entry);
      }
    }
  }

  private static List<Path> entries(Path folder, String glob) throws IOException {
    List<Path> entries = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, glob)) {
        for (Path entry : stream) {
          if (isHidden(glob) || !isHidden(entry.getFileName().toString())) {
            entries.add(entry);
          }
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }
    return entries;
  }
}
