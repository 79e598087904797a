package dev.beamals.linalg;

import java.util.Arrays;
import java.util.Objects;

/**
 * Accumulates the normal equations of one row of ALS, {@code A = Σ y yᵀ} (rank × rank, symmetric)
 * and {@code b = Σ r y} (rank), where {@code y} runs over the factor rows of the neighbours of the
 * row and {@code r} over its ratings.
 *
 * <p>The neighbours are taken in batches of {@value #BATCH}. The factor rows of a batch are
 * gathered into a packed panel, the Gram matrix of the panel is computed in float with fused
 * multiply-add, and the result is added to {@code A} and {@code b} in double. So every element of
 * {@code A} and {@code b} is, per batch, one chain {@code fma(yᵢ, yⱼ, …)} that starts at zero and
 * follows the order of the neighbours, in every kernel: the bits of the result depend neither on
 * the kernel nor on the width of its vectors. They depend on the order of the neighbours and, since
 * batches are counted from the first neighbour of a call, on how a row is cut into calls of {@link
 * #add}.
 *
 * <p>Two kernels exist. The vector kernel needs the module {@code jdk.incubator.vector} (JVM flag
 * {@code --add-modules jdk.incubator.vector}); where it is missing the scalar kernel takes over.
 * The system property {@value #KERNEL_PROPERTY} forces one: {@code scalar} or {@code vector}.
 *
 * <p>Both kernels rely on {@link Math#fma(float, float, float)} being one instruction. On a machine
 * without fused multiply-add the JDK computes it with {@code BigDecimal}: right, but hundreds of
 * times slower.
 *
 * <p>Buffers are allocated once and reused: an instance belongs to one thread.
 *
 * <p>Sources: Zhou, Wilkinson, Schreiber and Pan, "Large-scale Parallel Collaborative Filtering for
 * the Netflix Prize", 2008 (ALS-WR); Goto and van de Geijn, "Anatomy of High-Performance Matrix
 * Multiplication", 2008 (packed panels and register tiles).
 */
public abstract class NormalEquations {

  /** The largest supported rank. */
  public static final int MAX_RANK = 512;

  /** The system property that forces a kernel: {@code scalar} or {@code vector}. */
  public static final String KERNEL_PROPERTY = "beamals.kernel";

  /**
   * Neighbours in a batch. A longer batch spreads the cost of adding its Gram matrix in double, a
   * shorter one keeps float rounding small and its panel in the cache.
   */
  static final int BATCH = 256;

  /** Floats in a vector of 512 bits, the widest in use; strides are multiples of it. */
  static final int BLOCK = 16;

  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  final int rank;

  /** The rank rounded up to a multiple of {@link #BLOCK}. */
  final int stride;

  /** {@code A}: element (i, j), j ≤ i, at {@code i * stride + j}. All else is unspecified. */
  final double[] a;

  /** {@code b}: element i at i. Elements from the rank on are unspecified. */
  final double[] b;

  /** The Gram matrix of one batch, laid out as {@link #a}. */
  final float[] batchA;

  /** The right-hand side of one batch, laid out as {@link #b}. */
  final float[] batchB;

  private boolean exact = true;

  NormalEquations(int rank) {
    checkRank(rank);
    this.rank = rank;
    this.stride = (rank + BLOCK - 1) / BLOCK * BLOCK;
    this.a = new double[stride * stride];
    this.b = new double[stride];
    this.batchA = new float[stride * stride];
    this.batchB = new float[stride];
  }

  /**
   * Returns empty equations of the fastest kernel of this JVM.
   *
   * @param rank the number of factors, 1..{@value #MAX_RANK}
   * @throws IllegalArgumentException when the rank is out of range, or the system property {@value
   *     #KERNEL_PROPERTY} is neither {@code scalar} nor {@code vector}
   * @throws IllegalStateException when the property asks for {@code vector} and the module {@code
   *     jdk.incubator.vector} is not there
   */
  public static NormalEquations create(int rank) {
    // The name VectorNormalEquations is resolved, and its class loaded, only when this branch runs.
    return useVectors() ? new VectorNormalEquations(rank) : new ScalarNormalEquations(rank);
  }

  /**
   * Returns the name of the kernel {@link #create} gives in this JVM, such as {@code "vector, 512
   * bit"} or {@code "scalar"}.
   *
   * @throws IllegalArgumentException as {@link #create} does
   * @throws IllegalStateException as {@link #create} does
   */
  public static String kernelName() {
    return useVectors() ? "vector, " + VectorNormalEquations.vectorBits() + " bit" : "scalar";
  }

  static boolean useVectors() {
    String forced = System.getProperty(KERNEL_PROPERTY);
    boolean present = ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
    if (forced == null) {
      return present;
    }
    switch (forced) {
      case "scalar":
        return false;
      case "vector":
        if (!present) {
          throw new IllegalStateException(
              KERNEL_PROPERTY + "=vector needs the JVM flag --add-modules " + VECTOR_MODULE);
        }
        return true;
      default:
        throw new IllegalArgumentException(
            KERNEL_PROPERTY + " must be scalar or vector: " + forced);
    }
  }

  static void checkRank(int rank) {
    if (rank < 1 || rank > MAX_RANK) {
      throw new IllegalArgumentException("rank must be in 1.." + MAX_RANK + ": " + rank);
    }
  }

  /** Returns the number of factors. */
  public final int rank() {
    return rank;
  }

  /** Sets {@code A} and {@code b} to zero. */
  public final void reset() {
    Arrays.fill(a, 0);
    Arrays.fill(b, 0);
    exact = true;
  }

  /**
   * Adds {@code y yᵀ} to {@code A} and {@code r y} to {@code b} for the neighbours at {@code from ≤
   * p < to}.
   *
   * @param factors the factor rows, row-major: that of neighbour n at {@code n * rank} to {@code n
   *     * rank + rank}. Not modified.
   * @param neighbours the neighbour at each position p. Not modified.
   * @param ratings the rating {@code r} at each position p. Not modified.
   * @param from the first position
   * @param to the position after the last
   * @throws IndexOutOfBoundsException when the positions lie outside {@code neighbours} or {@code
   *     ratings}, or a neighbour has no row in {@code factors}; the equations are then unspecified
   *     until the next {@link #reset}
   */
  public final void add(float[] factors, int[] neighbours, float[] ratings, int from, int to) {
    exact = false;
    Objects.checkFromToIndex(from, to, Math.min(neighbours.length, ratings.length));
    for (int first = from; first < to; first += BATCH) {
      computeBatch(factors, neighbours, ratings, first, Math.min(BATCH, to - first));
      addBatch();
    }
  }

  /**
   * As {@link #add}, with every sum in double: for rows so ill-conditioned that the rounding of a
   * float batch decides their solution. The same in every kernel, and many times slower.
   */
  public final void addExactly(
      float[] factors, int[] neighbours, float[] ratings, int from, int to) {
    Objects.checkFromToIndex(from, to, Math.min(neighbours.length, ratings.length));
    for (int p = from; p < to; p++) {
      int y = neighbours[p] * rank;
      for (int i = 0; i < rank; i++) {
        double yi = factors[y + i];
        b[i] += yi * ratings[p];
        for (int j = 0; j <= i; j++) {
          a[i * stride + j] += yi * factors[y + j];
        }
      }
    }
  }

  /** Whether everything since the last {@link #reset} was added by {@link #addExactly}. */
  final boolean isExact() {
    return exact;
  }

  /**
   * Writes the Gram matrix and the right-hand side of {@code length} ≤ {@link #BATCH} neighbours,
   * from position {@code first} on, to {@link #batchA} and {@link #batchB}.
   */
  abstract void computeBatch(
      float[] factors, int[] neighbours, float[] ratings, int first, int length);

  // Plain loops: vectors that convert float to double gained 0 to 8 %, as a batch is long.
  private void addBatch() {
    for (int i = 0; i < rank; i++) {
      b[i] += batchB[i];
    }
    for (int i = 0; i < rank; i++) {
      addRow(batchA, a, i * stride, i * stride + i + 1);
    }
  }

  private static void addRow(float[] batch, double[] sum, int from, int to) {
    for (int i = from; i < to; i++) {
      sum[i] += batch[i];
    }
  }

  /** Returns element (row, column) of {@code A}. */
  public final double a(int row, int column) {
    Objects.checkIndex(row, rank);
    Objects.checkIndex(column, rank);
    return a[Math.max(row, column) * stride + Math.min(row, column)];
  }

  /** Returns element {@code row} of {@code b}. */
  public final double b(int row) {
    return b[Objects.checkIndex(row, rank)];
  }
}
