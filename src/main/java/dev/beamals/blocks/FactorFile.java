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

/**
 * Factors of one block in a file: several {@link FactorBlock}s, one after the other, each of which
 * can be read alone.
 *
 * <p>This is the name of the file and where each block begins; a few bytes a block.
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
   * @param blocks gone through once, so that they need not be in memory together
   * @throws RunException if it cannot be written
   */
  public static FactorFile write(String prefix, Iterable<FactorBlock> blocks) {
    String file = prefix + UUID.randomUUID();
    LongArrayList offsets = new LongArrayList();
    try (OutputStream channel =
            Channels.newOutputStream(
                FileSystems.create(
                    FileSystems.matchNewResource(file, false), "application/octet-stream"));
        CountingOutputStream out =
            new CountingOutputStream(new BufferedOutputStream(channel, 1 << 16))) {
      for (FactorBlock block : blocks) {
        offsets.add(out.getCount());
        FactorBlock.Coder.of().encode(block, out);
      }
    } catch (IOException e) {
      throw RunException.cannotWrite(file, e);
    }
    return new FactorFile(file, offsets.toLongArray());
  }

  /** The last block of the file. */
  public FactorBlock readWhole() {
    return read(offsets.length - 1);
  }

  /** The block at {@code index} of the file. */
  public FactorBlock read(int index) {
    try (ReadableByteChannel channel =
        FileSystems.open(FileSystems.matchNewResource(file, false))) {
      if (!(channel instanceof SeekableByteChannel)) {
        throw new IOException("its file system cannot read from the middle");
      }
      ((SeekableByteChannel) channel).position(offsets[index]);
      InputStream in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
      return FactorBlock.Coder.of().decode(in);
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
