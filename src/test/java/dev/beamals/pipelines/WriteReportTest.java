package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.beamals.report.Browser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages as a user asks for them. */
final class WriteReportTest {
  private static final String EVIL = "<script>alert('x')</script>";

  @TempDir static Path shared;
  @TempDir Path folder;
  private static Path input = Path.of("");
  private static Path model = Path.of("");

  @BeforeAll
  static void trainOnce() throws IOException {
    Random random = new Random(8);
    List<String> lines = new ArrayList<>(List.of("user,item,rating"));
    for (int u = 0; u < 20; u++) {
      for (int i = 0; i < 30; i++) {
        if (random.nextInt(10) < (u % 3 == i % 3 ? 8 : 3)) {
          lines.add("u" + u + "," + (100 + i) + "," + (1 + random.nextInt(5)));
        }
      }
    }
    lines.add(EVIL + ",100,3");
    lines.add(EVIL + ",101,3");
    lines.add("u1,,3");
    input = Files.write(shared.resolve("in.csv"), lines);
    model = shared.resolve("model");
    String printed =
        run(
            0,
            "train",
            "--input=" + input,
            "--output=" + model,
            "--userCol=user",
            "--itemCol=item",
            "--ratingCol=rating",
            "--rank=3",
            "--maxIter=2",
            "--testFraction=0.2",
            "--dropDuplicates=false",
            "--report");
    assertTrue(printed.endsWith("Report: " + model + "/report.html\n"), printed);
  }

  private static String run(int exitCode, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    int actual = Main.run(List.of(args), stream, stream);
    String printed = out.toString(StandardCharsets.UTF_8);
    assertEquals(exitCode, actual, printed);
    return printed;
  }

  private String page(String expected, String... args) throws IOException {
    return pageOf(model, expected, args);
  }

  @Test
  void trainingEndsWithAPageOfItsModel() throws IOException, InterruptedException {
    String page = Files.readString(model.resolve("report.html"));
    assertTrue(page.contains("<h1>model</h1>"));
    assertTrue(page.contains("<td>− with an empty column</td><td class=\"number\">1</td>"));
    for (String part :
        List.of("data", "convergence", "errors", "ranking", "popularity", "cases", "provenance")) {
      assertTrue(page.contains("<section id=\"" + part + "\">"), part);
    }
    assertFalse(page.contains("<p class=\"note\">What"), "nothing is left out");
    assertFalse(Files.readString(model.resolve("manifest.json")).contains("report"));
    assertFalse(page.contains(EVIL));
    Browser.check(folder, page, 8);
  }

  @Test
  void thePageIsTheSameWhereverTheWorkIsDone() throws IOException {
    String page = page("rows: " + input + ", the input of the training\n", "--targetParallelism=3");
    assertEquals(Files.readString(model.resolve("report.html")), page);
    List<String> lines = Files.readAllLines(input);
    Collections.shuffle(lines.subList(1, lines.size()), new Random(2));
    Path shuffled = Files.write(folder.resolve("shuffled.csv"), lines);
    assertEquals(page, page("", "--input=" + shuffled, "--targetParallelism=1"));
  }

  @Test
  void whatBecameOfTheRowsIsBesideThePage() throws IOException {
    page("--input: ");
    long rows = Files.readAllLines(input).size() - 1;
    JsonNode counts =
        new ObjectMapper().readTree(folder.resolve("page_counts.json").toFile()).path("input");
    assertEquals(rows, counts.path("rowsRead").asLong());
    assertEquals(1, counts.path("rowsDropped").path("missing").asLong());
    assertEquals(rows - 1, counts.path("ratings").asLong());
    assertFalse(Files.exists(model.resolve("report_counts.json")), "the manifest has them");
  }

  @Test
  void usersThatAreAskedForAreShownWithTitles() throws IOException {
    Path titles =
        Files.writeString(
            folder.resolve("titles.csv"), "item,title\n100,\"" + EVIL + " & co\"\n101,Alien\n");
    String page = page("", "--user=u3," + EVIL, "--titles=" + titles);
    assertTrue(page.contains("<h3>User u3</h3>"));
    assertTrue(page.contains("<h3>User &lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;</h3>"));
    assertEquals(3, page.split("<h3>User ").length);
    assertTrue(page.contains("<td>Alien</td>"));
    assertTrue(page.contains("<td>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; co</td>"));
    assertFalse(page.contains(EVIL));

    String m = "--model=" + model;
    assertTrue(
        run(1, "report", m, "--user=u3,nobody").contains("als: --user=nobody: not in the model"));
    String many = String.join(",", Collections.nCopies(21, "u3"));
    assertTrue(run(2, "report", m, "--user=" + many).contains("--user: expected at most 20 users"));
  }

  @Test
  void rowsThatAreNotThoseOfTheTrainingAreNeverTakenForThem() throws IOException {
    Path gone = folder.resolve("in.csv");
    Files.copy(input, gone);
    Path copy = folder.resolve("copy");
    String[] train = {
      "train",
      "--input=" + gone,
      "--output=" + copy,
      "--userCol=user",
      "--itemCol=item",
      "--ratingCol=rating",
      "--rank=2",
      "--maxIter=1",
      "--testFraction=0"
    };
    run(0, train);
    String rows = Files.readString(gone);

    // As long as it was: its rows tell.
    Files.writeString(gone, rows.replaceFirst(",100,3\n", ",100,4\n"));
    String changed = gone + " has other rows than the training had";
    String page = pageOf(copy, "What needs the rows is left out: " + changed);
    assertFalse(page.contains("<section id=\"cases\">"));
    assertTrue(page.contains("<canvas id=\"chart-items\""), "the model itself tells these");
    assertTrue(page.contains("<p class=\"note\">What needs the rows is left out: "));

    // Who names the file knows what it is.
    page = pageOf(copy, changed + "\n", "--input=" + gone);
    assertTrue(page.contains("<section id=\"cases\">"));

    Files.writeString(gone, rows + "u1,100,5\n");
    pageOf(copy, gone + " was changed after the training. With --input=FILES");
    Files.delete(gone);
    page = pageOf(copy, gone + " is not there any more. With --input=FILES");
    assertFalse(page.contains("<canvas id=\"chart-users\""));
    assertTrue(
        run(1, "report", "--model=" + copy, "--user=u1")
            .contains("--user: " + gone + " is not there"));
    assertTrue(run(1, "report", "--model=" + copy, "--input=" + gone).contains("no such file"));
  }

  private String pageOf(Path model, String expected, String... args) throws IOException {
    Path page = folder.resolve("page.html");
    List<String> all = new ArrayList<>(List.of("report", "--model=" + model, "--output=" + page));
    all.addAll(List.of(args));
    String printed = run(0, all.toArray(String[]::new));
    assertTrue(printed.contains(expected), printed);
    return Files.readString(page);
  }

  @Test
  void aModelOfAnEarlierVersionHasAPageToo() throws IOException {
    String page =
        pageOf(
            Path.of("src/test/resources/models/strings"),
            "The model does not tell how many ratings its items have");
    assertTrue(page.contains("<section id=\"provenance\">"));
    assertFalse(page.contains("<canvas"));
  }

  @Test
  void aPageThatCannotBeWrittenIsSaidAtOnce() {
    String m = "--model=" + model;
    String none = folder + "/none/page.html";
    assertEquals(
        "als: --output=" + none + ": there is no folder " + folder + "/none\n",
        run(1, "report", m, "--output=" + none));
    assertEquals(
        "als: --output=" + folder + ": is a folder; expected a file for the page\n",
        run(1, "report", m, "--output=" + folder));
  }

  @Test
  void tuningWithoutAModelHasNoPage() {
    assertTrue(
        run(2, "tune", "--input=" + input, "--rank=2,3", "--refit=false", "--report")
            .contains("--report: expected without --refit=false"));
  }
}
