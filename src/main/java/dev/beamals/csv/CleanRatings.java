package dev.beamals.csv;

import com.google.auto.value.AutoValue;
import dev.beamals.CombineAll;
import dev.beamals.ratings.RatingBatch;
import java.util.List;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Drops the rows that cannot be trained on, and counts each rule; the rules are those of {@link
 * LoadRatings}.
 *
 * <p>Every output has to be consumed: SparkRunner 2.70.0 mixes an unconsumed output into the first.
 */
@AutoValue
abstract class CleanRatings extends PTransform<PCollection<RowBatch>, PCollectionTuple> {
  private static final long serialVersionUID = 1L;
  private static final TupleTag<RatingBatch> RATINGS = new TupleTag<>("ratings") {};
  private static final TupleTag<List<Reject>> REJECTS = new TupleTag<>("rejects") {};
  private static final TupleTag<CleaningReport> REPORT = new TupleTag<>("report") {};

  abstract boolean dropMissing();

  abstract boolean times();

  static CleanRatings create() {
    return new AutoValue_CleanRatings(true, false);
  }

  /** Whether a row with any empty column is dropped. */
  CleanRatings withDropMissing(boolean dropMissing) {
    return new AutoValue_CleanRatings(dropMissing, times());
  }

  /** Whether ratings keep their times. */
  CleanRatings withTimes(boolean times) {
    return new AutoValue_CleanRatings(dropMissing(), times);
  }

  /** Tag of the clean ratings. */
  static TupleTag<RatingBatch> ratings() {
    return RATINGS;
  }

  /** Tag of the rows that could not be read: for each chunk of input that has any, all of them. */
  static TupleTag<List<Reject>> rejects() {
    return REJECTS;
  }

  /** Tag of the one report. */
  static TupleTag<CleaningReport> report() {
    return REPORT;
  }

  @Override
  public PCollectionTuple expand(PCollection<RowBatch> input) {
    PCollectionTuple cleaned =
        input.apply(
            "ApplyRules",
            ParDo.of(new CleanFn(dropMissing(), times()))
                .withOutputTags(RATINGS, TupleTagList.of(REJECTS).and(REPORT)));
    cleaned.get(RATINGS).setCoder(RatingBatch.Coder.of());
    cleaned.get(REJECTS).setCoder(ListCoder.of(Reject.Coder.of()));
    PCollection<CleaningReport> report =
        cleaned
            .get(REPORT)
            .setCoder(new CleaningReport.Coder())
            .apply(
                "CombineReports",
                CombineAll.create(new CleaningReport(), new CleaningReport.CombineFn()));
    return PCollectionTuple.of(RATINGS, cleaned.get(RATINGS))
        .and(REJECTS, cleaned.get(REJECTS))
        .and(REPORT, report);
  }

  static final class CleanFn extends DoFn<RowBatch, RatingBatch> {
    private static final long serialVersionUID = 1L;

    private final Counter rowsRead = Metrics.counter(LoadRatings.class, LoadRatings.ROWS_READ);
    private final Counter rejected = Metrics.counter(LoadRatings.class, "rejected");
    private final Counter missing = Metrics.counter(LoadRatings.class, "missing");
    private final Counter negativeTimestamp =
        Metrics.counter(LoadRatings.class, "negativeTimestamp");
    private final Counter notFinite = Metrics.counter(LoadRatings.class, "notFinite");

    private final boolean dropMissing;
    private final boolean times;

    CleanFn(boolean dropMissing, boolean times) {
      this.dropMissing = dropMissing;
      this.times = times;
    }

    @ProcessElement
    public void processElement(@Element RowBatch batch, MultiOutputReceiver out) {
      Cleaned cleaned = clean(times ? batch.withTimes() : batch, dropMissing);
      CleaningReport report = cleaned.report;
      rowsRead.inc(report.rowsRead());
      rejected.inc(report.rejected());
      missing.inc(report.missing());
      negativeTimestamp.inc(report.negativeTimestamp());
      notFinite.inc(report.notFinite());
      if (report.kept() > 0) {
        out.get(RATINGS).output(cleaned.rows);
      }
      if (!batch.rejects.isEmpty()) {
        out.get(REJECTS).output(batch.rejects);
      }
      out.get(REPORT).output(report);
    }
  }

  /** The rows of a batch that can be trained on, and what became of the others. */
  record Cleaned(RatingBatch rows, CleaningReport report) {}

  /** Applies the rules to the rows of a batch. */
  static Cleaned clean(RowBatch batch, boolean dropMissing) {
    RatingBatch rows = batch.rows;
    int[] incomplete = dropMissing ? batch.incomplete : new int[0];
    float[] ratings = rows.ratings();
    int empty = batch.unusable + incomplete.length;
    int negative = 0;
    int infinite = 0;
    boolean keepsAll =
        incomplete.length == 0 && ratings.length == 0 && batch.timestamps.length == 0;
    int count = keepsAll ? rows.size() : 0;
    int[] kept = new int[keepsAll ? 0 : rows.size()];
    boolean[] dropped = new boolean[kept.length];
    for (int row : incomplete) {
      dropped[row] = true;
    }
    for (int r = 0; r < kept.length; r++) {
      if (dropped[r]) {
        continue;
      }
      if (batch.timestamps.length > 0 && !(batch.timestamps[r] >= 0)) {
        negative++;
      } else if (ratings.length > 0 && !Float.isFinite(ratings[r])) {
        infinite++;
      } else {
        kept[count++] = r;
      }
    }
    return new Cleaned(
        rows.select(kept, count), CleaningReport.of(batch, empty, negative, infinite, count));
  }
}
