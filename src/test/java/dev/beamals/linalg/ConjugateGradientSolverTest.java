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

class ConjugateGradientSolverTest {

  /** Short rows, of which A is not made, and rows so long that it is. */
  private static final int[] LENGTHS = {0, 1, 5, 8, 300, 1000};

  @Test
  void stepsAreThoseOfTheTextbookInDoubles() {
    for (int rank : new int[] {1, 3, 10, 17, 64}) {
      for (int length : LENGTHS) {
        RatedRow row = new RatedRow(rank, 300, length, 5, rank + length);
        for (RowSystem system : systems(row)) {
          row.select(system, 10 + length);
          for (int steps : new int[] {1, 3}) {
            float[] start = start(rank);
            double[] expected = textbook(system, start, steps);
            float[] x = solve(system, steps, start);
            assertClose(expected, x, 2e-5, "rank " + rank + ", length " + length);
          }
        }
      }
    }
  }

  @Test
  void manyStepsGiveTheSolution() {
    for (int rank : new int[] {1, 10, 33, 64}) {
      for (int length : LENGTHS) {
        RatedRow row = new RatedRow(rank, 300, length, 5, rank + length);
        for (RowSystem system : systems(row)) {
          row.select(system, 10 + length);
          double[] expected = CholeskySolverTest.solveInDoubles(system);
          float[] x = solve(system, 2 * rank + 5, new float[rank]);
          assertClose(expected, x, 2e-5, "rank " + rank + ", length " + length);
          assertClose(expected, solve(system, 3, toFloats(expected)), 2e-5, "from the solution");
        }
      }
    }
  }

  @Test
  void everyStepGoesDown() {
    for (int length : LENGTHS) {
      RatedRow row = new RatedRow(20, 300, length, 5, length);
      for (RowSystem system : systems(row)) {
        row.select(system, 0.1);
        double before = objective(system, start(20));
        for (int steps = 1; steps < 8; steps++) {
          double after = objective(system, solve(system, steps, start(20)));
          assertTrue(after < before + 1e-6 * Math.abs(before), steps + " steps, " + length);
          before = after;
        }
      }
    }
  }

  @Test
  void lossIsTheSameWhetherTheMatrixIsMadeOrNot() {
    for (int length : LENGTHS) {
      RatedRow row = new RatedRow(20, 300, length, 5, length);
      for (RowSystem system : systems(row)) {
        for (int steps : new int[] {1, 30}) {
          row.select(system, 0.1);
          ConjugateGradientSolver solver = new ConjugateGradientSolver(20, steps);
          float[] x = start(20);
          assertTrue(solver.solve(system, x, 0));
          double change = solver.lossChange(x, 0);
          row.select(system, 0);
          double expected = objective(system, x);
          assertEquals(expected, change, 1e-6 * (1 + Math.abs(expected)), "length " + length);
        }
      }
    }
  }

  @Test
  void kernelsGiveTheSameBits() {
    for (int rank : KernelBits.RANKS) {
      for (int length : LENGTHS) {
        RatedRow row = new RatedRow(rank, 300, length, 5, rank + length);
        for (RowSystem system : systems(row)) {
          row.select(system, 1 + length);
          float[] x = start(rank);
          float[] byVectors = start(rank);
          ConjugateGradientSolver scalar =
              new ConjugateGradientSolver(
                  new ScalarNormalEquations(rank), new NeighbourProducts(rank), 3);
          ConjugateGradientSolver vector =
              new ConjugateGradientSolver(
                  new VectorNormalEquations(rank), new VectorNeighbourProducts(rank), 3);
          assertTrue(scalar.solve(system, x, 0));
          assertTrue(vector.solve(system, byVectors, 0));
          assertArrayEquals(x, byVectors, "rank " + rank + ", length " + length);
          assertEquals(scalar.lossChange(x, 0), vector.lossChange(x, 0));
        }
      }
    }
  }

  /** What is made and what is not differ in rounding alone. */
  @Test
  void productsAgreeWithDoubles() {
    for (NeighbourProducts products :
        List.of(
            new NeighbourProducts(10),
            new VectorNeighbourProducts(10),
            new NeighbourProducts(64),
            new VectorNeighbourProducts(64))) {
      int rank = products.stride == 16 ? 10 : 64;
      for (int length : LENGTHS) {
        RatedRow row = new RatedRow(rank, 300, length, 5, length);
        float[] v = Arrays.copyOf(start(rank), products.stride);
        for (RowSystem system : systems(row)) {
          double[] product = new double[rank];
          double[] residual = new double[rank];
          double[] size = new double[rank];
          for (int p = 0; p < length; p++) {
            double dot = 0;
            for (int i = 0; i < rank; i++) {
              dot += row.y(p, i) * v[i];
            }
            double w = system.weights == null ? 1 : system.weights[p];
            for (int i = 0; i < rank; i++) {
              product[i] -= w * dot * row.y(p, i);
              residual[i] += (row.ratings[p] - w * dot) * row.y(p, i);
              size[i] += (Math.abs(w) * rank + row.ratings[p]) * Math.abs(row.y(p, i));
            }
          }
          double[] actual = new double[rank];
          products.subtractProduct(system, v, actual);
          double[] actualResidual = new double[rank];
          products.addResidual(system, v, actualResidual);
          for (int i = 0; i < rank; i++) {
            assertEquals(product[i], actual[i], 1e-6 * size[i]);
            assertEquals(residual[i], actualResidual[i], 1e-6 * size[i]);
          }
        }
      }
    }
  }

  @Test
  void otherRowsOfTheFactorsDoNotMatter() {
    RatedRow row = new RatedRow(10, 30, 5, 5, 1);
    ConjugateGradientSolver solver = new ConjugateGradientSolver(10, 3);
    float[] expected = solve(row.select(row.plain(), 1), 3, new float[10]);
    // What a row that is not finite leaves behind, in a whole group, must not reach the next.
    RatedRow broken = new RatedRow(10, 30, NeighbourProducts.GROUP, 5, 1);
    Arrays.fill(broken.factors, Float.NaN);
    assertFalse(solver.solve(broken.select(broken.plain(), 1), new float[10], 0));
    for (int n = 0; n < 30; n++) {
      int neighbour = n;
      if (Arrays.stream(row.neighbours).noneMatch(used -> used == neighbour)) {
        Arrays.fill(row.factors, n * 10, n * 10 + 10, Float.NaN);
      }
    }
    float[] x = new float[10];
    assertTrue(solver.solve(row.select(row.plain(), 1), x, 0));
    assertArrayEquals(expected, x);
  }

  @Test
  void selectsTheRow() {
    RatedRow row = new RatedRow(10, 300, 1000, 5, 1);
    for (int[] part : new int[][] {{3, 5}, {300, 900}}) {
      int length = part[1] - part[0];
      RowSystem alone =
          RowSystem.of(
                  10,
                  row.factors,
                  Arrays.copyOfRange(row.neighbours, part[0], part[1]),
                  Arrays.copyOfRange(row.ratings, part[0], part[1]))
              .withWeights(Arrays.copyOfRange(row.weights, part[0], part[1]))
              .withGram(row.gram());
      alone.select(0, length, 1);
      RowSystem whole = row.weighted();
      whole.select(part[0], part[1], 1);
      assertArrayEquals(solve(alone, 3, new float[10]), solve(whole, 3, new float[10]));
    }
  }

  @Test
  void changesNothingButTheSolution() {
    RatedRow row = new RatedRow(3, 30, 5, 5, 1);
    float[] x = {7, 7, 7, 7, 7};
    ConjugateGradientSolver solver = new ConjugateGradientSolver(3, 3);
    assertTrue(solver.solve(row.select(row.weighted(), 1), x, 1));
    assertEquals(7, x[0]);
    assertEquals(7, x[4]);
    assertArrayEquals(solve(row.select(row.weighted(), 1), 3, new float[] {7, 7, 7}), copy(x));
    assertThrows(IndexOutOfBoundsException.class, () -> solver.solve(row.plain(), x, 3));
  }

  /** Nothing to go by, so x stays; two unknowns and one rating, of whose solutions one is near. */
  @Test
  void singularSystemsAreNoFailure() {
    RatedRow none = new RatedRow(2, 3, 0, 5, 1);
    assertArrayEquals(new float[] {1, 2}, solve(none.plain(), 3, new float[] {1, 2}));
    RowSystem row = RowSystem.of(2, new float[] {1, 1}, new int[1], new float[] {5});
    row.select(0, 1, 0);
    assertArrayEquals(new float[] {3, 2}, solve(row, 3, new float[] {1, 0}), 1e-6f);
  }

  @Test
  void notFiniteIsReported() {
    for (int length : new int[] {5, 1000}) {
      RatedRow row = new RatedRow(10, 300, length, 5, 1);
      row.ratings[3] = Float.NaN;
      assertFalse(
          new ConjugateGradientSolver(10, 3).solve(row.select(row.plain(), 1), new float[10], 0));
    }
    RatedRow row = new RatedRow(10, 300, 5, 5, 1);
    float[] start = new float[10];
    start[2] = Float.POSITIVE_INFINITY;
    assertFalse(new ConjugateGradientSolver(10, 3).solve(row.select(row.plain(), 1), start, 0));
  }

  @Test
  void rejectsArgumentsThatDoNotFit() {
    assertThrows(IllegalArgumentException.class, () -> new ConjugateGradientSolver(0, 3));
    assertEquals(
        "steps=0: expected at least 1",
        assertThrows(IllegalArgumentException.class, () -> new ConjugateGradientSolver(3, 0))
            .getMessage());
    ConjugateGradientSolver solver = new ConjugateGradientSolver(10, 3);
    for (int length : new int[] {5, 1000}) {
      RatedRow row = new RatedRow(10, 300, length, 5, 1);
      row.weights[4] = -1;
      assertThrows(
          IllegalArgumentException.class, () -> solver.solve(row.weighted(), new float[10], 0));
      row.weights[4] = 1;
      row.neighbours[4] = 300;
      assertThrows(
          IndexOutOfBoundsException.class, () -> solver.solve(row.weighted(), new float[10], 0));
      RatedRow other = new RatedRow(20, 300, length, 5, 1);
      assertThrows(
          IllegalArgumentException.class, () -> solver.solve(other.plain(), new float[20], 0));
    }
  }

  private static List<RowSystem> systems(RatedRow row) {
    return List.of(
        row.plain(),
        row.select(row.plain().withWeights(row.weights), 0),
        row.select(row.plain().withGram(row.gram()), 0),
        row.weighted());
  }

  private static float[] start(int rank) {
    float[] start = new float[rank];
    for (int i = 0; i < rank; i++) {
      start[i] = 0.3f - i % 3 * 0.25f;
    }
    return start;
  }

  private static float[] solve(RowSystem system, int steps, float[] start) {
    float[] x = start.clone();
    assertTrue(new ConjugateGradientSolver(system.rank, steps).solve(system, x, 0));
    return x;
  }

  private static DMatrixRMaj matrix(RowSystem system, double[] b) {
    NormalEquations equations = NormalEquations.create(system.rank);
    equations.setExactly(system);
    DMatrixRMaj a = new DMatrixRMaj(system.rank, system.rank);
    for (int i = 0; i < system.rank; i++) {
      b[i] = equations.b(i);
      for (int j = 0; j < system.rank; j++) {
        a.set(i, j, equations.a(i, j) + (i == j ? system.diagonal() : 0));
      }
    }
    return a;
  }

  private static double[] textbook(RowSystem system, float[] start, int steps) {
    double[] b = new double[system.rank];
    DMatrixRMaj a = matrix(system, b);
    DMatrixRMaj x = new DMatrixRMaj(system.rank, 1);
    for (int i = 0; i < system.rank; i++) {
      x.set(i, 0, start[i]);
    }
    DMatrixRMaj r = new DMatrixRMaj(system.rank, 1, true, b.clone());
    CommonOps_DDRM.multAdd(-1, a, x, r);
    DMatrixRMaj p = r.copy();
    DMatrixRMaj q = new DMatrixRMaj(system.rank, 1);
    double rr = CommonOps_DDRM.dot(r, r);
    for (int step = 0; step < steps && rr > 1e-25; step++) {
      CommonOps_DDRM.mult(a, p, q);
      double alpha = rr / CommonOps_DDRM.dot(p, q);
      CommonOps_DDRM.addEquals(x, alpha, p);
      CommonOps_DDRM.addEquals(r, -alpha, q);
      double next = CommonOps_DDRM.dot(r, r);
      CommonOps_DDRM.add(1, r, next / rr, p, p);
      rr = next;
    }
    return x.getData();
  }

  private static double objective(RowSystem system, float[] x) {
    double[] b = new double[system.rank];
    DMatrixRMaj a = matrix(system, b);
    double sum = 0;
    for (int i = 0; i < system.rank; i++) {
      double ax = 0;
      for (int j = 0; j < system.rank; j++) {
        ax += a.get(i, j) * x[j];
      }
      sum += x[i] * (ax - 2 * b[i]);
    }
    return sum;
  }

  private static float[] toFloats(double[] x) {
    float[] floats = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      floats[i] = (float) x[i];
    }
    return floats;
  }

  private static float[] copy(float[] x) {
    return Arrays.copyOfRange(x, 1, 4);
  }

  private static void assertClose(double[] expected, float[] x, double tolerance, String name) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    for (int i = 0; i < x.length; i++) {
      assertEquals(expected[i], x[i], tolerance * Math.max(largest, 1e-3), name);
    }
  }
}
