package dev.beamals.pipelines;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All commands, in the order in which help tells them. */
enum Commands {
  TRAIN("train", "train a model from files of interactions", TrainOptions.class, Train::new),
  TUNE(
      "tune",
      "train with several parameters, and keep the best model",
      TuneOptions.class,
      Tune::new),
  PREDICT("predict", "ratings of pairs of a user and an item", PredictOptions.class, Predict::new),
  RECOMMEND(
      "recommend",
      "the best items for users, or users for items",
      RecommendOptions.class,
      Recommend::new),
  SIMILAR("similar", "items like an item, users like a user", SimilarOptions.class, Similar::new),
  EXPLAIN(
      "explain", "which ratings of a user speak for an item", ExplainOptions.class, Explain::new),
  FOLD_IN(
      "fold-in",
      "factors of new users or items, without a new training",
      FoldInOptions.class,
      FoldInCommand::new),
  EVALUATE(
      "evaluate", "the figures of a model on other rows", EvaluateOptions.class, Evaluate::new),
  COMPARE(
      "compare",
      "the figures of several models, and how they differ",
      CompareOptions.class,
      Compare::new),
  REPORT(
      "report",
      "a page with charts of a model, its data and its errors",
      ReportOptions.class,
      WriteReport::new),
  SHOW("show", "what a model is and where it came from", ModelOptions.class, Show::new),
  VERIFY("verify", "whether a model is as it was saved", ModelOptions.class, Verify::new);

  private interface Constructor {
    Command<?> create(List<String> args, PrintStream out, PrintStream progress);
  }

  private final String command;
  private final String help;
  private final Class<? extends CommandOptions> options;
  private final Constructor constructor;

  Commands(
      String command,
      String help,
      Class<? extends CommandOptions> options,
      Constructor constructor) {
    this.command = command;
    this.help = help;
    this.options = options;
    this.constructor = constructor;
  }

  /** The command of that name, or null. */
  static @Nullable Commands of(String command) {
    return Arrays.stream(values()).filter(c -> c.command.equals(command)).findFirst().orElse(null);
  }

  /** The names, separated by commas. */
  static String names() {
    return Arrays.stream(values()).map(c -> c.command).collect(Collectors.joining(", "));
  }

  /** Whether a flag that is not among some is one of another command. */
  static boolean knowElsewhere(String flag, Set<String> known) {
    return !known.contains(flag)
        && Arrays.stream(values()).anyMatch(c -> Flags.of(c.options).containsKey(flag));
  }

  /** Says that there is no such command, and which one is meant. */
  static UsageException noSuch(String command) {
    String nearest =
        Flags.nearest(command, Arrays.stream(values()).map(Commands::command).toList());
    return new UsageException(
        command
            + ": no such command; expected "
            + names()
            + ", help or completion"
            + (nearest == null ? "" : "; is it " + nearest + "?"));
  }

  /** Its name, as on the command line. */
  String command() {
    return command;
  }

  /** What it does, in less than a line. */
  String help() {
    return help;
  }

  /** Its flags, beside those of Beam and the runners. */
  Class<? extends CommandOptions> options() {
    return options;
  }

  /**
   * The command with its flags.
   *
   * @throws UsageException where they cannot be read
   */
  Command<?> create(List<String> args, PrintStream out, PrintStream progress) {
    return constructor.create(args, out, progress);
  }
}
