package dev.beamals.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.generate.GenerateData.DataSet;
import dev.beamals.generate.GenerateData.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of {@link GenerateData}, on shapes scaled down to some ten thousand rows. */
class GenerateDataTest {

  private static final long ROWS = 20_000;
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("yyyy-MM-dd HH:mm:ss")
          .appendFraction(ChronoField.MILLI_OF_SECOND, 1, 3, true)
          .toFormatter();

  @ParameterizedTest
  @ValueSource(strings = {"sample", "plays", "kuairec-small", "kuairec-big", "many-users"})
  void sameSeedSameBytes(String shape) throws IOException {
    byte[] first = bytes(shape, ROWS, 7);
    assertArrayEquals(first, bytes(shape, ROWS, 7));
    assertFalse(Arrays.equals(first, bytes(shape, ROWS, 8)));
  }

  /** The committed samples are these files: a change of the generator must renew them. */
  @ParameterizedTest
  @CsvSource({"sample, interactions.csv", "plays, plays.csv"})
  void committedSamplesAreTheDefaultOnes(String shape, String file) throws Exception {
    byte[] committed = Files.readAllBytes(Path.of("data/sample").resolve(file));
    byte[] generated = bytes(shape, Shape.ALL_ROWS, GenerateData.DEFAULT_SEED);
    assertEquals(sha256(committed), sha256(generated));
  }

  /** Users alike in one half of what they play are alike in the other: choice follows taste. */
  @Test
  void playsFollowTaste() throws IOException {
    Map<String, List<Set<String>>> halves = new LinkedHashMap<>();
    int rows = 0;
    for (String line : lines(bytes("plays", Shape.ALL_ROWS, 42))) {
      String[] fields = line.split(",");
      if (rows++ > 0) {
        assertTrue(Integer.parseInt(fields[2]) >= 1, line);
        List<Set<String>> sets =
            halves.computeIfAbsent(fields[0], user -> List.of(new HashSet<>(), new HashSet<>()));
        assertTrue(
            sets.get(rows % 2).add(fields[1]) && !sets.get(1 - rows % 2).contains(fields[1]));
      }
    }
    assertEquals(20_001, rows);
    assertEquals(400, halves.size());
    double ofNearest = 0;
    double ofAll = 0;
    for (List<Set<String>> user : halves.values()) {
      double nearest = -1;
      double other = 0;
      for (List<Set<String>> another : halves.values()) {
        if (another != user) {
          double first = alike(user.get(0), another.get(0));
          double second = alike(user.get(1), another.get(1));
          ofAll += second / (halves.size() - 1);
          if (first > nearest) {
            nearest = first;
            other = second;
          }
        }
      }
      ofNearest += other;
    }
    assertTrue(ofNearest > 2 * ofAll, ofNearest + " is not twice " + ofAll);
  }

  private static double alike(Set<String> one, Set<String> other) {
    long common = one.stream().filter(other::contains).count();
    return (double) common / (one.size() + other.size() - common);
  }

  @Test
  void sampleHasEachKindOfOddRow() throws IOException {
    Table table = new Table(bytes("sample", Shape.ALL_ROWS, 42));
    assertEquals(30_000, table.rows.size());
    assertEquals(300, table.users.size());
    assertEquals(600, table.items.size());
    assertEquals(600, table.rowsWithoutTime);
    assertEquals(150, table.emptyRatios);
    assertEquals(60, table.negativeTimestamps);
    assertEquals(900, table.duplicates);
    assertTrue(table.adjacentDuplicates > 200, "adjacent: " + table.adjacentDuplicates);
    assertTrue(table.adjacentDuplicates < 400, "adjacent: " + table.adjacentDuplicates);
    assertTrue(table.users.contains(7162) && table.items.contains(6523));
  }

  @Test
  void smallMatrixIsDenseWithoutDuplicates() throws IOException {
    Shape shape = new Shape("kuairec-small", ROWS);
    Table table = new Table(bytes("kuairec-small", ROWS, 42));
    assertEquals(ROWS, table.rows.size());
    assertEquals(shape.users, table.users.size());
    assertEquals(shape.items, table.items.size());
    assertTrue(ROWS >= .98 * shape.users * shape.items);
    assertEquals(ROWS, table.cells.size());
    assertEquals(Math.round(181_992.0 * ROWS / 4_676_570), table.rowsWithoutTime);
    assertEquals(0, table.duplicates);
    assertEquals(14, table.users.first());
    assertEquals(7162, table.users.last());
    assertEquals(103, table.items.first());
    assertEquals(10_595, table.items.last());
    assertTrue(table.rows.get(0)[5].endsWith(".0"), "date is a float");
  }

  @Test
  void bigMatrixHasDuplicatesAndAllTimes() throws IOException {
    Shape shape = new Shape("kuairec-big", ROWS);
    Table table = new Table(bytes("kuairec-big", ROWS, 42));
    assertEquals(ROWS, table.rows.size());
    assertEquals(shape.users, table.users.size());
    assertEquals(shape.items, table.items.size());
    assertEquals(0, table.rowsWithoutTime);
    assertEquals(Math.round(965_819.0 * ROWS / 12_530_806), table.duplicates);
    assertEquals(0, table.users.first());
    assertEquals(7175, table.users.last());
    assertEquals(0, table.items.first());
    assertEquals(10_727, table.items.last());
    assertTrue(table.rows.get(0)[5].matches("\\d{8}"), "date is whole");
  }

  @Test
  void fullShapesHaveThePublishedCounts() {
    Shape small = new Shape("kuairec-small", Shape.ALL_ROWS);
    assertEquals(1_411, small.users);
    assertEquals(3_327, small.items);
    assertEquals(181_992, small.count("rowsWithoutTime"));
    Shape big = new Shape("kuairec-big", Shape.ALL_ROWS);
    assertEquals(7_176, big.users);
    assertEquals(10_728, big.items);
    assertEquals(965_819, big.count("duplicates"));
    Shape netflix = new Shape("netflix", 1_000_000);
    assertEquals(480_189, netflix.users);
    assertEquals(17_770, netflix.items);
  }

  @Test
  void netflixHasEachUserAndMovieAndNoPairTwice() throws IOException {
    String[] lines = lines(bytes("netflix", 600_000, 42));
    assertEquals("user_id,movie_id,rating,date", lines[0]);
    assertEquals(600_001, lines.length);
    Set<Integer> users = new HashSet<>();
    Set<Integer> movies = new HashSet<>();
    Set<Long> pairs = new HashSet<>();
    long stars = 0;
    for (String line : Arrays.asList(lines).subList(1, lines.length)) {
      String[] fields = line.split(",", -1);
      int user = Integer.parseInt(fields[0]);
      int movie = Integer.parseInt(fields[1]);
      int star = Integer.parseInt(fields[2]);
      assertTrue(star >= 1 && star <= 5, line);
      assertTrue(fields[3].matches("(1999|200[0-5])-\\d\\d-\\d\\d"), line);
      users.add(user);
      movies.add(movie);
      assertTrue(pairs.add(user * 100_000L + movie), line);
      stars += star;
    }
    assertEquals(480_189, users.size());
    assertEquals(17_770, movies.size());
    assertEquals(3.6, stars / 600_000.0, .1);
  }

  @Test
  void manyUsersHasEachUserAndItemInTheOrderOfTime() throws IOException {
    Shape shape = new Shape("many-users", 200_000);
    assertEquals(20_000, shape.users);
    assertEquals(2_000, shape.items);
    String[] lines = lines(bytes("many-users", 200_000, 42));
    assertEquals("user_id,item_id,rating,timestamp", lines[0]);
    assertEquals(200_001, lines.length);
    Map<String, Integer> users = new HashMap<>();
    Map<String, Integer> items = new HashMap<>();
    Set<String> earlyUsers = new HashSet<>();
    Set<String> rows = new HashSet<>();
    long stars = 0;
    long last = 0;
    for (int i = 1; i < lines.length; i++) {
      String[] fields = lines[i].split(",", -1);
      users.merge(fields[0], 1, Integer::sum);
      items.merge(fields[1], 1, Integer::sum);
      if (i <= 1_000) {
        earlyUsers.add(fields[0]);
      }
      assertTrue(rows.add(lines[i]), lines[i]);
      int star = Integer.parseInt(fields[2]);
      assertTrue(star >= 1 && star <= 5, lines[i]);
      stars += star;
      long time = Long.parseLong(fields[3]);
      assertTrue(time >= last, lines[i]);
      last = time;
    }
    assertEquals(20_000, users.size());
    assertEquals(2_000, items.size());
    assertEquals(3.6, stars / 200_000.0, .1);
    // Zipf-like: most users have a few rows, and some have hundreds.
    assertTrue(users.values().stream().filter(n -> n <= 3).count() > 8_000, "few rows");
    assertTrue(Collections.max(users.values()) > 500, "many rows");
    assertTrue(Collections.max(items.values()) > 1_000, "popular items");
    assertTrue(earlyUsers.size() > 500, "rows are not ordered by user");
  }

  /** With texts for ids nothing else changes, and the texts are one to one. */
  @ParameterizedTest
  @ValueSource(strings = {"kuairec-small", "many-users"})
  void textIdsStandForTheSameUsersAndItems(String shape) throws IOException {
    String[] numbers = lines(bytes(shape, ROWS, 42));
    String[] texts = lines(bytes(shape, ROWS, true, 42));
    assertEquals(numbers[0], texts[0]);
    assertEquals(numbers.length, texts.length);
    Map<String, String> users = new HashMap<>();
    Map<String, String> items = new HashMap<>();
    for (int i = 1; i < numbers.length; i++) {
      String[] number = numbers[i].split(",", 3);
      String[] text = texts[i].split(",", 3);
      assertTrue(text[0].matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-.{12}"));
      assertTrue(text[1].matches("[A-Za-z0-9_-]{11}"), text[1]);
      users.putIfAbsent(number[0], text[0]);
      items.putIfAbsent(number[1], text[1]);
      assertEquals(users.get(number[0]), text[0]);
      assertEquals(items.get(number[1]), text[1]);
      assertEquals(number[2], text[2]);
    }
    assertEquals(users.size(), new HashSet<>(users.values()).size());
    assertEquals(items.size(), new HashSet<>(items.values()).size());
  }

  @Test
  void shortestDecimalsReadBackAndAreShortest() {
    Random random = new Random(1);
    List<Double> values = new ArrayList<>(List.of(0.0, 1e-4, .001, .078, .1, .5, 1.0, 9.0, 10.0));
    values.addAll(
        List.of(99_999.99999, 1.4030598786599842, 0.14285714285714285, 571.5214441518528));
    for (int i = 0; i < 20_000; i++) {
      double ratio = (1 + random.nextInt(1 << 20)) / (3000.0 + random.nextInt(300_000));
      if (ratio >= 1e-4) {
        values.add(ratio);
      }
    }
    for (double value : values) {
      String text = GenerateData.shortest(value);
      assertEquals(value, Double.parseDouble(text), text);
      int digits = new BigDecimal(text).stripTrailingZeros().precision();
      BigDecimal exact = new BigDecimal(value);
      if (digits > 1) {
        BigDecimal shorter = exact.round(new MathContext(digits - 1, RoundingMode.HALF_EVEN));
        assertNotEquals(value, shorter.doubleValue(), text + " could be " + shorter);
        BigDecimal nearest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
        assertEquals(0, nearest.compareTo(new BigDecimal(text)), text + " or " + nearest);
      }
    }
  }

  @Test
  void partsAddUpWithinTheirBounds() {
    double[] weight = {1, 5, 100, .1, 7};
    int[] parts = GenerateData.apportion(60, weight, 2, 30);
    assertEquals(60, Arrays.stream(parts).sum());
    for (int part : parts) {
      assertTrue(part >= 2 && part <= 30, Arrays.toString(parts));
    }
    assertThrows(IllegalArgumentException.class, () -> GenerateData.apportion(200, weight, 0, 30));
  }

  @Test
  void normalQuantileMatchesTables() {
    assertEquals(0, GenerateData.normalQuantile(.5), 1e-8);
    assertEquals(1.959963985, GenerateData.normalQuantile(.975), 1e-7);
    assertEquals(-3.090232306, GenerateData.normalQuantile(.001), 1e-7);
  }

  @Test
  void wrongArgumentsEndInOneLineThatNamesThem() {
    assertUsageError("SHAPE is missing");
    assertUsageError("SHAPE: 'kuairec'", "kuairec");
    assertUsageError("--rows: not a whole number: 'many'", "sample", "--rows=many");
    assertUsageError("--rows: netflix takes", "netflix", "--rows=1000");
    assertUsageError("--rows: sample takes 2000 to 30000 rows, not -1", "sample", "--rows=-1");
    assertUsageError("--seed: not a whole number: ''", "sample", "--seed=");
    assertUsageError("--ids: 'string' is not int or text", "sample", "--ids=string");
    assertUsageError("--sed=1: no such flag", "sample", "--sed=1");
    assertUsageError("c: at most SHAPE and OUTPUT", "sample", "b", "c");
  }

  @Test
  void aFailedRunLeavesNoFile(@TempDir Path folder) throws IOException {
    Files.createFile(folder.resolve(".downloaded"));
    Path output = folder.resolve("small_matrix.csv");
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        GenerateData.run(
            new String[] {"sample", output.toString()},
            stream(new ByteArrayOutputStream()),
            stream(err));
    assertEquals(1, status);
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("downloaded data set"));
    assertFalse(Files.exists(output));
  }

  @Test
  void writesTheFileUnderItsNameOnly(@TempDir Path folder) throws IOException {
    Path output = folder.resolve("new").resolve("data.csv");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int status =
        GenerateData.run(
            new String[] {"sample", output.toString(), "--rows=2000", "--seed=3"},
            stream(out),
            stream(new ByteArrayOutputStream()));
    assertEquals(0, status);
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("2,000 rows"));
    try (var files = Files.list(folder.resolve("new"))) {
      assertEquals(List.of(output), files.toList());
    }
    assertArrayEquals(bytes("sample", 2_000, 3), Files.readAllBytes(output));
  }

  private static void assertUsageError(String message, String... args) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    assertEquals(
        2, GenerateData.run(args, stream(new ByteArrayOutputStream()), stream(err)), message);
    String text = err.toString(StandardCharsets.UTF_8);
    assertTrue(text.startsWith("generate-data: ") && text.contains(message), text);
    assertEquals(1, text.lines().count(), text);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String shape, long rows, long seed) throws IOException {
    return bytes(shape, rows, false, seed);
  }

  private static byte[] bytes(String shape, long rows, boolean text, long seed) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new DataSet(new Shape(shape, rows), text, seed).write(out);
    return out.toByteArray();
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static String[] lines(byte[] csv) {
    return new String(csv, StandardCharsets.US_ASCII).split("\n");
  }

  /** An interaction file, checked field by field while it is read. */
  private static final class Table {
    final List<String[]> rows = new ArrayList<>();
    final TreeSet<Integer> users = new TreeSet<>();
    final TreeSet<Integer> items = new TreeSet<>();
    final Set<Long> cells = new HashSet<>();
    int rowsWithoutTime;
    int emptyRatios;
    int negativeTimestamps;
    int duplicates;
    int adjacentDuplicates;

    Table(byte[] csv) {
      String[] lines = lines(csv);
      assertEquals(
          "user_id,video_id,play_duration,video_duration,time,date,timestamp,watch_ratio",
          lines[0]);
      Set<String> seen = new HashSet<>();
      for (int i = 1; i < lines.length; i++) {
        if (seen.add(lines[i])) {
          add(lines[i]);
        } else {
          rows.add(lines[i].split(",", -1));
          duplicates++;
          if (lines[i].equals(lines[i - 1])) {
            adjacentDuplicates++;
          }
        }
      }
    }

    private void add(String line) {
      String[] row = line.split(",", -1);
      assertEquals(8, row.length, line);
      rows.add(row);
      int user = Integer.parseInt(row[0]);
      int item = Integer.parseInt(row[1]);
      users.add(user);
      items.add(item);
      cells.add(user * 100_000L + item);
      int play = Integer.parseInt(row[2]);
      int duration = Integer.parseInt(row[3]);
      assertTrue(play >= 0 && duration >= 0 && duration <= 315_072, line);
      if (row[7].isEmpty()) {
        emptyRatios++;
        assertEquals(0, duration, line);
      } else {
        assertEquals((double) play / duration, Double.parseDouble(row[7]), line);
      }
      if (row[4].isEmpty()) {
        rowsWithoutTime++;
        assertTrue(row[5].isEmpty() && row[6].isEmpty(), line);
        return;
      }
      long millis = new BigDecimal(row[6]).movePointRight(3).longValueExact();
      if (millis < 0) {
        negativeTimestamps++;
      }
      LocalDateTime time = LocalDateTime.parse(row[4], TIME);
      assertEquals(millis, time.toInstant(ZoneOffset.ofHours(8)).toEpochMilli(), line);
      assertEquals(time.format(DateTimeFormatter.BASIC_ISO_DATE), row[5].replace(".0", ""), line);
    }
  }
}
