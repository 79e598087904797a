package dev.beamals.pipelines;

import dev.beamals.RunException;
import dev.beamals.als.TrainingSummary;
import dev.beamals.evaluation.RankingMetrics;
import dev.beamals.evaluation.RatingMetrics;
import dev.beamals.files.FileDigest;
import dev.beamals.files.FolderFiles;
import dev.beamals.files.ResultFile;
import dev.beamals.files.Storage;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of ratings of a tuning and what came of its trials, in a folder beside the output
 * until the tuning is complete: one that was killed and is started again goes on with the trials
 * that are missing.
 */
final class TrialFiles {
  /** Says that all blocks are there; of a run that was killed before, they may be half written. */
  private static final String COMPLETE = "_SUCCESS";

  private final Storage storage;
  private final String all;
  private final String folder;

  private TrialFiles(Storage storage, String all, String folder) {
    this.storage = storage;
    this.all = all;
    this.folder = folder;
  }

  /**
   * Makes the folder ready; what another tuning left there is deleted.
   *
   * @param settings tells a tuning from others: its input, its flags
   */
  static TrialFiles open(String output, String settings, PipelineOptions options) {
    try {
      String path = FolderFiles.normalize("output", output);
      path = path.substring(0, path.length() - 1);
      int name = path.lastIndexOf('/') + 1;
      String all = path.substring(0, name) + "." + path.substring(name) + ".trials/";
      Storage storage = Storage.of(output, options);
      String own = digest(settings);
      for (String entry : storage.list(all)) {
        if (!entry.equals(own)) {
          storage.delete(all + entry);
        }
      }
      storage.makeFolder(all + own);
      return new TrialFiles(storage, all, all + own + "/");
    } catch (IOException e) {
      throw RunException.cannotWrite("output=" + output, e);
    }
  }

  private static String digest(String text) {
    byte[] sha = FileDigest.newSha256().digest(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(sha, 0, 8);
  }

  /** Where factors may be exchanged, with its last slash. */
  String exchange() {
    return folder + "exchange/";
  }

  /** Where the report of cleaning goes. */
  String report() {
    return folder + "report.bin";
  }

  /** Where the report of the split goes, if there is one. */
  String split() {
    return folder + "split.bin";
  }

  /** Where it is told what was left out of the rows of a part. */
  String dropped(String part) {
    return folder + "dropped-" + part + ".bin";
  }

  /** Where the number of test rows goes. */
  String testRows() {
    return folder + "test-rows.bin";
  }

  /** What the names of the files of some blocks begin with. */
  String blocks(String of) {
    return folder + of + "-";
  }

  /** The files of those blocks. */
  List<String> listBlocks(String of) throws IOException {
    return storage.list(folder).stream()
        .filter(name -> name.startsWith(of + "-"))
        .map(folder::concat)
        .toList();
  }

  /**
   * Deletes all blocks: of an attempt that failed there may be some that the next does not make.
   */
  void deleteBlocks() throws IOException {
    for (String of : List.of("user", "item", "validation")) {
      for (String file : listBlocks(of)) {
        storage.delete(file);
      }
    }
  }

  /** Whether all blocks are there. */
  boolean hasBlocks() throws IOException {
    return storage.exists(folder + COMPLETE);
  }

  /** Says that all blocks are there. */
  void completeBlocks() throws IOException {
    storage.sync(folder);
    storage.write(folder + COMPLETE, new byte[0]);
  }

  /** Deletes what trials that have ended exchanged. */
  void deleteExchange() throws IOException {
    storage.delete(exchange());
  }

  /** Where the summary of a trial goes. */
  String summary(Trial trial) {
    return file(trial, "summary");
  }

  /** Where its figures of the validation rows go. */
  String ratings(Trial trial) {
    return file(trial, "ratings");
  }

  /** Where its figures of lists of k items go. */
  String ranking(Trial trial, int k) {
    return file(trial, "ranking-" + k);
  }

  private String file(Trial trial, String what) {
    return folder + "trial-" + digest(String.valueOf(trial.parameters())) + "." + what;
  }

  /**
   * What came of a trial, or null where it has not ended yet.
   *
   * @param metric what it is to be compared by
   */
  @Nullable TrialResult find(Trial trial, Metric metric) throws IOException {
    if (trial.parameters() == null) {
      return TrialResult.failed(trial, String.valueOf(trial.misfit()));
    }
    try {
      TrainingSummary summary =
          ResultFile.read(summary(trial), TrainingSummary.coder(trial.parameters()));
      String failure = summary.failure();
      return failure != null
          ? TrialResult.failed(trial, failure)
          : new TrialResult(
              trial,
              null,
              summary,
              ResultFile.read(ratings(trial), RatingMetrics.coder()),
              metric.ranking() == null
                  ? null
                  : ResultFile.read(ranking(trial, metric.k()), RankingMetrics.coder()));
    } catch (FileNotFoundException | EOFException | CoderException e) {
      return null; // or it is being written, or a run was killed while it was
    }
  }

  /** Deletes all of it, when the output is complete. */
  void delete() {
    try {
      storage.delete(all);
    } catch (IOException e) {
      // A tuning to the same output deletes it.
    }
  }
}
