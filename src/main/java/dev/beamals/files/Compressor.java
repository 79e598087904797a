package dev.beamals.files;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * Compresses pages of Parquet without Hadoop, as {@link Decompressors} decompresses them. The same
 * page becomes the same bytes.
 */
final class Compressor extends CodecFactory.BytesCompressor {
  private final CompressionCodecName codec;

  private Compressor(CompressionCodecName codec) {
    this.codec = codec;
  }

  static Compressor of(TableWriter.Compression compression) {
    return new Compressor(
        switch (compression) {
          case none -> CompressionCodecName.UNCOMPRESSED;
          case snappy -> CompressionCodecName.SNAPPY;
          case zstd -> CompressionCodecName.ZSTD;
        });
  }

  @Override
  public BytesInput compress(BytesInput page) throws IOException {
    return switch (codec) {
      case SNAPPY -> BytesInput.from(Snappy.compress(page.toByteArray()));
      case ZSTD -> BytesInput.from(Zstd.compress(page.toByteArray()));
      default -> page;
    };
  }

  @Override
  public CompressionCodecName getCodecName() {
    return codec;
  }

  @Override
  public void release() {}
}
