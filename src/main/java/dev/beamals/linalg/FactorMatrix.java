package dev.beamals.linalg;

import java.util.Objects;

/**
 * A row-major matrix (rows × columns) in pieces of whole rows: it may hold more than one array can.
 *
 * <p>Row r is in piece {@code r >>> shift}. All pieces but the last have {@code 2^shift} rows, as
 * many as an array has room for; so nearly every matrix is one piece.
 */
public final class FactorMatrix {
  /**
   * The system property that makes pieces smaller: the most floats in one. For tests, as one that
   * fills an array takes 8 GiB.
   */
  public static final String PIECE_PROPERTY = "beamals.pieceFloats";

  private static final int LONGEST = Integer.MAX_VALUE - 8;

  final int columns;
  final int shift;
  final float[][] pieces;
  private final int rows;

  private FactorMatrix(int rows, int columns, int shift, float[][] pieces) {
    this.rows = rows;
    this.columns = columns;
    this.shift = shift;
    this.pieces = pieces;
  }

  /** A matrix of zeros. */
  public static FactorMatrix zeros(int rows, int columns) {
    int room = Math.min(LONGEST, Integer.getInteger(PIECE_PROPERTY, LONGEST)) / columns;
    int shift = 31 - Integer.numberOfLeadingZeros(Math.max(1, room));
    float[][] pieces = new float[(int) (((long) rows + (1L << shift) - 1) >>> shift)][];
    for (int p = 0; p < pieces.length; p++) {
      pieces[p] = new float[Math.min(1 << shift, rows - (p << shift)) * columns];
    }
    return new FactorMatrix(rows, columns, shift, pieces);
  }

  /**
   * A matrix of one piece.
   *
   * @param rows row-major; kept, not copied
   * @throws IllegalArgumentException when they are not whole rows
   */
  public static FactorMatrix of(float[] rows, int columns) {
    if (rows.length % columns != 0) {
      throw new IllegalArgumentException(
          rows.length + " factors are not whole rows of " + columns + " each");
    }
    return new FactorMatrix(rows.length / columns, columns, 31, new float[][] {rows});
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  /**
   * The piece that holds a row. Not to be written to.
   *
   * @throws IndexOutOfBoundsException when there is no such row
   */
  public float[] piece(int row) {
    return pieces[Objects.checkIndex(row, rows) >>> shift];
  }

  /** Where a row begins in its piece. */
  public int offset(int row) {
    return (row & (1 << shift) - 1) * columns;
  }

  /** An element. */
  public float get(int row, int column) {
    return piece(row)[offset(row) + column];
  }

  /** Writes the first {@code count} columns of a row. */
  public void setRow(int row, float[] from, int offset, int count) {
    System.arraycopy(from, offset, piece(row), offset(row), count);
  }

  /** Writes an element. */
  public void set(int row, int column, float value) {
    piece(row)[offset(row) + column] = value;
  }
}
