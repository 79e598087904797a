package dev.beamals.csv;

import java.util.List;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/**
 * Reads CSV files of interactions, in parallel by byte ranges, straight from bytes into columns.
 *
 * <pre>{@code
 * CsvFormat format = CsvFormat.create().withColumns("user", "track", "plays");
 * PCollection<RowBatch> rows =
 *     pipeline.apply("ReadRatings", ReadRatings.from(CsvFile.find("input", files, format)));
 * }</pre>
 *
 * <p>An element is what begins in 8 MiB of a file. Rows that cannot be read travel on as rejects;
 * {@link CleanRatings} tells them apart.
 */
public final class ReadRatings extends PTransform<PBegin, PCollection<RowBatch>> {
  private static final long serialVersionUID = 1L;

  private final List<CsvFile> files;

  private ReadRatings(List<CsvFile> files) {
    this.files = files;
  }

  /** Reads {@code files} as found by {@link CsvFile#find}. */
  public static ReadRatings from(List<CsvFile> files) {
    return new ReadRatings(files);
  }

  @Override
  public PCollection<RowBatch> expand(PBegin input) {
    return input.apply("ReadChunks", Read.from(new CsvSource(files, CsvSource.CHUNK)));
  }
}
