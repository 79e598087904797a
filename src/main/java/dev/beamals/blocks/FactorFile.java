package dev.beamals.blocks;

import dev.beamals.RunException;
import dev.beamals.ids.ArrayCoding;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.util.UUID;
import org.apache.beam.sdk.coders.CoderProvider;
import org.apache.beam.sdk.coders.CoderProviders;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.DefaultCoder;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.io.CountingOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Factors of one block in a file: messages of some of its rows, without their ids, and then perhaps
 * the whole of it. Each can be read alone.
 *
 * <p>This is the name of the file and where each of them begins; a few bytes each.
 */
@DefaultCoder(FactorFile.Coder.class)
public final class FactorFile {
  private final String file;
  private final long[] offsets;

  private FactorFile(String file, long[] offsets) {
    this.file = file;
    this.offsets = offsets;
  }

  /**
   * Writes a file whose name begins with {@code prefix}: a new one at each call, so that work that
   * is done twice does not touch what another already reads.
   *
   * @param messages row-major; gone through once, so that they need not be in memory together
   * @param whole all rows, or null where nobody needs them
   * @throws RunException if it cannot be written
   */
  public static FactorFile write(
      String prefix, Iterable<float[]> messages, @Nullable FactorBlock whole) {
    String file = prefix + UUID.randomUUID();
    LongArrayList offsets = new LongArrayList();
    try (OutputStream channel =
            Channels.newOutputStream(
                FileSystems.create(
                    FileSystems.matchNewResource(file, false), "application/octet-stream"));
        CountingOutputStream out =
            new CountingOutputStream(new BufferedOutputStream(channel, 1 << 16))) {
      for (float[] message : messages) {
        offsets.add(out.getCount());
        ArrayCoding.write(message, out);
      }
      if (whole != null) {
        offsets.add(out.getCount());
        FactorBlock.Coder.of().encode(whole, out);
      }
    } catch (IOException e) {
      throw RunException.cannotWrite(file, e);
    }
    return new FactorFile(file, offsets.toLongArray());
  }

  /** All rows; they were written. */
  public FactorBlock readWhole() {
    return read(offsets.length - 1, FactorBlock.Coder.of()::decode);
  }

  /** The message at {@code index}. */
  public float[] read(int index) {
    return read(index, ArrayCoding::readFloats);
  }

  private interface Decoder<T> {
    T decode(InputStream in) throws IOException;
  }

  private <T> T read(int index, Decoder<T> decoder) {
    try (ReadableByteChannel channel =
        FileSystems.open(FileSystems.matchNewResource(file, false))) {
      if (!(channel instanceof SeekableByteChannel)) {
        throw new IOException("its file system cannot read from the middle");
      }
      ((SeekableByteChannel) channel).position(offsets[index]);
      return decoder.decode(new BufferedInputStream(Channels.newInputStream(channel), 1 << 16));
    } catch (IOException e) {
      throw new RunException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Deterministic. */
  public static final class Coder extends CustomCoder<FactorFile> {
    private static final Coder INSTANCE = new Coder();

    public static Coder of() {
      return INSTANCE;
    }

    /** Has Beam find this coder by itself. */
    public static CoderProvider getCoderProvider() {
      return CoderProviders.forCoder(TypeDescriptor.of(FactorFile.class), INSTANCE);
    }

    @Override
    public void encode(FactorFile file, OutputStream out) throws IOException {
      ArrayCoding.write(file.file, out);
      ArrayCoding.write(file.offsets, out);
    }

    @Override
    public FactorFile decode(InputStream in) throws IOException {
      return new FactorFile(ArrayCoding.readString(in), ArrayCoding.readLongs(in));
    }

    @Override
    public void verifyDeterministic() {}
  }
}
