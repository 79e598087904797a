package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.beamals.RunException;
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
    CheckReportFn.check(report, "input", null);
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
}
