package dev.beamals.linalg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LongRowsTest {
  private static final int BATCH = NormalEquations.BATCH;

  @ParameterizedTest
  @CsvSource({"10, 40, false", "10, 40, true", "33, 20, false"})
  void givesTheBitsOfRowsThatAreSummedOneByOne(int rank, int rows, boolean implicitPrefs) {
    int others = 60000;
    Random random = new Random(rank + rows);
    int[] lengths = new int[rows];
    for (int s = 0; s < rows; s++) {
      lengths[s] =
          switch (s % 4) {
            case 0 -> 1 + random.nextInt(BATCH);
            case 1 -> BATCH + s % 2;
            default -> BATCH + 1 + random.nextInt(rank > 10 ? 300 : 3000);
          };
    }
    int[] offsets = offsets(lengths);
    RowSystem system = system(random, rank, others, offsets, implicitPrefs);
    NormalEquations expected = NormalEquations.create(rank);
    NormalEquations actual = NormalEquations.create(rank);
    RowSystem ahead = system.withOffsets(offsets);
    for (int s = 0; s < rows; s++) {
      system.select(offsets[s], offsets[s + 1], 1);
      expected.set(system);
      ahead.sumAhead(s);
      ahead.select(offsets[s], offsets[s + 1], 1);
      assertEquals(lengths[s] > BATCH, ahead.copySums(NormalEquations.create(rank)), "row " + s);
      Arrays.fill(actual.a, Double.NaN);
      actual.set(ahead);
      assertSameBits(expected, actual, s);
    }
  }

  @Test
  void sumsAsManyRowsAtATimeAsThereIsRoomFor() {
    int[] lengths = {700, 1, 300, 257, 256, 900, 301, 258, 500, 2};
    int[] offsets = offsets(lengths);
    RowSystem system = system(new Random(8), 10, 60000, offsets, false);
    LongRows longRows = new LongRows(system, offsets, 3 * 65 + 64);
    NormalEquations expected = NormalEquations.create(10);
    for (int s = 0; s < lengths.length; s++) {
      longRows.sumFrom(s);
      NormalEquations actual = NormalEquations.create(10);
      boolean summed =
          longRows.copyTo(offsets[s], offsets[s + 1], actual.a, actual.b, actual.stride);
      assertEquals(lengths[s] > BATCH, summed, "row " + s);
      if (summed) {
        system.select(offsets[s], offsets[s + 1], 1);
        expected.set(system);
        assertSameBits(expected, actual, s);
      }
    }
  }

  @Test
  void solvesAsRowsOneByOne() {
    int[] offsets = offsets(new int[] {3, 1000, 257, 256, 700});
    RowSystem system = system(new Random(5), 10, 30000, offsets, false);
    RowSystem ahead = system.withOffsets(offsets);
    CholeskySolver solver = new CholeskySolver(10);
    for (int s = 0; s < 5; s++) {
      float[] expected = new float[10];
      float[] actual = new float[10];
      system.select(offsets[s], offsets[s + 1], 2);
      assertTrue(solver.solve(system, expected, 0));
      double loss = solver.lossChange(expected, 0);
      ahead.sumAhead(s);
      ahead.select(offsets[s], offsets[s + 1], 2);
      assertTrue(solver.solve(ahead, actual, 0));
      assertArrayEquals(expected, actual);
      assertEquals(loss, solver.lossChange(actual, 0));
    }
  }

  @Test
  void sumsNothingWhereAllFactorsAreClose() {
    int[] offsets = offsets(new int[] {1000});
    RowSystem ahead = system(new Random(6), 10, 2000, offsets, false).withOffsets(offsets);
    ahead.sumAhead(0);
    ahead.select(0, 1000, 1);
    assertFalse(ahead.copySums(NormalEquations.create(10)));
  }

  @Test
  void sumsNothingForAPartOfARow() {
    int[] offsets = offsets(new int[] {1000});
    RowSystem ahead = system(new Random(7), 10, 60000, offsets, false).withOffsets(offsets);
    ahead.sumAhead(0);
    ahead.select(0, 999, 1);
    assertFalse(ahead.copySums(NormalEquations.create(10)));
    ahead.select(0, 1000, 1);
    assertTrue(ahead.copySums(NormalEquations.create(10)));
  }

  private static int[] offsets(int[] lengths) {
    int[] offsets = new int[lengths.length + 1];
    for (int s = 0; s < lengths.length; s++) {
      offsets[s + 1] = offsets[s] + lengths[s];
    }
    return offsets;
  }

  /** Rows of neighbours that ascend. */
  private static RowSystem system(
      Random random, int rank, int others, int[] offsets, boolean implicitPrefs) {
    FactorMatrix factors = FactorMatrix.zeros(others, rank);
    for (int d = 0; d < others; d++) {
      for (int i = 0; i < rank; i++) {
        factors.set(d, i, random.nextFloat() - 0.3f);
      }
    }
    int size = offsets[offsets.length - 1];
    int[] neighbours = new int[size];
    float[] targets = new float[size];
    float[] weights = new float[size];
    for (int p = 0; p < size; p++) {
      neighbours[p] = random.nextInt(others);
      targets[p] = random.nextFloat();
      weights[p] = random.nextFloat();
    }
    for (int s = 0; s < offsets.length - 1; s++) {
      Arrays.sort(neighbours, offsets[s], offsets[s + 1]);
    }
    RowSystem system = RowSystem.of(factors, neighbours, targets);
    if (!implicitPrefs) {
      return system;
    }
    double[] gram = new double[rank * rank];
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j < rank; j++) {
        gram[i * rank + j] = i == j ? 100 : 1.0 / (i + j);
      }
    }
    return system.withWeights(weights).withGram(gram);
  }

  private static void assertSameBits(NormalEquations expected, NormalEquations actual, int row) {
    for (int i = 0; i < expected.rank(); i++) {
      assertEquals(bits(expected.b(i)), bits(actual.b(i)), "row " + row);
      for (int j = 0; j <= i; j++) {
        assertEquals(bits(expected.a(i, j)), bits(actual.a(i, j)), "row " + row);
      }
    }
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }
}
