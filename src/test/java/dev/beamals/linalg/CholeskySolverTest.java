package dev.beamals.linalg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.linalg.KernelBits.RatedRow;
import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Test;

class CholeskySolverTest {

  @Test
  void agreesWithDenseSolveInDouble() {
    for (int rank : KernelBits.RANKS) {
      RatedRow row = new RatedRow(rank, 3000, 1000, 5, rank);
      assertAgrees(row, 0.05 * row.length, 2e-6);
    }
  }

  @Test
  void agreesForRatingsUpToOneMillion() {
    assertAgrees(new RatedRow(10, 3000, 1000, 1e6, 1), 50, 2e-6);
  }

  @Test
  void agreesWithoutDiagonalWhereRowIsLong() {
    assertAgrees(new RatedRow(10, 3000, 1000, 5, 2), 0, 2e-6);
    assertAgrees(new RatedRow(10, 3000, 1000, 5, 2), 1e-12, 2e-6);
  }

  @Test
  void smallDiagonalSolvesRowsShorterThanTheRank() {
    for (int rank : new int[] {2, 10, 33, 64}) {
      for (int length : new int[] {1, rank - 1}) {
        RatedRow row = new RatedRow(rank, 300, length, 5, rank + length);
        NormalEquations equations = NormalEquations.create(rank);
        equations.setExactly(row.plain());
        double diagonal = 1e-5 * largestDiagonal(equations);
        float[] x = new float[rank];
        assertTrue(solve(row, diagonal, x));
        double largestB = 0;
        for (int i = 0; i < rank; i++) {
          largestB = Math.max(largestB, Math.abs(equations.b(i)));
        }
        for (int i = 0; i < rank; i++) {
          double residual = diagonal * x[i] - equations.b(i);
          for (int j = 0; j < rank; j++) {
            residual += equations.a(i, j) * x[j];
          }
          assertEquals(0, residual, 1e-4 * largestB, "rank " + rank + ", length " + length);
        }
      }
    }
  }

  /** Play counts: factors of a few thousands, a regularization that float sums cannot see. */
  @Test
  void illConditionedRowsAgreeWithDoubles() {
    for (int length : new int[] {1, 20, 31}) {
      RatedRow row = new RatedRow(32, 300, length, 1e5f, length);
      for (int i = 0; i < row.factors.length; i++) {
        row.factors[i] *= 2000;
      }
      double diagonal = 0.1 * length;
      float[] x = new float[32];
      NormalEquations equations = NormalEquations.create(32);
      RowSystem system = row.select(row.plain(), diagonal);
      assertTrue(new CholeskySolver(equations).solve(system, x, 0));
      assertTrue(equations.isExact());
      double[] expected = solveInDoubles(system);
      double largest = 0;
      for (double xi : expected) {
        largest = Math.max(largest, Math.abs(xi));
      }
      for (int i = 0; i < 32; i++) {
        assertEquals(expected[i], x[i], 1e-6 * largest, "length " + length + ", x" + i);
      }
    }
  }

  /** Squares of 1e25 are not finite in float. */
  @Test
  void factorsTooLargeForFloatSumsAreSolvedExactly() {
    RatedRow row = new RatedRow(10, 300, 100, 5, 1);
    for (int i = 0; i < row.factors.length; i++) {
      row.factors[i] *= 1e25f;
    }
    assertAgrees(row, 1, 1e-6);
  }

  /** Weights, a Gram matrix, both and none, in both kernels: the same solution, bit by bit. */
  @Test
  void weightsAndGramAgreeWithDoubles() {
    for (int rank : new int[] {1, 10, 33, 64}) {
      for (int length : new int[] {0, 1, 20, 300, 1000}) {
        RatedRow row = new RatedRow(rank, 300, length, 5, rank + length);
        RowSystem plain = row.plain();
        for (RowSystem system :
            List.of(
                plain,
                plain.withWeights(row.weights),
                plain.withGram(row.gram()),
                plain.withWeights(row.weights).withGram(row.gram()))) {
          row.select(system, 10 + length);
          NormalEquations equations = new ScalarNormalEquations(rank);
          float[] x = new float[rank];
          assertTrue(new CholeskySolver(equations).solve(system, x, 0));
          assertFalse(equations.isExact());
          double[] expected = solveInDoubles(system);
          double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
          for (int i = 0; i < rank; i++) {
            assertEquals(expected[i], x[i], 2e-5 * largest, "rank " + rank + ", " + length);
          }
          float[] byVectors = new float[rank];
          assertTrue(
              new CholeskySolver(new VectorNormalEquations(rank)).solve(system, byVectors, 0));
          assertArrayEquals(x, byVectors);
        }
      }
    }
  }

  /** What is nearly singular in an exact Gram matrix is no reason to leave floats. */
  @Test
  void smallPivotsOfTheGramMatrixAreSound() {
    RatedRow row = new RatedRow(2, 300, 20, 5, 1);
    // Pivots 1e6 and 1, of which the second is below 2⁻¹⁰ of its diagonal element.
    double[] gram = {1e6, 1e6, 1e6, 1e6 + 1};
    for (int i = 0; i < row.factors.length; i++) {
      row.factors[i] *= 0.1f;
    }
    RowSystem system = row.select(row.plain().withGram(gram), 0.01);
    NormalEquations equations = NormalEquations.create(2);
    float[] x = new float[2];
    assertTrue(new CholeskySolver(equations).solve(system, x, 0));
    assertFalse(equations.isExact());
    double[] expected = solveInDoubles(system);
    assertEquals(expected[0], x[0], 1e-6 * Math.abs(expected[0]));
    assertEquals(expected[1], x[1], 1e-6 * Math.abs(expected[1]));
  }

  /** The row alone is singular; with a Gram matrix that is not, and one that is. */
  @Test
  void gramMatrixDecidesWhereTheRowDoesNot() {
    RatedRow row = new RatedRow(3, 300, 1, 5, 1);
    assertFalse(solve(row, 0, new float[3]));
    float[] x = new float[3];
    double[] identity = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    assertTrue(new CholeskySolver(3).solve(row.select(row.plain().withGram(identity), 0), x, 0));
    double[] singular = {1, 0, 0, 0, 0, 0, 0, 0, 0};
    assertFalse(new CholeskySolver(3).solve(row.select(row.plain().withGram(singular), 0), x, 0));
    double[] bad = {1, 0, 0, 0, Double.NaN, 0, 0, 0, 1};
    assertFalse(new CholeskySolver(3).solve(row.select(row.plain().withGram(bad), 0), x, 0));
  }

  @Test
  void singularWithoutDiagonalIsReported() {
    for (int rank : new int[] {1, 2, 3, 10, 33, 64}) {
      // All lengths of small ranks, some of the others.
      for (int length = 0; length < rank; length += 1 + rank / 20) {
        for (int seed = 0; seed < 10; seed++) {
          RatedRow row = new RatedRow(rank, 300, length, 5, seed);
          assertFalse(solve(row, 0, new float[rank]));
          // Too small to be seen beside A; only where A is zero does it regularize.
          boolean solved = solve(row, 1e-300, new float[rank]);
          assertEquals(length == 0, solved, "rank " + rank + ", length " + length);
        }
      }
    }
  }

  @Test
  void dependentFactorsWithoutDiagonalAreReported() {
    for (int rank : new int[] {2, 3, 10, 33, 64}) {
      for (int seed = 0; seed < 5; seed++) {
        RatedRow row = new RatedRow(rank, 300, 3000, 5, seed);
        // The last factor is half the sum of the others, so A has rank - 1 directions only.
        for (int y = 0; y < row.factors.length; y += rank) {
          float sum = 0;
          for (int i = 0; i < rank - 1; i++) {
            sum += row.factors[y + i];
          }
          row.factors[y + rank - 1] = sum / 2;
        }
        assertFalse(solve(row, 0, new float[rank]), "rank " + rank + ", seed " + seed);
      }
    }
  }

  @Test
  void neverTrueWithSolutionThatIsNotFinite() {
    for (int length = 1; length < 40; length++) {
      RatedRow row = new RatedRow(20, 300, length, 1e6, length);
      for (int exponent = -60; exponent < 10; exponent++) {
        float[] x = new float[20];
        if (solve(row, Math.scalb(1.0, exponent), x)) {
          for (float xi : x) {
            assertTrue(Float.isFinite(xi));
          }
        }
      }
    }
  }

  @Test
  void notFiniteInputIsReported() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      for (int i = 0; i < 10; i++) {
        RatedRow row = new RatedRow(10, 300, 100, 5, i);
        row.factors[row.neighbours[50] * 10 + i] = bad;
        assertFalse(solve(row, 1, new float[10]));
      }
    }
    RatedRow row = new RatedRow(10, 300, 100, 5, 1);
    assertFalse(solve(row, Double.POSITIVE_INFINITY, new float[10]));
    row.ratings[50] = Float.NaN;
    assertFalse(solve(row, 1, new float[10]));
    row.ratings[50] = Float.POSITIVE_INFINITY;
    assertFalse(solve(row, 1, new float[10]));
  }

  /** A pivot that is about as large as the diagonal is one that was asked for. */
  @Test
  void smallestDiagonalsThatRegularize() {
    float[] y = {1024, 1024};
    RowSystem row = RowSystem.of(2, y, new int[1], new float[] {1});
    // Squares are 2²⁰, so that these are 2⁻³⁸ and 2⁻⁴¹ of them.
    row.select(0, 1, 0x1p-18);
    float[] x = new float[2];
    assertTrue(new CholeskySolver(2).solve(row, x, 0));
    assertEquals(1 / 2048.0, x[0], 1e-4);
    assertEquals(1 / 2048.0, x[1], 1e-4);
    row.select(0, 1, 0x1p-21);
    assertFalse(new CholeskySolver(2).solve(row, x, 0));
  }

  @Test
  void noNeighboursGiveZero() {
    float[] x = {7, 7, 7};
    assertTrue(solve(new RatedRow(3, 1, 0, 5, 1), 0.1, x));
    assertArrayEquals(new float[3], x);
  }

  @Test
  void changesNothingButTheSolution() {
    RatedRow row = new RatedRow(10, 300, 100, 5, 3);
    RowSystem system = row.select(row.weighted(), 1);
    float[] x = new float[30];
    Arrays.fill(x, 7);
    CholeskySolver solver = new CholeskySolver(10);
    assertTrue(solver.solve(system, x, 10));
    float[] again = new float[10];
    // A failure in between leaves no trace in the solver.
    assertFalse(solver.solve(new RatedRow(10, 1, 0, 5, 3).plain(), new float[10], 0));
    assertTrue(solver.solve(system, again, 0));

    RatedRow untouched = new RatedRow(10, 300, 100, 5, 3);
    assertArrayEquals(untouched.factors, row.factors);
    assertArrayEquals(untouched.neighbours, row.neighbours);
    assertArrayEquals(untouched.ratings, row.ratings);
    assertArrayEquals(untouched.weights, row.weights);
    assertArrayEquals(again, Arrays.copyOfRange(x, 10, 20));
    for (int i = 0; i < 10; i++) {
      assertEquals(7, x[i]);
      assertEquals(7, x[20 + i]);
    }
  }

  @Test
  void rejectsArgumentsThatDoNotFit() {
    CholeskySolver solver = new CholeskySolver(3);
    RowSystem row = new RatedRow(3, 5, 5, 5, 1).plain();
    RowSystem ofRank4 = new RatedRow(4, 5, 5, 5, 1).plain();
    assertThrows(IllegalArgumentException.class, () -> solver.solve(ofRank4, new float[4], 0));
    assertThrows(IndexOutOfBoundsException.class, () -> solver.solve(row, new float[3], 1));
    assertThrows(IllegalArgumentException.class, () -> new CholeskySolver(0));
  }

  private static boolean solve(RatedRow row, double diagonal, float[] x) {
    return new CholeskySolver(row.rank).solve(row.select(row.plain(), diagonal), x, 0);
  }

  private static double largestDiagonal(NormalEquations equations) {
    double largest = 0;
    for (int i = 0; i < equations.rank(); i++) {
      largest = Math.max(largest, equations.a(i, i));
    }
    return largest;
  }

  /** The solution by EJML's general solver, of all positions. */
  static double[] solveInDoubles(RowSystem row) {
    int rank = row.rank;
    DMatrixRMaj a = new DMatrixRMaj(rank, rank);
    DMatrixRMaj b = new DMatrixRMaj(rank, 1);
    if (row.gram != null) {
      System.arraycopy(row.gram, 0, a.data, 0, row.gram.length);
    }
    for (int p = 0; p < row.neighbours.length; p++) {
      int y = row.neighbours[p];
      double w = row.weights == null ? 1 : row.weights[p];
      for (int i = 0; i < rank; i++) {
        for (int j = 0; j < rank; j++) {
          a.add(i, j, w * row.factors.get(y, i) * row.factors.get(y, j));
        }
        b.add(i, 0, (double) row.factors.get(y, i) * row.targets[p]);
      }
    }
    for (int i = 0; i < rank; i++) {
      a.add(i, i, row.diagonal());
    }
    DMatrixRMaj x = new DMatrixRMaj(rank, 1);
    assertTrue(CommonOps_DDRM.solve(a, b, x));
    return x.getData();
  }

  private static void assertAgrees(RatedRow row, double diagonal, double tolerance) {
    double[] expected = solveInDoubles(row.select(row.plain(), diagonal));
    float[] x = new float[row.rank];
    assertTrue(solve(row, diagonal, x));
    double largest = 0;
    for (double xi : expected) {
      largest = Math.max(largest, Math.abs(xi));
    }
    for (int i = 0; i < row.rank; i++) {
      assertEquals(expected[i], x[i], tolerance * largest, "rank " + row.rank + ", x" + i);
    }
  }
}
