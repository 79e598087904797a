package dev.beamals.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.files.TableWriter.Column;
import dev.beamals.files.TableWriter.Compression;
import dev.beamals.files.TableWriter.Format;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TableWriterTest {
  private static final int ROWS = 20_000;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Compression.class)
  void parquetIsCompressedAndReadBack(Compression compression) throws IOException {
    Path file = write(compression);
    try (ParquetFileReader reader =
        ParquetFile.open(FileSystems.matchNewResource(file.toString(), false))) {
      assertEquals(
          compression == Compression.none
              ? "UNCOMPRESSED"
              : compression.name().toUpperCase(Locale.ROOT),
          reader.getFooter().getBlocks().get(0).getColumns().get(0).getCodec().name());
      PageReadStore rows = reader.readNextRowGroup();
      PageReader pages =
          rows.getPageReader(reader.getFileMetaData().getSchema().getColumns().get(0));
      long values = 0;
      for (DataPage page = pages.readPage(); page != null; page = pages.readPage()) {
        values += page.getValueCount();
      }
      assertEquals(ROWS, values);
    }
    if (compression != Compression.none) {
      assertTrue(Files.size(file) < Files.size(write(Compression.none)));
    }
  }

  private Path write(Compression compression) throws IOException {
    Path file = folder.resolve(compression + ".parquet");
    Files.deleteIfExists(file);
    try (TableWriter writer =
        TableWriter.create(
            file.toString(),
            Format.parquet,
            compression,
            List.of(new Column("score", Float.class)))) {
      for (int i = 0; i < ROWS; i++) {
        writer.write(List.of((float) (i / 100)));
      }
    }
    return file;
  }
}
