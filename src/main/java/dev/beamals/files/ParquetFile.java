package dev.beamals.files;

import dev.beamals.RunException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.io.CountingOutputStream;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.column.ColumnReadStore;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.DelegatingPositionOutputStream;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** Files for Parquet to read and write, on any Beam file system and without a class of Hadoop. */
public final class ParquetFile {
  /** How much of a file is behind what its footer says: the length of that, and a mark. */
  private static final int FOOTER_END = 8;

  private ParquetFile() {}

  /** A file to write. */
  static OutputFile output(ResourceId file) {
    return new ChannelOutputFile(file);
  }

  /**
   * Opens a file on a file system that can seek. Pages that have a checksum are compared with it.
   *
   * @throws RunException if a column is of a type that is newer than this version of Parquet, such
   *     as float16: Parquet then opens nothing of the file
   */
  public static ParquetFileReader open(ResourceId file) throws IOException {
    try {
      return ParquetFileReader.open(
          new ChannelInputFile(file),
          ParquetReadOptions.builder()
              .usePageChecksumVerification(true)
              .withCodecFactory(new Decompressors())
              .build());
    } catch (NullPointerException e) { // all that Parquet says of such a type
      SchemaElement column = newerType(file);
      if (column == null) {
        throw e;
      }
      boolean half = column.getType() == Type.FIXED_LEN_BYTE_ARRAY && column.getType_length() == 2;
      throw new RunException(
          String.format(
              "%s: its column %s is of a type that cannot be read%s",
              file,
              column.getName(),
              half ? ", float16; expected float32 or float64" : ", newer than Parquet 1.13"),
          e);
    }
  }

  /** The first column whose logical type this version of Parquet does not know, or null. */
  private static @Nullable SchemaElement newerType(ResourceId file) throws IOException {
    try (SeekableByteChannel channel = (SeekableByteChannel) FileSystems.open(file)) {
      long end = channel.size() - FOOTER_END;
      InputStream in = Channels.newInputStream(channel);
      channel.position(end);
      int length = BytesUtils.readIntLittleEndian(in);
      channel.position(end - length);
      for (SchemaElement column : Util.readFileMetaData(in, true).getSchema()) {
        if (column.isSetLogicalType() && column.getLogicalType().getSetField() == null) {
          return column;
        }
      }
      return null;
    }
  }

  /**
   * The columns of a row group, one by one.
   *
   * @param schema what was asked for of the file
   */
  public static ColumnReadStore columns(
      ParquetFileReader file, PageReadStore pages, MessageType schema) {
    return new ColumnReadStoreImpl(
        pages, new Nothing(schema), schema, file.getFileMetaData().getCreatedBy());
  }

  /** Says that a file cannot be read, and why as far as that is known. */
  public static RunException damaged(String name, Exception e) {
    String message = e.getMessage();
    String reason =
        message == null
            ? "a value ends early"
            : message.lines().findFirst().orElse("").replaceFirst("! Struct: .*", "");
    return new RunException(
        String.format(
            "%s: not a whole Parquet file (%s)",
            name, reason.replace(name, "it").replaceAll("\\s+", " ")),
        e);
  }

  /** Columns are read one by one, so there is nothing to convert rows to. */
  private static final class Nothing extends GroupConverter {
    private final Converter[] fields;

    Nothing(GroupType type) {
      fields =
          type.getFields().stream()
              .map(
                  field ->
                      field.isPrimitive()
                          ? new PrimitiveConverter() {}
                          : new Nothing(field.asGroupType()))
              .toArray(Converter[]::new);
    }

    @Override
    public Converter getConverter(int fieldIndex) {
      return fields[fieldIndex];
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
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
