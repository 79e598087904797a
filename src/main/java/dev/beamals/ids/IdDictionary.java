package dev.beamals.ids;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Collects the ids of many rows: a row gets a code, and the codes end as indices. */
public final class IdDictionary {
  private static final int ABSENT = Integer.MIN_VALUE;

  /** Equal to no int. */
  public static final long NO_INT = Long.MIN_VALUE;

  /** Ids from 0 to below are looked up in an array: 4 MiB at most. */
  private static final int DIRECT = 1 << 20;

  /**
   * The codes of ids that are looked up: from 0 up, fewer than {@link #DIRECT}. Texts have codes
   * from −1 down.
   */
  private int[] directCodes = {};

  /** How many ids have a code in {@link #directCodes}. */
  private int direct;

  /** All other ints; the code is {@link #DIRECT} and the number there, another at each time. */
  private final IntSort others = new IntSort();

  private final Texts.Builder texts = new Texts.Builder();

  /** The lower half of the hash of each text. */
  private int[] textHashes = new int[16];

  /**
   * One more than the number of a text, or 0, from the place on that its hash says; at least twice
   * as long as there are texts.
   */
  private int[] textTable = new int[64];

  private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();

  private long lastInt = NO_INT;
  private int lastIntCode;

  /**
   * The code of the id in {@code bytes[from, to)}, which is not empty.
   *
   * @throws CharacterCodingException where the id is not UTF-8
   */
  public int code(byte[] bytes, int from, int to) throws CharacterCodingException {
    long plain = plainInt(bytes, from, to);
    return plain != NO_INT ? code((int) plain) : textCode(bytes, from, to);
  }

  /**
   * The int whose usual decimal form is {@code bytes[from, to)}, not empty; else {@link #NO_INT}.
   */
  public static long plainInt(byte[] bytes, int from, int to) {
    boolean negative = bytes[from] == '-';
    int first = negative ? from + 1 : from;
    int digits = to - first;
    boolean plain = digits > 0 && digits <= 10 && (bytes[first] != '0' || to - from == 1);
    long value = 0;
    for (int i = first; plain && i < to; i++) {
      int digit = bytes[i] - '0';
      plain = digit >= 0 && digit <= 9;
      value = 10 * value + digit;
    }
    if (negative) {
      value = -value;
    }
    return plain && value == (int) value ? value : NO_INT;
  }

  /** The code of an id that is an int. */
  public int code(int id) {
    if (id == lastInt) {
      return lastIntCode; // rows often come in runs of one user
    }
    int code = id >= 0 && id < directCodes.length ? directCodes[id] : ABSENT;
    if (code == ABSENT) {
      code = add(id);
    }
    lastInt = id;
    lastIntCode = code;
    return code;
  }

  /** The code of an int that is new, or not looked up. */
  private int add(int id) {
    if (id < 0 || id >= DIRECT) {
      return DIRECT + others.add(id);
    }
    if (id >= directCodes.length) {
      int length = directCodes.length;
      directCodes = Arrays.copyOf(directCodes, Math.min(DIRECT, Math.max(1024, 2 * id)));
      Arrays.fill(directCodes, length, directCodes.length, ABSENT);
    }
    directCodes[id] = direct;
    return direct++;
  }

  /** The code of any id. */
  public int codeOf(String id) {
    return Ids.isPlainInt(id) ? code(Integer.parseInt(id)) : code(id);
  }

  /** The code of an id that is not a plain int. */
  public int code(String id) {
    byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    try {
      return textCode(bytes, 0, bytes.length);
    } catch (CharacterCodingException e) {
      throw new AssertionError("what was encoded can be decoded", e);
    }
  }

  private int textCode(byte[] bytes, int from, int to) throws CharacterCodingException {
    int hash = (int) Hashes.of(bytes, from, to - from);
    int at = hash & textTable.length - 1;
    for (int n; (n = textTable[at]) > 0; at = at + 1 & textTable.length - 1) {
      if (textHashes[n - 1] == hash && texts.isEqual(n - 1, bytes, from, to - from)) {
        return -n;
      }
    }
    checkUtf8(bytes, from, to);
    texts.add(bytes, from, to - from);
    int size = texts.size();
    textTable[at] = size;
    if (size > textHashes.length) {
      textHashes = Arrays.copyOf(textHashes, 2 * textHashes.length);
    }
    textHashes[size - 1] = hash;
    if (2 * size > textTable.length) {
      growTextTable();
    }
    return -size;
  }

  private void checkUtf8(byte[] bytes, int from, int to) throws CharacterCodingException {
    for (int i = from; i < to; i++) {
      if (bytes[i] < 0) {
        utf8.decode(ByteBuffer.wrap(bytes, i, to - i));
        return;
      }
    }
  }

  private void growTextTable() {
    int[] larger = new int[2 * textTable.length];
    for (int n = 1; n <= texts.size(); n++) {
      int at = textHashes[n - 1] & larger.length - 1;
      while (larger[at] > 0) {
        at = at + 1 & larger.length - 1;
      }
      larger[at] = n;
    }
    textTable = larger;
  }

  /**
   * All ids seen since the last call, sorted.
   *
   * @param codes the code of each row
   * @param indices Modified: for each row the index of its id in the result
   */
  public Ids finish(IntArrayList codes, int[] indices) {
    others.sort();
    int[] sortedInts = new int[direct + others.size()];
    int[] directPositions = new int[direct];
    int[] otherPositions = new int[others.size()];
    int ints = 0;
    int o = 0;
    for (; o < otherPositions.length && others.value(o) < 0; o++) {
      ints = take(o, sortedInts, ints);
      otherPositions[others.number(o)] = ints - 1;
    }
    for (int id = 0; id < directCodes.length; id++) {
      if (directCodes[id] != ABSENT) {
        directPositions[directCodes[id]] = ints;
        sortedInts[ints++] = id;
        directCodes[id] = ABSENT;
      }
    }
    for (; o < otherPositions.length; o++) {
      ints = take(o, sortedInts, ints);
      otherPositions[others.number(o)] = ints - 1;
    }
    Texts all = texts.view();
    int[] textOrder = all.sortedIndices();
    int[] textPositions = new int[textOrder.length];
    for (int i = 0; i < textOrder.length; i++) {
      textPositions[textOrder[i]] = ints + i;
    }
    int[] rows = codes.elements();
    for (int r = 0; r < indices.length; r++) {
      int code = rows[r];
      indices[r] =
          code < 0
              ? textPositions[-1 - code]
              : code < DIRECT ? directPositions[code] : otherPositions[code - DIRECT];
    }
    Ids ids =
        new Ids(Arrays.copyOf(sortedInts, ints), all.select(textOrder, 0, textOrder.length, 0));
    others.clear();
    direct = 0;
    texts.clear();
    Arrays.fill(textTable, 0);
    lastInt = NO_INT;
    return ids;
  }

  /**
   * Takes the value at a place of {@link #others}, if it is not the last that was taken.
   *
   * @param to Modified: where the values go
   * @param count how many there are
   * @return how many there are now
   */
  private int take(int place, int[] to, int count) {
    int value = others.value(place);
    if (count > 0 && to[count - 1] == value) {
      return count;
    }
    to[count] = value;
    return count + 1;
  }
}
