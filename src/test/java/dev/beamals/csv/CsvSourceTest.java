package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertIterableEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingRow;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.sdk.io.BoundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.SourceTestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CsvSourceTest {
  private static final String HEADER = "user_id,video_id,watch_ratio,timestamp";

  private static final PipelineOptions OPTIONS = PipelineOptionsFactory.create();

  /** One of everything a file can hold; {@code \u0001} stands for a line end. */
  private static final String ODD_ROWS =
      String.join(
          "\u0001",
          HEADER,
          "1,10,0.5,100",
          "",
          "2,20,1.5,200",
          "2,20,abc,200",
          "\"3\",\"3,0\",2,\"300\"",
          "4,40,1,1,1",
          "4,40,1",
          "",
          "",
          "5,5\"0,Infinity,500",
          "6,\"say \"\"hi\"\"\",1e400,600",
          "2147483648,-2147483649,-1.25,-1",
          "7,\"open,1,1",
          "8,\"80\"x,1,1",
          "9,9\0,1,1",
          "10,,1,1",
          "11,110,1,",
          " 12 , 120 , 1 , 1200 ",
          "13,130,1,soon",
          "用户,видео🎧,0.25,1300",
          "14,140,Infinity,NaN",
          "15,150,1e39,1");

  /** What reading a file gave, spelled out. */
  record Reading(
      List<String> rows, List<String> rejects, long lines, long fingerprint, long unusable) {
    static Reading of(List<RowBatch> batches) {
      CleaningReport.CombineFn combine = new CleaningReport.CombineFn();
      CleaningReport report = combine.createAccumulator();
      List<String> rows = new ArrayList<>();
      long lines = 0;
      long fingerprint = 0;
      long unusable = 0;
      for (RowBatch batch : batches) {
        List<RatingRow> some = RatingRow.of(batch.rows);
        for (int r = 0; r < some.size(); r++) {
          int row = r;
          boolean incomplete = IntStream.of(batch.incomplete).anyMatch(i -> i == row);
          rows.add(
              String.join(
                  "|",
                  some.get(r).user(),
                  some.get(r).item(),
                  Float.toString(some.get(r).rating()),
                  batch.timestamps.length == 0 ? "" : Double.toString(batch.timestamps[r]),
                  incomplete ? "incomplete" : "",
                  Long.toHexString(some.get(r).fingerprint())));
        }
        lines += batch.lines;
        fingerprint += batch.fingerprint;
        unusable += batch.unusable;
        combine.addInput(report, CleaningReport.of(batch, 0, 0, 0, 0));
      }
      List<String> rejects = new ArrayList<>();
      for (RowBatch batch : batches) {
        for (Reject reject : batch.rejects) {
          rejects.add(report.lineOf(reject) + ": " + reject.reason() + ": " + reject.text());
        }
      }
      return new Reading(rows, rejects, lines, fingerprint, unusable);
    }

    List<String> rowsWithoutFingerprint() {
      return rows.stream().map(row -> row.substring(0, row.lastIndexOf('|'))).toList();
    }
  }

  private static CsvSource source(Path file, CsvFormat format, long chunk) {
    return new CsvSource(CsvFile.find("input", List.of(file.toString()), format), chunk);
  }

  static Reading read(Path file, CsvFormat format, long chunk) throws IOException {
    return Reading.of(SourceTestUtils.readFromSource(source(file, format, chunk), OPTIONS));
  }

  private static Reading read(Path file, long chunk) throws IOException {
    return read(file, CsvFormat.create(), chunk);
  }

  private static Path write(Path file, String text) throws IOException {
    return Files.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private static Path gzip(Path file, byte[] bytes) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(bytes);
    }
    return file;
  }

  @Test
  void oddRowsAreReadOrRejectedAsDocumented(@TempDir Path folder) throws IOException {
    Path file = write(folder.resolve("odd.csv"), ODD_ROWS.replace('\u0001', '\n') + "\n");
    Reading reading = read(file, CsvSource.CHUNK);
    assertEquals(
        List.of(
            "1|10|0.5|100.0|",
            "2|20|1.5|200.0|",
            "3|3,0|2.0|300.0|",
            "5|5\"0|Infinity|500.0|",
            "6|say \"hi\"|Infinity|600.0|",
            "2147483648|-2147483649|-1.25|-1.0|",
            "11|110|1.0|0.0|incomplete",
            "12|120|1.0|1200.0|",
            "用户|видео🎧|0.25|1300.0|",
            "14|140|Infinity|0.0|incomplete",
            "15|150|Infinity|1.0|"),
        reading.rowsWithoutFingerprint());
    assertEquals(
        List.of(
            "5: watch_ratio \"abc\" is not a number: 2,20,abc,200",
            "7: 5 fields instead of 4: 4,40,1,1,1",
            "8: 3 fields instead of 4: 4,40,1",
            "14: a quoted field that does not end on its line: 7,\"open,1,1",
            "15: a character after a closing quote: 8,\"80\"x,1,1",
            "16: a NUL byte: 9,9?,1,1",
            "20: timestamp \"soon\" is not a time: 13,130,1,soon"),
        reading.rejects());
    assertEquals(23, reading.lines());
    assertEquals(1, reading.unusable());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r", "mixed"})
  void chunksOfAnySizeGiveTheSameRowsAndLineNumbers(String end, @TempDir Path folder)
      throws IOException {
    Random random = new Random(end.hashCode());
    StringBuilder text = new StringBuilder(HEADER);
    for (String row : ODD_ROWS.substring(HEADER.length() + 1).split("\u0001", -1)) {
      text.append(end.equals("mixed") ? List.of("\n", "\r\n").get(random.nextInt(2)) : end);
      text.append(row);
    }
    for (String last : List.of("", end.equals("mixed") ? "\r\n" : end)) {
      Path file = write(folder.resolve("odd.csv"), text + last);
      Reading whole = read(file, CsvSource.CHUNK);
      assertEquals(23, whole.lines());
      assertEquals(11, whole.rows().size());
      assertEquals(7, whole.rejects().size());
      for (long chunk = 1; chunk <= Files.size(file) + 1; chunk++) {
        assertEquals(whole, read(file, chunk), "chunks of " + chunk);
      }
    }
  }

  @Test
  void chunksOfAnySizeGiveTheSameWhereLineEndsOfAllKindsMeet(@TempDir Path folder)
      throws IOException {
    Random random = new Random(11);
    CsvFormat format = CsvFormat.create().withHeader(false).withColumns("1", "2", "3");
    for (int trial = 0; trial < 40; trial++) {
      StringBuilder text = new StringBuilder("0,0,0");
      for (int i = 0; i < 25; i++) {
        text.append(List.of("\n", "\r", "\r\n", "\n", i + ",2,3").get(random.nextInt(5)));
      }
      Path file = write(folder.resolve("ends.csv"), text.toString());
      // BufferedReader knows the same line ends.
      List<String> lines = Files.readAllLines(file);
      Reading whole = read(file, format, CsvSource.CHUNK);
      assertEquals(lines.size(), whole.lines(), text.toString());
      assertEquals(
          lines.stream().filter(line -> !line.isEmpty()).count(),
          whole.rows().size() + whole.rejects().size());
      for (long chunk = 1; chunk <= Files.size(file); chunk++) {
        assertEquals(whole, read(file, format, chunk), "chunks of " + chunk);
      }
    }
  }

  @Test
  void randomFilesAreReadAsAnIndependentParserReadsThem(@TempDir Path folder) throws IOException {
    Random random = new Random(12);
    for (int trial = 0; trial < 30; trial++) {
      StringBuilder text = new StringBuilder(HEADER.replace(',', ';')).append('\n');
      for (int line = random.nextInt(60); line > 0; line--) {
        int fields = random.nextInt(12) == 0 ? random.nextInt(7) : 4;
        List<String> row = new ArrayList<>();
        for (int f = 0; f < fields; f++) {
          row.add(
              switch (random.nextInt(8)) {
                case 0 -> "x" + random.nextInt(3);
                case 1 -> List.of("", " ", "é", "007", "-0", "+1").get(random.nextInt(6));
                case 2 -> Double.toString(random.nextGaussian());
                default -> Integer.toString(random.nextInt(20) - 5);
              });
        }
        text.append(String.join(";", row)).append(List.of("\n", "\r\n").get(random.nextInt(2)));
      }
      Path file = write(folder.resolve("random.csv"), text.toString());
      Reading expected = readStraight(file);
      CsvFormat format =
          CsvFormat.create()
              .withDelimiter(";")
              .withIdType(Side.USER, IdType.STRING)
              .withIdType(Side.ITEM, IdType.STRING);
      Reading actual = read(file, format, 1 + random.nextInt(300));
      assertEquals(expected.rows(), actual.rowsWithoutFingerprint(), text.toString());
      assertEquals(
          expected.rejects(),
          actual.rejects().stream().map(r -> r.substring(0, r.indexOf(':'))).toList());
      assertEquals(expected.lines(), actual.lines());
      assertEquals(expected.unusable(), actual.unusable());
    }
  }

  /** The rules once more, on whole strings; rejects are their line numbers alone. */
  private static Reading readStraight(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    List<String> rows = new ArrayList<>();
    List<String> rejects = new ArrayList<>();
    int unusable = 0;
    for (int n = 1; n < lines.size(); n++) {
      if (lines.get(n).isEmpty()) {
        continue;
      }
      List<String> fields = new ArrayList<>();
      for (String field : lines.get(n).split(";", -1)) {
        fields.add(field.strip());
      }
      if (fields.size() != 4) {
        rejects.add(Integer.toString(n + 1));
      } else if (fields.subList(0, 3).contains("")) {
        unusable++;
      } else {
        try {
          double time = fields.get(3).isEmpty() ? 0 : Double.parseDouble(fields.get(3));
          float rating = (float) Double.parseDouble(fields.get(2));
          rows.add(
              String.join(
                  "|",
                  fields.get(0),
                  fields.get(1),
                  Float.toString(rating),
                  Double.toString(time),
                  fields.get(3).isEmpty() ? "incomplete" : ""));
        } catch (NumberFormatException e) {
          rejects.add(Integer.toString(n + 1));
        }
      }
    }
    return new Reading(rows, rejects, lines.size(), 0, unusable);
  }

  @Test
  void byteOrderMarkIsSkipped(@TempDir Path folder) throws IOException {
    String rows = ODD_ROWS.replace('\u0001', '\n');
    Reading plain = read(write(folder.resolve("plain.csv"), rows), CsvSource.CHUNK);
    Path marked = write(folder.resolve("marked.csv"), "\uFEFF" + rows);
    for (long chunk : new long[] {1, 2, 3, 4, 5, 7, 64, CsvSource.CHUNK}) {
      assertEquals(plain, read(marked, chunk), "chunks of " + chunk);
    }
    CsvFormat noHeader = CsvFormat.create().withHeader(false).withColumns("1", "2", "3");
    Path first = write(folder.resolve("first.csv"), "\uFEFF1,2,3\n4,5,6");
    for (long chunk = 1; chunk < 16; chunk++) {
      assertEquals(
          List.of("1|2|3.0||", "4|5|6.0||"),
          read(first, noHeader, chunk).rowsWithoutFingerprint(),
          "chunks of " + chunk);
    }
  }

  @Test
  void onlyALineThatIsAllLineEndIsEmpty(@TempDir Path folder) throws IOException {
    Path file = write(folder.resolve("blank.csv"), HEADER + "\n \n,,,\n\n\"\"\n");
    Reading reading = read(file, CsvSource.CHUNK);
    assertEquals(
        List.of("2: 1 fields instead of 4: ", "5: 1 fields instead of 4: \"\""), reading.rejects());
    assertEquals(1, reading.unusable());
    assertEquals(5, reading.lines());
  }

  @Test
  void headerOnlyFileHasNoRows(@TempDir Path folder) throws IOException {
    for (String end : List.of("", "\n", "\r\n\r\n")) {
      Reading reading = read(write(folder.resolve("header.csv"), HEADER + end), 16);
      assertEquals(List.of(), reading.rows());
      assertEquals(List.of(), reading.rejects());
    }
  }

  @Test
  void gzipIsReadAsWhatItUnpacksTo(@TempDir Path folder) throws IOException {
    byte[] bytes = ODD_ROWS.replace("\u0001", "\r\n").getBytes(StandardCharsets.UTF_8);
    Reading plain = read(Files.write(folder.resolve("plain.csv"), bytes), CsvSource.CHUNK);
    Path zipped = gzip(folder.resolve("zipped.csv.gz"), bytes);
    for (long chunk = 1; chunk <= bytes.length + 1; chunk += 7) {
      assertEquals(plain, read(zipped, chunk), "chunks of " + chunk);
    }
    assertEquals(plain, read(zipped, CsvSource.CHUNK));
  }

  @Test
  void lineEndAcrossTwoReadsOfAGzipFileIsOne(@TempDir Path folder) throws IOException {
    Random random = new Random(15);
    StringBuilder rows = new StringBuilder(HEADER);
    for (int i = 0; i < 1500; i++) {
      // Hardly packs, so that it is unpacked in many small pieces.
      rows.append("\r\n").append(random.nextInt()).append(",1,1,").append(random.nextInt(100));
    }
    byte[] bytes = rows.toString().getBytes(StandardCharsets.UTF_8);
    Reading plain = read(Files.write(folder.resolve("plain.csv"), bytes), CsvSource.CHUNK);
    assertEquals(1501, plain.lines());
    Path zipped = gzip(folder.resolve("zipped.csv.gz"), bytes);
    for (long chunk : new long[] {1, 2, 3, 1000}) {
      assertEquals(plain, read(zipped, chunk), "chunks of " + chunk);
    }
  }

  @Test
  void damagedGzipFailsAndNamesTheFile(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("cut.csv.gz");
    Random random = new Random(13);
    StringBuilder rows = new StringBuilder(HEADER);
    for (int i = 0; i < 20_000; i++) {
      rows.append('\n').append(random.nextInt()).append(",1,1,").append(random.nextInt());
    }
    gzip(file, rows.toString().getBytes(StandardCharsets.UTF_8));
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    RunException e = assertThrows(RunException.class, () -> read(file, CsvSource.CHUNK));
    assertTrue(String.valueOf(e.getMessage()).contains("cut.csv.gz"), e.getMessage());
  }

  @Test
  void lineOfOverOneMebibyteIsRejectedAndItsNeighboursAreKept(@TempDir Path folder)
      throws IOException {
    String longest = "2,20," + "0".repeat(CsvParser.MAX_LINE - 10) + "1,0\n";
    assertEquals(CsvParser.MAX_LINE - 1, longest.length());
    String text =
        HEADER
            + "\n1,10,1,0\n0"
            + longest
            + "00"
            + longest
            + longest.repeat(2).replace('\n', '0')
            + "\n3,30,3,0\n";
    Path file = write(folder.resolve("long.csv"), text);
    for (long chunk : new long[] {1 << 16, 1_000_003, CsvParser.MAX_LINE, CsvSource.CHUNK}) {
      Reading reading = read(file, chunk);
      assertEquals(
          List.of("1|10|1.0|0.0|", "2|20|1.0|0.0|", "3|30|3.0|0.0|"),
          reading.rowsWithoutFingerprint(),
          "chunks of " + chunk);
      assertEquals(2, reading.rejects().size());
      assertTrue(
          reading.rejects().get(0).startsWith("4: a line of over 1 MiB: 002,20,0000"),
          reading.rejects().get(0));
      assertTrue(reading.rejects().get(1).startsWith("5: a line of over 1 MiB"));
      assertTrue(reading.rejects().get(0).length() < 300, "a long row is cut in the report");
    }
  }

  @Test
  void lineTooLongForTheFileToEndIsRejectedOnce(@TempDir Path folder) throws IOException {
    Path file =
        write(
            folder.resolve("endless.csv"),
            HEADER + "\n1,10,1,0\n" + "9".repeat(3 * CsvParser.MAX_LINE));
    Reading whole = read(file, CsvSource.CHUNK);
    assertEquals(List.of("1|10|1.0|0.0|"), whole.rowsWithoutFingerprint());
    assertEquals(1, whole.rejects().size());
    assertEquals(whole, read(file, 100_000));
    assertEquals(whole, read(file, 10 + HEADER.length()));
  }

  @Test
  void idThatIsNotUtf8IsRejected(@TempDir Path folder) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes((HEADER + "\n1,10,1,1\n").getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes("caf\u00e9,20,1,1\n".getBytes(StandardCharsets.ISO_8859_1));
    bytes.writeBytes("only,caf\u00e9,1,1\n".getBytes(StandardCharsets.ISO_8859_1));
    bytes.writeBytes("café,30,1,1\n".getBytes(StandardCharsets.UTF_8));
    Path file = Files.write(folder.resolve("latin.csv"), bytes.toByteArray());
    List<RowBatch> batches =
        SourceTestUtils.readFromSource(source(file, CsvFormat.create(), CsvSource.CHUNK), OPTIONS);
    Reading reading = Reading.of(batches);
    assertEquals(List.of("1|10|1.0|1.0|", "café|30|1.0|1.0|"), reading.rowsWithoutFingerprint());
    assertEquals(
        List.of(
            "3: user_id \"caf?\" is not UTF-8: caf?,20,1,1",
            "4: video_id \"caf?\" is not UTF-8: only,caf?,1,1"),
        reading.rejects());
    assertEquals(Ids.of("1", "café"), batches.get(0).rows.ids(Side.USER), "no id without a row");
    assertEquals(Ids.of("10", "30"), batches.get(0).rows.ids(Side.ITEM));
  }

  @Test
  void columnsAreFoundByNameInAnyOrder(@TempDir Path folder) throws IOException {
    Path file =
        write(
            folder.resolve("columns.csv"),
            "when|plays|x|\"track\"|who\n7|2.5|extra|t1|u1\n8|3|\"a|b\"|t2|u2\n");
    CsvFormat format =
        CsvFormat.create()
            .withDelimiter("|")
            .withColumns("who", "track", "plays")
            .withTimestampCol("when");
    assertEquals(
        List.of("u1|t1|2.5|7.0|", "u2|t2|3.0|8.0|"),
        read(file, format, 10).rowsWithoutFingerprint());
  }

  @Test
  void fileWithoutTimestampsHasNone(@TempDir Path folder) throws IOException {
    Path file = write(folder.resolve("none.csv"), "user_id,video_id,watch_ratio\n1,2,3\n");
    assertEquals(List.of("1|2|3.0||"), read(file, 10).rowsWithoutFingerprint());
  }

  @Test
  void equalRowsHaveEqualFingerprintsAcrossChunksAndFiles(@TempDir Path folder) throws IOException {
    Path one = write(folder.resolve("one.csv"), HEADER + "\n1,2,3,4\n1,2,3,5\n\"1\",2,3,4\n");
    Path other = write(folder.resolve("other.csv"), HEADER + "\n1,\"2\",3,4\n");
    List<String> rows = new ArrayList<>(read(one, 9).rows());
    rows.addAll(read(other, 9).rows());
    Map<String, Integer> counts = new HashMap<>();
    rows.forEach(row -> counts.merge(row, 1, Integer::sum));
    assertEquals(2, counts.size());
    assertEquals(Set.of(1, 3), new HashSet<>(counts.values()));
  }

  @Test
  void fingerprintOfAFileDependsOnItsRowsNotOnTheirOrder(@TempDir Path folder) throws IOException {
    List<String> rows = new ArrayList<>(List.of(ODD_ROWS.split("\u0001", -1)));
    rows.remove(0);
    Path file = write(folder.resolve("a.csv"), HEADER + "\n" + String.join("\n", rows));
    long fingerprint = read(file, 50).fingerprint();
    Collections.shuffle(rows, new Random(14));
    write(file, HEADER + "\n" + String.join("\n", rows));
    assertEquals(fingerprint, read(file, 70).fingerprint());
    for (int r = 0; r < rows.size(); r++) {
      if (!rows.get(r).isEmpty()) {
        List<String> changed = new ArrayList<>(rows);
        changed.set(r, rows.get(r) + "0");
        write(file, HEADER + "\n" + String.join("\n", changed));
        assertFalse(fingerprint == read(file, 50).fingerprint(), changed.get(r));
      }
    }
  }

  @Test
  void splitsHoldEveryChunkOnceAndNoneIsLarge(@TempDir Path folder) throws Exception {
    StringBuilder text = new StringBuilder(HEADER);
    for (int i = 0; i < 500; i++) {
      text.append('\n').append(i).append(",1,1,1");
    }
    Path file = write(folder.resolve("many.csv"), text.toString());
    Path zipped =
        gzip(folder.resolve("zipped.csv.gz"), text.toString().getBytes(StandardCharsets.UTF_8));
    CsvSource source =
        new CsvSource(
            CsvFile.find("input", List.of(file.toString(), zipped.toString()), CsvFormat.create()),
            100);
    List<RowBatch> all = SourceTestUtils.readFromSource(source, OPTIONS);
    assertEquals(1000, Reading.of(all).rows().size());
    assertEquals(Files.size(file) + Files.size(zipped), source.getEstimatedSizeBytes(OPTIONS));
    for (long size : new long[] {1, 99, 100, 250, 1 << 30}) {
      List<CsvSource> bundles = source.split(size, OPTIONS);
      List<RowBatch> read = new ArrayList<>();
      for (BoundedSource<RowBatch> bundle : bundles) {
        read.addAll(SourceTestUtils.readFromSource(bundle, OPTIONS));
        assertTrue(
            bundle.getEstimatedSizeBytes(OPTIONS) < size + 100
                || bundle == bundles.get(bundles.size() - 1),
            bundle.getEstimatedSizeBytes(OPTIONS) + " bytes of " + size);
      }
      assertEquals(Reading.of(all), Reading.of(read), "bundles of " + size);
    }
    assertTrue(source.split(100, OPTIONS).size() >= Files.size(file) / 100);
  }

  @Test
  void readerHasNoElementBeforeTheFirstAndAfterTheLast(@TempDir Path folder) throws IOException {
    Path file = write(folder.resolve("one.csv"), HEADER + "\n1,2,3,4\n");
    try (BoundedSource.BoundedReader<RowBatch> reader =
        source(file, CsvFormat.create(), CsvSource.CHUNK).createReader(OPTIONS)) {
      assertThrows(NoSuchElementException.class, reader::getCurrent);
      assertTrue(reader.start());
      assertEquals(1, reader.getCurrent().size());
      assertFalse(reader.advance());
      assertThrows(NoSuchElementException.class, reader::getCurrent);
    }
  }

  /** Rows with the texts of other columns, plain or not, in the order of their places. */
  @Test
  void textsAndPlacesAreThoseOfTheFileForAnyChunk(@TempDir Path folder) throws IOException {
    List<String> lines =
        List.of(
            "note,user_id,,note,video_id",
            "first,1,a,b,10",
            "\"x, \"\"y\"\"\",2, c ,,20",
            "",
            "no item,3,d,e,",
            "用户,4,\"  f\",NA,40",
            "too,few",
            ",1,,,\"10\"");
    List<String> expected =
        List.of(
            "1 10 [first, a, b, ]",
            "2 20 [x, \"y\", c, , ]",
            "4 40 [用户,   f, NA, ]",
            "1 10 [, , , ]");
    List<String> columns = List.of("note", "column3", "column4", "not here");
    for (CsvDialect dialect :
        List.of(CsvDialect.create(), CsvDialect.create().withMultiLine(true))) {
      Path file =
          Files.writeString(
              folder.resolve("texts-" + dialect.multiLine() + ".csv"), String.join("\n", lines));
      CsvFormat format = CsvFormat.create().withDialect(dialect).withPairs("user_id", "video_id");
      List<CsvFile> files = CsvFile.find("input", List.of(file.toString()), format);
      assertEquals(
          List.of("note", "user_id", "column3", "column4", "video_id"), files.get(0).columns());
      for (long chunk : new long[] {1, 7, 30, 1 << 20}) {
        List<CsvFile> withTexts = files.stream().map(one -> one.withTexts(columns)).toList();
        List<String> rows = new ArrayList<>();
        long last = -1;
        for (RowBatch batch :
            SourceTestUtils.readFromSource(
                new CsvSource(withTexts, chunk, true, true, true), OPTIONS)) {
          for (int r = 0; r < batch.rows.size(); r++) {
            assertTrue(batch.rows.places()[r] > last, "chunk " + chunk);
            last = batch.rows.places()[r];
            List<String> texts = new ArrayList<>();
            for (int c = 0; c < columns.size(); c++) {
              texts.add(batch.rows.texts().get(r, c));
            }
            rows.add(
                batch.rows.ids(Side.USER).get(batch.rows.index(Side.USER)[r])
                    + " "
                    + batch.rows.ids(Side.ITEM).get(batch.rows.index(Side.ITEM)[r])
                    + " "
                    + texts);
          }
        }
        assertEquals(expected, rows, dialect + " in chunks of " + chunk);
      }
    }
  }

  @Test
  void columnsWithoutANameOfTheirOwnAreCalledByTheirNumber(@TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("a.csv"), "a,,a,column2,1\n1,2,3,4,5\n");
    CsvFormat format = CsvFormat.create().withPairs("1", "2");
    for (boolean header : new boolean[] {true, false}) {
      CsvFile found =
          CsvFile.find("input", List.of(file.toString()), format.withHeader(header)).get(0);
      assertEquals(
          header
              ? List.of("a", "column2_", "column3", "column2", "1")
              : List.of("column1", "column2_", "column3", "column4", "column5"),
          found.columns());
      assertEquals(1, found.itemColumn());
      assertEquals(header ? 4 : 0, found.userColumn());
    }
  }

  @Test
  void pairsOfPlainIntsAreReadAsAllOthers(@TempDir Path folder) throws IOException {
    List<String> odd =
        List.of(
            "007,1",
            "1,00",
            "-3,4",
            "+3,4",
            " 5,6",
            "7,8 ",
            "9,",
            ",9",
            "",
            "10",
            "1,2,3",
            "a,b",
            "\"11\",12",
            "999999999,999999999",
            "1000000000,1",
            "2147483648,5",
            "0,0",
            "1;2");
    Random random = new Random(8);
    StringBuilder pairs = new StringBuilder("user,item\n");
    StringBuilder triples = new StringBuilder("user,item,more\n");
    for (int r = 0; r < 3000; r++) {
      boolean plain = random.nextInt(5) > 0;
      String row =
          plain
              ? random.nextInt(300) + "," + random.nextInt(100_000)
              : odd.get(random.nextInt(odd.size()));
      String end = random.nextInt(9) == 0 ? "\r\n" : r == 2999 ? "" : "\n";
      pairs.append(row).append(end);
      // The third column keeps it from the short way.
      triples.append(row.isEmpty() ? "" : row + ",x").append(end);
    }
    for (String[] columns : new String[][] {{"user", "item"}, {"item", "user"}}) {
      CsvFormat format = CsvFormat.create().withPairs(columns[0], columns[1]);
      for (long chunk : new long[] {100, 4096, 1 << 20}) {
        Reading some = read(write(folder.resolve("2.csv"), pairs.toString()), format, chunk);
        Reading all = read(write(folder.resolve("3.csv"), triples.toString()), format, 1 << 20);
        assertIterableEquals(all.rows(), some.rows());
        assertEquals(all.lines(), some.lines());
        assertEquals(all.unusable(), some.unusable());
        assertEquals(all.rejects().size(), some.rejects().size());
      }
    }
  }
}
