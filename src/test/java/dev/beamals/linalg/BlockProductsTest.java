package dev.beamals.linalg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class BlockProductsTest {
  private static final int[] RANKS = {1, 2, 7, 10, 16, 33, 64, 100};
  private static final int[] COLUMNS = {1, 2, 15, 16, 17, 31, 33, 255, 256};

  static Stream<Named<IntFunction<BlockProducts>>> kernels() {
    return Stream.of(
        Named.of("scalar", ScalarBlockProducts::new), Named.of("vector", VectorBlockProducts::new));
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void everyScoreIsTheDotProductOfItsRows(IntFunction<BlockProducts> kernel) {
    for (int rank : RANKS) {
      BlockProducts products = kernel.apply(rank);
      float[] x = random(19, rank, 1);
      float[] y = random(300, rank, 2);
      float[] packed = BlockProducts.packRows(x, 19, rank);
      for (int columns : COLUMNS) {
        int from = 300 - columns;
        products.setColumns(y, from, columns);
        for (int group = 0; group < 3; group++) {
          float[] scores = products.multiply(packed, group);
          for (int r = 0; r < BlockProducts.ROWS; r++) {
            int row = group * BlockProducts.ROWS + r;
            List<Integer> large = new ArrayList<>();
            for (int c = 0; c < BlockProducts.COLUMNS; c++) {
              float score = scores[r * BlockProducts.COLUMNS + c];
              float expected =
                  c >= columns
                      ? Float.NEGATIVE_INFINITY
                      : row >= 19
                          ? 0
                          : BlockProducts.dot(x, row * rank, y, (from + c) * rank, rank);
              assertEquals(expected, score, rank + " " + columns + " " + row + " " + c);
              if (score >= 0.25f) {
                large.add(c);
              }
            }
            int[] found = new int[BlockProducts.COLUMNS];
            int count = products.atLeast(r, 0.25f, found);
            assertEquals(large, Arrays.stream(found, 0, count).boxed().toList());
          }
        }
      }
    }
  }

  @Test
  void dotEqualsASumInDouble() {
    for (int rank : RANKS) {
      float[] x = random(2, rank, 3);
      float[] y = random(3, rank, 4);
      double sum = 0;
      double size = 0;
      for (int k = 0; k < rank; k++) {
        double product = (double) x[rank + k] * y[2 * rank + k];
        sum += product;
        size += Math.abs(product);
      }
      assertEquals(sum, BlockProducts.dot(x, rank, y, 2 * rank, rank), rank * 0x1p-24 * size);
    }
  }

  /** The width of vectors is a constant of a JVM: others need one of their own. */
  @Test
  void bitsDoNotDependOnTheVectorWidth() throws Exception {
    String scalar = hashInAnotherJvm();
    for (int bits : new int[] {128, 256, 512}) {
      assertEquals(
          scalar,
          hashInAnotherJvm(
              "-XX:MaxVectorSize=" + bits / 8, "--add-modules", "jdk.incubator.vector"));
    }
    assertTrue(scalar.matches("-?\\d+"), scalar);
  }

  private static String hashInAnotherJvm(String... flags) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(Arrays.asList(flags));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), BlockProductsTest.class.getName()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor());
    return output.strip();
  }

  /** Prints a hash of the bits of the kernel that this JVM takes. */
  public static void main(String[] args) {
    int hash = 0;
    for (int rank : RANKS) {
      BlockProducts products = BlockProducts.create(rank);
      products.setColumns(random(256, rank, 2), 0, 256);
      hash =
          31 * hash
              + Arrays.hashCode(
                  products.multiply(BlockProducts.packRows(random(8, rank, 1), 8, rank), 0));
    }
    System.out.println(hash);
  }

  @Test
  void packedRowsAreGroupsOfEight() {
    assertArrayEquals(
        new float[] {1, 3, 0, 0, 0, 0, 0, 0, 2, 4, 0, 0, 0, 0, 0, 0},
        BlockProducts.packRows(new float[] {1, 2, 3, 4}, 2, 2));
  }

  private static float[] random(int rows, int rank, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[rows * rank];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextDouble() * 2 - 1);
    }
    return values;
  }
}
