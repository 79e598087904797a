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
      bytes += size(file);
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
      double size = size(file);
      if (place < size) {
        // A compressed file is read from its beginning, and once.
        if (file.fromStart() && pieces.stream().anyMatch(p -> p.file.equals(file.name()))) {
          return 0;
        }
        CsvSource.Range range = range(file, (long) place);
        CsvSource.Batches chunks = CsvSource.batches(range, PIECE, false, false);
        try {
          RowBatch batch = chunks.next();
          if (batch == null || pieces.stream().anyMatch(batch::isSamePlace)) {
            return 0; // a row group, say, of many pieces
          }
          pieces.add(batch);
        } finally {
          chunks.close();
        }
        return file.kind() == CsvFile.Kind.PARQUET
            ? Math.min(PIECE, file.work(range.start, range.end))
            : Math.min(PIECE, range.end - range.start);
      }
      place -= size;
    }
    return 0;
  }

  private static double size(CsvFile file) {
    return file.fromStart() ? COMPRESSION * file.bytes() : file.work();
  }

  /** The piece of a file that begins at a place, or the row group that it is in. */
  private static CsvSource.Range range(CsvFile file, long place) {
    if (file.kind() == CsvFile.Kind.PARQUET) {
      int group = 0;
      while (file.work(0, group + 1) <= place) {
        group++;
      }
      return new CsvSource.Range(file, group, group + 1, -1);
    }
    if (file.fromStart()) {
      return new CsvSource.Range(file, 0, PIECE, -1);
    }
    long start = Math.min(place, file.bytes() - 1);
    return new CsvSource.Range(file, start, Math.min(start + PIECE, file.bytes()), -1);
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
