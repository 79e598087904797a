package dev.beamals.ratings;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.ids.Hashes;
import dev.beamals.ids.Side;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Splits ratings at random into those to train on and those to test on.
 *
 * <p>A seeded hash of the whole input row decides, so a row falls on the same side whatever the
 * order, the files and the parallelism, and equal rows fall on the same side.
 */
@AutoValue
public abstract class SplitRatings extends PTransform<PCollection<RatingBatch>, PCollectionTuple> {
  private static final long serialVersionUID = 1L;
  private static final TupleTag<RatingBatch> TRAINING = new TupleTag<>("training") {};
  private static final TupleTag<RatingBatch> TEST = new TupleTag<>("test") {};

  abstract double testFraction();

  abstract long seed();

  abstract boolean byPair();

  /**
   * @param testFraction how many of the rows to test on, in (0, 1)
   * @param seed another seed gives another split
   */
  public static SplitRatings create(double testFraction, long seed) {
    checkArgument(testFraction > 0 && testFraction < 1, "testFraction %s", testFraction);
    return new AutoValue_SplitRatings(testFraction, seed, false);
  }

  /** Whether all rows of a user and an item fall on the same side, as where they are aggregated. */
  public SplitRatings withByPair(boolean byPair) {
    return new AutoValue_SplitRatings(testFraction(), seed(), byPair);
  }

  public static TupleTag<RatingBatch> training() {
    return TRAINING;
  }

  public static TupleTag<RatingBatch> test() {
    return TEST;
  }

  @Override
  public PCollectionTuple expand(PCollection<RatingBatch> input) {
    PCollectionTuple split =
        input.apply(
            "SplitByHash",
            ParDo.of(
                    new SplitFn(
                        testFraction(), Hashes.of("split") + Hashes.mix(seed() + 1), byPair()))
                .withOutputTags(TRAINING, TupleTagList.of(TEST)));
    split.get(TRAINING).setCoder(RatingBatch.Coder.of());
    split.get(TEST).setCoder(RatingBatch.Coder.of());
    return split;
  }

  static final class SplitFn extends DoFn<RatingBatch, RatingBatch> {
    private static final long serialVersionUID = 1L;
    private final double testFraction;
    private final long salt;
    private final boolean byPair;

    SplitFn(double testFraction, long salt, boolean byPair) {
      this.byPair = byPair;
      this.testFraction = testFraction;
      this.salt = salt;
    }

    @ProcessElement
    public void processElement(@Element RatingBatch batch, MultiOutputReceiver out) {
      int[] training = new int[batch.size()];
      int[] test = new int[batch.size()];
      int trainings = 0;
      int tests = 0;
      long[] fingerprints = byPair ? hashPairs(batch) : batch.fingerprints();
      for (int r = 0; r < batch.size(); r++) {
        if (Hashes.unit(Hashes.mix(fingerprints[r] ^ salt)) < testFraction) {
          test[tests++] = r;
        } else {
          training[trainings++] = r;
        }
      }
      if (trainings > 0) {
        out.get(TRAINING).output(batch.select(training, trainings));
      }
      if (tests > 0) {
        out.get(TEST).output(batch.select(test, tests));
      }
    }

    private static long[] hashPairs(RatingBatch batch) {
      long[] hashes = new long[batch.size()];
      for (int r = 0; r < hashes.length; r++) {
        hashes[r] =
            Hashes.mix(batch.ids(Side.USER).hash(batch.index(Side.USER)[r]) + Hashes.GAMMA)
                ^ batch.ids(Side.ITEM).hash(batch.index(Side.ITEM)[r]);
      }
      return hashes;
    }
  }
}
