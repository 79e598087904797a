package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import dev.beamals.files.ResultFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.spark.SparkPipelineOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.metrics.MetricResults;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Throwables;
import org.joda.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunnersTest {
  @TempDir Path parent;

  private static final int CORES = Runtime.getRuntime().availableProcessors();

  private static TrainOptions options(String... flags) {
    Arguments arguments = Arguments.parse(TrainOptions.class, List.of(flags));
    TrainOptions options = arguments.as(TrainOptions.class);
    Runners.setUp(options, arguments);
    return options;
  }

  private static int cores(String... flags) {
    Arguments arguments = Arguments.parse(TrainOptions.class, List.of(flags));
    return Runners.setUp(arguments.as(TrainOptions.class), arguments);
  }

  @Test
  void checksOfTheDirectRunnerAreOffUnlessTheUserSetsThem() {
    DirectOptions direct = options().as(DirectOptions.class);
    assertFalse(direct.isEnforceImmutability());
    assertFalse(direct.isEnforceEncodability());
    assertFalse(direct.isBlockOnRun());
    assertEquals(CORES, direct.getTargetParallelism());
    DirectOptions set =
        options("--enforceImmutability=true", "--enforceEncodability", "--targetParallelism=7")
            .as(DirectOptions.class);
    assertTrue(set.isEnforceImmutability());
    assertTrue(set.isEnforceEncodability());
    assertEquals(7, set.getTargetParallelism());
  }

  @Test
  void blocksAreAsManyAsTheCoresOfTheRun() {
    assertEquals(CORES, cores());
    assertEquals(3, cores("--targetParallelism=3"));
    assertEquals(CORES, cores("--runner=SparkRunner"));
    assertEquals(1, cores("--runner=SparkRunner", "--sparkMaster=local"));
    assertEquals(5, cores("--runner=SparkRunner", "--sparkMaster=local[5]"));
    assertEquals(5, cores("--runner=SparkRunner", "--sparkMaster=local[5,2]"));
    assertEquals(CORES, cores("--runner=SparkRunner", "--sparkMaster=local[*]"));
    assertEquals(16, cores("--runner=SparkRunner", "--sparkMaster=spark://host:7077"));
  }

  @Test
  void aTaskOnAClusterBuildsOneBlock() {
    String property = "spark.default.parallelism";
    String before = System.getProperty(property);
    try {
      for (String[] flags :
          new String[][] {
            {"16"},
            {"16", "--numUserBlocks=3"},
            {"40", "--numUserBlocks=40"},
            {"50", "--numUserBlocks=40", "--numItemBlocks=50"}
          }) {
        System.clearProperty(property);
        List<String> all = new ArrayList<>(Arrays.asList(flags).subList(1, flags.length));
        all.addAll(List.of("--runner=SparkRunner", "--sparkMaster=spark://host:7077"));
        cores(all.toArray(String[]::new));
        assertEquals(flags[0], System.getProperty(property));
      }
      System.setProperty(property, "7"); // the user's stays
      cores("--runner=SparkRunner", "--sparkMaster=spark://host:7077", "--numUserBlocks=40");
      assertEquals("7", System.getProperty(property));
    } finally {
      System.clearProperty(property);
      if (before != null) {
        System.setProperty(property, before);
      }
    }
  }

  @Test
  void sparkKeepsBlocksOnDiskAndStagesNothingInThisProcess() {
    SparkPipelineOptions spark = options("--runner=SparkRunner").as(SparkPipelineOptions.class);
    assertEquals("MEMORY_AND_DISK", spark.getStorageLevel());
    assertEquals("local[" + CORES + "]", spark.getSparkMaster());
    assertEquals(List.of(), spark.getFilesToStage());
    assertEquals(
        "MEMORY_ONLY",
        options("--runner=SparkRunner", "--storageLevel=MEMORY_ONLY")
            .as(SparkPipelineOptions.class)
            .getStorageLevel());
  }

  @Test
  void aPipelineThatDidNotEndWellFailsTheRun() {
    Runners.waitUntilDone(new Ended(PipelineResult.State.DONE));
    RunException e =
        assertThrows(
            RunException.class,
            () -> Runners.waitUntilDone(new Ended(PipelineResult.State.FAILED)));
    assertTrue(
        String.valueOf(e.getMessage())
            .startsWith("the pipeline ended as FAILED, most likely out of memory ("),
        e.getMessage());
  }

  private record Ended(PipelineResult.State state) implements PipelineResult {
    @Override
    public State getState() {
      return state;
    }

    @Override
    public State cancel() {
      return state;
    }

    @Override
    public State waitUntilFinish(Duration duration) {
      return state;
    }

    @Override
    public State waitUntilFinish() {
      return state;
    }

    @Override
    public MetricResults metrics() {
      throw new UnsupportedOperationException();
    }
  }

  /** Ends a while after the other of two bundles has failed, and writes to a folder then. */
  private static final class WriteLateFn extends DoFn<String, Void> {
    @ProcessElement
    public void process(@Element String file) throws Exception {
      if (file.isEmpty()) {
        throw new IOException("failed first");
      }
      Thread.sleep(700);
      FileSystems.create(FileSystems.matchNewResource(file, false), "text/plain").close();
    }
  }

  /** The DirectRunner goes on after the first failure, and would make the folder again. */
  @Test
  void nothingIsWrittenToAFolderThatWasTakenAwayAfterAFailure() throws Exception {
    Path table = parent.resolve("table");
    Pipeline pipeline = Pipeline.create(options("--targetParallelism=4"));
    RunException e =
        assertThrows(
            RunException.class,
            () -> {
              try (ResultFolder folder = ResultFolder.create("output", table.toString())) {
                pipeline
                    .apply(Create.of(folder.path() + "part-00000.csv", ""))
                    .apply(ParDo.of(new WriteLateFn()));
                try {
                  Runners.waitUntilDone(pipeline.run());
                } catch (Pipeline.PipelineExecutionException failed) {
                  throw new RunException("failed", failed);
                }
              }
            });
    assertEquals("failed first", Throwables.getRootCause(e).getMessage());
    assertFalse(Files.exists(table));
    Thread.sleep(1000);
    assertFalse(Files.exists(table));
  }

  @Test
  void sparkIsRefusedWhereItsHadoopDoesNotGoWithTheJdk() {
    Runners.checkHadoop(17, "3.3.4");
    Runners.checkHadoop(22, "3.3.4");
    Runners.checkHadoop(25, "3.4.3");
    Runners.checkHadoop(25, "3.5.0-SNAPSHOT");
    for (String hadoop : new String[] {"3.3.4", "3.4.2", "2.10.1"}) {
      String message =
          String.valueOf(
              assertThrows(RunException.class, () -> Runners.checkHadoop(25, hadoop)).getMessage());
      assertTrue(message.contains("needs a JDK 17 to 22, and this is 25"), message);
    }
  }
}
