package dev.beamals.csv;

import dev.beamals.ids.Hashes;
import dev.beamals.ids.Ids;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.RowTexts;
import dev.beamals.ratings.SplitRatings;
import it.unimi.dsi.fastutil.doubles.DoubleArrayList;
import it.unimi.dsi.fastutil.floats.FloatArrayList;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Collects rows of any kind of file into batches. Thread-confined, reused from batch to batch. */
final class RowColumns {
  /** How much of a rejected row is kept, and of a field in the reason. */
  private static final int REJECT_TEXT = 200;

  static final int FIELD_TEXT = 40;

  final IdColumn users;
  final IdColumn items;
  private final String file;
  private final boolean inRows;
  private final IntArrayList user = new IntArrayList();
  private final IntArrayList item = new IntArrayList();
  private final FloatArrayList rating = new FloatArrayList();
  private final LongArrayList fingerprint = new LongArrayList();
  private final DoubleArrayList timestamp = new DoubleArrayList();
  private final ByteArrayOutputStream part = new ByteArrayOutputStream();
  private final LongArrayList place = new LongArrayList();
  private final RowTexts.Builder texts;
  private final IntArrayList incomplete = new IntArrayList();
  private List<Reject> rejects = new ArrayList<>();
  private int unusable;
  private long scaledTimes;

  /**
   * @param inRows whether the file has rows without lines
   */
  RowColumns(String file, CsvLayout layout, boolean inRows) {
    this.file = file;
    this.inRows = inRows;
    this.texts = new RowTexts.Builder(layout.texts.length);
    this.users = new IdColumn(layout.format.userIds());
    this.items = new IdColumn(layout.format.itemIds());
  }

  /** How many rows were added. */
  int size() {
    return user.size();
  }

  /** Adds a row by the codes of its ids. What else is known of a row is added with each. */
  void add(int userCode, int itemCode) {
    user.add(userCode);
    item.add(itemCode);
  }

  void addRating(float value, long hash) {
    rating.add(value);
    fingerprint.add(hash);
  }

  /** Sets the hash of the row that was added last. */
  void hashLast(long hash) {
    fingerprint.set(fingerprint.size() - 1, hash);
  }

  /** Adds the seconds of a row. */
  void addTime(double seconds) {
    timestamp.add(seconds);
  }

  void addPart(SplitRatings.Part of) {
    part.write(of.ordinal());
  }

  void addPlace(long of) {
    place.add(of);
  }

  /** Adds the text of the next of the further columns of a row, in {@code bytes[from, to)}. */
  void addText(byte[] bytes, int from, int to) {
    texts.add(bytes, from, to);
  }

  /** Tells of the row that is added next that it has an empty column. */
  void markIncomplete() {
    incomplete.add(user.size());
  }

  /** Counts a row without a user, an item or a rating. */
  void addUnusable() {
    unusable++;
  }

  /** Counts a time in milliseconds or a smaller unit. */
  void addScaledTime() {
    scaledTimes++;
  }

  /**
   * Adds a row that cannot be read.
   *
   * @param bytes its text, in {@code [from, to)}
   * @return a hash of it
   */
  long reject(String defect, byte[] bytes, int from, int to, long chunk, long line) {
    int length = Math.min(REJECT_TEXT, to - from);
    String text = new String(bytes, from, length, StandardCharsets.UTF_8).stripTrailing();
    rejects.add(Reject.of(file, chunk, line, defect, Text.printable(text), inRows));
    return Hashes.of(bytes, from, length);
  }

  /** A column by its name, and what it holds. */
  static String describe(String column, String text) {
    return column + " \"" + Text.printable(text) + "\"";
  }

  /** All rows that were added since the last call. */
  RowBatch finish(long chunk, long lines, long sum) {
    int[] userIndex = new int[user.size()];
    int[] itemIndex = new int[item.size()];
    Ids allUsers = users.finish(user, userIndex);
    Ids allItems = items.finish(item, itemIndex);
    if (!rejects.isEmpty()) {
      // An id whose only row failed on the other is in the dictionary, but in no row.
      allUsers = RatingBatch.keepUsed(allUsers, userIndex);
      allItems = RatingBatch.keepUsed(allItems, itemIndex);
    }
    RatingBatch rows =
        new RatingBatch(
                allUsers,
                allItems,
                userIndex,
                itemIndex,
                rating.toFloatArray(),
                fingerprint.toLongArray())
            .withParts(part.toByteArray())
            .withPlaces(place.toLongArray())
            .withTexts(texts.finish());
    RowBatch batch =
        new RowBatch(
            file,
            chunk,
            lines,
            sum,
            rows,
            timestamp.toDoubleArray(),
            incomplete.toIntArray(),
            unusable,
            rejects,
            users.takeNotations(),
            items.takeNotations(),
            scaledTimes);
    user.clear();
    item.clear();
    rating.clear();
    fingerprint.clear();
    timestamp.clear();
    part.reset();
    place.clear();
    incomplete.clear();
    unusable = 0;
    scaledTimes = 0;
    rejects = new ArrayList<>();
    return batch;
  }
}
