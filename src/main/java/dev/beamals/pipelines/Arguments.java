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
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.jspecify.annotations.Nullable;

/**
 * A command line: flags {@code --name=value} and flag files {@code @file}.
 *
 * <p>A flag file holds one flag a line; empty lines and lines that begin with {@code #} do not
 * count. It stands for its flags at its place, and a later flag wins over an earlier one, so that a
 * command line can change what a file says. One place that gives a flag twice is a mistake.
 */
final class Arguments {
  /** Flags of which nothing, or a blank, is a value like any other. */
  private static final Set<String> MAY_BE_BLANK =
      Set.of("comment", "delimiter", "nullValues", "quote", "thousands");

  private final Map<String, Method> getters;
  private final Set<String> severalValued;
  private final Map<String, String> values = new LinkedHashMap<>();
  private final Map<String, String> several = new LinkedHashMap<>();

  private Arguments(Class<? extends PipelineOptions> type, Set<String> severalValued) {
    this.getters = getters(type);
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
    Set<String> given = new HashSet<>();
    for (String arg : args) {
      if (arg.startsWith("@")) {
        arguments.addFile(arg.substring(1));
      } else {
        arguments.add(arg, "", given);
      }
    }
    return arguments;
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
        add(line, file + ":" + (i + 1) + ": ", given);
      }
    }
  }

  private void add(String arg, String place, Set<String> given) {
    if (!arg.startsWith("--") || arg.length() == 2) {
      throw new UsageException(
          place + arg + ": expected flags as in --rank=10, or @file with a flag a line");
    }
    int equals = arg.indexOf('=');
    String name = equals < 0 ? arg.substring(2) : arg.substring(2, equals);
    String value = equals < 0 ? null : arg.substring(equals + 1);
    Method getter = getters.get(name);
    if (getter == null) {
      String nearest = nearest(name);
      throw new UsageException(
          place
              + "--"
              + name
              + ": no such flag"
              + (nearest == null ? "" : "; is it --" + nearest + "?"));
    }
    if (value == null
        && (getter.getReturnType() == boolean.class || getter.getReturnType() == Boolean.class)) {
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
    return getters(type).keySet();
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
          if (getter != null && isOurs(getter)) {
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
          if (isOurs(getter)) {
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

  /** The getter of every flag that is known. */
  private static Map<String, Method> getters(Class<? extends PipelineOptions> type) {
    Map<String, Method> getters = new TreeMap<>();
    List<Class<?>> interfaces = new ArrayList<>(PipelineOptionsFactory.getRegisteredOptions());
    interfaces.add(PipelineOptions.class);
    interfaces.add(type);
    for (Class<?> options : interfaces) {
      for (Method method : options.getMethods()) {
        String name = method.getName();
        int prefix = name.startsWith("get") ? 3 : name.startsWith("is") ? 2 : 0;
        if (prefix > 0
            && name.length() > prefix
            && Character.isUpperCase(name.charAt(prefix))
            && method.getParameterCount() == 0) {
          getters.put(flag(name.substring(prefix)), method);
        }
      }
    }
    return getters;
  }

  private static boolean isOurs(Method getter) {
    return getter.getDeclaringClass().getName().startsWith("dev.beamals.");
  }

  private static String flag(String name) {
    return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
  }

  private @Nullable String nearest(String name) {
    LevenshteinDistance distance = new LevenshteinDistance();
    String nearest = null;
    int least = Math.max(2, name.length() / 2);
    for (String known : getters.keySet()) {
      int d = distance.apply(name.toLowerCase(Locale.ROOT), known.toLowerCase(Locale.ROOT));
      if (d < least) {
        nearest = known;
        least = d;
      }
    }
    return nearest;
  }

  /** The flags of {@code options}, a paragraph each. */
  static String help(Class<? extends PipelineOptions> options) {
    StringBuilder help = new StringBuilder();
    Map<String, Method> getters = new TreeMap<>();
    for (Method method : options.getMethods()) {
      // Ours, those of the interfaces above it too; Beam's own are not told.
      if (method.isAnnotationPresent(Description.class) && isOurs(method)) {
        getters.put(flag(method.getName().substring(3)), method);
      }
    }
    getters.forEach(
        (name, method) -> {
          String value = defaultOf(method);
          help.append("  --").append(name).append(value == null ? "" : "=" + value).append('\n');
          wrap(help, method.getAnnotation(Description.class).value());
        });
    return help.toString();
  }

  private static void wrap(StringBuilder help, String text) {
    int column = 0;
    for (String word : text.split(" ")) {
      if (column == 0 || column + 1 + word.length() > 84) {
        help.append(column == 0 ? "" : "\n").append("      ");
        column = 0;
      } else {
        help.append(' ');
        column++;
      }
      help.append(word);
      column += word.length();
    }
    help.append('\n');
  }

  private static @Nullable String defaultOf(Method method) {
    if (method.isAnnotationPresent(Default.String.class)) {
      return method.getAnnotation(Default.String.class).value();
    } else if (method.isAnnotationPresent(Default.Integer.class)) {
      return Integer.toString(method.getAnnotation(Default.Integer.class).value());
    } else if (method.isAnnotationPresent(Default.Long.class)) {
      return Long.toString(method.getAnnotation(Default.Long.class).value());
    } else if (method.isAnnotationPresent(Default.Double.class)) {
      return Double.toString(method.getAnnotation(Default.Double.class).value());
    } else if (method.isAnnotationPresent(Default.Boolean.class)) {
      return Boolean.toString(method.getAnnotation(Default.Boolean.class).value());
    } else if (method.isAnnotationPresent(Default.Enum.class)) {
      return method.getAnnotation(Default.Enum.class).value();
    }
    return null;
  }
}
