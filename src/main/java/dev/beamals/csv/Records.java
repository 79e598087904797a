package dev.beamals.csv;

import java.io.Closeable;

/** Records that are read from the start of a file, one after another, into a {@link CsvLine}. */
interface Records extends Closeable {
  /**
   * Reads the next record; false after the last.
   *
   * @throws dev.beamals.RunException where the rest of the file cannot be told apart
   */
  boolean next();

  /** The line, from 1, on which the record begins that was read last; 0 before the first. */
  long line();

  /** A hash of what else the record has than the columns of its file; 0 where it has nothing. */
  default long extra() {
    return 0;
  }
}
