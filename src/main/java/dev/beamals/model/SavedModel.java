package dev.beamals.model;

import static dev.beamals.Words.noun;

import com.fasterxml.jackson.databind.JsonNode;
import dev.beamals.RunException;
import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.files.FolderFiles;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * A model that was saved, by beam-als or by Spark MLlib's {@code ALSModel.save}, opened for use.
 *
 * <p>Of ours, {@code manifest.json} tells what it is; of MLlib's, {@code metadata/}. The factors
 * are the files {@code part-*.parquet} of {@code userFactors/} and {@code itemFactors/} in the
 * folder itself: a path that a manifest names is never followed here. JSON and Parquet are all that
 * is read, no Java object is.
 *
 * <p>Opening checks what can be without reading all factors: that the folder is complete and of a
 * format this version knows, that the end of every file is there, and that a side has as many rows
 * as its manifest says and as many files as each of them says. Reading checks the rest, page by
 * page against its checksum and row by row. What neither finds is a whole file of another model of
 * the same rank and as many rows in place of one of this: {@link ModelCheck} does, but it takes as
 * long as reading everything. Every failure is a {@link RunException} of one line.
 *
 * <pre>{@code
 * SavedModel model = SavedModel.open("model", "als_model");
 * long users = model.factors(Side.USER).rows();
 * PCollection<FactorBlock> items = model.in(pipeline).factors(Side.ITEM).blocks();
 * }</pre>
 */
public final class SavedModel {
  private final String folder;
  private final String description;
  private final @Nullable Manifest manifest;
  private final boolean asWritten;
  private final ModelParameters parameters;
  private final SavedFactors users;
  private final SavedFactors items;
  private final @Nullable SavedFactors itemRatings;

  private SavedModel(
      String folder,
      JsonNode description,
      @Nullable Manifest manifest,
      ModelParameters parameters,
      SavedFactors users,
      SavedFactors items,
      @Nullable SavedFactors itemRatings) {
    this.folder = folder;
    this.description = Json.toText(description);
    this.manifest = manifest;
    this.asWritten = Manifest.isAsWritten(description);
    this.parameters = parameters;
    this.users = users;
    this.items = items;
    this.itemRatings = itemRatings;
  }

  /**
   * Opens a model.
   *
   * @param parameter what messages call it, as in {@code model=a: no such folder}
   * @throws RunException saying what is wrong with the folder
   */
  public static SavedModel open(String parameter, String folder) {
    String place = parameter + "=" + folder + ": ";
    String path = FolderFiles.normalize(parameter, folder);
    try {
      List<String> files = FolderFiles.list(path);
      List<String> metadata = FolderFiles.list(path + "metadata/");
      if (files.contains("manifest.json")) {
        return openOurs(place, path);
      }
      if (metadata.contains("part-00000")) {
        return openMllib(place, path, metadata);
      }
      boolean remote = FolderFiles.isRemote(folder);
      if (!remote && Files.isRegularFile(FolderFiles.local(folder))) {
        throw new RunException(place + "is a file; expected the folder of a model");
      }
      if (remote
          ? files.isEmpty() && FolderFiles.list(path + "userFactors/").isEmpty()
          : !Files.exists(FolderFiles.local(folder))) {
        String aside = ModelFolder.aside(path.substring(0, path.length() - 1)) + "/";
        throw new RunException(
            place
                + "no such folder"
                + (FolderFiles.list(aside).contains("manifest.json")
                    ? "; a run that was to replace it was killed, and left it as "
                        + aside
                        + ": the next run to it brings it back"
                    : ""));
      }
      throw new RunException(
          place
              + "has neither a manifest.json nor the metadata/ of Spark MLlib: not a model, or one"
              + " that was not completed");
    } catch (IOException e) {
      throw new RunException(place + "cannot be read: " + e.getMessage(), e);
    }
  }

  private static SavedModel openOurs(String place, String path) throws IOException {
    JsonNode json = parse(place + "manifest.json", path + "manifest.json", false);
    Manifest manifest = Manifest.parse(place, json);
    SavedFactors users = factors(place, path, Side.USER, manifest.columns(), false);
    SavedFactors items = factors(place, path, Side.ITEM, manifest.columns(), false);
    checkRows(place, "userFactors", users, manifest.factors().users());
    checkRows(place, "itemFactors", items, manifest.factors().items());
    SavedFactors itemRatings = null;
    if (!FolderFiles.list(path + WriteFactors.ITEM_RATINGS).isEmpty()) {
      itemRatings = factors(place, path, WriteFactors.ITEM_RATINGS, 1, false);
      checkRows(place, "itemRatings", itemRatings, manifest.factors().items());
    }
    return new SavedModel(path, json, manifest, manifest.parameters(), users, items, itemRatings);
  }

  private static void checkRows(String place, String name, SavedFactors factors, long count) {
    if (count != factors.rows()) {
      throw new RunException(
          String.format(
              "%s%s/ holds %d %s and manifest.json says %d: a file is missing or was added",
              place, name, factors.rows(), noun(factors.rows(), "row"), count));
    }
  }

  private static SavedModel openMllib(String place, String path, List<String> metadataFiles)
      throws IOException {
    if (!metadataFiles.contains("_SUCCESS")) {
      throw new RunException(place + "metadata/ has no _SUCCESS: it was not completed");
    }
    JsonNode json = parse(place + "metadata/part-00000", path + "metadata/part-00000", true);
    MllibMetadata metadata = MllibMetadata.parse(place, json);
    return new SavedModel(
        path,
        json,
        null,
        metadata.parameters(),
        factors(place, path, Side.USER, metadata.rank(), true),
        factors(place, path, Side.ITEM, metadata.rank(), true),
        null);
  }

  private static SavedFactors factors(
      String place, String path, Side side, int rank, boolean success) throws IOException {
    return factors(place, path, WriteFactors.folder(side), rank, success);
  }

  private static SavedFactors factors(
      String place, String path, String name, int rank, boolean success) throws IOException {
    String folder = path + name;
    List<String> names = FolderFiles.list(folder);
    if (success && !names.contains("_SUCCESS")) {
      throw new RunException(place + name + " has no _SUCCESS: it was not completed");
    }
    List<String> files =
        names.stream()
            .filter(file -> file.startsWith("part-") && file.endsWith(".parquet"))
            .map(file -> folder + file)
            .toList();
    if (files.isEmpty()) {
      throw new RunException(place + name + " has no part-*.parquet: it was not completed");
    }
    return SavedFactors.open(files, rank);
  }

  private static JsonNode parse(String what, String file, boolean firstLine) throws IOException {
    String text = FolderFiles.readText(file);
    return Json.parse(what, firstLine ? text.lines().findFirst().orElse("") : text);
  }

  /** The factors of a side. */
  public SavedFactors factors(Side side) {
    return side == Side.USER ? users : items;
  }

  /** The model in a pipeline: a side is read where something asks for it. */
  public AlsModel in(Pipeline pipeline) {
    return ReadModel.read(this, PBegin.in(pipeline));
  }

  /**
   * The same, where a pipeline has several models.
   *
   * @param name of the step that its own are part of
   */
  public AlsModel in(Pipeline pipeline, String name) {
    return pipeline.apply(name, ReadModel.opened(this));
  }

  /**
   * How many ratings each item was trained on, as rows of one column; null of a model that does not
   * tell: one of Spark MLlib, or saved before this was kept.
   */
  public @Nullable PCollection<FactorBlock> itemRatings(Pipeline pipeline) {
    return itemRatings == null
        ? null
        : pipeline.apply("ReadItemRatings", ReadModel.blocks(itemRatings));
  }

  /** The parameters of ALS, or null where it does not tell the regularization. */
  public @Nullable AlsParameters alsParameters() {
    if (parameters.number("regParam") == null) { // as of MLlib, whose model tells only its rank
      return null;
    }
    try {
      AlsParameters known = AlsParameters.create();
      for (String name : AlsParameters.names()) {
        Object value = parameters.toMap().get(name);
        known = value == null ? known : known.with(name, value);
      }
      return known;
    } catch (IllegalArgumentException e) {
      throw new RunException(folder + "manifest.json: " + e.getMessage(), e);
    }
  }

  /** The numbers that are stored of an id: its factors, and the columns beside them. */
  public int rank() {
    return users.rank();
  }

  /** The mean of the ratings where they were centred, else 0. */
  public double ratingMean() {
    return manifest == null ? 0 : manifest.ratingMean();
  }

  /** Whether Spark MLlib saved it, so that there is no manifest. */
  public boolean isMllib() {
    return manifest == null;
  }

  /** What our manifest says, or null if Spark MLlib saved it. */
  public @Nullable Manifest manifest() {
    return manifest;
  }

  /**
   * Whether the manifest is as it was written, by its own digest; true where it has none. {@link
   * ModelCheck} tells of all other files.
   */
  public boolean isManifestAsWritten() {
    return asWritten;
  }

  /** What it was made with, as far as it tells. */
  public ModelParameters parameters() {
    return parameters;
  }

  /** Our manifest or MLlib's metadata for people, as JSON with all keys. */
  public String description() {
    return description;
  }

  /** The figures that were saved with it, none where there are none. */
  public ModelMetrics metrics() {
    String file = folder + "metrics.json";
    try {
      return FolderFiles.list(folder).contains("metrics.json")
          ? ModelMetrics.parse(file, parse(file, file, false))
          : ModelMetrics.create();
    } catch (IOException e) {
      throw new RunException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Its folder, with the last slash. */
  public String folder() {
    return folder;
  }
}
