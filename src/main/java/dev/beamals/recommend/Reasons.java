package dev.beamals.recommend;

import dev.beamals.NumbersCoder;
import dev.beamals.ids.ArrayCoding;
import dev.beamals.ids.Ids;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Why entries of {@link ScoredIds} have their scores: the ratings of their user, and what each
 * adds.
 *
 * <p>Those of entry {@code e} are {@code offsets[e]} to {@code offsets[e + 1]} of {@link #index},
 * {@link #ratings} and {@link #contributions}, the first of them the strongest. {@code fixed[e]},
 * their contributions and {@code rest[e]} add up to what a user with these ratings is predicted.
 * Immutable; the arrays are not to be written to.
 *
 * @param items those that the reasons point to
 * @param offsets where the reasons of each entry begin; one more than there are entries
 * @param index for each reason the index in {@link #items} of its item
 * @param ratings for each reason the rating
 * @param contributions for each reason what it adds to the prediction
 * @param fixed for each entry what no rating of the user adds: the mean and the bias of the item;
 *     NaN where there is nothing to explain by, as the user has no ratings or the score is NaN
 * @param rest for each entry what the ratings add that are not among its reasons
 * @param restCount for each entry how many those are
 * @param ignored for each user how many more ratings it has, of items without factors
 * @param rows what became of all ratings of the block
 */
public record Reasons(
    Ids items,
    int[] offsets,
    int[] index,
    float[] ratings,
    float[] contributions,
    double[] fixed,
    double[] rest,
    int[] restCount,
    int[] ignored,
    Rows rows) {

  /**
   * What became of the ratings that explain.
   *
   * @param used of the users that have scores, and of known items
   * @param ignored of items without factors
   * @param duplicates that were dropped
   * @param aggregated that became part of another
   */
  public record Rows(long used, long ignored, long duplicates, long aggregated) {
    static final Rows NONE = new Rows(0, 0, 0, 0);

    Rows plus(Rows other) {
      return new Rows(
          used + other.used,
          ignored + other.ignored,
          duplicates + other.duplicates,
          aggregated + other.aggregated);
    }
  }

  private static final NumbersCoder<Rows> ROWS = NumbersCoder.of(Rows.class);

  /** What the ratings of an entry's user add up to, with what is fixed; NaN without any. */
  public double total(int entry) {
    return fixed[entry] + shown(entry) + rest[entry];
  }

  /** What the reasons of an entry add up to. */
  public double shown(int entry) {
    double sum = 0;
    for (int r = offsets[entry]; r < offsets[entry + 1]; r++) {
      sum += contributions[r];
    }
    return sum;
  }

  void write(OutputStream out) throws IOException {
    ArrayCoding.write(items, out);
    ArrayCoding.write(offsets, out);
    ArrayCoding.write(index, out);
    ArrayCoding.write(ratings, out);
    ArrayCoding.write(contributions, out);
    write(fixed, out);
    write(rest, out);
    ArrayCoding.write(restCount, out);
    ArrayCoding.write(ignored, out);
    ROWS.encode(rows, out);
  }

  static Reasons read(InputStream in) throws IOException {
    return new Reasons(
        ArrayCoding.readIds(in),
        ArrayCoding.readInts(in),
        ArrayCoding.readInts(in),
        ArrayCoding.readFloats(in),
        ArrayCoding.readFloats(in),
        readDoubles(in),
        readDoubles(in),
        ArrayCoding.readInts(in),
        ArrayCoding.readInts(in),
        ROWS.decode(in));
  }

  private static void write(double[] values, OutputStream out) throws IOException {
    long[] bits = new long[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Double.doubleToRawLongBits(values[i]);
    }
    ArrayCoding.write(bits, out);
  }

  private static double[] readDoubles(InputStream in) throws IOException {
    long[] bits = ArrayCoding.readLongs(in);
    double[] values = new double[bits.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Double.longBitsToDouble(bits[i]);
    }
    return values;
  }
}
