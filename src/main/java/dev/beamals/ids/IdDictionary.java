package dev.beamals.ids;

import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

  private final Object2IntOpenHashMap<String> stringCodes = new Object2IntOpenHashMap<>();
  private final List<String> strings = new ArrayList<>();
  private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();

  private long lastInt = NO_INT;
  private int lastIntCode;

  public IdDictionary() {
    intCodes.defaultReturnValue(ABSENT);
    stringCodes.defaultReturnValue(ABSENT);
  }

  /**
   * The code of the id in {@code bytes[from, to)}, which is not empty.
   *
   * @throws CharacterCodingException where the id is not UTF-8
   */
  public int code(byte[] bytes, int from, int to) throws CharacterCodingException {
    long plain = plainInt(bytes, from, to);
    return plain != NO_INT
        ? code((int) plain)
        : code(utf8.decode(ByteBuffer.wrap(bytes, from, to - from)).toString());
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
    int code = stringCodes.putIfAbsent(id, -1 - strings.size());
    if (code == ABSENT) {
      code = -1 - strings.size();
      strings.add(id);
    }
    return code;
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
    String[] sortedStrings = strings.toArray(new String[0]);
    Arrays.sort(sortedStrings);
    int[] stringPositions = new int[sortedStrings.length];
    for (int i = 0; i < stringPositions.length; i++) {
      stringPositions[i] = sortedInts.length + Arrays.binarySearch(sortedStrings, strings.get(i));
    }
    int[] rows = codes.elements();
    for (int r = 0; r < indices.length; r++) {
      indices[r] = rows[r] >= 0 ? intPositions[rows[r]] : stringPositions[-1 - rows[r]];
    }
    intCodes.clear();
    ints = 0;
    stringCodes.clear();
    strings.clear();
    lastInt = NO_INT;
    return new Ids(sortedInts, sortedStrings);
  }
}
