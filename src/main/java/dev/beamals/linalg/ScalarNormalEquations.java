package dev.beamals.linalg;

/**
 * The kernel without vectors: tiles of 4 × 2 elements in registers. The panel is row-major, with
 * one row of {@link #stride} for each neighbour, zero beyond the rank.
 *
 * <p>Loops across columns that the compiler turns into vectors by itself, with 8 neighbours a pass,
 * were about half as fast at ranks 10 to 128 on JDK 17: rows of a Gram matrix are too short for the
 * scalar loops that come before and after the vectors. Tiles of 4 × 4 gain 8 % where there are 32
 * registers and lose 30 % where there are 16.
 */
final class ScalarNormalEquations extends NormalEquations {

  private static final int TILE_ROWS = 4;
  private static final int TILE_COLUMNS = 2;
  private static final int RIGHT_HAND_SIDE_COLUMNS = 8;

  ScalarNormalEquations(int rank) {
    super(rank);
  }

  @Override
  void gather(FactorMatrix factors, int[] neighbours, int first, int length) {
    for (int p = 0; p < length; p++) {
      int row = neighbours[first + p];
      System.arraycopy(factors.piece(row), factors.offset(row), panel, p * stride, rank);
    }
  }

  @Override
  void weigh(int at, float[] weights, int first, int length) {
    for (int p = 0; p < length; p++) {
      float w = weights[first + p];
      for (int i = (at + p) * stride; i < (at + p) * stride + rank; i++) {
        weighted[i] = w * panel[i];
      }
    }
  }

  @Override
  void multiply(float[] rows, int at, float[] ratings, int first, int length) {
    int begin = at * stride;
    for (int row = 0; row < rank; row += TILE_ROWS) {
      for (int column = 0; column < row + TILE_ROWS; column += TILE_COLUMNS) {
        tile(panel, rows, begin, row, column, stride, length, batchA);
      }
    }
    for (int column = 0; column < rank; column += RIGHT_HAND_SIDE_COLUMNS) {
      rightHandSide(panel, begin, column, stride, ratings, first, length, batchB);
    }
  }

  /** Tile of 4 rows and 2 columns. */
  private static void tile(
      float[] panel,
      float[] rows,
      int begin,
      int row,
      int column,
      int stride,
      int length,
      float[] a) {
    float a00 = 0;
    float a01 = 0;
    float a10 = 0;
    float a11 = 0;
    float a20 = 0;
    float a21 = 0;
    float a30 = 0;
    float a31 = 0;
    int end = begin + length * stride;
    for (int p = begin; p < end; p += stride) {
      int y = row + p;
      int x = column + p;
      float x0 = panel[x];
      float x1 = panel[x + 1];
      float y0 = rows[y];
      a00 = Math.fma(y0, x0, a00);
      a01 = Math.fma(y0, x1, a01);
      float y1 = rows[y + 1];
      a10 = Math.fma(y1, x0, a10);
      a11 = Math.fma(y1, x1, a11);
      float y2 = rows[y + 2];
      a20 = Math.fma(y2, x0, a20);
      a21 = Math.fma(y2, x1, a21);
      float y3 = rows[y + 3];
      a30 = Math.fma(y3, x0, a30);
      a31 = Math.fma(y3, x1, a31);
    }
    int to = row * stride + column;
    a[to] = a00;
    a[to + 1] = a01;
    to += stride;
    a[to] = a10;
    a[to + 1] = a11;
    to += stride;
    a[to] = a20;
    a[to + 1] = a21;
    to += stride;
    a[to] = a30;
    a[to + 1] = a31;
  }

  /** The right-hand side of 8 columns, enough chains to hide the latency of one. */
  private static void rightHandSide(
      float[] panel,
      int begin,
      int column,
      int stride,
      float[] ratings,
      int first,
      int length,
      float[] b) {
    float b0 = 0;
    float b1 = 0;
    float b2 = 0;
    float b3 = 0;
    float b4 = 0;
    float b5 = 0;
    float b6 = 0;
    float b7 = 0;
    for (int p = 0; p < length; p++) {
      int x = begin + column + p * stride;
      float r = ratings[first + p];
      b0 = Math.fma(r, panel[x], b0);
      b1 = Math.fma(r, panel[x + 1], b1);
      b2 = Math.fma(r, panel[x + 2], b2);
      b3 = Math.fma(r, panel[x + 3], b3);
      b4 = Math.fma(r, panel[x + 4], b4);
      b5 = Math.fma(r, panel[x + 5], b5);
      b6 = Math.fma(r, panel[x + 6], b6);
      b7 = Math.fma(r, panel[x + 7], b7);
    }
    b[column] = b0;
    b[column + 1] = b1;
    b[column + 2] = b2;
    b[column + 3] = b3;
    b[column + 4] = b4;
    b[column + 5] = b5;
    b[column + 6] = b6;
    b[column + 7] = b7;
  }
}
