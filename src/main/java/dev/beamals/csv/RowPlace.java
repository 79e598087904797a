package dev.beamals.csv;

/**
 * Where a row was read, as one number: 15 bits for the file, 24 for the chunk of {@link
 * CsvSource#CHUNK} bytes, 24 for the line in the chunk, each from 0.
 */
final class RowPlace {
  private static final int LINE_BITS = 24; // a chunk has fewer lines than bytes, 2²³
  private static final int CHUNK_BITS = 24;

  /** Files whose rows have places. */
  static final int MOST_FILES = 1 << 15;

  private RowPlace() {}

  /** The place of the first line of a chunk; those of the others count from it. */
  static long of(int file, long chunk) {
    return ((long) file << CHUNK_BITS | chunk) << LINE_BITS;
  }

  static int file(long place) {
    return (int) (place >>> (CHUNK_BITS + LINE_BITS));
  }

  static long chunk(long place) {
    return place >>> LINE_BITS & (1L << CHUNK_BITS) - 1;
  }
}
