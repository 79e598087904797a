package dev.beamals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A headless Chromium that looks at a page: the program of the property {@code beamals.chromium},
 * or the first of the usual names on the path.
 */
public final class Browser {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  /** What the page's window tells once it is drawn; a page may not say this itself. */
  private static final String PROBE =
      """
      <script>
      parent.postMessage([
        'width=' + innerWidth,
        'overflow=' + (document.documentElement.scrollWidth - document.documentElement.clientWidth),
        'charts=' + document.documentElement.dataset.charts,
        'drawn=' + [...document.querySelectorAll('canvas')].filter(c => c.width > 0
            && c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v)).length,
        'dark=' + matchMedia('(prefers-color-scheme: dark)').matches,
        'ground=' + getComputedStyle(document.body).backgroundColor,
        'title=' + document.title.includes('taken')].join(' '), '*');
      </script></body>""";

  private Browser() {}

  private static @Nullable String find() {
    String given = System.getProperty("beamals.chromium");
    if (given != null) {
      return given;
    }
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      for (String name : NAMES) {
        if (Files.isExecutable(Path.of(folder, name))) {
          return folder + "/" + name;
        }
      }
    }
    return null;
  }

  /**
   * Looks at a page on a phone and on a desk, light and dark.
   *
   * @param charts how many it has
   */
  public static void check(Path folder, String page, int charts)
      throws IOException, InterruptedException {
    String browser = find();
    if (browser == null) {
      System.out.println("SKIPPED: no Chromium on the path or in -Dbeamals.chromium=FILE");
      Assumptions.abort("no Chromium");
      return;
    }
    Path alone = Files.writeString(folder.resolve("page.html"), page);
    assertEquals("", run(browser, folder, alone, true).get(1));
    for (boolean dark : new boolean[] {false, true}) {
      // Its window is at least 500 pixels wide: a frame is a phone. The page's policy, which was
      // heard above, would let no probe in.
      Files.writeString(
          folder.resolve("probed.html"),
          page.replaceFirst("<meta http-equiv[^>]*>", "")
              .replaceFirst("</body>\\s*</html>", PROBE));
      Path frame =
          Files.writeString(
              folder.resolve("frame.html"),
              "<!DOCTYPE html><iframe src=probed.html style='width:360px;height:800px;border:0'>"
                  + "</iframe><script>onmessage = e => document.title = e.data</script>");
      List<String> seen = run(browser, folder, frame, dark);
      String told = seen.get(0).replaceAll("(?s).*<title>(.*?)</title>.*", "$1");
      assertEquals(
          String.format(
              "width=360 overflow=0 charts=%d drawn=%d dark=%s ground=rgb(%s) title=false",
              charts, charts, dark, dark ? "18, 22, 28" : "246, 247, 249"),
          told);
      assertEquals("", seen.get(1));
    }
  }

  /** Returns the document after its scripts ran, and what the browser has on its console. */
  private static List<String> run(String browser, Path folder, Path page, boolean dark)
      throws IOException, InterruptedException {
    Path document = folder.resolve("document.html");
    Path log = folder.resolve("browser.log");
    List<String> command = new ArrayList<>(List.of(browser, "--headless=new", "--no-sandbox"));
    command.addAll(List.of("--disable-gpu", "--user-data-dir=" + folder.resolve("profile")));
    command.addAll(List.of("--enable-logging=stderr", "--virtual-time-budget=5000"));
    command.add("--blink-settings=preferredColorScheme=" + (dark ? 0 : 1));
    command.addAll(List.of("--dump-dom", page.toUri().toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(document.toFile())
            .redirectError(log.toFile())
            .start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the browser did not end");
    } finally {
      process.destroyForcibly();
    }
    return List.of(
        Files.readString(document),
        Files.readString(log)
            .lines()
            .filter(line -> line.contains("CONSOLE"))
            .collect(Collectors.joining("\n")));
  }
}
