package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class MllibMetadataTest {
  private static @Nullable String json(Map<String, Object> parameters, boolean intItems) {
    Map<String, Object> all = new HashMap<>(parameters);
    all.put("rank", 3);
    return MllibMetadata.toJson(
        Manifest.of(
            ModelParameters.of(all), new FactorsSummary(1, 1, true, intItems, "0123456789abcdef")));
  }

  private static MllibMetadata metadata(Map<String, Object> parameters) {
    String json = json(parameters, true);
    assertNotNull(json);
    return MllibMetadata.parse("model=m: ", Json.parse("metadata", json));
  }

  @Test
  void columnsAreThoseOfTheTraining() {
    MllibMetadata named = metadata(Map.of("userCol", "u", "itemCol", "i", "header", true));
    assertEquals(3, named.rank());
    assertEquals("u", named.parameters().text("userCol"));
    assertEquals("i", named.parameters().text("itemCol"));
    assertEquals("u", metadata(Map.of("userCol", "u")).parameters().text("userCol"));
  }

  /** A column that is told by its number has no name that a table of Spark could have. */
  @Test
  void columnsWithoutAHeaderHaveTheNamesThatMllibGives() {
    MllibMetadata numbered = metadata(Map.of("userCol", "1", "itemCol", "2", "header", false));
    assertEquals("user", numbered.parameters().text("userCol"));
    assertEquals("item", numbered.parameters().text("itemCol"));
    assertEquals("user", metadata(Map.of()).parameters().text("userCol"));
  }

  @Test
  void stringIdsHaveNoMetadata() {
    assertNull(json(Map.of(), false));
  }
}
