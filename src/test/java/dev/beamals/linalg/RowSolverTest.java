package dev.beamals.linalg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every solver promises, beside what is minimized as it is defined: in double, over all pairs
 * of a row, those without a rating too where feedback is implicit.
 */
class RowSolverTest {
  private static final int[] RANKS = {1, 3, 10, 33, 64};
  private static final int[] LENGTHS = {1, 20, 257};
  private static final float ALPHA = 1.5f;
  private static final double REG_PARAM = 0.1;

  /** A solver, and what it does in double. */
  private record Solver(IntFunction<RowSolver> create, Minimizer reference) {}

  private interface Minimizer {
    double[] minimize(DMatrixRMaj a, DMatrixRMaj b);
  }

  static Stream<Named<Solver>> solvers() {
    return Stream.of(
        Named.of("Cholesky", new Solver(CholeskySolver::new, RowSolverTest::solveDense)),
        Named.of(
            "conjugate gradients",
            new Solver(
                rank -> new ConjugateGradientSolver(rank, 3 * rank), RowSolverTest::solveDense)),
        Named.of("non-negative", new Solver(NonNegativeSolver::new, RowSolverTest::descend)));
  }

  /** One row of ratings against the factors of the whole other side, and its definition. */
  private static final class Row {
    final int rank;
    final float[] factors;
    final float[] ratings;

    /** By index of the other side: {@code c}, zero for pairs that do not count. */
    final double[] confidences;

    /** {@code p}. */
    final double[] preferences;

    /** {@code Σ c y yᵀ} and {@code Σ c p y} over the whole other side. */
    final DMatrixRMaj a;

    final DMatrixRMaj b;

    private final RowSystem system;

    Row(int rank, int length, boolean implicit, double scale) {
      this.rank = rank;
      Random random = new Random(31L * rank + length);
      int count = 300;
      factors = new float[count * rank];
      for (int i = 0; i < factors.length; i++) {
        // As trained factors are: predictions do not grow with the rank.
        factors[i] = (float) ((random.nextDouble() * 4 - 1.6) / Math.sqrt(rank) * scale);
      }
      int[] neighbours = random.ints(0, count).distinct().limit(length).toArray();
      ratings = new float[length];
      confidences = new double[count];
      preferences = new double[count];
      Arrays.fill(confidences, implicit ? 1 : 0);
      for (int p = 0; p < length; p++) {
        ratings[p] = (float) (random.nextInt(12) - 2) / 2;
        int n = neighbours[p];
        confidences[n] = implicit ? 1 + ALPHA * Math.abs((double) ratings[p]) : 1;
        preferences[n] = implicit ? (ratings[p] > 0 ? 1 : 0) : ratings[p];
      }
      a = new DMatrixRMaj(rank, rank);
      b = new DMatrixRMaj(rank, 1);
      for (int n = 0; n < count; n++) {
        for (int i = 0; i < rank; i++) {
          double cyi = confidences[n] * factors[n * rank + i];
          b.add(i, 0, preferences[n] * cyi);
          for (int j = 0; j < rank; j++) {
            a.add(i, j, cyi * factors[n * rank + j]);
          }
        }
      }
      system = system(rank, factors, neighbours, ratings, implicit);
    }

    private static RowSystem system(
        int rank, float[] factors, int[] neighbours, float[] ratings, boolean implicit) {
      if (!implicit) {
        return RowSystem.of(rank, factors, neighbours, ratings);
      }
      float[] weights = new float[ratings.length];
      float[] targets = new float[ratings.length];
      for (int p = 0; p < ratings.length; p++) {
        weights[p] = ALPHA * Math.abs(ratings[p]);
        targets[p] = ratings[p] > 0 ? 1 + weights[p] : 0;
      }
      GramSum gram = new GramSum(rank);
      gram.add(factors);
      return RowSystem.of(rank, factors, neighbours, targets)
          .withWeights(weights)
          .withGram(gram.toGram());
    }

    /** The row as a solver takes it. */
    RowSystem system(double diagonal) {
      system.select(0, ratings.length, diagonal);
      return system;
    }

    /** The diagonals of λ by the ratings, by the weights, and alone. */
    double[] diagonals() {
      double weights = Arrays.stream(confidences).sum();
      return new double[] {REG_PARAM * ratings.length, REG_PARAM * weights, REG_PARAM};
    }

    double[] minimize(double diagonal, Minimizer minimizer) {
      DMatrixRMaj regularized = a.copy();
      for (int i = 0; i < rank; i++) {
        regularized.add(i, i, diagonal);
      }
      return minimizer.minimize(regularized, b);
    }

    /** {@code Σ c (p − y·x)²}. */
    double loss(float[] x) {
      double loss = 0;
      for (int n = 0; n < confidences.length; n++) {
        double error = preferences[n];
        for (int i = 0; i < rank; i++) {
          error -= (double) factors[n * rank + i] * x[i];
        }
        loss += confidences[n] * error * error;
      }
      return loss;
    }
  }

  @ParameterizedTest
  @MethodSource("solvers")
  void minimizesWhatIsDefined(Solver solver) {
    for (boolean implicit : new boolean[] {false, true}) {
      for (int rank : RANKS) {
        for (int length : LENGTHS) {
          Row row = new Row(rank, length, implicit, 1);
          for (double diagonal : row.diagonals()) {
            String name = "implicit " + implicit + ", rank " + rank + ", length " + length;
            double[] expected = row.minimize(diagonal, solver.reference());
            float[] x = new float[rank];
            assertTrue(solver.create().apply(rank).solve(row.system(diagonal), x, 0), name);
            double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
            for (int i = 0; i < rank; i++) {
              assertEquals(expected[i], x[i], 1e-5 * largest, name);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("solvers")
  void lossIsThatOfNoFactorsAndItsChange(Solver solver) {
    for (boolean implicit : new boolean[] {false, true}) {
      for (int rank : RANKS) {
        for (int length : LENGTHS) {
          Row row = new Row(rank, length, implicit, 1);
          for (double diagonal : row.diagonals()) {
            assertLoss(row, solver.create().apply(rank), diagonal, 1e-6);
          }
        }
      }
    }
  }

  /** Factors of which float sums are not accurate: the equations in double are those to ask. */
  @Test
  void lossOfRowsThatAreSolvedInDouble() {
    assertLoss(new Row(33, 20, false, 2000), new CholeskySolver(33), 1e-3, 1e-9);
    assertLoss(new Row(33, 20, false, 2000), new NonNegativeSolver(33), 1e-3, 1e-9);
  }

  private static void assertLoss(Row row, RowSolver solver, double diagonal, double tolerance) {
    float[] padded = new float[row.rank + 7];
    Arrays.fill(padded, 1);
    assertTrue(solver.solve(row.system(diagonal), padded, 5));
    double before = row.loss(new float[row.rank]);
    double expected = row.loss(Arrays.copyOfRange(padded, 5, 5 + row.rank));
    double change = solver.lossChange(padded, 5);
    assertEquals(
        expected,
        before + change,
        tolerance * before + 1e-20,
        "rank " + row.rank + ", d " + diagonal);
  }

  @Test
  void rejectsFactorsThatAreNotWhole() {
    Row row = new Row(3, 20, true, 1);
    CholeskySolver solver = new CholeskySolver(3);
    float[] x = new float[4];
    assertTrue(solver.solve(row.system(1), x, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> solver.lossChange(x, 2));
  }

  private static double[] solveDense(DMatrixRMaj a, DMatrixRMaj b) {
    DMatrixRMaj x = new DMatrixRMaj(b.numRows, 1);
    assertTrue(CommonOps_DDRM.solve(a, b, x));
    return x.getData();
  }

  /** Along one factor after the other, down to zero at the lowest, until none moves. */
  private static double[] descend(DMatrixRMaj a, DMatrixRMaj b) {
    double[] x = new double[b.numRows];
    double moved = 1;
    while (moved > 1e-13) {
      moved = 0;
      for (int i = 0; i < x.length; i++) {
        double gradient = b.get(i);
        for (int j = 0; j < x.length; j++) {
          gradient -= a.get(i, j) * x[j];
        }
        double xi = Math.max(0, x[i] + gradient / a.get(i, i));
        moved = Math.max(moved, Math.abs(xi - x[i]));
        x[i] = xi;
      }
    }
    return x;
  }
}
