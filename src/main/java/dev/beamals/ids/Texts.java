package dev.beamals.ids;

import java.io.Serializable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A list of texts, packed: text {@code i} is the UTF-8 in {@code utf8[offsets[i]]} up to {@code
 * utf8[offsets[i + 1]]}. A text becomes an object of its own when it is written, and not before.
 *
 * <p>The order of texts is that of {@link String#compareTo}, by UTF-16 code units. It is that of
 * the bytes but for one thing: characters beyond U+FFFF, whose first byte is F0 to F4, come before
 * U+E000 to U+FFFF, whose first byte is EE or EF.
 *
 * <p>Immutable; at most 2³¹ − 1 bytes. What is no character, a half of a surrogate pair, is kept as
 * {@code ?}.
 */
final class Texts implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final long ASCII = 0x8080808080808080L;

  static final Texts NONE = new Texts(new byte[0], new int[1]);

  private final byte[] utf8;
  private final int[] offsets;

  /**
   * @param offsets one more than there are texts; both are kept, not copied
   */
  Texts(byte[] utf8, int[] offsets) {
    this.utf8 = utf8;
    this.offsets = offsets;
  }

  int size() {
    return offsets.length - 1;
  }

  byte[] utf8() {
    return utf8;
  }

  int[] offsets() {
    return offsets;
  }

  String get(int i) {
    return new String(utf8, offsets[i], length(i), StandardCharsets.UTF_8);
  }

  byte[] utf8(int i) {
    return Arrays.copyOfRange(utf8, offsets[i], offsets[i + 1]);
  }

  private int length(int i) {
    return offsets[i + 1] - offsets[i];
  }

  /** The hash of the characters of text {@code i}. */
  long hash(int i) {
    return Hashes.ofUtf8(utf8, offsets[i], length(i));
  }

  static int compare(Texts a, int i, Texts b, int j) {
    int at = commonPrefix(a, i, b, j);
    if (at == a.length(i) || at == b.length(j)) {
      return Integer.compare(a.length(i), b.length(j));
    }
    return place(a.utf8[a.offsets[i] + at]) - place(b.utf8[b.offsets[j] + at]);
  }

  /** How many bytes two texts begin with in common. */
  static int commonPrefix(Texts a, int i, Texts b, int j) {
    int at =
        Arrays.mismatch(
            a.utf8, a.offsets[i], a.offsets[i + 1], b.utf8, b.offsets[j], b.offsets[j + 1]);
    return at < 0 ? a.length(i) : at;
  }

  /** How many bytes all texts of some sorted sets begin with in common. */
  static int commonPrefix(Ids[] sets) {
    Texts first = NONE;
    int common = 0;
    for (Ids set : sets) {
      Texts texts = set.texts();
      int size = texts.size();
      if (size > 0 && first.size() == 0) {
        first = texts;
        common = texts.length(0);
      }
      if (size > 0) {
        common = Math.min(common, commonPrefix(first, 0, texts, 0));
        common = Math.min(common, commonPrefix(first, 0, texts, size - 1));
      }
    }
    return common;
  }

  /** Where a byte stands in the order of texts. */
  private static int place(byte b) {
    int unsigned = b & 0xFF;
    return unsigned == 0xEE || unsigned == 0xEF ? unsigned + 0x10 : unsigned;
  }

  /**
   * Eight bytes of text {@code i} as an unsigned number: texts that are equal before them are in
   * the order of these numbers, where they differ. What is behind the end counts as zeros.
   *
   * @param from how many bytes are before them
   */
  long key(int i, int from) {
    int at = offsets[i] + from;
    int left = length(i) - from;
    if (left >= 8) {
      long bytes = (long) LONGS.get(utf8, at);
      if ((bytes & ASCII) == 0) {
        return bytes;
      }
    }
    long key = 0;
    for (int k = 0; k < 8; k++) {
      key = key << 8 | (k < left ? place(utf8[at + k]) : 0);
    }
    return key;
  }

  /** The texts at {@code indices[from, to)}, in that order, of each index {@code minus} less. */
  Texts select(int[] indices, int from, int to, int minus) {
    int[] ends = new int[to - from + 1];
    for (int k = from; k < to; k++) {
      ends[k - from + 1] = Math.addExact(ends[k - from], length(indices[k] - minus));
    }
    byte[] bytes = new byte[ends[to - from]];
    for (int k = from; k < to; k++) {
      int start = offsets[indices[k] - minus];
      System.arraycopy(utf8, start, bytes, ends[k - from], ends[k - from + 1] - ends[k - from]);
    }
    return new Texts(bytes, ends);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Texts
        && Arrays.equals(offsets, ((Texts) other).offsets)
        && Arrays.equals(utf8, ((Texts) other).utf8);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(offsets) + Arrays.hashCode(utf8);
  }

  /** Texts one after the other, as they are made. */
  static final class Builder {
    private byte[] utf8 = new byte[64];
    private int[] offsets = new int[16];
    private int size;

    int size() {
      return size;
    }

    void add(byte[] bytes, int from, int length) {
      int start = offsets[size];
      int end = start + length;
      if (end < 0) {
        throw new IllegalStateException(
            "ids of more than 2 GiB together; expected more blocks, of fewer ids each");
      }
      if (end > utf8.length) {
        utf8 =
            Arrays.copyOf(utf8, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(end, 2L * start)));
      }
      System.arraycopy(bytes, from, utf8, start, length);
      if (size + 1 == offsets.length) {
        offsets = Arrays.copyOf(offsets, 2 * offsets.length);
      }
      offsets[++size] = end;
    }

    void add(Texts texts, int i) {
      add(texts.utf8, texts.offsets[i], texts.length(i));
    }

    void add(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      add(bytes, 0, bytes.length);
    }

    boolean isEqual(int i, byte[] bytes, int from, int length) {
      return Arrays.equals(utf8, offsets[i], offsets[i + 1], bytes, from, from + length);
    }

    /** What was added so far; nothing may be added until {@link #clear}. */
    Texts view() {
      return new Texts(utf8, Arrays.copyOf(offsets, size + 1));
    }

    /** A copy of what was added. */
    Texts build() {
      return new Texts(Arrays.copyOf(utf8, offsets[size]), Arrays.copyOf(offsets, size + 1));
    }

    void clear() {
      size = 0;
    }
  }

  /** The indices of all texts in the order of the texts; of equal ones the first comes first. */
  int[] sortedIndices() {
    int[] order = new int[size()];
    Arrays.setAll(order, i -> i);
    new Sort(order).sort(0, order.length, 0);
    return order;
  }

  /** Sorts indices by eight bytes at a time, from where their texts differ. */
  private final class Sort {
    /** Fewer are compared with each other. */
    private static final int FEW = 32;

    private int[] order;
    private int[] nextOrder;
    private long[] keys;
    private long[] nextKeys;

    /**
     * @param order Modified
     */
    Sort(int[] order) {
      this.order = order;
      this.nextOrder = new int[order.length];
      this.keys = new long[order.length];
      this.nextKeys = new long[order.length];
    }

    /**
     * @param prefix bytes that all of them begin with
     */
    void sort(int from, int to, int prefix) {
      if (to - from < FEW) {
        insert(from, to);
        return;
      }
      int common = length(order[from]);
      int longest = common;
      for (int i = from + 1; i < to; i++) {
        longest = Math.max(longest, length(order[i]));
        if (common > prefix) {
          common = Math.min(common, commonPrefix(Texts.this, order[from], Texts.this, order[i]));
        }
      }
      if (common == longest) {
        return; // all are equal
      }
      for (int i = from; i < to; i++) {
        keys[i] = key(order[i], common);
      }
      sortByKeys(from, to);
      for (int i = from, end; i < to; i = end) {
        end = i + 1;
        while (end < to && keys[end] == keys[i]) {
          end++;
        }
        if ((keys[i] & 0xFF) == 0) {
          compareAll(i, end); // some may end here, others go on with a zero
        } else if (end - i > 1) {
          sort(i, end, common + 8);
        }
      }
    }

    /** Byte by byte, the last first, those left out in which all are equal. */
    private void sortByKeys(int from, int to) {
      long differ = 0;
      for (int i = from + 1; i < to; i++) {
        differ |= keys[i] ^ keys[from];
      }
      int[] starts = new int[257];
      int[] ownOrder = order;
      for (int shift = 0; shift < 64; shift += 8) {
        if ((differ >>> shift & 0xFF) == 0) {
          continue;
        }
        Arrays.fill(starts, 0);
        for (int i = from; i < to; i++) {
          starts[(int) (keys[i] >>> shift & 0xFF) + 1]++;
        }
        starts[0] = from;
        for (int b = 1; b < 256; b++) {
          starts[b] += starts[b - 1];
        }
        for (int i = from; i < to; i++) {
          int at = starts[(int) (keys[i] >>> shift & 0xFF)]++;
          nextKeys[at] = keys[i];
          nextOrder[at] = order[i];
        }
        swap();
      }
      if (order != ownOrder) {
        System.arraycopy(order, from, nextOrder, from, to - from);
        System.arraycopy(keys, from, nextKeys, from, to - from);
        swap();
      }
    }

    private void swap() {
      int[] indices = order;
      order = nextOrder;
      nextOrder = indices;
      long[] numbers = keys;
      keys = nextKeys;
      nextKeys = numbers;
    }

    private void insert(int from, int to) {
      for (int i = from + 1; i < to; i++) {
        int index = order[i];
        int at = i;
        while (at > from && compare(Texts.this, order[at - 1], Texts.this, index) > 0) {
          order[at] = order[at - 1];
          at--;
        }
        order[at] = index;
      }
    }

    private void compareAll(int from, int to) {
      Integer[] indices = new Integer[to - from];
      Arrays.setAll(indices, i -> order[from + i]);
      Arrays.sort(indices, (a, b) -> compare(Texts.this, a, Texts.this, b));
      for (int i = from; i < to; i++) {
        order[i] = indices[i - from];
      }
    }
  }
}
