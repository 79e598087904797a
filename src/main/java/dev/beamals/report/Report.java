package dev.beamals.report;

import com.google.auto.value.AutoValue;
import dev.beamals.RunException;
import dev.beamals.files.FolderFiles;
import dev.beamals.ids.Side;
import dev.beamals.model.Manifest;
import dev.beamals.model.ModelMetrics;
import dev.beamals.model.SavedModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a page: what is known of a model, and of rows where there are any.
 *
 * <p>Immutable. {@link ReportPage} draws it.
 */
@AutoValue
public abstract class Report {
  private static final String TRIALS = "trials.json";

  /** The folder of the model. */
  public abstract String model();

  public abstract long users();

  public abstract long items();

  public abstract int rank();

  /** What it was trained with, by name; without what was not set. */
  public abstract Map<String, String> parameters();

  public abstract ModelMetrics metrics();

  /** Where it comes from, or null of a model of Spark MLlib. */
  public abstract @Nullable Manifest manifest();

  /** The trials that it was chosen from, or null. */
  public abstract @Nullable Tuning tuning();

  /** How many training ratings items have, or null where the model does not tell. */
  public abstract @Nullable Bins itemRatings();

  /** What the rows are, or null where they were not read. */
  public abstract @Nullable RowSummary rows();

  /** What is recommended to users that have rows, or null where these were not read. */
  public abstract @Nullable Recommendations recommendations();

  /** What is not told, and why, in sentences. */
  public abstract List<String> leftOut();

  /**
   * What a folder tells of itself.
   *
   * @throws RunException if a file of it cannot be read
   */
  public static Report of(SavedModel model) {
    Map<String, String> parameters = new TreeMap<>();
    model
        .parameters()
        .toMap()
        .forEach(
            (name, value) -> {
              if (value != null) {
                parameters.put(name, value.toString());
              }
            });
    Manifest manifest = model.manifest();
    return new AutoValue_Report.Builder()
        .setModel(model.folder())
        .setUsers(model.factors(Side.USER).rows())
        .setItems(model.factors(Side.ITEM).rows())
        .setRank(manifest == null ? model.rank() : manifest.rank())
        .setParameters(Collections.unmodifiableMap(parameters))
        .setMetrics(model.metrics())
        .setManifest(manifest)
        .setTuning(tuning(model.folder()))
        .setLeftOut(List.of())
        .build();
  }

  private static @Nullable Tuning tuning(String folder) {
    String file = folder + TRIALS;
    try {
      return FolderFiles.list(folder).contains(TRIALS)
          ? Tuning.parse(file, FolderFiles.readText(file))
          : null;
    } catch (IOException e) {
      throw new RunException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  public Report withItemRatings(Bins itemRatings) {
    return toBuilder().setItemRatings(itemRatings).build();
  }

  /** Adds what rows tell. */
  public Report withRows(RowSummary rows, Recommendations recommendations) {
    return toBuilder().setRows(rows).setRecommendations(recommendations).build();
  }

  /** Says that something is not told. */
  public Report withLeftOut(String sentence) {
    List<String> sentences = new ArrayList<>(leftOut());
    sentences.add(sentence);
    return toBuilder().setLeftOut(Collections.unmodifiableList(sentences)).build();
  }

  abstract Builder toBuilder();

  @AutoValue.Builder
  abstract static class Builder {
    abstract Builder setModel(String model);

    abstract Builder setUsers(long users);

    abstract Builder setItems(long items);

    abstract Builder setRank(int rank);

    abstract Builder setParameters(Map<String, String> parameters);

    abstract Builder setMetrics(ModelMetrics metrics);

    abstract Builder setManifest(@Nullable Manifest manifest);

    abstract Builder setTuning(@Nullable Tuning tuning);

    abstract Builder setItemRatings(@Nullable Bins itemRatings);

    abstract Builder setRows(@Nullable RowSummary rows);

    abstract Builder setRecommendations(@Nullable Recommendations recommendations);

    abstract Builder setLeftOut(List<String> leftOut);

    abstract Report build();
  }
}
