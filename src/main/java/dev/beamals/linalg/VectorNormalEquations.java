package dev.beamals.linalg;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernel in {@code jdk.incubator.vector}.
 *
 * <p>The lanes of a vector run across the columns of the Gram matrix, so that a lane computes the
 * same chain of fused multiply-adds as the scalar kernel does. The panel is cut into blocks of
 * {@value #BLOCK} columns: element (neighbour p, column c) is at {@code (c / BLOCK * BATCH + p) *
 * BLOCK + c % BLOCK}. All distances within a tile are then compile-time constants, which lets the
 * compiler hoist every range check out of the loop over the batch.
 *
 * <p>What keeps the vectors in registers on JDK 17 (each was measured, and a lapse costs a factor
 * of 2 to 100 in boxing):
 *
 * <ul>
 *   <li>The species is one static final, and no second float species is used in this class: the
 *       methods of {@code FloatVector} are shared, and a second species spoils their type profile.
 *   <li>Tiles are local variables, one tile a method.
 *   <li>No vector lives across an iteration of a loop that can leave it by a range check or a call:
 *       gathering therefore only copies, and the sums run over the panel.
 * </ul>
 */
final class VectorNormalEquations extends NormalEquations {

  private static final VectorSpecies<Float> SPECIES = widestSpecies();
  private static final int LANES = SPECIES.length();

  /** Whether a block is one vector: there are then 32 registers, enough for tiles of 16 or 24. */
  private static final boolean WIDE = LANES == BLOCK;

  private static final int PANEL_BLOCK = BATCH * BLOCK;

  /** The tiles are this many rows high, except where the Gram matrix is one block wide. */
  private static final int TILE_ROWS = 8;

  VectorNormalEquations(int rank) {
    super(rank);
  }

  static VectorSpecies<Float> widestSpecies() {
    int bits = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    if (bits >= 512) {
      return FloatVector.SPECIES_512;
    }
    return bits >= 256 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_128;
  }

  static int vectorBits() {
    return SPECIES.vectorBitSize();
  }

  @Override
  void gather(FactorMatrix factors, int[] neighbours, int first, int length) {
    int column = 0;
    for (; column + LANES < rank; column += 2 * LANES) {
      gather(factors, neighbours, first, length, column, 2);
    }
    if (column < rank) {
      gather(factors, neighbours, first, length, column, 1);
    }
  }

  @Override
  void weigh(int at, float[] weights, int first, int length) {
    for (int column = 0; column < rank; column += LANES) {
      weigh(panel, weighted, offset(at, column), weights, first, length);
    }
  }

  private static void weigh(
      float[] panel, float[] weighted, int column, float[] weights, int first, int length) {
    for (int p = 0; p < length; p++) {
      int x = column + p * BLOCK;
      FloatVector.broadcast(SPECIES, weights[first + p])
          .mul(FloatVector.fromArray(SPECIES, panel, x))
          .intoArray(weighted, x);
    }
  }

  @Override
  void multiply(float[] rows, int at, float[] ratings, int first, int length) {
    if (WIDE) {
      multiplyWide(rows, at, ratings, first, length);
    } else {
      multiplyNarrow(rows, at, ratings, first, length);
    }
  }

  /**
   * Copies one or two vectors of columns of the neighbours' factor rows to the panel: of two, a row
   * that is far away in memory is waited for once. The last vector of a row reads on into the next
   * row: what lands in the panel beyond the rank is never used.
   */
  private void gather(
      FactorMatrix factors, int[] neighbours, int first, int length, int column, int vectors) {
    int end = column + vectors * LANES;
    int p = 0;
    while (p < length) {
      // Neighbours ascend, and nearly every matrix is one piece: what follows is mostly in it too.
      int neighbour = neighbours[first + p];
      float[] piece = factors.piece(neighbour);
      int at = factors.offset(neighbour);
      int before = neighbour - at / rank;
      // Rows from which whole vectors can be read without leaving the array.
      int room = piece.length - end;
      int wholeRows = room < 0 ? 0 : room / rank + 1;
      int reached =
          gatherWhole(piece, before, neighbours, first, p, length, column, wholeRows, vectors == 2);
      if (reached == p) {
        for (int c = column; c < Math.min(rank, end); c += LANES) {
          System.arraycopy(piece, at + c, panel, offset(p, c), Math.min(LANES, rank - c));
        }
        reached++;
      }
      p = reached;
    }
  }

  /**
   * Copies from position p on; returns the position of the first row from which no whole vector can
   * be read, or that is of another piece.
   *
   * @param before how many rows are in the pieces before this one
   * @param pairs whether two vectors of each row
   */
  private int gatherWhole(
      float[] piece,
      int before,
      int[] neighbours,
      int first,
      int from,
      int length,
      int column,
      int wholeRows,
      boolean pairs) {
    float[] panel = this.panel;
    int rank = this.rank;
    int to = offset(0, column);
    int second = offset(0, column + LANES);
    for (int p = from; p < length; p++) {
      int row = neighbours[first + p] - before;
      if (row < 0 || row >= wholeRows) {
        return p;
      }
      int at = row * rank + column;
      FloatVector.fromArray(SPECIES, piece, at).intoArray(panel, to + p * BLOCK);
      if (pairs) { // the same for all rows: the compiler makes two loops of it
        FloatVector.fromArray(SPECIES, piece, at + LANES).intoArray(panel, second + p * BLOCK);
      }
    }
    return length;
  }

  /** Returns where a column of a row is in the panel. */
  private static int offset(int row, int column) {
    return column / BLOCK * PANEL_BLOCK + row * BLOCK + column % BLOCK;
  }

  /** The Gram matrix by vectors of 512 bits. */
  private void multiplyWide(float[] rows, int at, float[] ratings, int first, int length) {
    int begin = offset(at, 0);
    // The first block stands alone: small ranks have no other, so its tile fits them closely.
    if (rank <= 8) {
      tile8(panel, rows, begin, begin, ratings, first, length, batchA, 0, stride, batchB, 0);
    } else if (rank <= 10) {
      tile10(panel, rows, begin, begin, ratings, first, length, batchA, 0, stride, batchB, 0);
    } else if (rank <= 12) {
      tile12(panel, rows, begin, begin, ratings, first, length, batchA, 0, stride, batchB, 0);
    } else {
      tile16(panel, rows, begin, begin, ratings, first, length, batchA, 0, stride, batchB, 0);
    }
    for (int row = BLOCK; row < rank; row += TILE_ROWS) {
      int y = offset(at, row);
      int column = 0;
      // At least two vectors are left at each step, as a tile of one could not hide the latency.
      for (int left = row / BLOCK + 1; left > 0; left = row / BLOCK + 1 - column / BLOCK) {
        int to = row * stride + column;
        if (left == 2 || left == 4) {
          tile8x2(panel, rows, y, offset(at, column), length, batchA, to, stride);
          column += 2 * BLOCK;
        } else {
          tile8x3(panel, rows, y, offset(at, column), length, batchA, to, stride);
          column += 3 * BLOCK;
        }
      }
    }
    for (int column = BLOCK; column < rank; column += 4 * BLOCK) {
      rightHandSide(at, ratings, first, length, column);
    }
  }

  /** The Gram matrix by vectors of 128 or 256 bits, for 16 registers. */
  private void multiplyNarrow(float[] rows, int at, float[] ratings, int first, int length) {
    for (int row = 0; row < rank; row += TILE_ROWS) {
      int y = offset(at, row);
      int column = 0;
      // The last rows may be few, as of rank 10: half a tile, twice as wide, has them all.
      if (rank - row <= TILE_ROWS / 2) {
        for (; column < row; column += 2 * LANES) {
          tile4x2(
              panel,
              rows,
              y,
              offset(at, column),
              offset(at, column + LANES),
              ratings,
              first,
              length,
              batchA,
              row * stride + column,
              stride,
              batchB,
              column);
        }
      }
      for (; column < row + TILE_ROWS; column += LANES) {
        // The right-hand side is found anew in each row of tiles: one multiply-add in nine.
        tile8(
            panel,
            rows,
            y,
            offset(at, column),
            ratings,
            first,
            length,
            batchA,
            row * stride + column,
            stride,
            batchB,
            column);
      }
    }
  }

  /** The right-hand side of four blocks of columns; beyond the last block it repeats the last. */
  private void rightHandSide(int at, float[] ratings, int first, int length, int column) {
    int last = stride - BLOCK;
    int column1 = Math.min(column + BLOCK, last);
    int column2 = Math.min(column + 2 * BLOCK, last);
    int column3 = Math.min(column + 3 * BLOCK, last);
    int x0 = offset(at, column);
    int x1 = offset(at, column1);
    int x2 = offset(at, column2);
    int x3 = offset(at, column3);
    float[] panel = this.panel;
    FloatVector b0 = FloatVector.zero(SPECIES);
    FloatVector b1 = FloatVector.zero(SPECIES);
    FloatVector b2 = FloatVector.zero(SPECIES);
    FloatVector b3 = FloatVector.zero(SPECIES);
    for (int p = 0; p < length; p++) {
      FloatVector r = FloatVector.broadcast(SPECIES, ratings[first + p]);
      b0 = r.fma(FloatVector.fromArray(SPECIES, panel, x0 + p * BLOCK), b0);
      b1 = r.fma(FloatVector.fromArray(SPECIES, panel, x1 + p * BLOCK), b1);
      b2 = r.fma(FloatVector.fromArray(SPECIES, panel, x2 + p * BLOCK), b2);
      b3 = r.fma(FloatVector.fromArray(SPECIES, panel, x3 + p * BLOCK), b3);
    }
    b0.intoArray(batchB, column);
    b1.intoArray(batchB, column1);
    b2.intoArray(batchB, column2);
    b3.intoArray(batchB, column3);
  }

  /** Tile of 8 rows and 1 vector of columns, with the right-hand side of those columns. */
  private static void tile8(
      float[] panel,
      float[] rows,
      int row,
      int column,
      float[] ratings,
      int first,
      int length,
      float[] a,
      int to,
      int stride,
      float[] b,
      int toB) {
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector a1 = FloatVector.zero(SPECIES);
    FloatVector a2 = FloatVector.zero(SPECIES);
    FloatVector a3 = FloatVector.zero(SPECIES);
    FloatVector a4 = FloatVector.zero(SPECIES);
    FloatVector a5 = FloatVector.zero(SPECIES);
    FloatVector a6 = FloatVector.zero(SPECIES);
    FloatVector a7 = FloatVector.zero(SPECIES);
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int p = 0; p < length; p++) {
      int y = row + p * BLOCK;
      FloatVector x = FloatVector.fromArray(SPECIES, panel, column + p * BLOCK);
      a0 = FloatVector.broadcast(SPECIES, rows[y]).fma(x, a0);
      a1 = FloatVector.broadcast(SPECIES, rows[y + 1]).fma(x, a1);
      a2 = FloatVector.broadcast(SPECIES, rows[y + 2]).fma(x, a2);
      a3 = FloatVector.broadcast(SPECIES, rows[y + 3]).fma(x, a3);
      a4 = FloatVector.broadcast(SPECIES, rows[y + 4]).fma(x, a4);
      a5 = FloatVector.broadcast(SPECIES, rows[y + 5]).fma(x, a5);
      a6 = FloatVector.broadcast(SPECIES, rows[y + 6]).fma(x, a6);
      a7 = FloatVector.broadcast(SPECIES, rows[y + 7]).fma(x, a7);
      sum = FloatVector.broadcast(SPECIES, ratings[first + p]).fma(x, sum);
    }
    a0.intoArray(a, to);
    a1.intoArray(a, to + stride);
    a2.intoArray(a, to + 2 * stride);
    a3.intoArray(a, to + 3 * stride);
    a4.intoArray(a, to + 4 * stride);
    a5.intoArray(a, to + 5 * stride);
    a6.intoArray(a, to + 6 * stride);
    a7.intoArray(a, to + 7 * stride);
    sum.intoArray(b, toB);
  }

  /** Tile of 4 rows and 2 vectors of columns, with the right-hand side of those columns. */
  private static void tile4x2(
      float[] panel,
      float[] rows,
      int row,
      int column0,
      int column1,
      float[] ratings,
      int first,
      int length,
      float[] a,
      int to,
      int stride,
      float[] b,
      int toB) {
    FloatVector a00 = FloatVector.zero(SPECIES);
    FloatVector a01 = FloatVector.zero(SPECIES);
    FloatVector a10 = FloatVector.zero(SPECIES);
    FloatVector a11 = FloatVector.zero(SPECIES);
    FloatVector a20 = FloatVector.zero(SPECIES);
    FloatVector a21 = FloatVector.zero(SPECIES);
    FloatVector a30 = FloatVector.zero(SPECIES);
    FloatVector a31 = FloatVector.zero(SPECIES);
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = FloatVector.zero(SPECIES);
    for (int p = 0; p < length; p++) {
      int y = row + p * BLOCK;
      FloatVector x0 = FloatVector.fromArray(SPECIES, panel, column0 + p * BLOCK);
      FloatVector x1 = FloatVector.fromArray(SPECIES, panel, column1 + p * BLOCK);
      FloatVector y0 = FloatVector.broadcast(SPECIES, rows[y]);
      a00 = y0.fma(x0, a00);
      a01 = y0.fma(x1, a01);
      FloatVector y1 = FloatVector.broadcast(SPECIES, rows[y + 1]);
      a10 = y1.fma(x0, a10);
      a11 = y1.fma(x1, a11);
      FloatVector y2 = FloatVector.broadcast(SPECIES, rows[y + 2]);
      a20 = y2.fma(x0, a20);
      a21 = y2.fma(x1, a21);
      FloatVector y3 = FloatVector.broadcast(SPECIES, rows[y + 3]);
      a30 = y3.fma(x0, a30);
      a31 = y3.fma(x1, a31);
      FloatVector rating = FloatVector.broadcast(SPECIES, ratings[first + p]);
      sum0 = rating.fma(x0, sum0);
      sum1 = rating.fma(x1, sum1);
    }
    a00.intoArray(a, to);
    a01.intoArray(a, to + LANES);
    to += stride;
    a10.intoArray(a, to);
    a11.intoArray(a, to + LANES);
    to += stride;
    a20.intoArray(a, to);
    a21.intoArray(a, to + LANES);
    to += stride;
    a30.intoArray(a, to);
    a31.intoArray(a, to + LANES);
    sum0.intoArray(b, toB);
    sum1.intoArray(b, toB + LANES);
  }

  /** Tile of 10 rows and 1 vector of columns, with the right-hand side of those columns. */
  private static void tile10(
      float[] panel,
      float[] rows,
      int row,
      int column,
      float[] ratings,
      int first,
      int length,
      float[] a,
      int to,
      int stride,
      float[] b,
      int toB) {
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector a1 = FloatVector.zero(SPECIES);
    FloatVector a2 = FloatVector.zero(SPECIES);
    FloatVector a3 = FloatVector.zero(SPECIES);
    FloatVector a4 = FloatVector.zero(SPECIES);
    FloatVector a5 = FloatVector.zero(SPECIES);
    FloatVector a6 = FloatVector.zero(SPECIES);
    FloatVector a7 = FloatVector.zero(SPECIES);
    FloatVector a8 = FloatVector.zero(SPECIES);
    FloatVector a9 = FloatVector.zero(SPECIES);
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int p = 0; p < length; p++) {
      int y = row + p * BLOCK;
      FloatVector x = FloatVector.fromArray(SPECIES, panel, column + p * BLOCK);
      a0 = FloatVector.broadcast(SPECIES, rows[y]).fma(x, a0);
      a1 = FloatVector.broadcast(SPECIES, rows[y + 1]).fma(x, a1);
      a2 = FloatVector.broadcast(SPECIES, rows[y + 2]).fma(x, a2);
      a3 = FloatVector.broadcast(SPECIES, rows[y + 3]).fma(x, a3);
      a4 = FloatVector.broadcast(SPECIES, rows[y + 4]).fma(x, a4);
      a5 = FloatVector.broadcast(SPECIES, rows[y + 5]).fma(x, a5);
      a6 = FloatVector.broadcast(SPECIES, rows[y + 6]).fma(x, a6);
      a7 = FloatVector.broadcast(SPECIES, rows[y + 7]).fma(x, a7);
      a8 = FloatVector.broadcast(SPECIES, rows[y + 8]).fma(x, a8);
      a9 = FloatVector.broadcast(SPECIES, rows[y + 9]).fma(x, a9);
      sum = FloatVector.broadcast(SPECIES, ratings[first + p]).fma(x, sum);
    }
    a0.intoArray(a, to);
    a1.intoArray(a, to + stride);
    a2.intoArray(a, to + 2 * stride);
    a3.intoArray(a, to + 3 * stride);
    a4.intoArray(a, to + 4 * stride);
    a5.intoArray(a, to + 5 * stride);
    a6.intoArray(a, to + 6 * stride);
    a7.intoArray(a, to + 7 * stride);
    a8.intoArray(a, to + 8 * stride);
    a9.intoArray(a, to + 9 * stride);
    sum.intoArray(b, toB);
  }

  /** Tile of 12 rows and 1 vector of columns, with the right-hand side of those columns. */
  private static void tile12(
      float[] panel,
      float[] rows,
      int row,
      int column,
      float[] ratings,
      int first,
      int length,
      float[] a,
      int to,
      int stride,
      float[] b,
      int toB) {
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector a1 = FloatVector.zero(SPECIES);
    FloatVector a2 = FloatVector.zero(SPECIES);
    FloatVector a3 = FloatVector.zero(SPECIES);
    FloatVector a4 = FloatVector.zero(SPECIES);
    FloatVector a5 = FloatVector.zero(SPECIES);
    FloatVector a6 = FloatVector.zero(SPECIES);
    FloatVector a7 = FloatVector.zero(SPECIES);
    FloatVector a8 = FloatVector.zero(SPECIES);
    FloatVector a9 = FloatVector.zero(SPECIES);
    FloatVector a10 = FloatVector.zero(SPECIES);
    FloatVector a11 = FloatVector.zero(SPECIES);
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int p = 0; p < length; p++) {
      int y = row + p * BLOCK;
      FloatVector x = FloatVector.fromArray(SPECIES, panel, column + p * BLOCK);
      a0 = FloatVector.broadcast(SPECIES, rows[y]).fma(x, a0);
      a1 = FloatVector.broadcast(SPECIES, rows[y + 1]).fma(x, a1);
      a2 = FloatVector.broadcast(SPECIES, rows[y + 2]).fma(x, a2);
      a3 = FloatVector.broadcast(SPECIES, rows[y + 3]).fma(x, a3);
      a4 = FloatVector.broadcast(SPECIES, rows[y + 4]).fma(x, a4);
      a5 = FloatVector.broadcast(SPECIES, rows[y + 5]).fma(x, a5);
      a6 = FloatVector.broadcast(SPECIES, rows[y + 6]).fma(x, a6);
      a7 = FloatVector.broadcast(SPECIES, rows[y + 7]).fma(x, a7);
      a8 = FloatVector.broadcast(SPECIES, rows[y + 8]).fma(x, a8);
      a9 = FloatVector.broadcast(SPECIES, rows[y + 9]).fma(x, a9);
      a10 = FloatVector.broadcast(SPECIES, rows[y + 10]).fma(x, a10);
      a11 = FloatVector.broadcast(SPECIES, rows[y + 11]).fma(x, a11);
      sum = FloatVector.broadcast(SPECIES, ratings[first + p]).fma(x, sum);
    }
    a0.intoArray(a, to);
    a1.intoArray(a, to + stride);
    a2.intoArray(a, to + 2 * stride);
    a3.intoArray(a, to + 3 * stride);
    a4.intoArray(a, to + 4 * stride);
    a5.intoArray(a, to + 5 * stride);
    a6.intoArray(a, to + 6 * stride);
    a7.intoArray(a, to + 7 * stride);
    a8.intoArray(a, to + 8 * stride);
    a9.intoArray(a, to + 9 * stride);
    a10.intoArray(a, to + 10 * stride);
    a11.intoArray(a, to + 11 * stride);
    sum.intoArray(b, toB);
  }

  /** Tile of 16 rows and 1 vector of columns, with the right-hand side of those columns. */
  private static void tile16(
      float[] panel,
      float[] rows,
      int row,
      int column,
      float[] ratings,
      int first,
      int length,
      float[] a,
      int to,
      int stride,
      float[] b,
      int toB) {
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector a1 = FloatVector.zero(SPECIES);
    FloatVector a2 = FloatVector.zero(SPECIES);
    FloatVector a3 = FloatVector.zero(SPECIES);
    FloatVector a4 = FloatVector.zero(SPECIES);
    FloatVector a5 = FloatVector.zero(SPECIES);
    FloatVector a6 = FloatVector.zero(SPECIES);
    FloatVector a7 = FloatVector.zero(SPECIES);
    FloatVector a8 = FloatVector.zero(SPECIES);
    FloatVector a9 = FloatVector.zero(SPECIES);
    FloatVector a10 = FloatVector.zero(SPECIES);
    FloatVector a11 = FloatVector.zero(SPECIES);
    FloatVector a12 = FloatVector.zero(SPECIES);
    FloatVector a13 = FloatVector.zero(SPECIES);
    FloatVector a14 = FloatVector.zero(SPECIES);
    FloatVector a15 = FloatVector.zero(SPECIES);
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int p = 0; p < length; p++) {
      int y = row + p * BLOCK;
      FloatVector x = FloatVector.fromArray(SPECIES, panel, column + p * BLOCK);
      a0 = FloatVector.broadcast(SPECIES, rows[y]).fma(x, a0);
      a1 = FloatVector.broadcast(SPECIES, rows[y + 1]).fma(x, a1);
      a2 = FloatVector.broadcast(SPECIES, rows[y + 2]).fma(x, a2);
      a3 = FloatVector.broadcast(SPECIES, rows[y + 3]).fma(x, a3);
      a4 = FloatVector.broadcast(SPECIES, rows[y + 4]).fma(x, a4);
      a5 = FloatVector.broadcast(SPECIES, rows[y + 5]).fma(x, a5);
      a6 = FloatVector.broadcast(SPECIES, rows[y + 6]).fma(x, a6);
      a7 = FloatVector.broadcast(SPECIES, rows[y + 7]).fma(x, a7);
      a8 = FloatVector.broadcast(SPECIES, rows[y + 8]).fma(x, a8);
      a9 = FloatVector.broadcast(SPECIES, rows[y + 9]).fma(x, a9);
      a10 = FloatVector.broadcast(SPECIES, rows[y + 10]).fma(x, a10);
      a11 = FloatVector.broadcast(SPECIES, rows[y + 11]).fma(x, a11);
      a12 = FloatVector.broadcast(SPECIES, rows[y + 12]).fma(x, a12);
      a13 = FloatVector.broadcast(SPECIES, rows[y + 13]).fma(x, a13);
      a14 = FloatVector.broadcast(SPECIES, rows[y + 14]).fma(x, a14);
      a15 = FloatVector.broadcast(SPECIES, rows[y + 15]).fma(x, a15);
      sum = FloatVector.broadcast(SPECIES, ratings[first + p]).fma(x, sum);
    }
    a0.intoArray(a, to);
    a1.intoArray(a, to + stride);
    a2.intoArray(a, to + 2 * stride);
    a3.intoArray(a, to + 3 * stride);
    a4.intoArray(a, to + 4 * stride);
    a5.intoArray(a, to + 5 * stride);
    a6.intoArray(a, to + 6 * stride);
    a7.intoArray(a, to + 7 * stride);
    a8.intoArray(a, to + 8 * stride);
    a9.intoArray(a, to + 9 * stride);
    a10.intoArray(a, to + 10 * stride);
    a11.intoArray(a, to + 11 * stride);
    a12.intoArray(a, to + 12 * stride);
    a13.intoArray(a, to + 13 * stride);
    a14.intoArray(a, to + 14 * stride);
    a15.intoArray(a, to + 15 * stride);
    sum.intoArray(b, toB);
  }

  /** Tile of 8 rows and 2 vectors of 512 bits of columns. */
  private static void tile8x2(
      float[] panel, float[] rows, int row, int column, int length, float[] a, int to, int stride) {
    FloatVector a00 = FloatVector.zero(SPECIES);
    FloatVector a01 = FloatVector.zero(SPECIES);
    FloatVector a10 = FloatVector.zero(SPECIES);
    FloatVector a11 = FloatVector.zero(SPECIES);
    FloatVector a20 = FloatVector.zero(SPECIES);
    FloatVector a21 = FloatVector.zero(SPECIES);
    FloatVector a30 = FloatVector.zero(SPECIES);
    FloatVector a31 = FloatVector.zero(SPECIES);
    FloatVector a40 = FloatVector.zero(SPECIES);
    FloatVector a41 = FloatVector.zero(SPECIES);
    FloatVector a50 = FloatVector.zero(SPECIES);
    FloatVector a51 = FloatVector.zero(SPECIES);
    FloatVector a60 = FloatVector.zero(SPECIES);
    FloatVector a61 = FloatVector.zero(SPECIES);
    FloatVector a70 = FloatVector.zero(SPECIES);
    FloatVector a71 = FloatVector.zero(SPECIES);
    for (int p = 0; p < length; p++) {
      int y = row + p * BLOCK;
      int x = column + p * BLOCK;
      FloatVector x0 = FloatVector.fromArray(SPECIES, panel, x);
      FloatVector x1 = FloatVector.fromArray(SPECIES, panel, x + PANEL_BLOCK);
      FloatVector y0 = FloatVector.broadcast(SPECIES, rows[y]);
      a00 = y0.fma(x0, a00);
      a01 = y0.fma(x1, a01);
      FloatVector y1 = FloatVector.broadcast(SPECIES, rows[y + 1]);
      a10 = y1.fma(x0, a10);
      a11 = y1.fma(x1, a11);
      FloatVector y2 = FloatVector.broadcast(SPECIES, rows[y + 2]);
      a20 = y2.fma(x0, a20);
      a21 = y2.fma(x1, a21);
      FloatVector y3 = FloatVector.broadcast(SPECIES, rows[y + 3]);
      a30 = y3.fma(x0, a30);
      a31 = y3.fma(x1, a31);
      FloatVector y4 = FloatVector.broadcast(SPECIES, rows[y + 4]);
      a40 = y4.fma(x0, a40);
      a41 = y4.fma(x1, a41);
      FloatVector y5 = FloatVector.broadcast(SPECIES, rows[y + 5]);
      a50 = y5.fma(x0, a50);
      a51 = y5.fma(x1, a51);
      FloatVector y6 = FloatVector.broadcast(SPECIES, rows[y + 6]);
      a60 = y6.fma(x0, a60);
      a61 = y6.fma(x1, a61);
      FloatVector y7 = FloatVector.broadcast(SPECIES, rows[y + 7]);
      a70 = y7.fma(x0, a70);
      a71 = y7.fma(x1, a71);
    }
    a00.intoArray(a, to);
    a01.intoArray(a, to + BLOCK);
    to += stride;
    a10.intoArray(a, to);
    a11.intoArray(a, to + BLOCK);
    to += stride;
    a20.intoArray(a, to);
    a21.intoArray(a, to + BLOCK);
    to += stride;
    a30.intoArray(a, to);
    a31.intoArray(a, to + BLOCK);
    to += stride;
    a40.intoArray(a, to);
    a41.intoArray(a, to + BLOCK);
    to += stride;
    a50.intoArray(a, to);
    a51.intoArray(a, to + BLOCK);
    to += stride;
    a60.intoArray(a, to);
    a61.intoArray(a, to + BLOCK);
    to += stride;
    a70.intoArray(a, to);
    a71.intoArray(a, to + BLOCK);
  }

  /** Tile of 8 rows and 3 vectors of 512 bits of columns. */
  private static void tile8x3(
      float[] panel, float[] rows, int row, int column, int length, float[] a, int to, int stride) {
    FloatVector a00 = FloatVector.zero(SPECIES);
    FloatVector a01 = FloatVector.zero(SPECIES);
    FloatVector a02 = FloatVector.zero(SPECIES);
    FloatVector a10 = FloatVector.zero(SPECIES);
    FloatVector a11 = FloatVector.zero(SPECIES);
    FloatVector a12 = FloatVector.zero(SPECIES);
    FloatVector a20 = FloatVector.zero(SPECIES);
    FloatVector a21 = FloatVector.zero(SPECIES);
    FloatVector a22 = FloatVector.zero(SPECIES);
    FloatVector a30 = FloatVector.zero(SPECIES);
    FloatVector a31 = FloatVector.zero(SPECIES);
    FloatVector a32 = FloatVector.zero(SPECIES);
    FloatVector a40 = FloatVector.zero(SPECIES);
    FloatVector a41 = FloatVector.zero(SPECIES);
    FloatVector a42 = FloatVector.zero(SPECIES);
    FloatVector a50 = FloatVector.zero(SPECIES);
    FloatVector a51 = FloatVector.zero(SPECIES);
    FloatVector a52 = FloatVector.zero(SPECIES);
    FloatVector a60 = FloatVector.zero(SPECIES);
    FloatVector a61 = FloatVector.zero(SPECIES);
    FloatVector a62 = FloatVector.zero(SPECIES);
    FloatVector a70 = FloatVector.zero(SPECIES);
    FloatVector a71 = FloatVector.zero(SPECIES);
    FloatVector a72 = FloatVector.zero(SPECIES);
    for (int p = 0; p < length; p++) {
      int y = row + p * BLOCK;
      int x = column + p * BLOCK;
      FloatVector x0 = FloatVector.fromArray(SPECIES, panel, x);
      FloatVector x1 = FloatVector.fromArray(SPECIES, panel, x + PANEL_BLOCK);
      FloatVector x2 = FloatVector.fromArray(SPECIES, panel, x + 2 * PANEL_BLOCK);
      FloatVector y0 = FloatVector.broadcast(SPECIES, rows[y]);
      a00 = y0.fma(x0, a00);
      a01 = y0.fma(x1, a01);
      a02 = y0.fma(x2, a02);
      FloatVector y1 = FloatVector.broadcast(SPECIES, rows[y + 1]);
      a10 = y1.fma(x0, a10);
      a11 = y1.fma(x1, a11);
      a12 = y1.fma(x2, a12);
      FloatVector y2 = FloatVector.broadcast(SPECIES, rows[y + 2]);
      a20 = y2.fma(x0, a20);
      a21 = y2.fma(x1, a21);
      a22 = y2.fma(x2, a22);
      FloatVector y3 = FloatVector.broadcast(SPECIES, rows[y + 3]);
      a30 = y3.fma(x0, a30);
      a31 = y3.fma(x1, a31);
      a32 = y3.fma(x2, a32);
      FloatVector y4 = FloatVector.broadcast(SPECIES, rows[y + 4]);
      a40 = y4.fma(x0, a40);
      a41 = y4.fma(x1, a41);
      a42 = y4.fma(x2, a42);
      FloatVector y5 = FloatVector.broadcast(SPECIES, rows[y + 5]);
      a50 = y5.fma(x0, a50);
      a51 = y5.fma(x1, a51);
      a52 = y5.fma(x2, a52);
      FloatVector y6 = FloatVector.broadcast(SPECIES, rows[y + 6]);
      a60 = y6.fma(x0, a60);
      a61 = y6.fma(x1, a61);
      a62 = y6.fma(x2, a62);
      FloatVector y7 = FloatVector.broadcast(SPECIES, rows[y + 7]);
      a70 = y7.fma(x0, a70);
      a71 = y7.fma(x1, a71);
      a72 = y7.fma(x2, a72);
    }
    a00.intoArray(a, to);
    a01.intoArray(a, to + BLOCK);
    a02.intoArray(a, to + 2 * BLOCK);
    to += stride;
    a10.intoArray(a, to);
    a11.intoArray(a, to + BLOCK);
    a12.intoArray(a, to + 2 * BLOCK);
    to += stride;
    a20.intoArray(a, to);
    a21.intoArray(a, to + BLOCK);
    a22.intoArray(a, to + 2 * BLOCK);
    to += stride;
    a30.intoArray(a, to);
    a31.intoArray(a, to + BLOCK);
    a32.intoArray(a, to + 2 * BLOCK);
    to += stride;
    a40.intoArray(a, to);
    a41.intoArray(a, to + BLOCK);
    a42.intoArray(a, to + 2 * BLOCK);
    to += stride;
    a50.intoArray(a, to);
    a51.intoArray(a, to + BLOCK);
    a52.intoArray(a, to + 2 * BLOCK);
    to += stride;
    a60.intoArray(a, to);
    a61.intoArray(a, to + BLOCK);
    a62.intoArray(a, to + 2 * BLOCK);
    to += stride;
    a70.intoArray(a, to);
    a71.intoArray(a, to + BLOCK);
    a72.intoArray(a, to + 2 * BLOCK);
  }
}
