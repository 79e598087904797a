package dev.beamals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.beamals.als.TrainingSummary.HalfStep;
import dev.beamals.ids.Side;
import dev.beamals.model.FactorsSummary;
import dev.beamals.model.Manifest;
import dev.beamals.model.ModelMetrics;
import dev.beamals.model.ModelParameters;
import dev.beamals.report.Recommendations.Case;
import dev.beamals.report.Recommendations.Entry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages of made-up numbers. */
final class ReportPageTest {
  private static final String HOSTILE =
      "</script><script>document.title='taken'</script><!-- \" ' & {{title}} <img src=x onerror=a()>";

  @TempDir Path folder;

  private static Report bare() {
    return new AutoValue_Report.Builder()
        .setModel("/models/films/")
        .setUsers(1000)
        .setItems(200)
        .setRank(10)
        .setParameters(Map.of("rank", "10"))
        .setMetrics(ModelMetrics.create())
        .setLeftOut(List.of())
        .build();
  }

  /** With all parts, in which every text that can come from data is this one. */
  private static Report full(String text) {
    Bins items = Bins.create(0);
    RowSummary rows = RowSummary.of(3);
    for (int n = 1; n < 500; n++) {
      items.add(n, n);
      rows.ratings().add(n % 5 + 1);
      rows.users().add(n);
      rows.errorsByRating().add(n % 5 + 1, n % 3 - 1);
      rows.errorsByPopularity().add(n, n % 3 - 1);
    }
    List<Entry> entries = new ArrayList<>();
    for (int n = 0; n < 10; n++) {
      entries.add(new Entry(text + n, text, n / 2f, n));
    }
    List<Case> cases = new ArrayList<>();
    for (int n = 0; n < 20; n++) {
      cases.add(new Case(text, 12, entries, entries));
    }
    Manifest.Input input =
        new Manifest.Input(
            1_000,
            Map.of("rejected", 7L, text, 5L),
            988,
            List.of(new Manifest.InputFile(text, 5, text)));
    ModelParameters parameters = ModelParameters.of(Map.of("rank", 10, "userCol", text));
    Manifest manifest =
        Manifest.of(parameters, new FactorsSummary(1000, 200, true, true, text)).withInput(input);
    Map<String, Double> lists = new LinkedHashMap<>();
    for (String metric : List.of("precision", "recall", "hitRate", "map", "ndcg", "mrr")) {
      lists.put(metric + "@10", 0.25);
      lists.put(metric + "@10StandardError", 0.0125);
    }
    Map<String, Double> better = new LinkedHashMap<>(lists);
    better.put("ndcg@10", 0.375);
    ModelMetrics metrics =
        ModelMetrics.create()
            .with("training", Map.of("rmse", 0.5, "mae", Double.NaN, "count", 100L))
            .with("test", Map.of("rmse", 0.75, "count", 20L))
            .with("testByMean", Map.of("rmse", 0.7))
            .with("testRanking", lists)
            .with("testRankingByPopularity", better)
            .withObjective(
                List.of(new HalfStep(1, Side.ITEM, 50, 5), new HalfStep(1, Side.USER, 40, 6)));
    Tuning tuning =
        new Tuning(
            text,
            1,
            List.of(
                new Tuning.Trial(1, Map.of("rank", "10", text, text), 3, Map.of(text, 0.5), null),
                new Tuning.Trial(2, Map.of("rank", "20"), null, Map.of(), text)));
    return new AutoValue_Report.Builder()
        .setModel("/models/" + text + "/")
        .setUsers(1000)
        .setItems(200)
        .setRank(10)
        .setParameters(Map.of("rank", "10", text, text))
        .setMetrics(metrics)
        .setManifest(manifest)
        .setTuning(tuning)
        .setItemRatings(items)
        .setRows(rows)
        .setRecommendations(new Recommendations(1000, items, cases))
        .setLeftOut(List.of(text))
        .build();
  }

  private static JsonNode charts(String page) throws IOException {
    Matcher json =
        Pattern.compile(
                "<script type=\"application/json\" id=\"charts\">(.*?)</script>", Pattern.DOTALL)
            .matcher(page);
    assertTrue(json.find());
    return new ObjectMapper().readTree(json.group(1));
  }

  @Test
  void whatTheDataSayIsNeverMarkUp() throws IOException {
    String page = ReportPage.render(full(HOSTILE));
    // Two scripts, the numbers, and what is quoted of them in the library.
    String plain = ReportPage.render(full("plain"));
    for (String tag : List.of("<script", "</script", "<img", "<!--")) {
      assertEquals(count(plain, tag), count(page, tag), tag);
    }
    assertTrue(page.contains("&lt;/script&gt;&lt;script&gt;"), "shown as it is");
    assertTrue(page.contains("{{title}}"), "no template");
    boolean quoted = false;
    for (JsonNode chart : charts(page)) {
      quoted |= chart.path("series").path(0).path("name").asText().equals(HOSTILE);
    }
    assertTrue(quoted, "and whole in the charts");
  }

  private static String withoutScripts(String page) {
    return page.replaceAll("(?s)<script.*?</script>", "");
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length;
  }

  @Test
  void aPageNeedsNothingBesideIt() {
    String page = ReportPage.render(full("plain"));
    assertTrue(page.startsWith("<!DOCTYPE html>"));
    assertTrue(page.contains("default-src 'none'"));
    String html = withoutScripts(page);
    assertFalse(html.contains("http:") || html.contains("https:") || html.contains(" src="), html);
    assertFalse(page.contains("sourceMappingURL"));
  }

  @Test
  void chartsAndTablesHaveTheNumbers() throws IOException {
    String page = ReportPage.render(full("plain"));
    List<String> ids = new ArrayList<>();
    for (JsonNode chart : charts(page)) {
      String id = chart.path("id").asText();
      ids.add(id);
      assertTrue(page.contains("<canvas id=\"chart-" + id + "\" role=\"img\" aria-label="), id);
      for (JsonNode series : chart.path("series")) {
        assertEquals(chart.path("labels").size(), series.path("values").size(), id);
      }
    }
    assertEquals(
        List.of(
            "users",
            "items",
            "ratings",
            "objective",
            "errorsByRating",
            "errorsByPopularity",
            "testRanking10",
            "popularity",
            "trials"),
        ids);
    JsonNode ranking = charts(page).get(6).path("series");
    assertEquals(0.0125, ranking.get(0).path("errors").get(0).asDouble());
    assertTrue(ranking.get(0).path("values").get(2).isNull(), "cappedRecall is not there");
    assertEquals(0.375, ranking.get(1).path("values").get(5).asDouble());
    JsonNode users = charts(page).get(0);
    assertEquals("256–511", users.path("labels").get(8).asText());
    assertEquals(244, users.path("series").get(0).path("values").get(8).asDouble());
    assertTrue(page.contains("<td>− unreadable</td><td class=\"number\">7</td>"), "cleaning");
    assertTrue(page.contains("the most popular items are better than what the model"), "worse");
    assertTrue(page.contains("predicts worse than the mean of all ratings"), "worse");
    assertFalse(withoutScripts(page).contains("NaN"));
  }

  @Test
  void whatIsNotThereIsLeftOut() throws IOException {
    String page = ReportPage.render(bare().withLeftOut("There are no rows."));
    assertEquals(0, charts(page).size());
    assertTrue(page.contains("<p class=\"note\">There are no rows.</p>"));
    assertTrue(page.contains("<h1>films</h1>"));
    for (String part : List.of("data", "errors", "ranking", "popularity", "cases", "trials")) {
      assertFalse(page.contains("<section id=\"" + part + "\">"), part);
    }
    assertTrue(page.contains("<section id=\"provenance\">"));
  }

  @Test
  void aPageStaysSmallWhateverTheData() {
    List<Manifest.InputFile> files = new ArrayList<>();
    List<Tuning.Trial> trials = new ArrayList<>();
    String text = "\"".repeat(5000);
    for (int n = 0; n < 5000; n++) {
      files.add(new Manifest.InputFile(text, n, text));
      trials.add(new Tuning.Trial(n, Map.of("rank", text + n), 3, Map.of("rmse", 0.5), text));
    }
    Report report = full(text);
    Manifest manifest =
        Manifest.of(
            ModelParameters.of(Map.of("rank", 10)), new FactorsSummary(9, 9, true, true, text));
    Report large =
        report.toBuilder()
            .setTuning(new Tuning("rmse", null, trials))
            .setManifest(manifest.withInput(new Manifest.Input(9, Map.of(), 9, files)))
            .build();
    int bytes = ReportPage.render(large).getBytes(StandardCharsets.UTF_8).length;
    assertTrue(bytes < 2_000_000, bytes + " bytes");
  }

  @Test
  void aBrowserDrawsItInBothThemesAndOnAPhone() throws IOException, InterruptedException {
    Browser.check(folder, ReportPage.render(full(HOSTILE)), 9);
    Browser.check(folder, ReportPage.render(bare()), 0);
  }
}
