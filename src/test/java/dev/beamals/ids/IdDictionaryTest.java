package dev.beamals.ids;

import static org.junit.jupiter.api.Assertions.assertEquals;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class IdDictionaryTest {
  private static final String[] ENDS = {
    "0", "-1", "1048575", "1048576", "2147483647", "-2147483648", "2147483648", "007", "x"
  };

  /** Ids of every kind, many of them twice or in a row. */
  private static List<String> ids(Random random) {
    List<String> ids = new ArrayList<>(List.of(ENDS));
    for (int n = 0; n < 2000; n++) {
      switch (random.nextInt(5)) {
        case 0 -> ids.add("" + random.nextInt(300));
        case 1 -> ids.add("" + (random.nextInt(40) - 20));
        case 2 -> ids.add("" + random.nextInt());
        case 3 -> ids.add("u" + random.nextInt(100));
        default -> ids.add(ids.get(ids.size() - 1));
      }
    }
    ids.add(ids.get(0)); // the next round begins with what this one ends with
    return ids;
  }

  @Test
  void codesEndAsIndicesOfTheSortedIds() throws Exception {
    IdDictionary dictionary = new IdDictionary();
    for (int round = 0; round < 4; round++) { // it is used again
      List<String> ids = ids(new Random(round));
      IntArrayList codes = new IntArrayList();
      for (String id : ids) {
        byte[] bytes = ("," + id + ",").getBytes(StandardCharsets.UTF_8);
        codes.add(dictionary.code(bytes, 1, bytes.length - 1));
      }
      int[] indices = new int[ids.size()];
      Ids sorted = dictionary.finish(codes, indices);
      assertEquals(Ids.of(ids.toArray(new String[0])), sorted);
      for (int r = 0; r < indices.length; r++) {
        assertEquals(ids.get(r), sorted.get(indices[r]), "round " + round + ", row " + r);
      }
    }
  }
}
