package dev.beamals;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A failure that the person who started the run can act on.
 *
 * <p>Its message is one line: which file, line, column or id, what was found, what was expected.
 */
public final class RunException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RunException(String message) {
    super(message);
  }

  public RunException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** The first {@link RunException} among {@code failure} and its causes, or null. */
  public static @Nullable RunException in(Throwable failure) {
    Set<Throwable> seen = new HashSet<>();
    for (Throwable t = failure; t != null && seen.add(t); t = t.getCause()) {
      if (t instanceof RunException) {
        return (RunException) t;
      }
    }
    return null;
  }
}
