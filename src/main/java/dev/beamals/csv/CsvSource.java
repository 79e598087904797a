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
 * CSV files as a Beam source of {@link RowBatch}es, one for each chunk of 8 MiB.
 *
 * <p>A line belongs to the chunk in which its first byte lies, so chunks are read in parallel, in
 * any order, and it does not matter how a runner groups them. A compressed file is one unit, read
 * from its beginning; its chunks are those of what it unpacks to.
 */
final class CsvSource extends BoundedSource<RowBatch> {
  private static final long serialVersionUID = 1L;

  /** Part of what makes a run reproducible: chunks are the same whatever the runner. */
  static final long CHUNK = 8L << 20;

  /**
   * No runner gets more bytes than this in one piece, as a core holds all rows of a piece at a
   * time, in about the space of their text, and then again cut into blocks. Not less: for each
   * piece more, the DirectRunner copies all that it has grouped before.
   */
  private static final long MAX_BUNDLE = Math.max(CHUNK, Runtime.getRuntime().maxMemory() / 16);

  /** A run of whole chunks of one file. */
  static final class Range implements Serializable {
    private static final long serialVersionUID = 1L;
    final String file;
    final CsvLayout layout;
    final long start;
    final long end;

    /** The number of the file, for the places of its rows; −1 where they need none. */
    final int number;

    /**
     * @param start in bytes, a multiple of {@link #CHUNK}
     * @param end in bytes; {@link Long#MAX_VALUE} for a compressed file
     */
    Range(String file, CsvLayout layout, long start, long end, int number) {
      this.number = number;
      this.file = file;
      this.layout = layout;
      this.start = start;
      this.end = end;
    }
  }

  private final List<Range> ranges;
  private final long bytes;
  private final long chunk;

  CsvSource(List<CsvFile> files, long chunk) {
    this(files, chunk, false);
  }

  /**
   * @param places whether rows are to know where they were read, see {@link RowPlace}
   */
  CsvSource(List<CsvFile> files, long chunk, boolean places) {
    this.chunk = chunk;
    this.ranges = new ArrayList<>();
    long total = 0;
    for (int f = 0; f < files.size(); f++) {
      CsvFile file = files.get(f);
      int number = places ? f : -1;
      total += file.bytes();
      if (file.fromStart()) {
        ranges.add(new Range(file.name(), file.layout(), 0, Long.MAX_VALUE, number));
        continue;
      }
      for (long start = 0; start < file.bytes(); start += chunk) {
        long end = Math.min(start + chunk, file.bytes());
        ranges.add(new Range(file.name(), file.layout(), start, end, number));
      }
    }
    this.bytes = total;
  }

  private CsvSource(List<Range> ranges, long bytes, long chunk) {
    this.ranges = ranges;
    this.bytes = bytes;
    this.chunk = chunk;
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
      long length = range.end == Long.MAX_VALUE ? limit : range.end - range.start;
      if (!bundle.isEmpty() && size + length > limit) {
        bundles.add(new CsvSource(bundle, size, chunk));
        bundle = new ArrayList<>();
        size = 0;
      }
      Range last = bundle.isEmpty() ? null : bundle.get(bundle.size() - 1);
      if (last != null && last.file.equals(range.file) && last.end == range.start) {
        bundle.set(
            bundle.size() - 1,
            new Range(range.file, range.layout, last.start, range.end, range.number));
      } else {
        bundle.add(range);
      }
      size += length;
    }
    if (!bundle.isEmpty()) {
      bundles.add(new CsvSource(bundle, size, chunk));
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
          chunks = batches(ranges.next(), source.chunk);
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

  /** Reads a range, in chunks of so many bytes. */
  static Batches batches(Range range, long chunk) throws IOException {
    return range.layout.format.dialect().isPlain()
        ? new Chunks(range, chunk)
        : new Records(range, chunk);
  }

  /** Reads a file of any dialect from its start. */
  private static final class Records implements Batches {
    private final CsvParser parser;
    private final RecordReader records;
    private final long size;
    private final int number;
    private long chunk;

    Records(Range range, long size) {
      this.size = size;
      this.number = range.number;
      this.parser = new CsvParser(range.file, range.layout);
      this.records = new RecordReader(range.file, range.layout.format.dialect(), parser.line());
      if (range.layout.format.header()) {
        records.next();
      }
    }

    @Override
    public @Nullable RowBatch next() {
      RowBatch batch =
          parser.parse(records, chunk, size, number < 0 ? -1 : RowPlace.of(number, chunk / size));
      chunk += size;
      return batch;
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
      this.parser = new CsvParser(range.file, range.layout);
      this.window = new byte[(int) Math.min(chunk, range.end - range.start) + 4096];
      this.position = range.start;
      this.base = Math.max(0, range.start - 1); // the byte before tells whether a line begins here
      this.channel = Packing.open(range.file);
      if (base > 0) {
        if (!(channel instanceof SeekableByteChannel)) {
          throw new IOException(range.file + ": its file system cannot read from the middle");
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
      return parser.parse(window, from, to, start, place);
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
        throw new RunException(
            range.file + ": " + Packing.reason(range.file, e) + ", near byte " + (base + length),
            e);
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
