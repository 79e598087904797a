package dev.beamals.files;

/** What is to be done when something is closed, or when the JVM is shut down before. */
public final class CleanUp implements AutoCloseable {
  private final Runnable action;
  private final Thread hook;

  private CleanUp(Runnable action) {
    this.action = action;
    this.hook = new Thread(action);
  }

  /**
   * Registers an action.
   *
   * @param action may run in another thread, and again; does not throw
   */
  public static CleanUp of(Runnable action) {
    CleanUp cleanUp = new CleanUp(action);
    Runtime.getRuntime().addShutdownHook(cleanUp.hook);
    return cleanUp;
  }

  @Override
  public void close() {
    action.run();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It runs, or has run.
    }
  }
}
