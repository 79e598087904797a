package dev.beamals.linalg;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** An addition to an exact sum, of numbers that are nearly of one size and of both signs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ExactSumBenchmark {

  private static final int COUNT = 1000;

  private final double[] numbers = new SplittableRandom(1).doubles(COUNT, -1, 3).toArray();
  private final ExactSum sum = new ExactSum();

  @Benchmark
  @OperationsPerInvocation(COUNT)
  public ExactSum add() {
    for (double x : numbers) {
      sum.add(x);
    }
    return sum;
  }
}
