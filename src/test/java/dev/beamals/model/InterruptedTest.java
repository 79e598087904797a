package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.JavaProgram;
import dev.beamals.files.Storage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that is ended, as by Ctrl-C, takes away what it had not completed. */
final class InterruptedTest {
  @Test
  void whatIsNotCompleteGoes(@TempDir Path parent) throws Exception {
    Path output = parent.resolve("output");
    Path folder = Files.createDirectory(parent.resolve("folder"));
    Process program =
        JavaProgram.start(Interrupted.class, jar -> true, output, List.of(), folder.toString());
    try {
      while (program.isAlive() && !Files.readString(output).contains("ready")) {
        Thread.sleep(20);
      }
      assertEquals(2, Storage.LOCAL.list(folder.toString()).size(), () -> read(output));
      program.destroy();
      assertTrue(program.waitFor(60, TimeUnit.SECONDS));
      assertEquals(List.of(), Storage.LOCAL.list(folder.toString()), () -> read(output));
    } finally {
      program.destroyForcibly();
    }
  }

  private static String read(Path output) {
    try {
      return Files.readString(output);
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }
}
