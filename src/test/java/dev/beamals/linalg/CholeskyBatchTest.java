package dev.beamals.linalg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A batch gives the bits of its rows one by one. */
final class CholeskyBatchTest {
  private static final int ROWS = 40;

  private final Random random = new Random(3);

  private float[] normal(int n) {
    float[] numbers = new float[n];
    for (int i = 0; i < n; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  /** Rows of 0 to 39 neighbours, and one of many: without a diagonal those of few are singular. */
  private void compare(int rank, double lambda, boolean implicit) {
    float[] factors = normal(50 * rank);
    int[] offsets = new int[ROWS + 1];
    for (int r = 0; r < ROWS; r++) {
      offsets[r + 1] = offsets[r] + (r == 30 ? 600 : r);
    }
    int[] neighbours = random.ints(offsets[ROWS], 0, 50).toArray();
    RowSystem row = RowSystem.of(rank, factors, neighbours, normal(neighbours.length));
    if (implicit) {
      float[] weights = normal(neighbours.length);
      for (int p = 0; p < weights.length; p++) {
        weights[p] = Math.abs(weights[p]);
      }
      double[] gram = new double[rank * rank];
      for (int i = 0; i < rank; i++) {
        gram[i * rank + i] = 2 + i;
      }
      row = row.withWeights(weights).withGram(gram);
    }
    row = row.withOffsets(offsets);
    CholeskyBatch batch = CholeskySolver.createBatch(rank);
    assertNotNull(batch);
    CholeskySolver solver = new CholeskySolver(rank);
    int solved = 0;
    for (int first = 0; first < ROWS; first += 7) { // the last batches are not full
      int count = Math.min(7, ROWS - first);
      for (int r = first; r < first + count; r++) {
        row.select(offsets[r], offsets[r + 1], lambda * (offsets[r + 1] - offsets[r]));
        batch.add(row);
      }
      batch.solve();
      for (int r = first; r < first + count; r++) {
        row.select(offsets[r], offsets[r + 1], lambda * (offsets[r + 1] - offsets[r]));
        float[] expected = new float[rank];
        boolean isSolved = solver.solve(row, expected, 0);
        float[] x = new float[rank + 1];
        if (batch.takeSolution(r - first, x, 1)) {
          solved++;
          assertEquals(true, isSolved);
          for (int i = 0; i < rank; i++) {
            assertEquals(
                Float.floatToRawIntBits(expected[i]),
                Float.floatToRawIntBits(x[i + 1]),
                "row " + r);
          }
          assertEquals(solver.lossChange(expected, 0), batch.lossChange(r - first), "row " + r);
        }
      }
      batch.clear();
    }
    assertEquals(true, solved >= (lambda > 0 ? ROWS - 1 : ROWS - 2 * rank - 1), solved + " solved");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 10, 11, 16, 33, 64})
  void bitsAreThoseOfRowsOneByOne(int rank) {
    compare(rank, 0.1, false);
    compare(rank, 0.1, true);
    compare(rank, 0, true);
  }

  @Test
  void rowsThatAreNotDeterminedAreLeftToTheSolver() {
    compare(5, 0, false);
    CholeskyBatch batch = CholeskySolver.createBatch(2);
    assertNotNull(batch);
    float[] x = {7, 7};
    RowSystem row =
        RowSystem.of(2, new float[] {1, 1, Float.NaN, 1}, new int[] {0, 1}, new float[] {1, 1});
    row.select(0, 1, 0); // singular
    batch.add(row);
    row.select(1, 2, 1); // not a number
    batch.add(row);
    row.select(0, 0, 0); // zeros
    batch.add(row);
    row.select(0, 1, 1e-300); // too small a diagonal
    batch.add(row);
    batch.solve();
    for (int r = 0; r < 4; r++) {
      assertFalse(batch.takeSolution(r, x, 0), "row " + r);
    }
    assertEquals(7, x[0]);
  }

  @Test
  void ranksTooLargeForACacheHaveNoBatch() {
    assertNull(CholeskySolver.createBatch(NormalEquations.MAX_RANK));
  }
}
