package dev.beamals.pipelines;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.Charset;

/** What {@code scripts/als} tells of the terminal that it was started from. */
final class Terminal {
  private Terminal() {}

  /**
   * The error stream. The JVM's own messages go to descriptor 2, which the script filters; it says
   * by {@code beamals.error} which descriptor is the stream itself, so that what we write there
   * keeps its order with what goes to the output.
   */
  static PrintStream error() {
    Integer descriptor = Integer.getInteger("beamals.error");
    if (descriptor == null) {
      return System.err;
    }
    try {
      // Opened for Spark as well.
      Method newFD = Class.forName("sun.nio.ch.IOUtil").getDeclaredMethod("newFD", int.class);
      newFD.setAccessible(true);
      FileDescriptor stream = (FileDescriptor) newFD.invoke(null, descriptor);
      return new PrintStream(new FileOutputStream(stream), true, Charset.defaultCharset());
    } catch (ReflectiveOperationException | RuntimeException e) {
      return System.err; // through the filter
    }
  }

  /** How wide the terminal of the error stream is; 0 where that is none. */
  static int columns() {
    return Integer.getInteger("beamals.columns", 0);
  }
}
