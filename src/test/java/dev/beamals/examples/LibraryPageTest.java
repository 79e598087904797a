package dev.beamals.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/library.md shows is what is compiled and run. */
final class LibraryPageTest {
  private static final Path EXAMPLES = Path.of("src/test/java/dev/beamals/examples");

  @Test
  void theProgramsOfThePageAreTheExamples() throws IOException {
    String page = Files.readString(Path.of("docs/library.md"));
    String sources;
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      List<Path> programs = files.filter(file -> !file.toString().endsWith("Test.java")).toList();
      StringBuilder all = new StringBuilder();
      for (Path program : programs) {
        all.append(Files.readString(program));
      }
      sources = squeeze(all.toString());
    }
    Matcher java = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(page);
    int count = 0;
    while (java.find()) {
      assertTrue(sources.contains(squeeze(java.group(1))), java.group(1));
      count++;
    }
    assertEquals(3, count);
  }

  private static String squeeze(String text) {
    return text.lines().map(String::strip).collect(Collectors.joining("\n"));
  }
}
