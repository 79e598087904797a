package dev.beamals.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.io.CountingOutputStream;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.DelegatingPositionOutputStream;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.SeekableInputStream;

/** Files for Parquet to read and write, on any Beam file system and without a class of Hadoop. */
public final class ParquetFile {
  private ParquetFile() {}

  /** A file to write. */
  static OutputFile output(ResourceId file) {
    return new ChannelOutputFile(file);
  }

  /**
   * Opens a file on a file system that can seek. Pages that have a checksum are compared with it.
   */
  public static ParquetFileReader open(ResourceId file) throws IOException {
    return ParquetFileReader.open(
        new ChannelInputFile(file),
        ParquetReadOptions.builder()
            .usePageChecksumVerification(true)
            .withCodecFactory(new Decompressors())
            .build());
  }

  private static final class ChannelOutputFile implements OutputFile {
    private final ResourceId file;

    ChannelOutputFile(ResourceId file) {
      this.file = file;
    }

    @Override
    public PositionOutputStream create(long blockSizeHint) throws IOException {
      WritableByteChannel channel = FileSystems.create(file, "application/octet-stream");
      CountingOutputStream out =
          new CountingOutputStream(
              new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16));
      return new DelegatingPositionOutputStream(out) {
        @Override
        public long getPos() {
          return out.getCount();
        }
      };
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) throws IOException {
      return create(blockSizeHint);
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }
  }

  private static final class ChannelInputFile implements InputFile {
    private final ResourceId file;
    private final SeekableByteChannel channel;

    ChannelInputFile(ResourceId file) throws IOException {
      this.file = file;
      this.channel = (SeekableByteChannel) FileSystems.open(file);
    }

    @Override
    public long getLength() throws IOException {
      return channel.size();
    }

    @Override
    public SeekableInputStream newStream() {
      return new DelegatingSeekableInputStream(Channels.newInputStream(channel)) {
        @Override
        public long getPos() throws IOException {
          return channel.position();
        }

        @Override
        public void seek(long position) throws IOException {
          channel.position(position);
        }
      };
    }

    @Override
    public String toString() {
      return file.toString();
    }
  }
}
