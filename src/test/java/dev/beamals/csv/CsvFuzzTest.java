package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import dev.beamals.RunException;
import dev.beamals.csv.CsvSourceTest.Reading;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Random texts and random dialects: what FastCSV reads of them is what we read, on any road and
 * from any byte on. {@code -Djqwik.tries.default=1000000} is the long form.
 */
final class CsvFuzzTest {
  private static final String NO_QUOTE = "\uFFFF";

  /** A field as FastCSV finds it. */
  private record Field(String text, boolean quoted) {
    /** The same without the blanks that do not count. */
    String trimmed() {
      String bare = text.replaceAll("^ +| +$", "");
      byte[] bytes = bare.getBytes(StandardCharsets.UTF_8);
      return !quoted || bare.isEmpty() || NumberText.canonical(bytes, 0, bytes.length) != null
          ? bare
          : text;
    }
  }

  private static final class Fields extends AbstractBaseCsvCallbackHandler<List<Field>> {
    private List<Field> fields = new ArrayList<>();

    @Override
    protected void handleBegin(long startingLineNumber) {
      fields = new ArrayList<>();
    }

    @Override
    protected void handleField(int index, char[] text, int from, int length, boolean quoted) {
      fields.add(new Field(new String(text, from, length), quoted));
    }

    @Override
    protected List<Field> buildRecord() {
      return fields;
    }
  }

  private static Iterator<List<Field>> fastCsv(String text, CsvDialect dialect) {
    CsvReader.CsvReaderBuilder builder =
        CsvReader.builder()
            .fieldSeparator(dialect.delimiter())
            .quoteCharacter((dialect.quote().isEmpty() ? NO_QUOTE : dialect.quote()).charAt(0))
            .allowExtraFields(true)
            .allowMissingFields(true)
            .allowUnclosedQuote(false);
    if (!dialect.comment().isEmpty()) {
      builder.commentStrategy(CommentStrategy.SKIP).commentCharacter(dialect.comment().charAt(0));
    }
    return builder.build(new Fields(), text).iterator();
  }

  /** Texts of much that means something somewhere. */
  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
            "\"",
            "\"",
            "'",
            ",",
            ",",
            ";",
            "\t",
            "|",
            "::",
            "\n",
            "\n",
            "\r\n",
            "\r",
            " ",
            "1",
            "20",
            "-",
            "+",
            ".",
            "0",
            "00",
            "1.50",
            "2.0",
            "1e5",
            "NA",
            "a",
            "x y",
            "é",
            "🎧",
            "\0",
            "#",
            "\\",
            "\"1\"",
            "\",\"",
            "1,2,3\n",
            "\"3\",4,5\n")
        .list()
        .ofMaxSize(40)
        .map(parts -> String.join("", parts));
  }

  /** Dialects that FastCSV knows. */
  @Provide
  Arbitrary<CsvDialect> dialects() {
    return Combinators.combine(
            Arbitraries.of(",", ";", "\t", "|", "::", " ", ", "),
            Arbitraries.of("\"", "\"", "'", ""),
            Arbitraries.of("", "#", "%"),
            Arbitraries.integers().between(0, 2),
            Arbitraries.of("UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "GB18030"),
            Arbitraries.of(true, false))
        .as(
            (delimiter, quote, comment, skipLines, encoding, multiLine) ->
                CsvDialect.create()
                    .withDelimiter(delimiter)
                    .withQuote(quote)
                    .withComment(comment)
                    .withSkipLines(skipLines)
                    .withEncoding(encoding)
                    .withMultiLine(multiLine));
  }

  @Property(seed = "14")
  void linesAreSplitAsFastCsvSplitsThem(
      @ForAll("texts") String text, @ForAll("plainDialects") CsvDialect dialect) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    CsvLine line =
        new CsvLine(dialect.delimiter().charAt(0), !dialect.quote().isEmpty(), bytes.length + 1);
    int from = 0;
    for (String expected : lines(text)) {
      line.split(bytes, from, bytes.length);
      from = line.next();
      if (expected.isEmpty()) {
        assertEquals(List.of(""), line.texts());
        continue;
      }
      List<Field> fields = List.of();
      boolean split = false;
      try {
        fields = fastCsv(expected, dialect).next();
        split = fields.stream().noneMatch(field -> field.text().indexOf('\0') >= 0);
      } catch (CsvParseException e) {
        // an open quote, or a character behind one
      }
      assertEquals(split, line.defect() == null, expected + ": " + line.defect());
      if (split) {
        assertEquals(fields.stream().map(Field::trimmed).toList(), line.texts());
      }
    }
    assertEquals(bytes.length, from);
  }

  @Provide
  Arbitrary<CsvDialect> plainDialects() {
    return Combinators.combine(
            Arbitraries.of(",", ",", ";", "\t", "|", " ", "x"), Arbitraries.of("\"", "\"", ""))
        .as((delimiter, quote) -> CsvDialect.create().withDelimiter(delimiter).withQuote(quote));
  }

  /** The lines of a text, without their ends. */
  private static List<String> lines(String text) {
    List<String> lines = new ArrayList<>(List.of(text.split("\r\n|\r|\n", -1)));
    if (lines.get(lines.size() - 1).isEmpty()) {
      lines.remove(lines.size() - 1);
    }
    return lines;
  }

  @Property(seed = "15")
  void recordsOfAnyDialectAreThoseOfFastCsv(
      @ForAll("texts") String text, @ForAll("dialects") CsvDialect dialect) throws IOException {
    Charset encoding = Charset.forName(dialect.encoding());
    withFile(
        text.getBytes(encoding),
        file -> {
          String rest = text;
          for (int i = 0; i < dialect.skipLines(); i++) {
            rest = rest.replaceFirst("^[^\r\n]*(\r\n|\r|\n|$)", "");
          }
          CsvLine line = new CsvLine(100);
          Iterator<List<Field>> expected = fastCsv(rest, dialect);
          try (RecordReader records = new RecordReader(file.toString(), dialect, line)) {
            while (true) {
              List<Field> fields;
              try {
                fields = expected.hasNext() ? expected.next() : null;
              } catch (CsvParseException e) {
                assertThrows(RunException.class, records::next);
                break;
              }
              assertEquals(fields != null, records.next());
              if (fields == null) {
                break;
              }
              boolean split =
                  fields.stream()
                      .noneMatch(
                          field ->
                              field.text().indexOf('\0') >= 0
                                  || (!dialect.multiLine()
                                      && field.text().matches("(?s).*[\r\n].*")));
              assertEquals(split, line.defect() == null, line.defect());
              if (split) {
                assertEquals(fields.stream().map(Field::trimmed).toList(), line.texts());
              }
            }
          }
        });
  }

  /** Any dialect, with a quote if fields are to be of any characters. */
  @Provide
  Arbitrary<CsvDialect> writtenDialects() {
    return Combinators.combine(
            Arbitraries.of(",", ";", "\t", "|", "::", " ", ", ", CsvDialect.WHITESPACE),
            Arbitraries.of("\"", "'"),
            Arbitraries.of("", "\\", "~"),
            Arbitraries.of("", "#"),
            Arbitraries.of("UTF-8", "UTF-16", "GB18030"))
        .as(
            (delimiter, quote, escape, comment, encoding) -> {
              CsvDialect dialect =
                  CsvDialect.create()
                      .withDelimiter(delimiter)
                      .withQuote(quote)
                      .withComment(comment)
                      .withEncoding(encoding)
                      .withMultiLine(true);
              return escape.isEmpty() ? dialect : dialect.withEscape(escape);
            });
  }

  @Provide
  Arbitrary<String> fields() {
    return Arbitraries.of(
            "", "a", "1", "1.0", " ", ",", ";", "::", "\t", "\"", "'", "\\", "~", "#", "\n", "\r\n",
            "é", "🎧")
        .list()
        .ofMaxSize(6)
        .map(parts -> String.join("", parts));
  }

  @Property(seed = "16")
  void whatIsWrittenInAnyDialectIsReadBack(
      @ForAll("writtenDialects") CsvDialect dialect,
      @ForAll("rows") List<List<String>> rows,
      @ForAll boolean allQuoted)
      throws IOException {
    StringBuilder text = new StringBuilder();
    boolean blanks = dialect.delimiter().equals(CsvDialect.WHITESPACE);
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        String field = row.get(i);
        boolean quoted = allQuoted || !field.matches("[a-z0-9.é]+");
        String escaped =
            dialect.escape().equals(dialect.quote())
                ? field
                : field.replace(dialect.escape(), dialect.escape() + dialect.escape());
        escaped = escaped.replace(dialect.quote(), dialect.escape() + dialect.quote());
        text.append(i == 0 ? "" : blanks ? " \t ".substring(i % 3) : dialect.delimiter())
            .append(quoted ? dialect.quote() + escaped + dialect.quote() : field);
      }
      text.append('\n');
    }
    withFile(
        text.toString().getBytes(Charset.forName(dialect.encoding())),
        file -> {
          CsvLine line = new CsvLine(100);
          try (RecordReader records = new RecordReader(file.toString(), dialect, line)) {
            for (List<String> row : rows) {
              assertTrue(records.next());
              assertNull(line.defect());
              List<String> expected =
                  row.stream().map(field -> new Field(field, true).trimmed()).toList();
              assertEquals(expected, line.texts(), text.toString());
            }
            assertTrue(!records.next());
          }
        });
  }

  @Provide
  Arbitrary<List<List<String>>> rows() {
    return fields().list().ofMinSize(2).ofMaxSize(4).list().ofMaxSize(6);
  }

  @Property(seed = "17")
  void chunksOfAnySizeGiveTheRowsOfTheWhole(
      @ForAll("texts") String text,
      @ForAll("plainDialects") CsvDialect dialect,
      @ForAll @IntRange(min = 1, max = 60) int chunk,
      @ForAll @Size(max = 3) List<Byte> bytes)
      throws IOException {
    CsvFormat format = numbered(dialect);
    StringBuilder all = new StringBuilder("0,0,0\n".replace(",", dialect.delimiter()));
    all.append(text);
    bytes.forEach(b -> all.append((char) (b & 0xFF)).append(text)); // of no encoding
    withFile(
        all.toString().getBytes(StandardCharsets.ISO_8859_1),
        file ->
            assertEquals(
                CsvSourceTest.read(file, format, CsvSource.CHUNK),
                CsvSourceTest.read(file, format, chunk)));
  }

  @Property(seed = "18")
  void bothRoadsGiveTheSameRows(
      @ForAll("texts") String text, @ForAll("plainDialects") CsvDialect plain) throws IOException {
    assertTrue(plain.isPlain());
    String all = "0,0,0\n".replace(",", plain.delimiter()) + text;
    withFile(
        all.getBytes(StandardCharsets.UTF_8),
        file -> {
          Reading fast = CsvSourceTest.read(file, numbered(plain), CsvSource.CHUNK);
          Reading other;
          try {
            // A comment that no line begins with: not plain, and no other meaning.
            other = CsvSourceTest.read(file, numbered(plain.withComment("%")), CsvSource.CHUNK);
          } catch (RunException e) {
            assertTrue(mentionsQuotes(fast), e.getMessage());
            return;
          }
          if (mentionsQuotes(other)) {
            assertTrue(mentionsQuotes(fast));
            return; // refused on both, and told apart no further
          }
          assertEquals(fast.rows(), other.rows());
          assertEquals(reasons(fast), reasons(other));
          assertEquals(fast.unusable(), other.unusable());
        });
  }

  private static List<String> reasons(Reading reading) {
    return reading.rejects().stream()
        .map(r -> r.replaceAll("(?s)^(\\d+: [^:]*):.*", "$1"))
        .toList();
  }

  private static boolean mentionsQuotes(Reading reading) {
    // A NUL byte is told first where bytes are read.
    return reading.rejects().stream().anyMatch(r -> r.contains("quote") || r.contains("NUL"));
  }

  private static CsvFormat numbered(CsvDialect dialect) {
    return CsvFormat.create().withDialect(dialect).withHeader(false).withColumns("1", "2", "3");
  }

  private interface FileCheck {
    void check(Path file) throws IOException;
  }

  private static void withFile(byte[] bytes, FileCheck check) throws IOException {
    Path file = Files.createTempFile("fuzz", ".csv");
    try {
      check.check(Files.write(file, bytes));
    } finally {
      Files.delete(file);
    }
  }
}
