package dev.beamals.linalg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.beamals.linalg.KernelBits.RatedRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NormalEquationsTest {

  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  static Stream<Named<IntFunction<NormalEquations>>> kernels() {
    return Stream.of(
        Named.of("scalar", ScalarNormalEquations::new),
        Named.of("vector", VectorNormalEquations::new));
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void equalsBruteForceInDouble(IntFunction<NormalEquations> kernel) {
    for (int rank : KernelBits.RANKS) {
      NormalEquations equations = kernel.apply(rank);
      for (int length : KernelBits.LENGTHS) {
        RatedRow row = new RatedRow(rank, 300, length, 5, rank + 1000L * length);
        // Each of the additions of a batch rounds by at most half a unit in the last place of the
        // sum of absolute values, and so does the product with the weight.
        double sums = Math.min(length, NormalEquations.BATCH) * 0x1p-24;
        assertEqualsBruteForce(row.plain(), equations, sums, 0);
        assertEqualsBruteForce(row.weighted(), equations, sums + 0x1p-24, 1e-15);
      }
    }
  }

  /** Checks what {@code set} and {@code setExactly} give, to a share of the sum of sizes. */
  private static void assertEqualsBruteForce(
      RowSystem row, NormalEquations equations, double bound, double exactBound) {
    int rank = row.rank;
    String name = "rank " + rank + ", length " + row.neighbours.length;
    double[] sums = new double[rank * (rank + 1)];
    double[] sizes = new double[rank * (rank + 1)];
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j <= i; j++) {
        sums[i * rank + j] = row.gram == null ? 0 : row.gram[i * rank + j];
        sizes[i * rank + j] = Math.abs(sums[i * rank + j]);
      }
    }
    for (int p = 0; p < row.neighbours.length; p++) {
      int y = row.neighbours[p];
      double w = row.weights == null ? 1 : row.weights[p];
      for (int i = 0; i < rank; i++) {
        for (int j = 0; j <= i; j++) {
          double product = w * row.factors.get(y, i) * row.factors.get(y, j);
          sums[i * rank + j] += product;
          sizes[i * rank + j] += Math.abs(product);
        }
        double product = (double) row.targets[p] * row.factors.get(y, i);
        sums[rank * rank + i] += product;
        sizes[rank * rank + i] += Math.abs(product);
      }
    }
    for (boolean exactly : new boolean[] {false, true}) {
      if (exactly) {
        equations.setExactly(row);
      } else {
        equations.set(row);
      }
      double share = exactly ? exactBound : bound;
      for (int i = 0; i < rank; i++) {
        for (int j = 0; j < rank; j++) {
          int at = Math.max(i, j) * rank + Math.min(i, j);
          assertEquals(sums[at], equations.a(i, j), share * sizes[at], name);
        }
        int at = rank * rank + i;
        assertEquals(sums[at], equations.b(i), share * sizes[at], name);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void equalsEjmlMultiplication(IntFunction<NormalEquations> kernel) {
    for (int rank : new int[] {10, 64}) {
      RatedRow row = new RatedRow(rank, 300, 1000, 5, rank);
      DMatrixRMaj y = new DMatrixRMaj(row.length, rank);
      DMatrixRMaj r = new DMatrixRMaj(row.length, 1);
      for (int p = 0; p < row.length; p++) {
        for (int i = 0; i < rank; i++) {
          y.set(p, i, row.y(p, i));
        }
        r.set(p, 0, row.ratings[p]);
      }
      DMatrixRMaj a = CommonOps_DDRM.multTransA(y, y, null);
      DMatrixRMaj b = CommonOps_DDRM.multTransA(y, r, null);

      NormalEquations equations = kernel.apply(rank);
      equations.set(row.plain());

      double largestA = CommonOps_DDRM.elementMaxAbs(a);
      double largestB = CommonOps_DDRM.elementMaxAbs(b);
      for (int i = 0; i < rank; i++) {
        for (int j = 0; j < rank; j++) {
          assertEquals(a.get(i, j), equations.a(i, j), 1e-6 * largestA);
        }
        assertEquals(b.get(i, 0), equations.b(i), 1e-6 * largestB);
      }
    }
  }

  @Test
  void vectorBitsEqualScalarBits() {
    for (int rank : KernelBits.RANKS) {
      assertEquals(
          KernelBits.hash(new ScalarNormalEquations(rank)),
          KernelBits.hash(new VectorNormalEquations(rank)),
          "rank " + rank);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512})
  void bitsDoNotDependOnVectorWidth(int bits) throws Exception {
    String output = runKernelBits("-XX:MaxVectorSize=" + bits / 8, "--add-modules", VECTOR_MODULE);

    String kernel = "vector, " + bits + " bit ";
    assumeTrue(bits == 128 || output.contains(kernel), "this machine gives: " + output);
    assertEquals(kernel + "[" + scalarHash() + "]", output);
  }

  @Test
  void withoutTheModuleScalarTakesOver() throws Exception {
    assertEquals("scalar [" + scalarHash() + "]", runKernelBits());
  }

  @Test
  void withoutTheModuleVectorCannotBeForced() throws Exception {
    String output = runKernelBits("-Dbeamals.kernel=vector");

    assertTrue(output.contains("IllegalStateException: beamals.kernel=vector"), output);
    assertTrue(output.contains("--add-modules jdk.incubator.vector"), output);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void weightsOfOneGiveTheBitsOfNone(IntFunction<NormalEquations> kernel) {
    for (int rank : KernelBits.RANKS) {
      RatedRow row = new RatedRow(rank, 300, 700, 5, 8);
      Arrays.fill(row.weights, 1);
      RowSystem ones = row.select(row.plain().withWeights(row.weights), 0);
      NormalEquations plain = kernel.apply(rank);
      NormalEquations weighted = kernel.apply(rank);
      plain.set(row.plain());
      weighted.set(ones);
      assertArrayEquals(KernelBits.bits(plain), KernelBits.bits(weighted), "rank " + rank);
      plain.setExactly(row.plain());
      weighted.setExactly(ones);
      assertArrayEquals(KernelBits.bits(plain), KernelBits.bits(weighted), "rank " + rank);
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void weightZeroAddsTheTargetOnly(IntFunction<NormalEquations> kernel) {
    RatedRow row = new RatedRow(10, 300, 2, 5, 9);
    RowSystem both = row.select(row.plain().withWeights(new float[] {3, 0}), 0);
    NormalEquations equations = kernel.apply(10);
    NormalEquations first = kernel.apply(10);
    both.select(0, 1, 0);
    first.set(both);
    both.select(0, 2, 0);
    for (boolean exact : new boolean[] {false, true}) {
      if (exact) {
        equations.setExactly(both);
      } else {
        equations.set(both);
      }
      for (int i = 0; i < 10; i++) {
        assertEquals(first.a(i, i), equations.a(i, i), exact ? 1e-6 * first.a(i, i) : 0);
        double expected = first.b(i) + row.ratings[1] * row.y(1, i);
        assertEquals(expected, equations.b(i), 1e-6);
      }
    }
    // And without a target it is as if it were not there.
    row.ratings[1] = 0;
    equations.set(both);
    assertArrayEquals(KernelBits.bits(first), KernelBits.bits(equations));
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void smallAndLargeWeightsKeepTheirPrecision(IntFunction<NormalEquations> kernel) {
    for (float w : new float[] {1e-30f, 1e30f}) {
      RatedRow row = new RatedRow(10, 300, 100, 5, 10);
      Arrays.fill(row.weights, w);
      RowSystem weighted = row.select(row.plain().withWeights(row.weights), 0);
      assertEqualsBruteForce(weighted, kernel.apply(10), 101 * 0x1p-24, 1e-15);
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void rejectsWeightsOutOfRange(IntFunction<NormalEquations> kernel) {
    for (float bad : new float[] {-1e-30f, Float.NaN, Float.POSITIVE_INFINITY}) {
      RatedRow row = new RatedRow(10, 300, 300, 5, 10);
      row.weights[270] = bad;
      NormalEquations equations = kernel.apply(10);
      for (Executable set :
          List.<Executable>of(
              () -> equations.set(row.weighted()), () -> equations.setExactly(row.weighted()))) {
        Exception e = assertThrows(IllegalArgumentException.class, set);
        assertEquals(
            "weight " + bad + " at position 270: expected at least 0 and finite", e.getMessage());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void reusedEqualsFresh(IntFunction<NormalEquations> kernel) {
    for (int rank : KernelBits.RANKS) {
      NormalEquations reused = kernel.apply(rank);
      for (int length : new int[] {0, 1, 65}) {
        // Large and longer than what follows, so that anything left over shows.
        reused.set(new RatedRow(rank, 300, 700, 1e6, 3).weighted());
        RatedRow row = new RatedRow(rank, 300, length, 5, 4);
        NormalEquations fresh = kernel.apply(rank);
        fresh.set(row.plain());
        reused.set(row.plain());
        assertArrayEquals(KernelBits.bits(fresh), KernelBits.bits(reused), "rank " + rank);
        assertEquals(0, reused.gramDiagonal(0));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void otherRowsOfTheFactorsDoNotMatter(IntFunction<NormalEquations> kernel) {
    for (int rank : KernelBits.RANKS) {
      RatedRow row = new RatedRow(rank, 3, 1, 5, 5);
      row.neighbours[0] = 1;
      for (RowSystem system : new RowSystem[] {row.plain(), row.weighted()}) {
        NormalEquations alone = kernel.apply(rank);
        alone.set(system);
        float[] zero = row.factors.clone();
        for (int i = 0; i < rank; i++) {
          row.factors[i] = Float.NaN;
          row.factors[2 * rank + i] = Float.NaN;
        }
        NormalEquations surrounded = kernel.apply(rank);
        surrounded.set(system);
        assertArrayEquals(KernelBits.bits(alone), KernelBits.bits(surrounded), "rank " + rank);
        System.arraycopy(zero, 0, row.factors, 0, zero.length);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void rowsThatAreGatheredTogetherGiveTheBitsOfRowsAlone(IntFunction<NormalEquations> kernel) {
    int[] offsets = {0, 3, 3, 40, 41, 300, 301, 900, 905, 1000};
    for (int rank : KernelBits.RANKS) {
      RatedRow row = new RatedRow(rank, 300, 1000, 5, 7);
      for (RowSystem system : new RowSystem[] {row.plain(), row.weighted()}) {
        NormalEquations together = kernel.apply(rank);
        NormalEquations other = kernel.apply(rank);
        RowSystem rows = system.withOffsets(offsets);
        // In order, again, backwards, and between rows of another system and other equations.
        int[] order = {0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 5, 0, 3};
        for (int n = 0; n < order.length; n++) {
          rows.select(offsets[order[n]], offsets[order[n] + 1], 0);
          NormalEquations alone = kernel.apply(rank);
          system.select(rows.from(), rows.to(), 0);
          alone.set(system);
          together.set(rows);
          assertArrayEquals(KernelBits.bits(alone), KernelBits.bits(together), "rank " + rank);
          if (n % 3 == 1) {
            other.set(rows);
            assertArrayEquals(KernelBits.bits(alone), KernelBits.bits(other), "rank " + rank);
          }
          if (n % 2 == 0) { // fills the panel, with what the next row may be taken for
            together.set(new RatedRow(rank, 20, 256, 5, 9).plain());
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void addsFromToOnly(IntFunction<NormalEquations> kernel) {
    RatedRow row = new RatedRow(10, 300, 1000, 5, 6);
    for (RowSystem system : new RowSystem[] {row.plain(), row.weighted()}) {
      system.select(300, 900, 0);
      NormalEquations part = kernel.apply(10);
      part.set(system);
      RowSystem alone =
          RowSystem.of(
              10,
              row.factors,
              Arrays.copyOfRange(row.neighbours, 300, 900),
              Arrays.copyOfRange(row.ratings, 300, 900));
      if (system.weights != null) {
        alone = alone.withWeights(Arrays.copyOfRange(row.weights, 300, 900)).withGram(row.gram());
      }
      alone.select(0, 600, 0);
      NormalEquations whole = kernel.apply(10);
      whole.set(alone);
      assertArrayEquals(KernelBits.bits(whole), KernelBits.bits(part));
      whole.setExactly(alone);
      part.setExactly(system);
      assertArrayEquals(KernelBits.bits(whole), KernelBits.bits(part));
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void largeRatingsKeepTheirPrecision(IntFunction<NormalEquations> kernel) {
    RatedRow row = new RatedRow(10, 300, 1000, 1e6, 7);
    NormalEquations equations = kernel.apply(10);
    equations.set(row.plain());
    for (int i = 0; i < 10; i++) {
      double sum = 0;
      double size = 0;
      for (int p = 0; p < row.length; p++) {
        sum += row.y(p, i) * row.ratings[p];
        size += Math.abs(row.y(p, i) * row.ratings[p]);
      }
      assertEquals(sum, equations.b(i), 1e-6 * size);
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void rejectsNeighboursWithoutFactors(IntFunction<NormalEquations> kernel) {
    for (int rank : new int[] {1, 10, 16, 33}) {
      // The last wraps to row 0 where the rank times the neighbour overflows an int.
      for (int neighbour : new int[] {-1, 3, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 28}) {
        NormalEquations equations = kernel.apply(rank);
        RowSystem plain =
            RowSystem.of(rank, new float[3 * rank], new int[] {0, neighbour}, new float[] {1, 1});
        for (RowSystem row :
            new RowSystem[] {
              plain, plain.withWeights(new float[] {1, 1}), plain.withWeights(new float[2])
            }) {
          row.select(0, 2, 0);
          assertThrows(IndexOutOfBoundsException.class, () -> equations.set(row));
          assertThrows(IndexOutOfBoundsException.class, () -> equations.setExactly(row));
        }
      }
    }
  }

  @Test
  void rejectsRowsOfAnotherRank() {
    RowSystem row = new RatedRow(4, 3, 1, 5, 5).plain();
    NormalEquations equations = NormalEquations.create(3);
    assertThrows(IllegalArgumentException.class, () -> equations.set(row));
    assertThrows(IllegalArgumentException.class, () -> equations.setExactly(row));
  }

  @Test
  void rejectsRanksOutOfRange() {
    assertThrows(IllegalArgumentException.class, () -> NormalEquations.create(0));
    assertThrows(IllegalArgumentException.class, () -> NormalEquations.create(513));
    assertEquals(512, NormalEquations.create(512).rank());
  }

  @Test
  void propertyForcesTheKernel() {
    String before = System.getProperty(NormalEquations.KERNEL_PROPERTY);
    try {
      System.setProperty(NormalEquations.KERNEL_PROPERTY, "scalar");
      assertEquals("scalar", NormalEquations.kernelName());
      assertEquals(ScalarNormalEquations.class, NormalEquations.create(3).getClass());
      System.setProperty(NormalEquations.KERNEL_PROPERTY, "vector");
      assertTrue(NormalEquations.kernelName().matches("vector, \\d+ bit"));
      assertEquals(VectorNormalEquations.class, NormalEquations.create(3).getClass());
      System.setProperty(NormalEquations.KERNEL_PROPERTY, "Vector");
      Exception e = assertThrows(IllegalArgumentException.class, () -> NormalEquations.create(3));
      assertTrue(String.valueOf(e.getMessage()).contains("beamals.kernel"));
    } finally {
      if (before == null) {
        System.clearProperty(NormalEquations.KERNEL_PROPERTY);
      } else {
        System.setProperty(NormalEquations.KERNEL_PROPERTY, before);
      }
    }
  }

  private static long scalarHash() {
    long hash = 0;
    for (int rank : KernelBits.RANKS) {
      hash = 31 * hash + KernelBits.hash(new ScalarNormalEquations(rank));
      hash = 31 * hash + KernelBits.hash(new NeighbourProducts(rank), rank);
    }
    return hash;
  }

  private static String runKernelBits(String... flags) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.add("-cp");
    command.add(
        location(NormalEquations.class)
            + System.getProperty("path.separator")
            + location(KernelBits.class));
    command.add(KernelBits.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = read(process);
    process.waitFor();
    return output
        .replaceAll("(?m)^(WARNING: Using incubator|Picked up |OpenJDK 64-Bit).*\\R", "")
        .trim();
  }

  private static String read(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static Path location(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
