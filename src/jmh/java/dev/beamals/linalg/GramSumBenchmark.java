package dev.beamals.linalg;

import java.util.Random;
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

/** The exact Gram matrix of 200,000 rows: what a half-step of implicit feedback adds. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class GramSumBenchmark {

  @Param({"10", "64"})
  public int rank;

  @Param({"vector", "scalar"})
  public String kernel;

  private float[] factors;

  @Setup
  public void setUp() {
    System.setProperty(NormalEquations.KERNEL_PROPERTY, kernel);
    Random random = new Random(1);
    factors = new float[200_000 * rank];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) (random.nextGaussian() * 0.3);
    }
  }

  @Benchmark
  public GramSum add() {
    GramSum sum = new GramSum(rank);
    sum.add(factors);
    return sum;
  }
}
