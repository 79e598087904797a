package dev.beamals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
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

  /**
   * A write that failed.
   *
   * @param what a path, or a flag and its value
   */
  public static RunException cannotWrite(String what, IOException e) {
    return new RunException(what + ": cannot be written: " + describe(e), e);
  }

  /** As {@link #cannotWrite(String, IOException)}, of a library that wraps it. */
  public static RunException cannotWrite(String what, UncheckedIOException e) {
    IOException cause = e.getCause();
    return cannotWrite(what, cause == null ? new IOException(e) : cause);
  }

  private static String describe(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied on " + e.getMessage();
    }
    if (e instanceof FileAlreadyExistsException) {
      return e.getMessage() + " is a file, not a folder";
    }
    if (e instanceof NoSuchFileException) {
      return "no folder " + e.getMessage();
    }
    String reason = e instanceof FileSystemException ? ((FileSystemException) e).getReason() : null;
    // Hadoop appends the stack trace of the server.
    return reason != null
        ? reason
        : String.valueOf(e.getMessage()).lines().findFirst().orElse(e.getClass().getSimpleName());
  }
}
