package dev.beamals.csv;

import dev.beamals.ids.IdDictionary;
import dev.beamals.ids.Ids;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;

/** The ids of a side as they are read, in whatever notation. */
final class IdColumn {
  /** How an id was written: as a plain int. */
  static final byte PLAIN = 0;

  private static final byte NUMBER = 1;

  /** As a number in another way than the usual one. */
  static final byte CONVERTED = 2;

  private static final byte TEXT = 3;

  private final IdType type;
  private final IdDictionary dictionary = new IdDictionary();
  private long converted;
  private long texts;
  private byte notation;
  private @Nullable String defect;

  IdColumn(IdType type) {
    this.type = type;
  }

  /** The code of a plain int. */
  int code(int id) {
    return dictionary.code(id);
  }

  /** The code of the id in {@code bytes[start, end)}, not empty; any where there is a defect. */
  int code(byte[] bytes, int start, int end) {
    defect = null;
    notation = PLAIN;
    long plain = IdDictionary.plainInt(bytes, start, end);
    return plain != IdDictionary.NO_INT
        ? dictionary.code((int) plain)
        : otherCode(bytes, start, end);
  }

  private int otherCode(byte[] bytes, int start, int end) {
    String number = type == IdType.STRING ? null : NumberText.canonical(bytes, start, end);
    if (type == IdType.INT && (number == null || number.indexOf('.') >= 0)) {
      defect = " is not a whole number";
      return 0;
    }
    if (number != null) {
      again(NumberText.isWritten(number, bytes, start, end) ? NUMBER : CONVERTED);
      return dictionary.codeOf(number);
    }
    again(TEXT);
    try {
      return dictionary.code(bytes, start, end);
    } catch (CharacterCodingException e) {
      defect = " is not UTF-8";
      return 0;
    }
  }

  /** How the last id was written, for {@link #again}. */
  byte notation() {
    return notation;
  }

  /** Counts an id whose code is known. */
  void again(byte as) {
    defect = null;
    notation = as;
    converted += as == CONVERTED ? 1 : 0;
    texts += as == TEXT ? 1 : 0;
  }

  /** What is wrong with the last id, or null. */
  @Nullable String defect() {
    return defect;
  }

  /** How ids were written since the last call. */
  IdNotations takeNotations() {
    IdNotations notations = new IdNotations(converted, texts);
    converted = 0;
    texts = 0;
    return notations;
  }

  /** All ids since the last call, see {@link IdDictionary#finish}. */
  Ids finish(IntArrayList codes, int[] indices) {
    return dictionary.finish(codes, indices);
  }
}
