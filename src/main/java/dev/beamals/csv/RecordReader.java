package dev.beamals.csv;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import dev.beamals.RunException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.channels.Channels;
import java.nio.charset.Charset;
import java.util.Iterator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the records of a file of any dialect from its start. */
final class RecordReader implements Records {
  /** No character of a text: where quotes mean nothing. */
  private static final char NO_QUOTE = '\uFFFF';

  private static final int MAX_RECORD = 16 << 20;

  private final String file;
  private final CsvDialect dialect;
  private final CsvReader<CsvLine> reader;
  private final Iterator<CsvLine> records;
  private final Handler handler;

  /**
   * @param line Modified: what each record is read into
   * @throws RunException where the file cannot be read
   */
  RecordReader(String file, CsvDialect dialect, CsvLine line) {
    this(file, () -> Channels.newInputStream(Packing.open(file)), dialect, line);
  }

  /** The bytes of a text, opened where that can fail as reading can. */
  interface Bytes {
    InputStream open() throws IOException;
  }

  /** Of a text that is not, or not all of, the file that messages call it. */
  RecordReader(String file, Bytes text, CsvDialect dialect, CsvLine line) {
    this.file = file;
    this.dialect = dialect;
    this.handler = new Handler(line, dialect);
    try {
      BufferedReader lines = new BufferedReader(decode(text.open(), dialect), 1 << 16);
      for (int i = 0; i < dialect.skipLines(); i++) {
        lines.readLine();
      }
      boolean blanks = dialect.delimiter().equals(CsvDialect.WHITESPACE);
      boolean escapes = !dialect.escape().equals(dialect.quote()) && !dialect.quote().isEmpty();
      Reader characters = blanks || escapes ? new DialectReader(lines, dialect) : lines;
      CsvReader.CsvReaderBuilder builder =
          CsvReader.builder()
              .fieldSeparator(blanks ? "\t" : dialect.delimiter())
              .quoteCharacter(dialect.quote().isEmpty() ? NO_QUOTE : dialect.quote().charAt(0))
              .skipEmptyLines(true)
              .allowExtraFields(true)
              .allowMissingFields(true)
              .allowUnclosedQuote(false)
              .maxBufferSize(MAX_RECORD);
      if (!dialect.comment().isEmpty()) {
        builder.commentStrategy(CommentStrategy.SKIP).commentCharacter(dialect.comment().charAt(0));
      }
      this.reader = builder.build(handler, characters);
    } catch (IOException e) {
      throw cannotRead(e);
    } catch (IllegalArgumentException e) {
      throw new RunException(file + ": " + e.getMessage(), e);
    }
    this.records = reader.iterator();
  }

  /** The characters of a file, behind a mark that tells their encoding. */
  private static Reader decode(InputStream file, CsvDialect dialect) throws IOException {
    InputStream bytes = new BufferedInputStream(file, 1 << 16);
    bytes.mark(3);
    byte[] mark = bytes.readNBytes(3);
    bytes.reset();
    String marked = markedEncoding(mark);
    if (marked != null) {
      bytes.skipNBytes(marked.equals("UTF-8") ? 3 : 2);
    }
    return new InputStreamReader(
        bytes, Charset.forName(marked == null ? dialect.encoding() : marked));
  }

  /** The encoding that the first bytes of a file tell, or null. */
  static @Nullable String markedEncoding(byte[] start) {
    int first = start.length < 2 ? 0 : (start[0] & 0xFF) << 8 | start[1] & 0xFF;
    return first == 0xFFFE
        ? "UTF-16LE"
        : first == 0xFEFF
            ? "UTF-16BE"
            : first == 0xEFBB && start.length > 2 && (start[2] & 0xFF) == 0xBF ? "UTF-8" : null;
  }

  @Override
  public boolean next() {
    try {
      if (!records.hasNext()) {
        return false;
      }
      records.next();
      return true;
    } catch (CsvParseException e) {
      String reason = String.valueOf((e.getCause() == null ? e : e.getCause()).getMessage());
      if (reason.startsWith("Unclosed")) {
        reason = "a quote is open until the end of the file";
      }
      throw new RunException(
          file
              + ": cannot be read behind line "
              + line()
              + ": "
              + reason.lines().findFirst().orElse(""),
          e);
    } catch (java.io.UncheckedIOException e) {
      throw cannotRead(e.getCause() == null ? new IOException(e) : e.getCause());
    }
  }

  private RunException cannotRead(IOException e) {
    return new RunException(file + ": " + Packing.reason(file, e), e);
  }

  @Override
  public long line() {
    return handler.start == 0 ? 0 : handler.start + dialect.skipLines();
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  /** Puts fields into a line as they come. */
  private static final class Handler extends AbstractBaseCsvCallbackHandler<CsvLine> {
    private final CsvLine line;
    private final boolean multiLine;
    private final @Nullable LocalNumbers numbers;
    private long start;

    Handler(CsvLine line, CsvDialect dialect) {
      this.line = line;
      this.multiLine = dialect.multiLine();
      this.numbers =
          dialect.decimal().equals(".") && dialect.thousands().isEmpty()
              ? null
              : new LocalNumbers(dialect.decimal(), dialect.thousands());
    }

    @Override
    protected void handleBegin(long startingLineNumber) {
      start = startingLineNumber;
      line.begin();
    }

    @Override
    protected void handleField(int index, char[] text, int offset, int length, boolean quoted) {
      if (numbers != null) {
        String number = numbers.translate(text, offset, length);
        if (number != null) {
          line.addField(number.toCharArray(), 0, number.length(), quoted, multiLine);
          return;
        }
      }
      line.addField(text, offset, length, quoted, multiLine);
    }

    @Override
    protected CsvLine buildRecord() {
      return line;
    }
  }

  /** Numbers with another decimal point, or with groups of digits. */
  private static final class LocalNumbers {
    private final Pattern pattern;
    private final String decimal;
    private final String thousands;

    LocalNumbers(String decimal, String thousands) {
      this.decimal = decimal;
      this.thousands = thousands;
      String digits =
          thousands.isEmpty() ? "\\d+" : "(\\d{1,3}(" + Pattern.quote(thousands) + "\\d{3})+|\\d+)";
      String fraction = Pattern.quote(decimal) + "\\d*";
      this.pattern =
          Pattern.compile(
              "[+-]?(" + digits + "(" + fraction + ")?|" + fraction + ")([eE][+-]?\\d+)?");
    }

    /** The number with a point and without groups, or null for another text. */
    @Nullable String translate(char[] text, int offset, int length) {
      String field = new String(text, offset, length).strip();
      if (!pattern.matcher(field).matches()) {
        return null;
      }
      return (thousands.isEmpty() ? field : field.replace(thousands, "")).replace(decimal, ".");
    }
  }
}
