package dev.beamals.csv;

import java.io.IOException;
import java.io.Reader;

/**
 * Text as FastCSV knows it: runs of blanks between fields become a tab, and a quote behind an
 * escape character becomes a doubled one.
 */
final class DialectReader extends Reader {
  private final Reader in;
  private final boolean blanks;
  private final int quote;
  private final int escape;
  private final int delimiterEnd;
  private boolean quoted;
  private boolean fieldStart = true;
  private boolean lineStart = true;
  private int ahead = NOTHING;
  private int pending = NOTHING;

  /** No character, and not the end of a text. */
  private static final int NOTHING = -2;

  DialectReader(Reader in, CsvDialect dialect) {
    this.in = in;
    this.blanks = dialect.delimiter().equals(CsvDialect.WHITESPACE);
    this.quote = dialect.quote().isEmpty() ? NOTHING : dialect.quote().charAt(0);
    this.escape = dialect.escape().equals(dialect.quote()) ? NOTHING : dialect.escape().charAt(0);
    this.delimiterEnd =
        blanks ? '\t' : dialect.delimiter().charAt(dialect.delimiter().length() - 1);
  }

  @Override
  public int read(char[] buffer, int offset, int length) throws IOException {
    int n = 0;
    while (n < length) {
      int c = next();
      if (c < 0) {
        break;
      }
      buffer[offset + n++] = (char) c;
    }
    return n == 0 && length > 0 ? -1 : n;
  }

  private int next() throws IOException {
    if (pending != NOTHING) {
      int c = pending;
      pending = NOTHING;
      return c;
    }
    int c = take();
    if (quoted) {
      if (c == escape) {
        int second = take();
        if (second == quote || second == escape) {
          pending = second == quote ? second : NOTHING;
          return second;
        }
        ahead = second;
        return c;
      }
      if (c == quote) {
        int second = take();
        if (second == quote) {
          pending = second;
          return c;
        }
        ahead = second;
      }
      quoted = c != quote && c >= 0;
      return c;
    }
    if (blanks && isBlank(c)) {
      boolean begin = lineStart;
      while (isBlank(c)) {
        c = take();
      }
      ahead = c;
      if (begin || c == '\n' || c == '\r' || c < 0) {
        return next();
      }
      fieldStart = true;
      return '\t';
    }
    quoted = c == quote && fieldStart;
    lineStart = c == '\n' || c == '\r';
    fieldStart = lineStart || c == delimiterEnd;
    return c;
  }

  private static boolean isBlank(int c) {
    return c == ' ' || c == '\t';
  }

  private int take() throws IOException {
    if (ahead != NOTHING) {
      int c = ahead;
      ahead = NOTHING;
      return c;
    }
    return in.read();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
