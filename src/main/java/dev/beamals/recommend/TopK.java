package dev.beamals.recommend;

import dev.beamals.ratings.Ids;
import java.util.Arrays;
import java.util.List;
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
  private final float[] scores;
  private final int[] ints;

  /** For each entry its id if it is not an int, else null; no array while all are ints. */
  private @Nullable String @Nullable [] strings;

  TopK(int rows, int topK) {
    this.topK = topK;
    this.sizes = new int[rows];
    this.scores = new float[Math.multiplyExact(rows, topK)];
    this.ints = new int[rows * topK];
  }

  /** The least score that can still enter; one equal to it enters by its id alone. */
  float threshold(int row) {
    return sizes[row] < topK ? -Float.MAX_VALUE : scores[row * topK];
  }

  /** Offers id {@code index} of {@code ids}; each id once. */
  void offer(int row, float score, Ids ids, int index) {
    int root = row * topK;
    boolean isInt = ids.isInt(index);
    int number = isInt ? ids.intAt(index) : 0;
    String string = isInt ? null : ids.get(index);
    if (string != null && strings == null) {
      strings = new String[scores.length];
    }
    if (sizes[row] < topK) {
      int i = sizes[row]++;
      while (i > 0) {
        int parent = (i - 1) / 2;
        if (!isWorse(score, number, string, root + parent)) {
          break;
        }
        copy(root + parent, root + i);
        i = parent;
      }
      set(root + i, score, number, string);
    } else if (!isWorse(score, number, string, root)) {
      siftDown(root, topK, score, number, string);
    }
  }

  /** Puts an entry at the root of a heap whose root is free. */
  private void siftDown(int root, int size, float score, int number, @Nullable String string) {
    int i = 0;
    while (true) {
      int child = 2 * i + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && isWorse(root + child + 1, root + child)) {
        child++;
      }
      if (isWorse(score, number, string, root + child)) {
        break;
      }
      copy(root + child, root + i);
      i = child;
    }
    set(root + i, score, number, string);
  }

  private boolean isWorse(int a, int b) {
    return isWorse(scores[a], ints[a], string(a), b);
  }

  private boolean isWorse(float score, int number, @Nullable String string, int entry) {
    if (score != scores[entry]) {
      return score < scores[entry];
    }
    String other = string(entry);
    if (string == null) {
      return other == null && number > ints[entry];
    }
    return other == null || string.compareTo(other) > 0;
  }

  private @Nullable String string(int entry) {
    return strings == null ? null : strings[entry];
  }

  private void copy(int from, int to) {
    set(to, scores[from], ints[from], string(from));
  }

  private void set(int entry, float score, int number, @Nullable String string) {
    scores[entry] = score;
    ints[entry] = number;
    if (strings != null) {
      strings[entry] = string;
    }
  }

  /** What was kept, best first. Nothing may be offered after. */
  Recommendations finish(Ids src) {
    int[] offsets = new int[sizes.length + 1];
    for (int row = 0; row < sizes.length; row++) {
      offsets[row + 1] = offsets[row] + sizes[row];
      // Heapsort: the worst goes to the end again and again.
      int root = row * topK;
      for (int last = sizes[row] - 1; last > 0; last--) {
        float score = scores[root + last];
        int number = ints[root + last];
        String string = string(root + last);
        copy(root, root + last);
        siftDown(root, last, score, number, string);
      }
    }
    int count = offsets[sizes.length];
    float[] kept = new float[count];
    int[] keptInts = new int[count];
    String[] keptStrings = new String[count];
    int strings = 0;
    int numbers = 0;
    for (int row = 0; row < sizes.length; row++) {
      for (int i = 0; i < sizes[row]; i++) {
        kept[offsets[row] + i] = scores[row * topK + i];
        String string = string(row * topK + i);
        if (string == null) {
          keptInts[numbers++] = ints[row * topK + i];
        } else {
          keptStrings[strings++] = string;
        }
      }
    }
    Ids intIds = Ids.of(Arrays.copyOf(keptInts, numbers));
    Ids stringIds = Ids.of(Arrays.copyOf(keptStrings, strings));
    int[] sortedInts = new int[intIds.size()];
    Arrays.setAll(sortedInts, intIds::intAt);
    String[] sortedStrings = new String[stringIds.size()];
    Arrays.setAll(sortedStrings, stringIds::get);
    int[] dst = new int[count];
    for (int row = 0; row < sizes.length; row++) {
      for (int i = 0; i < sizes[row]; i++) {
        String string = string(row * topK + i);
        dst[offsets[row] + i] =
            string == null
                ? Arrays.binarySearch(sortedInts, ints[row * topK + i])
                : sortedInts.length + Arrays.binarySearch(sortedStrings, string);
      }
    }
    return new Recommendations(src, Ids.union(List.of(intIds, stringIds)), offsets, dst, kept);
  }
}
