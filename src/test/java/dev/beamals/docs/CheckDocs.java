package dev.beamals.docs;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs the commands of Markdown pages, and compares what they print with what the page shows.
 *
 * <p>A page is told by its fences and comments, in their order:
 *
 * <ul>
 *   <li><code>```sh</code>: commands. They run in bash, with {@code -e}, in a folder of the page's
 *       own that has the repository's scripts, data and pipelines. All have to succeed;
 *   <li><code>```text</code> after it: what the commands before it print. {@code …} within a line
 *       stands for anything, as a line for any lines. Seconds are not compared, nor blanks at the
 *       ends of lines. It may be a part of the output, if that part is in one piece;
 *   <li>{@code <!-- first: … -->}: commands that make what the page takes for given, not shown;
 *   <li>{@code <!-- fails -->} before a fence: its last command has to fail; what is shown after it
 *       is what it says on the error stream;
 *   <li>{@code <!-- not run: why -->} before a fence: it needs what a check has not.
 * </ul>
 *
 * <p>Only the JDK is used, as scripts/check-docs runs this file by itself.
 */
public final class CheckDocs {

  private static final List<String> PAGES = List.of("docs", "pipelines", "data");

  private static final Pattern COMMENT =
      Pattern.compile("<!-- (first|fails|not run)(?:: ?(.*?))? ?-->", Pattern.DOTALL);

  private static final Pattern FENCE =
      Pattern.compile("^```(\\w*)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  private static final Pattern COMMAND =
      Pattern.compile("^(scripts/|\\./mvnw|als )", Pattern.MULTILINE);

  private static final Pattern SECONDS = Pattern.compile("\\d+(\\.\\d+)? s\\b");

  private final Path home;
  private final Path work;
  private int run;
  private int compared;
  private int left;
  private int wrong;

  private CheckDocs(Path home, Path work) {
    this.home = home;
    this.work = work;
  }

  /** Checks the pages named, or all of them. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path home = Path.of(System.getProperty("beamals.home", "")).toAbsolutePath();
    Path work = Files.createTempDirectory("check-docs");
    CheckDocs check = new CheckDocs(home, work);
    try {
      for (Path page : args.length > 0 ? Stream.of(args).map(Path::of).toList() : pages(home)) {
        check.page(page.toAbsolutePath());
      }
    } finally {
      delete(work);
    }
    System.out.printf(
        "%d blocks of commands ran, %d outputs compared, %d not run, %d wrong%n",
        check.run, check.compared, check.left, check.wrong);
    System.exit(check.wrong > 0 ? 1 : 0);
  }

  private static List<Path> pages(Path home) throws IOException {
    List<Path> pages = new ArrayList<>(List.of(home.resolve("README.md")));
    for (String folder : PAGES) {
      try (Stream<Path> files = Files.list(home.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
      }
    }
    return pages;
  }

  private void page(Path page) throws IOException, InterruptedException {
    String name = home.relativize(page).toString();
    Path folder = Files.createDirectory(work.resolve(name.replace('/', '_')));
    for (String shared : List.of("scripts", "data", "pipelines", "docs", "mvnw")) {
      Files.createSymbolicLink(folder.resolve(shared), home.resolve(shared));
    }
    String text = Files.readString(page);
    Matcher fences = FENCE.matcher(text);
    Matcher comments = COMMENT.matcher(text);
    int commentsFrom = 0;
    Output last = new Output("", "", false);
    while (fences.find()) {
      boolean fails = false;
      String notRun = null;
      comments.region(commentsFrom, fences.start());
      while (comments.find()) {
        switch (comments.group(1)) {
          case "first" -> run(comments.group(2), folder, name, false);
          case "fails" -> fails = true;
          default -> notRun = comments.group(2);
        }
      }
      commentsFrom = fences.end();
      String where = name + ":" + text.substring(0, fences.start()).lines().count();
      if (notRun != null) {
        System.out.printf("%s: not run: %s%n", where, notRun);
        left++;
      } else if (fences.group(1).equals("sh")) {
        last = run(fences.group(2), folder, where, fails);
        run++;
      } else if (fences.group(1).equals("text")) {
        compare(fences.group(2), last.fails ? last.errors : last.prints, where);
        compared++;
      } else if (COMMAND.matcher(fences.group(2)).find()) {
        wrong++;
        System.out.printf("%s: commands that are not checked; expected ```sh%n", where);
      }
    }
  }

  private record Output(String prints, String errors, boolean fails) {}

  private Output run(String commands, Path folder, String where, boolean fails)
      throws IOException, InterruptedException {
    Path prints = Files.createTempFile(work, "prints", "");
    Path errors = Files.createTempFile(work, "errors", "");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-euo", "pipefail", "-c", commands)
            .directory(folder.toFile())
            .redirectOutput(prints.toFile())
            .redirectError(errors.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("LC_ALL", "C.UTF-8");
    int exit = builder.start().waitFor();
    Output output = new Output(Files.readString(prints), Files.readString(errors), fails);
    if ((exit != 0) != fails) {
      wrong++;
      System.out.printf(
          "%s: exit code %d%n%s%s%n", where, exit, commands.indent(4), output.errors.indent(4));
    }
    return output;
  }

  private void compare(String shown, String printed, String where) {
    List<String> expected = lines(shown);
    List<String> lines = lines(printed);
    for (int from = 0; from <= lines.size(); from++) {
      if (matches(expected, 0, lines, from)) {
        return;
      }
    }
    wrong++;
    System.out.printf(
        "%s: the page shows%n%sprinted is%n%s%n", where, shown.indent(4), printed.indent(4));
  }

  private static List<String> lines(String text) {
    return Arrays.stream(SECONDS.matcher(text).replaceAll("# s").stripTrailing().split("\n"))
        .map(String::stripTrailing)
        .toList();
  }

  /** Whether the lines shown, from the i-th on, are those printed from the j-th on. */
  private static boolean matches(List<String> shown, int i, List<String> printed, int j) {
    if (i == shown.size()) {
      return true;
    }
    if (shown.get(i).equals("…")) {
      for (int next = j; next <= printed.size(); next++) {
        if (matches(shown, i + 1, printed, next)) {
          return true;
        }
      }
      return false;
    }
    return j < printed.size()
        && Pattern.matches(
            Stream.of(shown.get(i).split("…", -1))
                .map(Pattern::quote)
                .reduce((a, b) -> a + ".*" + b)
                .orElseThrow(),
            printed.get(j))
        && matches(shown, i + 1, printed, j + 1);
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, IOException e) throws IOException {
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
