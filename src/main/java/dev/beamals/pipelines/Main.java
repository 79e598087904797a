package dev.beamals.pipelines;

import dev.beamals.files.CleanUp;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.beam.sdk.util.ReleaseInfo;

/**
 * The command line: {@code als train ratings.csv [--flag=value …] [@file]}, and the commands that
 * use a model.
 *
 * <p>Exit code 0 when the job is done, 2 when the command line does not make sense, 1 for any other
 * failure; a failure is one line on the error stream.
 */
public final class Main {
  private static final Logger LIBRARIES = Logger.getLogger("");

  private Main() {}

  public static void main(String[] args) {
    System.setErr(Terminal.error());
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
    List<String> flags = args.isEmpty() ? args : args.subList(1, args.size());
    Commands command = Commands.of(name);
    Command<?> run = null;
    try {
      switch (name) {
        case "help", "--help", "-h" -> {
          out.print(flags.isEmpty() ? Help.all() : Help.of(named(flags.get(0))));
          return 0;
        }
        case "--version" -> {
          out.println(version());
          return 0;
        }
        case "completion" -> {
          out.print(Help.completion(flags));
          return 0;
        }
        default -> command = named(name);
      }
      if (flags.contains("--help") || flags.contains("-h") || flags.equals(List.of("help"))) {
        out.print(Help.of(command));
        return 0;
      }
      run = command.create(command == Commands.TRAIN ? orSample(flags) : flags, out, err);
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

  /** The flags of {@code train}; without an input and a file of flags those of the sample. */
  private static List<String> orSample(List<String> flags) {
    String home = System.getProperty("beamals.home");
    if (home == null
        || flags.stream().anyMatch(flag -> flag.startsWith("@"))
        || Arguments.parse(TrainOptions.class, flags).has("input")) {
      return flags;
    }
    List<String> sample = new ArrayList<>();
    sample.add("@" + home + "/pipelines/sample.flags");
    sample.add("--input=" + home + "/data/sample/interactions.csv");
    sample.addAll(flags);
    return sample;
  }

  private static Commands named(String name) {
    Commands command = Commands.of(name);
    if (command == null) {
      throw Commands.noSuch(name);
    }
    return command;
  }

  private static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return String.format(
        "beam-als %s (Beam %s, Java %s)",
        version == null ? "built from sources" : version,
        ReleaseInfo.getReleaseInfo().getVersion(),
        System.getProperty("java.version"));
  }
}
