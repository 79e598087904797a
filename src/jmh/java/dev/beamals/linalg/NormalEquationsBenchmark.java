package dev.beamals.linalg;



import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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
 * The normal equations of rows of 3300 neighbours out of 3300. The counter {@code flops} is in
 * flops a nanosecond, that is GFLOP/s, with {@code rank (rank + 1)} flops a rating; compare it with
 * {@link FmaPeakBenchmark}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class NormalEquationsBenchmark {

  private static final int COUNT = 3300;
  private static final int ROWS = 8;

  @Param({"10", "16", "32", "64", "128"})
  public int rank;

  @Param({"vector", "scalar"})
  public String kernel;

  /** Whether neighbours have weights, as in implicit feedback. */
  @Param({"plain", "weighted"})
  public String mode;

  private NormalEquations equations;
  private RowSystem system;
  private int row;

  /** Floating-point operations of an iteration. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Work {
    public long flops;
  }

  @Setup
  public void setUp() {
    equations =
        kernel.equals("vector") ? new VectorNormalEquations(rank) : new ScalarNormalEquations(rank);
    SplittableRandom random = new SplittableRandom(1);
    float[] factors = new float[COUNT * rank];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) random.nextDouble() - 0.5f;
    }
    int[] neighbours = new int[ROWS * COUNT];
    float[] ratings = new float[ROWS * COUNT];
    float[] weights = new float[ROWS * COUNT];
    for (int p = 0; p < neighbours.length; p++) {
      neighbours[p] = random.nextInt(COUNT);
      ratings[p] = (float) random.nextDouble() * 5;
      weights[p] = 40 * ratings[p];
    }
    for (int i = 0; i < ROWS; i++) {
      Arrays.sort(neighbours, i * COUNT, (i + 1) * COUNT);
    }
    system = RowSystem.of(rank, factors, neighbours, ratings);
    if (mode.equals("weighted")) {
      system = system.withWeights(weights);
    }
  }

  @Benchmark
  public double normalEquations(Work work) {
    row = (row + 1) % ROWS;
    system.select(row * COUNT, (row + 1) * COUNT, 0);
    equations.set(system);
    work.flops += (long) COUNT * rank * (rank + 1);
    return equations.a(0, 0);
  }
}
