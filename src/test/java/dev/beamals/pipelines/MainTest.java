package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    return Main.run(
        List.of(args),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @Test
  void helpNamesEveryCommand() {
    for (String[] args : new String[][] {{}, {"help"}, {"--help"}, {"-h"}}) {
      out.reset();
      assertEquals(0, run(args));
      String help = out.toString(StandardCharsets.UTF_8);
      for (Commands command : Commands.values()) {
        assertTrue(help.contains("  " + command.command() + " "), help);
      }
    }
    assertEquals("", err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void librariesAreHeardWithVerboseAlone(@TempDir Path folder) throws IOException {
    Logger libraries = Logger.getLogger("");
    String model = "--model=" + folder.resolve("none");
    assertEquals(1, run("show", model));
    assertEquals(Level.OFF, libraries.getLevel());
    assertEquals(
        "als: " + model + ": no such folder\n", err.toString(StandardCharsets.UTF_8), "one line");

    Path flags = Files.writeString(folder.resolve("a.flags"), "--verbose\n");
    for (String verbose : List.of("--verbose", "--verbose=true", "@" + flags)) {
      err.reset();
      assertEquals(1, run("show", model, verbose));
      assertEquals(Level.INFO, libraries.getLevel(), verbose);
      assertTrue(err.toString(StandardCharsets.UTF_8).contains("\tat dev.beamals."), verbose);
    }
    assertEquals(1, run("show", model, "--verbose=false"));
    assertEquals(Level.OFF, libraries.getLevel());
  }
}
