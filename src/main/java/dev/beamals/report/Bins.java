package dev.beamals.report;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.beamals.ids.ArrayCoding;
import dev.beamals.linalg.ExactSum;
import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.CustomCoder;
import org.jspecify.annotations.Nullable;

/**
 * Numbers in bins: how many there are in each, the least and the largest of them, and what was
 * measured with them.
 *
 * <p>A bin holds the numbers of the same sign, exponent and first {@code bits} bits of the
 * mantissa, so that nobody has to know their range beforehand: of 0 bits these are 1, 2 to below 4,
 * 4 to below 8 and so on; of 3 bits all bins of whole numbers up to 16 hold one of them; of 9 bits
 * a bin is at most 0.2% wide. Zero has a bin of its own. At most {@code 2⁹ × 2^bits} bins.
 *
 * <p>All sums are exact: bins that are added up in another order are the same.
 */
public final class Bins {
  private static final int MANTISSA_BITS = 23;

  private final int bits;
  private final Int2ObjectOpenHashMap<Cell> cells = new Int2ObjectOpenHashMap<>();

  /** One bin while numbers are added. */
  private static final class Cell {
    private long count;
    private float low = Float.POSITIVE_INFINITY;
    private float high = Float.NEGATIVE_INFINITY;
    private @Nullable ExactSum sum;
    private @Nullable ExactSum squares;

    void measure(double measure) {
      if (sum == null || squares == null) {
        sum = new ExactSum();
        squares = new ExactSum();
      }
      sum.add(measure);
      squares.add(measure * measure);
    }

    void add(Cell other) {
      count += other.count;
      low = Math.min(low, other.low);
      high = Math.max(high, other.high);
      if (other.sum != null && other.squares != null) {
        if (sum == null || squares == null) {
          sum = new ExactSum();
          squares = new ExactSum();
        }
        sum.merge(other.sum);
        squares.merge(other.squares);
      }
    }
  }

  /**
   * A bin, or several that are side by side.
   *
   * @param low the least number in it
   * @param high the largest
   * @param sum of what was measured
   * @param squares the sum of its squares
   */
  public record Bin(float low, float high, long count, double sum, double squares) {
    /** The mean of what was measured. */
    public double mean() {
      return sum / count;
    }

    /** The root of the mean square of what was measured. */
    public double rootMeanSquare() {
      return Math.sqrt(squares / count);
    }

    private Bin plus(Bin other) {
      return new Bin(
          Math.min(low, other.low),
          Math.max(high, other.high),
          count + other.count,
          sum + other.sum,
          squares + other.squares);
    }
  }

  private Bins(int bits) {
    this.bits = bits;
  }

  /**
   * No numbers yet.
   *
   * @param bits 0 to 12, of the mantissa
   */
  public static Bins create(int bits) {
    checkArgument(bits >= 0 && bits <= 12, "bits=%s: expected 0 to 12", bits);
    return new Bins(bits);
  }

  private int key(float number) {
    int order = Float.floatToIntBits(number + 0f); // −0 is 0
    return (order ^ (order >> 31 & Integer.MAX_VALUE)) >> (MANTISSA_BITS - bits);
  }

  private Cell cell(float number) {
    int key = key(number);
    Cell cell = cells.get(key);
    if (cell == null) {
      cell = new Cell();
      cells.put(key, cell);
    }
    cell.count++;
    cell.low = Math.min(cell.low, number + 0f);
    cell.high = Math.max(cell.high, number + 0f);
    return cell;
  }

  /**
   * Adds a number.
   *
   * @param number finite
   */
  public void add(float number) {
    cell(number);
  }

  /**
   * Adds a number with what was measured of it; of all numbers, or of none.
   *
   * @param number finite
   * @param measure so small that its square is finite
   */
  public void add(float number, double measure) {
    cell(number).measure(measure);
  }

  /**
   * Both together.
   *
   * @throws IllegalArgumentException if they are not of as many bits
   */
  public Bins plus(Bins other) {
    checkArgument(bits == other.bits, "%s bits and %s", bits, other.bits);
    Bins both = new Bins(bits);
    for (Bins one : List.of(this, other)) {
      one.cells.forEach(
          (key, cell) -> {
            Cell sum = both.cells.get(key.intValue());
            if (sum == null) {
              sum = new Cell();
              both.cells.put(key.intValue(), sum);
            }
            sum.add(cell);
          });
    }
    return both;
  }

  /** How many numbers were added. */
  public long count() {
    return cells.values().stream().mapToLong(cell -> cell.count).sum();
  }

  private int[] keys() {
    int[] keys = cells.keySet().toIntArray();
    Arrays.sort(keys);
    return keys;
  }

  /** The bins that hold anything, ascending. */
  public List<Bin> toList() {
    List<Bin> bins = new ArrayList<>();
    for (int key : keys()) {
      Cell cell = cells.get(key);
      bins.add(
          new Bin(
              cell.low,
              cell.high,
              cell.count,
              cell.sum == null ? 0 : cell.sum.toDouble(),
              cell.squares == null ? 0 : cell.squares.toDouble()));
    }
    return bins;
  }

  /**
   * The same with fewer bins where there are more than {@code most}: then neighbours are put
   * together until each has its share of all numbers.
   */
  public List<Bin> toList(int most) {
    List<Bin> all = toList();
    if (all.size() <= most) {
      return all;
    }
    List<Bin> few = new ArrayList<>();
    double share = (double) count() / most;
    long before = 0;
    Bin bin = null;
    for (Bin next : all) {
      bin = bin == null ? next : bin.plus(next);
      before += next.count();
      if (before >= share * (few.size() + 1)) {
        few.add(bin);
        bin = null;
      }
    }
    if (bin != null) {
      few.add(bin);
    }
    return few;
  }

  /**
   * The number below which a share of all numbers is, within the width of a bin.
   *
   * @param share 0 to 1
   */
  public float quantile(double share) {
    long before = 0;
    float high = Float.NaN;
    for (Bin bin : toList()) {
      before += bin.count();
      high = bin.high();
      if (before >= share * count()) {
        break;
      }
    }
    return high;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Bins that && bits == that.bits && toList().equals(that.toList());
  }

  @Override
  public int hashCode() {
    return toList().hashCode();
  }

  @Override
  public String toString() {
    return toList().toString();
  }

  /** Deterministic. */
  public static final class Coder extends CustomCoder<Bins> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(Bins bins, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      int[] keys = bins.keys();
      data.writeByte(bins.bits);
      ArrayCoding.write(keys, out);
      for (int key : keys) {
        Cell cell = bins.cells.get(key);
        data.writeLong(cell.count);
        data.writeFloat(cell.low);
        data.writeFloat(cell.high);
        data.writeBoolean(cell.sum != null);
        if (cell.sum != null && cell.squares != null) {
          ArrayCoding.write(cell.sum.toInts(), out);
          ArrayCoding.write(cell.squares.toInts(), out);
        }
      }
    }

    @Override
    public Bins decode(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      Bins bins = new Bins(data.readByte());
      for (int key : ArrayCoding.readInts(in)) {
        Cell cell = new Cell();
        cell.count = data.readLong();
        cell.low = data.readFloat();
        cell.high = data.readFloat();
        if (data.readBoolean()) {
          cell.sum = ExactSum.ofInts(ArrayCoding.readInts(in));
          cell.squares = ExactSum.ofInts(ArrayCoding.readInts(in));
        }
        bins.cells.put(key, cell);
      }
      return bins;
    }

    @Override
    public void verifyDeterministic() {}
  }
}
