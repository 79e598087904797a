package dev.beamals.files;

import dev.beamals.RunException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.jspecify.annotations.Nullable;

/**
 * Paths, which are strings as those of Beam's {@link FileSystems}, and the plain files of a folder
 * on any Beam file system. {@link Storage} has what is asked of folders themselves.
 */
public final class FolderFiles {
  private static final Pattern REMOTE = Pattern.compile("(?!file:)[a-zA-Z][a-zA-Z0-9+.-]*://.*");
  private static final int MAX_TEXT = 16 << 20;

  private FolderFiles() {}

  /** Whether a path is not on the local disk: it names another file system by its scheme. */
  public static boolean isRemote(String path) {
    return REMOTE.matcher(path).matches();
  }

  /**
   * What a remote path names its file system by, as {@code hdfs://host:port/}.
   *
   * @param path one that {@link #isRemote}
   */
  public static String root(String path) {
    int slash = path.indexOf('/', path.indexOf("://") + 3);
    return slash < 0 ? path + "/" : path.substring(0, slash + 1);
  }

  /**
   * A path on the local disk, which may be written as a URI.
   *
   * @throws InvalidPathException if it cannot be one
   */
  public static Path local(String path) {
    return Path.of(path.replaceFirst("^file://", ""));
  }

  /**
   * {@code folder} as it is used everywhere: absolute if local, with its last slash.
   *
   * @param parameter what messages call it, as in {@code output=a\0b: not a folder name}
   * @throws RunException if it is not a folder name
   */
  public static String normalize(String parameter, String folder) {
    if (isRemote(folder)) {
      return folder.replaceFirst("/*$", "/");
    }
    try {
      String path = local(folder).toAbsolutePath().normalize().toString();
      return path.endsWith("/") ? path : path + "/";
    } catch (InvalidPathException e) {
      throw new RunException(parameter + "=" + folder + ": not a folder name", e);
    }
  }

  /**
   * Where what is written to {@code folder} goes: {@link #normalize}, and of a link what it leads
   * to.
   *
   * @throws RunException if it is not a folder name, or a link that leads nowhere
   */
  public static String target(String parameter, String folder) {
    String path = normalize(parameter, folder);
    try {
      return !isRemote(folder) && Files.isSymbolicLink(Path.of(path))
          ? Path.of(path).toRealPath().toString().replaceFirst("/?$", "/")
          : path;
    } catch (IOException e) {
      throw RunException.cannotWrite(parameter + "=" + folder, e);
    }
  }

  /** Whether two paths are one folder, links and all. */
  public static boolean isSame(String folder, @Nullable String other) {
    return other != null && relation(folder, other) == Relation.IS;
  }

  /** How a path stands to another. */
  public enum Relation {
    IS("is"),
    HOLDS("holds"),
    LIES_IN("lies in"),
    APART("has nothing to do with");

    private final String words;

    Relation(String words) {
      this.words = words;
    }

    /** As in "{@code a} lies in {@code b}". */
    @Override
    public String toString() {
      return words;
    }
  }

  /**
   * How a path stands to another where all links are followed; of remote ones, by their names.
   *
   * @param path may name what is not there yet
   * @param other the same
   */
  public static Relation relation(String path, String other) {
    try {
      if (isRemote(path) != isRemote(other)) {
        return Relation.APART;
      }
      Path one = isRemote(path) ? Path.of(normalize("path", path)) : real(local(path));
      Path two = isRemote(path) ? Path.of(normalize("path", other)) : real(local(other));
      one = one.normalize();
      two = two.normalize();
      return one.equals(two)
          ? Relation.IS
          : two.startsWith(one)
              ? Relation.HOLDS
              : one.startsWith(two) ? Relation.LIES_IN : Relation.APART;
    } catch (IOException | InvalidPathException e) {
      return Relation.APART; // what uses them will say what is wrong
    }
  }

  /** Follows all links, of what is there. */
  private static Path real(Path path) throws IOException {
    Path there = path.toAbsolutePath();
    Path missing = Path.of("");
    while (!Files.exists(there) && there.getParent() != null) {
      missing = there.getFileName().resolve(missing);
      there = there.getParent();
    }
    return there.toRealPath().resolve(missing);
  }

  /**
   * The names of the files in a folder, sorted; none if it is not there. Sub-folders are left out.
   *
   * @param folder with its last slash
   */
  public static List<String> list(String folder) throws IOException {
    List<String> names = new ArrayList<>();
    if (!isRemote(folder)) {
      // Beam's local file system walks the parent folder, however deep, for any pattern.
      return Storage.LOCAL.list(local(folder).toString()).stream()
          .filter(name -> Files.isRegularFile(local(folder).resolve(name)))
          .toList();
    }
    for (MatchResult.Metadata file :
        FileSystems.match(folder + "*", EmptyMatchTreatment.ALLOW).metadata()) {
      String name = file.resourceId().getFilename();
      if (name != null && !file.resourceId().isDirectory()) {
        names.add(name);
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
