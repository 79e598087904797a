package dev.beamals.ids;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An immutable sorted set of user or item ids.
 *
 * <p>An id is any string. A string that is a plain int ({@code 0}, {@code -7}, {@code 6523}; not
 * {@code 007}, {@code +7} or {@code 3000000000}) is kept as an int. The order is: ints by value,
 * then the other strings by {@link String#compareTo}. It is an order of all ids, so that it depends
 * on nothing but the ids themselves, and ids that are all ints stay ints without a map of them
 * anywhere.
 */
public final class Ids implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int[] ints;
  private final String[] strings;

  /**
   * @param ints strictly ascending; kept, not copied
   * @param strings strictly ascending, none of them a plain int; kept, not copied
   */
  Ids(int[] ints, String[] strings) {
    this.ints = ints;
    this.strings = strings;
  }

  /** The set of these ids; duplicates count once. */
  public static Ids of(String... ids) {
    int[] ints = new int[ids.length];
    String[] strings = new String[ids.length];
    int i = 0;
    int s = 0;
    for (String id : ids) {
      if (isPlainInt(id)) {
        ints[i++] = Integer.parseInt(id);
      } else {
        strings[s++] = id;
      }
    }
    return sorted(Arrays.copyOf(ints, i), Arrays.copyOf(strings, s));
  }

  /** The set of these ids; duplicates count once. */
  public static Ids of(int... ids) {
    return sorted(ids.clone(), new String[0]);
  }

  /** All ids that are in any of {@code sets}. */
  public static Ids union(Collection<Ids> sets) {
    int ints = 0;
    int strings = 0;
    for (Ids set : sets) {
      ints = Math.addExact(ints, set.ints.length);
      strings = Math.addExact(strings, set.strings.length);
    }
    int[] allInts = new int[ints];
    String[] allStrings = new String[strings];
    for (Ids set : sets) {
      ints -= set.ints.length;
      System.arraycopy(set.ints, 0, allInts, ints, set.ints.length);
      strings -= set.strings.length;
      System.arraycopy(set.strings, 0, allStrings, strings, set.strings.length);
    }
    return sorted(allInts, allStrings);
  }

  /** The ids that are in every one of {@code sets}, of which there is at least one. */
  public static Ids intersection(List<Ids> sets) {
    Ids all = sets.get(0);
    for (Ids set : sets.subList(1, sets.size())) {
      int[] positions = all.positionsIn(set);
      all =
          all.select(IntStream.range(0, positions.length).filter(i -> positions[i] >= 0).toArray());
    }
    return all;
  }

  /** Sorts in place and drops duplicates. */
  private static Ids sorted(int[] ints, String[] strings) {
    Arrays.sort(ints);
    int i = 0;
    for (int k = 0; k < ints.length; k++) {
      if (k == 0 || ints[k] != ints[k - 1]) {
        ints[i++] = ints[k];
      }
    }
    Arrays.sort(strings);
    int s = 0;
    for (int k = 0; k < strings.length; k++) {
      if (k == 0 || !strings[k].equals(strings[k - 1])) {
        strings[s++] = strings[k];
      }
    }
    return new Ids(
        i == ints.length ? ints : Arrays.copyOf(ints, i),
        s == strings.length ? strings : Arrays.copyOf(strings, s));
  }

  /** Whether {@code id} is the usual decimal form of an int. */
  public static boolean isPlainInt(String id) {
    int length = id.length();
    int first = length > 0 && id.charAt(0) == '-' ? 1 : 0;
    if (length == first || length > 11) {
      return false;
    }
    for (int i = first; i < length; i++) {
      if (id.charAt(i) < '0' || id.charAt(i) > '9') {
        return false;
      }
    }
    if (id.charAt(first) == '0') {
      return length == 1;
    }
    long value = Long.parseLong(id);
    return value == (int) value;
  }

  public int size() {
    return ints.length + strings.length;
  }

  /** Whether every id is a plain int. */
  public boolean allInts() {
    return strings.length == 0;
  }

  public boolean isInt(int index) {
    return index < ints.length;
  }

  /** The id at {@code index} where {@link #isInt} holds. */
  public int intAt(int index) {
    return ints[index];
  }

  /** The id at {@code index} as a string. */
  public String get(int index) {
    return isInt(index) ? Integer.toString(ints[index]) : strings[index - ints.length];
  }

  /** A well-mixed hash of the id at {@code index}: the same wherever the id occurs. */
  public long hash(int index) {
    return isInt(index) ? Hashes.of(ints[index]) : Hashes.of(strings[index - ints.length]);
  }

  /** The block of the id at {@code index} when there are {@code blocks} of them. */
  public int block(int index, int blocks) {
    return (int) Math.floorMod(hash(index), (long) blocks);
  }

  /**
   * Where each id of this set stands in {@code other}, or −1.
   *
   * <p>One pass over both sets, as both are sorted.
   */
  public int[] positionsIn(Ids other) {
    int[] positions = new int[size()];
    placeInts(ints, other.ints, positions);
    placeStrings(strings, other.strings, positions, ints.length, other.ints.length);
    return positions;
  }

  private static void placeInts(int[] ids, int[] other, int[] positions) {
    int o = 0;
    for (int i = 0; i < ids.length; i++) {
      while (o < other.length && other[o] < ids[i]) {
        o++;
      }
      positions[i] = o < other.length && other[o] == ids[i] ? o : -1;
    }
  }

  /**
   * @param from the place in {@code positions} of the first id
   * @param first the position of the first of the others
   */
  private static void placeStrings(
      String[] ids, String[] other, int[] positions, int from, int first) {
    int o = 0;
    for (int i = 0; i < ids.length; i++) {
      int order = -1;
      while (o < other.length && (order = other[o].compareTo(ids[i])) < 0) {
        o++;
      }
      positions[from + i] = o < other.length && order == 0 ? first + o : -1;
    }
  }

  /** The ids at {@code indices}, which ascend strictly. */
  public Ids select(int[] indices) {
    int i = Arrays.binarySearch(indices, ints.length);
    i = i < 0 ? -i - 1 : i;
    int[] someInts = new int[i];
    for (int k = 0; k < i; k++) {
      someInts[k] = ints[indices[k]];
    }
    String[] someStrings = new String[indices.length - i];
    for (int k = i; k < indices.length; k++) {
      someStrings[k - i] = strings[indices[k] - ints.length];
    }
    return new Ids(someInts, someStrings);
  }

  /** Compares id {@code i} of {@code a} with id {@code j} of {@code b} in the order of ids. */
  public static int compare(Ids a, int i, Ids b, int j) {
    if (a.isInt(i)) {
      return b.isInt(j) ? Integer.compare(a.ints[i], b.ints[j]) : -1;
    }
    return b.isInt(j) ? 1 : a.strings[i - a.ints.length].compareTo(b.strings[j - b.ints.length]);
  }

  int[] ints() {
    return ints;
  }

  String[] strings() {
    return strings;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Ids
        && Arrays.equals(ints, ((Ids) other).ints)
        && Arrays.equals(strings, ((Ids) other).strings);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(ints) + Arrays.hashCode(strings);
  }

  @Override
  public String toString() {
    return Arrays.toString(ints) + Arrays.toString(strings);
  }
}
