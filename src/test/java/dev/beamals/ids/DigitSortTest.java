package dev.beamals.ids;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DigitSortTest {
  @ParameterizedTest
  @CsvSource({
    "0, 8, 32, 12",
    "1, 1, 32, 12",
    "100, 100, 32, 1",
    "300, 512, 32, 31",
    "1500, 1500, 32, 21",
    "50000, 60000, 32, 19",
    "50000, 50000, 37, 7",
    "3000, 3000, 0, 63"
  })
  void sortsByTheBitsAndKeepsWhatIsEqualInOrder(int size, int length, int shift, int bits) {
    Random random = new Random(size);
    long[] keys = new long[length];
    for (int i = 0; i < size; i++) {
      long value = random.nextLong() >>> Long.SIZE - bits;
      keys[i] = shift == 0 ? value : value << shift | i; // the lower bits tell the order
    }
    long[] expected = keys.clone();
    Arrays.sort(expected, 0, size);
    long[] sorted = new DigitSort().sort(keys, size, shift, bits);
    assertEquals(length, sorted.length);
    assertArrayEquals(Arrays.copyOf(expected, size), Arrays.copyOf(sorted, size));
  }

  @Test
  void leavesWhatHasNoBits() {
    long[] keys = {3, 1, 2};
    assertArrayEquals(new long[] {3, 1, 2}, new DigitSort().sort(keys, 3, 32, 0));
  }

  @Test
  void sortsAgainWithOtherSizes() {
    DigitSort digits = new DigitSort();
    long[] keys = new Random(1).longs(5000, 0, 1L << 40).toArray();
    for (int size : new int[] {5000, 10, 4999}) {
      long[] some = Arrays.copyOf(keys, size);
      long[] expected = some.clone();
      Arrays.sort(expected);
      assertArrayEquals(expected, digits.sort(some, size, 0, 40));
    }
  }
}
