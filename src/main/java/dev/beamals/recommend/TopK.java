package dev.beamals.recommend;

import dev.beamals.ids.IdDictionary;
import dev.beamals.ids.Ids;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * For each of some rows the K best ids offered so far, as a heap in flat arrays whose root is the
 * worst of them.
 *
 * <p>A higher score is better, and of equal scores the id that comes first in the order of {@link
 * Ids}: so the best K do not depend on the order in which they were offered. Ids are held by value,
 * so that nothing of a tile is kept when it has been looked at.
 */
final class TopK {
  private final int topK;
  private final int[] sizes;

  /** For each row the least score that can still enter. */
  private final float[] thresholds;

  /**
   * The score and the id of each entry in one number, the better the higher: see {@link #key}. Of
   * an id that is not an int, the score alone.
   */
  private final long[] keys;

  /** For each entry its id if it is not an int, else null; no array while all are ints. */
  private @Nullable String @Nullable [] strings;

  TopK(int rows, int topK) {
    this.topK = topK;
    this.sizes = new int[rows];
    this.thresholds = new float[rows];
    Arrays.fill(thresholds, -Float.MAX_VALUE);
    this.keys = new long[Math.multiplyExact(rows, topK)];
  }

  /** The score in the upper half, in the order of floats, and ids in the lower, backwards. */
  private static long key(float score, int id) {
    int bits = Float.floatToRawIntBits(score + 0f); // −0 counts as 0
    int ordered = bits ^ (bits >> 31 & Integer.MAX_VALUE);
    return (long) ordered << Integer.SIZE | Integer.toUnsignedLong(Integer.MAX_VALUE - id);
  }

  private static float score(long key) {
    int ordered = (int) (key >> Integer.SIZE);
    return Float.intBitsToFloat(ordered ^ (ordered >> 31 & Integer.MAX_VALUE));
  }

  private static int id(long key) {
    return Integer.MAX_VALUE - (int) key;
  }

  /** The least score that can still enter; one equal to it enters by its id alone. */
  float threshold(int row) {
    return thresholds[row];
  }

  /** Offers id {@code index} of {@code ids}, whose score is a number; each id once. */
  void offer(int row, float score, Ids ids, int index) {
    int root = row * topK;
    boolean isInt = ids.isInt(index);
    long key = key(score, isInt ? ids.intAt(index) : Integer.MAX_VALUE);
    String string = isInt ? null : ids.get(index);
    if (string != null && strings == null) {
      strings = new String[keys.length];
    }
    if (sizes[row] < topK) {
      int i = sizes[row]++;
      while (i > 0) {
        int parent = (i - 1) / 2;
        if (!isWorse(key, string, root + parent)) {
          break;
        }
        set(root + i, keys[root + parent], string(root + parent));
        i = parent;
      }
      set(root + i, key, string);
    } else if (!isWorse(key, string, root)) {
      siftDown(root, topK, key, string);
    }
    if (sizes[row] == topK) {
      thresholds[row] = score(keys[root]);
    }
  }

  /** Puts an entry at the root of a heap whose root is free. */
  private void siftDown(int root, int size, long key, @Nullable String string) {
    int i = 0;
    while (true) {
      int child = 2 * i + 1;
      if (child >= size) {
        break;
      }
      int entry = root + child;
      if (child + 1 < size && isWorse(keys[entry + 1], string(entry + 1), entry)) {
        child++;
        entry++;
      }
      if (isWorse(key, string, entry)) {
        break;
      }
      set(root + i, keys[entry], string(entry));
      i = child;
    }
    set(root + i, key, string);
  }

  /** Whether a key with its string, if it has one, is worse than an entry. */
  private boolean isWorse(long key, @Nullable String string, int entry) {
    if (key != keys[entry] || strings == null) {
      return key < keys[entry];
    }
    String other = strings[entry]; // the greatest int has the same key as any string
    return string != null && (other == null || string.compareTo(other) > 0);
  }

  /** Makes a heap a list, the best first: heapsort, the worst goes to the end again and again. */
  private void sort(int root, int size) {
    for (int last = size - 1; last > 0; last--) {
      long key = keys[root + last];
      String string = string(root + last);
      set(root + last, keys[root], string(root));
      siftDown(root, last, key, string);
    }
  }

  private void take(int from, int count, float[] kept, IntArrayList codes, IdDictionary ids) {
    for (int entry = from; entry < from + count; entry++) {
      kept[codes.size()] = score(keys[entry]);
      String string = string(entry);
      codes.add(string == null ? ids.code(id(keys[entry])) : ids.code(string));
    }
  }

  private @Nullable String string(int entry) {
    return strings == null ? null : strings[entry];
  }

  private void set(int entry, long key, @Nullable String string) {
    keys[entry] = key;
    if (strings != null) {
      strings[entry] = string;
    }
  }

  /** What was kept, best first. Nothing may be offered after. */
  ScoredIds finish(Ids src) {
    int[] offsets = new int[sizes.length + 1];
    for (int row = 0; row < sizes.length; row++) {
      offsets[row + 1] = offsets[row] + sizes[row];
      sort(row * topK, sizes[row]);
    }
    int count = offsets[sizes.length];
    float[] kept = new float[count];
    IdDictionary ids = new IdDictionary();
    IntArrayList codes = new IntArrayList(count);
    for (int row = 0; row < sizes.length; row++) {
      take(row * topK, sizes[row], kept, codes, ids);
    }
    int[] index = new int[count];
    Ids dst = ids.finish(codes, index);
    return new ScoredIds(src, dst, offsets, index, kept);
  }
}
