package dev.beamals.csv;

import com.fasterxml.jackson.core.io.schubfach.DoubleToDecimal;
import com.fasterxml.jackson.core.io.schubfach.FloatToDecimal;
import dev.beamals.ids.Hashes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Typed values as the texts that a CSV file would have for them, and what these mean, so that a row
 * is the same whatever kind of file it is in. Value 0 is that which is missing.
 *
 * <p>Texts of numbers and times are made when they are asked for, or at once where rows are to be
 * hashed by them; else rows are hashed by {@link #hash}, several times as fast.
 *
 * <p>Numbers are written as Python writes them: the shortest decimal number that is nearest, with
 * an exponent below 1e-4 and from 1e16 on, and {@code .0} behind a whole number of a floating-point
 * type. Times are {@code 2020-07-05 00:57:35.467}, truth values {@code true} and {@code false}.
 * Blanks around a text do not count unless a CSV file would have to quote it.
 */
final class Values {
  /** What values are needed for beside their texts. */
  enum Use {
    ID,
    NUMBER,
    TIME
  }

  static final byte MISSING = 1;

  /** The value has a comma. */
  static final byte COMMA = 2;

  /** It is not the number that is needed. */
  static final byte NO_NUMBER = 4;

  /** It is not the time that is needed. */
  static final byte NO_TIME = 8;

  /** It is a time that was scaled. */
  static final byte SCALED = 16;

  /** It is a number with an exponent. */
  static final byte EXPONENT = 32;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** What copying may write past the end of a value. */
  static final int SLACK = 8;

  /** The most that a number without its exponent is longer. */
  static final int MOST_ZEROS = 128;

  /** What the bits of a value are; texts have none. */
  private enum Form {
    TEXT,
    WHOLE,
    DOUBLE,
    FLOAT,
    DATE,
    TIMESTAMP
  }

  /** Of the form of a value whose text is not written. */
  private static final byte BARE = 64;

  private static final Form[] FORMS = Form.values();
  private static final int NO_CODE = Integer.MIN_VALUE;

  /** Numbers below have 15 digits at most: what a double keeps of any of them. */
  private static final double EXACT = 1e15;

  private static final long SECONDS_OF_DAY = 86_400;
  private static final long NANOS = 1_000_000_000;

  private final boolean ids;
  private final boolean needsNumbers;
  private final boolean needsTimes;
  private final boolean needsTexts;
  private final boolean needsHashes;
  private final NullValues nullValues;
  private final boolean numbersMayBeMissing;
  private final TimeText times;
  private final CsvLine odd = new CsvLine(1);
  private byte[] bytes = new byte[1 << 12];
  private int length;
  private int count;

  /** Texts as they are written are in {@code [starts, ends)}, values in {@code [from, to)}. */
  private int[] starts = new int[64];

  private int[] ends = new int[64];
  private int[] from = new int[64];
  private int[] to = new int[64];
  private byte[] flags = new byte[64];
  private long[] bits = new long[64];
  private byte[] forms = new byte[64];

  /** Nanoseconds of times. */
  private int[] nanos = {};

  private @Nullable Values shown;
  private double[] numbers = {};
  private double[] seconds = {};
  private int[] codes = {};
  private byte[] notations = {};
  private @Nullable IdColumn codesOf;
  private int keptCount;

  /** For each value that is kept what {@link #addHashes} adds; empty until it is asked for. */
  private long[] mixed = {};

  private int keptLength;

  /**
   * @param texts whether the texts of all values are needed
   * @param times what times are parsed by
   */
  Values(Set<Use> uses, boolean texts, NullValues nullValues, TimeText times) {
    this.ids = uses.contains(Use.ID);
    this.needsNumbers = uses.contains(Use.NUMBER);
    this.needsTimes = uses.contains(Use.TIME);
    this.needsTexts = texts || nullValues.mayBeNumbers();
    this.needsHashes = !texts || !uses.isEmpty();
    this.nullValues = nullValues;
    this.times = times;
    this.numbersMayBeMissing = nullValues.mayBeNumbers();
    grow(64);
    clear();
  }

  /** Removes all values but the one that is missing. */
  void clear() {
    count = 0;
    length = 0;
    set(end(0, 0, 0, MISSING), Form.TEXT, Hashes.GAMMA);
    keep();
  }

  /** What was added so far stays until {@link #clear}, what is added later until {@link #drop}. */
  void keep() {
    keptCount = count;
    keptLength = length;
    mixed = new long[0];
  }

  /** Removes what is not kept. */
  void drop() {
    count = keptCount;
    length = keptLength;
  }

  int count() {
    return count;
  }

  byte flags(int value) {
    return flags[value];
  }

  /** The number of a value that is needed for one. */
  double number(int value) {
    return numbers[value];
  }

  /** The seconds of a value that is needed for a time. */
  double seconds(int value) {
    return seconds[value];
  }

  /** The text of a value, or how it begins. */
  String text(int value, int most) {
    if ((forms[value] & BARE) != 0) {
      Values texts = shown;
      if (texts == null) {
        texts = new Values(Set.of(), true, nullValues, times);
        shown = texts;
      }
      texts.clear();
      return texts.text(copyTo(texts, value), most);
    }
    return new String(
        bytes, starts[value], Math.min(most, ends[value] - starts[value]), StandardCharsets.UTF_8);
  }

  /** Adds a value that is no text to others. */
  private int copyTo(Values others, int value) {
    return switch (FORMS[forms[value] & ~BARE]) {
      case TEXT -> 0;
      case WHOLE -> others.addLong(bits[value]);
      case DOUBLE -> others.addDouble(Double.longBitsToDouble(bits[value]));
      case FLOAT -> others.addFloat((float) Double.longBitsToDouble(bits[value]));
      case DATE -> others.addDate(bits[value]);
      case TIMESTAMP -> others.addTimestamp(bits[value], nanos[value], false);
    };
  }

  /** A hash of a value, equal for equal ones of one type. */
  long hash(int value) {
    return value < nanos.length ? bits[value] + Hashes.GAMMA * nanos[value] : bits[value];
  }

  /**
   * Adds hashes of the values of some rows to those of the rows. What is kept, such as a
   * dictionary, is mixed once and not for each row.
   *
   * @param read for each row its value
   * @param hashes Modified
   * @param salt another for each column
   */
  void addHashes(int[] read, int rows, long[] hashes, long salt) {
    if (mixed.length == 0) {
      mixed = new long[keptCount];
      for (int value = 0; value < keptCount; value++) {
        mixed[value] = Hashes.mix(hash(value) + salt);
      }
    }
    long[] known = mixed;
    for (int r = 0; r < rows; r++) {
      int value = read[r];
      hashes[r] += value < known.length ? known[value] : Hashes.mix(hash(value) + salt);
    }
  }

  /** Adds the flags of the values of some rows to those of the rows. */
  void addFlags(int[] read, int rows, byte[] all) {
    byte[] of = flags;
    for (int r = 0; r < rows; r++) {
      all[r] |= of[read[r]];
    }
  }

  /** The length of the text that a row is hashed by. */
  int length(int value) {
    return to[value] - from[value];
  }

  /**
   * Copies the text that a row is hashed by.
   *
   * @param out Modified from {@code at} on, and up to {@value #SLACK} bytes past the value
   * @return where the value ends
   */
  int copy(int value, byte[] out, int at) {
    int p = from[value];
    int end = at + to[value] - p;
    for (int o = at; o < end; o += 8, p += 8) {
      LONGS.set(out, o, (long) LONGS.get(bytes, p));
    }
    return end;
  }

  /**
   * Copies a number that has an exponent as one without.
   *
   * @return where it ends
   */
  int copyWithoutExponent(int value, byte[] out, int at) {
    String number = NumberText.canonical(bytes, from[value], to[value]);
    byte[] text = String.valueOf(number).getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(text, 0, out, at, text.length);
    return at + text.length;
  }

  /** The code of a value that is an id; any where {@link IdColumn#defect} tells what is wrong. */
  int code(int value, IdColumn column) {
    if (codesOf == null) {
      codesOf = column;
    }
    if (codesOf != column) { // users and items of one column
      byte[] text = text(value, Integer.MAX_VALUE).getBytes(StandardCharsets.UTF_8);
      return column.code(text, 0, text.length);
    }
    int code = codes[value];
    if (code != NO_CODE) {
      column.again(notations[value]);
      return code;
    }
    if ((forms[value] & ~BARE) == Form.WHOLE.ordinal() && bits[value] == (int) bits[value]) {
      code = column.code((int) bits[value]);
      column.again(IdColumn.PLAIN);
    } else {
      code = column.code(bytes, starts[value], ends[value]);
    }
    if (column.defect() == null) {
      codes[value] = code;
      notations[value] = column.notation();
    }
    return code;
  }

  /** Forgets all codes: those of another batch are others. */
  void forgetCodes() {
    Arrays.fill(codes, 0, Math.min(count, codes.length), NO_CODE);
  }

  private void grow(int size) {
    starts = Arrays.copyOf(starts, size);
    ends = Arrays.copyOf(ends, size);
    from = Arrays.copyOf(from, size);
    to = Arrays.copyOf(to, size);
    flags = Arrays.copyOf(flags, size);
    bits = Arrays.copyOf(bits, size);
    forms = Arrays.copyOf(forms, size);
    if (needsNumbers) {
      numbers = Arrays.copyOf(numbers, size);
    }
    if (needsTimes) {
      seconds = Arrays.copyOf(seconds, size);
    }
    if (ids) {
      codes = Arrays.copyOf(codes, size);
      notations = Arrays.copyOf(notations, size);
    }
  }

  private void reserve(int more) {
    if (bytes.length - length < more + SLACK) {
      bytes = Arrays.copyOf(bytes, 2 * (length + more + SLACK));
    }
  }

  /** Ends a value that begins where the one before ends: its text, and what it is hashed by. */
  private int end(int textEnd, int valueFrom, int valueTo, int flag) {
    int value = count++;
    if (value == starts.length) {
      grow(2 * value);
    }
    starts[value] = length;
    ends[value] = textEnd;
    from[value] = valueFrom;
    to[value] = valueTo;
    flags[value] = (byte) (flag | (hasExponent(valueFrom, valueTo) ? EXPONENT : 0));
    bits[value] = 0;
    forms[value] = 0;
    if (ids) {
      codes[value] = NO_CODE;
    }
    length = Math.max(textEnd, valueTo);
    return value;
  }

  private boolean hasExponent(int start, int end) {
    return needsTexts
        && NumberText.mayHaveExponent(bytes, start, end)
        && NumberText.canonical(bytes, start, end) != null;
  }

  /** Ends a number whose text is the value and more. */
  private int endNumber(int textEnd, int valueEnd, double number) {
    int start = length;
    boolean missing = numbersMayBeMissing && isMissingNumber(start, textEnd, valueEnd);
    int value = end(textEnd, start, valueEnd, missing ? MISSING : 0);
    if (needsNumbers) {
      numbers[value] = number;
    }
    if (needsTimes && times.takesNumbers()) {
      setTime(value, number);
    } else if (needsTimes) {
      parseTime(value);
    }
    return value;
  }

  private void setTime(int value, double number) {
    boolean scaled = TimeText.isScaled(number);
    flags[value] |= scaled ? SCALED : 0;
    seconds[value] = scaled ? TimeText.scale(number) : number;
  }

  /** As 5 where 5.0 stands for nothing, and the other way round. */
  private boolean isMissingNumber(int start, int textEnd, int valueEnd) {
    return nullValues.isMissing(bytes, start, textEnd)
        || nullValues.isMissing(bytes, start, valueEnd);
  }

  /** Adds a number without its text. */
  private int addBare(Form form, long of, double number) {
    int value = count++;
    if (value == forms.length) {
      grow(2 * value);
    }
    flags[value] = 0;
    bits[value] = of;
    forms[value] = (byte) (form.ordinal() | BARE);
    if (ids) {
      codes[value] = NO_CODE;
    }
    if (needsNumbers) {
      numbers[value] = number;
    }
    if (needsTimes) {
      setTime(value, number);
    }
    return value;
  }

  /**
   * Adds numbers of 64 bits, see {@link #addDouble}.
   *
   * @param in Modified: goes on behind them
   * @param out Modified: has their values in {@code [at, at + n)}
   */
  void addDoubles(ByteBuffer in, int[] out, int at, int n) {
    if (writesNumbers() || ids) {
      for (int i = 0; i < n; i++) {
        out[at + i] = addDouble(in.getDouble());
      }
      return;
    }
    int first = addBits(Form.DOUBLE, in, n);
    for (int i = 0; i < n; i++) {
      double number = Double.longBitsToDouble(bits[first + i]);
      bits[first + i] = Double.doubleToRawLongBits(number + 0.0);
      out[at + i] = Double.isNaN(number) ? 0 : first + i;
    }
    if (needsNumbers) {
      for (int i = 0; i < n; i++) {
        numbers[first + i] = Double.longBitsToDouble(bits[first + i]);
      }
    }
    for (int i = 0; needsTimes && i < n; i++) {
      setTime(first + i, Double.longBitsToDouble(bits[first + i]));
    }
  }

  /** Adds whole numbers of 64 bits, see {@link #addDoubles}. */
  void addLongs(ByteBuffer in, int[] out, int at, int n) {
    if (writesNumbers() || ids || needsNumbers || needsTimes) {
      for (int i = 0; i < n; i++) {
        out[at + i] = addLong(in.getLong());
      }
      return;
    }
    int first = addBits(Form.WHOLE, in, n);
    for (int i = 0; i < n; i++) {
      out[at + i] = first + i;
    }
  }

  /** Adds numbers of 64 bits without their texts; returns the first. */
  private int addBits(Form form, ByteBuffer in, int n) {
    int first = count;
    count += n;
    if (count >= forms.length) {
      grow(2 * count);
    }
    Arrays.fill(flags, first, count, (byte) 0);
    Arrays.fill(forms, first, count, (byte) (form.ordinal() | BARE));
    in.asLongBuffer().get(bits, first, n);
    in.position(in.position() + Long.BYTES * n);
    return first;
  }

  private int set(int value, Form form, long of) {
    forms[value] = (byte) form.ordinal();
    bits[value] = of;
    return value;
  }

  /** Whether numbers are texts at once. */
  private boolean writesNumbers() {
    return needsTexts || (needsTimes && !times.takesNumbers());
  }

  int addLong(long number) {
    if (!writesNumbers() && (!ids || number == (int) number)) {
      return addBare(Form.WHOLE, number, number);
    }
    reserve(24);
    int end = putLong(length, number);
    return set(endNumber(end, end, number), Form.WHOLE, number);
  }

  /** Adds an unsigned number of 64 bits. */
  int addUnsigned(long number) {
    return number >= 0
        ? addLong(number)
        : addDecimal(new BigDecimal(Long.toUnsignedString(number)));
  }

  /** Adds a number, without the zeros at its end. */
  int addDecimal(BigDecimal number) {
    BigDecimal least = number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    byte[] text = least.toPlainString().getBytes(StandardCharsets.ISO_8859_1);
    reserve(text.length);
    System.arraycopy(text, 0, bytes, length, text.length);
    int value = endNumber(length + text.length, length + text.length, number.doubleValue());
    bits[value] = Hashes.of(text, 0, text.length);
    return value;
  }

  int addBoolean(boolean truth) {
    return addAscii(truth ? "true" : "false", truth ? 1 : 0);
  }

  private int addAscii(String text, double number) {
    reserve(text.length());
    int end = putAscii(length, text);
    int value = endNumber(end, end, number);
    bits[value] = needsHashes ? Hashes.of(bytes, from[value], to[value] - from[value]) : 0;
    return value;
  }

  @SuppressWarnings("deprecation") // of ASCII, quickly
  private int putAscii(int at, String text) {
    text.getBytes(0, text.length(), bytes, at);
    return at + text.length();
  }

  /** Adds a number; one that is none is missing. */
  int addDouble(double number) {
    if (Double.isNaN(number)) {
      return 0;
    }
    long of = Double.doubleToRawLongBits(number + 0.0); // -0.0 is 0
    return writesNumbers() || ids
        ? set(writeDouble(number), Form.DOUBLE, of)
        : addBare(Form.DOUBLE, of, number);
  }

  private int writeDouble(double number) {
    reserve(32);
    double magnitude = Math.abs(number);
    if (number == Math.rint(number) && magnitude < EXACT) {
      return addWhole((long) number, number);
    }
    long thousands = Math.round(number * 1000);
    // Of decimals with 15 digits no two are the same double, so that this one is the shortest.
    if (magnitude >= 1e-3 && Math.abs(thousands) < EXACT && thousands / 1000.0 == number) {
      int end = putThousands(length, thousands);
      return endNumber(end, end, number);
    }
    return Double.isInfinite(number)
        ? addAscii(number > 0 ? "inf" : "-inf", number)
        : addShortest(DoubleToDecimal.toString(number), number);
  }

  /** Adds a number of single precision. */
  int addFloat(float number) {
    if (Float.isNaN(number)) {
      return 0;
    }
    long of = Double.doubleToRawLongBits(number + 0.0);
    return writesNumbers() || ids
        ? set(writeFloat(number), Form.FLOAT, of)
        : addBare(Form.FLOAT, of, number);
  }

  private int writeFloat(float number) {
    reserve(32);
    if (number == Math.rint(number) && Math.abs(number) < 1 << 24) {
      return addWhole((long) number, number);
    }
    return Float.isInfinite(number)
        ? addAscii(number > 0 ? "inf" : "-inf", number)
        : addShortest(FloatToDecimal.toString(number), number);
  }

  /** Adds a whole number of a floating-point type. */
  private int addWhole(long whole, double number) {
    int start = length;
    int end = start;
    if (whole == 0 && 1 / number < 0) {
      bytes[end++] = '-'; // -0.0 is 0
      putLong(end, 0);
      int value = endNumber(putAscii(end + 1, ".0"), end + 1, number);
      from[value] = start + 1;
      return value;
    }
    end = putLong(start, whole);
    return endNumber(putAscii(end, ".0"), end, number);
  }

  /**
   * Adds the digits that Java writes for a number as Python puts them.
   *
   * @param java as of {@link Double#toString}
   */
  private int addShortest(String java, double number) {
    int e = java.indexOf('E');
    if (e < 0) {
      int end = putAscii(length, java);
      return endNumber(end, java.endsWith(".0") ? end - 2 : end, number);
    }
    String digits = java.substring(0, e).replaceFirst("[.]0$", "");
    int exponent = Integer.parseInt(java.substring(e + 1));
    if (exponent >= -4 && exponent < 16) {
      String plain = new BigDecimal(digits + "E" + exponent).toPlainString();
      int end = putAscii(length, plain);
      return endNumber(plain.indexOf('.') < 0 ? putAscii(end, ".0") : end, end, number);
    }
    String text =
        digits
            + (exponent < 0 ? "e-" : "e+")
            + (Math.abs(exponent) < 10 ? "0" : "")
            + Math.abs(exponent);
    int end = putAscii(length, text);
    return endNumber(end, end, number);
  }

  /** Adds a day, counted from that of the epoch. */
  int addDate(long day) {
    reserve(32);
    int end = needsTexts || ids ? putDate(length, day) : length;
    return setTime(endTime(end, day * SECONDS_OF_DAY, 0, true), Form.DATE, day);
  }

  /**
   * Adds a time.
   *
   * @param local whether it is of no zone, and the seconds are as if it were UTC
   */
  int addTimestamp(long epochSecond, int nano, boolean local) {
    reserve(48);
    int end = length;
    if (needsTexts || ids) {
      end = putDate(end, Math.floorDiv(epochSecond, SECONDS_OF_DAY));
      bytes[end++] = ' ';
      end = putTime(end, (int) Math.floorMod(epochSecond, SECONDS_OF_DAY), nano);
    }
    int value = setTime(endTime(end, epochSecond, nano, local), Form.TIMESTAMP, epochSecond);
    if (nanos.length < forms.length) {
      nanos = Arrays.copyOf(nanos, forms.length);
    }
    nanos[value] = nano;
    return value;
  }

  private int setTime(int value, Form form, long of) {
    set(value, form, of);
    forms[value] |= ends[value] == starts[value] ? BARE : 0;
    return value;
  }

  private int endTime(int end, long epochSecond, int nanos, boolean local) {
    int value = end(end, length, end, 0);
    if (needsTimes) {
      seconds[value] =
          local
              ? times.seconds(LocalDateTime.ofEpochSecond(epochSecond, nanos, ZoneOffset.UTC))
              : TimeText.seconds(epochSecond, nanos);
    }
    flags[value] |= needsNumbers ? NO_NUMBER : 0;
    return value;
  }

  /** Adds a time of a day. */
  int addTimeOfDay(long nanosOfDay) {
    reserve(32);
    int end = putTime(length, (int) (nanosOfDay / NANOS), (int) (nanosOfDay % NANOS));
    int value = set(end(end, length, end, 0), Form.TEXT, nanosOfDay);
    flags[value] |= (needsNumbers ? NO_NUMBER : 0) | (needsTimes ? NO_TIME : 0);
    return value;
  }

  int addText(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return addText(utf8, 0, utf8.length);
  }

  /** Adds a text in UTF-8. */
  int addText(byte[] text, int offset, int size) {
    reserve(2 * size + 48); // its value may be a number that is written in another way
    int start = length;
    System.arraycopy(text, offset, bytes, start, size);
    int end = start + size;
    boolean usual = size == 0 || CsvLine.isUsual(bytes[start], bytes[end - 1]);
    boolean comma = false;
    boolean quoted = false;
    for (int p = usual && !needsTexts ? end : start; p < end; p++) {
      byte b = bytes[p];
      if (b <= ',') {
        comma |= b == ',';
        quoted |= b == '"' || b == '\n' || b == '\r';
      }
    }
    int value;
    if (!usual) {
      value = addOdd(start, end, quoted || comma);
    } else {
      value = end(end, start, end, 0);
    }
    flags[value] |= comma ? COMMA : 0;
    bits[value] = needsHashes ? Hashes.of(bytes, from[value], to[value] - from[value]) : 0;
    if (nullValues.isMissing(bytes, starts[value], ends[value])) {
      flags[value] |= MISSING;
      return value;
    }
    if (needsTimes) {
      parseTime(value);
    }
    if (needsNumbers) {
      try {
        numbers[value] = NumberText.parse(bytes, starts[value], ends[value]);
      } catch (NumberFormatException e) {
        flags[value] |= NO_NUMBER;
      }
    }
    return value;
  }

  private void parseTime(int value) {
    try {
      seconds[value] = times.parse(bytes, starts[value], ends[value]);
      flags[value] |= times.wasScaled() ? SCALED : 0;
    } catch (NumberFormatException e) {
      flags[value] |= NO_TIME;
    }
  }

  /** Adds a text that may have blanks around it, or be a number that is written in an odd way. */
  private int addOdd(int start, int end, boolean quoted) {
    odd.look(bytes, start, end, quoted);
    String number = odd.value(0);
    int value = end(end, odd.start(0), odd.valueEnd(0), 0);
    starts[value] = odd.start(0);
    ends[value] = odd.end(0);
    if (!number.isEmpty()) {
      from[value] = end;
      to[value] = putAscii(end, number);
      length = to[value];
    }
    return value;
  }

  private int putLong(int at, long number) {
    if (number == Long.MIN_VALUE) {
      return putAscii(at, Long.toString(number));
    }
    long rest = number;
    int p = at;
    if (rest < 0) {
      bytes[p++] = '-';
      rest = -rest;
    }
    int end = p + digits(rest);
    putDigits(rest, p, end);
    return end;
  }

  private static int digits(long number) {
    int digits = 1;
    for (long limit = 10; number >= limit && digits < 19; limit *= 10) {
      digits++;
    }
    return digits;
  }

  /** Puts the last digits of a number. */
  private void putDigits(long number, int at, int end) {
    long rest = number;
    int p = end;
    while (rest > Integer.MAX_VALUE && p > at) {
      long next = rest / 10;
      bytes[--p] = (byte) ('0' + (rest - 10 * next));
      rest = next;
    }
    int small = (int) rest;
    while (p > at) {
      int next = small / 10;
      bytes[--p] = (byte) ('0' + (small - 10 * next));
      small = next;
    }
  }

  /** Puts a number of thousandths that is not a whole number, without zeros at its end. */
  private int putThousands(int at, long thousandths) {
    int p = at;
    long rest = thousandths;
    if (rest < 0) {
      bytes[p++] = '-';
      rest = -rest;
    }
    p = putLong(p, rest / 1000);
    bytes[p++] = '.';
    putDigits(rest % 1000, p, p + 3);
    p += 3;
    while (bytes[p - 1] == '0') {
      p--;
    }
    return p;
  }

  /** Puts a day of the proleptic Gregorian calendar as yyyy-MM-dd. */
  private int putDate(int at, long day) {
    // Days from 0000-03-01 on, in eras of 400 years: Hinnant, chrono-compatible date algorithms.
    long z = day + 719_468;
    long era = Math.floorDiv(z, 146_097);
    int dayOfEra = (int) (z - era * 146_097);
    int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int shifted = (5 * dayOfYear + 2) / 153;
    int month = shifted < 10 ? shifted + 3 : shifted - 9;
    long year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
    int p = at;
    if (year < 0 || year > 9999) {
      p = putLong(p, year);
    } else {
      putDigits(year, p, p + 4);
      p += 4;
    }
    bytes[p] = '-';
    putDigits(month, p + 1, p + 3);
    bytes[p + 3] = '-';
    putDigits(dayOfYear - (153 * shifted + 2) / 5 + 1, p + 4, p + 6);
    return p + 6;
  }

  /** Puts a time as HH:mm:ss, and what is below a second without zeros at its end. */
  private int putTime(int at, int seconds, int nanos) {
    putDigits(seconds / 3600, at, at + 2);
    bytes[at + 2] = ':';
    putDigits(seconds / 60 % 60, at + 3, at + 5);
    bytes[at + 5] = ':';
    putDigits(seconds % 60, at + 6, at + 8);
    int p = at + 8;
    if (nanos > 0) {
      bytes[p] = '.';
      putDigits(nanos, p + 1, p + 10);
      p += 10;
      while (bytes[p - 1] == '0') {
        p--;
      }
    }
    return p;
  }
}
