package dev.beamals.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.beamals.RunException;
import dev.beamals.files.HadoopFiles;
import dev.beamals.files.Storage;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * The folder a model is saved to, and how it is replaced.
 *
 * <p>A new model is written to a staging folder beside it and moved into place when complete: the
 * older model is moved aside, the new one takes its name, the older one is deleted. A program that
 * is killed between the two moves leaves the older model aside, whole; the next run moves it back.
 * A folder is a model when it has a manifest, which is written last. Each run has a staging folder
 * of its own, since workers of a run that was killed may still write for a while.
 *
 * <p>The same on a local disk and on HDFS, where the moves are single steps as well. On an object
 * store they are not: it copies file by file.
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

  /** Where half-steps leave factors for each other; see {@link #exchange}. */
  private static final String EXCHANGE = "exchange";

  private final Storage storage;
  private final String folder;
  private final String staging;
  private final String aside;

  /**
   * @param parent with its last slash
   */
  private ModelFolder(Storage storage, String parent, String name) {
    this.storage = storage;
    this.folder = parent + name;
    this.staging = parent + "." + name + ".staging-" + UUID.randomUUID().toString().substring(0, 8);
    this.aside = parent + "." + name + ".replaced";
  }

  /**
   * Makes ready to save a model to {@code output}: mends what a killed run left, and makes an empty
   * staging folder.
   *
   * @param flag the flag that {@code output} comes from, for messages
   * @param options say how Hadoop reaches an {@code output} that is not on the local disk
   * @throws RunException if there is anything but an older model, or it cannot be written
   */
  public static ModelFolder stage(String flag, String output, PipelineOptions options) {
    try {
      ModelFolder model = at(flag, output, options);
      model.prepare(flag, output);
      return model;
    } catch (IOException e) {
      throw RunException.cannotWrite(flag + "=" + output, e);
    }
  }

  private static ModelFolder at(String flag, String output, PipelineOptions options)
      throws IOException {
    if (HadoopFiles.isRemote(output)) {
      URI uri = HadoopFiles.uri(flag, output);
      String path = uri.getRawPath().replaceFirst("/+$", "");
      int slash = path.lastIndexOf('/');
      if (slash < 0) {
        throw needsOwnFolder(flag, output);
      }
      String root =
          uri.getScheme() + "://" + (uri.getAuthority() == null ? "" : uri.getAuthority());
      return new ModelFolder(
          Storage.hadoop(root + "/", HadoopFiles.configuration(options)),
          root + path.substring(0, slash + 1),
          path.substring(slash + 1));
    }
    Path path;
    try {
      path = Path.of(output.replaceFirst("^file://", "")).toAbsolutePath().normalize();
      if (Files.isSymbolicLink(path)) {
        path = path.toRealPath(); // the model is saved where the link leads; the link stays
      }
    } catch (InvalidPathException e) {
      throw new RunException(flag + "=" + output + ": not a folder name", e);
    }
    Path parent = path.getParent();
    if (parent == null) {
      throw needsOwnFolder(flag, output);
    }
    String folder = parent.toString();
    return new ModelFolder(
        Storage.LOCAL, folder.endsWith("/") ? folder : folder + "/", path.getFileName().toString());
  }

  private static RunException needsOwnFolder(String flag, String output) {
    return new RunException(flag + "=" + output + ": expected a folder of its own for the model");
  }

  private void prepare(String flag, String output) throws IOException {
    if (!storage.exists(folder) && isModel(aside)) {
      storage.move(aside, folder);
    }
    refuseForeign(flag, output);
    String parent = staging.substring(0, staging.lastIndexOf('/') + 1); // the root needs the slash
    String name = folder.substring(folder.lastIndexOf('/') + 1);
    storage.makeFolder(parent);
    Pattern left = Pattern.compile(Pattern.quote("." + name + ".staging") + "(-[0-9a-f]{8})?");
    for (String entry : storage.list(parent)) {
      if (left.matcher(entry).matches()) {
        storage.delete(parent + entry);
      }
    }
    storage.delete(aside);
    for (Side side : Side.values()) {
      storage.makeFolder(staging() + WriteFactors.folder(side));
    }
  }

  private void refuseForeign(String flag, String output) throws IOException {
    if (!storage.exists(folder)) {
      return;
    }
    if (!storage.isFolder(folder)) {
      throw new RunException(flag + "=" + output + ": is a file; expected a folder for the model");
    }
    if (!isModel(folder)) {
      for (String entry : storage.list(folder)) {
        throw new RunException(
            String.format(
                "%s=%s: holds %s and is not a beam-als model; expected a new folder, an empty"
                    + " one, or an older model to replace",
                flag, output, entry));
      }
    }
  }

  private boolean isModel(String path) throws IOException {
    String manifest = path + "/" + MANIFEST;
    if (!storage.exists(manifest) || storage.isFolder(manifest)) {
      return false;
    }
    try {
      JsonNode json = JSON.readTree(storage.read(manifest));
      return json != null && FORMAT.equals(json.path("format").asText());
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  /** Where the parts of the new model are written, with its last slash. */
  public String staging() {
    return staging + "/";
  }

  /**
   * A place for what half-steps leave for each other, with its last slash; not part of the model.
   */
  public String exchange() {
    return staging() + EXCHANGE + "/";
  }

  /** The files of factors in the staging folder, sorted by name. */
  List<String> stagedFactors(Side side) throws IOException {
    String part = staging() + WriteFactors.folder(side);
    return storage.list(part).stream().filter(ModelFolder::isPart).map(part::concat).toList();
  }

  private static boolean isPart(String name) {
    return name.matches("part-\\d+\\.parquet");
  }

  /**
   * Completes the new model and moves it into place.
   *
   * @throws RunException if it cannot be; the older model is then still there
   */
  public void replace(JsonNode metrics, JsonNode manifest) {
    try {
      storage.delete(staging() + EXCHANGE);
      for (Side side : Side.values()) {
        String part = staging() + WriteFactors.folder(side);
        for (String name : storage.list(part)) {
          if (!isPart(name)) { // of a worker that was killed while it wrote
            storage.delete(part + name);
          }
        }
      }
      storage.write(
          staging() + METRICS, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(metrics));
      storage.write(
          staging() + MANIFEST, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest));
      boolean older = storage.exists(folder);
      if (older) {
        storage.move(folder, aside);
      }
      try {
        storage.move(staging, folder);
      } catch (IOException e) {
        if (older) {
          storage.move(aside, folder);
        }
        throw e;
      }
      storage.delete(aside);
    } catch (IOException e) {
      throw RunException.cannotWrite("--output=" + folder, e);
    }
  }

  /** Deletes a file of the staging folder that is not part of the model. */
  public void deleteStaged(String name) throws IOException {
    storage.delete(staging() + name);
  }

  /** Deletes the staging folder, if it is still there. */
  public void discard() {
    try {
      storage.delete(staging);
    } catch (IOException e) {
      // The next run to this output deletes it.
    }
  }

  @Override
  public String toString() {
    return folder;
  }
}
