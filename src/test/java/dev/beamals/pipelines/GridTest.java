package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GridTest {
  private static List<Object> values(String name, String text) {
    return Grid.of(Map.of(name, text)).trials(null, 1).stream().map(t -> t.get(name)).toList();
  }

  @Test
  void valuesAndRangesAreTakenInTheirOrderAndOnce() {
    assertEquals(List.of(10L, 32L, 64L), values("rank", "10,32,64"));
    assertEquals(List.of(0.5, 1L, 0.25), values("regParam", "0.5,1.0,1,0.25"));
    assertEquals(List.of(1L, 2L, 3L), values("alpha", "1:3:3"));
    assertEquals(List.of(0.01, 0.1, 1L), values("regParam", "0.01:1:log:3"));
    assertEquals(List.of(8L, 16L, 32L, 64L, 100L), values("rank", "8:64:log:4,100"));
    assertEquals(List.of(true, false), values("biases", "true,false"));
    assertEquals(List.of("ratings", "none"), values("regScaling", "ratings,none"));
  }

  @Test
  void allCombinationsTheLastParameterFastest() {
    Grid grid = Grid.of(Map.of("regParam", "0.1,0.2", "rank", "2,4,8"));
    assertEquals(List.of("rank", "regParam"), grid.names());
    List<Map<String, Object>> trials = grid.trials(null, 1);
    assertEquals(6, trials.size());
    assertEquals(Map.of("rank", 2L, "regParam", 0.1), trials.get(0));
    assertEquals(Map.of("rank", 2L, "regParam", 0.2), trials.get(1));
    assertEquals(Map.of("rank", 8L, "regParam", 0.2), trials.get(5));
  }

  @Test
  void someOfTheCombinationsAreDecidedByTheSeed() {
    Grid grid = Grid.of(Map.of("regParam", "0.01:1:20", "rank", "1:30:30"));
    List<Map<String, Object>> some = grid.trials(7, 3);
    assertEquals(7, new HashSet<>(some).size());
    assertEquals(some, grid.trials(7, 3));
    assertNotEquals(some, grid.trials(7, 4));
    assertEquals(600, grid.trials(1000, 3).size());
  }

  @Test
  void rangesAreDrawnFrom() {
    Grid grid = Grid.of(Map.of("regParam", "0.001:1:log", "rank", "4:6"));
    List<Map<String, Object>> trials = grid.trials(200, 5);
    assertEquals(200, new HashSet<>(trials).size());
    assertEquals(trials, grid.trials(200, 5));
    int small = 0;
    for (Map<String, Object> trial : trials) {
      double regParam = Double.parseDouble(String.valueOf(trial.get("regParam")));
      assertTrue(regParam >= 0.001 && regParam <= 1, trial.toString());
      small += regParam < 0.0316 ? 1 : 0; // half of them, as the range is a logarithmic one
      assertTrue(List.of(4L, 5L, 6L).contains(trial.get("rank")), trial.toString());
    }
    assertTrue(small > 70 && small < 130, small + " of 200 below the middle");
    assertEquals(3, Grid.of(Map.of("rank", "4:6")).trials(50, 5).size(), "no more than there are");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "regParam | 0.1:          | from:to:steps",
        "regParam | 1:0.1:3       | from below to",
        "regParam | 0:1:log:3     | above 0 with log",
        "regParam | 0.1:1:log:3:4 | from:to:steps",
        "regParam | 0.1:1:x       | from:to:steps",
        "regParam | 0.1:1:1       | 2 steps or more",
        "regParam | 0.1,          | values, separated by commas",
        "regParam | 0.5,0.1:1     | steps, as 0.1:1:5",
        "regParam | 0.1:1:log     | --maxTrials",
      })
  void whatIsNoGridIsSaidWithItsFlag(String name, String text, String message) {
    UsageException e =
        assertThrows(UsageException.class, () -> Grid.of(Map.of(name, text)).trials(null, 1));
    String said = String.valueOf(e.getMessage());
    assertTrue(said.contains("--" + name), said);
    assertTrue(said.contains(message), said);
  }

  @Test
  void tooManyCombinationsAreRefused() {
    Grid grid = Grid.of(Map.of("rank", "1:1000:1000", "seed", "1:1000:1000"));
    assertThrows(UsageException.class, () -> grid.trials(null, 1));
    assertEquals(3, grid.trials(3, 1).size());
  }
}
