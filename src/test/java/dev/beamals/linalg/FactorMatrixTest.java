package dev.beamals.linalg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A matrix in many pieces is as good as one in one. */
final class FactorMatrixTest {
  @AfterEach
  void allowLongPieces() {
    System.clearProperty(FactorMatrix.PIECE_PROPERTY);
  }

  private static FactorMatrix copy(float[] rows, int columns) {
    FactorMatrix copy = FactorMatrix.zeros(rows.length / columns, columns);
    for (int r = 0; r < copy.rows(); r++) {
      copy.setRow(r, rows, r * columns, columns);
    }
    return copy;
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 7", "10, 100", "10, 5", "33, 1000"})
  void solversGiveTheSameBits(int rank, int pieceFloats) {
    System.setProperty(FactorMatrix.PIECE_PROPERTY, Integer.toString(pieceFloats));
    Random random = new Random(1);
    int rows = 150;
    float[] factors = new float[rows * rank];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) random.nextGaussian();
    }
    FactorMatrix matrix = copy(factors, rank);
    assertTrue(matrix.pieces.length > 1);
    int[] neighbours = random.ints(300, 0, rows).toArray();
    float[] targets = new float[300];
    for (int p = 0; p < targets.length; p++) {
      targets[p] = random.nextInt(5);
    }
    RowSystem pieces = RowSystem.of(matrix, neighbours, targets);
    RowSystem whole = RowSystem.of(rank, factors, neighbours, targets);
    pieces.select(0, 300, 1);
    whole.select(0, 300, 1);
    NormalEquations scalar = new ScalarNormalEquations(rank);
    for (RowSolver solver :
        new RowSolver[] {
          new CholeskySolver(rank),
          new CholeskySolver(scalar),
          new NonNegativeSolver(rank),
          new ConjugateGradientSolver(rank, 3)
        }) {
      float[] expected = new float[rank];
      float[] x = new float[rank];
      assertTrue(solver.solve(whole, expected, 0));
      assertTrue(solver.solve(pieces, x, 0));
      assertArrayEquals(expected, x);
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "5", "1000000"})
  void rowsThatAreNotThereAreRefused(int row) {
    System.setProperty(FactorMatrix.PIECE_PROPERTY, "4");
    FactorMatrix matrix = FactorMatrix.zeros(row == 0 ? 0 : 5, 2);
    assertEquals(row == 0 ? 0 : 5, matrix.rows());
    assertThrows(IndexOutOfBoundsException.class, () -> matrix.get(row, 0));
    assertThrows(IndexOutOfBoundsException.class, () -> matrix.get(-1, 0));
    RowSystem system = RowSystem.of(matrix, new int[] {row}, new float[1]);
    system.select(0, 1, 1);
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> new CholeskySolver(2).solve(system, new float[2], 0));
  }
}
