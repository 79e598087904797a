package dev.beamals.linalg;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The normal equations of one row of ALS, {@code A = G + Σ w y yᵀ} (rank × rank, symmetric) and
 * {@code b = Σ t y} (rank), of a {@link RowSystem}.
 *
 * <p>The neighbours are taken in batches of {@value #BATCH}. The factor rows of a batch are
 * gathered into a packed panel, the Gram matrix of the panel is computed in float with fused
 * multiply-add, and the result is added to {@code A} and {@code b} in double. So every element of
 * {@code A} and {@code b} is, per batch, one chain {@code fma(yᵢ, yⱼ, …)} that starts at zero and
 * follows the order of the neighbours, in every kernel: the bits of the result depend neither on
 * the kernel nor on the width of its vectors. They depend on the order of the neighbours.
 *
 * <p>Where there are weights, a second panel holds {@code w y}, rounded to float, and the chains of
 * {@code A} are {@code fma(w yᵢ, yⱼ, …)}, j ≤ i. Weights of 1 give the bits of no weights.
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

  /** The factor rows of one batch, laid out as the kernel likes it. */
  final float[] panel;

  /** Those rows times their weights. */
  final float[] weighted;

  /** How often the panel was filled. */
  private int gathers;

  private double @Nullable [] gram;
  private boolean exact = true;

  NormalEquations(int rank) {
    checkRank(rank);
    this.rank = rank;
    this.stride = (rank + BLOCK - 1) / BLOCK * BLOCK;
    this.a = new double[stride * stride];
    this.b = new double[stride];
    this.batchA = new float[stride * stride];
    this.batchB = new float[stride];
    this.panel = new float[stride * BATCH];
    this.weighted = new float[stride * BATCH];
  }

  /**
   * Returns equations, all zero, of the fastest kernel of this JVM.
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

  /**
   * Sets {@code A} and {@code b} to those of a row. The diagonal {@code d} is not in them.
   *
   * @throws IllegalArgumentException when the row is of another rank, or a weight is negative or
   *     not finite; the equations are then unspecified until set again
   * @throws IndexOutOfBoundsException when a neighbour has no factors; likewise
   */
  public final void set(RowSystem row) {
    start(row);
    exact = false;
    if (row.copySums(this)) {
      return;
    }
    for (int first = row.from(); first < row.to(); first += BATCH) {
      setBatch(row, first, Math.min(BATCH, row.to() - first));
      addBatch();
    }
  }

  /**
   * Whether {@link #setBatch(RowSystem)} has all of a row: {@code A} is then {@link #batchA}, and
   * {@code b} {@link #batchB}.
   */
  static boolean isBatch(RowSystem row) {
    int length = row.to() - row.from();
    return length >= 1 && length <= BATCH && row.gram == null;
  }

  /** Sets {@link #batchA} and {@link #batchB} alone, of a row that {@link #isBatch is a batch}. */
  final void setBatch(RowSystem row) {
    checkRank(row);
    setBatch(row, row.from(), row.to() - row.from());
  }

  /** Sets {@link #batchA} and {@link #batchB} to a batch of a row. */
  final void setBatch(RowSystem row, int first, int length) {
    int at = gather(row, first, length);
    if (row.weights == null) {
      multiply(panel, at, row.targets, first, length);
    } else {
      checkWeights(row.weights, first, length);
      weigh(at, row.weights, first, length);
      multiply(weighted, at, row.targets, first, length);
    }
  }

  /**
   * Has the factor rows of a batch in the panel. Those of the rows that follow come with them, as
   * far as there is room: factors are far apart in memory, and many that are fetched at once do not
   * wait for each other.
   *
   * @return where in the panel the batch begins
   */
  private int gather(RowSystem row, int first, int length) {
    if (!row.isGathered(this, gathers, first, first + length)) {
      int end = Math.max(first + length, row.endOfRows(first + BATCH));
      gather(row.factors, row.neighbours, first, end - first);
      gathers++;
      row.setGathered(this, gathers, first, end);
    }
    return first - row.gatheredFrom();
  }

  /**
   * As {@link #set}, with every sum in double: for rows so ill-conditioned that the rounding of a
   * float batch decides their solution. The same in every kernel, and many times slower.
   */
  public final void setExactly(RowSystem row) {
    start(row);
    exact = true;
    for (int p = row.from(); p < row.to(); p++) {
      float[] factors = row.factors.piece(row.neighbours[p]);
      int y = row.factors.offset(row.neighbours[p]);
      double w = row.weights == null ? 1 : checkWeight(row.weights[p], p);
      double t = row.targets[p];
      for (int i = 0; i < rank; i++) {
        double yi = factors[y + i];
        double wyi = w * yi;
        b[i] += t * yi;
        for (int j = 0; j <= i; j++) {
          a[i * stride + j] += wyi * factors[y + j];
        }
      }
    }
  }

  final void checkRank(RowSystem row) {
    if (row.rank != rank) {
      throw new IllegalArgumentException(
          "a row of rank " + row.rank + " in equations of rank " + rank);
    }
  }

  /** Sets {@code A} to {@code G} and {@code b} to zero. */
  private void start(RowSystem row) {
    checkRank(row);
    gram = row.gram;
    if (gram == null) {
      Arrays.fill(a, 0);
    } else {
      for (int i = 0; i < rank; i++) {
        System.arraycopy(gram, i * rank, a, i * stride, i + 1);
      }
    }
    Arrays.fill(b, 0);
  }

  private static void checkWeights(float[] weights, int first, int length) {
    for (int p = first; p < first + length; p++) {
      checkWeight(weights[p], p);
    }
  }

  static float checkWeight(float w, int p) {
    if (!(w >= 0 && w <= Float.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "weight " + w + " at position " + p + ": expected at least 0 and finite");
    }
    return w;
  }

  /** Whether they were set by {@link #setExactly}. */
  final boolean isExact() {
    return exact;
  }

  /** The share of {@code G} in the diagonal element i of {@code A}. */
  final double gramDiagonal(int i) {
    return gram == null ? 0 : gram[i * rank + i];
  }

  /**
   * Copies the factor rows of {@code length} ≤ {@link #BATCH} neighbours, from position {@code
   * first} on, to the panel.
   */
  abstract void gather(FactorMatrix factors, int[] neighbours, int first, int length);

  /**
   * Writes rows of the panel, each times its weight, to {@link #weighted}.
   *
   * @param at the first of them
   * @param first its position among the weights
   */
  abstract void weigh(int at, float[] weights, int first, int length);

  /**
   * Writes the Gram matrix and the right-hand side of {@code length} rows of the panel, with
   * ratings from {@code first} on, to {@link #batchA} and {@link #batchB}.
   *
   * @param rows what the rows of the Gram matrix are multiplied with: {@link #panel} itself, or
   *     {@link #weighted}
   * @param at the first row in the panel
   */
  abstract void multiply(float[] rows, int at, float[] ratings, int first, int length);

  // Plain loops: vectors that convert float to double gained 0 to 8 %, as a batch is long.
  private void addBatch() {
    add(batchB, 0, b, 0, rank);
    for (int i = 0; i < rank; i++) {
      add(batchA, i * stride, a, i * stride, i + 1);
    }
  }

  /** Adds {@code count} floats to doubles. */
  static void add(float[] batch, int from, double[] sum, int to, int count) {
    for (int i = 0; i < count; i++) {
      sum[to + i] += batch[from + i];
    }
  }

  /** Rounds a solution to float; returns whether it is finite there. */
  static boolean round(double[] solution, float[] x, int offset) {
    boolean finite = true;
    for (int i = 0; i < solution.length; i++) {
      float xi = (float) solution[i];
      x[offset + i] = xi;
      finite &= Float.isFinite(xi);
    }
    return finite;
  }

  /** Returns {@code xᵀ A x − 2 bᵀ x} of the x that starts at an offset. */
  final double quadratic(float[] x, int offset) {
    Objects.checkFromIndexSize(offset, rank, x.length);
    double sum = 0;
    for (int i = 0; i < rank; i++) {
      double xi = x[offset + i];
      double left = dot(a, i * stride, x, offset, i) - b[i];
      sum += xi * (2 * left + a[i * stride + i] * xi);
    }
    return sum;
  }

  private static double dot(double[] a, int from, float[] x, int offset, int length) {
    double sum = 0;
    for (int j = 0; j < length; j++) {
      sum += a[from + j] * x[offset + j];
    }
    return sum;
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
