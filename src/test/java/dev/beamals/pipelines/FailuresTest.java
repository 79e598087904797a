package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class FailuresTest {
  /** A failure that has been through a runner. */
  private static Throwable wrapped(Throwable cause) {
    return new IllegalStateException(
        "a stage failed", new RuntimeException("a user's code", cause));
  }

  @Test
  void aForeseenFailureIsItsFirstLine() {
    RunException failure = new RunException("a.csv: no such file\nexpected one");
    assertEquals("a.csv: no such file", Failures.describe(failure));
    assertEquals("a.csv: no such file", Failures.describe(wrapped(failure)));
    assertNotNull(Failures.expected(wrapped(failure)));
  }

  @Test
  void aFailureOfAnExecutorArrivesAsText() {
    String text =
        "Job aborted due to stage failure: Task 0 in stage 3.0 failed 4 times, most recent failure:"
            + " Lost task 0.3 in stage 3.0 (TID 9) (10.0.0.2 executor 1):"
            + " org.apache.beam.sdk.util.UserCodeException: dev.beamals.RunException: item 2: its 1"
            + " ratings do not determine 10 factors\n"
            + "\tat org.apache.beam.sdk.util.UserCodeException.wrap(UserCodeException.java:39)\n"
            + "Caused by: dev.beamals.RunException: item 3: another\n";
    String message = "item 2: its 1 ratings do not determine 10 factors";
    assertEquals(message, Failures.describe(wrapped(new RuntimeException(text))));
    assertEquals(message, Failures.expected(new RuntimeException(text)));
  }

  @Test
  void lackOfMemoryAndOfDiskSaysWhatToDo() {
    String lost =
        Failures.describe(
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
    String full = Failures.describe(wrapped(new IOException("No space left on device")));
    assertTrue(full.startsWith("no space left on device: on that of --output, or where "), full);
    String memory = Failures.describe(wrapped(new OutOfMemoryError("Java heap space")));
    assertTrue(memory.matches("out of memory \\(\\d+ MB\\); give the JVM more, as in .*"), memory);
  }

  @Test
  void anyOtherFailureIsThatOfItsRoot() {
    Throwable failure = wrapped(new IOException("no route to host\n at somewhere"));
    assertEquals("the run failed: IOException: no route to host", Failures.describe(failure));
    assertNull(Failures.expected(failure));
    assertEquals(
        "the run failed: NullPointerException: null",
        Failures.describe(wrapped(new NullPointerException())));
  }

  @Test
  void aChainOfCausesWithoutAnEndEnds() {
    RuntimeException a = new RuntimeException("a");
    RuntimeException b = new RuntimeException("b", a);
    a.initCause(b);
    assertTrue(Failures.describe(a).startsWith("the run failed: RuntimeException: "));
  }
}
