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
    String help =
        """
        als train [@file] [--flag=value ...]   train a model from a CSV of interactions
        als tune ...                           train with several parameters, and keep the best model
        als predict ...                        ratings of pairs of a user and an item
        als recommend ...                      the best items for users, or users for items
        als similar ...                        items like an item, users like a user
        als explain ...                        which ratings of a user speak for an item
        als fold-in ...                        factors of new users or items, without a new training
        als evaluate ...                       the figures of a model on other rows
        als compare ...                        the figures of several models, and how they differ
        als report ...                         a page with charts of a model, its data and its errors
        als show ...                           what a model is and where it came from
        als verify ...                         whether a model is as it was saved
        als COMMAND --help                     all flags of a command
        als help                               this text

        @file stands for the flags in a file, one a line; a later flag wins. Ready-made runs are
        in pipelines/*.flags. Without --input and without a file, train uses data/sample.
        """;
    for (String[] args : new String[][] {{}, {"help"}, {"--help"}}) {
      out.reset();
      assertEquals(0, run(args));
      assertEquals(help, out.toString(StandardCharsets.UTF_8));
    }
    assertEquals("", err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void unknownCommandIsAMistakeThatNamesTheOthers() {
    assertEquals(2, run("trian"));
    assertEquals(
        "als: trian: no such command; expected train, tune, predict, recommend, similar, explain,"
            + " fold-in, evaluate, compare, report, show, verify or help\n",
        err.toString(StandardCharsets.UTF_8));
    assertEquals("", out.toString(StandardCharsets.UTF_8));
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
