package dev.beamals.files;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.schema.MessageType;

/**
 * Writes the rows of a Parquet file, value by value into its columns, without a class of Hadoop:
 * Parquet's own {@code ParquetWriter} wants a Hadoop configuration. Row groups and pages end where
 * those of {@code ParquetWriter} would, so that the bytes are the same.
 *
 * <pre>{@code
 * try (ParquetRowWriter rows = ParquetRowWriter.create(file, schema, size, Set.of(), Map.of())) {
 *   rows.column(0).write(7, 0, 0); // a value, its repetition level and its definition level
 *   rows.endRow();
 * }
 * }</pre>
 */
public final class ParquetRowWriter implements Closeable {
  private final ParquetFileWriter file;
  private final MessageType schema;
  private final long rowGroupSize;
  private final ParquetProperties properties;
  private final Map<String, String> footer;
  private final Compressor compressor;
  private final ColumnWriter[] columns;
  private ColumnChunkPageWriteStore pages;
  private ColumnWriteStore store;
  private long rows;
  private long nextCheck;

  private ParquetRowWriter(
      ParquetFileWriter file,
      MessageType schema,
      long rowGroupSize,
      ParquetProperties properties,
      Map<String, String> footer,
      Compressor compressor) {
    this.file = file;
    this.schema = schema;
    this.rowGroupSize = rowGroupSize;
    this.properties = properties;
    this.footer = footer;
    this.compressor = compressor;
    this.columns = new ColumnWriter[schema.getColumns().size()];
    this.pages = newPages();
    this.store = newStore();
    this.nextCheck = properties.getMinRowCountForPageSizeCheck();
  }

  /** Creates a file whose pages are not compressed; for the rest see the other. */
  public static ParquetRowWriter create(
      ResourceId file,
      MessageType schema,
      long rowGroupSize,
      Set<String> dictionaries,
      Map<String, String> footer)
      throws IOException {
    return create(
        file,
        schema,
        rowGroupSize,
        dictionaries,
        footer,
        Compressor.of(TableWriter.Compression.none));
  }

  /**
   * Creates a file.
   *
   * @param rowGroupSize bytes of a row group, about
   * @param dictionaries the columns, by their paths with dots, that are worth a dictionary
   * @param footer what else the end of the file says
   * @param compressor of pages
   */
  static ParquetRowWriter create(
      ResourceId file,
      MessageType schema,
      long rowGroupSize,
      Set<String> dictionaries,
      Map<String, String> footer,
      Compressor compressor)
      throws IOException {
    ParquetProperties.Builder builder = ParquetProperties.builder().withDictionaryEncoding(false);
    dictionaries.forEach(column -> builder.withDictionaryEncoding(column, true));
    ParquetProperties properties = builder.build();
    ParquetFileWriter out =
        new ParquetFileWriter(
            ParquetFile.output(file),
            schema,
            ParquetFileWriter.Mode.CREATE,
            rowGroupSize,
            0,
            properties.getColumnIndexTruncateLength(),
            properties.getStatisticsTruncateLength(),
            properties.getPageWriteChecksumEnabled());
    out.start();
    return new ParquetRowWriter(out, schema, rowGroupSize, properties, footer, compressor);
  }

  private ColumnChunkPageWriteStore newPages() {
    return new ColumnChunkPageWriteStore(
        compressor,
        schema,
        properties.getAllocator(),
        properties.getColumnIndexTruncateLength(),
        properties.getPageWriteChecksumEnabled());
  }

  private ColumnWriteStore newStore() {
    ColumnWriteStore created = properties.newColumnWriteStore(schema, pages, pages);
    List<ColumnDescriptor> descriptors = schema.getColumns();
    for (int i = 0; i < columns.length; i++) {
      columns[i] = created.getColumnWriter(descriptors.get(i));
    }
    return created;
  }

  /** The column at {@code index} of the schema's leaves; another after {@link #endRow}. */
  public ColumnWriter column(int index) {
    return columns[index];
  }

  /** Ends a row, each of whose columns has its values. */
  public void endRow() throws IOException {
    store.endRecord();
    rows++;
    if (rows < nextCheck) {
      return;
    }
    long size = store.getBufferedSize();
    long rowSize = size / rows;
    if (size > rowGroupSize - 2 * rowSize) {
      endRowGroup();
      pages = newPages();
      store = newStore();
      nextCheck = properties.getMinRowCountForPageSizeCheck();
    } else {
      long halfway = (rows + (long) (rowGroupSize / (float) rowSize)) / 2;
      nextCheck =
          Math.min(
              Math.max(properties.getMinRowCountForPageSizeCheck(), halfway),
              rows + properties.getMaxRowCountForPageSizeCheck());
    }
  }

  private void endRowGroup() throws IOException {
    if (rows > 0) {
      file.startBlock(rows);
      store.flush();
      pages.flushToFileWriter(file);
      file.endBlock();
      rows = 0;
    }
  }

  @Override
  public void close() throws IOException {
    endRowGroup();
    file.end(footer);
  }
}
