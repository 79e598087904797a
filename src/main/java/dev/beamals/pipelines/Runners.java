package dev.beamals.pipelines;

import dev.beamals.RunException;
import dev.beamals.files.CleanUp;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.runners.spark.SparkPipelineOptions;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.hadoop.util.VersionInfo;

/** Sets the runner up, and waits for what it runs. */
final class Runners {
  /** Spark local[n] masters, and what n is. */
  private static final Pattern LOCAL = Pattern.compile("local(?:\\[(\\d+|\\*)(?:,\\d+)?])?");

  /** How long a bundle may take to end after a failure, and where somebody waits for the JVM. */
  private static final int FAILED_SECONDS = 30;

  private static final int SHUT_DOWN_SECONDS = 2;

  private Runners() {}

  static boolean onSpark(PipelineOptions options) {
    return options.getRunner().getSimpleName().contains("Spark");
  }

  /**
   * Sets what the runner should have, where the user set nothing.
   *
   * @param options Modified
   * @return the cores it uses
   */
  static int setUp(PipelineOptions options, Arguments arguments) {
    return onSpark(options)
        ? setUpSpark(options.as(SparkPipelineOptions.class), arguments)
        : setUpDirect(options.as(DirectOptions.class), arguments);
  }

  private static int setUpDirect(DirectOptions direct, Arguments arguments) {
    direct.setBlockOnRun(false);
    if (!arguments.has("targetParallelism")) {
      direct.setTargetParallelism(Runtime.getRuntime().availableProcessors());
    }
    // They copy and encode every element: of use in tests, five times as slow in a run.
    if (!arguments.has("enforceImmutability")) {
      direct.setEnforceImmutability(false);
    }
    if (!arguments.has("enforceEncodability")) {
      direct.setEnforceEncodability(false);
    }
    return direct.getTargetParallelism();
  }

  private static int setUpSpark(SparkPipelineOptions spark, Arguments arguments) {
    checkHadoop(Runtime.version().feature(), VersionInfo.getVersion());
    setDefault("spark.ui.enabled", "false");
    int cores = Runtime.getRuntime().availableProcessors();
    String master = System.getProperty("spark.master");
    if (master == null) {
      if (!arguments.has("sparkMaster")) {
        spark.setSparkMaster("local[" + cores + "]");
      }
      master = spark.getSparkMaster();
    }
    if (!arguments.has("storageLevel")) {
      spark.setStorageLevel("MEMORY_AND_DISK");
    }
    Matcher local = LOCAL.matcher(master);
    if (!local.matches()) {
      // Where nobody says how large the cluster is, enough for a small one.
      cores = Integer.parseInt(System.getProperty("spark.cores.max", "16"));
      // Of what is grouped a task keeps a partition in memory, and keeps all blocks that it builds:
      // by default there are as many as cores, however many blocks share them.
      TrainOptions train = spark.as(TrainOptions.class);
      int blocks = Math.max(Inputs.userBlocks(train, cores), Inputs.itemBlocks(train, cores));
      setDefault("spark.default.parallelism", Integer.toString(Math.max(blocks, cores)));
      return cores;
    }
    spark.setFilesToStage(List.of()); // everything is in this JVM
    setDefault("spark.driver.host", "127.0.0.1");
    setDefault("spark.driver.bindAddress", "127.0.0.1");
    String count = local.group(1);
    return count == null ? 1 : count.equals("*") ? cores : Integer.parseInt(count);
  }

  /**
   * Hadoop asks the JDK who a user is, by a call that JDK 23 took away and that Hadoop does without
   * from 3.4.3 on.
   *
   * @throws RunException where the two do not go together
   */
  static void checkHadoop(int jdk, String hadoop) {
    List<Integer> version = Stream.of(hadoop.split("[.-]")).limit(3).map(Runners::number).toList();
    boolean old = Arrays.compare(version.toArray(Integer[]::new), new Integer[] {3, 4, 3}) < 0;
    if (jdk >= 23 && old) {
      throw new RunException(
          String.format(
              "runner=SparkRunner: with its Hadoop %s Spark needs a JDK 17 to 22, and this is %d;"
                  + " expected another in JAVA_HOME, or runner=DirectRunner",
              hadoop, jdk));
    }
  }

  private static int number(String part) {
    return part.matches("[0-9]{1,6}") ? Integer.parseInt(part) : 0;
  }

  /** Spark takes its settings from system properties; those of the user stay. */
  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /**
   * Waits until a pipeline ends, and fails where it did not end well. It is stopped then, and where
   * the JVM is shut down, so that whoever deletes what it wrote has no thread that goes on writing.
   */
  static void waitUntilDone(PipelineResult result) {
    PipelineResult.State state = PipelineResult.State.FAILED;
    CleanUp shutDown = CleanUp.of(() -> stop(result, SHUT_DOWN_SECONDS));
    try {
      state = result.waitUntilFinish();
    } finally {
      shutDown.cancel();
      if (state != PipelineResult.State.DONE) {
        stop(result, FAILED_SECONDS);
      }
    }
    if (state != PipelineResult.State.DONE) {
      // The DirectRunner does not say why: an Error ended one of its threads.
      throw new RunException(
          "the pipeline ended as " + state + ", most likely " + Failures.outOfMemory("JVM"));
    }
  }

  /**
   * Takes no more bundles on, and waits for those that have begun: after the first failure the
   * DirectRunner goes on with all that it had in hand, and tells nobody when it is done.
   */
  private static void stop(PipelineResult result, int seconds) {
    if (!(result instanceof DirectRunner.DirectPipelineResult direct)) {
      return;
    }
    try {
      direct.cancel();
    } catch (IllegalStateException e) {
      // A DoFn's tear-down failed; what matters is the failure before.
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    try {
      while (Thread.getAllStackTraces().keySet().stream().anyMatch(Runners::isWorker)
          && System.nanoTime() < end) {
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Their names are all that Beam tells of them; a test fails where it gives them others. */
  private static boolean isWorker(Thread thread) {
    return thread.getName().equals("direct-runner-worker");
  }
}
