package dev.beamals.files;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * Decompresses pages of Parquet without Hadoop, which the codecs that Parquet brings are made for:
 * those that Spark's {@code spark.sql.parquet.compression.codec} mostly is.
 */
final class Decompressors implements CompressionCodecFactory {
  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    switch (codec) {
      case UNCOMPRESSED:
        return new Decompressor((page, size) -> page);
      case SNAPPY:
        return new Decompressor((page, size) -> BytesInput.from(unsnap(page.toByteArray(), size)));
      case GZIP:
        return new Decompressor((page, size) -> read(new GZIPInputStream(open(page)), size));
      case ZSTD:
        return new Decompressor((page, size) -> read(new ZstdInputStream(open(page)), size));
      default:
        throw new UnsupportedOperationException(
            "compressed as " + codec + "; expected UNCOMPRESSED, SNAPPY, GZIP or ZSTD");
    }
  }

  private static byte[] unsnap(byte[] page, int size) throws IOException {
    if (Snappy.uncompressedLength(page) != size) { // before it is believed and allocated
      throw new IOException("a page is not of the size it says");
    }
    return Snappy.uncompress(page);
  }

  private static InputStream open(BytesInput page) throws IOException {
    return new ByteArrayInputStream(page.toByteArray());
  }

  private static BytesInput read(InputStream in, int size) throws IOException {
    try (in) {
      byte[] bytes = in.readNBytes(size);
      if (bytes.length != size || in.read() >= 0) {
        throw new IOException("a page is not of the size it says");
      }
      return BytesInput.from(bytes);
    }
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    throw new UnsupportedOperationException("only reads");
  }

  @Override
  public void release() {}

  private interface Codec {
    /**
     * @param size of the page when decompressed
     */
    BytesInput decompress(BytesInput page, int size) throws IOException;
  }

  private record Decompressor(Codec codec) implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput page, int size) throws IOException {
      return codec.decompress(page, size);
    }

    @Override
    public void decompress(ByteBuffer page, int compressedSize, ByteBuffer out, int size)
        throws IOException {
      out.put(decompress(BytesInput.from(page), size).toByteBuffer());
    }

    @Override
    public void release() {}
  }
}
