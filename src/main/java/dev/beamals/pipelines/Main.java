package dev.beamals.pipelines;

import dev.beamals.files.CleanUp;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The command line: {@code als train [@file] [--flag=value …]}, and the commands that use a model.
 *
 * <p>Exit code 0 when the job is done, 2 when the command line does not make sense, 1 for any other
 * failure; a failure is one line on the error stream.
 */
public final class Main {
  private static final String HELP =
      """
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
            A folder that all machines share, for what is only printed: evaluate, report, and the
            table of a single id or pair. Needed where Spark's workers are on other machines.
      """;

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
    // What libraries have to say is for --verbose; a failure is said once, by the program itself.
    LIBRARIES.setLevel(Level.OFF);
    boolean verbose = false;
    String name = args.isEmpty() ? "help" : args.get(0);
    Commands command = Commands.of(name);
    Command<?> run = null;
    try {
      List<String> flags = args.isEmpty() ? args : args.subList(1, args.size());
      if (name.equals("help") || name.equals("--help")) {
        printHelp(out);
        return 0;
      }
      if (command == null) {
        throw new UsageException(
            name + ": no such command; expected " + Commands.names() + " or help");
      }
      if (isHelp(flags)) {
        printHelp(command, out);
        return 0;
      }
      run = command.create(flags, out, err);
      verbose = run.options.getVerbose();
      LIBRARIES.setLevel(verbose ? Level.INFO : Level.OFF);
      run.execute();
      return 0;
    } catch (UsageException e) {
      err.println("als: " + e.getMessage());
      return 2;
    } catch (Throwable e) {
      if (CleanUp.stopping()) { // whose hook says what is left
        return 1;
      }
      if (verbose) {
        e.printStackTrace(err);
      }
      Set<String> names = command == null ? Set.of() : Arguments.names(command.options());
      boolean hint = !verbose && Failures.expected(e) == null;
      String line = Failures.describe(e, names);
      line = run == null ? line : Failures.withRunner(line, run.options);
      err.println("als: " + line + (hint ? " (--verbose shows more)" : ""));
      return 1;
    }
  }

  private static boolean isHelp(List<String> flags) {
    return flags.contains("--help") || flags.contains("help");
  }

  private static void printHelp(PrintStream out) {
    String usage = "als train [@file] [--flag=value ...]";
    for (Commands command : Commands.values()) {
      String line = command == Commands.TRAIN ? usage : "als " + command.command() + " ...";
      out.printf("%-38s %s%n", line, command.help());
    }
    out.print(HELP);
  }

  private static void printHelp(Commands command, PrintStream out) {
    out.print("als " + command.command() + " [@file] [--flag=value ...]\n\n");
    out.print(Arguments.help(command.options()));
    out.print(RUNNER_HELP);
  }
}
