package dev.beamals.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.beamals.RunException;
import dev.beamals.files.CleanUp;
import dev.beamals.files.FileDigest;
import dev.beamals.files.FolderFiles;
import dev.beamals.files.OutputLock;
import dev.beamals.files.ResultFile;
import dev.beamals.files.Storage;
import dev.beamals.ids.Side;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * The folder a model is saved to, and how it is replaced.
 *
 * <p>A new model is written to a staging folder beside it and moved into place when complete: the
 * older model is moved aside, the new one takes its name, the older one is deleted. A program that
 * is killed between the two moves leaves the older model aside, whole; the next run moves it back.
 * A folder is a model when it has a manifest, which is written last. All of the new model is synced
 * before it is moved, and the moves before the older model is deleted, so that a power cut leaves
 * one or the other as well. Each run has a staging folder of its own, since workers of a run that
 * was killed may still write for a while.
 *
 * <p>The same on a local disk and on HDFS, where the moves are single steps as well. On an object
 * store they are not: it copies file by file.
 *
 * <pre>
 * als_model/
 *   userFactors/part-00000.parquet …   id, features
 *   itemFactors/part-00000.parquet …
 *   itemRatings/part-00000.parquet …   the same with one number, how many ratings an item has;
 *                                      not of models from before it was kept
 *   rejects/rejects-….csv              rows that could not be read, where there are any
 *   metadata/                          what Spark MLlib looks for, where all ids are ints
 *   metrics.json
 *   manifest.json
 * </pre>
 */
public final class ModelFolder implements AutoCloseable {
  private static final String METRICS = "metrics.json";
  private static final String MANIFEST = "manifest.json";
  private static final String METADATA = "metadata/";

  /** Where half-steps leave factors for each other; see {@link #exchange}. */
  private static final String EXCHANGE = "exchange";

  /** The parameter and its value, for messages. */
  private final String place;

  private final Storage storage;
  private final String folder;
  private final String staging;
  private final String aside;
  private @Nullable CleanUp cleanUp;

  private ModelFolder(String place, Storage storage, String folder, String attempt) {
    this.place = place;
    this.storage = storage;
    this.folder = folder;
    String parent = parent(folder);
    String name = folder.substring(parent.length());
    this.staging = parent + "." + name + ".staging-" + attempt;
    this.aside = aside(folder);
  }

  /** Where an older model is while it is replaced. */
  static String aside(String folder) {
    String parent = parent(folder);
    return parent + "." + folder.substring(parent.length()) + ".replaced";
  }

  /** With its last slash, which the root needs. */
  private static String parent(String path) {
    return path.substring(0, path.lastIndexOf('/') + 1);
  }

  /**
   * Makes ready to save a model to {@code output}: mends what a killed run left, and makes an empty
   * staging folder. It is deleted when this is closed, or when the JVM is shut down, unless the
   * model was moved into place.
   *
   * @param parameter what messages call it, as in {@code output=a: is a file}
   * @param options say how Hadoop reaches an {@code output} that is not on the local disk
   * @throws RunException if there is anything but an older model, or it cannot be written
   */
  public static ModelFolder stage(String parameter, String output, PipelineOptions options) {
    return stage(at(parameter, output, newAttempt(), options));
  }

  static ModelFolder stage(String parameter, String output, Storage storage) {
    return stage(at(parameter, output, newAttempt(), storage));
  }

  private static ModelFolder stage(ModelFolder model) {
    model.cleanUp = CleanUp.of(model::discard);
    try {
      model.prepare();
      return model;
    } catch (IOException e) {
      model.close();
      throw RunException.cannotWrite(model.place, e);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** A name for the staging folder of one run. */
  static String newAttempt() {
    return UUID.randomUUID().toString().substring(0, 8);
  }

  /** The folder {@code output}, untouched, and the staging folder of an attempt. */
  static ModelFolder at(String parameter, String output, String attempt, PipelineOptions options) {
    try {
      return at(parameter, output, attempt, Storage.of(output, options));
    } catch (IOException e) {
      throw RunException.cannotWrite(parameter + "=" + output, e);
    }
  }

  static ModelFolder at(String parameter, String output, String attempt, Storage storage) {
    String place = parameter + "=" + output;
    // The model is saved where a link leads; the link stays.
    String folder = FolderFiles.target(parameter, output);
    if (folder.equals(FolderFiles.isRemote(folder) ? FolderFiles.root(folder) : "/")) {
      throw new RunException(place + ": expected a folder of its own for the model");
    }
    return new ModelFolder(place, storage, folder.substring(0, folder.length() - 1), attempt);
  }

  private void prepare() throws IOException {
    bringBack();
    refuseForeign();
    String parent = parent(folder);
    String name = folder.substring(parent.length());
    storage.makeFolder(parent);
    Pattern left = Pattern.compile(Pattern.quote("." + name + ".staging") + "(-[0-9a-f]{8})?");
    for (String entry : storage.list(parent)) {
      if (left.matcher(entry).matches() && !staging.equals(parent + entry)) {
        storage.delete(parent + entry);
      }
    }
    storage.delete(aside);
    for (Side side : Side.values()) {
      storage.makeFolder(staging() + WriteFactors.folder(side));
    }
  }

  private void bringBack() throws IOException {
    if (!storage.exists(folder) && isModel(aside)) {
      storage.move(aside, folder);
    }
  }

  /**
   * Brings the older model back that a run which was killed between the two moves left aside; does
   * nothing where there is none. No other run may write to {@code output}.
   *
   * @throws RunException if it cannot be moved
   */
  public static void bringBack(String parameter, String output, PipelineOptions options) {
    ModelFolder model = at(parameter, output, newAttempt(), options);
    try {
      model.bringBack();
    } catch (IOException e) {
      throw RunException.cannotWrite(model.place, e);
    }
  }

  /**
   * Looks whether {@link #stage} would find anything against it, and leaves everything as it is.
   *
   * @throws RunException as {@link #stage} does
   */
  public static void check(String parameter, String output, PipelineOptions options) {
    at(parameter, output, newAttempt(), options).check();
  }

  /**
   * @throws RunException if the folder holds anything but an older model, or cannot be looked at
   */
  void check() {
    try {
      refuseForeign();
    } catch (IOException e) {
      throw RunException.cannotWrite(place, e);
    }
  }

  private void refuseForeign() throws IOException {
    if (!storage.exists(folder)) {
      return;
    }
    if (!storage.isFolder(folder)) {
      throw new RunException(place + ": is a file; expected a folder for the model");
    }
    if (!isModel(folder)) {
      for (String entry : storage.list(folder)) {
        throw new RunException(
            String.format(
                "%s: holds %s and is not a beam-als model; expected a new folder, an empty one, or"
                    + " an older model to replace",
                place, entry));
      }
    }
  }

  private boolean isModel(String path) throws IOException {
    return manifest(path) != null;
  }

  /** The manifest of a model of ours, of whatever version, or null. */
  private @Nullable JsonNode manifest(String path) throws IOException {
    String manifest = path + "/" + MANIFEST;
    if (!storage.exists(manifest) || storage.isFolder(manifest)) {
      return null;
    }
    String text = new String(storage.read(manifest), StandardCharsets.UTF_8);
    try {
      JsonNode json = Json.parse(manifest, text);
      return Manifest.isOne(json) ? json : null;
    } catch (RunException e) {
      return null;
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
   * Takes what a step of the pipeline wrote by {@link ResultFile#write} out of the staging folder.
   *
   * @throws RunException if it is not there
   */
  public <T> T take(String name, Coder<T> coder) throws IOException {
    try {
      return ResultFile.take(staging() + name, coder);
    } catch (FileNotFoundException e) {
      throw notShared(e);
    }
  }

  /**
   * Reads the staged factors once, to check and count them and to take their digest.
   *
   * @param rank what every row must have
   * @throws RunException if a file is missing, or is not of factors that can be read back
   */
  public FactorsSummary summarizeFactors(int rank) throws IOException {
    FactorsDigest digest = new FactorsDigest();
    digest.add(Side.USER, stagedFactors(Side.USER), rank);
    long users = digest.rows();
    boolean intUsers = digest.intIds();
    digest.add(Side.ITEM, stagedFactors(Side.ITEM), rank);
    if (!digest.complete()) {
      throw notShared(null);
    }
    return new FactorsSummary(users, digest.rows(), intUsers, digest.intIds(), digest.hex());
  }

  private RunException notShared(@Nullable Throwable cause) {
    return new RunException(
        place
            + ": what the workers wrote is not there; expected a folder on a file system that the"
            + " driver and all workers share",
        cause);
  }

  /**
   * Does what is left of {@link #stage} and {@link #replace} once the factors are staged, where the
   * same may have been tried before, to any point.
   *
   * @param created tells the model from every other
   * @param mean of the ratings where they were centred, else 0
   * @throws RunException if it cannot be done; the older model is then still there
   */
  FactorsSummary finish(ModelParameters parameters, String created, double mean) {
    try {
      JsonNode inPlace = manifest(folder);
      if (inPlace != null && inPlace.path("created").asText().equals(created)) {
        storage.delete(aside);
        return Manifest.parse(place + ": ", inPlace).factors();
      }
      checkStaging();
      prepare();
      FactorsSummary factors = summarizeFactors(parameters.columns());
      replace(
          Manifest.of(parameters, factors).withCreated(created).withRatingMean(mean),
          ModelMetrics.create());
      return factors;
    } catch (IOException e) {
      throw RunException.cannotWrite(place, e);
    }
  }

  private void checkStaging() throws IOException {
    if (!storage.isFolder(staging)) { // another run to this output has begun
      throw new IOException("no folder " + staging);
    }
  }

  /**
   * Completes the new model and moves it into place.
   *
   * @throws RunException if it cannot be; the older model is then still there
   */
  public synchronized void replace(Manifest manifest, ModelMetrics metrics) {
    try {
      checkStaging();
      storage.delete(staging() + EXCHANGE);
      for (String folder :
          List.of(
              WriteFactors.folder(Side.USER),
              WriteFactors.folder(Side.ITEM),
              WriteFactors.ITEM_RATINGS)) {
        String part = staging() + folder;
        for (String name : storage.exists(part) ? storage.list(part) : List.<String>of()) {
          if (!isPart(name)) { // of a worker that was killed while it wrote
            storage.delete(part + name);
          }
        }
      }
      String metadata = MllibMetadata.toJson(manifest);
      if (metadata != null) {
        storage.makeFolder(staging() + METADATA);
        write(METADATA + "part-00000", metadata);
        write(METADATA + "_SUCCESS", "");
      }
      write(METRICS, metrics.toJson());
      List<Manifest.ModelFile> files = new ArrayList<>();
      addFiles("", files);
      write(MANIFEST, manifest.withFiles(files).toJson());
      OutputLock.refuseOther(place, folder, storage);
      storage.sync(staging); // first: a name that outlives a power cut must not be that of less
      boolean older = storage.exists(folder);
      if (older) {
        storage.move(folder, aside);
      }
      try {
        storage.move(staging, folder);
        storage.syncNames(parent(folder));
      } catch (IOException e) {
        if (storage.exists(folder)) {
          storage.move(folder, staging);
        }
        if (older) {
          storage.move(aside, folder);
        }
        throw e;
      }
    } catch (IOException e) {
      throw RunException.cannotWrite(place, e);
    }
    try {
      storage.delete(aside);
    } catch (IOException e) {
      // The new model is in place; the next run to this output deletes the older one.
    }
  }

  /**
   * Tells the files below a folder.
   *
   * @param below a path in the staging folder, with its last slash where it is not empty
   * @param files Modified
   */
  private void addFiles(String below, List<Manifest.ModelFile> files) throws IOException {
    for (String name : storage.list(staging() + below)) {
      String path = staging() + below + name;
      if (storage.isFolder(path)) {
        addFiles(below + name + "/", files);
      } else {
        FileDigest digest = FileDigest.of(path);
        files.add(new Manifest.ModelFile(below + name, digest.bytes(), digest.sha256()));
      }
    }
  }

  /** Adds a file of text to the new model, which no command needs. */
  public void add(String name, String text) throws IOException {
    write(name, text);
  }

  private void write(String name, String text) throws IOException {
    storage.write(staging() + name, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Deletes the staging folder, if the model was not moved into place. */
  @Override
  public void close() {
    if (cleanUp != null) {
      cleanUp.close();
    }
  }

  /** Waits for a model that is being moved into place. */
  private synchronized void discard() {
    CleanUp.delete( // in vain, the next run to this output deletes it
        () -> {
          storage.delete(staging);
          return !storage.exists(staging);
        });
  }

  @Override
  public String toString() {
    return folder;
  }
}
