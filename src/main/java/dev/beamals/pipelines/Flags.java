package dev.beamals.pipelines;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.jspecify.annotations.Nullable;

/** The flags that there are: the getters of interfaces of options, by the names of the flags. */
final class Flags {
  private Flags() {}

  /** The flags of a command and those of Beam and its runners, in alphabetical order. */
  static Map<String, Method> of(Class<? extends PipelineOptions> type) {
    Map<String, Method> flags = new TreeMap<>();
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
          String flag =
              name.substring(prefix, prefix + 1).toLowerCase(Locale.ROOT)
                  + name.substring(prefix + 1);
          flags.put(flag, method);
        }
      }
    }
    return flags;
  }

  /** Whether it is one of ours, and not of Beam or a runner. */
  static boolean isOurs(Method getter) {
    return getter.getDeclaringClass().getName().startsWith("dev.beamals.");
  }

  /** Whether it is true or false, so that its name alone means true. */
  static boolean isSwitch(Method getter) {
    return getter.getReturnType() == boolean.class || getter.getReturnType() == Boolean.class;
  }

  /** The values that it may have; none where they are too many to name. */
  static List<String> allowed(Method getter) {
    Object[] constants = getter.getReturnType().getEnumConstants();
    return constants == null ? List.of() : Arrays.stream(constants).map(Object::toString).toList();
  }

  /** The default that the getter is annotated with, or null. */
  static @Nullable String defaultOf(Method getter) {
    if (getter.isAnnotationPresent(Default.String.class)) {
      return getter.getAnnotation(Default.String.class).value();
    } else if (getter.isAnnotationPresent(Default.Integer.class)) {
      return Integer.toString(getter.getAnnotation(Default.Integer.class).value());
    } else if (getter.isAnnotationPresent(Default.Long.class)) {
      return Long.toString(getter.getAnnotation(Default.Long.class).value());
    } else if (getter.isAnnotationPresent(Default.Double.class)) {
      return Double.toString(getter.getAnnotation(Default.Double.class).value());
    } else if (getter.isAnnotationPresent(Default.Boolean.class)) {
      return Boolean.toString(getter.getAnnotation(Default.Boolean.class).value());
    } else if (getter.isAnnotationPresent(Default.Enum.class)) {
      return getter.getAnnotation(Default.Enum.class).value();
    }
    return null;
  }

  /** The known name that is most like another, or null where none is. */
  static @Nullable String nearest(String name, Collection<String> known) {
    LevenshteinDistance distance = new LevenshteinDistance();
    String nearest = null;
    int least = Math.max(3, name.length() / 2); // two letters may have changed places
    for (String one : known) {
      int d = distance.apply(name.toLowerCase(Locale.ROOT), one.toLowerCase(Locale.ROOT));
      if (d < least) {
        nearest = one;
        least = d;
      }
    }
    return nearest;
  }
}
