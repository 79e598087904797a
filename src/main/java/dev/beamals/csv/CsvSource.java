package dev.beamals.csv;

import dev.beamals.RunException;
import dev.beamals.ratings.RowPlace;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.io.BoundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Files of rows as a Beam source of {@link RowBatch}es, one for each chunk of 8 MiB.
 *
 * <p>A line belongs to the chunk in which its first byte lies, so chunks are read in parallel, in
 * any order, and it does not matter how a runner groups them. A compressed file is one unit, read
 * from its beginning; its chunks are those of what it unpacks to. Of a Parquet file, row groups are
 * read in parallel, and a chunk is as many rows as there may be in 8 MiB.
 */
final class CsvSource extends BoundedSource<RowBatch> {
  private static final long serialVersionUID = 1L;

  /** Part of what makes a run reproducible: chunks are the same whatever the runner. */
  static final long CHUNK = 8L << 20;

  /**
   * No runner gets more bytes than this in one piece, as a core holds all rows of a piece at a
   * time, in about the space of their text, and then again cut into blocks.
   */
  private static final long MAX_BUNDLE =
      Math.max(CHUNK, Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 16));

  /** A run of whole chunks of one file, or of row groups. */
  static final class Range implements Serializable {
    private static final long serialVersionUID = 1L;
    final CsvFile file;
    final long start;
    final long end;

    /** The number of the file, for the places of its rows; −1 where they need none. */
    final int number;

    /**
     * @param start in bytes, a multiple of {@link #CHUNK}; of a Parquet file a row group, from 0
     * @param end in bytes; {@link Long#MAX_VALUE} for a file that is read from its start
     */
    Range(CsvFile file, long start, long end, int number) {
      this.file = file;
      this.start = start;
      this.end = end;
      this.number = number;
    }
  }

  private final List<Range> ranges;
  private final long bytes;
  private final long chunk;
  private final boolean whole;
  private final boolean texts;

  CsvSource(List<CsvFile> files, long chunk) {
    this(files, chunk, true, true, false);
  }

  /**
   * @param whole whether all columns of a row are needed, or only those with a part to play
   * @param texts whether rows are to be hashed by the texts of their values in files of any kind
   * @param places whether rows are to know where they were read, see {@link RowPlace}
   */
  CsvSource(List<CsvFile> files, long chunk, boolean whole, boolean texts, boolean places) {
    this.chunk = chunk;
    this.whole = whole;
    this.texts = texts;
    this.ranges = new ArrayList<>();
    long total = 0;
    for (int f = 0; f < files.size(); f++) {
      CsvFile file = files.get(f);
      int number = places ? f : -1;
      total += file.work();
      if (file.kind() == CsvFile.Kind.PARQUET) {
        for (int group = 0; group < file.rowGroups().size(); group++) {
          ranges.add(new Range(file, group, group + 1, number));
        }
      } else if (file.fromStart()) {
        ranges.add(new Range(file, 0, Long.MAX_VALUE, number));
      } else {
        for (long start = 0; start < file.bytes(); start += chunk) {
          ranges.add(new Range(file, start, Math.min(start + chunk, file.bytes()), number));
        }
      }
    }
    this.bytes = total;
  }

  private CsvSource(List<Range> ranges, long bytes, long chunk, boolean whole, boolean texts) {
    this.ranges = ranges;
    this.bytes = bytes;
    this.chunk = chunk;
    this.whole = whole;
    this.texts = texts;
  }

  @Override
  public List<CsvSource> split(long desiredBundleSizeBytes, PipelineOptions options) {
    // As many pieces as are desired, or twice as many and so on: of one size, so that cores that
    // begin together end together.
    long desired = Math.max(1, Math.min(desiredBundleSizeBytes, bytes));
    long rounds = (desired + MAX_BUNDLE - 1) / MAX_BUNDLE;
    long limit = (desired / rounds + chunk - 1) / chunk * chunk;
    List<CsvSource> bundles = new ArrayList<>();
    List<Range> bundle = new ArrayList<>();
    long size = 0;
    for (Range range : ranges) {
      long length = range.end == Long.MAX_VALUE ? limit : range.file.work(range.start, range.end);
      if (!bundle.isEmpty() && size + length > limit) {
        bundles.add(new CsvSource(bundle, size, chunk, whole, texts));
        bundle = new ArrayList<>();
        size = 0;
      }
      Range last = bundle.isEmpty() ? null : bundle.get(bundle.size() - 1);
      if (last != null && last.file.name().equals(range.file.name()) && last.end == range.start) {
        bundle.set(bundle.size() - 1, new Range(range.file, last.start, range.end, range.number));
      } else {
        bundle.add(range);
      }
      size += length;
    }
    if (!bundle.isEmpty()) {
      bundles.add(new CsvSource(bundle, size, chunk, whole, texts));
    }
    return bundles;
  }

  @Override
  public long getEstimatedSizeBytes(PipelineOptions options) {
    return bytes;
  }

  @Override
  public Coder<RowBatch> getOutputCoder() {
    return new RowBatch.Coder();
  }

  @Override
  public BoundedReader<RowBatch> createReader(PipelineOptions options) {
    return new Reader(this);
  }

  private static final class Reader extends BoundedReader<RowBatch> {
    private final CsvSource source;
    private final Iterator<Range> ranges;
    private @Nullable Batches chunks;
    private @Nullable RowBatch current;

    Reader(CsvSource source) {
      this.source = source;
      this.ranges = source.ranges.iterator();
    }

    @Override
    public boolean start() throws IOException {
      return advance();
    }

    @Override
    public boolean advance() throws IOException {
      while (true) {
        if (chunks == null) {
          if (!ranges.hasNext()) {
            current = null;
            return false;
          }
          chunks = batches(ranges.next(), source.chunk, source.whole, source.texts);
        }
        current = chunks.next();
        if (current != null) {
          return true;
        }
        close();
      }
    }

    @Override
    public RowBatch getCurrent() {
      if (current == null) {
        throw new NoSuchElementException();
      }
      return current;
    }

    @Override
    public void close() throws IOException {
      if (chunks != null) {
        chunks.close();
        chunks = null;
      }
    }

    @Override
    public BoundedSource<RowBatch> getCurrentSource() {
      return source;
    }
  }

  /** The batches of one range. */
  interface Batches {
    /** The rows of the next chunk, or null after the last. */
    @Nullable RowBatch next();

    void close() throws IOException;
  }

  /**
   * Reads a range, in chunks of so many bytes.
   *
   * @param whole whether all columns of a row are needed
   * @param texts whether rows are to be hashed by texts
   */
  static Batches batches(Range range, long chunk, boolean whole, boolean texts) throws IOException {
    return switch (range.file.kind()) {
      case PARQUET ->
          new ParquetBatches(range, whole, texts, (int) Math.max(1, chunk / CsvFile.ROW_BYTES));
      case JSON -> new FromStart(range, chunk);
      case JSON_LINES -> new Chunks(range, chunk);
      case CSV ->
          range.file.layout().format.dialect().isPlain()
              ? new Chunks(range, chunk)
              : new FromStart(range, chunk);
    };
  }

  /** Reads a file of any dialect, or of JSON, from its start. */
  private static final class FromStart implements Batches {
    private final String file;
    private final CsvFormat format;
    private final CsvParser parser;
    private final Records records;
    private final long size;
    private final int number;
    private long chunk;

    FromStart(Range range, long size) {
      CsvLayout layout = range.file.layout();
      this.size = size;
      this.file = range.file.name();
      this.format = layout.format;
      this.number = range.number;
      this.parser = new CsvParser(file, layout);
      if (range.file.kind() == CsvFile.Kind.JSON) {
        this.records = new JsonReader(file, range.file.json(parser.line()));
        return;
      }
      this.records = new RecordReader(file, layout.format.dialect(), parser.line());
      if (layout.format.header()) {
        records.next();
      }
    }

    @Override
    public @Nullable RowBatch next() {
      try {
        RowBatch batch =
            parser.parse(records, chunk, size, number < 0 ? -1 : RowPlace.of(number, chunk / size));
        chunk += size;
        return batch;
      } catch (RunException e) {
        throw new RunException(e.getMessage() + Sniffer.hint(file, format), e);
      }
    }

    @Override
    public void close() throws IOException {
      records.close();
    }
  }

  /** Reads the chunks of one range through a window of the file. */
  static final class Chunks implements Batches {
    private final Range range;
    private final long chunk;
    private final CsvParser parser;
    private final @Nullable JsonLine json;
    private final ReadableByteChannel channel;
    private long position;

    /** The window: {@code length} bytes of the file from offset {@code base} on. */
    private byte[] window;

    private long base;
    private int length;

    /** The lines of the chunk that is looked at, in the window. */
    private int from;

    private int to;

    Chunks(Range range, long chunk) throws IOException {
      this.range = range;
      this.chunk = chunk;
      this.parser = new CsvParser(range.file.name(), range.file.layout());
      this.json =
          range.file.kind() == CsvFile.Kind.JSON_LINES ? range.file.json(parser.line()) : null;
      this.window = new byte[(int) Math.min(chunk, range.end - range.start) + 4096];
      this.position = range.start;
      this.base = Math.max(0, range.start - 1); // the byte before tells whether a line begins here
      this.channel = Packing.open(range.file.name());
      if (base > 0) {
        if (!(channel instanceof SeekableByteChannel)) {
          throw new IOException(
              range.file.name() + ": its file system cannot read from the middle");
        }
        ((SeekableByteChannel) channel).position(base);
      }
    }

    @Override
    public @Nullable RowBatch next() {
      long start = position;
      if (!advance()) {
        return null;
      }
      long place = range.number < 0 ? -1 : RowPlace.of(range.number, start / chunk);
      return json == null
          ? parser.parse(window, from, to, start, place)
          : parser.parse(json, window, from, to, start, place);
    }

    /** Goes on to the lines of the next chunk; false after the last. */
    boolean advance() {
      if (position >= range.end) {
        return false;
      }
      try {
        discard(position - 1);
        long end = Math.min(position + chunk, range.end);
        boolean more = load(position + 1);
        if (!more && position > 0) {
          return false;
        }
        load(end);
        long first = position == 0 ? byteOrderMark() : lineStart(position, end);
        // The line behind a mark is the first chunk's, even if the mark alone is longer than that.
        long after = position == 0 ? Math.max(end, first + 1) : end;
        long last = first < after ? lineStart(after, after + CsvParser.MAX_LINE) : first;
        from = (int) (first - base);
        to = (int) (last - base);
        position = end;
        return true;
      } catch (IOException e) {
        String name = range.file.name();
        throw new RunException(
            name + ": " + Packing.reason(name, e) + ", near byte " + (base + length), e);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }

    /** What holds the lines of the chunk, from {@link #from} to {@link #to}. */
    byte[] window() {
      return window;
    }

    int from() {
      return from;
    }

    int to() {
      return to;
    }

    private long byteOrderMark() throws IOException {
      boolean mark =
          load(3)
              && window[0] == (byte) 0xEF
              && window[1] == (byte) 0xBB
              && window[2] == (byte) 0xBF;
      return mark ? 3 : 0;
    }

    /**
     * The first offset from {@code offset} on at which a line begins, the end of the file if none
     * does, or {@code limit} if it is not before that.
     */
    private long lineStart(long offset, long limit) throws IOException {
      for (long p = offset - 1; p < limit; p++) {
        if (!load(p + 1)) {
          return base + length;
        }
        byte b = window[(int) (p - base)];
        if (b == '\n') {
          return p + 1;
        }
        if (b == '\r') {
          return load(p + 2) && window[(int) (p + 1 - base)] == '\n' ? p + 2 : p + 1;
        }
      }
      return limit;
    }

    /** Reads on until the window reaches {@code offset}; false if the file ends before. */
    private boolean load(long offset) throws IOException {
      int wanted = (int) (offset - base);
      if (wanted > window.length) {
        window = Arrays.copyOf(window, wanted + 65536);
      }
      while (length < wanted) {
        // Nothing past the window is asked for, so what is read is the chunk and a little more.
        int n = channel.read(ByteBuffer.wrap(window, length, window.length - length));
        if (n < 0) {
          return false;
        }
        length += n;
      }
      return true;
    }

    private void discard(long before) {
      int gone = (int) Math.min(length, before - base);
      if (gone > 0) {
        System.arraycopy(window, gone, window, 0, length - gone);
        base += gone;
        length -= gone;
      }
    }
  }
}
