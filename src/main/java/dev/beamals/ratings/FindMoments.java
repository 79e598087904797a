package dev.beamals.ratings;

import dev.beamals.CombineAll;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.jspecify.annotations.Nullable;

/**
 * Finds the moments from which on the latest rows are a share of all: the time of row ⌈f n⌉ of n
 * rows, the latest first. Rows of one time stay together, so at least f n rows are not earlier.
 *
 * <p>Exact in bounded memory: the bits of a double that is not negative are in the order of its
 * value, and four passes over the times count 16 bits of them each, of those times alone whose
 * higher bits are the moment's.
 */
final class FindMoments
    extends PTransform<PCollection<RatingBatch>, PCollection<SplitRatings.Report>> {
  private static final long serialVersionUID = 1L;
  private static final int DIGIT_BITS = 16;
  private static final int DIGITS = 1 << DIGIT_BITS;

  private final double[] fractions;
  private final SplitRatings.Report given;

  private FindMoments(double[] fractions, SplitRatings.Report given) {
    this.fractions = fractions;
    this.given = given;
  }

  /**
   * @param fractions those of validation and test rows together, and of test rows; 0 where the
   *     moments are given
   */
  static FindMoments create(double[] fractions, SplitRatings.Report given) {
    return new FindMoments(fractions, given);
  }

  @Override
  public PCollection<SplitRatings.Report> expand(PCollection<RatingBatch> input) {
    if (fractions[1] == 0) {
      return input
          .getPipeline()
          .apply("GivenMoments", Create.of(given).withCoder(SplitRatings.Report.coder()));
    }
    PCollection<long[]> found =
        input
            .getPipeline()
            .apply("KnowNothing", Create.of(new long[2 * fractions.length]).withCoder(new Longs()));
    for (int bits = DIGIT_BITS; bits <= Long.SIZE; bits += DIGIT_BITS) {
      String step = "Bits" + bits;
      PCollectionView<long[]> known = found.apply(step + "/ViewKnown", View.asSingleton());
      found =
          input
              .apply(step + "/Count", ParDo.of(new CountFn(bits, known)).withSideInputs(known))
              .setCoder(new Longs())
              .apply(
                  step + "/Sum",
                  CombineAll.create(new long[fractions.length * DIGITS], FindMoments::sum))
              .apply(
                  step + "/Find",
                  ParDo.of(new FindFn(bits, fractions, known)).withSideInputs(known))
              .setCoder(new Longs());
    }
    return found
        .apply("ToMoments", ParDo.of(new ToReportFn()))
        .setCoder(SplitRatings.Report.coder());
  }

  /** Counts the next digit of times whose digits so far are those of a moment. */
  static final class CountFn extends DoFn<RatingBatch, long[]> {
    private static final long serialVersionUID = 1L;
    private final int bits;
    private final PCollectionView<long[]> known;

    CountFn(int bits, PCollectionView<long[]> known) {
      this.bits = bits;
      this.known = known;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      c.output(count(c.element().times(), c.sideInput(known), bits));
    }
  }

  /**
   * @param known for each moment its first {@code bits − 16} bits and its rank among the times that
   *     have them
   */
  static long[] count(double[] times, long[] known, int bits) {
    int moments = known.length / 2;
    long[] counts = new long[moments * DIGITS];
    for (double time : times) {
      long value = Double.doubleToRawLongBits(time + 0.0) >>> (Long.SIZE - bits); // −0 is 0
      for (int m = 0; m < moments; m++) {
        if (value >>> DIGIT_BITS == known[2 * m]) {
          counts[m * DIGITS + (int) (value & (DIGITS - 1))]++;
        }
      }
    }
    return counts;
  }

  /** Finds the next digit of each moment. */
  static final class FindFn extends DoFn<long[], long[]> {
    private static final long serialVersionUID = 1L;
    private final int bits;
    private final double[] fractions;
    private final PCollectionView<long[]> known;

    FindFn(int bits, double[] fractions, PCollectionView<long[]> known) {
      this.bits = bits;
      this.fractions = fractions;
      this.known = known;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      c.output(find(c.element(), c.sideInput(known), bits == DIGIT_BITS ? fractions : null));
    }
  }

  /**
   * @param fractions in the first pass, whose counts are of all rows
   */
  static long[] find(long[] counts, long[] known, double @Nullable [] fractions) {
    long[] found = new long[known.length];
    for (int m = 0; m < known.length / 2; m++) {
      long rank = known[2 * m + 1];
      if (fractions != null) {
        long rows = 0;
        for (int digit = 0; digit < DIGITS; digit++) {
          rows += counts[m * DIGITS + digit];
        }
        rank = Math.max(1, (long) Math.ceil(fractions[m] * rows));
      }
      int digit = DIGITS - 1;
      for (; digit > 0 && rank > counts[m * DIGITS + digit]; digit--) {
        rank -= counts[m * DIGITS + digit];
      }
      found[2 * m] = known[2 * m] << DIGIT_BITS | digit;
      found[2 * m + 1] = rank;
    }
    return found;
  }

  static final class ToReportFn extends DoFn<long[], SplitRatings.Report> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element long[] found, OutputReceiver<SplitRatings.Report> out) {
      out.output(
          new SplitRatings.Report(
              0, 0, Double.longBitsToDouble(found[0]), Double.longBitsToDouble(found[2])));
    }
  }

  private static long[] sum(long[] left, long[] right) {
    long[] sum = left.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += right[i];
    }
    return sum;
  }

  /** Deterministic; zeros take no room. */
  private static final class Longs extends CustomCoder<long[]> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(long[] longs, OutputStream out) throws IOException {
      VarIntCoder.of().encode(longs.length, out);
      int zeros = 0;
      for (long value : longs) {
        if (value == 0) {
          zeros++;
        } else {
          VarIntCoder.of().encode(zeros, out);
          VarLongCoder.of().encode(value, out);
          zeros = 0;
        }
      }
      VarIntCoder.of().encode(zeros, out);
    }

    @Override
    public long[] decode(InputStream in) throws IOException {
      long[] longs = new long[VarIntCoder.of().decode(in)];
      int i = VarIntCoder.of().decode(in);
      while (i < longs.length) {
        longs[i] = VarLongCoder.of().decode(in);
        i += 1 + VarIntCoder.of().decode(in);
      }
      return longs;
    }

    @Override
    public void verifyDeterministic() {}
  }
}
