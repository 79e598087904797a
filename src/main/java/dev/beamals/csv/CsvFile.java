package dev.beamals.csv;

import com.google.auto.value.AutoValue;
import dev.beamals.RunException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.PatternSyntaxException;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;

/** An input file that was found and whose first line makes sense. */
@AutoValue
public abstract class CsvFile implements Serializable {
  private static final long serialVersionUID = 1L;

  public abstract String name();

  /** Its size as stored. */
  public abstract long bytes();

  abstract CsvLayout layout();

  boolean compressed() {
    return Compression.detect(name()) != Compression.UNCOMPRESSED;
  }

  /** Whether rows of this file have a timestamp. */
  public boolean hasTimestamp() {
    return layout().timestamp >= 0;
  }

  /**
   * Finds the files of {@code patterns} and the columns in each: before the pipeline is built, so
   * that what is wrong is said at once.
   *
   * @param flag the flag the patterns come from, for messages
   * @return the files in the order of their names, empty ones left out
   * @throws RunException if a pattern matches nothing, a column is missing, or all files are empty
   */
  public static List<CsvFile> find(String flag, List<String> patterns, CsvFormat format) {
    TreeMap<String, Long> sizes = new TreeMap<>();
    for (String pattern : patterns) {
      try {
        sizes.putAll(match(flag, pattern));
      } catch (PatternSyntaxException e) { // its message has several lines
        throw new RunException(flag + "=" + pattern + ": " + e.getDescription(), e);
      } catch (IOException | IllegalArgumentException e) {
        throw new RunException(flag + "=" + pattern + ": " + e.getMessage(), e);
      }
    }
    List<CsvFile> files = new ArrayList<>();
    for (String name : sizes.keySet()) {
      byte[] firstLine = firstLine(flag, name);
      if (firstLine.length > 0) {
        boolean mark =
            firstLine.length >= 3
                && firstLine[0] == (byte) 0xEF
                && firstLine[1] == (byte) 0xBB
                && firstLine[2] == (byte) 0xBF;
        List<String> fields;
        try {
          fields = CsvLine.fields(firstLine, mark ? 3 : 0, format.delimiter());
        } catch (IllegalArgumentException e) {
          throw new RunException(name + ":1: " + e.getMessage() + "; expected column names", e);
        }
        files.add(
            new AutoValue_CsvFile(
                name, sizes.getOrDefault(name, 0L), CsvLayout.of(format, name, fields)));
      }
    }
    if (files.isEmpty()) {
      throw new RunException(
          String.format(
              "%s=%s: %s empty; expected rows%s",
              flag,
              String.join(",", patterns),
              sizes.size() == 1 ? "the file is" : "all " + sizes.size() + " files are",
              format.header() ? " below a line that names the columns" : ""));
    }
    return files;
  }

  private static TreeMap<String, Long> match(String flag, String pattern) throws IOException {
    TreeMap<String, Long> sizes = new TreeMap<>();
    boolean glob = pattern.matches(".*[*?\\[{].*");
    if (pattern.matches("[a-zA-Z][a-zA-Z0-9+.-]*://.*") && !pattern.startsWith("file://")) {
      for (MatchResult.Metadata file :
          FileSystems.match(pattern, EmptyMatchTreatment.ALLOW).metadata()) {
        sizes.put(file.resourceId().toString(), file.sizeBytes());
      }
    } else {
      // Beam's local file system walks the whole parent folder, however deep, for any pattern.
      Path path;
      try {
        path = Path.of(pattern.replaceFirst("^file://", "")).toAbsolutePath().normalize();
      } catch (InvalidPathException e) {
        throw new RunException(flag + "=" + Text.printable(pattern) + ": not a file name", e);
      }
      Path parent = path.getParent();
      if (Files.isDirectory(path)) {
        throw new RunException(
            String.format(
                "%s=%s: is a folder; expected files, as in '%s/*.csv'", flag, pattern, pattern));
      }
      if (Files.exists(path)) {
        sizes.put(path.toString(), Files.size(path));
      } else if (glob && parent != null && Files.isDirectory(parent)) {
        try (DirectoryStream<Path> matches =
            Files.newDirectoryStream(parent, path.getFileName().toString())) {
          for (Path file : matches) {
            if (Files.isRegularFile(file)) {
              sizes.put(file.toString(), Files.size(file));
            }
          }
        }
      }
    }
    if (sizes.isEmpty()) {
      throw new RunException(
          flag + "=" + pattern + (glob ? ": no file matches" : ": no such file"));
    }
    return sizes;
  }

  /** The first line, at most 1 MiB of it, with its line end. */
  private static byte[] firstLine(String flag, String name) {
    ByteBuffer line = ByteBuffer.allocate(CsvParser.MAX_LINE);
    try (ReadableByteChannel channel =
        Compression.detect(name)
            .readDecompressed(FileSystems.open(FileSystems.matchNewResource(name, false)))) {
      int scanned = 0;
      while (line.hasRemaining()) {
        int limit = Math.min(line.capacity(), line.position() + 65536);
        line.limit(limit);
        int n = channel.read(line);
        line.limit(line.capacity());
        for (; scanned < line.position(); scanned++) {
          byte b = line.array()[scanned];
          if (b == '\n' || b == '\r') {
            return Arrays.copyOf(line.array(), scanned + 1);
          }
        }
        if (n < 0) {
          break;
        }
      }
    } catch (IOException e) {
      throw new RunException(flag + "=" + name + ": cannot be read: " + e.getMessage(), e);
    }
    return Arrays.copyOf(line.array(), line.position());
  }
}
