package dev.beamals.csv;

import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Estimates how many users and items an input has, from a few MB of it.
 *
 * <p>The number of distinct ids grows as a power of the number of rows (Heaps 1978): with exponent
 * 1 where every row brings a new id, 0 where all were seen. The exponent is taken from the ids of
 * half of the sampled pieces and of all of them. Good to a factor of a few, for a choice between
 * roads that lead to the same result; an input that cannot be sampled counts as one without ids,
 * and is left to the pipeline to complain about.
 */
public final class EstimateIds {
  private static final int PIECES = 8;
  private static final long PIECE = 256 << 10;

  /** How many times smaller than its rows a gzip file is taken to be. */
  private static final double COMPRESSION = 5;

  private EstimateIds() {}

  /** The estimated number of distinct users and items together. */
  public static double of(List<CsvFile> files) {
    double bytes = 0;
    for (CsvFile file : files) {
      bytes += file.fromStart() ? COMPRESSION * file.bytes() : file.bytes();
    }
    List<RowBatch> pieces = new ArrayList<>();
    double sampled = 0;
    try {
      for (int i = 0; i < PIECES; i++) {
        sampled += sample(files, bytes * i / PIECES, pieces);
      }
    } catch (IOException | RuntimeException e) {
      return 0;
    }
    double growth = Math.max(1, bytes / Math.max(1, sampled));
    return estimate(pieces, Side.USER, growth) + estimate(pieces, Side.ITEM, growth);
  }

  /** Adds the piece at {@code place} of all files in a row, and returns its size in bytes. */
  private static long sample(List<CsvFile> files, double place, List<RowBatch> pieces)
      throws IOException {
    for (CsvFile file : files) {
      double size = file.fromStart() ? COMPRESSION * file.bytes() : file.bytes();
      if (place < size) {
        // A compressed file is read from its beginning, and once.
        if (file.fromStart() && pieces.stream().anyMatch(p -> p.file.equals(file.name()))) {
          return 0;
        }
        long start = file.fromStart() ? 0 : Math.min((long) place, file.bytes() - 1);
        long end = file.fromStart() ? PIECE : Math.min(start + PIECE, file.bytes());
        CsvSource.Batches chunks =
            CsvSource.batches(
                new CsvSource.Range(file.name(), file.layout(), start, end, -1), PIECE);
        try {
          RowBatch batch = chunks.next();
          if (batch != null) {
            pieces.add(batch);
          }
        } finally {
          chunks.close();
        }
        return end - start;
      }
      place -= size;
    }
    return 0;
  }

  private static double estimate(List<RowBatch> pieces, Side side, double growth) {
    double half = distinct(pieces.subList(0, pieces.size() / 2), side);
    double all = distinct(pieces, side);
    double exponent = half == 0 ? 1 : Math.min(1, Math.log(all / half) / Math.log(2));
    return all * Math.pow(growth, exponent);
  }

  private static double distinct(List<RowBatch> pieces, Side side) {
    return Ids.union(pieces.stream().map(piece -> piece.rows.ids(side)).toList()).size();
  }
}
