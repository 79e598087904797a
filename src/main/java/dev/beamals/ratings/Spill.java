package dev.beamals.ratings;

import dev.beamals.RunException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Batches that are needed later. The first of them stay in memory, so that a small input needs no
 * file, and the others wait in a file of this machine. Where that cannot be written, as the disk is
 * full, they stay in memory too.
 *
 * <p>The file is in the folder {@code java.io.tmpdir} and loses its name as soon as it is open, so
 * that it is gone with the process whatever ends it, and before that when it is closed, or none of
 * its batches is in use. An instance belongs to one thread; its batches may be read by any.
 */
public final class Spill implements Closeable {
  /** Bytes of columns that stay in memory; less in a small heap. */
  private static final long KEPT = 64L << 20;

  private final Path folder;
  private long toKeep;
  private @Nullable FileChannel file;

  /**
   * @param folder where the file is made
   * @param toKeep bytes of columns that stay in memory
   */
  Spill(Path folder, long toKeep) {
    this.folder = folder;
    this.toKeep = toKeep;
  }

  /** An empty one. */
  public static Spill open() {
    return new Spill(
        Path.of(System.getProperty("java.io.tmpdir")),
        Math.min(KEPT, Runtime.getRuntime().maxMemory() / 64));
  }

  /**
   * Puts a batch aside.
   *
   * @return gives an equal batch at each call, until this is closed
   */
  public Supplier<RatingBatch> put(RatingBatch batch) {
    long bytes = bytes(batch);
    if (bytes <= toKeep) {
      toKeep -= bytes;
      return () -> batch;
    }
    toKeep = 0;
    try {
      FileChannel to = file;
      if (to == null) {
        to = openFile();
        file = to;
      }
      return write(batch, to)::read;
    } catch (IOException e) {
      toKeep = Long.MAX_VALUE; // what was written before can still be read
      return () -> batch;
    }
  }

  /** Gives the file's place on the disk back. */
  @Override
  public void close() {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      // Nobody needs what is in it.
    }
  }

  /** As many as its columns take. */
  private static long bytes(RatingBatch batch) {
    return (long) batch.size() * 2 * Integer.BYTES
        + (long) batch.ratings().length * Float.BYTES
        + (long) batch.fingerprints().length * Long.BYTES;
  }

  private FileChannel openFile() throws IOException {
    Path path = Files.createTempFile(folder, "beam-als-", ".ratings");
    FileChannel opened = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      Files.delete(path);
    } catch (IOException e) { // where open files keep their names
      path.toFile().deleteOnExit();
    }
    return opened;
  }

  private static Place write(RatingBatch batch, FileChannel to) throws IOException {
    long position = to.position();
    OutputStream out = new BufferedOutputStream(Channels.newOutputStream(to), 1 << 12);
    RatingBatch.Coder.of().encode(batch, out);
    out.flush();
    return new Place(to, position);
  }

  /** Where a batch is. */
  private record Place(FileChannel file, long position) {
    RatingBatch read() {
      try {
        return RatingBatch.Coder.of()
            .decode(new BufferedInputStream(new From(file, position), 1 << 12));
      } catch (IOException e) {
        throw new RunException(
            "ratings that were put aside in java.io.tmpdir cannot be read: " + e.getMessage(), e);
      }
    }
  }

  /** A file from a position on; others may read it elsewhere meanwhile. */
  private static final class From extends InputStream {
    private final FileChannel file;
    private long position;

    From(FileChannel file, long position) {
      this.file = file;
      this.position = position;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      int count = file.read(ByteBuffer.wrap(to, offset, length), position);
      position += Math.max(count, 0);
      return count;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }
  }
}
