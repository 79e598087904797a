package dev.beamals.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecommendToEachTest {
  @TempDir Path folder;

  @Test
  void everyUserGetsThreeItemsItHasNotSeen() throws IOException {
    Map<String, Set<String>> seen = new TreeMap<>();
    List<String> lines = new ArrayList<>();
    for (int u = 0; u < 12; u++) {
      for (int i = u % 3; i < 20; i += 2 + u % 4) {
        lines.add("user" + u + " item" + i + " " + (u * i % 5));
        seen.computeIfAbsent("user" + u, x -> new HashSet<>()).add("item" + i);
      }
    }
    Path input = Files.write(folder.resolve("ratings.txt"), lines);
    RecommendToEach.main(new String[] {"--input=" + input, "--output=" + folder.resolve("top")});

    Map<String, List<String>> top = new TreeMap<>();
    ObjectMapper json = new ObjectMapper();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.getFileName().toString().startsWith("top")).toList()) {
        for (String line : Files.readAllLines(file)) {
          JsonNode row = json.readTree(line);
          String user = row.path("user").asText();
          String item = row.path("item").asText();
          assertFalse(seen.getOrDefault(user, Set.of()).contains(item), line);
          top.computeIfAbsent(user, x -> new ArrayList<>()).add(item);
        }
      }
    }
    top.forEach((user, items) -> assertEquals(3, items.size(), user));
    assertEquals(seen.keySet(), top.keySet());
  }
}
