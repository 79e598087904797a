package dev.beamals.linalg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.linalg.KernelBits.RatedRow;
import java.util.Arrays;
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
        equations.addExactly(row.factors, row.neighbours, row.ratings, 0, length);
        double diagonal = 1e-5 * largestDiagonal(equations);
        float[] x = new float[rank];
        assertTrue(new CholeskySolver(rank).solve(equations, diagonal, x, 0));
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
      assertTrue(
          new CholeskySolver(32)
              .solveRow(
                  equations, row.factors, row.neighbours, row.ratings, 0, length, diagonal, x, 0));
      assertTrue(equations.isExact());
      double[] expected = solveInDoubles(row, diagonal);
      double largest = 0;
      for (double xi : expected) {
        largest = Math.max(largest, Math.abs(xi));
      }
      for (int i = 0; i < 32; i++) {
        assertEquals(expected[i], x[i], 1e-6 * largest, "length " + length + ", x" + i);
      }
    }
  }

  @Test
  void singularRowStaysSingularInDoubles() {
    for (int length = 0; length < 10; length++) {
      RatedRow row = new RatedRow(10, 300, length, 5, length);
      assertFalse(
          new CholeskySolver(10)
              .solveRow(
                  NormalEquations.create(10),
                  row.factors,
                  row.neighbours,
                  row.ratings,
                  0,
                  length,
                  0,
                  new float[10],
                  0));
    }
  }

  @Test
  void singularWithoutDiagonalIsReported() {
    for (int rank : new int[] {1, 2, 3, 10, 33, 64}) {
      CholeskySolver solver = new CholeskySolver(rank);
      for (int length = 0; length < rank; length++) {
        for (int seed = 0; seed < 20; seed++) {
          RatedRow row = new RatedRow(rank, 300, length, 5, seed);
          assertFalse(solver.solve(equations(row), 0, new float[rank], 0));
          // Too small to be seen beside A; only where A is zero does it regularize.
          boolean solved = solver.solve(equations(row), 1e-300, new float[rank], 0);
          assertEquals(length == 0, solved, "rank " + rank + ", length " + length);
        }
      }
    }
  }

  @Test
  void dependentFactorsWithoutDiagonalAreReported() {
    for (int rank : new int[] {2, 3, 10, 33, 64}) {
      for (int seed = 0; seed < 20; seed++) {
        RatedRow row = new RatedRow(rank, 300, 3000, 5, seed);
        // The last factor is half the sum of the others, so A has rank - 1 directions only.
        for (int y = 0; y < row.factors.length; y += rank) {
          float sum = 0;
          for (int i = 0; i < rank - 1; i++) {
            sum += row.factors[y + i];
          }
          row.factors[y + rank - 1] = sum / 2;
        }
        assertFalse(
            new CholeskySolver(rank).solve(equations(row), 0, new float[rank], 0),
            "rank " + rank + ", seed " + seed);
      }
    }
  }

  @Test
  void neverTrueWithSolutionThatIsNotFinite() {
    for (int length = 1; length < 40; length++) {
      NormalEquations equations = equations(new RatedRow(20, 300, length, 1e6, length));
      for (int exponent = -60; exponent < 10; exponent++) {
        float[] x = new float[20];
        if (new CholeskySolver(20).solve(equations, Math.scalb(1.0, exponent), x, 0)) {
          for (float xi : x) {
            assertTrue(Float.isFinite(xi));
          }
        }
      }
    }
  }

  @Test
  void notFiniteInputIsReported() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -1e30f}) {
      for (int i = 0; i < 10; i++) {
        RatedRow row = new RatedRow(10, 300, 100, 5, i);
        row.factors[row.neighbours[50] * 10 + i] = bad;
        assertFalse(new CholeskySolver(10).solve(equations(row), 1, new float[10], 0));
      }
    }
    RatedRow row = new RatedRow(10, 300, 100, 5, 1);
    row.ratings[50] = Float.NaN;
    assertFalse(new CholeskySolver(10).solve(equations(row), 1, new float[10], 0));
    row.ratings[50] = Float.POSITIVE_INFINITY;
    assertFalse(new CholeskySolver(10).solve(equations(row), 1, new float[10], 0));
  }

  @Test
  void noNeighboursGiveZero() {
    float[] x = {7, 7, 7};
    assertTrue(new CholeskySolver(3).solve(NormalEquations.create(3), 0.1, x, 0));
    assertArrayEquals(new float[3], x);
  }

  @Test
  void changesNothingButTheSolution() {
    NormalEquations equations = equations(new RatedRow(10, 300, 100, 5, 3));
    long[] before = KernelBits.bits(equations);
    float[] x = new float[30];
    Arrays.fill(x, 7);
    CholeskySolver solver = new CholeskySolver(10);
    assertTrue(solver.solve(equations, 1, x, 10));
    float[] again = new float[10];
    // A failure in between leaves no trace in the solver either.
    assertFalse(solver.solve(NormalEquations.create(10), 0, new float[10], 0));
    assertTrue(solver.solve(equations, 1, again, 0));

    assertArrayEquals(before, KernelBits.bits(equations));
    assertArrayEquals(again, Arrays.copyOfRange(x, 10, 20));
    for (int i = 0; i < 10; i++) {
      assertEquals(7, x[i]);
      assertEquals(7, x[20 + i]);
    }
  }

  @Test
  void rejectsArgumentsThatDoNotFit() {
    CholeskySolver solver = new CholeskySolver(3);
    NormalEquations equations = NormalEquations.create(3);
    assertThrows(
        IllegalArgumentException.class,
        () -> solver.solve(NormalEquations.create(4), 1, new float[4], 0));
    assertThrows(
        IllegalArgumentException.class, () -> solver.solve(equations, -1, new float[3], 0));
    assertThrows(
        IllegalArgumentException.class, () -> solver.solve(equations, Double.NaN, new float[3], 0));
    assertThrows(
        IndexOutOfBoundsException.class, () -> solver.solve(equations, 1, new float[3], 1));
    assertThrows(IllegalArgumentException.class, () -> new CholeskySolver(0));
  }

  private static NormalEquations equations(RatedRow row) {
    NormalEquations equations = NormalEquations.create(row.rank);
    row.addTo(equations);
    return equations;
  }

  private static double largestDiagonal(NormalEquations equations) {
    double largest = 0;
    for (int i = 0; i < equations.rank(); i++) {
      largest = Math.max(largest, equations.a(i, i));
    }
    return largest;
  }

  private static double[] solveInDoubles(RatedRow row, double diagonal) {
    int rank = row.rank;
    DMatrixRMaj a = new DMatrixRMaj(rank, rank);
    DMatrixRMaj b = new DMatrixRMaj(rank, 1);
    for (int p = 0; p < row.length; p++) {
      for (int i = 0; i < rank; i++) {
        for (int j = 0; j < rank; j++) {
          a.add(i, j, row.y(p, i) * row.y(p, j));
        }
        b.add(i, 0, row.y(p, i) * row.ratings[p]);
      }
    }
    for (int i = 0; i < rank; i++) {
      a.add(i, i, diagonal);
    }
    DMatrixRMaj x = new DMatrixRMaj(rank, 1);
    assertTrue(CommonOps_DDRM.solve(a, b, x));
    return x.getData();
  }

  private static void assertAgrees(RatedRow row, double diagonal, double tolerance) {
    double[] expected = solveInDoubles(row, diagonal);
    float[] x = new float[row.rank];
    assertTrue(new CholeskySolver(row.rank).solve(equations(row), diagonal, x, 0));
    double largest = 0;
    for (double xi : expected) {
      largest = Math.max(largest, Math.abs(xi));
    }
    for (int i = 0; i < row.rank; i++) {
      assertEquals(expected[i], x[i], tolerance * largest, "rank " + row.rank + ", x" + i);
    }
  }
}
