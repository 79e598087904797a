package dev.beamals.linalg;

/** The kernel without vectors: four rows and two columns in registers. */
final class ScalarBlockProducts extends BlockProducts {

  ScalarBlockProducts(int rank) {
    super(rank);
  }

  @Override
  void multiply(float[] packed, int x, int filled) {
    for (int column = 0; column < filled; column += 2) {
      int y = column / BLOCK * BLOCK * rank + column % BLOCK;
      tile(packed, x, panel, y, rank, scores, column);
      tile(packed, x + 4, panel, y, rank, scores, 4 * COLUMNS + column);
    }
  }

  private static void tile(
      float[] packed, int x, float[] panel, int y, int rank, float[] scores, int to) {
    float s00 = 0;
    float s01 = 0;
    float s10 = 0;
    float s11 = 0;
    float s20 = 0;
    float s21 = 0;
    float s30 = 0;
    float s31 = 0;
    for (int k = 0; k < rank; k++) {
      float y0 = panel[y + k * BLOCK];
      float y1 = panel[y + k * BLOCK + 1];
      float x0 = packed[x + k * ROWS];
      s00 = Math.fma(x0, y0, s00);
      s01 = Math.fma(x0, y1, s01);
      float x1 = packed[x + k * ROWS + 1];
      s10 = Math.fma(x1, y0, s10);
      s11 = Math.fma(x1, y1, s11);
      float x2 = packed[x + k * ROWS + 2];
      s20 = Math.fma(x2, y0, s20);
      s21 = Math.fma(x2, y1, s21);
      float x3 = packed[x + k * ROWS + 3];
      s30 = Math.fma(x3, y0, s30);
      s31 = Math.fma(x3, y1, s31);
    }
    scores[to] = s00;
    scores[to + 1] = s01;
    scores[to + COLUMNS] = s10;
    scores[to + COLUMNS + 1] = s11;
    scores[to + 2 * COLUMNS] = s20;
    scores[to + 2 * COLUMNS + 1] = s21;
    scores[to + 3 * COLUMNS] = s30;
    scores[to + 3 * COLUMNS + 1] = s31;
  }

  @Override
  public int atLeast(int row, float threshold, int[] found) {
    float[] scores = this.scores;
    int n = 0;
    for (int c = 0; c < COLUMNS; c++) {
      if (scores[row * COLUMNS + c] >= threshold) {
        found[n++] = c;
      }
    }
    return n;
  }
}
