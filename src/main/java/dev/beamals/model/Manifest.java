package dev.beamals.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.auto.value.AutoValue;
import dev.beamals.RunException;
import dev.beamals.als.TrainingSummary;
import java.io.Serializable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code manifest.json} says of a model: how it was made, of what, and what its factors are.
 *
 * <p>Immutable. Keys that this version does not know are not read: a change that an older reader
 * would misread raises {@code formatVersion}, and such a model is refused.
 *
 * <pre>{@code
 * Manifest manifest =
 *     Manifest.of(parameters, folder.summarizeFactors(rank)).withInput(input).withSeconds(seconds);
 * }</pre>
 */
@AutoValue
public abstract class Manifest implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The key of the digest of all other keys. */
  private static final String DIGEST = "manifestDigest";

  /** Says that a folder is ours. */
  static final String FORMAT = "beam-als model";

  /**
   * Grows with every change that an older reader would misread. Version 2: there are columns beside
   * the factors. A model without any is of version 1, so that older readers read it.
   */
  static final int FORMAT_VERSION = 2;

  /** Beyond the rank of any model that can be trained. */
  private static final int MAX_RANK = 100_000;

  /**
   * A file of ratings.
   *
   * @param fingerprint of its rows, whatever their order, in hexadecimal; empty where it is not
   *     known
   */
  public record InputFile(String file, long bytes, String fingerprint) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /**
   * What was read and dropped: {@code rowsRead} is the sum of {@code rowsDropped} and {@code
   * ratings}.
   *
   * @param rowsDropped by the names of the reasons
   * @param ratings the rows that were left
   */
  public record Input(
      long rowsRead, Map<String, Long> rowsDropped, long ratings, List<InputFile> files)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    /** As JSON has it. */
    public Map<String, Object> toMap() {
      List<Map<String, Object>> entries = new ArrayList<>();
      for (InputFile file : files) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("file", file.file());
        entry.put("bytes", file.bytes());
        if (!file.fingerprint().isEmpty()) {
          entry.put("fingerprint", file.fingerprint());
        }
        entries.add(entry);
      }
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("rowsRead", rowsRead);
      map.put("rowsDropped", rowsDropped);
      map.put("ratings", ratings);
      map.put("files", entries);
      return map;
    }
  }

  /**
   * Where the items of a fold-in come from.
   *
   * @param model the folder of the model that users were folded into
   * @param factorsDigest of that model, where it tells
   * @param ratingsOfUnknownItems how many ratings were of items that it does not have
   */
  public record FoldInOrigin(
      String model, @Nullable String factorsDigest, long ratingsOfUnknownItems)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /**
   * A file of the model itself.
   *
   * @param file its path in the folder of the model
   * @param sha256 of its bytes, in hexadecimal
   */
  public record ModelFile(String file, long bytes, String sha256) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** When it was made, as in {@code 2026-01-31T12:00:00Z}. */
  public abstract String created();

  public abstract ModelParameters parameters();

  /** The ratings it was trained on, where it tells. */
  public abstract @Nullable Input input();

  /** The ratings it was tested on, where they were files of their own. */
  public abstract @Nullable Input testInput();

  public abstract FactorsSummary factors();

  /** Where its items come from, if its users were folded in. */
  public abstract @Nullable FoldInOrigin foldIn();

  /** How many iterations were done, where it tells: fewer than asked for with a tolerance. */
  public abstract @Nullable Integer iterations();

  /** The mean of the ratings where they were centred, else 0. */
  public abstract double ratingMean();

  /** How long each phase took, in seconds. */
  public abstract Map<String, Double> seconds();

  /** The other files of the model; none where it is of a version that did not tell. */
  public abstract List<ModelFile> files();

  /**
   * @param parameters among them {@code rank}
   */
  public static Manifest of(ModelParameters parameters, FactorsSummary factors) {
    return new AutoValue_Manifest.Builder()
        .setCreated(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
        .setParameters(parameters)
        .setFactors(factors)
        .setRatingMean(0)
        .setSeconds(Map.of())
        .setFiles(List.of())
        .build();
  }

  Manifest withCreated(String created) {
    return toBuilder().setCreated(created).build();
  }

  Manifest withFiles(List<ModelFile> files) {
    return toBuilder().setFiles(files).build();
  }

  public Manifest withInput(Input input) {
    return toBuilder().setInput(input).build();
  }

  public Manifest withTestInput(Input input) {
    return toBuilder().setTestInput(input).build();
  }

  /** Adds how the training went. */
  public Manifest withTraining(TrainingSummary summary) {
    return toBuilder().setIterations(summary.iterations()).build().withRatingMean(summary.mean());
  }

  /** Adds the mean of the ratings, if they were centred. */
  public Manifest withRatingMean(double mean) {
    return toBuilder().setRatingMean(mean).build();
  }

  public Manifest withFoldIn(FoldInOrigin origin) {
    return toBuilder().setFoldIn(origin).build();
  }

  /** Adds how long each phase took, in seconds. */
  public Manifest withSeconds(Map<String, Double> seconds) {
    Map<String, Double> milliseconds = new LinkedHashMap<>();
    seconds.forEach((phase, value) -> milliseconds.put(phase, Math.round(value * 1000) / 1000.0));
    return toBuilder().setSeconds(milliseconds).build();
  }

  /** The number of factors of an id. */
  public int rank() {
    return parameters().rank();
  }

  /** The numbers that are stored of an id. */
  public int columns() {
    return parameters().columns();
  }

  abstract Builder toBuilder();

  @AutoValue.Builder
  abstract static class Builder {
    abstract Builder setCreated(String created);

    abstract Builder setParameters(ModelParameters parameters);

    abstract Builder setInput(@Nullable Input input);

    abstract Builder setTestInput(@Nullable Input input);

    abstract Builder setFactors(FactorsSummary factors);

    abstract Builder setFoldIn(@Nullable FoldInOrigin origin);

    abstract Builder setIterations(@Nullable Integer iterations);

    abstract Builder setRatingMean(double ratingMean);

    abstract Builder setSeconds(Map<String, Double> seconds);

    abstract Builder setFiles(List<ModelFile> files);

    abstract Manifest build();
  }

  /** Whether a file is the manifest of a model of ours, of whatever version. */
  static boolean isOne(JsonNode json) {
    return FORMAT.equals(json.path("format").asText());
  }

  /**
   * @param place the folder and a colon, for messages
   * @throws RunException if it is not a manifest, of a newer format, or does not tell the rank and
   *     how many users and items there are
   */
  static Manifest parse(String place, JsonNode json) {
    String what = place + "manifest.json";
    if (!isOne(json)) {
      throw new RunException(what + " is not that of a beam-als model");
    }
    JsonNode version = json.path("formatVersion");
    if (!version.isInt() || version.asInt() < 1) {
      throw new RunException(what + " has no formatVersion");
    }
    if (version.asInt() > FORMAT_VERSION) {
      throw new RunException(
          String.format(
              "%sits format is %d, and this beam-als reads up to %d; expected a newer beam-als",
              place, version.asInt(), FORMAT_VERSION));
    }
    checkRank(what, json.path("parameters").path("rank"));
    for (String count : List.of("users", "items")) {
      if (!json.path(count).isIntegralNumber()) {
        throw new RunException(what + " does not say how many " + count + " there are");
      }
    }
    Map<String, Double> seconds = new LinkedHashMap<>();
    json.path("seconds")
        .properties()
        .forEach(p -> seconds.put(p.getKey(), p.getValue().asDouble()));
    return new AutoValue_Manifest.Builder()
        .setCreated(json.path("created").asText())
        .setParameters(parameters(json.path("parameters")))
        .setInput(input(json.path("input")))
        .setTestInput(input(json.path("testInput")))
        .setFactors(
            new FactorsSummary(
                json.path("users").asLong(),
                json.path("items").asLong(),
                json.path("userIds").asText().equals("int"),
                json.path("itemIds").asText().equals("int"),
                json.path("factorsDigest").asText()))
        .setFoldIn(foldIn(json.path("foldIn")))
        .setIterations(json.path("iterations").isInt() ? json.path("iterations").asInt() : null)
        .setRatingMean(json.path("ratingMean").asDouble(0))
        .setSeconds(seconds)
        .setFiles(files(json.path("files")))
        .build();
  }

  private static List<ModelFile> files(JsonNode json) {
    List<ModelFile> files = new ArrayList<>();
    for (JsonNode file : json) {
      files.add(
          new ModelFile(
              file.path("file").asText(),
              file.path("bytes").asLong(),
              file.path("sha256").asText()));
    }
    return List.copyOf(files);
  }

  /** What a manifest says its own digest is; null where it does not say. */
  static @Nullable String digest(JsonNode json) {
    return json.path(DIGEST).textValue();
  }

  /** Whether a manifest is as it was written, or does not tell. */
  static boolean isAsWritten(JsonNode json) {
    String digest = digest(json);
    return digest == null || digest.equals(computeDigest(json));
  }

  private static String computeDigest(JsonNode json) {
    ObjectNode rest = json.deepCopy();
    rest.remove(DIGEST);
    return Json.digest(rest);
  }

  static int checkRank(String what, JsonNode rank) {
    if (!rank.isInt() || rank.asInt() < 1 || rank.asInt() > MAX_RANK) {
      throw new RunException(what + " has no rank of 1 or more");
    }
    return rank.asInt();
  }

  static ModelParameters parameters(JsonNode... maps) {
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    for (JsonNode map : maps) {
      if (map.isObject()) {
        Json.toMap(map).forEach((name, value) -> parameters.put((String) name, value));
      }
    }
    return ModelParameters.of(parameters);
  }

  private static @Nullable Input input(JsonNode json) {
    if (!json.isObject()) {
      return null;
    }
    Map<String, Long> dropped = new LinkedHashMap<>();
    json.path("rowsDropped")
        .properties()
        .forEach(p -> dropped.put(p.getKey(), p.getValue().asLong()));
    List<InputFile> files = new ArrayList<>();
    for (JsonNode file : json.path("files")) {
      files.add(
          new InputFile(
              file.path("file").asText(),
              file.path("bytes").asLong(),
              file.path("fingerprint").asText()));
    }
    return new Input(json.path("rowsRead").asLong(), dropped, json.path("ratings").asLong(), files);
  }

  private static @Nullable FoldInOrigin foldIn(JsonNode json) {
    return json.isObject()
        ? new FoldInOrigin(
            json.path("model").asText(),
            json.path("factorsDigest").textValue(),
            json.path("ratingsOfUnknownItems").asLong())
        : null;
  }

  String toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("format", FORMAT);
    json.put("formatVersion", columns() == rank() ? 1 : FORMAT_VERSION);
    json.put("created", created());
    json.put("parameters", parameters().toMap());
    putInput(json, "input", input());
    putInput(json, "testInput", testInput());
    json.put("users", factors().users());
    json.put("userIds", factors().intUsers() ? "int" : "string");
    json.put("items", factors().items());
    json.put("itemIds", factors().intItems() ? "int" : "string");
    json.put("factorsDigest", factors().digest());
    if (iterations() != null) {
      json.put("iterations", iterations());
    }
    if (columns() > rank()) {
      json.put("columns", columnNames());
      json.put("ratingMean", ratingMean());
    }
    FoldInOrigin origin = foldIn();
    if (origin != null) {
      Map<String, Object> foldIn = new LinkedHashMap<>();
      foldIn.put("model", origin.model());
      foldIn.put("ratingsOfUnknownItems", origin.ratingsOfUnknownItems());
      if (origin.factorsDigest() != null) {
        foldIn.put("factorsDigest", origin.factorsDigest());
      }
      json.put("foldIn", foldIn);
    }
    if (!seconds().isEmpty()) {
      json.put("seconds", seconds());
    }
    if (!files().isEmpty()) {
      List<Map<String, Object>> files = new ArrayList<>();
      for (ModelFile file : files()) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("file", file.file());
        entry.put("bytes", file.bytes());
        entry.put("sha256", file.sha256());
        files.add(entry);
      }
      json.put("files", files);
      json.put(DIGEST, Json.digest(Json.parse("manifest.json", Json.toText(json))));
    }
    return Json.toText(json);
  }

  /** What the numbers are that are stored of a user and of an item, in words. */
  public Map<String, List<String>> columnNames() {
    List<String> user = new ArrayList<>(List.of("factors 1 to " + rank()));
    List<String> item = new ArrayList<>(user);
    boolean biases = columns() == rank() + 2;
    if (columns() > rank()) {
      boolean center = Boolean.TRUE.equals(parameters().flag("center"));
      user.add((center ? "mean" : "") + (center && biases ? " + " : "") + (biases ? "bias" : ""));
      item.add("1");
    }
    if (biases) {
      user.add("1");
      item.add("bias");
    }
    Map<String, List<String>> names = new LinkedHashMap<>();
    names.put("user", user);
    names.put("item", item);
    return names;
  }

  private static void putInput(Map<String, Object> json, String name, @Nullable Input input) {
    if (input != null) {
      json.put(name, input.toMap());
    }
  }
}
