package dev.beamals.ratings;

import dev.beamals.ids.ArrayCoding;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.CoderProvider;
import org.apache.beam.sdk.coders.CoderProviders;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.DefaultCoder;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * Some ratings, as primitive columns: the element in which ratings travel.
 *
 * <p>Row {@code r} says that user {@code users().get(user(r))} gave item {@code
 * items().get(item(r))} the rating {@code rating(r)}. Every id of {@link #users} and {@link #items}
 * occurs in a row. Immutable; the arrays given are kept, not copied, and must not be written to.
 */
@DefaultCoder(RatingBatch.Coder.class)
public final class RatingBatch {
  private final Ids users;
  private final Ids items;
  private final int[] user;
  private final int[] item;
  private final float[] rating;
  private final long[] fingerprint;
  private final double[] time;
  private final byte[] part;
  private final long[] place;
  private final RowTexts texts;

  /**
   * @param user for each row its index in {@code users}
   * @param item for each row its index in {@code items}
   * @param rating for each row its rating, or an empty array where there are only pairs
   * @param fingerprint for each row a hash of the whole input row, or an empty array
   */
  public RatingBatch(
      Ids users, Ids items, int[] user, int[] item, float[] rating, long[] fingerprint) {
    this(
        users,
        items,
        user,
        item,
        rating,
        fingerprint,
        new double[0],
        new byte[0],
        new long[0],
        RowTexts.none());
  }

  private RatingBatch(
      Ids users,
      Ids items,
      int[] user,
      int[] item,
      float[] rating,
      long[] fingerprint,
      double[] time,
      byte[] part,
      long[] place,
      RowTexts texts) {
    this.users = users;
    this.items = items;
    this.user = user;
    this.item = item;
    this.rating = rating;
    this.fingerprint = fingerprint;
    this.time = time;
    this.part = part;
    this.place = place;
    this.texts = texts;
  }

  /**
   * The same rows with their times.
   *
   * @param times for each row seconds since the epoch, or empty
   */
  public RatingBatch withTimes(double[] times) {
    return new RatingBatch(
        users, items, user, item, rating, fingerprint, times, part, place, texts);
  }

  /**
   * The same rows with the part of the split that their input says.
   *
   * @param parts for each row the ordinal of a {@link SplitRatings.Part}, or empty
   */
  public RatingBatch withParts(byte[] parts) {
    return new RatingBatch(
        users, items, user, item, rating, fingerprint, time, parts, place, texts);
  }

  /**
   * The same rows with where they were read.
   *
   * @param places for each row a number that only what read it can make sense of, or empty
   */
  public RatingBatch withPlaces(long[] places) {
    return new RatingBatch(
        users, items, user, item, rating, fingerprint, time, part, places, texts);
  }

  /**
   * The same rows with the texts of other columns.
   *
   * @param texts for each row, or none
   */
  public RatingBatch withTexts(RowTexts texts) {
    return new RatingBatch(users, items, user, item, rating, fingerprint, time, part, place, texts);
  }

  /**
   * The same rows with other ratings.
   *
   * @param ratings for each row its rating
   */
  public RatingBatch withRatings(float[] ratings) {
    return new RatingBatch(
        users, items, user, item, ratings, fingerprint, time, part, place, texts);
  }

  /** The number of rows. */
  public int size() {
    return user.length;
  }

  /** The distinct ids of {@code side}. */
  public Ids ids(Side side) {
    return side == Side.USER ? users : items;
  }

  /** For each row the index of its id in {@link #ids}. Not to be written to. */
  public int[] index(Side side) {
    return side == Side.USER ? user : item;
  }

  /** For each row its rating, or empty for pairs alone. Not to be written to. */
  public float[] ratings() {
    return rating;
  }

  /** For each row a hash of the whole input row, or empty. Not to be written to. */
  public long[] fingerprints() {
    return fingerprint;
  }

  /** For each row its time in seconds since the epoch, or empty. Not to be written to. */
  public double[] times() {
    return time;
  }

  /**
   * For each row the ordinal of the {@link SplitRatings.Part} that its input says, or empty. Not to
   * be written to.
   */
  public byte[] parts() {
    return part;
  }

  /** For each row where it was read, or empty. Not to be written to. */
  public long[] places() {
    return place;
  }

  /** For each row the texts of other columns, or none. */
  public RowTexts texts() {
    return texts;
  }

  /** The rows at the first {@code count} of these indices, which ascend strictly. */
  public RatingBatch select(int[] rows, int count) {
    if (count == size()) {
      return this;
    }
    int[] newUser = new int[count];
    int[] newItem = new int[count];
    float[] newRating = new float[rating.length == 0 ? 0 : count];
    long[] newFingerprint = new long[fingerprint.length == 0 ? 0 : count];
    double[] newTime = new double[time.length == 0 ? 0 : count];
    byte[] newPart = new byte[part.length == 0 ? 0 : count];
    long[] newPlace = new long[place.length == 0 ? 0 : count];
    for (int r = 0; r < count; r++) {
      newUser[r] = user[rows[r]];
      newItem[r] = item[rows[r]];
      if (newRating.length > 0) {
        newRating[r] = rating[rows[r]];
      }
      if (newFingerprint.length > 0) {
        newFingerprint[r] = fingerprint[rows[r]];
      }
      if (newTime.length > 0) {
        newTime[r] = time[rows[r]];
      }
      if (newPart.length > 0) {
        newPart[r] = part[rows[r]];
      }
      if (newPlace.length > 0) {
        newPlace[r] = place[rows[r]];
      }
    }
    return new RatingBatch(
        keepUsed(users, newUser),
        keepUsed(items, newItem),
        newUser,
        newItem,
        newRating,
        newFingerprint,
        newTime,
        newPart,
        newPlace,
        texts.select(rows, count));
  }

  /**
   * The same rows, ordered so that those of users who are close in the order of ids are close:
   * whoever takes them to where their users' rows are, then writes to a part of memory at a time
   * that a cache can hold. Without their parts, places and texts.
   */
  public RatingBatch orderByRanges() {
    int shift = rangeShift(users.size());
    if (users.size() >>> shift == 0) {
      return this;
    }
    int[] next = new int[(users.size() - 1 >>> shift) + 2];
    for (int u : user) {
      next[(u >>> shift) + 1]++;
    }
    for (int range = 1; range < next.length; range++) {
      next[range] += next[range - 1];
    }
    int[] to = new int[size()];
    for (int r = 0; r < to.length; r++) {
      to[r] = next[user[r] >>> shift]++;
    }
    return new RatingBatch(
            users,
            items,
            ordered(user, to),
            ordered(item, to),
            ordered(rating, to),
            ordered(fingerprint, to))
        .withTimes(ordered(time, to));
  }

  /**
   * By how many bits to shift a place among {@code ids} ids for the number of its range: a few
   * hundred ranges, or one where ids are so few that to order rows by them is of no use.
   */
  public static int rangeShift(int ids) {
    return ids <= 1 << 14 ? 31 : 24 - Integer.numberOfLeadingZeros(ids);
  }

  private static int[] ordered(int[] column, int[] to) {
    int[] ordered = new int[column.length];
    for (int r = 0; r < column.length; r++) {
      ordered[to[r]] = column[r];
    }
    return ordered;
  }

  private static float[] ordered(float[] column, int[] to) {
    float[] ordered = new float[column.length];
    for (int r = 0; r < column.length; r++) {
      ordered[to[r]] = column[r];
    }
    return ordered;
  }

  private static long[] ordered(long[] column, int[] to) {
    long[] ordered = new long[column.length];
    for (int r = 0; r < column.length; r++) {
      ordered[to[r]] = column[r];
    }
    return ordered;
  }

  private static double[] ordered(double[] column, int[] to) {
    double[] ordered = new double[column.length];
    for (int r = 0; r < column.length; r++) {
      ordered[to[r]] = column[r];
    }
    return ordered;
  }

  /** The same rows with user and item exchanged. */
  public RatingBatch transpose() {
    return new RatingBatch(items, users, item, user, rating, fingerprint, time, part, place, texts);
  }

  /** This batch without its fingerprints. */
  public RatingBatch withoutFingerprints() {
    return new RatingBatch(users, items, user, item, rating, new long[0], time, part, place, texts);
  }

  /**
   * The rows by the block of their user, when there are {@code blocks} of them.
   *
   * @return the blocks that have rows, by their numbers
   */
  public List<KV<Integer, RatingBatch>> partition(int blocks) {
    int[] block = new int[users.size()];
    for (int u = 0; u < block.length; u++) {
      block[u] = users.block(u, blocks);
    }
    int[][] rows = new int[blocks][];
    int[] counts = new int[blocks];
    for (int r = 0; r < user.length; r++) {
      int b = block[user[r]];
      if (rows[b] == null) {
        rows[b] = new int[2 * (user.length - r) / blocks + 16];
      } else if (counts[b] == rows[b].length) {
        rows[b] = Arrays.copyOf(rows[b], 2 * counts[b]);
      }
      rows[b][counts[b]++] = r;
    }
    List<KV<Integer, RatingBatch>> parts = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      if (counts[b] > 0) {
        parts.add(KV.of(b, select(rows[b], counts[b])));
      }
    }
    return parts;
  }

  /**
   * Drops the ids that no row uses.
   *
   * @param index Modified: made to point into the result
   */
  public static Ids keepUsed(Ids ids, int[] index) {
    int[] position = new int[ids.size()];
    for (int i : index) {
      position[i] = 1;
    }
    int[] used = new int[ids.size()];
    int count = 0;
    for (int i = 0; i < position.length; i++) {
      if (position[i] == 1) {
        position[i] = count;
        used[count++] = i;
      }
    }
    if (count == used.length) {
      return ids;
    }
    for (int r = 0; r < index.length; r++) {
      index[r] = position[index[r]];
    }
    return ids.select(Arrays.copyOf(used, count));
  }

  /** Columns in bulk; deterministic. */
  public static final class Coder extends CustomCoder<RatingBatch> {
    private static final Coder INSTANCE = new Coder();

    public static Coder of() {
      return INSTANCE;
    }

    /** Has Beam find this coder by itself. */
    public static CoderProvider getCoderProvider() {
      return CoderProviders.forCoder(TypeDescriptor.of(RatingBatch.class), INSTANCE);
    }

    @Override
    public void encode(RatingBatch batch, OutputStream out) throws IOException {
      ArrayCoding.write(batch.users, out);
      ArrayCoding.write(batch.items, out);
      ArrayCoding.write(batch.user, out);
      ArrayCoding.write(batch.item, out);
      ArrayCoding.write(batch.rating, out);
      ArrayCoding.write(batch.fingerprint, out);
      ArrayCoding.write(batch.part, out);
      ArrayCoding.write(batch.place, out);
      long[] bits = new long[batch.time.length];
      for (int r = 0; r < bits.length; r++) {
        bits[r] = Double.doubleToRawLongBits(batch.time[r]);
      }
      ArrayCoding.write(bits, out);
      batch.texts.write(out);
    }

    @Override
    public RatingBatch decode(InputStream in) throws IOException {
      return new RatingBatch(
              ArrayCoding.readIds(in),
              ArrayCoding.readIds(in),
              ArrayCoding.readInts(in),
              ArrayCoding.readInts(in),
              ArrayCoding.readFloats(in),
              ArrayCoding.readLongs(in))
          .withParts(ArrayCoding.readBytes(in))
          .withPlaces(ArrayCoding.readLongs(in))
          .withTimes(readTimes(in))
          .withTexts(RowTexts.read(in));
    }

    private static double[] readTimes(InputStream in) throws IOException {
      long[] bits = ArrayCoding.readLongs(in);
      double[] times = new double[bits.length];
      for (int r = 0; r < times.length; r++) {
        times[r] = Double.longBitsToDouble(bits[r]);
      }
      return times;
    }

    @Override
    public void verifyDeterministic() {}
  }
}
