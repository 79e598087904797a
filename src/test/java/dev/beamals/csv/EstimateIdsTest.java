package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An estimate is to be right within a factor of two on what it meets, and never an error. */
final class EstimateIdsTest {
  private static final int ROWS = 1_000_000;

  @TempDir Path folder;

  @Test
  void idsThatAreAllSeenEarlyAreNotExtrapolated() throws IOException {
    assertNear(600, estimate(r -> r % 500, r -> r * 7 % 100));
  }

  @Test
  void idsThatKeepComingAreExtrapolated() throws IOException {
    assertNear(ROWS / 10, estimate(r -> r / 10, r -> r * 7 % 100));
    assertNear(1.1 * ROWS, estimate(r -> r, r -> r / 10));
  }

  @Test
  void rowsThatCannotBeReadAreLeftToThePipeline() throws IOException {
    Path file = Files.writeString(folder.resolve("ratings.csv"), "user,item,rating\nx\n,,\n");
    assertEquals(0, EstimateIds.of(find(file)));
  }

  private double estimate(IntUnaryOperator user, IntUnaryOperator item) throws IOException {
    Path file = folder.resolve("ratings.csv");
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(file))) {
      out.print("user,item,rating\n");
      for (int r = 0; r < ROWS; r++) {
        out.print(user.applyAsInt(r) + "," + item.applyAsInt(r) + ",1\n");
      }
    }
    return EstimateIds.of(find(file));
  }

  private static List<CsvFile> find(Path file) {
    return CsvFile.find(
        "input",
        List.of(file.toString()),
        CsvFormat.create().withColumns("user", "item", "rating"));
  }

  private static void assertNear(double expected, double actual) {
    assertTrue(actual > expected / 2 && actual < expected * 2, expected + " ≠ " + actual);
  }
}
