package dev.beamals.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.beamals.RunException;
import dev.beamals.ratings.Side;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder a model is saved to, and how it is replaced.
 *
 * <p>A new model is written to a staging folder beside it and moved into place when complete: the
 * older model is moved aside, the new one takes its name, the older one is deleted. A program that
 * is killed between the two moves leaves the older model aside, whole; the next run moves it back.
 * A folder is a model when it has a manifest, which is written last.
 *
 * <pre>
 * als_model/
 *   userFactors/part-00000.parquet …   id, features
 *   itemFactors/part-00000.parquet …
 *   rejects/rejects-….csv              rows that could not be read, where there are any
 *   metrics.json
 *   manifest.json
 * </pre>
 */
public final class ModelFolder {
  /** Says that a folder is ours. */
  static final String FORMAT = "beam-als model";

  private static final String METRICS = "metrics.json";
  private static final String MANIFEST = "manifest.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final Path staging;
  private final Path aside;

  private ModelFolder(Path folder, Path parent) {
    this.folder = folder;
    this.staging = parent.resolve("." + folder.getFileName() + ".staging");
    this.aside = parent.resolve("." + folder.getFileName() + ".replaced");
  }

  /**
   * Makes ready to save a model to {@code output}: mends what a killed run left, and makes an empty
   * staging folder.
   *
   * @param flag the flag that {@code output} comes from, for messages
   * @throws RunException if there is anything but an older model, or it cannot be written
   */
  public static ModelFolder stage(String flag, String output) {
    Path folder;
    try {
      folder = Path.of(output).toAbsolutePath().normalize();
      if (Files.isSymbolicLink(folder)) {
        folder = folder.toRealPath(); // the model is saved where the link leads; the link stays
      }
    } catch (InvalidPathException e) {
      throw new RunException(flag + "=" + output + ": not a folder name", e);
    } catch (IOException e) {
      throw new RunException(flag + "=" + output + ": cannot be written: " + describe(e), e);
    }
    Path parent = folder.getParent();
    if (parent == null) {
      throw new RunException(flag + "=" + output + ": expected a folder of its own for the model");
    }
    ModelFolder model = new ModelFolder(folder, parent);
    try {
      if (!Files.exists(folder) && isModel(model.aside)) {
        Files.move(model.aside, folder);
      }
      model.refuseForeign(flag, output);
      Files.createDirectories(parent);
      delete(model.staging);
      delete(model.aside);
      Files.createDirectory(model.staging);
      for (String part : List.of("userFactors", "itemFactors")) {
        Files.createDirectory(model.staging.resolve(part));
      }
    } catch (IOException e) {
      throw new RunException(flag + "=" + output + ": cannot be written: " + describe(e), e);
    }
    return model;
  }

  private void refuseForeign(String flag, String output) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    if (!Files.isDirectory(folder)) {
      throw new RunException(flag + "=" + output + ": is a file; expected a folder for the model");
    }
    if (!isModel(folder)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
        for (Path entry : entries) {
          throw new RunException(
              String.format(
                  "%s=%s: holds %s and is not a beam-als model; expected a new folder, an empty"
                      + " one, or an older model to replace",
                  flag, output, entry.getFileName()));
        }
      }
    }
  }

  private static boolean isModel(Path folder) throws IOException {
    Path manifest = folder.resolve(MANIFEST);
    if (!Files.isRegularFile(manifest)) {
      return false;
    }
    try {
      JsonNode json = JSON.readTree(manifest.toFile());
      return json != null && FORMAT.equals(json.path("format").asText());
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  /** Where the parts of the new model are written, with its last slash. */
  public String staging() {
    return staging + "/";
  }

  /** The files of factors in the staging folder, sorted by name. */
  List<Path> stagedFactors(Side side) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> parts =
        Files.newDirectoryStream(staging.resolve(WriteFactors.folder(side)), "part-*.parquet")) {
      parts.forEach(files::add);
    }
    files.sort(Comparator.naturalOrder());
    return files;
  }

  /**
   * Completes the new model and moves it into place.
   *
   * @throws RunException if it cannot be; the older model is then still there
   */
  public void replace(JsonNode metrics, JsonNode manifest) {
    try {
      JSON.writerWithDefaultPrettyPrinter().writeValue(staging.resolve(METRICS).toFile(), metrics);
      JSON.writerWithDefaultPrettyPrinter()
          .writeValue(staging.resolve(MANIFEST).toFile(), manifest);
      boolean older = Files.exists(folder);
      if (older) {
        Files.move(folder, aside);
      }
      try {
        Files.move(staging, folder);
      } catch (IOException e) {
        if (older) {
          Files.move(aside, folder);
        }
        throw e;
      }
      delete(aside);
    } catch (IOException e) {
      throw new RunException("--output=" + folder + ": cannot be written: " + describe(e), e);
    }
  }

  /** Deletes a file of the staging folder that is not part of the model. */
  public void deleteStaged(String name) throws IOException {
    Files.deleteIfExists(staging.resolve(name));
  }

  /** Deletes the staging folder, if it is still there. */
  public void discard() {
    try {
      delete(staging);
    } catch (IOException e) {
      // The next run to this output deletes it.
    }
  }

  private static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> tree = Files.walk(path)) {
      deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path entry : deepestFirst) {
      Files.deleteIfExists(entry);
    }
  }

  private static String describe(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied on " + e.getMessage();
    }
    if (e instanceof FileAlreadyExistsException) {
      return e.getMessage() + " is a file, not a folder";
    }
    if (e instanceof NoSuchFileException) {
      return "no folder " + e.getMessage();
    }
    String reason = e instanceof FileSystemException ? ((FileSystemException) e).getReason() : null;
    return reason != null ? reason : String.valueOf(e.getMessage());
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
