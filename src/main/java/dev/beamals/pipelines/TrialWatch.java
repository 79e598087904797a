package dev.beamals.pipelines;

import dev.beamals.RunException;
import java.io.IOException;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** Prints the table of trials while they end, in their order. */
final class TrialWatch implements AutoCloseable {
  private static final long PERIOD_MS = 500;

  private final TrialTable table;
  private final TrialFiles results;
  private final PrintStream out;
  private final Thread thread;
  private volatile boolean closed;
  private boolean begun;

  TrialWatch(TrialTable table, TrialFiles results, PrintStream out) {
    this.table = table;
    this.results = results;
    this.out = out;
    this.thread = new Thread(this::watch, "trials");
    thread.setDaemon(true);
    thread.start();
  }

  private void watch() {
    while (!closed) {
      try {
        print();
        Thread.sleep(PERIOD_MS);
      } catch (InterruptedException e) {
        return;
      } catch (IOException | RuntimeException e) {
        // A file that is just being written: look again later. The end of the run tells what is not
        // there.
      }
    }
  }

  private synchronized void print() throws IOException {
    Trial next = table.next();
    TrialResult result = next == null ? null : results.find(next, table.metric());
    while (result != null) {
      if (!begun) {
        out.println(table.header());
        begun = true;
      }
      table.add(result);
      out.println(table.line(result));
      next = table.next();
      result = next == null ? null : results.find(next, table.metric());
    }
  }

  /**
   * Prints what is left, when all trials have ended.
   *
   * @throws RunException if a trial left nothing
   */
  void finish() throws IOException {
    close();
    print();
    @Nullable Trial next = table.next();
    if (next != null) {
      throw new RunException(
          "output: what the workers wrote of trial "
              + next.number()
              + " is not there; expected a folder on a file system that the driver and all workers"
              + " share");
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
