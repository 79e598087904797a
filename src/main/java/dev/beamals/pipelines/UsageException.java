package dev.beamals.pipelines;

/** A command line that does not make sense: its message names the flag and what was expected. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
