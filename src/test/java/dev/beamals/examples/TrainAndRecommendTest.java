package dev.beamals.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainAndRecommendTest {
  @TempDir Path folder;

  @Test
  void everyUserGetsThreeItemsItHasNotSeen() throws IOException {
    Map<String, Set<String>> seen = new HashMap<>();
    List<String> rows = Files.readAllLines(Path.of("data/sample/interactions.csv"));
    for (String row : rows.subList(1, 3001)) {
      String[] fields = row.split(",", -1);
      if (!row.contains(",,") && !fields[7].isEmpty() && !fields[6].startsWith("-")) {
        seen.computeIfAbsent(fields[0], x -> new HashSet<>()).add(fields[1]);
      }
    }
    Path input = Files.write(folder.resolve("some.csv"), rows.subList(0, 3001));
    // With Beam's checks of every element, which the commands turn off.
    TrainAndRecommend.main(new String[] {"--input=" + input, "--output=" + folder.resolve("out")});

    Map<String, Set<String>> top = new HashMap<>();
    for (String line : lines("out-top")) {
      String[] fields = line.split(" ");
      top.computeIfAbsent(fields[0], x -> new HashSet<>()).add(fields[1]);
    }
    assertEquals(seen.keySet(), top.keySet());
    top.forEach(
        (user, items) -> {
          assertEquals(3, items.size());
          assertTrue(items.stream().noneMatch(seen.getOrDefault(user, Set.of())::contains), user);
        });
    List<String> predictions = lines("out-predictions");
    assertTrue(predictions.size() > 2500 && !predictions.toString().contains("NaN"));
  }

  private List<String> lines(String prefix) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.getFileName().toString().startsWith(prefix)).toList()) {
        lines.addAll(Files.readAllLines(file));
      }
    }
    return lines;
  }
}
