package dev.beamals.csv;

import dev.beamals.ids.Hashes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Splits one line of CSV into fields, in place where no field is quoted.
 *
 * <p>RFC 4180 less one thing: a line end always ends a record, so that a file can be read from any
 * byte on. A field that begins with a quote is quoted, two quotes inside stand for one, and the
 * closing quote ends the field. A quote anywhere else is a character like any other.
 */
final class CsvLine {
  /** What is wrong with a line on which a quoted field begins that does not end there. */
  static final String OPEN_QUOTE = "a quoted field that does not end on its line";

  /** What may be at the begin or the end of a field that is not written in the usual way. */
  private static final int FIRST = 1;

  private static final int LAST = 2;
  private static final byte[] ODD = new byte[256];

  static {
    for (char c : new char[] {' ', '+', '-', '.', '0'}) {
      ODD[c] |= FIRST;
    }
    for (char c : new char[] {' ', '.', '0'}) {
      ODD[c] |= LAST;
    }
  }

  private static final String AFTER_QUOTE = "a character after a closing quote";

  private final byte delimiter;
  private final boolean quotes;
  private final int[] starts;
  private final int[] ends;

  /** Where the value of a field ends: without what adds nothing to it, as in 1.50 and 2.0. */
  private final int[] valueEnds;

  /** The values of fields that do not begin with them, as of +1; elsewhere no text. */
  private final String[] values;

  private boolean hasValues;
  private byte[] scratch = {};
  private int count;
  private byte[] bytes = {};
  private byte[] unquoted = {};
  private int next;
  private int filled;
  private boolean quoted;
  private boolean nul;
  private boolean ambiguous;

  /** Whether all values begin where their fields do, with commas between them. */
  private boolean inPlace;

  /** Whether the value of a field ends before it. */
  private boolean cut;

  private @Nullable String defect;

  /** Of a line whose fields are added one by one, or of one with commas and quotes. */
  CsvLine(int maxFields) {
    this(',', true, maxFields);
  }

  /**
   * @param quotes whether a quote means anything
   * @param maxFields fields past these are counted, not kept
   */
  CsvLine(char delimiter, boolean quotes, int maxFields) {
    this.delimiter = (byte) delimiter;
    this.quotes = quotes;
    this.starts = new int[maxFields];
    this.ends = new int[maxFields];
    this.valueEnds = new int[maxFields];
    this.values = new String[maxFields];
    Arrays.fill(values, "");
  }

  /** Splits the line that begins at {@code from} and ends with a line end, or at {@code to}. */
  void split(byte[] buffer, int from, int to) {
    bytes = buffer;
    clear();
    inPlace = delimiter == ',';
    cut = false;
    int p = splitInPlace(buffer, from, to);
    next = p;
    if (p < to) {
      next = buffer[p] == '\r' && p + 1 < to && buffer[p + 1] == '\n' ? p + 2 : p + 1;
    }
    if (quoted) {
      unquote(buffer, from, p);
    } else {
      inspect();
    }
    if (nul) {
      defect = "a NUL byte";
    }
  }

  /**
   * Finds the fields as if none was quoted. In locals, and with a loop of its own over what means
   * nothing: where the compiler inlines all of it beside {@link #inspect}, one loop takes three
   * times as long.
   *
   * @return where the line ends
   */
  private int splitInPlace(byte[] buffer, int from, int to) {
    int[] begins = starts;
    int[] stops = ends;
    byte separator = delimiter;
    boolean anyQuoted = false;
    boolean anyNul = false;
    int fields = 0;
    int field = from;
    int p = from;
    for (p = skip(buffer, p, to, separator); p < to; p = skip(buffer, p + 1, to, separator)) {
      byte b = buffer[p];
      if (b == separator) {
        if (fields < begins.length) {
          begins[fields] = field;
          stops[fields] = p;
        }
        fields++;
        field = p + 1;
      } else if (b == '\n' || b == '\r') {
        break;
      } else {
        anyQuoted |= b == '"' && p == field;
        anyNul |= b == 0;
      }
    }
    if (fields < begins.length) {
      begins[fields] = field;
      stops[fields] = p;
    }
    count = fields + 1;
    quoted = anyQuoted && quotes;
    nul = anyNul;
    return p;
  }

  /** The next byte that may mean something, or {@code to}. */
  private static int skip(byte[] buffer, int from, int to, byte separator) {
    int p = from;
    while (p < to && buffer[p] > '"' && buffer[p] != separator) {
      p++;
    }
    return p;
  }

  private void clear() {
    count = 0;
    nul = false;
    ambiguous = false;
    defect = null;
    if (hasValues) {
      Arrays.fill(values, "");
      hasValues = false;
    }
  }

  /** Splits again, now with quotes, into a buffer of decoded fields. */
  private void unquote(byte[] buffer, int from, int to) {
    if (unquoted.length < to - from + 1) {
      unquoted = new byte[2 * (to - from + 1)];
    }
    bytes = unquoted;
    count = 0;
    int out = 0;
    int p = from;
    while (true) {
      int start = out;
      boolean isQuoted = p < to && buffer[p] == '"';
      if (isQuoted) {
        p++;
        while (true) {
          if (p == to) {
            defect = OPEN_QUOTE;
            return;
          }
          byte b = buffer[p++];
          if (b == '"') {
            if (p == to || buffer[p] != '"') {
              break;
            }
            p++;
          }
          ambiguous |= b == ',';
          unquoted[out++] = b;
        }
        if (p < to && buffer[p] != delimiter) {
          defect = AFTER_QUOTE;
          return;
        }
      } else {
        while (p < to && buffer[p] != delimiter) {
          unquoted[out++] = buffer[p++];
        }
      }
      add(start, out);
      if (count <= starts.length) {
        inspect(count - 1, isQuoted);
      }
      if (p == to) {
        return;
      }
      unquoted[out++] = delimiter;
      p++;
    }
  }

  /** Begins a line whose fields are added one by one. */
  void begin() {
    bytes = unquoted;
    clear();
    inPlace = true;
    cut = false;
    filled = 0;
  }

  /** Adds a field, without its quotes. */
  void addField(char[] text, int offset, int length, boolean isQuoted, boolean multiLine) {
    if (unquoted.length < filled + 3 * length + 1) {
      unquoted = Arrays.copyOf(unquoted, 2 * (filled + 3 * length + 64));
      bytes = unquoted;
    }
    if (count > 0) {
      unquoted[filled++] = ',';
    }
    int start = filled;
    for (int i = offset; i < offset + length; i++) {
      char c = text[i];
      if (c >= 128) {
        byte[] rest = new String(text, i, offset + length - i).getBytes(StandardCharsets.UTF_8);
        if (defect == null && new String(text, i, offset + length - i).indexOf(0xFFFD) >= 0) {
          defect = "a character that is not in its encoding";
        }
        System.arraycopy(rest, 0, unquoted, filled, rest.length);
        filled += rest.length;
        break;
      }
      unquoted[filled++] = (byte) c;
    }
    for (int p = start; p < filled; p++) {
      byte b = unquoted[p];
      ambiguous |= b == ',';
      if (b == 0) {
        defect = "a NUL byte";
      } else if (!multiLine && (b == '\n' || b == '\r')) {
        defect = OPEN_QUOTE;
      }
    }
    add(start, filled);
    if (count <= starts.length) {
      inspect(count - 1, isQuoted);
    }
  }

  private void add(int start, int end) {
    if (count < starts.length) {
      starts[count] = start;
      ends[count] = end;
      valueEnds[count] = end;
    }
    count++;
  }

  /** What makes the line unreadable, or null. */
  @Nullable String defect() {
    return defect;
  }

  /** Where the next line begins. */
  int next() {
    return next;
  }

  /** The number of fields; a line without a byte has one, which is empty. */
  int count() {
    return count;
  }

  /** How many bytes the fields of a line have that were added one by one. */
  int length() {
    return filled;
  }

  /** The array that {@link #start} and {@link #end} point into. */
  byte[] bytes() {
    return bytes;
  }

  /** Where field {@code i} begins, leading blanks left out, but those of a quoted text. */
  int start(int i) {
    return starts[i];
  }

  /** Where field {@code i} ends, trailing blanks left out, but those of a quoted text. */
  int end(int i) {
    return ends[i];
  }

  /** Where the value of field {@code i} ends, which begins where the field does. */
  int valueEnd(int i) {
    return valueEnds[i];
  }

  /**
   * The value of field {@code i} where it does not begin as the field does, as of +1; else empty.
   */
  String value(int i) {
    return values[i];
  }

  /** Looks at one field alone, in {@code text[from, to)} and without its quotes. */
  void look(byte[] text, int from, int to, boolean isQuoted) {
    clear();
    bytes = text;
    add(from, to);
    inspect(0, isQuoted);
  }

  /** Inspects all fields of a line without quotes. */
  private void inspect() {
    byte[] text = bytes;
    System.arraycopy(ends, 0, valueEnds, 0, Math.min(count, ends.length));
    for (int i = Math.min(count, starts.length) - 1; i >= 0; i--) {
      int start = starts[i];
      int end = ends[i];
      // What is odd is so far down; of the rest, inspect finds nothing.
      if (start < end && Math.min(text[start], text[end - 1]) <= '0') {
        inspect(i, false);
      }
    }
  }

  /** Whether a field, not empty, surely is its value: it begins and ends in the usual way. */
  static boolean isUsual(byte first, byte last) {
    return (ODD[first & 0xFF] & FIRST | ODD[last & 0xFF] & LAST) == 0;
  }

  /** Trims field {@code i}, and finds out whether its value is written in the usual way. */
  private void inspect(int i, boolean isQuoted) {
    int start = starts[i];
    int end = ends[i];
    if (start == end
        || (ODD[bytes[start] & 0xFF] & FIRST | ODD[bytes[end - 1] & 0xFF] & LAST) == 0) {
      return;
    }
    while (start < end && bytes[start] == ' ') {
      start++;
    }
    while (end > start && bytes[end - 1] == ' ') {
      end--;
    }
    boolean trimmed = end - start < ends[i] - starts[i];
    if (trimmed && isQuoted && start < end && NumberText.canonical(bytes, start, end) == null) {
      return; // a text
    }
    inPlace &= !trimmed;
    starts[i] = start;
    ends[i] = end;
    valueEnds[i] = end;
    if (start < end) {
      inspectNumber(i, start, end);
    }
  }

  /** Finds out what a number that begins or ends oddly is without that. */
  private void inspectNumber(int i, int start, int end) {
    byte first = bytes[start];
    byte second = end - start > 1 ? bytes[start + 1] : 0;
    boolean begins =
        first > '0'
            || (first == '0' ? second == '.' || end - start == 1 : first == '-' && second > '0');
    if (!begins) { // as +1, 007, .5, -0.0
      String value = NumberText.canonical(bytes, start, end);
      if (value != null && !NumberText.isWritten(value, bytes, start, end)) {
        values[i] = value;
        hasValues = true;
        inPlace = false;
      }
      return;
    }
    if ((ODD[bytes[end - 1] & 0xFF] & LAST) == 0) {
      return; // 0.5, -7
    }
    int zeros = end;
    while (zeros > start && bytes[zeros - 1] == '0') {
      zeros--;
    }
    int point = zeros;
    while (point > start && isDigit(bytes[point - 1])) {
      point--;
    }
    point--;
    if (point <= start || bytes[point] != '.') {
      return; // 10, or a text
    }
    for (int p = first == '-' ? start + 1 : start; p < point; p++) {
      if (!isDigit(bytes[p])) {
        return; // a text
      }
    }
    valueEnds[i] = zeros > point + 1 ? zeros : point;
    cut |= valueEnds[i] != end;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /**
   * A hash of the values of all fields: equal for lines with equal ones, however these are quoted,
   * separated, or written as numbers.
   */
  long fingerprint() {
    if (!inPlace || (cut && ambiguous)) {
      return hashValues();
    }
    return cut ? hashWithoutEnds() : hash(bytes, starts[0], ends, ambiguous);
  }

  /** Of values in their place, some of which end before their fields. */
  private long hashWithoutEnds() {
    int from = starts[0];
    if (scratch.length < ends[count - 1] - from) {
      scratch = new byte[2 * (ends[count - 1] - from)];
    }
    int out = 0;
    for (int i = 0; i < count; i++) {
      if (valueEnds[i] != ends[i] || i == count - 1) {
        int length = valueEnds[i] - from;
        System.arraycopy(bytes, from, scratch, out, length);
        out += length;
        from = ends[i];
      }
    }
    return Hashes.of(scratch, 0, out);
  }

  /** The same where a number may have an exponent, which splitting does not look for. */
  long fingerprintWithExponents() {
    for (int i = 0; i < count; i++) {
      if (values[i].isEmpty() && NumberText.mayHaveExponent(bytes, starts[i], ends[i])) {
        String value = NumberText.canonical(bytes, starts[i], ends[i]);
        values[i] = value == null ? "" : value;
        hasValues = true;
      }
    }
    return hashValues();
  }

  private long hashValues() {
    int longest = 0;
    for (int i = 0; i < count; i++) {
      longest += 1 + Math.max(values[i].length(), valueEnds[i] - starts[i]);
    }
    if (scratch.length < longest) {
      scratch = new byte[2 * longest];
    }
    boolean commas = false;
    int out = 0;
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        scratch[out++] = ',';
      }
      String value = values[i];
      if (!value.isEmpty()) {
        for (int p = 0; p < value.length(); p++) {
          scratch[out++] = (byte) value.charAt(p); // digits
        }
      } else {
        int length = valueEnds[i] - starts[i];
        System.arraycopy(bytes, starts[i], scratch, out, length);
        out += length;
      }
    }
    if (ambiguous || delimiter != ',') { // then a comma may be part of a text
      for (int i = 0; i < count; i++) {
        for (int p = starts[i]; values[i].isEmpty() && p < valueEnds[i]; p++) {
          commas |= bytes[p] == ',';
        }
      }
    }
    if (!commas) {
      return Hashes.of(scratch, 0, out);
    }
    int[] textEnds = new int[count];
    int at = 0;
    for (int i = 0; i < count; i++) {
      at += values[i].isEmpty() ? valueEnds[i] - starts[i] : values[i].length();
      textEnds[i] = at++;
    }
    return hash(Arrays.copyOf(scratch, out), 0, textEnds, true);
  }

  /**
   * @param from where the first field begins
   * @param ambiguous whether a field has a comma, which looks like one between fields
   */
  private long hash(byte[] text, int from, int[] fieldEnds, boolean ambiguous) {
    long hash = Hashes.of(text, from, fieldEnds[count - 1] - from);
    if (ambiguous) {
      for (int i = 0; i < count; i++) {
        hash = Hashes.mix(hash + fieldEnds[i] - from); // say where the fields end
      }
    }
    return hash;
  }

  /** All fields as texts. */
  List<String> texts() {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < Math.min(count, starts.length); i++) {
      fields.add(new String(bytes, starts[i], ends[i] - starts[i], StandardCharsets.UTF_8));
    }
    return fields;
  }

  /**
   * All fields of one line.
   *
   * @throws IllegalArgumentException saying what makes the line unreadable
   */
  static List<String> fields(byte[] line, int from, char delimiter, boolean quotes) {
    CsvLine split = new CsvLine(delimiter, quotes, line.length + 1);
    split.split(line, from, line.length);
    List<String> fields = new ArrayList<>();
    if (AFTER_QUOTE.equals(split.defect())) { // as "user" , "item"
      String text = new String(line, from, line.length - from, StandardCharsets.UTF_8).strip();
      for (String field : text.split(Pattern.quote(String.valueOf(delimiter)), -1)) {
        fields.add(field.strip());
      }
      if (fields.stream().allMatch(field -> field.matches("\"[^\"]*\"|[^\"]*"))) {
        return fields.stream().map(field -> field.replace("\"", "")).toList();
      }
    }
    if (split.defect() != null) {
      throw new IllegalArgumentException(split.defect());
    }
    return split.texts();
  }
}
