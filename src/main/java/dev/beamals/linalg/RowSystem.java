package dev.beamals.linalg;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The linear system of one row of ALS, {@code (A + d I) x = b} with
 *
 * <pre>{@code
 * A = G + Σ w y yᵀ   (rank × rank)
 * b = Σ t y          (rank)
 * }</pre>
 *
 * where {@code y} runs over the factor rows of the neighbours of the row. Its solution {@code x}
 * (rank) minimizes {@code xᵀ (A + d I) x − 2 bᵀ x}.
 *
 * <p>Without weights every {@code w} is 1, and without a Gram matrix {@code G} is zero: with the
 * ratings as targets {@code t} and {@code d} = λ times their number this is ALS-WR. Confidences
 * {@code c} and preferences {@code p} of implicit feedback are {@code w = c − 1}, {@code t = c p}
 * and {@code G = YᵀY}.
 *
 * <p>One instance serves all rows of a block: {@link #select} moves it from one to the next. It
 * keeps the arrays it is given and modifies none, nor may anybody else while it is in use. It
 * belongs to one thread.
 *
 * <pre>{@code
 * RowSystem row = RowSystem.of(rank, factors, neighbours, ratings);
 * for (int s = 0; s < rows; s++) {
 *   int n = offsets[s + 1] - offsets[s];
 *   row.select(offsets[s], offsets[s + 1], regParam * n);
 *   boolean solved = solver.solve(row, x, s * rank);
 * }
 * }</pre>
 *
 * <p>Sources: Zhou, Wilkinson, Schreiber and Pan, "Large-scale Parallel Collaborative Filtering for
 * the Netflix Prize", 2008 (ALS-WR); Hu, Koren and Volinsky, "Collaborative Filtering for Implicit
 * Feedback Datasets", 2008.
 */
public final class RowSystem {
  final int rank;

  /** Row n has the factors of neighbour n. */
  final FactorMatrix factors;

  /** The neighbour at each position. */
  final int[] neighbours;

  /** {@code t} at each position. */
  final float[] targets;

  /** {@code w} at each position, or null where each is 1. */
  final float @Nullable [] weights;

  /** {@code G}, row-major and symmetric, or null where it is zero. */
  final double @Nullable [] gram;

  /** Where rows begin, or null where that is not known. */
  private final int @Nullable [] offsets;

  /** Of all rows, where that is of use; null where not. */
  private @Nullable LongRows longRows;

  private int from;
  private int to;
  private double diagonal;

  // What of the neighbours is in a panel, and in whose; this refers to the equations and not they
  // to this, as they live longer.
  private @Nullable NormalEquations gatheredBy;
  private int gatheredAs;
  private int gatheredFrom;
  private int gatheredTo;

  private RowSystem(
      int rank,
      FactorMatrix factors,
      int[] neighbours,
      float[] targets,
      float @Nullable [] weights,
      double @Nullable [] gram,
      int @Nullable [] offsets) {
    this.rank = rank;
    this.factors = factors;
    this.neighbours = neighbours;
    this.targets = targets;
    this.weights = weights;
    this.gram = gram;
    this.offsets = offsets;
  }

  /**
   * Describes rows with weights of 1 and no Gram matrix.
   *
   * @param factors the factor rows of the other side: as many columns as there are factors,
   *     1..{@value NormalEquations#MAX_RANK}; row n is that of neighbour n
   * @param neighbours the neighbour at each position, those of a row one after the other
   * @param targets {@code t} at each position
   * @throws IllegalArgumentException when the rank is out of range, or the lengths do not fit
   */
  public static RowSystem of(FactorMatrix factors, int[] neighbours, float[] targets) {
    NormalEquations.checkRank(factors.columns());
    checkLength("targets", targets.length, neighbours.length);
    return new RowSystem(factors.columns(), factors, neighbours, targets, null, null, null);
  }

  /**
   * As {@link #of(FactorMatrix, int[], float[])}.
   *
   * @param rank the number of factors
   * @param factors row-major: that of neighbour n at {@code n * rank} to {@code n * rank + rank}
   */
  public static RowSystem of(int rank, float[] factors, int[] neighbours, float[] targets) {
    NormalEquations.checkRank(rank);
    return of(FactorMatrix.of(factors, rank), neighbours, targets);
  }

  /**
   * Returns the same rows with weights, no row selected.
   *
   * @param weights {@code w} at each position: finite, at least 0. It is checked when a row is
   *     solved. A neighbour of weight 0 still adds {@code t y} to {@code b}.
   * @throws IllegalArgumentException when there are not as many as neighbours
   */
  public RowSystem withWeights(float[] weights) {
    checkLength("weights", weights.length, neighbours.length);
    return new RowSystem(rank, factors, neighbours, targets, weights, gram, offsets);
  }

  /**
   * Returns the same rows with {@code G} to start from, no row selected.
   *
   * @param gram rank × rank, row-major, symmetric and positive semidefinite
   * @throws IllegalArgumentException when it is not of that size
   */
  public RowSystem withGram(double[] gram) {
    checkLength("elements of the Gram matrix", gram.length, rank * rank);
    return new RowSystem(rank, factors, neighbours, targets, weights, gram, offsets);
  }

  /**
   * Returns the same rows, no row selected, that are best selected one after the other.
   *
   * @param offsets where each row begins among the positions, ascending, and where the last ends
   */
  public RowSystem withOffsets(int[] offsets) {
    return new RowSystem(rank, factors, neighbours, targets, weights, gram, offsets);
  }

  private static void checkLength(String what, int length, int expected) {
    if (length != expected) {
      throw new IllegalArgumentException(length + " " + what + ": expected " + expected);
    }
  }

  /**
   * Selects the row whose neighbours are at the positions {@code from ≤ p < to}.
   *
   * @param diagonal {@code d}, at least 0
   * @throws IndexOutOfBoundsException when there are no such positions
   * @throws IllegalArgumentException when the diagonal is negative or not a number
   */
  public void select(int from, int to, double diagonal) {
    Objects.checkFromToIndex(from, to, neighbours.length);
    if (!(diagonal >= 0)) {
      throw new IllegalArgumentException("diagonal=" + diagonal + ": expected at least 0");
    }
    this.from = from;
    this.to = to;
    this.diagonal = diagonal;
  }

  /** The number of factors. */
  public int rank() {
    return rank;
  }

  /** The position of the first neighbour of the row. */
  int from() {
    return from;
  }

  /** The position after the last neighbour of the row. */
  int to() {
    return to;
  }

  /**
   * Sums the equations of long rows ahead, where that is faster: those of a row and of some that
   * follow. For all rows in their order, which {@link #withOffsets} told; the bits are the same.
   *
   * @param row the next row that is selected
   */
  public void sumAhead(int row) {
    if (offsets == null || !LongRows.areWorthwhile(factors)) {
      return;
    }
    if (longRows == null) { // of rows without offsets: its batches do not follow each other
      longRows =
          new LongRows(
              new RowSystem(rank, factors, neighbours, targets, weights, gram, null), offsets);
    }
    longRows.sumFrom(row);
  }

  /** Copies what was summed of the row to equations; returns false where nothing was. */
  boolean copySums(NormalEquations equations) {
    return longRows != null
        && longRows.copyTo(from, to, equations.a, equations.b, equations.stride);
  }

  /** The last position up to {@code end} at which a row ends, or 0 where that is not known. */
  int endOfRows(int end) {
    if (offsets == null) {
      return 0;
    }
    int found = Arrays.binarySearch(offsets, end);
    return offsets[found >= 0 ? found : Math.max(0, -found - 2)];
  }

  /** Whether these positions are in the panel that equations have filled so often. */
  boolean isGathered(NormalEquations equations, int gathers, int first, int end) {
    return gatheredBy == equations
        && gatheredAs == gathers
        && gatheredFrom <= first
        && end <= gatheredTo;
  }

  /** Tells what is in a panel. */
  void setGathered(NormalEquations equations, int gathers, int first, int end) {
    gatheredBy = equations;
    gatheredAs = gathers;
    gatheredFrom = first;
    gatheredTo = end;
  }

  /** The position that is first in the panel. */
  int gatheredFrom() {
    return gatheredFrom;
  }

  /** {@code d}, what is added to the diagonal of {@code A}. */
  public double diagonal() {
    return diagonal;
  }
}
