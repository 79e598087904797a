package dev.beamals.als;

import dev.beamals.ids.ArrayCoding;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.jspecify.annotations.Nullable;

/**
 * How a training went: the objective after every half-step, and what else only it knows.
 *
 * <p>Immutable. Every number is the same with any number of blocks.
 */
public final class TrainingSummary {
  /** Numbers of a half-step: loss, Σ s |x|², Σ |x|², ids. */
  private static final int NUMBERS = 4;

  private final AlsParameters parameters;
  private final double[] numbers;
  private final long positive;
  private final long negative;
  private final double mean;
  private final @Nullable String failure;

  private TrainingSummary(
      AlsParameters parameters,
      double[] numbers,
      long positive,
      long negative,
      double mean,
      @Nullable String failure) {
    this.parameters = parameters;
    this.numbers = numbers;
    this.positive = positive;
    this.negative = negative;
    this.mean = mean;
    this.failure = failure;
  }

  /**
   * Before the first half-step.
   *
   * @param mean of the ratings, 0 where they are not centred
   */
  static TrainingSummary create(AlsParameters parameters, double mean) {
    return new TrainingSummary(parameters, new double[0], 0, 0, mean, null);
  }

  /**
   * With one more half-step; the first to be added is that of the initial factors. A half-step that
   * failed is not added, and none after it.
   */
  TrainingSummary with(StepSums sums) {
    if (failure != null) {
      return this;
    }
    if (sums.failure() != null) {
      return new TrainingSummary(parameters, numbers, positive, negative, mean, sums.failure());
    }
    double[] longer = Arrays.copyOf(numbers, numbers.length + NUMBERS);
    longer[numbers.length] = sums.loss();
    longer[numbers.length + 1] = sums.scaled();
    longer[numbers.length + 2] = sums.squares();
    longer[numbers.length + 3] = sums.ids();
    return new TrainingSummary(
        parameters, longer, positive + sums.positive(), negative + sums.negative(), mean, null);
  }

  /**
   * The objective after a half-step, {@code loss + regularization}.
   *
   * @param iteration from 1; first items are solved, then users
   * @param side which was solved
   * @param loss {@code Σ c (p − x·y)²}: of explicit ratings, the squared errors of the training
   * @param regularization {@code λ Σ s |x|²} of both sides
   */
  public record HalfStep(int iteration, Side side, double loss, double regularization)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    public double objective() {
      return loss + regularization;
    }
  }

  /** The half-steps that were done, in their order. */
  public List<HalfStep> halfSteps() {
    List<HalfStep> all = new ArrayList<>();
    for (int step = 1; step < steps(); step++) {
      all.add(halfStep(step));
    }
    return all;
  }

  /** How many iterations were done: fewer than asked for where a tolerance was reached. */
  public int iterations() {
    return steps() / 2;
  }

  /** How many ratings are below 0, of implicit feedback: they count as not preferred. */
  public long negativeRatings() {
    return negative;
  }

  /** The mean of the ratings where they are centred, else 0. */
  public double mean() {
    return mean;
  }

  /**
   * Why the training failed, where it is told here and did not fail the run, see {@link
   * Als#withFailuresTold}; else null.
   */
  public @Nullable String failure() {
    return failure;
  }

  /** How many half-steps are here, the initial factors among them. */
  int steps() {
    return numbers.length / NUMBERS;
  }

  /** How many ids the side of a half-step has. */
  long ids(int step) {
    return (long) number(step, 3);
  }

  /** How many ratings are above 0, where they were counted. */
  long positiveRatings() {
    return positive;
  }

  private double number(int step, int which) {
    return numbers[step * NUMBERS + which];
  }

  /** Of a half-step that is here; both sides must have been seen. */
  HalfStep halfStep(int step) {
    return new HalfStep(
        (step + 1) / 2,
        side(step),
        number(step, 0),
        regularization(step) + regularization(step - 1));
  }

  private static Side side(int step) {
    return step % 2 == 1 ? Side.ITEM : Side.USER;
  }

  private double regularization(int step) {
    // The other side never changes its ids; of the initial factors it is the next half-step.
    int other = step == 0 ? 1 : step - 1;
    double shared = other < steps() ? BlockSolver.sharedScale(parameters, ids(other)) : Double.NaN;
    return parameters.regParam(side(step)) * (number(step, 1) + shared * number(step, 2));
  }

  /** Whether the last half-step ended an iteration that lowered the objective too little. */
  boolean isConverged() {
    int last = steps() - 1;
    if (parameters.tolerance() == 0 || last < 4 || last % 2 != 0) {
      return false;
    }
    double before = halfStep(last - 2).objective();
    double after = halfStep(last).objective();
    return before - after < parameters.tolerance() * before;
  }

  /** For {@link dev.beamals.files.ResultFile}. */
  public static Coder<TrainingSummary> coder(AlsParameters parameters) {
    return new SummaryCoder(parameters);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TrainingSummary that
        && parameters.equals(that.parameters)
        && Arrays.equals(numbers, that.numbers)
        && positive == that.positive
        && negative == that.negative
        && mean == that.mean
        && Objects.equals(failure, that.failure);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(numbers);
  }

  /** Deterministic. */
  private static final class SummaryCoder extends CustomCoder<TrainingSummary> {
    private static final long serialVersionUID = 1L;
    private static final Coder<@Nullable String> FAILURE = NullableCoder.of(StringUtf8Coder.of());
    private final AlsParameters parameters;

    SummaryCoder(AlsParameters parameters) {
      this.parameters = parameters;
    }

    @Override
    public void encode(TrainingSummary summary, OutputStream out) throws IOException {
      long[] bits = new long[summary.numbers.length + 3];
      for (int i = 0; i < summary.numbers.length; i++) {
        bits[i + 3] = Double.doubleToRawLongBits(summary.numbers[i]);
      }
      bits[0] = summary.positive;
      bits[1] = summary.negative;
      bits[2] = Double.doubleToRawLongBits(summary.mean);
      ArrayCoding.write(bits, out);
      FAILURE.encode(summary.failure, out);
    }

    @Override
    public TrainingSummary decode(InputStream in) throws IOException {
      long[] bits = ArrayCoding.readLongs(in);
      double[] numbers = new double[bits.length - 3];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = Double.longBitsToDouble(bits[i + 3]);
      }
      return new TrainingSummary(
          parameters,
          numbers,
          bits[0],
          bits[1],
          Double.longBitsToDouble(bits[2]),
          FAILURE.decode(in));
    }

    @Override
    public void verifyDeterministic() {}

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof SummaryCoder that && parameters.equals(that.parameters);
    }

    @Override
    public int hashCode() {
      return parameters.hashCode();
    }
  }
}
