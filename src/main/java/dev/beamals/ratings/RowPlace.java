package dev.beamals.ratings;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

/**
 * Where a row was read, as one number: 19 bits for the file, 20 for the chunk of 8 MiB, 24 for the
 * line in the chunk, each from 0. So places are in the order of the input.
 */
public final class RowPlace {
  private static final int LINE_BITS = 24; // a chunk has fewer lines than bytes, 2²³
  private static final int CHUNK_BITS = 20;

  /** Files whose rows have places. */
  public static final int MOST_FILES = 1 << 19;

  private RowPlace() {}

  /** The place of the first line of a chunk; those of the others count from it. */
  public static long of(int file, long chunk) {
    checkArgument(chunk >> CHUNK_BITS == 0, "chunk %s: a file of over 8 TiB", chunk);
    return ((long) file << CHUNK_BITS | chunk) << LINE_BITS;
  }

  public static int file(long place) {
    return (int) (place >>> (CHUNK_BITS + LINE_BITS));
  }

  public static long chunk(long place) {
    return place >>> LINE_BITS & (1L << CHUNK_BITS) - 1;
  }
}
