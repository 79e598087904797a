package dev.beamals.pipelines;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.jspecify.annotations.Nullable;

/**
 * A command line: flags {@code --name=value} or {@code --name value}, words, and flag files {@code
 * @file}.
 *
 * <p>Words are the values of the flags that {@link Usage#words} names. After {@code --} there are
 * only words.
 *
 * <p>A flag file holds one flag a line; empty lines and lines that begin with {@code #} do not
 * count. It stands for its flags at its place, and a later flag wins over an earlier one, so that a
 * command line can change what a file says. One place that gives a flag twice is a mistake. A file
 * serves every command: what only others know is passed over.
 */
final class Arguments {
  /** Flags of which nothing, or a blank, is a value like any other. */
  private static final Set<String> MAY_BE_BLANK =
      Set.of("comment", "delimiter", "nullValues", "quote", "thousands");

  /** A flag with its value after a blank. */
  private static final Pattern APART = Pattern.compile("(--\\w+)\\s+(.*)");

  private final Class<? extends PipelineOptions> type;
  private final Map<String, Method> getters;
  private final Set<String> severalValued;
  private final Map<String, String> values = new LinkedHashMap<>();
  private final Map<String, String> several = new LinkedHashMap<>();

  /** The flags that the command line itself gives, and no file. */
  private final Set<String> typed = new HashSet<>();

  private Arguments(Class<? extends PipelineOptions> type, Set<String> severalValued) {
    this.type = type;
    this.getters = Flags.of(type);
    this.severalValued = severalValued;
  }

  /**
   * @param type the options that the flags set, beside those of Beam and its runners
   * @throws UsageException naming the flag, where it comes from, and what was expected
   */
  static Arguments parse(Class<? extends PipelineOptions> type, List<String> args) {
    return parse(type, args, Set.of());
  }

  /**
   * @param severalValued flags that may have several values, as in {@code --rank=10,32} or {@code
   *     --regParam=0.01:1:log:5}: those are {@link #several}, and no option
   */
  static Arguments parse(
      Class<? extends PipelineOptions> type, List<String> args, Set<String> severalValued) {
    Arguments arguments = new Arguments(type, severalValued);
    List<String> words = new ArrayList<>();
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      if (arg.equals("--")) {
        words.addAll(args.subList(i + 1, args.size()));
        break;
      } else if (arg.startsWith("@")) {
        arguments.addFile(arg.substring(1));
      } else if (!arg.startsWith("-") || arg.equals("-")) {
        words.add(arg);
      } else {
        String next = i + 1 < args.size() ? args.get(i + 1) : null;
        if (arguments.takesNext(arg, next)) {
          arg += "=" + next;
          i++;
        }
        arguments.add(arg, "", arguments.typed);
      }
    }
    arguments.addWords(words);
    return arguments;
  }

  /** Whether a flag has its value in the argument after it. */
  private boolean takesNext(String arg, @Nullable String next) {
    Method getter = getters.get(arg.startsWith("--") ? arg.substring(2) : "");
    if (getter == null || next == null) {
      return false;
    }
    return Flags.isSwitch(getter)
        ? next.equals("true") || next.equals("false")
        : !next.startsWith("--");
  }

  private void addFile(String file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(Path.of(file));
    } catch (IOException | RuntimeException e) {
      throw new UsageException("@" + file + ": cannot be read; expected a file of flags");
    }
    Set<String> given = new HashSet<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        String place = file + ":" + (i + 1) + ": ";
        // --name value is the same as --name=value there too.
        Matcher apart = APART.matcher(line);
        String flag = apart.matches() ? apart.group(1) + "=" + apart.group(2) : line;
        if (!flag.startsWith("--") || !Commands.knowElsewhere(name(flag), getters.keySet())) {
          add(flag, place, given);
        }
      }
    }
  }

  private void addWords(List<String> words) {
    Usage usage = type.getAnnotation(Usage.class);
    List<String> names = usage == null ? List.of() : Arrays.asList(usage.words());
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      int equals = word.indexOf('=');
      if (equals > 0 && getters.containsKey(word.substring(0, equals))) {
        throw new UsageException(word + ": expected --" + word);
      }
      if (word.isBlank()) {
        throw new UsageException("'" + word + "': expected flags or names of files");
      }
      boolean last = i + 1 >= names.size();
      String name = last ? (names.isEmpty() ? null : names.get(names.size() - 1)) : names.get(i);
      Method getter = name == null ? null : getters.get(name);
      boolean isList = getter != null && getter.getReturnType() == List.class;
      if (name == null || (i >= names.size() && !isList)) {
        throw new UsageException(
            word
                + ": expected flags as in --output=folder, or @file with a flag a line"
                + (names.isEmpty() ? "" : ", after " + String.join(" and ", names)));
      }
      if (i < names.size()) {
        add("--" + name + "=" + word, "", typed);
      } else {
        values.merge(name, word, (some, more) -> some + "," + more);
      }
    }
  }

  private static String name(String flag) {
    int equals = flag.indexOf('=');
    return flag.substring(2, equals < 0 ? flag.length() : equals);
  }

  private void add(String arg, String place, Set<String> given) {
    if (!arg.startsWith("--") || arg.length() == 2) {
      throw new UsageException(
          place + arg + ": expected flags as in --rank=10, or @file with a flag a line");
    }
    String name = name(arg);
    String value = arg.length() == name.length() + 2 ? null : arg.substring(name.length() + 3);
    Method getter = getters.get(name);
    if (getter == null) {
      String nearest = Flags.nearest(name, getters.keySet());
      throw new UsageException(
          place
              + "--"
              + name
              + ": no such flag"
              + (nearest == null ? "" : "; is it --" + nearest + "?"));
    }
    if (value == null && Flags.isSwitch(getter)) {
      value = "true";
    }
    if (value == null) {
      throw new UsageException(place + "--" + name + ": expected --" + name + "=value");
    }
    boolean isSeveral =
        severalValued.contains(name) && (value.indexOf(',') >= 0 || value.indexOf(':') >= 0);
    if (!isSeveral) {
      checkType(place + "--" + name, value, getter.getReturnType());
    }
    if (!given.add(name)) {
      throw new UsageException(
          String.format(
              "%s--%s: given twice, as %s and as %s; expected it once",
              place, name, values.getOrDefault(name, several.get(name)), value));
    }
    values.remove(name);
    several.remove(name);
    (isSeveral ? several : values).put(name, value);
  }

  private static void checkType(String flag, String value, Class<?> type) {
    String expected = null;
    try {
      if (type == int.class || type == Integer.class) {
        expected = "a whole number";
        Integer.parseInt(value);
      } else if (type == long.class || type == Long.class) {
        expected = "a whole number";
        Long.parseLong(value);
      } else if (type == double.class || type == Double.class) {
        expected = "a number";
        Double.parseDouble(value);
      } else if (type == boolean.class || type == Boolean.class) {
        expected = "true or false";
        if (!value.equals("true") && !value.equals("false")) {
          throw new IllegalArgumentException();
        }
      } else if (type.isEnum()) {
        List<String> names = Arrays.stream(type.getEnumConstants()).map(Object::toString).toList();
        expected = String.join(" or ", names);
        if (!names.contains(value)) {
          throw new IllegalArgumentException();
        }
      } else if (type == Class.class) { // a runner
        expected = "DirectRunner or SparkRunner";
        if (!expected.contains(value) && value.indexOf('.') < 0) {
          throw new IllegalArgumentException();
        }
      } else {
        expected = "a value";
        if (value.isBlank() && !MAY_BE_BLANK.contains(flag.substring(flag.lastIndexOf('-') + 1))) {
          throw new IllegalArgumentException();
        }
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException(flag + "=" + value + ": expected " + expected);
    }
  }

  /** The names of all flags that {@link #parse} takes. */
  static Set<String> names(Class<? extends PipelineOptions> type) {
    return Flags.of(type).keySet();
  }

  /**
   * Whether the command line itself gives the flag: what a file says beside the point is no
   * mistake, as the file serves other commands too.
   */
  boolean isTyped(String name) {
    return typed.contains(name);
  }

  /** Whether the flag was given. */
  boolean has(String name) {
    return values.containsKey(name);
  }

  /** The flags that were given several values, with those. */
  Map<String, String> several() {
    return several;
  }

  /** The flags that were given one value, or a list that is one, with it. */
  Map<String, String> single() {
    return values;
  }

  /** What our own flags were given, the elements of a list one by one. */
  List<String> values() {
    List<String> given = new ArrayList<>();
    values.forEach(
        (name, value) -> {
          Method getter = getters.get(name);
          if (getter != null && Flags.isOurs(getter)) {
            given.addAll(Arrays.asList(value.split(",")));
          }
        });
    return given;
  }

  /**
   * What our own flags are, given or not, by their names in alphabetical order.
   *
   * @param options as of {@link #as}
   */
  Map<String, @Nullable Object> toMap(PipelineOptions options) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    getters.forEach(
        (name, getter) -> {
          if (Flags.isOurs(getter)) {
            try {
              all.put(name, getter.invoke(options));
            } catch (ReflectiveOperationException e) {
              throw new IllegalStateException(e);
            }
          }
        });
    return all;
  }

  /** The flags as Beam takes them. */
  <T extends PipelineOptions> T as(Class<T> options) {
    String[] args =
        values.entrySet().stream()
            .map(flag -> "--" + flag.getKey() + "=" + flag.getValue())
            .toArray(String[]::new);
    try {
      return PipelineOptionsFactory.fromArgs(args).as(options);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()).lines().findFirst().orElse("flags"));
    }
  }
}
