package dev.beamals.files;

import com.github.luben.zstd.ZstdInputStream;
import io.airlift.compress.MalformedInputException;
import io.airlift.compress.lz4.Lz4Decompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * Decompresses pages of Parquet without Hadoop, which the codecs that Parquet brings are made for:
 * those that Spark, DuckDB, pandas and Polars mostly write.
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
      case LZ4_RAW:
        return new Decompressor((page, size) -> unpackBlock(page.toByteArray(), size));
      case LZ4:
        return new Decompressor((page, size) -> unpackBlocks(page.toByteArray(), size));
      default:
        throw new UnsupportedOperationException(
            "compressed as " + codec + "; expected UNCOMPRESSED, SNAPPY, GZIP, ZSTD or LZ4");
    }
  }

  private static byte[] unsnap(byte[] page, int size) throws IOException {
    if (Snappy.uncompressedLength(page) != size) { // before it is believed and allocated
      throw new IOException("a page is not of the size it says");
    }
    return Snappy.uncompress(page);
  }

  /** Unpacks a page of LZ4_RAW, which is one block. */
  private static BytesInput unpackBlock(byte[] page, int size) throws IOException {
    byte[] bytes = allocate(size, page.length);
    if (unpackBlock(page, 0, page.length, bytes, 0) != size) {
      throw new IOException("a page is not of the size it says");
    }
    return BytesInput.from(bytes);
  }

  /**
   * Unpacks a page of LZ4, as Hadoop packs it: lengths of what was packed, behind each the blocks
   * that it was packed to, each behind its own length.
   */
  private static BytesInput unpackBlocks(byte[] page, int size) throws IOException {
    byte[] bytes = allocate(size, page.length);
    ByteBuffer in = ByteBuffer.wrap(page);
    int out = 0;
    try {
      while (in.hasRemaining()) {
        for (int end = out + in.getInt(); out < end; ) {
          int length = in.getInt();
          int from = in.position();
          in.position(from + length);
          out += unpackBlock(page, from, length, bytes, out);
        }
      }
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new IOException("a page of LZ4 that is damaged", e);
    }
    if (out != size) {
      throw new IOException("a page is not of the size it says");
    }
    return BytesInput.from(bytes);
  }

  private static int unpackBlock(byte[] page, int from, int length, byte[] out, int at)
      throws IOException {
    try {
      return new Lz4Decompressor().decompress(page, from, length, out, at, out.length - at);
    } catch (MalformedInputException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException("a page of LZ4 that is damaged", e);
    }
  }

  /** A byte of LZ4 stands for 255 at most, so that no size is believed that cannot be. */
  private static byte[] allocate(int size, int packed) throws IOException {
    if (size > 255L * packed + 255) {
      throw new IOException("a page is not of the size it says");
    }
    return new byte[size];
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
