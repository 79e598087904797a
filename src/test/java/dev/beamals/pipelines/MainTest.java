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
import java.util.stream.Stream;
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
  void sniffPrintsTheFlagsAndDoesNothingElse(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "1\t10\t0,5\n1\t11\t2\n");
    Path output = folder.resolve("model");
    assertEquals(0, run("train", "--sniff", "--input=" + file, "--output=" + output));
    String printed = out.toString(StandardCharsets.UTF_8);
    assertTrue(printed.startsWith(file + ": CSV in UTF-8\n"), printed);
    assertTrue(printed.contains("of 2 rows in a sample, 0.0 % would be dropped"), printed);
    assertTrue(
        printed.contains(
            "read it with --delimiter='\\t' --header=false --decimal=',' --userCol=1 --itemCol=2"
                + " --ratingCol=3\n"),
        printed);
    assertEquals(List.of(file), list(folder));
    assertEquals(2, run("train", "--sniff"));
    assertEquals(
        1,
        run(
            "train",
            "--input=" + file,
            "--output=" + output,
            "--delimiter=tab",
            "--header=false",
            "--userCol=1",
            "--itemCol=2",
            "--ratingCol=3",
            "--maxRejects=0"));
    assertTrue(err.toString(StandardCharsets.UTF_8).endsWith("(is it --decimal=','?)\n"));
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
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
