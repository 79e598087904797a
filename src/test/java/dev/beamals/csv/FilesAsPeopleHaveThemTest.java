package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.beamals.RunException;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
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
    return String.valueOf(
        assertThrows(RunException.class, () -> read(format, name)).getMessage());
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
    assertTrue(ints.report().describeRejects().endsWith(":3: user_id \"abc\" is not a whole number"));
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
        read(CsvFormat.create().withDelimiter('\t'), List.of(tabs))
            .report()
            .fingerprints()
            .get(tabs.toString()));
  }
}
