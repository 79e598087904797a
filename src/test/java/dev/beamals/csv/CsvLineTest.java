package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CsvLineTest {
  private static final String UNCLOSED = "a quoted field that does not end on its line";
  private static final String AFTER_QUOTE = "a character after a closing quote";

  private static CsvLine split(String line, char delimiter) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    CsvLine split = new CsvLine(delimiter, true, bytes.length + 1);
    split.split(bytes, 0, bytes.length);
    return split;
  }

  private static List<String> fields(CsvLine line) {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < line.count(); i++) {
      int length = Math.max(0, line.end(i) - line.start(i));
      fields.add(new String(line.bytes(), line.start(i), length, StandardCharsets.UTF_8));
    }
    return fields;
  }

  private static String trimBlanks(String field) {
    return field.replaceAll("^ +", "").replaceAll(" +$", "");
  }

  private static String randomLine(Random random, String alphabet) {
    int[] letters = alphabet.codePoints().toArray();
    StringBuilder line = new StringBuilder();
    for (int i = 1 + random.nextInt(14); i > 0; i--) {
      line.appendCodePoint(letters[random.nextInt(letters.length)]);
    }
    return line.toString();
  }

  @ParameterizedTest
  @ValueSource(chars = {',', ';', '\t', '|'})
  void splitsAsFastCsvDoes(char delimiter) {
    Random random = new Random(delimiter);
    int read = 0;
    int unclosed = 0;
    int afterQuote = 0;
    for (int trial = 0; trial < 30_000; trial++) {
      // Few letters, so that quotes meet delimiters.
      String line = randomLine(random, delimiter + "\"\"\"" + delimiter + " a" + "1é語🎧");
      CsvLine split = split(line, delimiter);
      List<String> expected;
      try {
        // A second line tells a quoted field that goes on from one that ends with the line.
        try (CsvReader<CsvRecord> reader =
            CsvReader.builder()
                .fieldSeparator(delimiter)
                .skipEmptyLines(false)
                .ofCsvRecord(line + "\nnext")) {
          expected = reader.iterator().next().getFields();
        }
      } catch (CsvParseException e) {
        assertEquals(AFTER_QUOTE, split.defect(), line);
        afterQuote++;
        continue;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (expected.get(expected.size() - 1).endsWith("\nnext")) {
        assertEquals(UNCLOSED, split.defect(), line);
        unclosed++;
      } else {
        assertNull(split.defect(), line);
        assertEquals(
            expected.stream().map(CsvLineTest::trimBlanks).toList(),
            fields(split).stream().map(CsvLineTest::trimBlanks).toList(),
            line);
        read++;
      }
    }
    assertTrue(read > 5000 && unclosed > 1000 && afterQuote > 1000, "the corpus is too tame");
  }

  @Test
  void singleRecordOfFastCsvIsTheSame() {
    for (String line :
        List.of(
            "a,b", ",", ",,", "\"\"", "\"a,b\",c", "\"say \"\"hi\"\"\",2", "é,\"語\"", "a\"b,c")) {
      assertEquals(
          CsvReader.builder().ofSingleCsvRecord(line).getFields(), fields(split(line, ',')), line);
    }
  }

  @Test
  void blanksAroundAFieldAreLeftOutAndThoseWithinAreKept() {
    assertEquals(List.of("a b", "", " c ", "d"), fields(split("  a b ,   ,\" c \",d ", ',')));
    assertEquals(List.of("5", "", "-1.50"), fields(split("\" 5 \",\"  \",\"-1.50 \"", ',')));
    assertEquals(List.of("\ta", "b"), fields(split("\ta,b", ',')));
    assertEquals(
        List.of("\"a\""), fields(split(" \"a\"", ',')), "a quote after a blank is a letter");
  }

  @Test
  void lineEndsAtEveryKindOfLineEndEvenInsideQuotes() {
    for (String end : List.of("\n", "\r", "\r\n")) {
      byte[] bytes = ("x\na,b" + end + "c").getBytes(StandardCharsets.UTF_8);
      CsvLine line = new CsvLine(2);
      line.split(bytes, 2, bytes.length);
      assertEquals(List.of("a", "b"), fields(line));
      assertEquals(bytes.length - 1, line.next());
      assertEquals(UNCLOSED, split("a,\"b" + end + "c\"", ',').defect());
    }
    CsvLine last = split("a,b\r", ',');
    assertEquals(4, last.next());
    assertEquals(List.of("a", "b"), fields(last));
  }

  @Test
  void nulIsADefectWhereverItStands() {
    assertEquals("a NUL byte", split("a\0,b", ',').defect());
    assertEquals("a NUL byte", split("a,\"b\0\"", ',').defect());
    assertEquals("a NUL byte", split("a,\"b\0", ',').defect());
  }

  @Test
  void defectsAreForgottenOnTheNextLine() {
    byte[] bytes = "a,\"b\n\0\n\"c\"d\ne,f\n".getBytes(StandardCharsets.UTF_8);
    CsvLine line = new CsvLine(2);
    int p = 0;
    for (int i = 0; i < 3; i++) {
      line.split(bytes, p, bytes.length);
      assertNotNull(line.defect());
      p = line.next();
    }
    line.split(bytes, p, bytes.length);
    assertNull(line.defect());
    assertEquals(List.of("e", "f"), fields(line));
  }

  @Test
  void fieldsPastTheLastWantedAreCounted() {
    byte[] bytes = "a,b,c,\"d\",e".getBytes(StandardCharsets.UTF_8);
    CsvLine line = new CsvLine(2);
    line.split(bytes, 0, bytes.length);
    assertEquals(5, line.count());
  }

  @Test
  void fingerprintIsEqualForEqualFieldsHoweverTheyAreQuoted() {
    Random random = new Random(7);
    for (int trial = 0; trial < 20_000; trial++) {
      List<String> fields = new ArrayList<>();
      for (int f = 1 + random.nextInt(4); f > 0; f--) {
        fields.add(random.nextInt(4) == 0 ? "" : randomLine(random, "ab,\"é,"));
      }
      String one = join(fields, random);
      String other = join(fields, random);
      assertEquals(
          split(one, ',').fingerprint(), split(other, ',').fingerprint(), one + " and " + other);
    }
  }

  /** Quotes where it has to be, and at random where it may be. */
  private static String join(List<String> fields, Random random) {
    List<String> written = new ArrayList<>();
    for (String field : fields) {
      boolean quote = field.contains(",") || field.startsWith("\"") || random.nextBoolean();
      written.add(quote ? "\"" + field.replace("\"", "\"\"") + "\"" : field);
    }
    return String.join(",", written);
  }

  @Test
  void fingerprintDiffersForDifferentFields() {
    Random random = new Random(8);
    Map<Long, List<String>> seen = new HashMap<>();
    for (int trial = 0; trial < 100_000; trial++) {
      List<String> fields = new ArrayList<>();
      for (int f = 1 + random.nextInt(4); f > 0; f--) {
        fields.add(random.nextInt(3) == 0 ? "" : randomLine(random, "a,\"").substring(0, 1));
      }
      List<String> before = seen.put(split(join(fields, random), ',').fingerprint(), fields);
      assertTrue(before == null || before.equals(fields), before + " and " + fields);
    }
  }

  @Test
  void fingerprintDiffersWhereADelimiterMoves() {
    List<String> lines =
        List.of(
            "a,b,c", "\"a,b\",c", "a,\"b,c\"", "\"a,b,c\"", "a,b,c,", ",a,b,c", "a,,b,c", "ab,,c");
    for (String one : lines) {
      for (String other : lines) {
        if (!one.equals(other)) {
          assertNotEquals(split(one, ',').fingerprint(), split(other, ',').fingerprint());
        }
      }
    }
  }

  @Test
  void fingerprintIsOfValuesHoweverTheyAreWritten() {
    for (String[] equal :
        new String[][] {
          {"5,1.5,x", "5.0,1.50,x", " 5 ,+1.5,x", "005.,01.5, x", "\"5\",\"1.5\",x"},
          {"0,-7,0.5", "-0.0,-7.00,.5", "0.,-07,0.500", "00,-7.0,+.50"},
          {"a,10,20200705", "a,10.0,20200705.0", "a, 10,20200705.", "\"a\",10.000,20200705.0"},
          {"\"a,b\",1,2", "\"a,b\",1.0,2", "\"a,b\", 1,2.0"},
        }) {
      for (String one : equal) {
        for (String other : equal) {
          assertEquals(
              split(one, ',').fingerprint(), split(other, ',').fingerprint(), one + " " + other);
        }
        for (char delimiter : new char[] {';', '\t'}) {
          String same = one.replace("a,b", "a\0b").replace(',', delimiter).replace('\0', ',');
          assertEquals(split(one, ',').fingerprint(), split(same, delimiter).fingerprint(), same);
        }
      }
    }
    String[] different = {
      "10,1", "1,1", "100,1", "1.0.0,1", "1.01,1", "10a,1", "a10,1", "1:00,1", "01:00,1", "-1,1",
      "--1.0,1", "1 0,1", "1.0,1.1", "0,1", "0.1,1", "-0.1,1", "2.5e,1", "1.0-,1"
    };
    for (String one : different) {
      for (String other : different) {
        assertEquals(
            one.equals(other),
            split(one, ',').fingerprint() == split(other, ',').fingerprint(),
            one + " and " + other);
      }
    }
  }

  @Test
  void fingerprintDoesNotDependOnWhereTheLineStands() {
    byte[] bytes = "zzzz\na,\"b\"\n".getBytes(StandardCharsets.UTF_8);
    CsvLine line = new CsvLine(2);
    line.split(bytes, 5, bytes.length);
    assertEquals(split("a,b", ',').fingerprint(), line.fingerprint());
  }
}
