package dev.beamals.report;

import dev.beamals.report.Bins.Bin;
import java.util.ArrayList;
import java.util.List;

/** How a histogram of any numbers is cut into bars that can be read. */
final class Histogram {
  /** Where the largest are so many times the median, bars of equal width would show one bar. */
  private static final double LONG_TAIL = 20;

  private static final double TAIL = 0.005;

  private Histogram() {}

  /**
   * The numbers from one on to below another; or one number, if both are the same. The outermost
   * bars may be open: from −∞, to ∞.
   */
  record Bar(double from, double to, long count) {
    boolean isRange() {
      return from < to;
    }

    String name() {
      if (from == to) {
        return Text.place(from);
      }
      return Double.isInfinite(to)
          ? "≥ " + Text.place(from)
          : Double.isInfinite(from)
              ? "< " + Text.place(to)
              : Text.place(from) + "–" + Text.place(to);
    }
  }

  /**
   * The bars of some numbers: each number its own where there are at most {@code most}; else ranges
   * of one width; or, of numbers at least 0 of which some are far larger than most, ranges whose
   * ends double, and 0 by itself. The smallest and the largest share one bar at each end.
   */
  static List<Bar> of(Bins numbers, int most) {
    List<Bin> bins = numbers.toList();
    if (bins.size() <= most && bins.stream().allMatch(bin -> bin.low() == bin.high())) {
      return bins.stream().map(bin -> new Bar(bin.low(), bin.high(), bin.count())).toList();
    }
    double low = numbers.quantile(TAIL);
    double high = numbers.quantile(1 - TAIL);
    double median = numbers.quantile(0.5);
    List<Double> ends = new ArrayList<>();
    boolean doubling = bins.get(0).low() >= 0 && high > LONG_TAIL * median && high > 0;
    boolean zero = doubling && bins.get(0).low() == 0;
    if (doubling) {
      double least = lowPositive(bins);
      int to = Math.getExponent((float) high) + 1;
      int from = Math.max(Math.getExponent((float) least), to - most + 2);
      for (int e = from; e <= to; e++) {
        ends.add(Math.scalb(1.0, e));
      }
    } else {
      double width = roundWidth((high - low) / (most - 4));
      for (long n = (long) Math.floor(low / width); n <= (long) Math.ceil(high / width); n++) {
        ends.add(n * width);
      }
    }
    return cut(bins, ends, zero);
  }

  /** The number above 0 below which there are few of those above 0. */
  private static double lowPositive(List<Bin> bins) {
    List<Bin> positive = bins.stream().filter(bin -> bin.low() > 0).toList();
    double few = TAIL * positive.stream().mapToLong(Bin::count).sum();
    long before = 0;
    for (Bin bin : positive) {
      before += bin.count();
      if (before >= few) {
        return bin.low();
      }
    }
    return 1;
  }

  /** The next of 1, 2 and 5 times a power of ten. */
  private static double roundWidth(double width) {
    double unit = Math.pow(10, Math.floor(Math.log10(width > 0 ? width : 1)));
    for (double times : new double[] {1, 2, 5}) {
      if (times * unit >= width) {
        return times * unit;
      }
    }
    return 10 * unit;
  }

  private static List<Bar> cut(List<Bin> bins, List<Double> ends, boolean zero) {
    long[] counts = new long[ends.size() + 1];
    long zeros = 0;
    for (Bin bin : bins) {
      if (zero && bin.low() == 0) {
        zeros += bin.count();
        continue;
      }
      int place = 0;
      while (place < ends.size() && bin.low() >= ends.get(place)) {
        place++;
      }
      counts[place] += bin.count();
    }
    List<Bar> bars = new ArrayList<>();
    if (zero) {
      bars.add(new Bar(0, 0, zeros));
    }
    for (int place = 0; place < counts.length; place++) {
      boolean outer = place == 0 || place == counts.length - 1;
      if (!outer || counts[place] > 0) {
        bars.add(
            new Bar(
                place == 0 ? Double.NEGATIVE_INFINITY : ends.get(place - 1),
                place == counts.length - 1 ? Double.POSITIVE_INFINITY : ends.get(place),
                counts[place]));
      }
    }
    return bars;
  }
}
