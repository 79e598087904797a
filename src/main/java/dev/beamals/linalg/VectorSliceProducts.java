package dev.beamals.linalg;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernel of {@link SliceProducts} in {@code jdk.incubator.vector}, written as {@link
 * VectorNormalEquations} is.
 */
final class VectorSliceProducts extends SliceProducts {
  private static final VectorSpecies<Double> SPECIES = widestSpecies();
  private static final int LANES = SPECIES.length();

  VectorSliceProducts(int rank) {
    super(rank);
  }

  private static VectorSpecies<Double> widestSpecies() {
    switch (VectorNormalEquations.vectorBits()) {
      case 512:
        return DoubleVector.SPECIES_512;
      case 256:
        return DoubleVector.SPECIES_256;
      default:
        return DoubleVector.SPECIES_128;
    }
  }

  @Override
  void add(double[] x, double[] y, int rows, double[] product) {
    for (int row = 0; row < rank; row += BLOCK) {
      for (int column = 0; column < row + BLOCK; column += LANES) {
        tile(x, offset(row), y, offset(column), rows, product, row * stride + column, stride);
      }
    }
  }

  /** Tile of 8 rows and 1 vector of columns. */
  private static void tile(
      double[] x, int i, double[] y, int j, int rows, double[] product, int to, int stride) {
    DoubleVector p0 = DoubleVector.fromArray(SPECIES, product, to);
    DoubleVector p1 = DoubleVector.fromArray(SPECIES, product, to + stride);
    DoubleVector p2 = DoubleVector.fromArray(SPECIES, product, to + 2 * stride);
    DoubleVector p3 = DoubleVector.fromArray(SPECIES, product, to + 3 * stride);
    DoubleVector p4 = DoubleVector.fromArray(SPECIES, product, to + 4 * stride);
    DoubleVector p5 = DoubleVector.fromArray(SPECIES, product, to + 5 * stride);
    DoubleVector p6 = DoubleVector.fromArray(SPECIES, product, to + 6 * stride);
    DoubleVector p7 = DoubleVector.fromArray(SPECIES, product, to + 7 * stride);
    for (int p = 0; p < rows; p++) {
      int xi = i + p * BLOCK;
      DoubleVector yj = DoubleVector.fromArray(SPECIES, y, j + p * BLOCK);
      p0 = DoubleVector.broadcast(SPECIES, x[xi]).fma(yj, p0);
      p1 = DoubleVector.broadcast(SPECIES, x[xi + 1]).fma(yj, p1);
      p2 = DoubleVector.broadcast(SPECIES, x[xi + 2]).fma(yj, p2);
      p3 = DoubleVector.broadcast(SPECIES, x[xi + 3]).fma(yj, p3);
      p4 = DoubleVector.broadcast(SPECIES, x[xi + 4]).fma(yj, p4);
      p5 = DoubleVector.broadcast(SPECIES, x[xi + 5]).fma(yj, p5);
      p6 = DoubleVector.broadcast(SPECIES, x[xi + 6]).fma(yj, p6);
      p7 = DoubleVector.broadcast(SPECIES, x[xi + 7]).fma(yj, p7);
    }
    p0.intoArray(product, to);
    p1.intoArray(product, to + stride);
    p2.intoArray(product, to + 2 * stride);
    p3.intoArray(product, to + 3 * stride);
    p4.intoArray(product, to + 4 * stride);
    p5.intoArray(product, to + 5 * stride);
    p6.intoArray(product, to + 6 * stride);
    p7.intoArray(product, to + 7 * stride);
  }
}
