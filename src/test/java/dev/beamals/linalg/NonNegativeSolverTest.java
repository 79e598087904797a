package dev.beamals.linalg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.linalg.KernelBits.RatedRow;
import java.util.Arrays;
import java.util.Random;
import org.apache.spark.mllib.optimization.NNLS;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Test;

class NonNegativeSolverTest {
  /** Of the sum of sizes of what a gradient is added up from; the solver's own is half of it. */
  private static final double TOLERANCE = 0x1p-39;

  /** All sets of free factors, one after the other. */
  @Test
  void isTheBestOfAllSets() {
    Random random = new Random(1);
    for (int trial = 0; trial < 600; trial++) {
      int rank = 1 + random.nextInt(7);
      double[] a = positiveDefinite(rank, rank + random.nextInt(4), random);
      float[] b = gaussian(rank, random);
      NonNegativeSolver solver = new NonNegativeSolver(rank);
      float[] x = new float[rank];
      assertTrue(solver.solve(system(a, b), x, 0));
      double[] best = bestOfAllSets(a, b);
      for (int i = 0; i < rank; i++) {
        assertEquals(best[i], solver.solution[i], 1e-9 * (1 + largest(best)), "trial " + trial);
        assertEquals((float) solver.solution[i], x[i]);
      }
    }
  }

  @Test
  void meetsTheConditionsOfKarushKuhnAndTucker() {
    Random random = new Random(2);
    int most = 0;
    for (int trial = 0; trial < 2000; trial++) {
      int rank = 1 + random.nextInt(trial % 10 == 0 ? 64 : 20);
      // From one direction and a small diagonal, nearly singular, to well-conditioned.
      double[] a = positiveDefinite(rank, 1 + random.nextInt(3 * rank), random);
      RowSystem row = system(a, gaussian(rank, random));
      row.select(0, rank, Math.pow(10, -random.nextInt(9)));
      most = Math.max(most, assertOptimal(row));
    }
    assertTrue(most <= 20, "solved " + most + " times");
  }

  @Test
  void rowsOfBothModesMeetThem() {
    for (int rank : new int[] {1, 10, 33, 64}) {
      for (int length : new int[] {0, 1, 20, 300, 1000}) {
        RatedRow row = new RatedRow(rank, 300, length, 5, rank + length);
        for (int p = 0; p < length; p++) {
          row.ratings[p] -= 2.5f;
        }
        for (double diagonal : new double[] {0.5, 10 + length}) {
          assertOptimal(row.select(row.plain(), diagonal));
          assertOptimal(row.select(row.weighted(), diagonal));
        }
      }
    }
  }

  /** Too ill-conditioned for floats, so solved again in double. */
  @Test
  void illConditionedRowsMeetThem() {
    RatedRow row = new RatedRow(32, 300, 20, 1e5f, 1);
    for (int i = 0; i < row.factors.length; i++) {
      row.factors[i] *= 2000;
    }
    NormalEquations equations = NormalEquations.create(32);
    assertOptimal(row.select(row.plain(), 2), equations);
    assertTrue(equations.isExact());
  }

  /** x and g chosen, in whole numbers, so that many of both are zero at once; then b follows. */
  @Test
  void degenerateSystemsHaveTheSolutionThatWasChosen() {
    Random random = new Random(3);
    for (int trial = 0; trial < 2000; trial++) {
      int rank = 1 + random.nextInt(trial % 10 == 0 ? 64 : 16);
      double[] a = new double[rank * rank];
      for (int n = 0; n < rank + 2; n++) {
        int[] y = random.ints(rank, -2, 3).toArray();
        for (int i = 0; i < rank; i++) {
          for (int j = 0; j < rank; j++) {
            a[i * rank + j] += y[i] * y[j];
          }
        }
      }
      double[] chosen = new double[rank];
      float[] b = new float[rank];
      for (int i = 0; i < rank; i++) {
        a[i * rank + i] += 1;
        chosen[i] = random.nextBoolean() ? 0 : 1 + random.nextInt(3);
      }
      for (int i = 0; i < rank; i++) {
        double sum = chosen[i] > 0 || random.nextInt(3) > 0 ? 0 : -1 - random.nextInt(3);
        for (int j = 0; j < rank; j++) {
          sum += a[i * rank + j] * chosen[j];
        }
        b[i] = (float) sum;
      }
      NonNegativeSolver solver = new NonNegativeSolver(rank);
      assertTrue(solver.solve(system(a, b), new float[rank], 0));
      assertArrayEquals(chosen, solver.solution, 1e-10, "trial " + trial);
      assertTrue(solver.solves <= 10, "solved " + solver.solves + " times");
    }
  }

  /** Columns that are equal but for the diagonal share what one would get. */
  @Test
  void equalFactorsShare() {
    double[] a = new double[16];
    Arrays.fill(a, 1);
    RowSystem row = system(a, new float[] {8, 8, 8, 8});
    row.select(0, 4, 1e-6);
    float[] x = new float[4];
    assertTrue(new NonNegativeSolver(4).solve(row, x, 0));
    for (float xi : x) {
      assertEquals(2, xi, 1e-5);
    }
  }

  @Test
  void whereNoneIsNegativeItIsTheCholeskySolution() {
    RatedRow row = new RatedRow(10, 300, 100, 5, 1);
    for (int i = 0; i < row.factors.length; i++) {
      row.factors[i] = Math.abs(row.factors[i]);
    }
    // So large a diagonal that x is nearly b / d, of which all are positive.
    RowSystem system = row.select(row.plain(), 1e4);
    float[] expected = new float[10];
    float[] x = new float[10];
    assertTrue(new CholeskySolver(10).solve(system, expected, 0));
    NonNegativeSolver solver = new NonNegativeSolver(10);
    assertTrue(solver.solve(system, x, 0));
    assertArrayEquals(expected, x);
    assertEquals(1, solver.solves);
  }

  /** The small pivot is the Gram matrix's own, of a factor after one that is held. */
  @Test
  void pivotsAreThoseOfTheFreeFactors() {
    double[] a = {1e6, 0, 1e6, 0, 1, 0, 1e6, 0, 1e6 + 1};
    NormalEquations equations = NormalEquations.create(3);
    float[] x = new float[3];
    RowSystem row = system(a, new float[] {3e6f, -1, 3e6f + 1});
    assertTrue(new NonNegativeSolver(equations).solve(row, x, 0));
    assertFalse(equations.isExact());
    assertArrayEquals(new float[] {2, 0, 1}, x, 1e-6f);
  }

  @Test
  void nothingToGainGivesZero() {
    float[] x = {7, 7, 7};
    double[] identity = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    assertTrue(new NonNegativeSolver(3).solve(system(identity, new float[] {-1, 0, -2}), x, 0));
    assertArrayEquals(new float[3], x);
  }

  /**
   * MLlib's solver goes down a projected gradient until a step is small. What ours minimizes is at
   * least as small as MLlib's, and both solutions are alike.
   */
  @Test
  void agreesWithMllib() {
    Random random = new Random(4);
    for (int trial = 0; trial < 200; trial++) {
      int rank = 1 + random.nextInt(trial % 10 == 0 ? 64 : 20);
      double[] a = positiveDefinite(rank, 2 * rank, random);
      float[] b = gaussian(rank, random);
      for (int i = 0; i < rank; i++) {
        a[i * rank + i] += 1;
      }
      double[] theirs = NNLS.solve(a.clone(), widened(b), NNLS.createWorkspace(rank));
      NonNegativeSolver solver = new NonNegativeSolver(rank);
      assertTrue(solver.solve(system(a, b), new float[rank], 0));
      double least = minimized(a, b, solver.solution);
      assertTrue(least <= minimized(a, b, theirs) + 1e-12 * Math.abs(least), "trial " + trial);
      assertArrayEquals(theirs, solver.solution, 1e-4 * (1e-3 + largest(theirs)));
    }
  }

  @Test
  void kernelsGiveTheSameBits() {
    for (int rank : new int[] {1, 10, 33, 64}) {
      for (int length : new int[] {0, 1, 20, 1000}) {
        RatedRow row = new RatedRow(rank, 300, length, 5, rank + length);
        for (int p = 0; p < length; p++) {
          row.ratings[p] -= 2.5f;
        }
        for (RowSystem system : new RowSystem[] {row.plain(), row.weighted()}) {
          row.select(system, 10 + length);
          NonNegativeSolver scalar = new NonNegativeSolver(new ScalarNormalEquations(rank));
          NonNegativeSolver vector = new NonNegativeSolver(new VectorNormalEquations(rank));
          float[] x = new float[rank];
          float[] byVectors = new float[rank];
          assertTrue(scalar.solve(system, x, 0));
          assertTrue(vector.solve(system, byVectors, 0));
          assertArrayEquals(x, byVectors);
          assertEquals(scalar.lossChange(x, 0), vector.lossChange(x, 0));
        }
      }
    }
  }

  @Test
  void singularAndNotFiniteIsReported() {
    assertFalse(
        new NonNegativeSolver(2).solve(system(new double[4], new float[2]), new float[2], 0));
    double[] equal = {1, 1, 1, 1};
    assertFalse(new NonNegativeSolver(2).solve(system(equal, new float[] {1, 1}), new float[2], 0));
    double[] bad = {1, 0, 0, Double.NaN};
    assertFalse(new NonNegativeSolver(2).solve(system(bad, new float[2]), new float[2], 0));
    double[] identity = {1, 0, 0, 1};
    RowSystem notFinite = system(identity, new float[] {1, Float.NaN});
    assertFalse(new NonNegativeSolver(2).solve(notFinite, new float[2], 0));
    RowSystem huge = system(new double[] {1e-30, 0, 0, 1}, new float[] {1e30f, 1});
    assertFalse(new NonNegativeSolver(2).solve(huge, new float[2], 0));
    // And none of these leaves anything behind.
    NonNegativeSolver solver = new NonNegativeSolver(2);
    float[] x = new float[2];
    for (RowSystem row : new RowSystem[] {notFinite, huge}) {
      assertFalse(solver.solve(row, new float[2], 0));
      assertTrue(solver.solve(system(identity, new float[] {-1, 3}), x, 0));
      assertArrayEquals(new float[] {0, 3}, x);
    }
  }

  @Test
  void changesNothingButTheSolution() {
    RowSystem row = system(new double[] {2, 1, 1, 2}, new float[] {1, -1});
    float[] x = {7, 7, 7, 7};
    NonNegativeSolver solver = new NonNegativeSolver(2);
    assertTrue(solver.solve(row, x, 1));
    assertArrayEquals(new float[] {7, 0.5f, 0, 7}, x);
    assertFalse(solver.solve(system(new double[4], new float[2]), new float[2], 0));
    assertTrue(solver.solve(row, x, 2));
    assertArrayEquals(new float[] {7, 0.5f, 0.5f, 0}, x);
    assertThrows(IndexOutOfBoundsException.class, () -> solver.solve(row, x, 3));
  }

  /** {@code A} as Gram matrix, and {@code b} as targets of neighbours of weight 0. */
  private static RowSystem system(double[] a, float[] b) {
    int rank = b.length;
    float[] identity = new float[rank * rank];
    int[] neighbours = new int[rank];
    for (int i = 0; i < rank; i++) {
      identity[i * rank + i] = 1;
      neighbours[i] = i;
    }
    RowSystem row =
        RowSystem.of(rank, identity, neighbours, b).withWeights(new float[rank]).withGram(a);
    row.select(0, rank, 0);
    return row;
  }

  private static double[] positiveDefinite(int rank, int directions, Random random) {
    double[] a = new double[rank * rank];
    for (int n = 0; n < directions; n++) {
      double[] y = random.doubles(rank, -1, 2).toArray();
      for (int i = 0; i < rank; i++) {
        for (int j = 0; j < rank; j++) {
          a[i * rank + j] += y[i] * y[j];
        }
      }
    }
    return a;
  }

  private static float[] gaussian(int rank, Random random) {
    float[] b = new float[rank];
    for (int i = 0; i < rank; i++) {
      b[i] = (float) random.nextGaussian();
    }
    return b;
  }

  private static double[] widened(float[] b) {
    double[] wide = new double[b.length];
    Arrays.setAll(wide, i -> b[i]);
    return wide;
  }

  private static double[] bestOfAllSets(double[] a, float[] b) {
    int rank = b.length;
    double[] best = new double[rank];
    double least = 0;
    for (int set = 1; set < 1 << rank; set++) {
      DMatrixRMaj m = new DMatrixRMaj(rank, rank);
      DMatrixRMaj r = new DMatrixRMaj(rank, 1);
      for (int i = 0; i < rank; i++) {
        m.set(i, i, 1);
        if ((set >> i & 1) == 1) {
          r.set(i, 0, b[i]);
          for (int j = 0; j < rank; j++) {
            m.set(i, j, (set >> j & 1) == 1 ? a[i * rank + j] : 0);
          }
        }
      }
      DMatrixRMaj x = new DMatrixRMaj(rank, 1);
      assertTrue(CommonOps_DDRM.solve(m, r, x));
      double value = minimized(a, b, x.getData());
      if (CommonOps_DDRM.elementMin(x) >= 0 && value < least) {
        least = value;
        best = x.getData().clone();
      }
    }
    return best;
  }

  private static double minimized(double[] a, float[] b, double[] x) {
    double sum = 0;
    for (int i = 0; i < b.length; i++) {
      double ax = 0;
      for (int j = 0; j < b.length; j++) {
        ax += a[i * b.length + j] * x[j];
      }
      sum += x[i] * (ax - 2 * b[i]);
    }
    return sum;
  }

  private static int assertOptimal(RowSystem row) {
    return assertOptimal(row, NormalEquations.create(row.rank()));
  }

  /** Solves, and checks the conditions; returns how often equations were solved. */
  private static int assertOptimal(RowSystem row, NormalEquations equations) {
    NonNegativeSolver solver = new NonNegativeSolver(equations);
    int rank = row.rank();
    assertTrue(solver.solve(row, new float[rank], 0));
    double[] x = solver.solution;
    String name = "rank " + rank + ", d " + row.diagonal() + ": ";
    for (int i = 0; i < rank; i++) {
      double gradient = equations.b(i) - row.diagonal() * x[i];
      double size = Math.abs(equations.b(i)) + row.diagonal() * x[i];
      for (int j = 0; j < rank; j++) {
        gradient -= equations.a(i, j) * x[j];
        size += Math.abs(equations.a(i, j)) * x[j];
      }
      assertTrue(x[i] >= 0, name);
      assertTrue(gradient <= TOLERANCE * size, name + gradient + " of " + size);
      if (x[i] > 0) {
        assertTrue(gradient >= -TOLERANCE * size, name + gradient + " of " + size);
      }
    }
    return solver.solves;
  }

  private static double largest(double[] x) {
    return Arrays.stream(x).map(Math::abs).max().orElse(0);
  }
}
