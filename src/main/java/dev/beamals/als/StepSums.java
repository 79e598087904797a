package dev.beamals.als;

import dev.beamals.ids.ArrayCoding;
import dev.beamals.linalg.ExactSum;
import dev.beamals.linalg.GramSum;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.jspecify.annotations.Nullable;

/**
 * What the rows of a side add up to after a half-step: of one block, or merged of several.
 *
 * <p>All sums are exact, so that they do not depend on blocks. They travel with the factors: who
 * needs the factors of a side needs what they add up to, and so no stage is added for it.
 */
final class StepSums {
  private long ids;
  private final ExactSum loss;
  private final ExactSum scaled;
  private final ExactSum squares;
  private @Nullable GramSum gram;
  private long positive;
  private long negative;
  private @Nullable String failure;

  StepSums() {
    this(new ExactSum(), new ExactSum(), new ExactSum());
  }

  private StepSums(ExactSum loss, ExactSum scaled, ExactSum squares) {
    this.loss = loss;
    this.scaled = scaled;
    this.squares = squares;
  }

  /** How many rows there are. */
  long ids() {
    return ids;
  }

  /** {@code Σ c (p − x·y)²} of all pairs of the rows. */
  double loss() {
    return loss.toDouble();
  }

  /** {@code Σ s |x|²}, s the part of the scale of λ that is of a row alone. */
  double scaled() {
    return scaled.toDouble();
  }

  /** {@code Σ |x|²}. */
  double squares() {
    return squares.toDouble();
  }

  /** {@code XᵀX}, or null where nobody needs it. */
  @Nullable GramSum gram() {
    return gram;
  }

  /** How many ratings are above 0, where they were counted. */
  long positive() {
    return positive;
  }

  /** How many ratings are below 0, where they were counted. */
  long negative() {
    return negative;
  }

  /**
   * Adds a row.
   *
   * @param scale s
   * @param x what is regularized of it
   */
  void addRow(double rowLoss, double scale, float[] x) {
    double sum = 0;
    for (float xi : x) {
      sum += (double) xi * xi;
    }
    ids++;
    loss.add(rowLoss);
    scaled.add(scale * sum);
    squares.add(sum);
  }

  /** Adds rows of which nothing but their number is known. */
  void addIds(int count) {
    ids += count;
  }

  /** Adds {@code XᵀX} of rows (rank). */
  void addGram(float[] rows, int rank) {
    if (gram == null) {
      gram = new GramSum(rank);
    }
    gram.add(rows);
  }

  /** Why a row could not be solved, of several the first in the order of texts; or null. */
  @Nullable String failure() {
    return failure;
  }

  /** Tells that a row could not be solved. */
  void fail(String why) {
    failure = failure == null || why.compareTo(failure) < 0 ? why : failure;
  }

  /** Counts ratings above and below 0. */
  void countSigns(float[] ratings) {
    for (float rating : ratings) {
      positive += rating > 0 ? 1 : 0;
      negative += rating < 0 ? 1 : 0;
    }
  }

  /**
   * Adds those of other rows.
   *
   * @param other Not modified
   */
  void merge(StepSums other) {
    ids += other.ids;
    loss.merge(other.loss);
    scaled.merge(other.scaled);
    squares.merge(other.squares);
    if (other.gram != null) {
      if (gram == null) {
        gram = new GramSum(other.gram.rank());
      }
      gram.merge(other.gram);
    }
    positive += other.positive;
    negative += other.negative;
    if (other.failure != null) {
      fail(other.failure);
    }
  }

  /** These and those of other rows. */
  StepSums plus(StepSums other) {
    StepSums both = new StepSums();
    both.merge(this);
    both.merge(other);
    return both;
  }

  /** Deterministic. */
  static final class Coder extends CustomCoder<StepSums> {
    private static final long serialVersionUID = 1L;
    private static final Coder INSTANCE = new Coder();
    private static final org.apache.beam.sdk.coders.Coder<@Nullable String> FAILURE =
        NullableCoder.of(StringUtf8Coder.of());

    static Coder of() {
      return INSTANCE;
    }

    @Override
    public void encode(StepSums sums, OutputStream out) throws IOException {
      ArrayCoding.write(new long[] {sums.ids, sums.positive, sums.negative}, out);
      ArrayCoding.write(sums.loss.toInts(), out);
      ArrayCoding.write(sums.scaled.toInts(), out);
      ArrayCoding.write(sums.squares.toInts(), out);
      ArrayCoding.write(sums.gram == null ? new int[0] : sums.gram.toInts(), out);
      FAILURE.encode(sums.failure, out);
    }

    @Override
    public StepSums decode(InputStream in) throws IOException {
      long[] counts = ArrayCoding.readLongs(in);
      StepSums sums =
          new StepSums(
              ExactSum.ofInts(ArrayCoding.readInts(in)),
              ExactSum.ofInts(ArrayCoding.readInts(in)),
              ExactSum.ofInts(ArrayCoding.readInts(in)));
      int[] gram = ArrayCoding.readInts(in);
      sums.gram = gram.length == 0 ? null : GramSum.ofInts(gram);
      sums.ids = counts[0];
      sums.positive = counts[1];
      sums.negative = counts[2];
      sums.failure = FAILURE.decode(in);
      return sums;
    }

    @Override
    public void verifyDeterministic() {}
  }
}
