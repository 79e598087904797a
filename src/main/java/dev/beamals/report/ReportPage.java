package dev.beamals.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.mustachejava.DefaultMustacheFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Draws a {@link Report} as one page of HTML that needs nothing beside it.
 *
 * <p>Everything that comes from data is escaped: in HTML by the template engine, in the numbers for
 * the charts by writing {@code <} as JSON may. The page's own policy lets no other script run than
 * the two that it brings, and nothing be loaded.
 */
public final class ReportPage {
  private static final String CHART_JS =
      "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";

  private ReportPage() {}

  /** The whole page. */
  public static String render(Report report) {
    List<Section> sections = new ReportSections(report).all();
    List<Object> charts = new ArrayList<>();
    for (Section section : sections) {
      section.charts().forEach(chart -> charts.add(chart.toMap()));
    }
    String library = resource(CHART_JS).replaceAll("(?m)^//# sourceMappingURL=.*$", "");
    String script = resource("report.js");
    Map<String, Object> page = new LinkedHashMap<>();
    page.put("title", Text.cut(name(report.model())));
    page.put("folder", Text.cut(report.model()));
    page.put("created", report.manifest() == null ? "" : report.manifest().created());
    page.put("cards", ReportSections.cards(report));
    page.put("leftOut", report.leftOut().stream().map(Text::cut).toList());
    page.put("sections", sections);
    page.put("charts", json(charts));
    page.put("style", resource("report.css"));
    page.put("library", library);
    page.put("script", script);
    page.put("policy", hash(library) + " " + hash(script));
    StringWriter html = new StringWriter();
    new DefaultMustacheFactory("dev/beamals/report").compile("report.mustache").execute(html, page);
    return html.toString();
  }

  /** The last name of a path. */
  private static String name(String folder) {
    String path = folder.replaceFirst("/+$", "");
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** JSON that may stand in a script element, which only a {@code <} can end. */
  static String json(Object value) {
    try {
      return new ObjectMapper().writeValueAsString(value).replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** What a policy calls a script: the digest of all between its tags. */
  private static String hash(String script) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no " + name + " on the class path");
      }
      // As browsers read line ends, and so what the digest is of.
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
