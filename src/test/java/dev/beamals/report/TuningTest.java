package dev.beamals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TuningTest {
  @Test
  void trialsAreReadAsTuneWritesThem() {
    Tuning tuning =
        Tuning.parse(
            "trials.json",
            """
            {"metric": "rmse", "best": 2, "trials": [
              {"trial": 1, "parameters": {"rank": 10, "regParam": 0.1, "userRegParam": null},
               "failure": "singular"},
              {"trial": 2, "parameters": {"rank": 20, "regParam": 0.1, "biasRegParam": 3},
               "iterations": 4, "objective": 7.5, "validation": {"rmse": 0.5, "mae": null}}]}
            """);
    assertEquals(2, tuning.best());
    assertEquals(List.of("biasRegParam", "rank"), tuning.varied());
    Tuning.Trial failed = tuning.trials().get(0);
    assertEquals("singular", failed.failure());
    assertNull(failed.iterations());
    assertEquals(Map.of("rank", "10", "regParam", "0.1"), failed.parameters());
    Tuning.Trial best = tuning.trials().get(1);
    assertEquals(4, best.iterations());
    assertEquals(Map.of("rmse", 0.5, "mae", Double.NaN), best.figures());
  }

  @Test
  void whatIsNotOfTuneIsRefused() {
    for (String text : List.of("{", "{}", "[]", "{\"metric\": \"rmse\"}")) {
      RunException e = assertThrows(RunException.class, () -> Tuning.parse("a/trials.json", text));
      assertTrue(String.valueOf(e.getMessage()).startsWith("a/trials.json: "), text);
    }
  }
}
