package dev.beamals.linalg;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernel in {@code jdk.incubator.vector}: lanes run across the columns, so that each computes
 * the chain of the scalar kernel. What keeps the vectors in registers is told in {@link
 * VectorNormalEquations}; the species is the same one.
 */
final class VectorBlockProducts extends BlockProducts {

  private static final VectorSpecies<Float> SPECIES = VectorNormalEquations.widestSpecies();
  private static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);
  private static final int LANES = SPECIES.length();

  /** Whether a block is one vector: there are then 32 registers, enough for tiles of 16. */
  private static final boolean WIDE = LANES == BLOCK;

  VectorBlockProducts(int rank) {
    super(rank);
  }

  @Override
  void multiply(float[] packed, int x, int filled) {
    if (WIDE) {
      for (int column = 0; column < filled; column += TILE_COLUMNS) {
        int y = column * rank;
        tile8x2(packed, x, panel, y, y + BLOCK * rank, rank, scores, column);
      }
    } else {
      for (int column = 0; column < filled; column += LANES) {
        int y = column / BLOCK * BLOCK * rank + column % BLOCK;
        tile8(packed, x, panel, y, rank, scores, column);
      }
    }
  }

  /** Tile of 8 rows and 2 vectors of columns. */
  private static void tile8x2(
      float[] packed, int x, float[] panel, int y0, int y1, int rank, float[] scores, int to) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = FloatVector.zero(SPECIES);
    FloatVector s10 = FloatVector.zero(SPECIES);
    FloatVector s11 = FloatVector.zero(SPECIES);
    FloatVector s20 = FloatVector.zero(SPECIES);
    FloatVector s21 = FloatVector.zero(SPECIES);
    FloatVector s30 = FloatVector.zero(SPECIES);
    FloatVector s31 = FloatVector.zero(SPECIES);
    FloatVector s40 = FloatVector.zero(SPECIES);
    FloatVector s41 = FloatVector.zero(SPECIES);
    FloatVector s50 = FloatVector.zero(SPECIES);
    FloatVector s51 = FloatVector.zero(SPECIES);
    FloatVector s60 = FloatVector.zero(SPECIES);
    FloatVector s61 = FloatVector.zero(SPECIES);
    FloatVector s70 = FloatVector.zero(SPECIES);
    FloatVector s71 = FloatVector.zero(SPECIES);
    for (int k = 0; k < rank; k++) {
      FloatVector v0 = FloatVector.fromArray(SPECIES, panel, y0 + k * BLOCK);
      FloatVector v1 = FloatVector.fromArray(SPECIES, panel, y1 + k * BLOCK);
      int f = x + k * ROWS;
      FloatVector x0 = FloatVector.broadcast(SPECIES, packed[f]);
      s00 = x0.fma(v0, s00);
      s01 = x0.fma(v1, s01);
      FloatVector x1 = FloatVector.broadcast(SPECIES, packed[f + 1]);
      s10 = x1.fma(v0, s10);
      s11 = x1.fma(v1, s11);
      FloatVector x2 = FloatVector.broadcast(SPECIES, packed[f + 2]);
      s20 = x2.fma(v0, s20);
      s21 = x2.fma(v1, s21);
      FloatVector x3 = FloatVector.broadcast(SPECIES, packed[f + 3]);
      s30 = x3.fma(v0, s30);
      s31 = x3.fma(v1, s31);
      FloatVector x4 = FloatVector.broadcast(SPECIES, packed[f + 4]);
      s40 = x4.fma(v0, s40);
      s41 = x4.fma(v1, s41);
      FloatVector x5 = FloatVector.broadcast(SPECIES, packed[f + 5]);
      s50 = x5.fma(v0, s50);
      s51 = x5.fma(v1, s51);
      FloatVector x6 = FloatVector.broadcast(SPECIES, packed[f + 6]);
      s60 = x6.fma(v0, s60);
      s61 = x6.fma(v1, s61);
      FloatVector x7 = FloatVector.broadcast(SPECIES, packed[f + 7]);
      s70 = x7.fma(v0, s70);
      s71 = x7.fma(v1, s71);
    }
    s00.intoArray(scores, to);
    s01.intoArray(scores, to + BLOCK);
    s10.intoArray(scores, to + COLUMNS);
    s11.intoArray(scores, to + COLUMNS + BLOCK);
    s20.intoArray(scores, to + 2 * COLUMNS);
    s21.intoArray(scores, to + 2 * COLUMNS + BLOCK);
    s30.intoArray(scores, to + 3 * COLUMNS);
    s31.intoArray(scores, to + 3 * COLUMNS + BLOCK);
    s40.intoArray(scores, to + 4 * COLUMNS);
    s41.intoArray(scores, to + 4 * COLUMNS + BLOCK);
    s50.intoArray(scores, to + 5 * COLUMNS);
    s51.intoArray(scores, to + 5 * COLUMNS + BLOCK);
    s60.intoArray(scores, to + 6 * COLUMNS);
    s61.intoArray(scores, to + 6 * COLUMNS + BLOCK);
    s70.intoArray(scores, to + 7 * COLUMNS);
    s71.intoArray(scores, to + 7 * COLUMNS + BLOCK);
  }

  /** Tile of 8 rows and 1 vector of columns. */
  private static void tile8(
      float[] packed, int x, float[] panel, int y0, int rank, float[] scores, int to) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s10 = FloatVector.zero(SPECIES);
    FloatVector s20 = FloatVector.zero(SPECIES);
    FloatVector s30 = FloatVector.zero(SPECIES);
    FloatVector s40 = FloatVector.zero(SPECIES);
    FloatVector s50 = FloatVector.zero(SPECIES);
    FloatVector s60 = FloatVector.zero(SPECIES);
    FloatVector s70 = FloatVector.zero(SPECIES);
    for (int k = 0; k < rank; k++) {
      FloatVector v0 = FloatVector.fromArray(SPECIES, panel, y0 + k * BLOCK);
      int f = x + k * ROWS;
      s00 = FloatVector.broadcast(SPECIES, packed[f]).fma(v0, s00);
      s10 = FloatVector.broadcast(SPECIES, packed[f + 1]).fma(v0, s10);
      s20 = FloatVector.broadcast(SPECIES, packed[f + 2]).fma(v0, s20);
      s30 = FloatVector.broadcast(SPECIES, packed[f + 3]).fma(v0, s30);
      s40 = FloatVector.broadcast(SPECIES, packed[f + 4]).fma(v0, s40);
      s50 = FloatVector.broadcast(SPECIES, packed[f + 5]).fma(v0, s50);
      s60 = FloatVector.broadcast(SPECIES, packed[f + 6]).fma(v0, s60);
      s70 = FloatVector.broadcast(SPECIES, packed[f + 7]).fma(v0, s70);
    }
    s00.intoArray(scores, to);
    s10.intoArray(scores, to + COLUMNS);
    s20.intoArray(scores, to + 2 * COLUMNS);
    s30.intoArray(scores, to + 3 * COLUMNS);
    s40.intoArray(scores, to + 4 * COLUMNS);
    s50.intoArray(scores, to + 5 * COLUMNS);
    s60.intoArray(scores, to + 6 * COLUMNS);
    s70.intoArray(scores, to + 7 * COLUMNS);
  }

  @Override
  public int atLeast(int row, float threshold, int[] found) {
    float[] scores = this.scores;
    int from = row * COLUMNS;
    // Nearly always there is none: what is below the threshold is below the next smaller float or
    // equal to it, and the sign of next smaller less score then is not set in any lane.
    FloatVector below = FloatVector.broadcast(SPECIES, Math.nextDown(threshold));
    IntVector signs = IntVector.zero(INTS);
    for (int c = 0; c < COLUMNS; c += LANES) {
      FloatVector score = FloatVector.fromArray(SPECIES, scores, from + c);
      signs = signs.or(below.sub(score).reinterpretAsInts());
    }
    if (!signs.compare(VectorOperators.LT, 0).anyTrue()) {
      return 0;
    }
    int n = 0;
    for (int c = 0; c < COLUMNS; c++) {
      if (scores[from + c] >= threshold) {
        found[n++] = c;
      }
    }
    return n;
  }
}
