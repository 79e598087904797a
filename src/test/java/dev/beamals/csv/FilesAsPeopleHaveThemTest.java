package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.beamals.RunException;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingRow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.SourceTestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Small files as users of ALS report them, read as a training reads them, beside counts that were
 * made without this project: the folder {@code cases} beside that of the property {@code
 * beamals.data}.
 */
final class FilesAsPeopleHaveThemTest {
  private static final PipelineOptions OPTIONS = PipelineOptionsFactory.create();

  private static final String HEADER = "user_id,video_id,watch_ratio\n";

  @TempDir Path folder;

  /**
   * What a training would have.
   *
   * @param distinct how many rows are left once those that are equal in all columns are one
   */
  private record Read(CleaningReport report, long users, long items, long distinct) {}

  private static Path file(String name) {
    String data = System.getProperty("beamals.data", "");
    Path file = Path.of(data).resolveSibling("cases").resolve(name);
    if (!Files.exists(file)) {
      System.out.println("SKIPPED: no " + file + "; set -Dbeamals.data");
    }
    assumeTrue(Files.exists(file));
    return file;
  }

  private static Read read(CsvFormat format, String... names) throws IOException {
    return read(format, Stream.of(names).map(FilesAsPeopleHaveThemTest::file).toList());
  }

  private static Read read(CsvFormat format, List<Path> paths) throws IOException {
    List<String> files = paths.stream().map(Path::toString).toList();
    CleaningReport.CombineFn combine = new CleaningReport.CombineFn();
    CleaningReport report = combine.createAccumulator();
    Set<String> users = new HashSet<>();
    Set<String> items = new HashSet<>();
    Set<RatingRow> rows = new HashSet<>();
    CsvSource source = new CsvSource(CsvFile.find("input", files, format), CsvSource.CHUNK);
    for (RowBatch batch : SourceTestUtils.readFromSource(source, OPTIONS)) {
      CleanRatings.Cleaned cleaned = CleanRatings.clean(batch, true);
      report = combine.addInput(report, cleaned.report());
      for (RatingRow row : RatingRow.of(cleaned.rows())) {
        users.add(row.user());
        items.add(row.item());
        rows.add(row);
      }
    }
    CheckReportFn.check(report, "input", null, format);
    assertEquals(
        report.rowsRead(),
        report.kept()
            + report.rejected()
            + report.missing()
            + report.negativeTimestamp()
            + report.notFinite());
    return new Read(report, users.size(), items.size(), rows.size());
  }

  private static String refused(CsvFormat format, String name) {
    List<Path> files = List.of(file(name)); // skips the test where it is missing
    return String.valueOf(assertThrows(RunException.class, () -> read(format, files)).getMessage());
  }

  @Test
  void baseIsTheCleanSet() throws IOException {
    Read read = read(CsvFormat.create(), "base.csv");
    assertEquals(List.of(12L, 8L, 67L), List.of(read.users(), read.items(), read.distinct()));
  }

  @Test
  void whatPandasTakesForMissingIsMissing() throws IOException {
    Read read = read(CsvFormat.create(), "04_null.csv");
    Read base = read(CsvFormat.create(), "base.csv");
    assertEquals(base.users(), read.users());
    assertEquals(base.items(), read.items());
    assertEquals(base.distinct(), read.distinct());
    assertEquals(12, read.report().missing());
    assertEquals(1, read.report().notFinite());
    String asTheyAre = refused(CsvFormat.create().withNullValues(List.of()), "04_null.csv");
    assertTrue(asTheyAre.contains("watch_ratio \"null\""), asTheyAre);
  }

  @Test
  void openQuoteIsRefusedAtItsLine() {
    String message = refused(CsvFormat.create(), "05_qnl.csv");
    assertTrue(message.contains("05_qnl.csv:69: a quote is open"), message);
    assertTrue(message.contains("multiLine=true"), message);
  }

  @Test
  void mostlyUnreadableFileIsRefused() {
    String message = refused(CsvFormat.create(), "64_manybad.csv");
    assertTrue(message.startsWith("input: 100 of 101 rows have no user, item or rating"), message);
    message = refused(CsvFormat.create().withNullValues(List.of()), "64_manybad.csv");
    assertTrue(message.startsWith("input: 100 of 101 rows cannot be read"), message);
    assertTrue(message.contains("64_manybad.csv:3: watch_ratio \"n/a\""), message);
  }

  @Test
  void trueAndFalseAreRatings() throws IOException {
    Read read = read(CsvFormat.create(), "25_bool.csv");
    assertEquals(List.of(12L, 8L, 67L), List.of(read.users(), read.items(), read.distinct()));
  }

  @Test
  void numbersOfJavaAloneAreNone() throws IOException {
    Path file = Files.writeString(folder.resolve("java.csv"), HEADER + "1,2,3\n1,3,0x1p3\n");
    for (String number : List.of("5f", "0x1p3", "-0X1p3", "1d", "1_000", "--1", "1e")) {
      Files.writeString(file, HEADER + "1,2,3\n1,4,5\n1,3," + number + "\n1,5," + number);
      String message =
          String.valueOf(
              assertThrows(RunException.class, () -> read(CsvFormat.create(), List.of(file)))
                  .getMessage());
      assertTrue(message.contains("watch_ratio \"" + number + "\" is not a number"), message);
    }
    Files.writeString(file, HEADER + "1,2,.5\n1,3,5.\n1,4,+1e-3\n1,5,True\n");
    assertEquals(4, read(CsvFormat.create(), List.of(file)).distinct());
  }

  @Test
  void wholeNumbersInAnyNotationAreOneId() throws IOException {
    Read read = read(CsvFormat.create(), "03_floatids.csv");
    assertEquals(List.of(12L, 8L, 67L), List.of(read.users(), read.items(), read.distinct()));
    CsvFormat text = CsvFormat.create().withIdType(Side.USER, IdType.STRING);
    assertEquals(24, read(text, "03_floatids.csv").users());
  }

  @Test
  void idsOf64BitsStayExactAndMixedOnesAreRefusedOrText() throws IOException {
    Path file = folder.resolve("ids.csv");
    Files.writeString(
        file,
        HEADER
            + "9007199254740993,1,1\n9007199254740992.0,1,1\n9007199254740993.0,2,1\n"
            + "1e5,1,1\n100000,2,1\n007,1,1\n7,1,2\n");
    assertEquals(4, read(CsvFormat.create(), List.of(file)).users());
    Files.writeString(file, HEADER + "1,1,1\nabc,1,1\n3000000000,1,1\n");
    assertEquals(3, read(CsvFormat.create(), List.of(file)).users());
    Files.writeString(file, HEADER + "1,1,1\nabc,1,1\n1.0,1,1\n");
    assertThrows(MixedIdsException.class, () -> read(CsvFormat.create(), List.of(file)));
    assertEquals(
        3, read(CsvFormat.create().withIdType(Side.USER, IdType.STRING), List.of(file)).users());
    assertEquals(
        2, read(CsvFormat.create().withIdType(Side.USER, IdType.LOOKED_UP), List.of(file)).users());
    Read ints = read(CsvFormat.create().withIdType(Side.USER, IdType.INT), List.of(file));
    assertEquals(1, ints.users());
    assertEquals(1, ints.report().rejected());
    assertTrue(
        ints.report().describeRejects().endsWith(":3: user_id \"abc\" is not a whole number"));
  }

  @Test
  void duplicatesAreEqualByValue() throws IOException {
    Read read = read(CsvFormat.create(), "13_dup.csv");
    assertEquals(List.of(12L, 8L, 68L), List.of(read.users(), read.items(), read.distinct()));
    Path file = folder.resolve("rows.csv");
    Files.writeString(
        file,
        "user_id,video_id,watch_ratio,a,b\n"
            + "1,2,3,10,0.5\n 1 ,2.0,\"3\",10.0,.5\n1,2,3.,+10,0.50\n1,2,3,010,00.5\n"
            + "1,2,3,10,-0.5\n1,2,3,1,00.5\n1,2,3,10.,x\n1,2,3,10,\" x\"\n1,2,3,10.0, x\n");
    // 10|0.5, 10|-0.5, 1|0.5, 10|x, 10|" x"
    assertEquals(5, read(CsvFormat.create(), List.of(file)).distinct());
    Files.writeString(
        file,
        "user_id,video_id,watch_ratio,a\n"
            + "100000,2,0.001,5\n1e5,2,0.001,5.0\n1E+05,2.0,1e-3,5e0\n100000,2,1e-03,\"5\"\n"
            + "100000,2,1e-4,5\n");
    assertEquals(2, read(CsvFormat.create(), List.of(file)).distinct());
    CsvFormat slow = CsvFormat.create().withDialect(CsvDialect.create().withComment("#"));
    assertEquals(2, read(slow, List.of(file)).distinct());
  }

  @Test
  void rowsHaveOneHashWhateverTheDelimiter() throws IOException {
    Path commas = Files.writeString(folder.resolve("c.csv"), HEADER + "\"a,b\",2,3\n1,2,3\n");
    Path tabs =
        Files.writeString(
            folder.resolve("t.csv"), HEADER.replace(',', '\t') + "a,b\t2\t3\n1\t\"2\"\t3.0\n");
    Read read = read(CsvFormat.create(), List.of(commas));
    assertEquals(
        read.report().fingerprints().get(commas.toString()),
        read(CsvFormat.create().withDelimiter("\t"), List.of(tabs))
            .report()
            .fingerprints()
            .get(tabs.toString()));
  }

  private static void assertIsBase(CsvFormat format, String name) throws IOException {
    Read read = read(format, name);
    assertEquals(List.of(12L, 8L, 67L), List.of(read.users(), read.items(), read.distinct()), name);
    assertEquals(0, read.report().rejected(), name);
  }

  private static CsvFormat numbered() {
    return CsvFormat.create().withHeader(false).withColumns("1", "2", "3");
  }

  @Test
  void quotedFieldsMayHaveLines() throws IOException {
    Read read =
        read(CsvFormat.create().withDialect(CsvDialect.create().withMultiLine(true)), "05_qnl.csv");
    assertEquals(69, read.report().rowsRead());
    assertEquals(List.of(12L, 8L, 69L), List.of(read.users(), read.items(), read.distinct()));
  }

  @Test
  void delimitersOfAnyKind() throws IOException {
    String message = refused(numbered(), "11_colon.dat");
    assertTrue(message.endsWith("(is it delimiter='::'?)"), message);
    assertIsBase(numbered().withDelimiter("::"), "11_colon.dat");
    message = refused(numbered(), "48_sp.txt");
    assertTrue(message.endsWith("(is it delimiter=' '?)"), message);
    for (String blanks : List.of(" ", CsvDialect.WHITESPACE)) {
      Read read = read(numbered().withDelimiter(blanks), "48_sp.txt");
      assertEquals(List.of(3L, 3L, 6L), List.of(read.users(), read.items(), read.distinct()));
      CsvDialect comments = CsvDialect.create().withDelimiter(blanks).withComment("%");
      assertIsBase(numbered().withDialect(comments), "15_konect.tsv");
    }
    CsvDialect skipping = CsvDialect.create().withDelimiter(" ").withSkipLines(2);
    assertIsBase(numbered().withDialect(skipping), "15_konect.tsv");
  }

  @Test
  void decimalCommasAndGroupsOfDigits() throws IOException {
    CsvDialect semicolons = CsvDialect.create().withDelimiter(";");
    String message = refused(CsvFormat.create().withDialect(semicolons), "06_deccomma.csv");
    assertTrue(message.endsWith("(is it decimal=','?)"), message);
    assertIsBase(CsvFormat.create().withDialect(semicolons.withDecimal(",")), "06_deccomma.csv");
    message = refused(CsvFormat.create(), "07_thousands.csv");
    assertTrue(message.endsWith("(is it thousands=','?)"), message);
    CsvDialect thousands = CsvDialect.create().withThousands(",");
    assertIsBase(CsvFormat.create().withDialect(thousands), "07_thousands.csv");
    Path file =
        Files.writeString(
            folder.resolve("n.csv"),
            HEADER.replace(',', ';') + "1;2;-1.234,5\n1.234;2;,5\nx,y;2;1\n");
    CsvDialect german = semicolons.withDecimal(",").withThousands(".");
    List<RatingRow> rows = rows(CsvFormat.create().withDialect(german), file);
    assertEquals(
        List.of("1 -1234.5", "1234 0.5", "x,y 1.0"),
        rows.stream().map(row -> row.user() + " " + row.rating()).toList());
  }

  private static List<RatingRow> rows(CsvFormat format, Path file) throws IOException {
    CsvSource source =
        new CsvSource(CsvFile.find("input", List.of(file.toString()), format), CsvSource.CHUNK);
    List<RatingRow> rows = new ArrayList<>();
    for (RowBatch batch : SourceTestUtils.readFromSource(source, OPTIONS)) {
      rows.addAll(RatingRow.of(batch.rows));
    }
    return rows;
  }

  @Test
  void headersWithQuotesBlanksAndCaseAndColumnsByNumber() throws IOException {
    assertIsBase(CsvFormat.create(), "10_hdr.csv");
    assertIsBase(CsvFormat.create().withColumns("1", "2", "3"), "10_hdr.csv");
    assertIsBase(CsvFormat.create().withColumns("1", "2", "3"), "base.csv");
  }

  @Test
  void encodingsByTheirMarkOrByName() throws IOException {
    assertIsBase(CsvFormat.create(), "10b_utf16.csv");
    String text = HEADER + "caf\u00e9,2,3\nna\u00efve,2,3\n";
    Path file = Files.write(folder.resolve("l.csv"), text.getBytes(StandardCharsets.ISO_8859_1));
    String message =
        String.valueOf(
            assertThrows(RunException.class, () -> read(CsvFormat.create(), List.of(file)))
                .getMessage());
    assertTrue(message.endsWith("(is it encoding=latin1?)"), message);
    CsvDialect latin = CsvDialect.create().withEncoding("latin1");
    Path utf8 = Files.writeString(folder.resolve("u.csv"), text);
    assertEquals(rows(CsvFormat.create(), utf8), rows(CsvFormat.create().withDialect(latin), file));
  }

  @Test
  void quotesThatMeanNothing() throws IOException {
    CsvDialect off = CsvDialect.create().withDelimiter("\t").withQuote("");
    Read read = read(CsvFormat.create().withDialect(off), "62_tsv_quotes.tsv");
    List<String> lines = Files.readAllLines(file("62_tsv_quotes.tsv"));
    assertEquals(lines.size() - 1, read.report().kept());
    assertEquals(
        lines.stream().skip(1).map(line -> line.split("\t")[1]).distinct().count(), read.items());
  }

  @Test
  void escapesStandBeforeQuotes() throws IOException {
    CsvDialect escaped = CsvDialect.create().withEscape("\\").withDelimiter(";").withQuote("'");
    Path file =
        Files.writeString(
            folder.resolve("e.csv"), HEADER.replace(',', ';') + "'it\\'s; \\\\';2;3\na\\'b;2;3\n");
    assertEquals(
        List.of("it's; \\", "a\\'b"),
        rows(CsvFormat.create().withDialect(escaped), file).stream().map(RatingRow::user).toList());
  }

  @Test
  void rowsWithoutRatingsCountOne() throws IOException {
    Read read = read(CsvFormat.create().withoutRatings("user_id", "video_id"), "27_norating.csv");
    assertEquals(67, read.report().kept());
  }

  @Test
  void bothRoadsGiveTheSameRowsHashesAndRejects() throws IOException {
    Random random = new Random(21);
    // A comment that never comes takes a file off the road of bytes.
    CsvDialect slow = CsvDialect.create().withComment("~");
    for (int trial = 0; trial < 200; trial++) {
      StringBuilder text = new StringBuilder("user_id,video_id,watch_ratio,note\n");
      for (int line = 0; line < 40; line++) {
        for (int column = 0; column < 4; column++) {
          String field =
              List.of(
                      "1", "2.0", " 3 ", "007", "1e2", "a", "NaN", "", "\u00e9", "-.5", "a,b",
                      "x\"y")
                  .get(random.nextInt(column == 2 ? 7 : 12));
          boolean quoted = field.contains(",") || random.nextInt(4) == 0;
          text.append(column == 0 ? "" : ",")
              .append(quoted ? "\"" + field.replace("\"", "\"\"") + "\"" : field);
        }
        text.append(random.nextInt(9) == 0 ? ",more" : "")
            .append(random.nextBoolean() ? "\n" : "\r\n");
        text.append(random.nextInt(20) == 0 ? "\n" : "");
      }
      Path file = Files.writeString(folder.resolve("r.csv"), text);
      CsvFormat format = CsvFormat.create();
      assertEquals(rows(format, file), rows(format.withDialect(slow), file), text.toString());
      assertEquals(places(format, file), places(format.withDialect(slow), file), text.toString());
    }
  }

  private static List<String> places(CsvFormat format, Path file) throws IOException {
    CsvSource source = new CsvSource(CsvFile.find("input", List.of(file.toString()), format), 100);
    CleaningReport.CombineFn combine = new CleaningReport.CombineFn();
    CleaningReport report = combine.createAccumulator();
    List<RowBatch> batches = SourceTestUtils.readFromSource(source, OPTIONS);
    for (RowBatch batch : batches) {
      report = combine.addInput(report, CleanRatings.clean(batch, true).report());
    }
    List<String> places = new ArrayList<>();
    for (RowBatch batch : batches) {
      for (Reject reject : batch.rejects) {
        places.add(report.lineOf(reject) + ": " + reject.reason());
      }
    }
    places.add(report.kept() + " of " + report.rowsRead());
    return places;
  }

  @Test
  void timesAreDatesOrNumbersOfAnyUnit() throws IOException {
    Read read = read(CsvFormat.create(), "08_iso.csv");
    assertEquals(List.of(12L, 8L, 67L), List.of(read.users(), read.items(), read.distinct()));
    Path file = folder.resolve("t.csv");
    String header = "user_id,video_id,watch_ratio,timestamp\n";
    Files.writeString(
        file,
        header + "1,1,1,1600000000\n1,2,1,1600000000500\n1,3,1,2020-09-13 12:26:40\n1,4,1,-1\n");
    CsvSource source =
        new CsvSource(
            CsvFile.find("input", List.of(file.toString()), CsvFormat.create()), CsvSource.CHUNK);
    RowBatch batch = SourceTestUtils.readFromSource(source, OPTIONS).get(0);
    assertArrayEquals(new double[] {1600000000, 1600000000.5, 1600000000, -1}, batch.timestamps);
    assertEquals(1, batch.scaledTimes);
    CsvFormat off = CsvFormat.create().withOptionalTimestampCol("");
    assertEquals(4, read(off, List.of(file)).report().kept());
  }

  @Test
  void whatFilesAreIsToldByTheirContent() throws IOException {
    Path gzip = file("12_notgz.csv");
    Path named = Files.copy(gzip, folder.resolve("notgz.csv"));
    assertEquals(67, read(CsvFormat.create(), List.of(named)).report().rowsRead());
    String message = refused(CsvFormat.create(), "12_trunc.csv.gz");
    assertTrue(message.contains("ends early: a truncated gzip file"), message);
    Path excel = folder.resolve("a.csv");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(excel))) {
      zip.putNextEntry(new ZipEntry("xl/workbook.xml"));
    }
    RunException e =
        assertThrows(RunException.class, () -> read(CsvFormat.create(), List.of(excel)));
    assertTrue(
        String.valueOf(e.getMessage()).endsWith("is an Excel file; expected CSV, Parquet or JSON"));
  }

  @Test
  void parquetAndJsonAreRead() throws IOException {
    Read read = read(CsvFormat.create(), "71.parquet");
    assertEquals(List.of(12L, 8L, 67L), List.of(read.users(), read.items(), read.distinct()));
    read = read(CsvFormat.create(), "67.json");
    assertEquals(List.of(2L, 1L, 2L), List.of(read.users(), read.items(), read.distinct()));
  }

  @Test
  void everyFileInAZipHasAHeaderOfItsOwn() throws IOException {
    Read read = read(CsvFormat.create(), "53_two.zip");
    assertEquals(6, read.report().rowsRead());
    assertEquals(List.of(3L, 3L, 6L), List.of(read.users(), read.items(), read.distinct()));
  }

  @Test
  void packedFilesAreReadAsWhatTheyUnpackTo() throws IOException {
    byte[] text = (HEADER + "1,2,3\n4,5,6\n").getBytes(StandardCharsets.UTF_8);
    for (Compression compression :
        List.of(Compression.GZIP, Compression.BZIP2, Compression.ZSTD, Compression.UNCOMPRESSED)) {
      Path packed = folder.resolve("packed-" + compression); // no name tells
      try (WritableByteChannel out =
          compression.writeCompressed(Channels.newChannel(Files.newOutputStream(packed)))) {
        out.write(ByteBuffer.wrap(text));
      }
      for (CsvDialect dialect :
          List.of(CsvDialect.create(), CsvDialect.create().withMultiLine(true))) {
        Read read = read(CsvFormat.create().withDialect(dialect), List.of(packed));
        assertEquals(2, read.distinct(), compression.toString());
      }
    }
  }
}
