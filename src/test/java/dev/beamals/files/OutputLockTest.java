package dev.beamals.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OutputLockTest {
  private static final Duration BEAT = Duration.ofMillis(50);

  @TempDir Path folder;
  private final List<String> said = Collections.synchronizedList(new ArrayList<>());

  private OutputLock take() throws IOException {
    return OutputLock.take(
        "output=model", folder.resolve("model").toString(), Storage.LOCAL, BEAT, said::add);
  }

  private Path file() {
    return folder.resolve(".model.lock");
  }

  /** Writes a lock as another run would. */
  private void write(Map<String, String> changed) throws IOException {
    RunProcess ours = RunProcess.current();
    List<String> lines = new ArrayList<>();
    Map.of(
            "host", "elsewhere",
            "process", Long.toString(ours.id()),
            "machine", "another",
            "started", ours.started(),
            "run", "1",
            "since", "2026-01-31T12:00:00Z",
            "beat", Instant.now().toString())
        .forEach((name, value) -> lines.add(name + "=" + changed.getOrDefault(name, value)));
    Storage.LOCAL.write(file().toString(), String.join("\n", lines).getBytes());
  }

  private String refused() {
    return String.valueOf(assertThrows(RunException.class, this::take).getMessage());
  }

  @Test
  void oneRunAtATime() throws IOException {
    OutputLock first = take();
    assertTrue(refused().startsWith("output=model: another run writes to it: process "));
    first.close();
    assertFalse(Files.exists(file()));
    take().close();
    assertEquals(List.of(), said);
    assertEquals(List.of(), Storage.LOCAL.list(folder.toString()));
  }

  @Test
  void outputByALinkIsTheSame() throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), model);
    var options = PipelineOptionsFactory.create();
    OutputLock lock = OutputLock.take("output", link.toString(), options, said::add);
    assertNotNull(lock);
    assertThrows(
        RunException.class, () -> OutputLock.take("output", model.toString(), options, said::add));
    lock.close();
  }

  /** A process id is used again, so its start counts as well. */
  @Test
  void ownerThatEndedHereIsFoundOutAtOnce() throws IOException {
    write(Map.of("machine", RunProcess.current().machine(), "started", "1"));
    take().close();
    assertEquals(
        List.of(
            "output=model: taken over from a run that ended without a word: process "
                + ProcessHandle.current().pid()
                + " on elsewhere, since 2026-01-31T12:00:00Z"),
        said);
  }

  @Test
  void ownerThatRunsHereNeedNotBeat() throws IOException {
    write(Map.of("machine", RunProcess.current().machine(), "beat", "2001-01-01T00:00:00Z"));
    assertTrue(
        refused().contains("process " + ProcessHandle.current().pid() + " on elsewhere, since 20"));
  }

  @Test
  void ownerElsewhereThatBeatLatelyIsBelieved() throws IOException {
    write(Map.of());
    assertTrue(refused().contains(" on elsewhere, since 2026-01-31T12:00:00Z (" + file() + ")"));
  }

  /** Its machine was switched off; or its clock was ahead, and it would look fresh for a year. */
  @ParameterizedTest
  @ValueSource(strings = {"2001-01-01T00:00:00Z", "2101-01-01T00:00:00Z", "when?"})
  void ownerElsewhereThatDoesNotBeatHasEnded(String beat) throws IOException {
    write(Map.of("beat", beat));
    take().close();
    assertEquals(1, said.size(), said::toString);
  }

  /** Clocks may be set back: that it beats counts, not what time it says. */
  @ParameterizedTest
  @ValueSource(strings = {"2001-01-01T00:00:0", "2101-01-01T00:00:0"})
  void ownerElsewhereThatBeatsLives(String beat) throws Exception {
    write(Map.of("beat", beat + "0Z"));
    Thread owner =
        new Thread(
            () -> {
              try {
                Thread.sleep(60);
                write(Map.of("beat", beat + "1Z"));
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    owner.start();
    assertTrue(refused().contains(" on elsewhere"));
    owner.join();
    assertEquals(List.of(), said);
  }

  @Test
  void lockThatSaysNothingIsTakenOver() throws IOException {
    Files.write(file(), new byte[0]);
    take().close();
    assertTrue(said.get(0).endsWith("a word: it does not say which"), said::toString);
  }

  /** The lock that is read is taken away, and another is made before anybody looks again. */
  @Test
  void lockThatChangesHandsWhileItIsReadIsReadAgain() throws Exception {
    write(Map.of());
    byte[] held = Files.readAllBytes(file());
    AtomicInteger reads = new AtomicInteger();
    Storage storage =
        (Storage)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Storage.class},
                (proxy, method, arguments) -> {
                  boolean changes = method.getName().equals("read") && reads.getAndIncrement() == 0;
                  if (changes) {
                    Files.delete(file());
                  }
                  try {
                    return method.invoke(Storage.LOCAL, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  } finally {
                    if (changes) {
                      Files.write(file(), held);
                    }
                  }
                });
    RunException refused =
        assertThrows(
            RunException.class,
            () ->
                OutputLock.take(
                    "output=model", folder.resolve("model").toString(), storage, BEAT, said::add));
    assertTrue(refused.toString().contains("another run writes to it"), refused::toString);
    assertTrue(reads.get() > 1);
  }

  /** Many at once find a lock of a run that ended. */
  @Test
  void oneOfManyTakesOver() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    for (int round = 0; round < 50; round++) {
      write(Map.of("machine", RunProcess.current().machine(), "started", "1"));
      List<Callable<OutputLock>> runs = Collections.nCopies(8, this::take);
      List<OutputLock> taken = new ArrayList<>();
      for (Future<OutputLock> run : threads.invokeAll(runs)) {
        try {
          taken.add(run.get());
        } catch (java.util.concurrent.ExecutionException e) {
          assertTrue(e.getCause() instanceof RunException, e::toString);
        }
      }
      assertEquals(1, taken.size());
      taken.get(0).close();
      assertEquals(List.of(), Storage.LOCAL.list(folder.toString()));
    }
    threads.shutdown();
  }

  @Test
  void ownerBeats() throws Exception {
    try (OutputLock lock = take()) {
      String first = Files.readString(file());
      while (Files.readString(file()).equals(first)) {
        Thread.sleep(5);
      }
      assertEquals(
          first.lines().limit(6).toList(), Files.readString(file()).lines().limit(6).toList());
    }
  }

  /** As on a store that keeps the last of two. */
  @Test
  void lockThatWasLostIsLeftToTheOther() throws Exception {
    String model = folder.resolve("model").toString();
    try (OutputLock lock = take()) {
      OutputLock.refuseOther("output=model", model, Storage.LOCAL);
      write(Map.of());
      RunException e =
          assertThrows(
              RunException.class,
              () -> OutputLock.refuseOther("output=model", model, Storage.LOCAL));
      assertTrue(String.valueOf(e.getMessage()).contains("another run has begun to write to it"));
      Thread.sleep(3 * BEAT.toMillis());
    }
    assertTrue(Files.readString(file()).contains("host=elsewhere"));
    // A run that was killed refuses nobody.
    write(Map.of("machine", RunProcess.current().machine(), "started", "1"));
    OutputLock.refuseOther("output=model", model, Storage.LOCAL);
    Files.delete(file());
    OutputLock.refuseOther("output=model", model, Storage.LOCAL);
  }

  @Test
  void processIsKnownByItsStart() throws Exception {
    RunProcess ours = RunProcess.current();
    assertEquals(Optional.of(true), ours.runs());
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-version")
            .start();
    other.waitFor();
    assertEquals(
        Optional.of(false),
        new RunProcess(ours.host(), ours.machine(), other.pid(), ours.started()).runs());
    assertEquals(Optional.empty(), new RunProcess(ours.host(), "another", ours.id(), "1").runs());
  }
}
