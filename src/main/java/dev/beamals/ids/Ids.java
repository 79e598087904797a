package dev.beamals.ids;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
 *
 * <p>The ints are one array, the other strings another of their bytes in UTF-8 and one of where
 * each begins: a set takes four bytes more than the text of each id, and is copied, compared and
 * written in bulk.
 */
public final class Ids implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int[] ints;
  private final Texts texts;

  /**
   * @param ints strictly ascending; kept, not copied
   * @param texts strictly ascending, none of them a plain int
   */
  Ids(int[] ints, Texts texts) {
    this.ints = ints;
    this.texts = texts;
  }

  /** The set of these ids; duplicates count once. */
  public static Ids of(String... ids) {
    int[] ints = new int[ids.length];
    Texts.Builder texts = new Texts.Builder();
    int i = 0;
    for (String id : ids) {
      if (isPlainInt(id)) {
        ints[i++] = Integer.parseInt(id);
      } else {
        texts.add(id);
      }
    }
    return new Ids(sorted(Arrays.copyOf(ints, i)), sorted(texts.view()));
  }

  /** The set of these ids; duplicates count once. */
  public static Ids of(int... ids) {
    return new Ids(sorted(ids.clone()), Texts.NONE);
  }

  /** Sorts in place and drops duplicates. */
  private static int[] sorted(int[] ints) {
    Arrays.sort(ints);
    int n = 0;
    for (int k = 0; k < ints.length; k++) {
      if (k == 0 || ints[k] != ints[k - 1]) {
        ints[n++] = ints[k];
      }
    }
    return n == ints.length ? ints : Arrays.copyOf(ints, n);
  }

  /** A copy that is sorted and without duplicates. */
  private static Texts sorted(Texts texts) {
    int[] order = texts.sortedIndices();
    int n = 0;
    for (int k = 0; k < order.length; k++) {
      if (k == 0 || Texts.compare(texts, order[k], texts, order[k - 1]) != 0) {
        order[n++] = order[k];
      }
    }
    return texts.select(order, 0, n, 0);
  }

  /** All ids that are in any of {@code sets}. */
  public static Ids union(Collection<Ids> sets) {
    return new Union(new ArrayList<>(sets)).ids();
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
    return ints.length + texts.size();
  }

  /** Whether every id is a plain int. */
  public boolean allInts() {
    return texts.size() == 0;
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
    return isInt(index) ? Integer.toString(ints[index]) : texts.get(index - ints.length);
  }

  /** The id at {@code index} in UTF-8. */
  public byte[] utf8(int index) {
    return isInt(index)
        ? Integer.toString(ints[index]).getBytes(StandardCharsets.UTF_8)
        : texts.utf8(index - ints.length);
  }

  /** A well-mixed hash of the id at {@code index}: the same wherever the id occurs. */
  public long hash(int index) {
    return isInt(index) ? Hashes.of(ints[index]) : texts.hash(index - ints.length);
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
    placeTexts(texts, other.texts, positions, ints.length, other.ints.length);
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
  private static void placeTexts(Texts ids, Texts other, int[] positions, int from, int first) {
    int o = 0;
    for (int i = 0; i < ids.size(); i++) {
      int order = -1;
      while (o < other.size() && (order = Texts.compare(other, o, ids, i)) < 0) {
        o++;
      }
      positions[from + i] = o < other.size() && order == 0 ? first + o : -1;
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
    return new Ids(someInts, texts.select(indices, i, indices.length, ints.length));
  }

  /** Compares id {@code i} of {@code a} with id {@code j} of {@code b} in the order of ids. */
  public static int compare(Ids a, int i, Ids b, int j) {
    if (a.isInt(i)) {
      return b.isInt(j) ? Integer.compare(a.ints[i], b.ints[j]) : -1;
    }
    return b.isInt(j) ? 1 : Texts.compare(a.texts, i - a.ints.length, b.texts, j - b.ints.length);
  }

  int[] ints() {
    return ints;
  }

  Texts texts() {
    return texts;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Ids
        && Arrays.equals(ints, ((Ids) other).ints)
        && texts.equals(((Ids) other).texts);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(ints) + texts.hashCode();
  }

  @Override
  public String toString() {
    return IntStream.range(0, size()).mapToObj(this::get).toList().toString();
  }
}
