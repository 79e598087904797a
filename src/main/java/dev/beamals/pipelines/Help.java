package dev.beamals.pipelines;

import java.io.File;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What a command takes, as picocli prints it and has a shell complete it: its specification is made
 * from the interfaces of options, which say each flag once.
 *
 * <p>Picocli does not read the command line ({@link Arguments} does): that would cost every start a
 * tenth of a second, which is spent here, where nobody waits for a model.
 */
final class Help {
  private static final int WIDTH = 100;

  /** Picocli's script completes {@code --flag value}; this has it complete what else we take. */
  private static final String WORDS =
      """
      # --flag=value is three words to bash, and one to zsh: to als it is --flag value.
      function _complete_als_words() {
        local i word=$2 prefix= split=()
        if [[ $word == @* ]]; then
          prefix=@ word=${word#@}
        else
          for ((i = 0; i <= COMP_CWORD; i++)); do
            word=${COMP_WORDS[i]} prefix=
            if [[ $word == --*=* ]]; then
              prefix=${word%%=*}= split+=("${word%%=*}") word=${word#*=}
            elif [[ $word == = ]]; then
              [ "$i" -eq "$COMP_CWORD" ] || continue
              word=
            fi
            split+=("$word")
          done
          COMP_WORDS=("${split[@]}") COMP_CWORD=$((${#split[@]} - 1))
          _complete_als
        fi
        # Without an answer it is a file.
        if [ ${#COMPREPLY[@]} -eq 0 ] && [ -n "$prefix$BASH_VERSION" ]; then
          if type compopt &>/dev/null; then
            compopt -o default
            [ "$prefix" = @ ] || compopt -o filenames
          fi
          for i in "$word"*; do
            [ ! -e "$i" ] || COMPREPLY+=("$i")
          done
        fi
        COMPREPLY=("${COMPREPLY[@]/#/$prefix}")
      }

      complete -F _complete_als_words -o default als
      """;

  /** Flags of Beam and its runners that are worth telling, and those of scripts/als. */
  private static final Map<String, String> OF_RUNNER = new LinkedHashMap<>();

  static {
    OF_RUNNER.put(
        "runner",
        "DirectRunner runs in this process; SparkRunner on Spark. Default: DirectRunner.");
    OF_RUNNER.put(
        "targetParallelism", "Threads of the DirectRunner. Default: the cores of this machine.");
    OF_RUNNER.put(
        "sparkMaster",
        "As Spark's --master, for example local[2] or spark://host:7077. Default: this process, with"
            + " all its cores.");
    OF_RUNNER.put(
        "storageLevel",
        "Where Spark keeps the blocks of ratings between iterations. Default: MEMORY_AND_DISK.");
    OF_RUNNER.put(
        "tempLocation",
        "A folder that all machines share, for what is only printed: evaluate, report, and the table"
            + " of a single id or pair. Needed where Spark's workers are on other machines.");
  }

  private Help() {}

  /** All commands. */
  static String all() {
    StringBuilder help = new StringBuilder("als COMMAND [words] [--flag=value ...] [@file]\n\n");
    for (Commands command : Commands.values()) {
      help.append(String.format("  %-12s %s%n", command.command(), command.help()));
    }
    return help
        + """

          als help COMMAND       all flags of a command, with examples; also als COMMAND -h
          als completion bash    what makes a shell complete commands and flags
          als --version          which version this is

        --flag=value and --flag value are the same. @file stands for the flags in a file, one a
        line: a later flag wins, and what only other commands know is passed over. Ready-made runs
        are in pipelines/*.flags. Without an input, als train shows itself on a sample.
        """;
  }

  /** A command: how it is called, its flags in groups, and examples. */
  static String of(Commands command) {
    return line(command).getUsageMessage(Ansi.OFF);
  }

  /**
   * A script that has a shell complete commands and flags.
   *
   * @throws UsageException for another shell than bash
   */
  static String completion(List<String> args) {
    if (!args.equals(List.of("bash"))) {
      throw new UsageException(
          "completion: expected bash, as in: source <(als completion bash); zsh takes the same"
              + " after: autoload -U bashcompinit && bashcompinit");
    }
    CommandSpec all = CommandSpec.create().name("als");
    CommandLine als = new CommandLine(all);
    for (Commands command : Commands.values()) {
      als.addSubcommand(command.command(), line(command));
    }
    als.addSubcommand("help", having(Arrays.stream(Commands.values()).map(Commands::command)));
    als.addSubcommand("completion", having(Stream.of("bash")));
    String script = AutoComplete.bash("als", als);
    return script.substring(0, script.lastIndexOf("complete -F")) + WORDS;
  }

  /** What is followed by one of some words. */
  private static CommandLine having(Stream<String> words) {
    CommandLine line = new CommandLine(CommandSpec.create());
    words.forEach(word -> line.addSubcommand(word, CommandSpec.create()));
    return line;
  }

  private static CommandLine line(Commands command) {
    Class<? extends CommandOptions> options = command.options();
    Usage usage = options.getAnnotation(Usage.class);
    if (usage == null) {
      throw new IllegalStateException(options + " has no usage");
    }
    CommandSpec spec = CommandSpec.create().name("als " + command.command());
    Map<String, Method> getters = Flags.of(options);
    List<String> words = Arrays.asList(usage.words());
    List<String> required = Arrays.asList(usage.required());
    addGroup(spec, "Required", required, getters, words);
    Map<Group.Name, List<String>> groups = new LinkedHashMap<>();
    for (Group.Name name : Group.Name.values()) {
      groups.put(name, new ArrayList<>());
    }
    getters.forEach(
        (name, getter) -> {
          if (Flags.isOurs(getter) && !required.contains(name)) {
            groups.computeIfAbsent(group(getter), any -> new ArrayList<>()).add(name);
          }
        });
    List<String> ofRunner = groups.computeIfAbsent(Group.Name.runner, any -> new ArrayList<>());
    ofRunner.addAll(OF_RUNNER.keySet());
    ofRunner.add("cluster");
    groups.forEach(
        (name, flags) -> {
          String heading = name.name().substring(0, 1).toUpperCase(Locale.ROOT);
          addGroup(spec, heading + name.name().substring(1), flags, getters, words);
        });
    StringBuilder synopsis = new StringBuilder("als " + command.command());
    for (String word : words) {
      boolean isRequired = required.contains(word);
      synopsis.append(isRequired ? " " : " [").append(label(word, getters.get(word)));
      synopsis.append(isRequired ? "" : "]");
    }
    spec.usageMessage()
        .width(WIDTH)
        .longOptionsMaxWidth(30)
        .synopsisHeading("")
        .customSynopsis(synopsis + " [--flag=value ...] [@file]")
        .description(capital(command.help()) + ".")
        .descriptionHeading("%n")
        .footerHeading("%nExamples:%n")
        .footer(Arrays.stream(usage.examples()).map(e -> "  " + e).toArray(String[]::new));
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      Method getter = getters.get(word);
      boolean isList = getter != null && getter.getReturnType() == List.class;
      spec.addPositional(
          PositionalParamSpec.builder()
              .paramLabel(label(word, getter))
              .index(isList ? i + "..*" : i + "")
              .arity("0..1")
              .type(isFile(word) ? File.class : String.class)
              .hidden(true)
              .build());
    }
    return new CommandLine(spec);
  }

  private static Group.Name group(Method getter) {
    Group group = getter.getAnnotation(Group.class);
    if (group == null) {
      group = getter.getDeclaringClass().getAnnotation(Group.class);
    }
    return group == null ? Group.Name.output : group.value();
  }

  private static void addGroup(
      CommandSpec spec,
      String heading,
      List<String> flags,
      Map<String, Method> getters,
      List<String> words) {
    if (flags.isEmpty()) {
      return;
    }
    ArgGroupSpec.Builder group =
        ArgGroupSpec.builder()
            .heading("%n" + heading + ":%n")
            .validate(false)
            .order(spec.argGroups().size());
    for (int i = 0; i < flags.size(); i++) {
      String name = flags.get(i);
      Method getter = getters.get(name);
      OptionSpec.Builder option = OptionSpec.builder("--" + name).order(i).type(String.class);
      if (getter == null || Flags.isSwitch(getter)) {
        option.arity("0").type(boolean.class);
      } else {
        option.arity("1").paramLabel(label(name, getter));
        if (isFile(name)) {
          option.type(File.class);
        }
        List<String> allowed =
            name.equals("runner") ? List.of("DirectRunner", "SparkRunner") : Flags.allowed(getter);
        if (!allowed.isEmpty()) {
          option.completionCandidates(allowed);
        }
      }
      group.addArg(option.description(description(name, getter, words)).build());
    }
    spec.addArgGroup(group.build());
  }

  /** Whether its value is the name of a file or folder, which a shell completes. */
  private static boolean isFile(String name) {
    return Outputs.WRITTEN.contains(name)
        || Outputs.FILES.contains(name)
        || Outputs.MODELS.contains(name)
        || name.equals("tempLocation");
  }

  /** What stands for the value. */
  private static String label(String name, @Nullable Method getter) {
    return switch (name) {
      case "input" -> "FILES";
      case "model", "models" -> "MODEL";
      default -> {
        Class<?> type = getter == null ? String.class : getter.getReturnType();
        List<String> allowed = getter == null ? List.of() : Flags.allowed(getter);
        yield !allowed.isEmpty() && String.join("|", allowed).length() <= 30
            ? String.join("|", allowed)
            : type == int.class
                    || type == Integer.class
                    || type == long.class
                    || type == Long.class
                    || type == double.class
                    || type == Double.class
                ? "NUMBER"
                : "VALUE";
      }
    };
  }

  private static String description(String name, @Nullable Method getter, List<String> words) {
    if (getter == null) {
      return "Run on the cluster that scripts/spark-cluster started; of scripts/als alone.";
    }
    StringBuilder text = new StringBuilder();
    Description description = getter.getAnnotation(Description.class);
    text.append(
        OF_RUNNER.containsKey(name)
            ? OF_RUNNER.get(name)
            : description == null ? "" : description.value());
    if (words.contains(name)) {
      text.append(" Also without --").append(name).append('.');
    }
    List<String> allowed = Flags.allowed(getter);
    if (!allowed.isEmpty() && !String.join("|", allowed).equals(label(name, getter))) {
      text.append(" One of ").append(String.join(", ", allowed)).append('.');
    }
    String value = Flags.isOurs(getter) ? Flags.defaultOf(getter) : null;
    if (value != null && !text.toString().contains("Default: ") && !value.equals("false")) {
      text.append(" Default: ")
          .append(
              value.length() == 1 && !Character.isLetterOrDigit(value.charAt(0))
                  ? "'" + value + "'"
                  : value)
          .append('.');
      if (Flags.isSwitch(getter)) {
        text.append(" --").append(name).append("=false switches it off.");
      }
    }
    return text.toString().replace("%", "%%");
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
