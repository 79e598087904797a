package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OutputsTest {
  @TempDir Path folder;

  @BeforeEach
  void makeFiles() throws IOException {
    Files.createDirectories(folder.resolve("data"));
    Files.writeString(folder.resolve("data/a.csv"), "a");
    Files.createDirectories(folder.resolve("model"));
    Files.writeString(folder.resolve("model/manifest.json"), "{}");
    Files.writeString(folder.resolve("model/seen.csv"), "a");
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("model"));
    Files.createSymbolicLink(folder.resolve("data/link.csv"), folder.resolve("model/seen.csv"));
    Files.createSymbolicLink(folder.resolve("nowhere"), folder.resolve("none"));
  }

  private String path(String name) {
    return folder + "/" + name;
  }

  private void take(Map<String, @Nullable Object> flags, Set<String> replaced) {
    Outputs.take(
            flags,
            replaced,
            PipelineOptionsFactory.create(),
            new PrintStream(new ByteArrayOutputStream(), true))
        .close();
  }

  /** Each is an output, a flag that is read, its value, and how the output stands to it. */
  @ParameterizedTest
  @CsvSource({
    "model,          model,        model,        is",
    "link,           model,        model,        is",
    "model,          models,       link,         is",
    "model/,         initialModel, data/../model, is",
    "model/new/top,  model,        link,         lies in",
    "link/new,       models,       model,        lies in",
    "model/manifest.json, model,   model,        lies in",
    "data,           input,        data/*.csv,   holds",
    "data,           testInput,    data/a.csv,   holds",
    "model,          excludeSeen,  data/*.csv,   holds",
    "link,           users,        data/link.csv, holds",
    "data/a.csv,     items,        data/a.csv,   is",
    "data/a.csv/x,   candidates,   data/?.csv,   lies in",
    "model/seen.csv, titles,       data/link.csv, is",
  })
  void refuses(String output, String flag, String value, String relation) {
    Object read =
        Outputs.MODELS.contains(flag) && !flag.equals("models")
            ? path(value)
            : List.of(path("data/none.csv"), path(value));
    for (String written : Outputs.WRITTEN) {
      UsageException e =
          assertThrows(
              UsageException.class,
              () -> take(Map.of(written, path(output), flag, read), Set.of()));
      String message = String.valueOf(e.getMessage());
      assertTrue(
          message.startsWith("--" + written + "=" + path(output) + ": " + relation + " "), message);
      assertTrue(message.contains(" (--" + flag + "); "), message);
    }
  }

  @Test
  void outputsAreApartFromEachOther() {
    for (String split : List.of("new", "new/split", ".")) {
      UsageException e =
          assertThrows(
              UsageException.class,
              () -> take(Map.of("output", path("new"), "writeSplit", path(split)), Set.of()));
      assertTrue(String.valueOf(e.getMessage()).contains("(--output)"), e::getMessage);
    }
  }

  @Test
  void takesWhatIsApart() {
    Map<String, @Nullable Object> read =
        Map.of(
            "input", List.of(path("data/*.csv"), "hdfs://host/data/*.csv"),
            "model", path("model"),
            "output", path("data/new"));
    take(read, Set.of());
    for (String output : List.of("models", "mode", "model2", "nowhere2", "new/a/b")) {
      take(Map.of("model", path("model"), "output", path(output)), Set.of());
    }
    take(Map.of("model", path("link"), "output", path("model/report.html")), Set.of());
    take(Map.of("model", path("link"), "output", path("model")), Set.of("model"));
  }

  /** The folder that is replaced may be the model, but not a part of it. */
  @Test
  void whatIsReplacedIsAWholeModel() {
    assertThrows(
        UsageException.class,
        () -> take(Map.of("model", path("link"), "output", path("model/a")), Set.of("model")));
  }

  @Test
  void aSecondRunIsRefused() {
    Map<String, @Nullable Object> flags = Map.of("output", path("new"));
    try (Outputs first =
        Outputs.take(flags, Set.of(), PipelineOptionsFactory.create(), System.err)) {
      RunException e = assertThrows(RunException.class, () -> take(flags, Set.of()));
      assertTrue(
          String.valueOf(e.getMessage())
              .startsWith("output=" + path("new") + ": another run writes to it: process "),
          e::getMessage);
      // The page of a model is part of it.
      Map<String, @Nullable Object> page =
          Map.of("model", path("new"), "output", path("new/report.html"));
      assertThrows(RunException.class, () -> take(page, Set.of()));
    }
    take(flags, Set.of());
  }

  /** So that a new flag of files is not forgotten here. */
  @Test
  void everyFlagOfFilesIsKnown() {
    Set<String> unknown = new TreeSet<>();
    for (Commands command : Commands.values()) {
      for (Method method : command.options().getMethods()) {
        Description description = method.getAnnotation(Description.class);
        boolean ours = method.getDeclaringClass().getName().startsWith("dev.beamals.");
        boolean text =
            method.getReturnType() == String.class || method.getReturnType() == List.class;
        String name = method.getName().replaceFirst("^(get|is)", "");
        name = name.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + name.substring(1);
        if (ours
            && text
            && description != null
            && description.value().matches("(?is).*\\b(files?|folders?)\\b.*")
            && !name.matches(".*Col|nullValues|quote|delimiter|encoding|comment|idType|decimal")
            && !Outputs.WRITTEN.contains(name)
            && !Outputs.FILES.contains(name)
            && !Outputs.MODELS.contains(name)) {
          unknown.add(name);
        }
      }
    }
    assertEquals(Set.of(), unknown);
  }
}
