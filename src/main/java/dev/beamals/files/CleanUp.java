package dev.beamals.files;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done when something is closed, or when the JVM is shut down before, as by Ctrl-C:
 * the newest first, so that what a thing stands on is there until it is cleaned up.
 */
public final class CleanUp implements AutoCloseable {
  private static final Deque<CleanUp> OPEN = new ArrayDeque<>();
  private static final int TRIES = 4;
  private static final long PAUSE_MS = 20;
  private static boolean hooked;
  private static volatile boolean stopping;

  private final Runnable action;

  private CleanUp(Runnable action) {
    this.action = action;
  }

  /**
   * Registers an action.
   *
   * @param action may run in another thread, and again; does not throw
   * @throws IllegalStateException if the JVM is being shut down
   */
  public static CleanUp of(Runnable action) {
    CleanUp cleanUp = new CleanUp(action);
    synchronized (OPEN) {
      if (stopping) {
        throw new IllegalStateException("the JVM is being shut down");
      }
      if (!hooked) {
        Runtime.getRuntime().addShutdownHook(new Thread(CleanUp::stop, "clean-up"));
        hooked = true;
      }
      OPEN.push(cleanUp);
    }
    return cleanUp;
  }

  /** Whether the JVM is being shut down: what fails then is of no interest. */
  public static boolean stopping() {
    return stopping;
  }

  private static void stop() {
    stopping = true;
    for (CleanUp next = newest(); next != null; next = newest()) {
      next.close();
    }
  }

  private static @Nullable CleanUp newest() {
    synchronized (OPEN) {
      return OPEN.peek();
    }
  }

  /** Deletes what is not wanted. */
  public interface Delete {
    /** Returns whether it is gone. */
    boolean run() throws IOException;
  }

  /**
   * Deletes something, and again after a while where it is not gone: a thread that still writes to
   * a folder makes a file in it while it is deleted. Gives up after a fifth of a second.
   */
  public static void delete(Delete delete) {
    for (int attempt = 1; ; attempt++) {
      try {
        if (delete.run()) {
          return;
        }
      } catch (IOException e) {
        // Tried again.
      }
      if (attempt == TRIES) {
        return;
      }
      try {
        Thread.sleep(PAUSE_MS << attempt - 1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  @Override
  public void close() {
    action.run();
    cancel();
  }

  /** Takes the action back: it is not done. */
  public void cancel() {
    synchronized (OPEN) {
      OPEN.remove(this);
    }
  }
}
