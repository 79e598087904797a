package dev.beamals.ids;

import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
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

  /** Ids below need no hash: 4 MiB at most. */
  private static final int DIRECT = 1 << 20;

  /** Int ids have codes from 0 up, the others from −1 down. */
  private final Int2IntOpenHashMap intCodes = new Int2IntOpenHashMap();

  /** The same for ids from 0 to below {@link #DIRECT}: one look-up instead of a search. */
  private int[] directCodes = {};

  /** How many int ids there are. */
  private int ints;

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

  public IdDictionary() {
    intCodes.defaultReturnValue(ABSENT);
  }

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

  /** The code of an int that is new, or too large for {@link #directCodes}. */
  private int add(int id) {
    int code = ints;
    if (id >= 0 && id < DIRECT) {
      if (id >= directCodes.length) {
        int length = directCodes.length;
        directCodes = Arrays.copyOf(directCodes, Math.min(DIRECT, Math.max(1024, 2 * id)));
        Arrays.fill(directCodes, length, directCodes.length, ABSENT);
      }
      directCodes[id] = code;
    } else {
      int known = intCodes.putIfAbsent(id, code);
      if (known != ABSENT) {
        return known;
      }
    }
    ints++;
    return code;
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
    int[] sortedInts = new int[ints];
    int[] intPositions = new int[ints];
    int[] others = intCodes.keySet().toIntArray(); // negative, or above the direct ones
    Arrays.sort(others);
    int n = 0;
    int o = 0;
    for (; o < others.length && others[o] < 0; o++) {
      sortedInts[n] = others[o];
      intPositions[intCodes.get(others[o])] = n++;
    }
    for (int id = 0; id < directCodes.length; id++) {
      if (directCodes[id] != ABSENT) {
        sortedInts[n] = id;
        intPositions[directCodes[id]] = n++;
        directCodes[id] = ABSENT;
      }
    }
    for (; o < others.length; o++) {
      sortedInts[n] = others[o];
      intPositions[intCodes.get(others[o])] = n++;
    }
    Texts all = texts.view();
    int[] textOrder = all.sortedIndices();
    int[] textPositions = new int[textOrder.length];
    for (int i = 0; i < textOrder.length; i++) {
      textPositions[textOrder[i]] = ints + i;
    }
    int[] rows = codes.elements();
    for (int r = 0; r < indices.length; r++) {
      indices[r] = rows[r] >= 0 ? intPositions[rows[r]] : textPositions[-1 - rows[r]];
    }
    Ids ids = new Ids(sortedInts, all.select(textOrder, 0, textOrder.length, 0));
    intCodes.clear();
    ints = 0;
    texts.clear();
    Arrays.fill(textTable, 0);
    lastInt = NO_INT;
    return ids;
  }
}
