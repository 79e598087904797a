package dev.beamals.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.als.Als;
import dev.beamals.model.WriteModel;
import dev.beamals.ratings.Rating;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples that use a saved model, on one that is saved here. */
final class SavedModelExamplesTest {
  @TempDir Path folder;

  @BeforeEach
  void saveAModel() {
    List<Rating> ratings = new ArrayList<>();
    for (int u = 0; u < 8; u++) {
      for (int i = 0; i < 6; i++) {
        ratings.add(Rating.of(u, 100 + i, 1 + (u * i) % 5));
      }
    }
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply("Ratings", Create.of(ratings))
        .apply("Train", Als.create().withRank(2).withMaxIter(3))
        .apply("Save", WriteModel.to(folder.resolve("model").toString()));
    pipeline.run().waitUntilFinish();
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

  @Test
  void longFactorsAreFound() throws IOException {
    FindLongFactors.main(
        new String[] {"--model=" + folder.resolve("model"), "--output=" + folder.resolve("long")});
    List<String> lines = lines("long");
    assertTrue(!lines.isEmpty() && lines.size() <= 6, lines.toString());
    for (String line : lines) {
      assertTrue(Double.parseDouble(line.split(" ")[1]) > 1, line);
    }
  }

  @Test
  void pairsAreScoredAsTheyCome() throws IOException {
    Files.writeString(folder.resolve("pairs-1.txt"), "0 100\n7 105\n");
    Files.writeString(folder.resolve("pairs-2.txt"), "nobody 100\n");
    ScoreStream.main(
        new String[] {
          "--model=" + folder.resolve("model"),
          "--input=" + folder.resolve("pairs-*.txt"),
          "--output=" + folder.resolve("scores"),
          "--patience=2",
          "--blockOnRun=true"
        });
    Set<String> pairs = new TreeSet<>();
    for (String line : lines("scores")) {
      pairs.add(line.replaceFirst("\"prediction\":[-0-9.E]+", "\"prediction\":0"));
    }
    assertEquals(
        Set.of(
            "{\"user\":\"0\",\"item\":\"100\",\"prediction\":0}",
            "{\"user\":\"7\",\"item\":\"105\",\"prediction\":0}",
            "{\"user\":\"nobody\",\"item\":\"100\",\"prediction\":\"NaN\"}"),
        pairs);
  }
}
