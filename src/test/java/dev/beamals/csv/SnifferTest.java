package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import dev.beamals.ratings.RatingRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.SourceTestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SnifferTest {
  private static final int VARIATIONS = 300;

  @TempDir Path folder;

  /** The rows of a file that are left once it is clean, in its order. */
  private static List<String> clean(Path file, CsvFormat format) throws IOException {
    List<String> rows = new ArrayList<>();
    List<CsvFile> files = CsvFile.find("input", List.of(file.toString()), format);
    for (RowBatch batch :
        SourceTestUtils.readFromSource(
            new CsvSource(files, CsvSource.CHUNK), PipelineOptionsFactory.create())) {
      CleanRatings.Cleaned cleaned = CleanRatings.clean(batch.withTimes(), true);
      CheckReportFn.check(cleaned.report(), "input", 0L, format);
      List<RatingRow> some = RatingRow.of(cleaned.rows());
      for (int r = 0; r < some.size(); r++) {
        RatingRow row = some.get(r);
        double[] times = cleaned.rows().times();
        long time = times.length == 0 ? -1 : (long) times[r];
        rows.add(row.user() + "|" + row.item() + "|" + row.rating() + "|" + time);
      }
    }
    return rows;
  }

  @Test
  void everyVariationOfASetIsReadAsTheSetByWhatIsFound() throws IOException {
    List<String> wrong = new ArrayList<>();
    List<String> expected = Variations.clean();
    for (int number = 0; number < VARIATIONS; number++) {
      Path file = folder.resolve("rows" + number);
      Variations variation = Variations.write(number, file);
      String found = "";
      try {
        for (String name : CsvFile.list("input", List.of(file.toString())).keySet()) {
          SniffedFile sniffed = Sniffer.sniff(name, CsvFormat.create());
          found = sniffed.parameters().toString();
          List<String> rows = clean(file, sniffed.format());
          if (!expected.equals(rows)) {
            wrong.add(number + ": " + variation + " " + found + ": " + rows.size() + " rows");
          }
        }
      } catch (RunException e) {
        wrong.add(number + ": " + variation + " " + found + ": " + e.getMessage());
      }
      Files.delete(file);
    }
    assertEquals(List.of(), wrong, String.join("\n", wrong));
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("rows.csv"), text);
  }

  private List<String> parameters(String text) throws IOException {
    return Sniffer.sniff(write(text).toString(), CsvFormat.create()).parameters();
  }

  @Test
  void tellsWhatAFileLooksLike() throws IOException {
    Path file =
        write("user_id;movieId;rating;day\n1;10;0,5;2020-01-31\n1;11;x;2020-02-01\n2;10;;\n");
    SniffedFile sniffed = Sniffer.sniff(file.toString(), CsvFormat.create());
    assertEquals(
        List.of(
            new SniffedFile.Column(
                "user_id", SniffedFile.Type.WHOLE_NUMBERS, List.of("1", "2"), "user"),
            new SniffedFile.Column(
                "movieId", SniffedFile.Type.WHOLE_NUMBERS, List.of("10", "11"), "item"),
            new SniffedFile.Column("rating", SniffedFile.Type.TEXT, List.of("0,5", "x"), ""),
            new SniffedFile.Column(
                "day", SniffedFile.Type.TIMES, List.of("2020-01-31", "2020-02-01"), "timestamp")),
        sniffed.columns());
    assertEquals(
        List.of(
            "delimiter=';'",
            "decimal=','",
            "itemCol=movieId",
            "ratingCol=none",
            "timestampCol=day"),
        sniffed.parameters());
  }

  @Test
  void findsNothingToSayOfAPlainFile() throws IOException {
    String rows = "user_id,video_id,watch_ratio\n1,10,0.5\n1,11,\"2\"\n2,10,5e-1\n";
    assertEquals(List.of(), parameters(rows));
    assertEquals("", Sniffer.hint(write(rows).toString(), CsvFormat.create()));
  }

  @Test
  void readsPiecesOfTheMiddleOfALargeFile() throws IOException {
    StringBuilder rows = new StringBuilder("user_id,video_id,watch_ratio\n");
    while (rows.length() < 2_000_000) {
      rows.append(rows.length() < 900_000 ? "1,10,5\n" : "1,10,x" + rows.length() % 10 + "\n");
    }
    SniffedFile sniffed = Sniffer.sniff(write(rows.toString()).toString(), CsvFormat.create());
    CleaningReport report = Objects.requireNonNull(sniffed.report());
    assertTrue(report.rejected() > 10_000, "of two of three pieces");
    assertTrue(report.rowsRead() > 60_000 && report.rowsRead() < 80_000, "a sample");
  }

  @Test
  void aColumnOfIdsIsReadAlone() throws IOException {
    SniffedFile sniffed =
        Sniffer.sniff(write("video_id\n101\n102\n").toString(), CsvFormat.create());
    assertEquals(List.of(), sniffed.parameters());
    CleaningReport report = sniffed.report();
    assertTrue(report != null && report.kept() == 2);
  }

  @Test
  void namesAllColumnsThatCouldBeMeant() throws IOException {
    assertEquals(
        " (is it userCol=userId itemCol=movieId ratingCol=rating, or userCol=username,"
            + " or itemCol=film, or itemCol=item, or ratingCol=stars?)",
        Sniffer.hint(
            write("userId,username,movieId,film,item,rating,stars\n1,ann,10,x,7,5,4\n").toString(),
            CsvFormat.create()));
  }

  private List<String> ofIds(String... pairs) throws IOException {
    StringBuilder rows = new StringBuilder("user_id,video_id,watch_ratio\n");
    for (String pair : pairs) {
      rows.append(pair).append(",1\n");
    }
    return parameters(rows.toString());
  }

  @Test
  void saysHowIdsAreReadWhereThatMakesADifference() throws IOException {
    // What auto would read a second time, and numbers that are codes.
    assertEquals(List.of("idType=string"), ofIds("1.0,10", "ann,11", "2.0,10"));
    assertEquals(List.of("idType=string"), ofIds("1,007", "2,010", "3,123"));
    assertEquals(List.of("idType=string"), ofIds("ann,007", "bob,123"));
    // Nothing makes a difference, or auto alone does right: 1 and 1.0 are one, 7 and 007.
    assertEquals(List.of(), ofIds("1,10", "ann,11"));
    assertEquals(List.of(), ofIds("1,10", "1.0,11", "2,10"));
    assertEquals(List.of(), ofIds("1,7", "2,007"));
    assertEquals(List.of(), ofIds("1.0,007", "2.0,123"), "the flag is of both columns");
    // A text among numbers would make 1 and 1.0 two.
    String[] pairs = new String[200];
    Arrays.setAll(pairs, row -> (row % 40) + (row % 2 == 1 ? ".0" : "") + "," + row % 9);
    pairs[7] = "total,3";
    pairs[8] = "7,3";
    assertEquals(List.of("idType=int"), ofIds(pairs));
    pairs[9] = "1.5,3";
    assertEquals(List.of("idType=string"), ofIds(pairs), "1.5 is no whole number");
  }

  @Test
  void suggestsOnlyWhatMends() throws IOException {
    CsvFormat format = CsvFormat.create();
    String file = write("user_id,video_id,watch_ratio\n1,10,\"0,5\"\n2,10,\"1,5\"\n").toString();
    assertEquals(" (is it decimal=','?)", Sniffer.hint(file, format));
    CsvFormat decimal = format.withDialect(CsvDialect.create().withDecimal(","));
    assertEquals("", Sniffer.hint(file, decimal));
    file = write("1\t10\t3\n2\t10\t4\n").toString();
    assertEquals(
        " (is it delimiter='\\t' header=false userCol=1 itemCol=2 ratingCol=3?)",
        Sniffer.hint(file, format));
    file =
        write("user_id,video_id,watch_ratio,timestamp\n1,10,3,31.12.2020\n2,10,4,13.01.2021\n")
            .toString();
    assertEquals(" (is it timestampFormat=dd.MM.yyyy?)", Sniffer.hint(file, format));
    assertEquals("", Sniffer.hint(file + ".none", format));
    assertEquals("", Sniffer.hint(write("nothing").toString(), format));
  }
}
