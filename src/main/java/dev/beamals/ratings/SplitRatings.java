package dev.beamals.ratings;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.CombineAll;
import dev.beamals.ids.Hashes;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.jspecify.annotations.Nullable;

/**
 * Splits ratings into those to train on, those to choose a model on, and those to test it on.
 *
 * <p>Each {@link Mode} is a rule that depends on the rows and the seed alone: a row falls on the
 * same side whatever the order, the files, the batches and the parallelism. Rows that are equal in
 * all columns fall on the same side, but for {@link Mode#time} and {@link Mode#column}, where they
 * do so by themselves.
 *
 * <pre>{@code
 * PCollectionTuple split =
 *     ratings.apply(
 *         "Split",
 *         SplitRatings.create(SplitRatings.Mode.latest, 42).withTest(SplitRatings.Share.rows(1)));
 * PCollection<RatingBatch> training = split.get(SplitRatings.training());
 * }</pre>
 *
 * <p>All outputs have to be consumed: SparkRunner 2.70.0 mixes an unconsumed output into another.
 * There is a {@link #validation} where one was asked for and of {@link Mode#column}, and a {@link
 * #report} of {@link Mode#user}, {@link Mode#latest} and {@link Mode#time}.
 *
 * <p>Meng et al., <i>Exploring Data Splitting Strategies for the Evaluation of Recommendation
 * Models</i>, 2020, tells what the modes are for, and what leaks.
 */
@AutoValue
public abstract class SplitRatings extends PTransform<PCollection<RatingBatch>, PCollectionTuple> {
  private static final long serialVersionUID = 1L;
  private static final TupleTag<RatingBatch> TRAINING = new TupleTag<>("training") {};
  private static final TupleTag<RatingBatch> VALIDATION = new TupleTag<>("validation") {};
  private static final TupleTag<RatingBatch> TEST = new TupleTag<>("test") {};
  private static final TupleTag<Report> REPORT = new TupleTag<>("report") {};

  /** What decides which part a row is in. */
  public enum Mode {
    /** Each row by its own hash: a share of all rows. */
    random,
    /** Of each user so many rows, or a share of them, at random. */
    user,
    /** Of each user so many rows, or a share of them, the latest; of equal times at random. */
    latest,
    /** All rows from a moment on, or the latest share of all rows: nothing leaks from later. */
    time,
    /** A column of the input says it. */
    column
  }

  /** A part of a split, in the words of the input. */
  public enum Part {
    train,
    validation,
    test;

    /** The part that a field means, whatever its case, or null. */
    public static @Nullable Part of(String field) {
      return switch (field.toLowerCase(Locale.ROOT)) {
        case "train" -> train;
        case "validation" -> validation;
        case "test" -> test;
        default -> null;
      };
    }
  }

  /**
   * How much a part takes: exactly one of these is set, or none.
   *
   * @param fraction a share in (0, 1), or 0
   * @param rows so many rows of each user, or 0
   * @param from all rows from this moment on (seconds since the epoch), or NaN
   */
  public record Share(double fraction, int rows, double from) implements Serializable {
    private static final Share NONE = new Share(0, 0, Double.NaN);

    public static Share none() {
      return NONE;
    }

    /**
     * @param fraction in (0, 1)
     */
    public static Share fraction(double fraction) {
      checkArgument(fraction > 0 && fraction < 1, "fraction %s: expected 0 to 1", fraction);
      return new Share(fraction, 0, Double.NaN);
    }

    /**
     * @param rows at least 1
     */
    public static Share rows(int rows) {
      checkArgument(rows >= 1, "rows %s: expected at least 1", rows);
      return new Share(0, rows, Double.NaN);
    }

    /**
     * @param seconds since the epoch
     */
    public static Share from(double seconds) {
      checkArgument(Double.isFinite(seconds), "from %s: expected seconds", seconds);
      return new Share(0, 0, seconds);
    }

    public boolean isNone() {
      return equals(NONE);
    }

    /** How many of {@code count} rows of a user: a fraction of them rounded, halves up. */
    int of(int count) {
      return rows > 0 ? rows : (int) Math.floor(fraction * count + 0.5);
    }
  }

  /**
   * What became of a split.
   *
   * @param users how many users have rows; 0 where they do not matter
   * @param smallUsers how many of them had too few rows to be split: all of theirs are trained on
   * @param validationFrom the first moment of the validation rows in seconds since the epoch, or
   *     NaN where time does not decide
   * @param testFrom the same of the test rows
   */
  public record Report(long users, long smallUsers, double validationFrom, double testFrom) {
    /** For a file of the report. */
    public static ReportCoder coder() {
      return new ReportCoder();
    }

    private Report plusUsers(Report other) {
      return new Report(users + other.users, smallUsers + other.smallUsers, Double.NaN, Double.NaN);
    }
  }

  abstract Mode mode();

  abstract long seed();

  abstract Share testShare();

  abstract Share validationShare();

  abstract boolean byPair();

  abstract int numBlocks();

  /** A split that still has to be told what to hold out, unless a column says it. */
  public static SplitRatings create(Mode mode, long seed) {
    return new AutoValue_SplitRatings.Builder()
        .setMode(mode)
        .setSeed(seed)
        .setTestShare(Share.none())
        .setValidationShare(Share.none())
        .setByPair(false)
        .setNumBlocks(8)
        .build();
  }

  /**
   * A split of all rows at random.
   *
   * @param testFraction how many of the rows to test on, in (0, 1)
   * @param seed another seed gives another split
   */
  public static SplitRatings create(double testFraction, long seed) {
    return create(Mode.random, seed).withTest(Share.fraction(testFraction));
  }

  /** How much is tested on. */
  public SplitRatings withTest(Share test) {
    return toBuilder().setTestShare(test).build();
  }

  /** How much models are chosen on; of times, what comes right before the test rows. */
  public SplitRatings withValidation(Share validation) {
    return toBuilder().setValidationShare(validation).build();
  }

  /**
   * Whether all rows of a user and an item fall on the same side, as where they are aggregated: by
   * {@link Mode#random}, {@link Mode#user} and {@link Mode#latest}, where they count as one row,
   * whose time is the latest of theirs.
   */
  public SplitRatings withByPair(boolean byPair) {
    return toBuilder().setByPair(byPair).build();
  }

  /** Blocks of users that work is spread over where it goes by user: never a result. */
  public SplitRatings withNumBlocks(int numBlocks) {
    checkArgument(numBlocks >= 1, "numBlocks %s: expected at least 1", numBlocks);
    return toBuilder().setNumBlocks(numBlocks).build();
  }

  public static TupleTag<RatingBatch> training() {
    return TRAINING;
  }

  public static TupleTag<RatingBatch> validation() {
    return VALIDATION;
  }

  public static TupleTag<RatingBatch> test() {
    return TEST;
  }

  /** Tag of the one report. */
  public static TupleTag<Report> report() {
    return REPORT;
  }

  @Override
  public PCollectionTuple expand(PCollection<RatingBatch> input) {
    checkShares();
    return switch (mode()) {
      case random -> outputs(input.apply("SplitByHash", parDo(new HashFn(this))));
      case column -> outputs(input.apply("SplitByColumn", parDo(new ColumnFn())));
      case time -> splitByTime(input);
      case user, latest -> splitByUser(input);
    };
  }

  private void checkShares() {
    checkArgument(
        mode() == Mode.column ? testShare().isNone() : !testShare().isNone(),
        "mode %s with test %s",
        mode(),
        testShare());
    for (Share share : List.of(testShare(), validationShare())) {
      boolean fits =
          share.isNone()
              || (share.fraction() > 0 && mode() != Mode.column)
              || (share.rows() > 0 && (mode() == Mode.user || mode() == Mode.latest))
              || (Double.isFinite(share.from()) && mode() == Mode.time);
      checkArgument(fits, "mode %s with %s", mode(), share);
    }
    checkArgument(
        testShare().fraction() + validationShare().fraction() < 1,
        "test %s and validation %s: nothing is left",
        testShare(),
        validationShare());
    checkArgument(
        validationShare().isNone()
            || mode() != Mode.time
            || (testShare().fraction() > 0) == (validationShare().fraction() > 0),
        "test %s and validation %s: expected two fractions or two moments",
        testShare(),
        validationShare());
    checkArgument(
        !(validationShare().from() >= testShare().from()),
        "validation %s: expected before test %s",
        validationShare(),
        testShare());
  }

  private boolean validates() {
    return mode() == Mode.column || !validationShare().isNone();
  }

  private <InputT> ParDo.MultiOutput<InputT, RatingBatch> parDo(DoFn<InputT, RatingBatch> fn) {
    TupleTagList others = TupleTagList.of(TEST);
    return ParDo.of(fn).withOutputTags(TRAINING, validates() ? others.and(VALIDATION) : others);
  }

  private static PCollectionTuple outputs(PCollectionTuple split) {
    for (TupleTag<RatingBatch> tag : List.of(TRAINING, VALIDATION, TEST)) {
      if (split.has(tag)) {
        split.get(tag).setCoder(RatingBatch.Coder.of());
      }
    }
    return split;
  }

  private PCollectionTuple splitByTime(PCollection<RatingBatch> input) {
    double[] fractions = {
      testShare().fraction() + validationShare().fraction(), testShare().fraction()
    };
    Report given = new Report(0, 0, validationShare().from(), testShare().from());
    PCollection<Report> report =
        input
            .apply("FindMoments", FindMoments.create(fractions, given))
            .setCoder(new ReportCoder());
    PCollectionView<Report> moments = report.apply("ViewMoments", View.asSingleton());
    PCollectionTuple split =
        outputs(
            input.apply(
                "SplitByTime", parDo(new TimeFn(validates(), moments)).withSideInputs(moments)));
    return split.and(REPORT, report);
  }

  private PCollectionTuple splitByUser(PCollection<RatingBatch> input) {
    ParDo.SingleOutput<KV<Integer, Iterable<RatingBatch>>, RatingBatch> byUser =
        ParDo.of(new UserFn(this));
    TupleTagList others = TupleTagList.of(TEST).and(REPORT);
    PCollectionTuple split =
        input
            .apply("PartitionByUser", ParDo.of(new PartitionFn(numBlocks())))
            .setCoder(KvCoder.of(VarIntCoder.of(), RatingBatch.Coder.of()))
            .apply("GroupByBlock", GroupByKey.create())
            .apply(
                "SplitEachUser",
                byUser.withOutputTags(TRAINING, validates() ? others.and(VALIDATION) : others));
    PCollection<Report> report =
        split
            .get(REPORT)
            .setCoder(new ReportCoder())
            .apply(
                "SumReports",
                CombineAll.create(new Report(0, 0, Double.NaN, Double.NaN), Report::plusUsers));
    PCollectionTuple parts = PCollectionTuple.empty(input.getPipeline());
    for (TupleTag<RatingBatch> tag : List.of(TRAINING, VALIDATION, TEST)) {
      if (split.has(tag)) {
        parts = parts.and(tag, split.get(tag));
      }
    }
    return outputs(parts).and(REPORT, report);
  }

  /** What the hashes of rows are mixed with. */
  private long salt() {
    return Hashes.of("split") + Hashes.mix(seed() + 1);
  }

  /** For each row a hash that decides where chance does: of the whole row, or of its pair. */
  private long[] hashes(RatingBatch batch) {
    long salt = salt();
    long[] hashes = byPair() ? hashPairs(batch) : batch.fingerprints().clone();
    for (int r = 0; r < hashes.length; r++) {
      hashes[r] = Hashes.mix(hashes[r] ^ salt);
    }
    return hashes;
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

  /**
   * Cuts a batch into its parts.
   *
   * @param parts for each row the ordinal of its part
   */
  private static void output(RatingBatch batch, byte[] parts, DoFn.MultiOutputReceiver out) {
    for (Part part : Part.values()) {
      int[] rows = new int[batch.size()];
      int count = 0;
      for (int r = 0; r < parts.length; r++) {
        if (parts[r] == part.ordinal()) {
          rows[count++] = r;
        }
      }
      if (count > 0) {
        TupleTag<RatingBatch> tag =
            part == Part.train ? TRAINING : part == Part.test ? TEST : VALIDATION;
        out.get(tag).output(batch.select(rows, count));
      }
    }
  }

  static final class HashFn extends DoFn<RatingBatch, RatingBatch> {
    private static final long serialVersionUID = 1L;
    private final SplitRatings split;

    HashFn(SplitRatings split) {
      this.split = split;
    }

    @ProcessElement
    public void processElement(@Element RatingBatch batch, MultiOutputReceiver out) {
      double test = split.testShare().fraction();
      double heldOut = test + split.validationShare().fraction();
      long[] hashes = split.hashes(batch);
      byte[] parts = new byte[hashes.length];
      for (int r = 0; r < parts.length; r++) {
        double unit = Hashes.unit(hashes[r]);
        Part part = unit < test ? Part.test : unit < heldOut ? Part.validation : Part.train;
        parts[r] = (byte) part.ordinal();
      }
      SplitRatings.output(batch, parts, out);
    }
  }

  static final class ColumnFn extends DoFn<RatingBatch, RatingBatch> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element RatingBatch batch, MultiOutputReceiver out) {
      SplitRatings.output(batch, batch.parts(), out);
    }
  }

  static final class TimeFn extends DoFn<RatingBatch, RatingBatch> {
    private static final long serialVersionUID = 1L;
    private final boolean validates;
    private final PCollectionView<Report> moments;

    TimeFn(boolean validates, PCollectionView<Report> moments) {
      this.validates = validates;
      this.moments = moments;
    }

    @ProcessElement
    public void processElement(ProcessContext c, MultiOutputReceiver out) {
      RatingBatch batch = c.element();
      Report from = c.sideInput(moments);
      byte[] parts = new byte[batch.size()];
      for (int r = 0; r < parts.length; r++) {
        double time = batch.times()[r];
        Part part =
            time >= from.testFrom
                ? Part.test
                : validates && time >= from.validationFrom ? Part.validation : Part.train;
        parts[r] = (byte) part.ordinal();
      }
      SplitRatings.output(batch, parts, out);
    }
  }

  static final class PartitionFn extends DoFn<RatingBatch, KV<Integer, RatingBatch>> {
    private static final long serialVersionUID = 1L;
    private final int numBlocks;

    PartitionFn(int numBlocks) {
      this.numBlocks = numBlocks;
    }

    @ProcessElement
    public void processElement(
        @Element RatingBatch batch, OutputReceiver<KV<Integer, RatingBatch>> out) {
      batch.partition(numBlocks).forEach(out::output);
    }
  }

  static final class UserFn extends DoFn<KV<Integer, Iterable<RatingBatch>>, RatingBatch> {
    private static final long serialVersionUID = 1L;
    private final SplitRatings split;

    UserFn(SplitRatings split) {
      this.split = split;
    }

    @ProcessElement
    public void processElement(
        @Element KV<Integer, Iterable<RatingBatch>> block, MultiOutputReceiver out) {
      List<RatingBatch> batches = new ArrayList<>();
      List<long[]> hashes = new ArrayList<>();
      for (RatingBatch batch : block.getValue()) { // once: Spark's values are lazy
        batches.add(batch);
        hashes.add(split.hashes(batch));
      }
      UserSplit users =
          new UserSplit(
              split.testShare(),
              split.validationShare(),
              split.mode() == Mode.latest,
              batches,
              hashes);
      for (int b = 0; b < batches.size(); b++) {
        SplitRatings.output(batches.get(b), users.parts(b), out);
      }
      out.get(REPORT).output(new Report(users.users(), users.smallUsers(), Double.NaN, Double.NaN));
    }
  }

  /** Deterministic. */
  public static final class ReportCoder extends CustomCoder<Report> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(Report report, OutputStream out) throws IOException {
      VarLongCoder.of().encode(report.users, out);
      VarLongCoder.of().encode(report.smallUsers, out);
      DoubleCoder.of().encode(report.validationFrom, out);
      DoubleCoder.of().encode(report.testFrom, out);
    }

    @Override
    public Report decode(InputStream in) throws IOException {
      return new Report(
          VarLongCoder.of().decode(in),
          VarLongCoder.of().decode(in),
          DoubleCoder.of().decode(in),
          DoubleCoder.of().decode(in));
    }

    @Override
    public void verifyDeterministic() {}
  }

  abstract Builder toBuilder();

  @AutoValue.Builder
  abstract static class Builder {
    abstract Builder setMode(Mode mode);

    abstract Builder setSeed(long seed);

    abstract Builder setTestShare(Share test);

    abstract Builder setValidationShare(Share validation);

    abstract Builder setByPair(boolean byPair);

    abstract Builder setNumBlocks(int numBlocks);

    abstract SplitRatings build();
  }
}
