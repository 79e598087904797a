package dev.beamals.files;

import dev.beamals.RunException;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.NonWritableChannelException;
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
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetFileWriter;
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

/** Files for Parquet to read and write, on any Beam file system and without a class of Hadoop. */
public final class ParquetFile {
  /** How much of a file is behind what its footer says: the length of that, and a mark. */
  private static final int FOOTER_END = 8;

  /** Marks of columns in place of their field ids, of which writers use those from 0. */
  private static final int HALF = -16_001;

  private static final int NEWER = -16_002;

  private static final byte[] NO_BYTES = {};

  private ParquetFile() {}

  /** A file to write. */
  static OutputFile output(ResourceId file) {
    return new ChannelOutputFile(file);
  }

  /**
   * Opens a file on a file system that can seek. Pages that have a checksum are compared with it.
   *
   * <p>Of a file with a column whose type is newer than this version of Parquet, Parquet opens
   * nothing. Such a column is given as the bytes that are stored: {@link #isHalf} and {@link
   * #isNewer} tell it from others.
   */
  public static ParquetFileReader open(ResourceId file) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder()
            .usePageChecksumVerification(true)
            .withCodecFactory(new Decompressors())
            .build();
    try {
      return ParquetFileReader.open(new ChannelInputFile(file, NO_BYTES), options);
    } catch (NullPointerException e) { // all that Parquet says of such a type
      byte[] footer = withoutNewerTypes(file);
      if (footer.length == 0) {
        throw e;
      }
      return ParquetFileReader.open(new ChannelInputFile(file, footer), options);
    }
  }

  /**
   * What a file ends with, without the logical types that this version of Parquet does not know:
   * empty where it knows all.
   */
  private static byte[] withoutNewerTypes(ResourceId file) throws IOException {
    FileMetaData footer;
    try (SeekableByteChannel channel = (SeekableByteChannel) FileSystems.open(file)) {
      long end = channel.size() - FOOTER_END;
      InputStream in = Channels.newInputStream(channel);
      channel.position(end);
      int length = BytesUtils.readIntLittleEndian(in);
      channel.position(end - length);
      footer = Util.readFileMetaData(in);
    }
    boolean found = false;
    for (SchemaElement column : footer.getSchema()) {
      if (column.isSetLogicalType() && column.getLogicalType().getSetField() == null) {
        boolean half =
            column.getType() == Type.FIXED_LEN_BYTE_ARRAY && column.getType_length() == Short.BYTES;
        column.unsetLogicalType();
        column.setField_id(half ? HALF : NEWER);
        found = true;
      }
    }
    if (!found) {
      return NO_BYTES;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Util.writeFileMetaData(footer, out);
    BytesUtils.writeIntLittleEndian(out, out.size());
    out.writeBytes(ParquetFileWriter.MAGIC);
    return out.toByteArray();
  }

  /**
   * Whether a column of an open file is of float16: two bytes a value, the lower one first, of IEEE
   * 754's binary16. It is the only newer type of such a length.
   */
  public static boolean isHalf(org.apache.parquet.schema.Type column) {
    return column.getId() != null && column.getId().intValue() == HALF;
  }

  /** Whether a column of an open file is of another type that is newer than this Parquet. */
  public static boolean isNewer(org.apache.parquet.schema.Type column) {
    return column.getId() != null && column.getId().intValue() == NEWER;
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

    /**
     * @param more what is behind the bytes of the file: the places of its pages stay as they are
     */
    ChannelInputFile(ResourceId file, byte[] more) throws IOException {
      this.file = file;
      SeekableByteChannel stored = (SeekableByteChannel) FileSystems.open(file);
      this.channel = more.length == 0 ? stored : new LongerChannel(stored, more);
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

  /** The bytes of a channel, and more behind them, to read. */
  private static final class LongerChannel implements SeekableByteChannel {
    private final SeekableByteChannel start;
    private final long startSize;
    private final byte[] more;
    private long position;

    LongerChannel(SeekableByteChannel start, byte[] more) throws IOException {
      this.start = start;
      this.startSize = start.size();
      this.more = more;
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
      int n;
      if (position < startSize) {
        start.position(position);
        n = start.read(to);
      } else {
        int from = (int) (position - startSize);
        n = Math.min(to.remaining(), more.length - from);
        to.put(more, from, n);
        n = n == 0 ? -1 : n;
      }
      position += Math.max(n, 0);
      return n;
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public SeekableByteChannel position(long newPosition) {
      position = newPosition;
      return this;
    }

    @Override
    public long size() {
      return startSize + more.length;
    }

    @Override
    public int write(ByteBuffer from) {
      throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
      throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
      return start.isOpen();
    }

    @Override
    public void close() throws IOException {
      start.close();
    }
  }
}
