package dev.beamals.pipelines;

import dev.beamals.RunException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the one line that tells a person why a run failed. */
final class Failures {
  /** A failure that reached the driver as text, with the stack trace of the executor. */
  private static final Pattern REMOTE =
      Pattern.compile(Pattern.quote(RunException.class.getName()) + ": ([^\\n]*)");

  /** A word that may be the name of a flag: before a =, or at the beginning before a colon. */
  private static final Pattern NAME =
      Pattern.compile("(?<![^ (])([a-zA-Z]+)(?==)|^([a-zA-Z]+)(?=: )");

  /** What Spark says of an executor whose heap was full; it ends with 52 if it can tell no more. */
  private static final Pattern FULL_EXECUTOR =
      Pattern.compile(
          "(?s)(?:stage failure|aborted).*"
              + "(?:java\\.lang\\.OutOfMemoryError|Command exited with code 52)");

  /** What it says where executors died whose shuffle files are needed: not of what they died. */
  private static final Pattern LOST_EXECUTORS =
      Pattern.compile("(?s)failed the maximum allowable number of times.*FetchFailed");

  private static final Pattern FULL =
      Pattern.compile("(?i)no space left on device|disk quota exceeded|file too large");

  /** How many causes are followed: some chains have no end. */
  private static final int MAX_CAUSES = 50;

  private Failures() {}

  /**
   * The line for any failure.
   *
   * @param flags the names of the flags of the command
   */
  static String describe(Throwable failure, Set<String> flags) {
    String message = expected(failure);
    if (message != null) {
      message = withFlags(message, flags);
    } else {
      Throwable root = failure;
      for (int depth = 0; root.getCause() != null && depth < MAX_CAUSES; depth++) {
        root = root.getCause();
      }
      message =
          root instanceof OutOfMemoryError
              ? outOfMemory("JVM")
              : "the run failed: " + root.getClass().getSimpleName() + ": " + root.getMessage();
    }
    return message.lines().findFirst().orElse("");
  }

  /** Names the runner where a disk was full: what else is on it depends on that. */
  static String withRunner(String line, CommandOptions options) {
    return FULL.matcher(line).find()
        ? line + " (with the " + options.getRunner().getSimpleName() + ")"
        : line;
  }

  /**
   * Writes parameters as flags: the library speaks of {@code input=a.csv}, which is {@code
   * --input=a.csv} on the command line. What is part of a path or of something else is left.
   */
  static String withFlags(String message, Set<String> flags) {
    return NAME.matcher(message)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    (flags.contains(found.group()) ? "--" : "") + found.group()));
  }

  static String outOfMemory(String what) {
    return String.format(
        Locale.ROOT,
        "out of memory (%d MB); give the %s more, as in BEAM_ALS_JAVA_OPTS=-Xmx4g",
        Runtime.getRuntime().maxMemory() >> 20,
        what);
  }

  private static String fullExecutor(String what) {
    return String.format(
        "%s (spark.executor.memory=%s); give executors more, or more blocks, as in"
            + " --numUserBlocks=64 --numItemBlocks=64: an executor works on one block a core at a"
            + " time",
        what, System.getProperty("spark.executor.memory", "1g"));
  }

  /** The message of a failure that we foresaw, or null. */
  static @Nullable String expected(Throwable failure) {
    RunException known = RunException.in(failure);
    if (known != null) {
      return known.getMessage();
    }
    Throwable t = failure;
    for (int depth = 0; t != null && depth < MAX_CAUSES; t = t.getCause(), depth++) {
      String message = String.valueOf(t.getMessage());
      Matcher remote = REMOTE.matcher(message);
      if (remote.find()) {
        return remote.group(1);
      }
      if (message.contains("TaskResultLost")) { // Spark's driver had no memory to fetch it
        return outOfMemory("driver") + ", or --factorExchange=shuffle, which needs less";
      }
      if (FULL_EXECUTOR.matcher(message).find()) {
        return fullExecutor("out of memory on an executor");
      }
      if (LOST_EXECUTORS.matcher(message).find()) {
        return fullExecutor("executors were lost again and again, most likely out of memory");
      }
      if (message.contains("No space left on device")) {
        return "no space left on device: on that of --output, or where the runner keeps what does"
            + " not fit in memory (Spark: spark.local.dir, or the temporary folder "
            + System.getProperty("java.io.tmpdir")
            + ")";
      }
    }
    return null;
  }
}
