package dev.beamals.ids;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IntSortTest {

  /** Used again for more and for fewer values, some of them equal. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 1000, 40_000_000, Integer.MAX_VALUE})
  void valuesKeepTheirNumbers(int bound) {
    IntSort sort = new IntSort();
    SplittableRandom random = new SplittableRandom(bound);
    for (int count : new int[] {0, 1, 10, 200_000, 65_536, 65_537, 5}) {
      int[] values = new int[count];
      for (int i = 0; i < count; i++) {
        values[i] = random.nextInt(bound) - bound / 2;
        assertEquals(i, sort.add(values[i]));
      }
      assertEquals(count, sort.size());
      sort.sort();
      Integer[] numbers = new Integer[count];
      Arrays.setAll(numbers, i -> i);
      Arrays.sort(numbers, Comparator.comparingInt(i -> values[i])); // stable
      for (int place = 0; place < count; place++) {
        assertEquals(numbers[place], sort.number(place));
        assertEquals(values[numbers[place]], sort.value(place));
      }
      sort.clear();
    }
  }
}
