package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingRow;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.SourceTestUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of Parquet and JSON are those of a CSV file of the same values. */
final class FormatsTest {
  private static final PipelineOptions OPTIONS = PipelineOptionsFactory.create();
  private static final CsvFormat FORMAT = CsvFormat.create().withColumns("user", "item", "rating");

  @TempDir Path folder;

  /** How a Parquet file is written. */
  private record Writing(
      WriterVersion version, boolean dictionary, CompressionCodecName codec, long groupSize) {
    static final Writing PLAIN =
        new Writing(WriterVersion.PARQUET_1_0, false, CompressionCodecName.UNCOMPRESSED, 128 << 20);
  }

  /** A column: its Parquet type, what a row has in Parquet, and the same in CSV. */
  private record Column(String type, List<Object> values, List<String> texts) {}

  /** Writes rows, of which a null is left out. */
  private Path parquet(String name, String schema, List<List<Object>> rows, Writing how)
      throws IOException {
    MessageType type = MessageTypeParser.parseMessageType("message rows { " + schema + " }");
    Path file = folder.resolve(name);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(
                HadoopOutputFile.fromPath(
                    new org.apache.hadoop.fs.Path(file.toUri()), new Configuration(false)))
            .withType(type)
            .withConf(new Configuration(false))
            .withWriterVersion(how.version)
            .withDictionaryEncoding(how.dictionary)
            .withCompressionCodec(how.codec)
            .withRowGroupSize(how.groupSize)
            .withPageSize(4096)
            .build()) {
      for (List<Object> row : rows) {
        Group group = new SimpleGroupFactory(type).newGroup();
        for (int c = 0; c < row.size(); c++) {
          add(group, c, row.get(c));
        }
        writer.write(group);
      }
    }
    return file;
  }

  private static void add(Group group, int column, Object value) {
    if (value instanceof Integer i) {
      group.add(column, i);
    } else if (value instanceof Long l) {
      group.add(column, l);
    } else if (value instanceof Float f) {
      group.add(column, f);
    } else if (value instanceof Double d) {
      group.add(column, d);
    } else if (value instanceof Boolean b) {
      group.add(column, b);
    } else if (value instanceof Binary b) {
      group.add(column, b);
    } else if (value instanceof String s) {
      group.add(column, s);
    } else if (value instanceof List<?> several) {
      for (Object element : several) {
        add(group, column, element);
      }
    }
  }

  /** All rows in an order of their own, spelled out, with their hashes or without. */
  private static List<String> read(CsvFormat format, boolean texts, Path... files) {
    List<String> rows = new ArrayList<>();
    List<String> names = List.of(files).stream().map(Path::toString).toList();
    dev.beamals.csv.CsvSource source =
        new dev.beamals.csv.CsvSource(
            CsvFile.find("input", names, format), 1 << 16, true, texts, false);
    try {
      for (RowBatch batch : SourceTestUtils.readFromSource(source, OPTIONS)) {
        List<RatingRow> some = RatingRow.of(batch.rows);
        for (int r = 0; r < some.size(); r++) {
          int row = r;
          RatingRow rating = some.get(r);
          rows.add(
              String.join(
                  "|",
                  rating.user(),
                  rating.item(),
                  Float.toString(rating.rating()),
                  batch.timestamps.length == 0 ? "" : Double.toString(batch.timestamps[r]),
                  IntStream.of(batch.incomplete).anyMatch(i -> i == row) ? "incomplete" : "",
                  texts ? Long.toHexString(rating.fingerprint()) : ""));
        }
        batch.rejects.forEach(reject -> rows.add("rejected: " + reject.reason()));
        rows.addAll(Collections.nCopies(batch.unusable, "unusable"));
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    Collections.sort(rows);
    return rows;
  }

  /** How many of all rows are different by their hashes. */
  private static long distinct(boolean texts, Path... files) throws IOException {
    List<String> names = List.of(files).stream().map(Path::toString).toList();
    dev.beamals.csv.CsvSource source =
        new dev.beamals.csv.CsvSource(
            CsvFile.find("input", names, FORMAT), 1 << 16, true, texts, false);
    return SourceTestUtils.readFromSource(source, OPTIONS).stream()
        .flatMap(batch -> RatingRow.of(batch.rows).stream())
        .map(RatingRow::fingerprint)
        .distinct()
        .count();
  }

  private Path csv(String name, String header, List<List<String>> rows) throws IOException {
    List<String> lines = new ArrayList<>(List.of(header));
    for (List<String> row : rows) {
      lines.add(
          String.join(
              ",",
              row.stream()
                  .map(t -> t.matches("(?s).*[,\"].*") ? '"' + t.replace("\"", "\"\"") + '"' : t)
                  .toList()));
    }
    return Files.write(folder.resolve(name), lines, StandardCharsets.UTF_8);
  }

  /** The shortest decimal number that is nearest, without an exponent. */
  private static String shortest(double number, boolean single) {
    for (int digits = 1; ; digits++) {
      BigDecimal decimal = new BigDecimal(number).round(new MathContext(digits));
      if (single ? decimal.floatValue() == (float) number : decimal.doubleValue() == number) {
        String plain = decimal.toPlainString();
        return plain.contains(".") ? plain : plain + ".0";
      }
    }
  }

  private static Binary bytes(byte[] bytes) {
    return Binary.fromConstantByteArray(bytes);
  }

  private static Binary int96(LocalDateTime time) {
    ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(time.toLocalTime().toNanoOfDay());
    bytes.putInt((int) (time.toLocalDate().toEpochDay() + 2_440_588));
    return bytes(bytes.array());
  }

  private static Binary fixed(BigInteger number, int size) {
    byte[] least = number.toByteArray();
    byte[] bytes = new byte[size];
    java.util.Arrays.fill(bytes, (byte) (number.signum() < 0 ? -1 : 0));
    System.arraycopy(least, 0, bytes, size - least.length, least.length);
    return bytes(bytes);
  }

  private static String text(LocalDateTime time) {
    String text = time.toLocalDate() + " " + text(time.toLocalTime());
    return text;
  }

  private static String text(LocalTime time) {
    String seconds =
        String.format(
            Locale.ROOT, "%02d:%02d:%02d", time.getHour(), time.getMinute(), time.getSecond());
    return time.getNano() == 0
        ? seconds
        : (seconds + String.format(Locale.ROOT, ".%09d", time.getNano())).replaceAll("0+$", "");
  }

  /** Columns of every type, of so many rows. */
  private static List<Column> everyType(int rows) {
    List<Column> columns = new ArrayList<>();
    for (String type :
        new String[] {
          "int32 user",
          "int64 item",
          "double rating",
          "int64 timestamp (TIMESTAMP(MILLIS,true))",
          "int32 i8 (INTEGER(8,true))",
          "int32 u32 (INTEGER(32,false))",
          "int64 u64 (INTEGER(64,false))",
          "float single",
          "double thousandths",
          "boolean flag",
          "int32 d32 (DECIMAL(9,2))",
          "int64 d64 (DECIMAL(18,4))",
          "binary dbin (DECIMAL(30,3))",
          "fixed_len_byte_array(9) dfix (DECIMAL(20,2))",
          "binary text (STRING)",
          "binary legacy",
          "binary kind (ENUM)",
          "binary json (JSON)",
          "int32 day (DATE)",
          "int32 clock (TIME(MILLIS,true))",
          "int64 micros (TIMESTAMP(MICROS,false))",
          "int64 nanos (TIMESTAMP(NANOS,true))",
          "int96 old",
          "fixed_len_byte_array(16) uuid (UUID)",
        }) {
      Random random = new Random(type.hashCode());
      String name = type.split(" ")[1];
      List<Object> values = new ArrayList<>();
      List<String> texts = new ArrayList<>();
      for (int r = 0; r < rows; r++) {
        int n = random.nextInt(500) - (name.equals("user") ? 0 : 100);
        LocalDateTime time =
            LocalDateTime.ofEpochSecond(
                random.nextInt(2_000_000_000), random.nextInt(4) * 250_000_000, ZoneOffset.UTC);
        Object value;
        String text;
        switch (name) {
          case "user", "i8" -> {
            value = n;
            text = "" + n;
          }
          case "item" -> {
            value = n * 10_000_000_000L;
            text = "" + value;
          }
          case "rating" -> {
            double d = random.nextInt(5) == 0 ? random.nextInt(5) : random.nextGaussian() * 50;
            value = d;
            text = shortest(d, false);
          }
          case "thousandths" -> {
            double d = random.nextInt(5_000_000) / 1000.0 - 100;
            value = d;
            text = shortest(d, false);
          }
          case "single" -> {
            float f = (float) random.nextGaussian();
            value = f;
            text = shortest(f, true);
          }
          case "timestamp" -> {
            value = time.toInstant(ZoneOffset.UTC).toEpochMilli();
            text = text(time);
          }
          case "u32" -> {
            value = random.nextInt();
            text = Integer.toUnsignedString((int) value);
          }
          case "u64" -> {
            value = random.nextLong();
            text = Long.toUnsignedString((long) value);
          }
          case "flag" -> {
            value = n > 0;
            text = "" + value;
          }
          case "d32" -> {
            value = n;
            text = BigDecimal.valueOf(n, 2).toPlainString();
          }
          case "d64" -> {
            value = n * 1000L;
            text = BigDecimal.valueOf(n * 1000L, 4).toPlainString();
          }
          case "dbin" -> {
            BigInteger big = BigInteger.valueOf(n).multiply(BigInteger.TEN.pow(20));
            value = bytes(big.toByteArray());
            text = new BigDecimal(big, 3).toPlainString();
          }
          case "dfix" -> {
            value = fixed(BigInteger.valueOf(n), 9);
            text = BigDecimal.valueOf(n, 2).toPlainString();
          }
          case "day" -> {
            value = (int) LocalDate.of(1890 + n / 3, 2, 28).plusDays(n).toEpochDay();
            text = LocalDate.ofEpochDay((int) value).toString();
          }
          case "clock" -> {
            value = (int) (time.toLocalTime().toNanoOfDay() / 1_000_000);
            text = text(time.toLocalTime());
          }
          case "micros" -> {
            value = time.toInstant(ZoneOffset.UTC).toEpochMilli() * 1000 + 7;
            text = text(time.plusNanos(7000));
          }
          case "nanos" -> {
            value = time.toInstant(ZoneOffset.UTC).toEpochMilli() * 1_000_000 + 7;
            text = text(time.plusNanos(7));
          }
          case "old" -> {
            value = int96(time);
            text = text(time);
          }
          case "uuid" -> {
            UUID uuid = new UUID(random.nextLong(), n);
            value =
                bytes(
                    ByteBuffer.allocate(16)
                        .putLong(uuid.getMostSignificantBits())
                        .putLong(uuid.getLeastSignificantBits())
                        .array());
            text = uuid.toString();
          }
          default -> {
            text =
                List.of(
                        "a",
                        " b ",
                        "007",
                        "1.50",
                        "-0.0",
                        "+3",
                        "x, y",
                        "say \"hi\"",
                        "ü",
                        "2.",
                        " , ",
                        "1e10",
                        "NaN",
                        "")
                    .get(random.nextInt(14));
            value = text;
          }
        }
        boolean missing = random.nextInt(20) == 0;
        values.add(missing ? List.of() : value);
        texts.add(missing ? "" : text);
      }
      columns.add(new Column(type, values, texts));
    }
    return columns;
  }

  private static <T> List<List<T>> rows(List<List<T>> columns) {
    List<List<T>> rows = new ArrayList<>();
    for (int r = 0; r < columns.get(0).size(); r++) {
      int row = r;
      rows.add(columns.stream().map(column -> column.get(row)).toList());
    }
    return rows;
  }

  @ParameterizedTest
  @CsvSource({
    "PARQUET_1_0, false, UNCOMPRESSED, 134217728",
    "PARQUET_1_0, true, SNAPPY, 134217728",
    "PARQUET_2_0, false, ZSTD, 20000",
    "PARQUET_2_0, true, LZ4_RAW, 20000",
  })
  void everyTypeIsReadAsItsText(
      WriterVersion version, boolean dictionary, CompressionCodecName codec, long groupSize)
      throws IOException {
    List<Column> columns = everyType(1000);
    Path parquet =
        parquet(
            "rows",
            String.join(" ", columns.stream().map(c -> "optional " + c.type + ";").toList()),
            rows(columns.stream().map(Column::values).toList()),
            new Writing(version, dictionary, codec, groupSize));
    Path csv =
        csv(
            "rows.csv",
            String.join(",", columns.stream().map(c -> c.type.split(" ")[1]).toList()),
            rows(columns.stream().map(Column::texts).toList()));
    List<String> expected = read(FORMAT, true, csv);
    assertEquals(1000, expected.size());
    assertEquals(expected, read(FORMAT, true, parquet));
    assertEquals(
        read(FORMAT, false, csv).stream().map(FormatsTest::withoutHash).toList(),
        read(FORMAT, false, parquet).stream().map(FormatsTest::withoutHash).toList());
    assertEquals(distinct(true, csv), distinct(false, parquet));
    if (groupSize < 1 << 20) {
      assertTrue(
          CsvFile.find("input", List.of(parquet.toString()), FORMAT).get(0).rowGroups().size() > 2);
    }
    for (String column : List.of("d32", "text", "single", "micros", "flag", "u64", "thousandths")) {
      for (IdType type : IdType.values()) {
        CsvFormat format =
            FORMAT
                .withColumns(column, "item", "rating")
                .withIdType(Side.USER, type)
                .withOptionalTimestampCol("micros");
        if (!(type == IdType.STRING && column.equals("d32"))) { // 1.50 has no zero in Parquet
          assertEquals(
              read(format, true, csv).stream().map(FormatsTest::withoutText).toList(),
              read(format, true, parquet).stream().map(FormatsTest::withoutText).toList(),
              column + type);
        }
      }
      CsvFormat rated = FORMAT.withColumns("user", "item", column);
      assertEquals(
          read(rated, true, csv).stream().map(FormatsTest::withoutText).toList(),
          read(rated, true, parquet).stream().map(FormatsTest::withoutText).toList(),
          column);
    }
  }

  private static String withoutHash(String row) {
    return row.replaceFirst("[|][0-9a-f]*$", "|");
  }

  /** A number in a reason may be written in another way. */
  private static String withoutText(String row) {
    return row.replaceFirst("^rejected: .*", "rejected");
  }

  @Test
  void duplicatesAreEqualByValueBesideOtherFormats() throws IOException {
    List<List<Object>> rows = List.of(List.of(1, 2L, 0.5), List.of(1, 2L, 0.5), List.of(1, 3L, 1d));
    Path parquet =
        parquet(
            "a.parquet",
            "required int32 user; required int64 item; required double rating;",
            rows,
            Writing.PLAIN);
    Path other =
        parquet(
            "b.parquet",
            "required binary user; required float item; required binary rating;",
            List.of(List.of("1", 2f, "0.50"), List.of("1", 4f, "1"), List.of("1e0", 2f, "5e-1")),
            Writing.PLAIN);
    Path csv = csv("c.csv", "user,item,rating", List.of(List.of("1.0", "2", "0.5")));
    Path json =
        Files.writeString(
            folder.resolve("d"),
            "{\"user\": 1, \"item\":2,\"rating\":5e-1}\n\n"
                + "{\"rating\":0.5,\"item\":\"2\",\"user\":1.0}\n");
    assertEquals(2, distinct(false, parquet));
    assertEquals(2, distinct(true, parquet));
    assertEquals(3, distinct(true, parquet, other, csv, json));
  }

  @Test
  void whatARowHasIsSniffed() throws IOException {
    Path parquet =
        parquet(
            "rows",
            "required int64 userId; optional double stars; required binary movie (STRING);"
                + " required int64 time (TIMESTAMP(MICROS,true)); repeated int32 tags;",
            List.of(
                List.of(1L, 0.5, "a, \"b\"", 1_600_000_000_000_000L),
                List.of(2L, 1.5, "c\nd", 1_600_000_001_000_000L),
                List.of(2L, 1.5, "e", 1_600_000_002_000_000L)),
            Writing.PLAIN);
    Path json =
        Files.writeString(
            folder.resolve("json"),
            "{\"userId\":1,\"stars\":0.5,\"movie\":\"a, \\\"b\\\"\",\"time\":\"2020-09-13 12:26:40\"}\n"
                + "{\"stars\":1.5,\"userId\":2,\"movie\":\"c\\nd\",\"time\":\"2020-09-13 12:26:41\"}\n"
                + "{\"userId\":2,\"movie\":\"e\",\"stars\":1.5,\"time\":\"2020-09-13 12:26:42\"}\n");
    for (Path file : List.of(parquet, json)) {
      SniffedFile found = Sniffer.sniff(file.toString(), CsvFormat.create());
      assertEquals(file == parquet ? "Parquet" : "lines of JSON", found.kind());
      assertEquals(
          "[Column[name=userId, type=whole numbers, values=[1, 2], role=user],"
              + " Column[name=stars, type=numbers, values=[0.5, 1.5], role=rating],"
              + " Column[name=movie, type=text, values=[a, \"b\", c\nd, e], role=item],"
              + " Column[name=time, type=times, values=[2020-09-13 12:26:40, 2020-09-13 12:26:41,"
              + " 2020-09-13 12:26:42], role=timestamp]]",
          found.columns().toString());
      assertEquals(
          List.of("userCol=userId", "itemCol=movie", "ratingCol=stars", "timestampCol=time"),
          found.parameters());
      assertEquals(Map.of(), found.dialect());
      assertEquals(3, read(found.format(), true, file).size());
    }
  }

  @Test
  void listsAreToldApartAndNotAskedFor() throws IOException {
    String schema =
        "required int32 user; required int32 item; required float rating; repeated int32 tags;"
            + " optional group place { optional binary town (STRING); }";
    Path file =
        parquet(
            "lists.parquet",
            schema,
            List.of(
                List.of(1, 2, 3f, List.of(1, 2)), List.of(1, 2, 3f, List.of(1, 2)),
                List.of(1, 2, 3f, List.of(12)), List.of(1, 2, 3f, List.of())),
            Writing.PLAIN);
    assertEquals(3, distinct(false, file));
    assertEquals(3, distinct(true, file));
    String message =
        assertThrows(
                RunException.class,
                () -> read(FORMAT.withColumns("tags", "item", "rating"), true, file))
            .getMessage();
    assertEquals(
        file + ": its column tags has more than a value a row; expected one of single values",
        message);
    message =
        assertThrows(
                RunException.class,
                () -> read(FORMAT.withColumns("who", "item", "rating"), true, file))
            .getMessage();
    assertEquals(
        "userCol=who: no such column in " + file + ", which has: user, item, rating, tags, place",
        message);
  }

  @Test
  void rejectsTellTheRow() throws IOException {
    Path file =
        parquet(
            "rejects.parquet",
            "required binary user; required int32 item; optional binary rating;",
            List.of(List.of("a", 1, "3"), List.of("b", 2, "good"), List.of("c", 3, List.of())),
            Writing.PLAIN);
    dev.beamals.csv.CsvSource source =
        new dev.beamals.csv.CsvSource(
            CsvFile.find("input", List.of(file.toString()), FORMAT), 1 << 16);
    RowBatch batch = SourceTestUtils.readFromSource(source, OPTIONS).get(0);
    CleaningReport report = CleaningReport.of(batch, 0, 0, 0, 1);
    assertEquals(
        List.of("row 2 of " + file + ": rating \"good\" is not a number"), report.firstRejects());
    assertEquals("b,2,good", batch.rejects.get(0).text());
    assertEquals(1, batch.unusable);
  }

  @Test
  void onlyNeededColumnsAreLookedAt() throws IOException {
    Path file =
        parquet(
            "some.parquet",
            "required int32 user; required int32 item; optional int32 rest;",
            List.of(List.of(1, 2, List.of()), List.of(3, 4, 5)),
            Writing.PLAIN);
    List<CsvFile> files =
        CsvFile.find(
            "input", List.of(file.toString()), CsvFormat.create().withPairs("user", "item"));
    for (boolean whole : new boolean[] {true, false}) {
      RowBatch batch =
          SourceTestUtils.readFromSource(
                  new dev.beamals.csv.CsvSource(files, 1 << 16, whole, false, false), OPTIONS)
              .get(0);
      assertEquals(whole ? 1 : 0, batch.incomplete.length);
      assertEquals(2, batch.rows.size());
    }
  }

  @Test
  void jsonIsReadAsCsv() throws IOException {
    List<List<String>> rows =
        List.of(
            List.of("1", "9007199254740993", "0.5", "x, y"), List.of("2", "2", "", ""),
            List.of("3", "4", "abc", "a\"b"), List.of("5", "6", "true", "[1,{\"a\":2}]"));
    Path csv = csv("rows.csv", "user,item,rating,note", rows);
    String objects =
        """
        {"user":1,"item":9007199254740993,"rating":0.5,"note":"x, y"}
        {"user":2,"item":"2","rating":null}
        {"item":4,"rating":"abc","note":"a\\"b","user":3}
        {"user":5,"item":6,"rating":true,"note":[1, {"a": 2}]}
        """;
    Path lines = Files.writeString(folder.resolve("lines"), "\uFEFF" + objects);
    Path array =
        Files.writeString(
            folder.resolve("array.json"), "[\n" + objects.strip().replace("\n", ",\n") + "]");
    Path pretty = Files.writeString(folder.resolve("pretty"), objects.replace(",\"", ",\n \""));
    List<String> expected = read(FORMAT, true, csv);
    assertEquals(expected, read(FORMAT, true, lines));
    assertEquals(expected, read(FORMAT, true, array));
    assertEquals(expected, read(FORMAT, true, pretty));
    Path packed = folder.resolve("packed.json.gz");
    try (java.io.OutputStream out =
        new java.util.zip.GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write(objects.getBytes(StandardCharsets.UTF_8));
    }
    assertEquals(expected, read(FORMAT, true, packed));
  }

  @Test
  void brokenLinesOfJsonAreRejects() throws IOException {
    Path lines =
        Files.writeString(
            folder.resolve("broken.jsonl"),
            "{\"user\":1,\"item\":2,\"rating\":3}\n{\"user\":1,\n[1]\n"
                + "{\"user\":1,\"item\":2,\"rating\":3,\"more\":4}\n");
    List<String> rows = read(FORMAT, true, lines);
    assertEquals(4, rows.size());
    assertNotEquals(rows.get(0), rows.get(1), "a field that only one has");
    assertTrue(rows.get(2).startsWith("rejected: no object of JSON"), rows.get(2));
    assertTrue(rows.get(3).startsWith("rejected: not JSON: "), rows.get(3));
  }

  /** As pyarrow 25 writes a column of numpy's float16; Parquet 1.13 does not know the type. */
  private static final Path HALF = Path.of("src/test/resources/parquet/float16.parquet");

  @Test
  void halfPrecisionIsReadAsTheSameFloats() throws IOException {
    Path csv =
        Files.writeString(
            folder.resolve("half.csv"),
            "user,item,rating\n1,1,1.5\n2,1,-2\n3,2,0.099975586\n1,2,65504\n2,3,5.9604645E-8\n"
                + "3,3,\n");
    assertEquals(
        List.of(
            "1|1|1.5|||",
            "1|2|65504.0|||",
            "2|1|-2.0|||",
            "2|3|5.9604645E-8|||",
            "3|2|0.099975586|||",
            "unusable"),
        read(FORMAT, false, HALF));
    assertEquals(read(FORMAT, true, csv), read(FORMAT, true, HALF));
  }

  @ParameterizedTest
  @CsvSource({
    "0x0000, 0.0",
    "0x8000, -0.0",
    "0x3c00, 1.0",
    "0x0400, 6.1035156E-5",
    "0x03ff, 6.097555E-5",
    "0xbe00, -1.5",
    "0x7c00, Infinity",
    "0xfc00, -Infinity",
    "0x7e00, NaN"
  })
  void halves(String bits, float number) {
    assertEquals(number, ParquetColumn.half(Integer.decode(bits)));
  }

  /** A column of a type that Parquet 1.13 does not know is refused where it is needed. */
  @Test
  void newerTypesAreRefusedByName() throws IOException {
    String bytes = Files.readString(HALF, StandardCharsets.ISO_8859_1);
    String item = "\30\4item";
    String union = "l\u00fc\0\0"; // the logical type, field 15, and its end
    int at = bytes.indexOf(item + "\0") + item.length();
    int length = bytes.length() - 8;
    String changed =
        bytes.substring(0, at)
            + union
            + bytes.substring(at, length)
            + (char) (bytes.charAt(length) + union.length())
            + bytes.substring(length + 1);
    Path file = folder.resolve("newer.parquet");
    Files.writeString(file, changed, StandardCharsets.ISO_8859_1);
    RunException e = assertThrows(RunException.class, () -> read(FORMAT, true, file));
    assertTrue(
        String.valueOf(e.getMessage())
            .endsWith(
                "newer.parquet: its column item is of a type that is newer than Parquet 1.13;"
                    + " expected numbers or texts"),
        e.getMessage());
    CsvFormat other = CsvFormat.create().withColumns("user", "rating", "user");
    assertEquals(read(other, false, HALF), read(other, false, file), "where it is not needed");
  }

  @Test
  void damagedParquetIsNamed() throws IOException {
    Path file =
        parquet(
            "whole.parquet",
            "required int32 user; required int32 item; required float rating;",
            IntStream.range(0, 2000).mapToObj(i -> List.<Object>of(i % 9, i, i / 10f)).toList(),
            Writing.PLAIN);
    byte[] bytes = Files.readAllBytes(file);
    List<String> whole = read(FORMAT, true, file);
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      byte[] bad = bytes.clone();
      for (int k = 0; k < 3; k++) {
        bad[4 + random.nextInt(bad.length - 4)] ^= (byte) (1 << random.nextInt(8));
      }
      Path damaged = Files.write(folder.resolve("damaged.parquet"), bad);
      try {
        assertEquals(whole, read(FORMAT, true, damaged), "pages have checksums");
      } catch (RunException e) {
        assertEquals(1, String.valueOf(e.getMessage()).lines().count(), e.getMessage());
      }
    }
  }
}
