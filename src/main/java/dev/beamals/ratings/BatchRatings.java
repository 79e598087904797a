package dev.beamals.ratings;

import com.google.auto.value.AutoValue;
import dev.beamals.RunException;
import dev.beamals.ids.Hashes;
import dev.beamals.ids.IdDictionary;
import dev.beamals.ids.Ids;
import it.unimi.dsi.fastutil.doubles.DoubleArrayList;
import it.unimi.dsi.fastutil.floats.FloatArrayList;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Puts ratings together into batches of columns, in which they travel inside.
 *
 * <p>How they are spread over batches depends on the runner and changes no result. Each gets a
 * fingerprint, a hash of its user, item, rating and time: what is split by it, and dropped as a
 * duplicate, does not depend on batches either.
 *
 * <p>A rating that is not finite as a float, or whose user or item is empty, fails the run and is
 * named; {@link CheckRatings} puts such ratings aside before.
 */
@AutoValue
public abstract class BatchRatings
    extends PTransform<PCollection<Rating>, PCollection<RatingBatch>> {
  private static final long serialVersionUID = 1L;

  /** A batch is no longer: some MiB. */
  private static final int MOST = 1 << 18;

  abstract boolean pairs();

  abstract boolean times();

  public static BatchRatings create() {
    return new AutoValue_BatchRatings(false, false);
  }

  /** Takes users and items alone; then a rating may be NaN. */
  public BatchRatings withoutRatings() {
    return new AutoValue_BatchRatings(true, false);
  }

  /** Whether ratings keep their times; one without fails the run. */
  public BatchRatings withTimes(boolean times) {
    return new AutoValue_BatchRatings(pairs(), times);
  }

  @Override
  public PCollection<RatingBatch> expand(PCollection<Rating> ratings) {
    return ratings
        .apply("FillBatches", ParDo.of(new FillFn(pairs(), times())))
        .setCoder(RatingBatch.Coder.of());
  }

  static final class FillFn extends DoFn<Rating, RatingBatch> {
    private static final long serialVersionUID = 1L;
    private final boolean pairs;
    private final boolean times;
    private transient @Nullable Map<BoundedWindow, Columns> columns;

    FillFn(boolean pairs, boolean times) {
      this.pairs = pairs;
      this.times = times;
    }

    @StartBundle
    public void startBundle() {
      columns = new HashMap<>();
    }

    @ProcessElement
    public void processElement(
        @Element Rating rating, BoundedWindow window, OutputReceiver<RatingBatch> out) {
      Map<BoundedWindow, Columns> open = open();
      Columns filled = open.computeIfAbsent(window, w -> new Columns(pairs, times));
      filled.add(rating);
      if (filled.size() == MOST) {
        out.output(filled.finish());
      }
    }

    @FinishBundle
    public void finishBundle(FinishBundleContext c) {
      open()
          .forEach(
              (window, filled) -> {
                if (filled.size() > 0) {
                  c.output(filled.finish(), window.maxTimestamp(), window);
                }
              });
      columns = null;
    }

    private Map<BoundedWindow, Columns> open() {
      if (columns == null) {
        throw new IllegalStateException("no bundle was started");
      }
      return columns;
    }
  }

  /** The columns of a batch that is being filled. */
  private static final class Columns {
    private final boolean pairs;
    private final boolean times;
    private final IdDictionary userIds = new IdDictionary();
    private final IdDictionary itemIds = new IdDictionary();
    private final IntArrayList user = new IntArrayList();
    private final IntArrayList item = new IntArrayList();
    private final FloatArrayList rating = new FloatArrayList();
    private final LongArrayList fingerprint = new LongArrayList();
    private final DoubleArrayList time = new DoubleArrayList();

    Columns(boolean pairs, boolean times) {
      this.pairs = pairs;
      this.times = times;
    }

    int size() {
      return user.size();
    }

    void add(Rating row) {
      String defect = pairs ? row.idDefect() : row.defect();
      Instant instant = row.getTime();
      if (defect == null && times && instant == null) {
        defect = "it has no time; expected one to know which is the last";
      }
      if (defect != null) {
        throw new RunException(
            String.format(
                "the rating of user '%s' for item '%s': %s", row.getUser(), row.getItem(), defect));
      }
      user.add(userIds.codeOf(row.getUser()));
      item.add(itemIds.codeOf(row.getItem()));
      if (!pairs) {
        float value = (float) row.getRating();
        rating.add(value);
        fingerprint.add(fingerprint(row, value));
      }
      if (times && instant != null) {
        time.add(instant.getMillis() / 1000.0);
      }
    }

    private static long fingerprint(Rating row, float value) {
      long hash = Hashes.mix(Hashes.of(row.getUser()) + Hashes.GAMMA);
      hash = Hashes.mix(hash ^ Hashes.of(row.getItem()));
      hash = Hashes.mix(hash + Float.floatToIntBits(value));
      return row.getTime() == null ? hash : Hashes.mix(hash ^ ~row.getTime().getMillis());
    }

    RatingBatch finish() {
      int[] users = new int[user.size()];
      int[] items = new int[item.size()];
      Ids allUsers = userIds.finish(user, users);
      Ids allItems = itemIds.finish(item, items);
      RatingBatch batch =
          new RatingBatch(
                  allUsers,
                  allItems,
                  users,
                  items,
                  rating.toFloatArray(),
                  fingerprint.toLongArray())
              .withTimes(time.toDoubleArray());
      user.clear();
      item.clear();
      rating.clear();
      fingerprint.clear();
      time.clear();
      return batch;
    }
  }
}
