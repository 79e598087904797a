package dev.beamals.pipelines;

import dev.beamals.RunException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * The command line: {@code als train [@file] [--flag=value …]}, and the commands that use a model.
 *
 * <p>Exit code 0 when the job is done, 2 when the command line does not make sense, 1 for any other
 * failure; a failure is one line on the error stream.
 */
public final class Main {
  private static final String HELP =
      """
      als train [@file] [--flag=value ...]   train a model from a CSV of interactions
      als predict ...                        ratings of pairs of a user and an item
      als recommend ...                      the best items for users, or users for items
      als similar ...                        items like an item, users like a user
      als fold-in ...                        factors of new users, without a new training
      als evaluate ...                       MAE, RMSE and R2 of a model on other rows
      als show ...                           what a model is and where it came from
      als COMMAND --help                     all flags of a command
      als help                               this text

      @file stands for the flags in a file, one a line; a later flag wins. Ready-made runs are
      in pipelines/*.flags. Without --input and without a file, train uses data/sample.
      """;

  private static final String RUNNER_HELP =
      """

      Of the runner (more in Beam's documentation):
        --runner=DirectRunner
            DirectRunner runs in this process; SparkRunner on Spark.
        --targetParallelism
            Threads of the DirectRunner. Default: the cores of this machine.
        --sparkMaster
            As Spark's --master, for example local[2] or spark://host:7077. Default: this process,
            with all its cores.
        --storageLevel=MEMORY_AND_DISK
            Where Spark keeps the blocks of ratings between iterations.
        --tempLocation
            A folder that all machines share, for what is only printed: evaluate, and the table of
            a single id or pair. Needed where Spark's workers are on other machines.
      """;

  /** A failure that reached the driver as text, with the stack trace of the executor. */
  private static final Pattern REMOTE =
      Pattern.compile(Pattern.quote(RunException.class.getName()) + ": ([^\\n]*)");

  private static final Logger LIBRARIES = Logger.getLogger("");

  private Main() {}

  public static void main(String[] args) {
    int exitCode = run(Arrays.asList(args), System.out, System.err);
    if (exitCode == 0 && "cluster".equals(System.getProperty("spark.submit.deployMode"))) {
      return; // YARN takes a driver that exits by itself for a failed one
    }
    System.exit(exitCode); // Spark and Beam leave threads behind
  }

  /** Runs a command line and returns the exit code. */
  public static int run(List<String> args, PrintStream out, PrintStream err) {
    boolean verbose = args.contains("--verbose") || args.contains("--verbose=true");
    // What libraries have to say is for --verbose; a failure is said once, by the program itself.
    LIBRARIES.setLevel(verbose ? Level.INFO : Level.OFF);
    try {
      String command = args.isEmpty() ? "help" : args.get(0);
      List<String> flags = args.isEmpty() ? args : args.subList(1, args.size());
      switch (command) {
        case "help":
        case "--help":
          out.print(HELP);
          return 0;
        case "train":
          if (isHelp(flags)) {
            printHelp(command, TrainOptions.class, out);
            return 0;
          }
          new Train(flags, out, err).run();
          return 0;
        default:
          ModelCommand.Name use = ModelCommand.Name.of(command);
          if (use == null) {
            throw new UsageException(
                command
                    + ": no such command; expected train, "
                    + ModelCommand.Name.all()
                    + " or help");
          }
          if (isHelp(flags)) {
            printHelp(command, use.options(), out);
            return 0;
          }
          use.create(flags, out, err).execute();
          return 0;
      }
    } catch (UsageException e) {
      err.println("als: " + e.getMessage());
      return 2;
    } catch (Throwable e) {
      if (verbose) {
        e.printStackTrace(err);
      }
      String message = describe(e).lines().findFirst().orElse("");
      err.println("als: " + message + (verbose ? "" : hint(e)));
      return 1;
    }
  }

  private static boolean isHelp(List<String> flags) {
    return flags.contains("--help") || flags.contains("help");
  }

  private static void printHelp(
      String command, Class<? extends PipelineOptions> options, PrintStream out) {
    out.print("als " + command + " [@file] [--flag=value ...]\n\n");
    out.print(Arguments.help(options));
    out.print(RUNNER_HELP);
  }

  private static String hint(Throwable failure) {
    return expected(failure) == null ? " (--verbose shows more)" : "";
  }

  private static String describe(Throwable failure) {
    String message = expected(failure);
    if (message != null) {
      return message;
    }
    Throwable root = failure;
    for (int depth = 0; root.getCause() != null && depth < 50; depth++) {
      root = root.getCause();
    }
    if (root instanceof OutOfMemoryError) {
      return outOfMemory("JVM");
    }
    String text = String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    return "the run failed: " + root.getClass().getSimpleName() + ": " + text;
  }

  static String outOfMemory(String what) {
    return String.format(
        Locale.ROOT,
        "out of memory (%d MB); give the %s more, as in BEAM_ALS_JAVA_OPTS=-Xmx4g",
        Runtime.getRuntime().maxMemory() >> 20,
        what);
  }

  /** The message of a failure that we foresaw, or null. */
  private static @Nullable String expected(Throwable failure) {
    RunException known = RunException.in(failure);
    if (known != null) {
      return known.getMessage();
    }
    Throwable t = failure;
    for (int depth = 0; t != null && depth < 50; t = t.getCause(), depth++) {
      String message = String.valueOf(t.getMessage());
      Matcher remote = REMOTE.matcher(message);
      if (remote.find()) {
        return remote.group(1);
      }
      if (message.contains("TaskResultLost")) { // Spark's driver had no memory to fetch it
        return outOfMemory("driver") + ", or --factorExchange=shuffle, which needs less";
      }
      if (message.contains("No space left on device")) {
        return "no space left on device: on that of --output, or where Spark keeps what does not fit"
            + " in memory (spark.local.dir, the temporary folder where it is not set)";
      }
    }
    return null;
  }
}
