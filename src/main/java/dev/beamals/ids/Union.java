package dev.beamals.ids;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.List;

/**
 * All ids of several sets, and where those of each set stand among them: one merge, as sets are
 * sorted.
 */
public final class Union {
  private final Ids[] sets;
  private final int[][] positions;
  private final Ids ids;

  public Union(List<Ids> sets) {
    this.sets = sets.toArray(Ids[]::new);
    this.positions = new int[this.sets.length][];
    for (int s = 0; s < positions.length; s++) {
      positions[s] = new int[this.sets[s].size()];
    }
    int[] ints = uniteInts();
    Texts.Builder texts = new Texts.Builder();
    new TextMerge(texts, ints.length).run();
    this.ids = new Ids(ints, texts.build());
  }

  private int[] uniteInts() {
    long count = 0;
    int least = Integer.MAX_VALUE;
    int greatest = Integer.MIN_VALUE;
    for (Ids set : sets) {
      int[] ints = set.ints();
      count += ints.length;
      if (ints.length > 0) {
        least = Math.min(least, ints[0]);
        greatest = Math.max(greatest, ints[ints.length - 1]);
      }
    }
    long range = (long) greatest - least + 1;
    if (count > 0 && range <= Long.SIZE * count) {
      return markInts(least, (int) (range + Long.SIZE - 1 >>> 6));
    }
    IntArrayList ints = new IntArrayList();
    new IntMerge(ints).run();
    return ints.toIntArray();
  }

  /**
   * Unites ints that are close together: each is a bit, and how many bits are set before it is its
   * place. Bits and counts take at most 12 bytes an int.
   *
   * @param least of all ints
   * @param words how many longs have room for their bits
   */
  private int[] markInts(int least, int words) {
    long[] bits = new long[words];
    for (Ids set : sets) {
      mark(set.ints(), least, bits);
    }
    int[] before = new int[words + 1];
    for (int w = 0; w < words; w++) {
      before[w + 1] = before[w] + Long.bitCount(bits[w]);
    }
    for (int s = 0; s < sets.length; s++) {
      place(sets[s].ints(), least, bits, before, positions[s]);
    }
    int[] all = new int[before[words]];
    int at = 0;
    for (int w = 0; w < words; w++) {
      for (long left = bits[w]; left != 0; left &= left - 1) {
        all[at++] = least + (w << 6) + Long.numberOfTrailingZeros(left);
      }
    }
    return all;
  }

  private static void mark(int[] ints, int least, long[] bits) {
    for (int id : ints) {
      int bit = id - least;
      bits[bit >>> 6] |= 1L << bit;
    }
  }

  private static void place(int[] ints, int least, long[] bits, int[] before, int[] positions) {
    for (int i = 0; i < ints.length; i++) {
      int bit = ints[i] - least;
      positions[i] = before[bit >>> 6] + Long.bitCount(bits[bit >>> 6] & (1L << bit) - 1);
    }
  }

  /** All ids of the sets. */
  public Ids ids() {
    return ids;
  }

  /** For each id of the set at {@code index}, where it stands in {@link #ids}. */
  public int[] positions(int index) {
    return positions[index];
  }

  /**
   * The sets that have a next id are in a heap, that with the least one on top. Ids are compared by
   * numbers, where these differ.
   */
  private abstract class Merge {
    private final int[] heap = new int[sets.length];
    private final long[] keys = new long[sets.length];
    private int count;
    final int[] next = new int[sets.length];

    final void run() {
      for (int s = 0; s < sets.length; s++) {
        if (size(s) > 0) {
          keys[s] = key(s);
          heap[count++] = s;
        }
      }
      for (int i = count / 2 - 1; i >= 0; i--) {
        sink(i);
      }
      while (count > 0) {
        int top = heap[0];
        take(top);
        if (++next[top] < size(top)) {
          keys[top] = key(top);
        } else {
          heap[0] = heap[--count];
        }
        sink(0);
      }
    }

    private void sink(int from) {
      int set = heap[from];
      int at = from;
      for (int child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && isLess(heap[child + 1], heap[child])) {
          child++;
        }
        if (!isLess(heap[child], set)) {
          break;
        }
        heap[at] = heap[child];
      }
      heap[at] = set;
    }

    private boolean isLess(int one, int other) {
      return keys[one] < keys[other] || (keys[one] == keys[other] && compareNext(one, other) < 0);
    }

    /** How many ids a set has. */
    abstract int size(int set);

    /** A number for the next id of a set: no greater id has a smaller one. */
    abstract long key(int set);

    /** Compares the next ids of two sets, which have the same number. */
    abstract int compareNext(int one, int other);

    /** Takes the next id of a set: it may be the one that was taken before. */
    abstract void take(int set);
  }

  private final class IntMerge extends Merge {
    private final IntArrayList all;

    IntMerge(IntArrayList all) {
      this.all = all;
    }

    @Override
    int size(int set) {
      return sets[set].ints().length;
    }

    @Override
    long key(int set) {
      return sets[set].ints()[next[set]];
    }

    @Override
    int compareNext(int one, int other) {
      return 0;
    }

    @Override
    void take(int set) {
      int id = sets[set].ints()[next[set]];
      int last = all.size() - 1;
      if (last < 0 || all.getInt(last) != id) {
        all.add(id);
        last++;
      }
      positions[set][next[set]] = last;
    }
  }

  private final class TextMerge extends Merge {
    private final Texts.Builder all;
    private final int ints;

    /** How many bytes all ids begin with. */
    private final int prefix;

    private int lastSet;
    private int last;

    TextMerge(Texts.Builder all, int ints) {
      this.all = all;
      this.ints = ints;
      this.prefix = Texts.commonPrefix(sets);
    }

    @Override
    int size(int set) {
      return sets[set].texts().size();
    }

    @Override
    long key(int set) {
      return sets[set].texts().key(next[set], prefix) ^ Long.MIN_VALUE;
    }

    @Override
    int compareNext(int one, int other) {
      return Texts.compare(sets[one].texts(), next[one], sets[other].texts(), next[other]);
    }

    @Override
    void take(int set) {
      Texts texts = sets[set].texts();
      int i = next[set];
      if (all.size() == 0 || Texts.compare(texts, i, sets[lastSet].texts(), last) != 0) {
        all.add(texts, i);
        lastSet = set;
        last = i;
      }
      positions[set][sets[set].ints().length + i] = ints + all.size() - 1;
    }
  }
}
