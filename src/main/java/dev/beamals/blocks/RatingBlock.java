package dev.beamals.blocks;

import dev.beamals.ids.ArrayCoding;
import dev.beamals.ids.DigitSort;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ids.Union;
import dev.beamals.ratings.RatingBatch;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.beam.sdk.coders.CoderProvider;
import org.apache.beam.sdk.coders.CoderProviders;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.DefaultCoder;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.Lists;
import org.jspecify.annotations.Nullable;

/**
 * All ratings of some ids of one side, as compressed sparse rows.
 *
 * <p>Row {@code s} holds the ratings of id {@code src().get(s)}: entries {@code offsets()[s]} to
 * {@code offsets()[s + 1]} of {@link #neighbours} (indices into {@link #dst}) and {@link #ratings}.
 * Rows are in the order of their ids, and the entries of a row in the order of neighbour, then
 * rating: a block depends on its ratings alone, never on how they arrived. Immutable; the arrays
 * are not to be written to.
 */
@DefaultCoder(RatingBlock.Coder.class)
public final class RatingBlock {
  private final Ids src;
  private final Ids dst;
  private final int[] offsets;
  private final int[] neighbours;
  private final float[] ratings;
  private final int duplicates;
  private final int aggregated;

  /** Made when they are first asked for. */
  private volatile @Nullable Links links;

  /** What becomes of the ratings of a user for an item, where there are several. */
  public enum Aggregate {
    /** All are kept, and each is trained on. */
    none,
    /** Their sum, as of plays. */
    sum,
    /** Their mean. */
    mean,
    /** The one with the latest time; of equal times the largest. */
    last
  }

  private RatingBlock(
      Ids src,
      Ids dst,
      int[] offsets,
      int[] neighbours,
      float[] ratings,
      int duplicates,
      int aggregated) {
    this.src = src;
    this.dst = dst;
    this.offsets = offsets;
    this.neighbours = neighbours;
    this.ratings = ratings;
    this.duplicates = duplicates;
    this.aggregated = aggregated;
  }

  /**
   * Groups the rows of {@code batches} by their ids of {@code side}.
   *
   * <p>Two counting passes put rows in place, then each row is sorted on its own.
   *
   * @param dropDuplicates whether rows with equal user, item, rating and fingerprint are kept once
   * @throws ArithmeticException if there are more than 2³¹ − 1 ratings
   */
  public static RatingBlock group(List<RatingBatch> batches, Side side, boolean dropDuplicates) {
    return group(batches, side, dropDuplicates, Aggregate.none);
  }

  /**
   * As {@link #group(List, Side, boolean)}, and several ratings of a pair become one, after
   * duplicates were dropped.
   */
  public static RatingBlock group(
      List<RatingBatch> batches, Side side, boolean dropDuplicates, Aggregate aggregate) {
    return groupHeld(
        Lists.transform(batches, batch -> () -> batch), side, dropDuplicates, aggregate);
  }

  /**
   * As {@link #group(List, Side, boolean, Aggregate)}, of batches that need not be in memory
   * together.
   *
   * @param batches asked for twice, one after the other
   */
  static RatingBlock groupHeld(
      List<? extends Supplier<RatingBatch>> batches,
      Side side,
      boolean dropDuplicates,
      Aggregate aggregate) {
    List<Ids> srcs = new ArrayList<>();
    List<Ids> dsts = new ArrayList<>();
    List<int[]> counts = new ArrayList<>();
    int count = 0;
    for (Supplier<RatingBatch> held : batches) {
      RatingBatch batch = held.get();
      srcs.add(batch.ids(side));
      dsts.add(batch.ids(side.other()));
      int[] batchCounts = new int[batch.ids(side).size()];
      countRows(batch.index(side), batchCounts);
      counts.add(batchCounts);
      count = Math.addExact(count, batch.size());
    }
    Union src = new Union(srcs);
    int rows = src.ids().size();
    int[] offsets = new int[rows + 1];
    for (int b = 0; b < batches.size(); b++) {
      addCounts(counts.get(b), src.positions(b), offsets);
    }
    counts.clear(); // before the other side's ids take their place
    for (int s = 0; s < rows; s++) {
      offsets[s + 1] += offsets[s];
    }
    Union dst = new Union(dsts);
    int[] next = Arrays.copyOf(offsets, rows);
    int[] neighbours = new int[count];
    float[] ratings = new float[count];
    long[] fingerprints = new long[dropDuplicates ? count : 0];
    double[] times = new double[aggregate == Aggregate.last ? count : 0];
    for (int b = 0; b < batches.size(); b++) {
      RatingBatch batch = batches.get(b).get();
      scatter(
          batch.index(side),
          src.positions(b),
          batch.index(side.other()),
          dst.positions(b),
          batch.ratings(),
          batch.fingerprints(),
          batch.times(),
          next,
          neighbours,
          ratings,
          fingerprints,
          times);
    }

    RowSorter sorter =
        new RowSorter(neighbours, ratings, fingerprints, times, aggregate, dst.ids().size());
    int kept = 0;
    for (int s = 0; s < rows; s++) {
      int from = offsets[s];
      offsets[s] = kept;
      kept = sorter.sort(from, offsets[s + 1], kept);
    }
    offsets[rows] = kept;
    return new RatingBlock(
        src.ids(),
        dst.ids(),
        offsets,
        kept == count ? neighbours : Arrays.copyOf(neighbours, kept),
        kept == count ? ratings : Arrays.copyOf(ratings, kept),
        count - kept - sorter.aggregated,
        sorter.aggregated);
  }

  // Loops of their own: a method of many is compiled anew for each of them, and takes long to.
  private static void countRows(int[] index, int[] counts) {
    for (int s : index) {
      counts[s]++;
    }
  }

  private static void addCounts(int[] counts, int[] position, int[] offsets) {
    for (int s = 0; s < counts.length; s++) {
      offsets[position[s] + 1] += counts[s];
    }
  }

  /**
   * Puts the ratings of a batch where their rows are.
   *
   * @param next Modified: where the next rating of a row goes
   */
  private static void scatter(
      int[] srcIndex,
      int[] srcPosition,
      int[] dstIndex,
      int[] dstPosition,
      float[] rating,
      long[] fingerprint,
      double[] time,
      int[] next,
      int[] neighbours,
      float[] ratings,
      long[] fingerprints,
      double[] times) {
    boolean rated = rating.length > 0;
    boolean compared = fingerprints.length > 0;
    boolean timed = times.length > 0;
    for (int r = 0; r < srcIndex.length; r++) {
      int p = next[srcPosition[srcIndex[r]]]++;
      neighbours[p] = dstPosition[dstIndex[r]];
      ratings[p] = rated ? rating[r] : 0;
      if (compared) {
        fingerprints[p] = fingerprint[r];
      }
      if (timed) {
        times[p] = time[r];
      }
    }
  }

  /** Sorts the entries of one row, and moves them down over those dropped before. */
  private static final class RowSorter {
    /** Rows of more are sorted by digits. */
    private static final int FEW = 64;

    private final int[] neighbours;
    private final float[] ratings;
    private final long[] fingerprints;
    private final double[] times;
    private final Aggregate aggregate;
    private final int bits;
    private final DigitSort digits = new DigitSort();
    private long[] keys = {};
    private float[] rowRatings = {};
    private long[] rowFingerprints = {};
    private double[] rowTimes = {};
    private int aggregated;

    /**
     * @param dst more than the largest neighbour
     */
    RowSorter(
        int[] neighbours,
        float[] ratings,
        long[] fingerprints,
        double[] times,
        Aggregate aggregate,
        int dst) {
      this.bits = Integer.SIZE - Integer.numberOfLeadingZeros(dst);
      this.neighbours = neighbours;
      this.ratings = ratings;
      this.fingerprints = fingerprints;
      this.times = times;
      this.aggregate = aggregate;
    }

    /**
     * @param kept where the row is to begin, at most {@code from}
     * @return where it ends
     */
    int sort(int from, int to, int kept) {
      int n = to - from;
      if (keys.length < n) {
        keys = new long[2 * n];
        rowRatings = new float[2 * n];
        rowFingerprints = new long[fingerprints.length == 0 ? 0 : 2 * n];
        rowTimes = new double[times.length == 0 ? 0 : 2 * n];
      }
      if (!makeKeys(from, n)) {
        if (n > FEW) {
          keys = digits.sort(keys, n, 32, bits);
        } else {
          Arrays.sort(keys, 0, n);
        }
      }
      System.arraycopy(ratings, from, rowRatings, 0, n);
      if (fingerprints.length > 0) {
        System.arraycopy(fingerprints, from, rowFingerprints, 0, n);
      }
      if (times.length > 0) {
        System.arraycopy(times, from, rowTimes, 0, n);
      }
      int out = kept;
      for (int i = 0, end; i < n; i = end) {
        int neighbour = (int) (keys[i] >>> 32);
        end = i + 1;
        while (end < n && (int) (keys[end] >>> 32) == neighbour) {
          end++;
        }
        if (end - i > 1) {
          sortTies(i, end);
          if (aggregate != Aggregate.none) {
            neighbours[out] = neighbour;
            ratings[out++] = aggregate(i, end);
            continue;
          }
        }
        for (int k = i; k < end; k++) {
          if (k > i && fingerprints.length > 0 && compare((int) keys[k - 1], (int) keys[k]) == 0) {
            continue; // the same row again
          }
          neighbours[out] = neighbour;
          ratings[out] = rowRatings[(int) keys[k]];
          if (fingerprints.length > 0) {
            fingerprints[out] = rowFingerprints[(int) keys[k]];
          }
          out++;
        }
      }
      return out;
    }

    /** The one rating of keys that are sorted, duplicates left out. */
    private float aggregate(int from, int to) {
      double sum = 0;
      int count = 0;
      int last = (int) keys[from];
      for (int k = from; k < to; k++) {
        int entry = (int) keys[k];
        if (k > from && fingerprints.length > 0 && compare((int) keys[k - 1], entry) == 0) {
          continue; // the same row again
        }
        sum += rowRatings[entry];
        count++;
        if (times.length > 0 && rowTimes[entry] >= rowTimes[last]) {
          last = entry;
        }
      }
      aggregated += count - 1;
      return aggregate == Aggregate.last
          ? rowRatings[last]
          : (float) (aggregate == Aggregate.mean ? sum / count : sum);
    }

    /** Makes the keys of a row; returns whether they are sorted. */
    private boolean makeKeys(int from, int n) {
      boolean sorted = true;
      int last = -1;
      for (int i = 0; i < n; i++) {
        int neighbour = neighbours[from + i];
        keys[i] = (long) neighbour << 32 | i;
        sorted &= last <= neighbour;
        last = neighbour;
      }
      return sorted;
    }

    /** Sorts the keys of one neighbour by rating, then fingerprint. */
    private void sortTies(int from, int to) {
      Long[] ties = new Long[to - from];
      for (int i = from; i < to; i++) {
        ties[i - from] = keys[i];
      }
      Arrays.sort(ties, (a, b) -> compare(a.intValue(), b.intValue()));
      for (int i = from; i < to; i++) {
        keys[i] = ties[i - from];
      }
    }

    private int compare(int a, int b) {
      int order = Float.compare(rowRatings[a], rowRatings[b]);
      return order != 0 || fingerprints.length == 0
          ? order
          : Long.compare(rowFingerprints[a], rowFingerprints[b]);
    }
  }

  /**
   * The same ratings seen from the other side, in batches for each of {@code blocks} blocks.
   *
   * @param side the side of {@link #src}
   * @param atOnce how many ratings are turned at a time, or those of one row where it has more:
   *     batches take more memory than they had here
   * @param out is given the number of a block and some of its ratings, at least one
   */
  void transpose(Side side, int blocks, int atOnce, BiConsumer<Integer, RatingBatch> out) {
    // By block, and within a block by ranges of ids, as RatingBatch.orderByRanges.
    int shift = RatingBatch.rangeShift(dst.size());
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(dst.size() - 1 >>> shift);
    int[] key = new int[dst.size()];
    for (int d = 0; d < key.length; d++) {
      key[d] = dst.block(d, blocks) << bits | d >>> shift;
    }
    for (int from = 0, to; from < src.size(); from = to) {
      to = from + 1;
      while (to < src.size() && offsets[to + 1] - offsets[from] <= atOnce) {
        to++;
      }
      transpose(side, from, to, blocks, bits, key, out);
    }
  }

  /**
   * Turns the ratings of rows {@code [from, to)}.
   *
   * @param bits of the number of a range
   * @param key for each of {@link #dst} its block, and its range in the lower bits
   */
  private void transpose(
      Side side,
      int from,
      int to,
      int blocks,
      int bits,
      int[] key,
      BiConsumer<Integer, RatingBatch> out) {
    int[] next = new int[blocks << bits];
    for (int p = offsets[from]; p < offsets[to]; p++) {
      next[key[neighbours[p]]]++;
    }
    int[] counts = new int[blocks];
    for (int k = 0; k < next.length; k++) {
      int b = k >>> bits;
      counts[b] += next[k];
      next[k] = counts[b] - next[k];
    }
    int[][] srcIndex = new int[blocks][];
    int[][] dstIndex = new int[blocks][];
    float[][] values = new float[blocks][];
    for (int b = 0; b < blocks; b++) {
      srcIndex[b] = new int[counts[b]];
      dstIndex[b] = new int[counts[b]];
      values[b] = new float[counts[b]];
    }
    for (int s = from; s < to; s++) {
      for (int p = offsets[s]; p < offsets[s + 1]; p++) {
        int k = key[neighbours[p]];
        int b = k >>> bits;
        int n = next[k]++;
        srcIndex[b][n] = s;
        dstIndex[b][n] = neighbours[p];
        values[b][n] = ratings[p];
      }
    }
    for (int b = 0; b < blocks; b++) {
      if (counts[b] > 0) {
        Ids srcs = RatingBatch.keepUsed(src, srcIndex[b]);
        Ids dsts = RatingBatch.keepUsed(dst, dstIndex[b]);
        out.accept(
            b,
            side == Side.USER
                ? new RatingBatch(srcs, dsts, srcIndex[b], dstIndex[b], values[b], new long[0])
                : new RatingBatch(dsts, srcs, dstIndex[b], srcIndex[b], values[b], new long[0]));
      }
    }
  }

  /** The same pairs; there is nothing but their ids and places. */
  RatingBlock withoutRatings() {
    return new RatingBlock(src, dst, offsets, neighbours, new float[0], 0, 0);
  }

  /**
   * The ratings whose neighbour is wanted; rows that have none are left out.
   *
   * @param wanted for each of {@link #dst} whether to keep it
   */
  public RatingBlock keepNeighbours(boolean[] wanted) {
    boolean[] rows = new boolean[src.size()];
    Arrays.fill(rows, true);
    return keep(rows, wanted);
  }

  /**
   * The ratings of some rows whose neighbour is wanted; rows that have none are left out.
   *
   * @param wantedRows for each of {@link #src} whether to keep it
   * @param wanted for each of {@link #dst} whether to keep it
   */
  RatingBlock keep(boolean[] wantedRows, boolean[] wanted) {
    int[] row = new int[src.size()];
    int[] kept = new int[size()];
    float[] keptRatings = new float[size()];
    int[] newOffsets = new int[src.size() + 1];
    int count = 0;
    int rows = 0;
    for (int s = 0; s < src.size(); s++) {
      int from = count;
      for (int p = offsets[s]; wantedRows[s] && p < offsets[s + 1]; p++) {
        if (wanted[neighbours[p]]) {
          kept[count] = neighbours[p];
          keptRatings[count++] = ratings[p];
        }
      }
      if (count > from) {
        row[rows++] = s;
        newOffsets[rows] = count;
      }
    }
    if (count == size()) {
      return this;
    }
    kept = Arrays.copyOf(kept, count);
    return new RatingBlock(
        src.select(Arrays.copyOf(row, rows)),
        RatingBatch.keepUsed(dst, kept),
        Arrays.copyOf(newOffsets, rows + 1),
        kept,
        Arrays.copyOf(keptRatings, count),
        duplicates,
        aggregated);
  }

  /** The ids that the rows belong to. */
  public Ids src() {
    return src;
  }

  /** The ids that the entries point to: those that occur here, and no others. */
  public Ids dst() {
    return dst;
  }

  /** Where each row begins; one more than there are rows. */
  public int[] offsets() {
    return offsets;
  }

  /** For each entry the index in {@link #dst} of its neighbour. */
  public int[] neighbours() {
    return neighbours;
  }

  public float[] ratings() {
    return ratings;
  }

  /**
   * How this block and those of the other side refer to each other; it is kept, as every half-step
   * of a training needs it.
   *
   * @param srcBlocks how many blocks its side has
   * @param dstBlocks how many blocks the other side has
   */
  public Links links(int srcBlocks, int dstBlocks) {
    Links known = links;
    if (known == null || !known.isOf(srcBlocks, dstBlocks)) {
      known = new Links(this, srcBlocks, dstBlocks);
      links = known;
    }
    return known;
  }

  /** The number of ratings. */
  public int size() {
    return ratings.length;
  }

  /** How many rows were dropped as duplicates when this block was made. */
  public int duplicates() {
    return duplicates;
  }

  /** How many ratings became part of another of the same pair when this block was made. */
  public int aggregated() {
    return aggregated;
  }

  /** Arrays in bulk; deterministic. */
  public static final class Coder extends CustomCoder<RatingBlock> {
    private static final Coder INSTANCE = new Coder();

    public static Coder of() {
      return INSTANCE;
    }

    /** Has Beam find this coder by itself. */
    public static CoderProvider getCoderProvider() {
      return CoderProviders.forCoder(TypeDescriptor.of(RatingBlock.class), INSTANCE);
    }

    @Override
    public void encode(RatingBlock block, OutputStream out) throws IOException {
      ArrayCoding.write(block.src, out);
      ArrayCoding.write(block.dst, out);
      ArrayCoding.write(block.offsets, out);
      ArrayCoding.write(block.neighbours, out);
      ArrayCoding.write(block.ratings, out);
      ArrayCoding.write(new int[] {block.duplicates, block.aggregated}, out);
    }

    @Override
    public RatingBlock decode(InputStream in) throws IOException {
      Ids src = ArrayCoding.readIds(in);
      Ids dst = ArrayCoding.readIds(in);
      int[] offsets = ArrayCoding.readInts(in);
      int[] neighbours = ArrayCoding.readInts(in);
      float[] ratings = ArrayCoding.readFloats(in);
      int[] dropped = ArrayCoding.readInts(in);
      return new RatingBlock(src, dst, offsets, neighbours, ratings, dropped[0], dropped[1]);
    }

    @Override
    public void verifyDeterministic() {}
  }
}
