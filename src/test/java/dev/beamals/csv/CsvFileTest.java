package dev.beamals.csv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CsvFileTest {
  private static final String HEADER = "user_id,video_id,watch_ratio,timestamp";

  private static Path write(Path folder, String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static List<CsvFile> find(CsvFormat format, Object... patterns) {
    return CsvFile.find("input", List.of(patterns).stream().map(Object::toString).toList(), format);
  }

  private static List<String> names(Object... patterns) {
    return find(CsvFormat.create(), patterns).stream()
        .map(file -> String.valueOf(Path.of(file.name()).getFileName()))
        .toList();
  }

  private static String refused(CsvFormat format, Object... patterns) {
    String message =
        String.valueOf(assertThrows(RunException.class, () -> find(format, patterns)).getMessage());
    assertFalse(message.contains("\n"), "a message is one line: " + message);
    return message;
  }

  @Test
  void fileIsFoundWithItsSizeAndColumns(@TempDir Path folder) throws IOException {
    Path path = write(folder, "a.csv", "x,timestamp,watch_ratio,user_id,video_id\n1,2,3,4,5\n");
    CsvFile file = find(CsvFormat.create(), path).get(0);
    assertEquals(path.toString(), file.name());
    assertEquals(Files.size(path), file.bytes());
    assertEquals("[5, 3, 4, 2, 1]", file.layout().toString());
    assertTrue(file.hasTimestamp());
    assertFalse(file.fromStart());
  }

  @Test
  void relativeNamesAndFileUrisAreFoundOnce(@TempDir Path folder) throws IOException {
    Path path = write(folder, "a.csv", HEADER);
    Path relative = Path.of("").toAbsolutePath().relativize(path);
    assertEquals(
        List.of("a.csv"), names(path, relative, "file://" + path, folder + "/./x/../a.csv"));
  }

  @Test
  void missingFileIsNamed(@TempDir Path folder) {
    Path path = folder.resolve("none.csv");
    assertEquals("input=" + path + ": no such file", refused(CsvFormat.create(), path));
    Path deeper = folder.resolve("no/such/folder/none.csv");
    assertEquals("input=" + deeper + ": no such file", refused(CsvFormat.create(), deeper));
  }

  @Test
  void oneMissingFileAmongOthersIsAnError(@TempDir Path folder) throws IOException {
    Path path = write(folder, "a.csv", HEADER);
    String missing = folder.resolve("b.csv").toString();
    assertEquals("input=" + missing + ": no such file", refused(CsvFormat.create(), path, missing));
  }

  @Test
  void headerThatCannotBeReadIsNamedWithItsLine(@TempDir Path folder) throws IOException {
    Path path = write(folder, "a.csv", "user_id,video_id,\"watch_ratio\n1,2,3\n");
    assertEquals(
        path
            + ":1: a quoted field that does not end on its line; expected column names (is it"
            + " quote=''?)",
        refused(CsvFormat.create(), path));
  }

  @Test
  void folderIsAllFilesBelowButThoseThatAreNoData(@TempDir Path folder) throws IOException {
    assertEquals(
        String.format("input=%s: a folder without files", folder),
        refused(CsvFormat.create(), folder));
    for (String file :
        List.of(
            "_SUCCESS",
            ".b.csv.crc",
            "b.csv",
            "day=1/a.csv",
            "_old/c.csv",
            "day=2/.x/d.csv",
            "day=2/empty.csv")) {
      Files.createDirectories(folder.resolve(file).getParent());
      write(folder, file, file.contains("SUCCESS") || file.contains("empty") ? "" : HEADER);
    }
    List<String> all = List.of("b.csv", "day=1/a.csv");
    assertEquals(all, found(folder, ""));
    assertEquals(all, found(folder, "*"));
    assertEquals(all, found(folder, "**"));
    assertEquals(List.of("day=1/a.csv"), found(folder, "day=*"));
    assertEquals(List.of("_old/c.csv"), found(folder, "_old"));
    assertEquals(List.of("_old/c.csv"), found(folder, "_*/c.csv"));
    String message =
        refused(CsvFormat.create().withColumns("day", "video_id", "watch_ratio"), folder + "/day*");
    assertTrue(message.endsWith("(names of folders are not read)"), message);
  }

  @Test
  void nameThatExistsWinsOverAListOfNames(@TempDir Path folder) throws IOException {
    write(folder, "a,b.csv", HEADER);
    write(folder, "b.csv", HEADER);
    write(folder, "c.csv", HEADER);
    assertEquals(List.of("a,b.csv"), names(folder + "/a", "b.csv"));
    assertEquals(List.of("b.csv", "c.csv"), names(folder + "/b.csv", folder + "/c.csv"));
    assertEquals(List.of("b.csv", "c.csv"), names(folder + "/{b", "c}.csv"));
  }

  @Test
  void standardInputIsReadOnceAndKept(@TempDir Path folder) throws IOException {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream((HEADER + "\n1,2,3,4\n").getBytes(UTF_8)));
    try {
      for (int i = 0; i < 2; i++) {
        CsvFile file = find(CsvFormat.create(), "-").get(0);
        assertEquals(HEADER + "\n1,2,3,4\n", Files.readString(Path.of(file.name())));
        assertTrue(InputNames.isStream(file.name()));
      }
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void globFindsFilesByNameAndLeavesEmptyOnesOut(@TempDir Path folder) throws IOException {
    write(folder, "b.csv", HEADER + "\n1,2,3,4");
    write(folder, "a.csv", HEADER);
    write(folder, "empty.csv", "");
    write(folder, "c.txt", "something else");
    Files.createDirectory(folder.resolve("folder.csv"));
    assertEquals(List.of("a.csv", "b.csv"), names(folder + "/*.csv"));
    assertEquals(List.of("a.csv", "b.csv"), names(folder + "/{b,a}.csv"));
    assertEquals(List.of("b.csv"), names(folder + "/[b-z].csv"));
    assertEquals(List.of("a.csv", "b.csv"), names(folder + "/?.csv", folder + "/a*"));
    String none = folder + "/*.tsv";
    assertEquals("input=" + none + ": no file matches", refused(CsvFormat.create(), none));
  }

  /** The files that are found, relative to a folder. */
  private static List<String> found(Path folder, String... patterns) {
    Object[] inFolder = List.of(patterns).stream().map(p -> folder + "/" + p).toArray();
    return find(CsvFormat.create(), inFolder).stream()
        .map(file -> folder.relativize(Path.of(file.name())).toString())
        .toList();
  }

  @Test
  void globsMayStandInAnyFolder(@TempDir Path folder) throws IOException {
    for (String file :
        List.of("b/part-1.csv", "b/x.csv", "a/part-2.csv", "c/d/part-3.csv", "part-0.csv")) {
      Files.createDirectories(folder.resolve(file).getParent());
      write(folder, file, HEADER);
    }
    Files.createDirectories(folder.resolve("e/part-4.csv")); // a folder
    assertEquals(List.of("a/part-2.csv", "b/part-1.csv"), found(folder, "*/part-*.csv"));
    assertEquals(List.of("a/part-2.csv", "b/part-1.csv"), found(folder, "{b,a}/part-?.csv"));
    assertEquals(List.of("b/x.csv"), found(folder, "*/x.csv"));
    assertEquals(List.of("c/d/part-3.csv"), found(folder, "*/d/part-*.csv"));
    assertEquals(List.of("c/d/part-3.csv"), found(folder, "[c-e]/*/*.csv"));
    assertEquals(List.of("b/x.csv", "part-0.csv"), found(folder, "p*", "?/x.csv", "./a/../b/x*"));
    List<String> parts = List.of("a/part-2.csv", "b/part-1.csv", "c/d/part-3.csv", "part-0.csv");
    assertEquals(parts, found(folder, "**/part-*.csv"));
    assertEquals(parts, found(folder, "**/**/part-*.csv"));
    assertEquals(List.of("c/d/part-3.csv"), found(folder, "c/**/part-*.csv"));
    assertEquals(List.of("c/d/part-3.csv"), found(folder, "**/d/**"));
    assertEquals(List.of("b/part-1.csv", "b/x.csv"), found(folder, "b/**"));
    assertEquals(5, found(folder, "**", "**/*", "*/*.csv").size());
  }

  @Test
  void globThatLeadsNowhereNamesTheFolderThatIsMissing(@TempDir Path folder) throws IOException {
    Files.createDirectory(folder.resolve("a"));
    write(folder, "a/b.csv", HEADER);
    for (String[] pattern :
        new String[][] {
          {"nowhere/*.csv", "nowhere"},
          {"nowhere/*/x/b.csv", "nowhere"},
          {"a/c/d/*.csv", "a/c"},
          {"a/b.csv/*.csv", "a/b.csv"},
        }) {
      assertEquals(
          String.format(
              "input=%s/%s: no file matches, as there is no folder %s/%s",
              folder, pattern[0], folder, pattern[1]),
          refused(CsvFormat.create(), folder + "/" + pattern[0]));
    }
    for (String pattern : List.of("*/c/b.csv", "*/c/*.csv", "x*/b.csv", "a/**/c.csv", "a/b*/**")) {
      assertEquals(
          "input=" + folder + "/" + pattern + ": no file matches",
          refused(CsvFormat.create(), folder + "/" + pattern));
    }
  }

  @Test
  void linksAreFollowedButNotInCircles(@TempDir Path folder) throws IOException {
    Files.createDirectory(folder.resolve("a"));
    write(folder, "a/b.csv", HEADER);
    Files.createSymbolicLink(folder.resolve("a/up"), folder);
    Files.createSymbolicLink(folder.resolve("a/c.csv"), folder.resolve("a/b.csv"));
    assertEquals(List.of("a/b.csv", "a/c.csv"), found(folder, "**/*.csv"));
    assertEquals(List.of("a/up/a/b.csv", "a/up/a/c.csv"), found(folder, "a/u*/a/*.csv"));
  }

  @Test
  void nameWithGlobCharactersIsAFileWhereThereIsOne(@TempDir Path folder) throws IOException {
    write(folder, "log[1].csv", HEADER);
    write(folder, "log1.csv", HEADER);
    assertEquals(List.of("log[1].csv"), names(folder + "/log[1].csv"));
    assertEquals(List.of("log1.csv"), names(folder + "/[l]og[1].csv"));
    for (String name : List.of("day [1]", "day 1")) {
      Files.createDirectory(folder.resolve(name));
      write(folder, name + "/my plays.csv", HEADER);
    }
    assertEquals(List.of("day [1]/my plays.csv"), found(folder, "day [1]/my p*.csv"));
    assertEquals(List.of("day 1/my plays.csv"), found(folder, "da? [1]/my plays.csv"));
    assertEquals(2, found(folder, "day*/my plays.csv").size());
  }

  @Test
  void brokenGlobIsNamed(@TempDir Path folder) {
    String message = refused(CsvFormat.create(), folder + "/[a.csv");
    assertTrue(message.startsWith("input=" + folder + "/[a.csv: "), message);
  }

  @Test
  void nameThatNoFileCanHaveIsRefused() {
    assertEquals("input=a?b: not a file name", refused(CsvFormat.create(), "a\0b"));
  }

  @Test
  void unknownFileSystemIsNamed() {
    String message = refused(CsvFormat.create(), "nosuch://bucket/a.csv");
    assertTrue(message.startsWith("input=nosuch://bucket/a.csv: "), message);
  }

  @Test
  void emptyInputSaysWhatIsExpected(@TempDir Path folder) throws IOException {
    Path one = write(folder, "one.csv", "");
    Path two = write(folder, "two.csv", "");
    assertEquals(
        "input=" + one + ": the file is empty; expected rows below a line that names the columns",
        refused(CsvFormat.create(), one));
    assertEquals(
        "input=" + one + "," + two + ": all 2 files are empty; expected rows",
        refused(CsvFormat.create().withHeader(false), one, two));
  }

  @Test
  void headerOnlyIsFound(@TempDir Path folder) throws IOException {
    for (String end : List.of("", "\n", "\r\n", "\r")) {
      Path path = write(folder, "header.csv", HEADER + end);
      assertEquals("[4, 0, 1, 2, 3]", find(CsvFormat.create(), path).get(0).layout().toString());
    }
  }

  @Test
  void missingColumnNamesFlagFileAndColumns(@TempDir Path folder) throws IOException {
    Path path = write(folder, "a.csv", "user_id,movie_id,watch_ratio\n1,2,3\n");
    assertEquals(
        "itemCol=video_id: no such column in line 1 of "
            + path
            + ", which has: user_id, movie_id, watch_ratio (is it itemCol=movie_id?)",
        refused(CsvFormat.create(), path));
    assertTrue(
        refused(CsvFormat.create().withColumns("u", "movie_id", "watch_ratio"), path)
            .startsWith("userCol=u: "));
    assertTrue(
        refused(CsvFormat.create().withColumns("user_id", "movie_id", "r"), path)
            .startsWith("ratingCol=r: "));
  }

  @Test
  void nameInAnotherCaseIsTakenWhereOnlyOneFits(@TempDir Path folder) throws IOException {
    Path path = write(folder, "a.csv", HEADER.toUpperCase(Locale.ROOT));
    assertEquals(0, find(CsvFormat.create(), path).get(0).layout().user);
    Path exact = write(folder, "b.csv", "USER_ID,user_id,video_id,watch_ratio\n");
    assertEquals(1, find(CsvFormat.create(), exact).get(0).layout().user);
    Path two = write(folder, "c.csv", "USER_ID,User_id,video_id,watch_ratio\n");
    assertTrue(refused(CsvFormat.create(), two).startsWith("userCol=user_id: no such column"));
  }

  @Test
  void wrongDelimiterIsHintedAt(@TempDir Path folder) throws IOException {
    for (char delimiter : new char[] {'\t', ';', '|'}) {
      Path path = write(folder, "a.csv", HEADER.replace(',', delimiter) + "\n");
      String hint = "(is it delimiter='" + (delimiter == '\t' ? "\\t" : "" + delimiter) + "'?)";
      String message = refused(CsvFormat.create(), path);
      assertTrue(message.endsWith(hint), message);
      assertTrue(message.startsWith("userCol=user_id: "), message);
    }
    Path path = write(folder, "a.csv", HEADER);
    String message = refused(CsvFormat.create().withDelimiter(";"), path);
    assertTrue(message.endsWith("(is it delimiter=','?)"), message);
  }

  @Test
  void longHeaderIsCutInTheMessage(@TempDir Path folder) throws IOException {
    Path path = write(folder, "a.csv", "column,".repeat(1000));
    String message = refused(CsvFormat.create(), path);
    assertTrue(message.endsWith("…"), message);
    assertTrue(message.length() < 500 + path.toString().length(), message);
  }

  @Test
  void binaryHeaderIsPrintable(@TempDir Path folder) throws IOException {
    Path path = Files.write(folder.resolve("a.csv"), new byte[] {'P', 'Q', 3, 4, 27, (byte) 0xFF});
    assertTrue(refused(CsvFormat.create(), path).endsWith("which has: PQ????"));
  }

  @Test
  void columnThatIsThereTwiceIsRefused(@TempDir Path folder) throws IOException {
    Path path = write(folder, "a.csv", HEADER + ",video_id\n");
    assertEquals(
        "itemCol=video_id: line 1 of " + path + " has this column twice",
        refused(CsvFormat.create(), path));
    Path unused = write(folder, "b.csv", HEADER + ",x,x\n");
    assertEquals(6, find(CsvFormat.create(), unused).get(0).layout().columns);
  }

  @Test
  void withoutHeaderColumnsAreNumbersFromOne(@TempDir Path folder) throws IOException {
    Path path = write(folder, "a.csv", "1,2,3,4\n5,6,7,8\n");
    CsvFormat format = CsvFormat.create().withHeader(false);
    CsvFile file = find(format.withColumns("4", "1", "2"), path).get(0);
    assertEquals("[4, 3, 0, 1, -1]", file.layout().toString());
    assertFalse(file.hasTimestamp());
    assertEquals(
        2,
        find(format.withColumns("4", "1", "2").withTimestampCol("3"), path)
            .get(0)
            .layout()
            .timestamp);
    for (String wrong : List.of("0", "5", "-1", "user_id", "", "01", "99999999999")) {
      assertEquals(
          "itemCol="
              + wrong
              + ": with header=false expected a column number from 1 to 4, as "
              + path
              + " has that many columns (is it itemCol=2?)",
          refused(format.withColumns("1", wrong, "3"), path));
    }
  }

  @Test
  void timestampIsOptionalUnlessRequired(@TempDir Path folder) throws IOException {
    Path path = write(folder, "a.csv", "user_id,video_id,watch_ratio\n");
    assertFalse(find(CsvFormat.create(), path).get(0).hasTimestamp());
    assertTrue(
        refused(CsvFormat.create().withTimestampCol("timestamp"), path)
            .startsWith("timestampCol=timestamp: no such column in line 1 of " + path));
    Path other = write(folder, "b.csv", "user_id,video_id,watch_ratio,when\n");
    assertEquals(
        3,
        find(CsvFormat.create().withOptionalTimestampCol("when"), other).get(0).layout().timestamp);
  }

  @Test
  void everyFileHasItsOwnLayout(@TempDir Path folder) throws IOException {
    write(folder, "a.csv", HEADER);
    write(folder, "b.csv", "video_id,user_id,watch_ratio");
    List<CsvFile> files = find(CsvFormat.create(), folder + "/*.csv");
    assertEquals("[4, 0, 1, 2, 3]", files.get(0).layout().toString());
    assertEquals("[3, 1, 0, 2, -1]", files.get(1).layout().toString());
  }

  @Test
  void byteOrderMarkIsNotPartOfTheFirstName(@TempDir Path folder) throws IOException {
    Path path = write(folder, "a.csv", "\uFEFF" + HEADER);
    assertEquals(0, find(CsvFormat.create(), path).get(0).layout().user);
    Path quoted = write(folder, "b.csv", "\uFEFF\"user_id\",video_id,watch_ratio");
    assertEquals(0, find(CsvFormat.create(), quoted).get(0).layout().user);
  }

  @Test
  void firstNameMayBeginWithTheFirstByteOfAByteOrderMark(@TempDir Path folder) throws IOException {
    // A byte order mark is EF BB BF; these are EF BE 95, EF BB B3 and EF 80 BF.
    for (String name : List.of("ﾕｰｻﾞ", "\uFEF3", "\uF03F")) {
      Path path = write(folder, "a.csv", name + ",video_id,watch_ratio");
      CsvFormat format = CsvFormat.create().withColumns(name, "video_id", "watch_ratio");
      assertEquals(0, find(format, path).get(0).layout().user);
    }
  }

  @Test
  void headerOfAGzipFileIsRead(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("a.csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path))) {
      out.write((HEADER + "\n1,2,3,4\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    CsvFile file = find(CsvFormat.create(), path).get(0);
    assertTrue(file.fromStart());
    assertEquals(3, file.layout().timestamp);
    Path plain = write(folder, "plain.csv.gz", HEADER); // as Beam has it: unpacked before already
    assertEquals(3, find(CsvFormat.create(), plain).get(0).layout().timestamp);
    Path fake = write(folder, "b.csv.bz2", HEADER);
    assertEquals(3, find(CsvFormat.create(), fake).get(0).layout().timestamp, "told by content");
  }

  @Test
  void delimiterThatCannotBeOneIsRefused() {
    for (String delimiter : List.of("", "\"", "\n", "a\r", "\0")) {
      assertThrows(
          IllegalArgumentException.class, () -> CsvFormat.create().withDelimiter(delimiter));
    }
  }
}
