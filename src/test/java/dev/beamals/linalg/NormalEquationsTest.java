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
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
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
        equations.reset();
        row.addTo(equations);
        // Each of the additions of a batch rounds by at most half a unit in the last place of the
        // sum of absolute values.
        double bound = Math.min(length, NormalEquations.BATCH) * 0x1p-24;
        for (int i = 0; i < rank; i++) {
          for (int j = 0; j < rank; j++) {
            double sum = 0;
            double size = 0;
            for (int p = 0; p < length; p++) {
              double product = row.y(p, i) * row.y(p, j);
              sum += product;
              size += Math.abs(product);
            }
            assertEquals(sum, equations.a(i, j), bound * size, "A " + rank + " " + length);
          }
          double sum = 0;
          double size = 0;
          for (int p = 0; p < length; p++) {
            double product = row.y(p, i) * row.ratings[p];
            sum += product;
            size += Math.abs(product);
          }
          assertEquals(sum, equations.b(i), bound * size, "b " + rank + " " + length);
        }
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
      row.addTo(equations);

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
  void reusedEqualsFresh(IntFunction<NormalEquations> kernel) {
    for (int rank : KernelBits.RANKS) {
      NormalEquations reused = kernel.apply(rank);
      // Large and longer than what follows, so that anything left over shows.
      new RatedRow(rank, 300, 700, 1e6, 3).addTo(reused);
      for (int length : new int[] {0, 1, 65}) {
        RatedRow row = new RatedRow(rank, 300, length, 5, 4);
        NormalEquations fresh = kernel.apply(rank);
        row.addTo(fresh);
        reused.reset();
        row.addTo(reused);
        assertArrayEquals(KernelBits.bits(fresh), KernelBits.bits(reused), "rank " + rank);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void otherRowsOfTheFactorsDoNotMatter(IntFunction<NormalEquations> kernel) {
    for (int rank : KernelBits.RANKS) {
      RatedRow row = new RatedRow(rank, 3, 1, 5, 5);
      row.neighbours[0] = 1;
      NormalEquations alone = kernel.apply(rank);
      row.addTo(alone);
      for (int i = 0; i < rank; i++) {
        row.factors[i] = Float.NaN;
        row.factors[2 * rank + i] = Float.NaN;
      }
      NormalEquations surrounded = kernel.apply(rank);
      row.addTo(surrounded);
      assertArrayEquals(KernelBits.bits(alone), KernelBits.bits(surrounded), "rank " + rank);
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void addsFromToOnly(IntFunction<NormalEquations> kernel) {
    RatedRow row = new RatedRow(10, 300, 1000, 5, 6);
    NormalEquations whole = kernel.apply(10);
    row.addTo(whole);

    // Cut where a batch ends, the parts have the bits of the whole.
    NormalEquations parts = kernel.apply(10);
    int cut = 2 * NormalEquations.BATCH;
    parts.add(row.factors, row.neighbours, row.ratings, 0, cut);
    parts.add(row.factors, row.neighbours, row.ratings, cut, cut);
    parts.add(row.factors, row.neighbours, row.ratings, cut, 1000);

    assertArrayEquals(KernelBits.bits(whole), KernelBits.bits(parts));
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void largeRatingsKeepTheirPrecision(IntFunction<NormalEquations> kernel) {
    RatedRow row = new RatedRow(10, 300, 1000, 1e6, 7);
    NormalEquations equations = kernel.apply(10);
    row.addTo(equations);
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
        assertThrows(
            IndexOutOfBoundsException.class,
            () -> equations.add(new float[3 * rank], new int[] {0, neighbour}, new float[2], 0, 2));
      }
      NormalEquations equations = kernel.apply(rank);
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> equations.add(new float[rank], new int[2], new float[1], 0, 2));
    }
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
