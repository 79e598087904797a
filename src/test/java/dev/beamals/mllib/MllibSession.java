package dev.beamals.mllib;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** The local Spark session that the notebook's job and the tests run in. */
final class MllibSession {
  private static @Nullable Path checkpoints;

  private MllibSession() {}

  /**
   * Opens a local session without a web page and with warnings only in the log, or returns the one
   * that is open. It binds to the loopback address, so it also starts on a machine without network.
   *
   * @param master such as {@code local[2]}; not looked at when a session is open
   */
  static synchronized SparkSession local(String master) {
    SparkSession session =
        SparkSession.builder()
            .appName("MllibNotebook")
            .master(master)
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate();
    session.sparkContext().setLogLevel("WARN");
    return session;
  }

  /**
   * Opens a session as {@link #local} does and gives it a folder for checkpoints. Without one,
   * MLlib's ALS overflows a stack of 1 MB, Java's default, before 20 iterations: its tasks carry
   * the lineage of every iteration before.
   */
  static synchronized SparkSession localWithCheckpoints(String master) {
    SparkSession session = local(master);
    if (checkpoints == null) {
      try {
        checkpoints = Files.createTempDirectory("mllib-checkpoints");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      session.sparkContext().setCheckpointDir(checkpoints.toString());
    }
    return session;
  }

  /** Stops the open session, if there is one, and deletes its checkpoints. */
  static synchronized void stopActive() {
    if (SparkSession.getDefaultSession().isDefined()) {
      SparkSession.getDefaultSession().get().stop();
    }
    if (checkpoints != null) {
      deleteAll(checkpoints);
      checkpoints = null;
    }
  }

  private static void deleteAll(Path folder) {
    try (Stream<Path> tree = Files.walk(folder)) {
      List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
