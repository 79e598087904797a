package dev.beamals.linalg;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Prints the kernel of this JVM and a hash of the bits it gives. A JVM of its own is the only place
 * to meet another vector width, since the width is a constant of the vector kernel.
 */
final class KernelBits {

  static final int[] RANKS = {1, 2, 3, 7, 8, 10, 15, 16, 17, 31, 32, 33, 64, 100, 128, 200};
  static final int[] LENGTHS = {0, 1, 2, 63, 64, 65, 256, 257, 1000};

  /** Enough rounds for the compiler to have replaced the interpreter. */
  private static final int ROUNDS = 6;

  private KernelBits() {}

  public static void main(String[] args) {
    TreeSet<Long> hashes = new TreeSet<>();
    for (int round = 0; round < ROUNDS; round++) {
      long hash = 0;
      for (int rank : RANKS) {
        hash = 31 * hash + hash(NormalEquations.create(rank));
        hash = 31 * hash + hash(NeighbourProducts.create(rank), rank);
      }
      hashes.add(hash);
    }
    System.out.println(NormalEquations.kernelName() + " " + hashes);
  }

  /** Hash of the bits of A and b over all row lengths, without and with weights and Gram matrix. */
  static long hash(NormalEquations equations) {
    int rank = equations.rank();
    long hash = 0;
    for (int length : LENGTHS) {
      RatedRow row = new RatedRow(rank, 300, length, 5, 17L * rank + length);
      for (RowSystem system : new RowSystem[] {row.plain(), row.weighted()}) {
        equations.set(system);
        for (long bits : bits(equations)) {
          hash = 31 * hash + bits;
        }
      }
    }
    return hash;
  }

  /** Hash of the bits of products with the neighbours. */
  static long hash(NeighbourProducts products, int rank) {
    long hash = 0;
    for (int length : LENGTHS) {
      RatedRow row = new RatedRow(rank, 300, length, 5, 17L * rank + length);
      double[] to = new double[rank];
      float[] v = Arrays.copyOf(row.factors, products.stride);
      Arrays.fill(v, rank, v.length, 0);
      products.addResidual(row.weighted(), v, to);
      products.subtractProduct(row.plain(), v, to);
      for (double sum : to) {
        hash = 31 * hash + Double.doubleToRawLongBits(sum);
      }
    }
    return hash;
  }

  /** The bits of the lower triangle of A, then those of b. */
  static long[] bits(NormalEquations equations) {
    int rank = equations.rank();
    long[] bits = new long[rank * (rank + 1) / 2 + rank];
    int at = 0;
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j <= i; j++) {
        bits[at++] = Double.doubleToRawLongBits(equations.a(i, j));
      }
    }
    for (int i = 0; i < rank; i++) {
      bits[at++] = Double.doubleToRawLongBits(equations.b(i));
    }
    return bits;
  }

  /** A random row of a rating matrix and the factors of the other side. */
  static final class RatedRow {
    final int rank;
    final int length;
    final float[] factors;
    final int[] neighbours;
    final float[] ratings;

    /** Of which some are 0. */
    final float[] weights;

    RatedRow(int rank, int count, int length, double largestRating, long seed) {
      this.rank = rank;
      this.length = length;
      this.factors = new float[rank * count];
      this.neighbours = new int[length];
      this.ratings = new float[length];
      this.weights = new float[length];
      SplittableRandom random = new SplittableRandom(seed);
      for (int i = 0; i < factors.length; i++) {
        factors[i] = (float) (random.nextDouble() * 2 - 0.9);
      }
      for (int p = 0; p < length; p++) {
        // The last row comes first: it is the one after which the array ends.
        neighbours[p] = p == 0 ? count - 1 : random.nextInt(count);
        ratings[p] = (float) (random.nextDouble() * largestRating);
        weights[p] = random.nextInt(5) == 0 ? 0 : (float) (random.nextDouble() * 40);
      }
    }

    /** A well-conditioned Gram matrix. */
    double[] gram() {
      double[] gram = new double[rank * rank];
      SplittableRandom random = new SplittableRandom(rank);
      for (int n = 0; n < 4 * rank; n++) {
        double[] y = random.doubles(rank, -1, 1).toArray();
        for (int i = 0; i < rank; i++) {
          for (int j = 0; j < rank; j++) {
            gram[i * rank + j] += y[i] * y[j];
          }
        }
      }
      return gram;
    }

    /** The whole row, without diagonal. */
    RowSystem plain() {
      return select(RowSystem.of(rank, factors, neighbours, ratings), 0);
    }

    /** The same with weights and a Gram matrix. */
    RowSystem weighted() {
      return select(plain().withWeights(weights).withGram(gram()), 0);
    }

    RowSystem select(RowSystem row, double diagonal) {
      row.select(0, length, diagonal);
      return row;
    }

    double y(int p, int i) {
      return factors[neighbours[p] * rank + i];
    }
  }
}
