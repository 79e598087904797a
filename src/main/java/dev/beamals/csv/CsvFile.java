package dev.beamals.csv;

import com.google.auto.value.AutoValue;
import dev.beamals.RunException;
import dev.beamals.files.FolderFiles;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.PatternSyntaxException;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;

/** An input file that was found and whose first line makes sense. */
@AutoValue
public abstract class CsvFile implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Columns past these are not found. */
  private static final int MOST_COLUMNS = 10_000;

  public abstract String name();

  /** Its size as stored. */
  public abstract long bytes();

  abstract CsvLayout layout();

  abstract boolean packed();

  /** Whether it can only be read from its start. */
  boolean fromStart() {
    return packed() || !layout().format.dialect().isPlain();
  }

  /** Whether rows of this file have a timestamp. */
  public boolean hasTimestamp() {
    return layout().timestamp >= 0;
  }

  /**
   * The names of all columns, in their order. A column without a name of its own is called by its
   * number from 1, as in {@code column3}.
   */
  public List<String> columns() {
    return layout().names;
  }

  /** Which of them has the user, from 0. */
  public int userColumn() {
    return layout().user;
  }

  /** Which of them has the item, from 0. */
  public int itemColumn() {
    return layout().item;
  }

  /** The same file, of which the texts of these columns are read; those it has not are empty. */
  CsvFile withTexts(List<String> columns) {
    return new AutoValue_CsvFile(name(), bytes(), layout().withTexts(columns), packed());
  }

  /**
   * Finds the files of {@code patterns}, which may hold globs, and the columns in each: before the
   * pipeline is built, so that what is wrong is said at once.
   *
   * @param parameter what messages call the patterns, as in {@code input=a.csv: no such file}
   * @return the files in the order of their names, empty ones left out
   * @throws RunException if a pattern matches nothing, a column is missing, or all files are empty
   */
  public static List<CsvFile> find(String parameter, List<String> patterns, CsvFormat format) {
    TreeMap<String, Long> sizes = new TreeMap<>();
    for (String pattern : patterns) {
      String place = parameter + "=" + pattern;
      try {
        for (Map.Entry<String, Long> file : match(place, pattern).entrySet()) {
          sizes.putAll(Packing.files(file.getKey(), file.getValue()));
        }
      } catch (PatternSyntaxException e) { // its message has several lines
        throw new RunException(place + ": " + e.getDescription(), e);
      } catch (AccessDeniedException e) {
        throw new RunException(place + ": permission denied on " + e.getMessage(), e);
      } catch (IOException | IllegalArgumentException e) {
        throw new RunException(place + ": " + e.getMessage(), e);
      }
    }
    List<CsvFile> files = new ArrayList<>();
    for (String name : sizes.keySet()) {
      byte[] firstLine = firstLine(parameter, name);
      if (firstLine.length == 0) {
        continue;
      }
      String encoding = RecordReader.markedEncoding(firstLine);
      boolean utf8 = encoding == null || encoding.equals("UTF-8");
      CsvFormat ofFile =
          encoding == null || utf8
              ? format
              : format.withDialect(format.dialect().withEncoding(encoding));
      List<String> fields;
      if (ofFile.dialect().isPlain()) {
        try {
          fields = CsvLine.fields(firstLine, encoding == null ? 0 : 3, format.delimiter());
        } catch (IllegalArgumentException e) {
          throw new RunException(name + ":1: " + e.getMessage() + "; expected column names", e);
        }
      } else {
        fields = firstRecord(name, ofFile.dialect());
      }
      if (!fields.isEmpty()) {
        files.add(
            new AutoValue_CsvFile(
                name,
                sizes.getOrDefault(name, 0L),
                CsvLayout.of(ofFile, name, fields),
                packed(name)));
      }
    }
    if (files.isEmpty()) {
      throw new RunException(
          String.format(
              "%s=%s: %s empty; expected rows%s",
              parameter,
              String.join(",", patterns),
              sizes.size() == 1 ? "the file is" : "all " + sizes.size() + " files are",
              format.header() ? " below a line that names the columns" : ""));
    }
    return files;
  }

  /** The names of the files of a pattern, none where there are none or it is no pattern. */
  public static Set<String> names(String pattern) {
    try {
      return match("", pattern).keySet();
    } catch (IOException | RuntimeException e) {
      return Set.of(); // what reads them will say why
    }
  }

  private static boolean packed(String name) {
    try {
      return Packing.isPacked(name);
    } catch (IOException e) {
      throw new RunException(name + ": " + Packing.reason(name, e), e);
    }
  }

  /** The files of a pattern and their sizes. */
  private static Map<String, Long> match(String place, String pattern) throws IOException {
    Map<String, Long> sizes = new HashMap<>();
    boolean glob = LocalGlob.isGlob(pattern);
    Path missing = null;
    if (FolderFiles.isRemote(pattern)) {
      for (MatchResult.Metadata file :
          FileSystems.match(pattern, EmptyMatchTreatment.ALLOW).metadata()) {
        sizes.put(file.resourceId().toString(), file.sizeBytes());
      }
    } else {
      Path path;
      try {
        path = FolderFiles.local(pattern).toAbsolutePath().normalize();
      } catch (InvalidPathException e) {
        throw new RunException(Text.printable(place) + ": not a file name", e);
      }
      if (Files.isDirectory(path)) {
        throw new RunException(
            String.format("%s: is a folder; expected files, as in '%s/*.csv'", place, pattern));
      }
      for (Path file : LocalGlob.find(path)) {
        sizes.put(file.toString(), Files.size(file));
      }
      missing = LocalGlob.missingFolder(path);
    }
    if (sizes.isEmpty()) {
      throw new RunException(
          place
              + (glob ? ": no file matches" : ": no such file")
              + (glob && missing != null ? ", as there is no folder " + missing : ""));
    }
    return sizes;
  }

  /** The fields of the first record, none where there is none. */
  private static List<String> firstRecord(String name, CsvDialect dialect) {
    CsvLine line = new CsvLine(',', MOST_COLUMNS);
    try (RecordReader records = new RecordReader(name, dialect, line)) {
      if (!records.next()) {
        return List.of();
      }
      if (line.defect() != null) {
        throw new RunException(
            name + ":" + records.line() + ": " + line.defect() + "; expected column names");
      }
      return line.texts();
    } catch (IOException e) {
      throw new RunException(name + ": " + Packing.reason(name, e), e);
    }
  }

  /** The first line, at most 1 MiB of it, with its line end. */
  static byte[] firstLine(String parameter, String name) {
    ByteBuffer line = ByteBuffer.allocate(CsvParser.MAX_LINE);
    try (ReadableByteChannel channel = Packing.open(name)) {
      int scanned = 0;
      while (line.hasRemaining()) {
        int limit = Math.min(line.capacity(), line.position() + 65536);
        line.limit(limit);
        int n = channel.read(line);
        line.limit(line.capacity());
        for (; scanned < line.position(); scanned++) {
          byte b = line.array()[scanned];
          if (b == '\n' || (scanned > 0 && line.array()[scanned - 1] == '\r')) {
            return Arrays.copyOf(line.array(), b == '\n' ? scanned + 1 : scanned);
          }
        }
        if (n < 0) {
          break;
        }
      }
    } catch (IOException e) {
      throw new RunException(parameter + "=" + name + ": " + Packing.reason(name, e), e);
    }
    return Arrays.copyOf(line.array(), line.position());
  }
}
