package dev.beamals.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputDecompressor;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Pages that Parquet's own codecs compressed come back, and pages that lie about their size not.
 */
final class DecompressorsTest {
  private static final byte[] PAGE = page();

  private static byte[] page() {
    byte[] page = new byte[300_000];
    for (int i = 0; i < page.length; i++) {
      page[i] = (byte) (i * i >>> 7);
    }
    return page;
  }

  private static byte[] compress(CompressionCodecName codec) throws IOException {
    CodecFactory factory = new CodecFactory(new Configuration(false), 1 << 20);
    try {
      return factory.getCompressor(codec).compress(BytesInput.from(PAGE)).toByteArray();
    } finally {
      factory.release();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4", "LZ4_RAW"})
  void pagesComeBack(CompressionCodecName codec) throws IOException {
    byte[] compressed = compress(codec);
    BytesInputDecompressor decompressor = new Decompressors().getDecompressor(codec);
    assertArrayEquals(
        PAGE, decompressor.decompress(BytesInput.from(compressed), PAGE.length).toByteArray());
  }

  @ParameterizedTest
  @EnumSource(names = {"SNAPPY", "GZIP", "ZSTD", "LZ4", "LZ4_RAW"})
  void pagesOfAnotherSizeAreRefused(CompressionCodecName codec) throws IOException {
    BytesInputDecompressor decompressor = new Decompressors().getDecompressor(codec);
    byte[] compressed = compress(codec);
    byte[] cut = Arrays.copyOf(compressed, compressed.length / 2);
    for (int size : new int[] {PAGE.length - 1, PAGE.length + 1, Integer.MAX_VALUE, 0}) {
      assertThrows(
          IOException.class,
          () -> decompressor.decompress(BytesInput.from(compressed), size),
          "size " + size);
    }
    assertThrows(
        IOException.class, () -> decompressor.decompress(BytesInput.from(cut), PAGE.length));
  }

  @Test
  void otherCodecsAreNamed() {
    UnsupportedOperationException refused =
        assertThrows(
            UnsupportedOperationException.class,
            () -> new Decompressors().getDecompressor(CompressionCodecName.BROTLI));
    assertEquals(
        "compressed as BROTLI; expected UNCOMPRESSED, SNAPPY, GZIP, ZSTD or LZ4",
        refused.getMessage());
  }
}
