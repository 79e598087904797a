package dev.beamals.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.beamals.csv.CleaningReport;
import dev.beamals.csv.CsvFile;
import dev.beamals.evaluation.RatingMetrics;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/** What {@code manifest.json} and {@code metrics.json} say of a model. */
public final class Manifest {
  /** Grows with every change that an older reader would misread. */
  static final int FORMAT_VERSION = 1;

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final ObjectNode root = JSON.objectNode();
  private long users;
  private long items;
  private String factorsDigest = "";
  private boolean complete;

  public Manifest() {
    root.put("format", ModelFolder.FORMAT);
    root.put("formatVersion", FORMAT_VERSION);
    root.put("created", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
  }

  /** Adds parameters under their flags' names. */
  public Manifest withParameters(Map<String, ?> parameters) {
    ObjectNode node = root.putObject("parameters");
    parameters.forEach(node::putPOJO);
    return this;
  }

  /**
   * Adds what was read and dropped.
   *
   * @param name {@code input} or {@code testInput}
   */
  public Manifest withRows(
      String name, List<CsvFile> files, CleaningReport report, long duplicates) {
    ObjectNode node = root.putObject(name);
    node.put("rowsRead", report.rowsRead());
    ObjectNode dropped = node.putObject("rowsDropped");
    dropped.put("rejected", report.rejected());
    dropped.put("missing", report.missing());
    dropped.put("negativeTimestamp", report.negativeTimestamp());
    dropped.put("notFinite", report.notFinite());
    dropped.put("duplicate", duplicates);
    node.put("ratings", report.kept() - duplicates);
    ArrayNode array = node.putArray("files");
    for (CsvFile file : files) {
      long fingerprint = report.fingerprints().getOrDefault(file.name(), 0L);
      array
          .addObject()
          .put("file", file.name())
          .put("bytes", file.bytes())
          .put("fingerprint", String.format("%016x", fingerprint));
    }
    return this;
  }

  /** Reads the staged factors once, to check and count them and to take their digest. */
  public Manifest withFactors(ModelFolder model, int rank) throws IOException {
    FactorsDigest digest = new FactorsDigest();
    for (Side side : Side.values()) {
      digest.add(side, model.stagedFactors(side), rank);
      String name = side == Side.USER ? "users" : "items";
      root.put(name, digest.rows());
      root.put(side == Side.USER ? "userIds" : "itemIds", digest.intIds() ? "int" : "string");
      if (side == Side.USER) {
        users = digest.rows();
      } else {
        items = digest.rows();
      }
    }
    factorsDigest = digest.hex();
    complete = digest.complete();
    root.put("factorsDigest", factorsDigest);
    return this;
  }

  /** Adds how long each phase took, in seconds. */
  public Manifest withDurations(Map<String, Double> seconds) {
    ObjectNode node = root.putObject("seconds");
    seconds.forEach((phase, value) -> node.put(phase, Math.round(value * 1000) / 1000.0));
    return this;
  }

  public long users() {
    return users;
  }

  public long items() {
    return items;
  }

  /** Whether no file of factors is missing. */
  public boolean complete() {
    return complete;
  }

  public String factorsDigest() {
    return factorsDigest;
  }

  public ObjectNode json() {
    return root;
  }

  /**
   * Figures as JSON; one that is not a number is null.
   *
   * @param nan whether cold pairs make the errors NaN, as with Spark MLlib's {@code
   *     coldStartStrategy=nan}
   */
  public static ObjectNode metrics(RatingMetrics metrics, boolean nan) {
    boolean unknown = nan && metrics.cold() > 0;
    ObjectNode node = JSON.objectNode();
    put(node, "mae", unknown ? Double.NaN : metrics.mae());
    put(node, "rmse", unknown ? Double.NaN : metrics.rmse());
    put(node, "r2", unknown ? Double.NaN : metrics.r2());
    node.put("count", metrics.count());
    put(node, "coverage", metrics.coverage());
    return node;
  }

  private static void put(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }
}
