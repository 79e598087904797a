package dev.beamals.linalg;



import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The fused multiply-adds one core can do from registers, in float. The counter {@code flops} is in
 * flops a nanosecond, that is GFLOP/s.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class FmaPeakBenchmark {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int STEPS = 10_000;

  public float x = 0.3f;
  public float y = 0.4f;

  /** Floating-point operations of an iteration. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Work {
    public long flops;
  }

  @Benchmark
  public float fmaPeak(Work work) {
    work.flops += 2L * 12 * SPECIES.length() * STEPS;
    return multiplyAdd(x, y);
  }

  /** Twelve chains, more than latency times units of any machine in use. */
  private static float multiplyAdd(float x, float y) {
    FloatVector m = FloatVector.broadcast(SPECIES, x);
    FloatVector n = FloatVector.broadcast(SPECIES, y);
    FloatVector a0 = m;
    FloatVector a1 = n;
    FloatVector a2 = m;
    FloatVector a3 = n;
    FloatVector a4 = m;
    FloatVector a5 = n;
    FloatVector a6 = m;
    FloatVector a7 = n;
    FloatVector a8 = m;
    FloatVector a9 = n;
    FloatVector a10 = m;
    FloatVector a11 = n;
    for (int i = 0; i < STEPS; i++) {
      a0 = a0.fma(m, n);
      a1 = a1.fma(m, n);
      a2 = a2.fma(m, n);
      a3 = a3.fma(m, n);
      a4 = a4.fma(m, n);
      a5 = a5.fma(m, n);
      a6 = a6.fma(m, n);
      a7 = a7.fma(m, n);
      a8 = a8.fma(m, n);
      a9 = a9.fma(m, n);
      a10 = a10.fma(m, n);
      a11 = a11.fma(m, n);
    }
    FloatVector sum = a0.add(a1).add(a2).add(a3).add(a4).add(a5);
    return sum.add(a6).add(a7).add(a8).add(a9).add(a10).add(a11).lane(0);
  }
}
