package dev.beamals.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.beamals.RunException;
import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.files.FolderFiles;
import dev.beamals.files.HadoopFiles;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.Pipeline;

/**
 * A model that was saved, by beam-als or by Spark MLlib's {@code ALSModel.save}, opened for use.
 *
 * <p>Of ours, {@code manifest.json} tells what it is; of MLlib's, {@code metadata/}. The factors
 * are the files {@code part-*.parquet} of {@code userFactors/} and {@code itemFactors/} in the
 * folder itself: a path that a manifest names is never followed. JSON and Parquet are all that is
 * read, no Java object is.
 *
 * <p>Opening checks what can be without reading all factors: that the folder is complete and of a
 * format this version knows, that the end of every file is there, and that a side has as many rows
 * as its manifest says and as many files as each of them says. Reading checks the rest, page by
 * page against its checksum and row by row. What neither finds is a whole file of another model of
 * the same rank and as many rows in place of one of this: {@code factorsDigest} tells, but
 * computing it takes as long as reading everything. Every failure is a {@link RunException} of one
 * line.
 *
 * <pre>{@code
 * SavedModel model = SavedModel.open("--model", "als_model");
 * PCollection<FactorBlock> users =
 *     pipeline.apply("ReadUserFactors", ReadFactors.from(model.factors(Side.USER)));
 * }</pre>
 */
public final class SavedModel {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String folder;
  private final JsonNode description;
  private final boolean mllib;
  private final FactorFiles users;
  private final FactorFiles items;

  private SavedModel(
      String folder, JsonNode description, boolean mllib, FactorFiles users, FactorFiles items) {
    this.folder = folder;
    this.description = description;
    this.mllib = mllib;
    this.users = users;
    this.items = items;
  }

  /**
   * Opens a model.
   *
   * @param flag the flag that {@code folder} comes from, for messages
   * @throws RunException saying what is wrong with the folder
   */
  public static SavedModel open(String flag, String folder) {
    String place = flag + "=" + folder + ": ";
    String path = FolderFiles.normalize(flag, folder);
    try {
      List<String> files = FolderFiles.list(path);
      List<String> metadata = FolderFiles.list(path + "metadata/");
      if (files.contains("manifest.json")) {
        return openOurs(place, path);
      }
      if (metadata.contains("part-00000")) {
        return openMllib(place, path, metadata);
      }
      if (!HadoopFiles.isRemote(folder) && Files.isRegularFile(Path.of(folder))) {
        throw new RunException(place + "is a file; expected the folder of a model");
      }
      if (!FolderFiles.exists(path)
          && files.isEmpty()
          && FolderFiles.list(path + "userFactors/").isEmpty()) {
        throw new RunException(place + "no such folder");
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
    JsonNode manifest = parse(place + "manifest.json", path + "manifest.json", false);
    if (!ModelFolder.FORMAT.equals(manifest.path("format").asText())) {
      throw new RunException(place + "manifest.json is not that of a beam-als model");
    }
    JsonNode version = manifest.path("formatVersion");
    if (!version.isInt() || version.asInt() < 1) {
      throw new RunException(place + "manifest.json has no formatVersion");
    }
    if (version.asInt() > Manifest.FORMAT_VERSION) {
      throw new RunException(
          String.format(
              "%sits format is %d, and this beam-als reads up to %d; expected a newer beam-als",
              place, version.asInt(), Manifest.FORMAT_VERSION));
    }
    int rank = rank(place + "manifest.json", manifest.path("parameters").path("rank"));
    FactorFiles users = factors(place, path, Side.USER, rank, false);
    FactorFiles items = factors(place, path, Side.ITEM, rank, false);
    checkRows(place, "userFactors", users, manifest.path("users"));
    checkRows(place, "itemFactors", items, manifest.path("items"));
    return new SavedModel(path, manifest, false, users, items);
  }

  private static void checkRows(String place, String name, FactorFiles factors, JsonNode count) {
    if (!count.isIntegralNumber() || count.asLong() != factors.rows()) {
      throw new RunException(
          String.format(
              "%s%s/ holds %d rows and manifest.json says %s: a file is missing or was added",
              place, name, factors.rows(), count.isMissingNode() ? "nothing" : count.asText()));
    }
  }

  private static SavedModel openMllib(String place, String path, List<String> metadataFiles)
      throws IOException {
    if (!metadataFiles.contains("_SUCCESS")) {
      throw new RunException(place + "metadata/ has no _SUCCESS: it was not completed");
    }
    JsonNode metadata = parse(place + "metadata/part-00000", path + "metadata/part-00000", true);
    String type = metadata.path("class").asText();
    if (!type.equals(MllibMetadata.MODEL_CLASS)) {
      throw new RunException(
          String.format(
              "%smetadata/ is that of %s; expected %s",
              place, type.isEmpty() ? "nothing known" : type, MllibMetadata.MODEL_CLASS));
    }
    int rank = rank(place + "metadata/part-00000", metadata.path("rank"));
    return new SavedModel(
        path,
        metadata,
        true,
        factors(place, path, Side.USER, rank, true),
        factors(place, path, Side.ITEM, rank, true));
  }

  private static FactorFiles factors(
      String place, String path, Side side, int rank, boolean success) throws IOException {
    String folder = path + WriteFactors.folder(side);
    List<String> names = FolderFiles.list(folder);
    if (success && !names.contains("_SUCCESS")) {
      throw new RunException(
          place + WriteFactors.folder(side) + " has no _SUCCESS: it was not completed");
    }
    List<String> files =
        names.stream()
            .filter(name -> name.startsWith("part-") && name.endsWith(".parquet"))
            .map(name -> folder + name)
            .toList();
    if (files.isEmpty()) {
      throw new RunException(
          place + WriteFactors.folder(side) + " has no part-*.parquet: it was not completed");
    }
    return FactorFiles.open(files, rank);
  }

  private static int rank(String what, JsonNode rank) {
    if (!rank.isInt() || rank.asInt() < 1 || rank.asInt() > 100_000) {
      throw new RunException(what + " has no rank of 1 or more");
    }
    return rank.asInt();
  }

  private static JsonNode parse(String what, String file, boolean firstLine) throws IOException {
    try {
      String text = FolderFiles.readText(file);
      JsonNode json = JSON.readTree(firstLine ? text.lines().findFirst().orElse("") : text);
      if (json != null && json.isObject()) {
        return json;
      }
    } catch (JsonProcessingException e) {
      // The same message: it is cut off, or something else.
    }
    throw new RunException(what + " is not whole JSON");
  }

  /** The factors of a side. */
  public FactorFiles factors(Side side) {
    return side == Side.USER ? users : items;
  }

  /** The model in a pipeline: a side is read where something asks for it. */
  public AlsModel in(Pipeline pipeline) {
    AlsParameters parameters = null;
    if (parameter("regParam").isNumber()) {
      parameters =
          AlsParameters.create().withRank(rank()).withRegParam(parameter("regParam").asDouble());
    }
    return new AlsModel(
        pipeline,
        new FileFactors(pipeline, Side.USER, users),
        new FileFactors(pipeline, Side.ITEM, items),
        parameters);
  }

  public int rank() {
    return users.rank();
  }

  /** Whether Spark MLlib saved it, so that there is no manifest. */
  public boolean isMllib() {
    return mllib;
  }

  /** Our manifest, or MLlib's metadata. */
  public JsonNode description() {
    return description;
  }

  /** A training parameter under its flag's name; missing where it was not saved. */
  public JsonNode parameter(String name) {
    if (!mllib) {
      return description.path("parameters").path(name);
    }
    for (String map : List.of("paramMap", "defaultParamMap")) {
      JsonNode value = description.path(map).path(name);
      if (!value.isMissingNode()) {
        return value;
      }
    }
    return MissingNode.getInstance();
  }

  /** The figures that were saved with it, missing where there are none. */
  public JsonNode metrics() {
    try {
      return FolderFiles.list(folder).contains("metrics.json")
          ? parse(folder + "metrics.json", folder + "metrics.json", false)
          : MissingNode.getInstance();
    } catch (IOException e) {
      throw new RunException(folder + "metrics.json: cannot be read: " + e.getMessage(), e);
    }
  }

  /** Its folder, with the last slash. */
  public String folder() {
    return folder;
  }
}
