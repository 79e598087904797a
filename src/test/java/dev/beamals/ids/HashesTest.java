package dev.beamals.ids;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Blocks, splits, seeds and saved fingerprints depend on these values: they may not change. */
final class HashesTest {
  @Test
  void mixIsThatOfSplitMix64() {
    // The first outputs of the published generator for seed 1234567.
    long state = 1234567;
    state += Hashes.GAMMA;
    assertEquals(6457827717110365317L, Hashes.mix(state));
    state += Hashes.GAMMA;
    assertEquals(3203168211198807973L, Hashes.mix(state));
    assertEquals(0xE220A8397B1DCDAFL, Hashes.of(0));
  }

  @Test
  void hashesOfTextStayWhatTheyWere() {
    byte[] row = "xx14,148,0.5yy".getBytes(StandardCharsets.UTF_8);
    assertEquals(4958085753900842969L, Hashes.of(row, 2, row.length - 4));
    assertEquals(3699341267146928617L, Hashes.of("user-1"));
  }

  @Test
  void unitIsAtLeastZeroAndBelowOne() {
    assertEquals(0.0, Hashes.unit(0));
    assertEquals(0.5, Hashes.unit(Long.MIN_VALUE));
    assertTrue(Hashes.unit(-1) < 1);
  }
}
