package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import java.io.IOException;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;

final class FailuresTest {
  /** A failure that has been through a runner. */
  private static Throwable wrapped(Throwable cause) {
    return new IllegalStateException(
        "a stage failed", new RuntimeException("a user's code", cause));
  }

  private static String describe(Throwable failure) {
    return Failures.describe(failure, Arguments.names(TrainOptions.class));
  }

  @Test
  void aForeseenFailureIsItsFirstLine() {
    RunException failure = new RunException("a.csv: no such file\nexpected one");
    assertEquals("a.csv: no such file", describe(failure));
    assertEquals("a.csv: no such file", describe(wrapped(failure)));
    assertNotNull(Failures.expected(wrapped(failure)));
  }

  @Test
  void aFailureOfAnExecutorArrivesAsText() {
    String text =
        "Job aborted due to stage failure: Task 0 in stage 3.0 failed 4 times, most recent failure:"
            + " Lost task 0.3 in stage 3.0 (TID 9) (10.0.0.2 executor 1):"
            + " org.apache.beam.sdk.util.UserCodeException: dev.beamals.RunException: item 2: its 1"
            + " rating does not determine 10 factors\n"
            + "\tat org.apache.beam.sdk.util.UserCodeException.wrap(UserCodeException.java:39)\n"
            + "Caused by: dev.beamals.RunException: item 3: another\n";
    String message = "item 2: its 1 rating does not determine 10 factors";
    assertEquals(message, describe(wrapped(new RuntimeException(text))));
    assertEquals(message, Failures.expected(new RuntimeException(text)));
  }

  @Test
  void namesOfParametersBecomeFlagsAndNothingElseDoes() {
    for (String[] message :
        new String[][] {
          {"input=a.csv: no such file", "--input=a.csv: no such file"},
          {"input: 3 of 4 rows", "--input: 3 of 4 rows"},
          {
            "testInput: 3 of 4 rows, expected at most maxRejects=2; the first: a.csv:2: bad",
            "--testInput: 3 of 4 rows, expected at most --maxRejects=2; the first: a.csv:2: bad"
          },
          {"a (is it delimiter=';'?)", "a (is it --delimiter=';'?)"},
          {"singular with regParam=0.0 here", "singular with --regParam=0.0 here"},
          {"tempLocation=x: is a file", "--tempLocation=x: is a file"},
          // Those of other commands, parts of paths and columns, other words, flags already.
          {"excludeSeen=a: no such file", "excludeSeen=a: no such file"},
          {"input=/a/seed=1/rank=2/b.csv: none", "--input=/a/seed=1/rank=2/b.csv: none"},
          {"/a/input=3.csv: none", "/a/input=3.csv: none"},
          {"rating \"rank=3\" is not a number", "rating \"rank=3\" is not a number"},
          {"userRank=3: x", "userRank=3: x"},
          {"no input: x", "no input: x"},
          {"$1=a, \\rank=2", "$1=a, \\rank=2"},
          {"--input=a.csv with --rank=3", "--input=a.csv with --rank=3"},
          {"item 2: its 1 ratings", "item 2: its 1 ratings"},
        }) {
      assertEquals(message[1], describe(wrapped(new RunException(message[0]))));
      String remote =
          "Job aborted: Lost task 0.3: UserCodeException: dev.beamals.RunException: "
              + message[0]
              + "\n\tat org.apache.beam.sdk.util.UserCodeException.wrap(UserCodeException.java:39)";
      assertEquals(message[1], describe(wrapped(new RuntimeException(remote))));
    }
  }

  @Test
  void lackOfMemoryAndOfDiskSaysWhatToDo() {
    String lost =
        describe(
            wrapped(
                new RuntimeException(
                    "Job aborted due to stage failure: Task 0 in stage 5.0 failed 4 times, most"
                        + " recent failure: Lost task 0.3 in stage 5.0: TaskResultLost (result lost"
                        + " from block manager)")));
    assertTrue(lost.startsWith("out of memory ("), lost);
    assertTrue(
        lost.endsWith(
            " MB); give the driver more, as in BEAM_ALS_JAVA_OPTS=-Xmx4g, or"
                + " --factorExchange=shuffle, which needs less"),
        lost);
    for (String reason :
        new String[] {
          "Lost task 0.3 in stage 5.0 (TID 9) (127.0.0.1 executor 1): java.lang.OutOfMemoryError:"
              + " Java heap space\n\tat dev.beamals.blocks.RatingBlock.groupHeld",
          "Lost task 0.3 in stage 5.0 (TID 9) (127.0.0.1 executor 1): ExecutorLostFailure (executor"
              + " 1 exited caused by one of the running tasks) Reason: Command exited with code 52"
        }) {
      assertEquals(
          "out of memory on an executor (spark.executor.memory=1g); give executors more, or more"
              + " blocks, as in --numUserBlocks=64 --numItemBlocks=64: an executor works on one"
              + " block a core at a time",
          describe(
              wrapped(
                  new RuntimeException(
                      "Job aborted due to stage failure: Task 0 in stage 5.0 failed 4 times, most"
                          + " recent failure: "
                          + reason))));
    }
    String lostExecutors =
        describe(
            wrapped(
                new RuntimeException(
                    "Job aborted due to stage failure: ResultStage 4 (collect at"
                        + " BoundedDataset.java:97) has failed the maximum allowable number of"
                        + " times: 4. Most recent failure reason:\n"
                        + "org.apache.spark.shuffle.MetadataFetchFailedException: Missing an output"
                        + " location for shuffle 0 partition 1\n")));
    assertTrue(
        lostExecutors.matches(
            "executors were lost again and again, most likely out of memory"
                + " \\(spark.executor.memory=1g\\); give executors more, or more blocks, as in .*"),
        lostExecutors);
    String full = describe(wrapped(new IOException("No space left on device")));
    assertTrue(full.startsWith("no space left on device: on that of --output, or where "), full);
    CommandOptions options = PipelineOptionsFactory.as(CommandOptions.class);
    assertEquals(
        "--output=a: cannot be written: No space left on device (with the DirectRunner)",
        Failures.withRunner("--output=a: cannot be written: No space left on device", options));
    assertEquals("--output=a: is a file", Failures.withRunner("--output=a: is a file", options));
    String memory = describe(wrapped(new OutOfMemoryError("Java heap space")));
    assertTrue(memory.matches("out of memory \\(\\d+ MB\\); give the JVM more, as in .*"), memory);
  }

  @Test
  void anyOtherFailureIsThatOfItsRoot() {
    Throwable failure = wrapped(new IOException("no route to host\n at somewhere"));
    assertEquals("the run failed: IOException: no route to host", describe(failure));
    assertNull(Failures.expected(failure));
    assertEquals(
        "the run failed: NullPointerException: null",
        describe(wrapped(new NullPointerException())));
  }

  @Test
  void aChainOfCausesWithoutAnEndEnds() {
    RuntimeException a = new RuntimeException("a");
    RuntimeException b = new RuntimeException("b", a);
    a.initCause(b);
    assertTrue(describe(a).startsWith("the run failed: RuntimeException: "));
  }
}
