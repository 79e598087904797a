package dev.beamals.linalg;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One row of a half-step: its equations alone, solved by each solver, and what its loss costs on
 * top. {@code implicit} has weights and a Gram matrix, {@code explicit} the same neighbours without.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class RowSolverBenchmark {

  private static final int COUNT = 3300;
  private static final int ROWS = 64;

  @Param({"10", "64", "128"})
  public int rank;

  @Param({"20", "200", "3000"})
  public int length;

  @Param({"explicit", "implicit"})
  public String mode;

  private final SplittableRandom random = new SplittableRandom(1);
  private NormalEquations equations;
  private RowSolver cholesky;
  private RowSolver nonNegative;
  private RowSolver conjugateGradients;
  private RowSystem system;
  private float[] x;
  private int row;

  @Setup
  public void setUp() {
    equations = NormalEquations.create(rank);
    cholesky = new CholeskySolver(rank);
    nonNegative = new NonNegativeSolver(rank);
    conjugateGradients = new ConjugateGradientSolver(rank, 3);
    x = new float[rank];
    float[] factors = new float[COUNT * rank];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) random.nextDouble() - 0.5f;
    }
    int[] neighbours = new int[ROWS * length];
    float[] targets = new float[ROWS * length];
    float[] weights = new float[ROWS * length];
    for (int p = 0; p < neighbours.length; p++) {
      neighbours[p] = random.nextInt(COUNT);
      weights[p] = (float) random.nextDouble() * 40;
      targets[p] = 1 + weights[p];
    }
    system = RowSystem.of(rank, factors, neighbours, targets);
    if (mode.equals("implicit")) {
      GramSum gram = new GramSum(rank);
      gram.add(factors);
      system = system.withWeights(weights).withGram(gram.toGram());
    }
  }

  /** Another row each time, so that none is known by heart. */
  private RowSystem next() {
    row = (row + 1) % ROWS;
    system.select(row * length, (row + 1) * length, 0.1 * length);
    return system;
  }

  @Benchmark
  public double equations() {
    equations.set(next());
    return equations.a(0, 0);
  }

  @Benchmark
  public boolean cholesky() {
    return cholesky.solve(next(), x, 0);
  }

  @Benchmark
  public double choleskyWithLoss() {
    cholesky.solve(next(), x, 0);
    return cholesky.lossChange(x, 0);
  }

  @Benchmark
  public boolean nonNegative() {
    return nonNegative.solve(next(), x, 0);
  }

  @Benchmark
  public boolean conjugateGradients() {
    return conjugateGradients.solve(next(), x, 0);
  }
}
