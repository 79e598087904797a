package dev.beamals.ratings;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.MapMaker;

/**
 * A batch of ratings that waits to be grouped.
 *
 * <p>On the DirectRunner it stays what it is, in memory or in a {@link Spill}, and only its number
 * is written: that runner holds all that it groups, and copies what it holds by the coder for every
 * bundle that comes. Elsewhere the batch itself is written, and the runner spills.
 */
public final class HeldBatch implements Supplier<RatingBatch> {
  /** Those of this process that have a number, as long as anybody holds them. */
  private static final Map<Long, HeldBatch> NUMBERED = new MapMaker().weakValues().makeMap();

  private static final AtomicLong LAST = new AtomicLong();
  private static final long NO_NUMBER = 0;

  private final long number;
  private final Supplier<RatingBatch> batch;

  private HeldBatch(long number, Supplier<RatingBatch> batch) {
    this.number = number;
    this.batch = batch;
  }

  /** A batch that travels as it is. */
  static HeldBatch of(RatingBatch batch) {
    return new HeldBatch(NO_NUMBER, () -> batch);
  }

  /**
   * A batch that does not leave this process.
   *
   * @param batch gives an equal batch at each call
   */
  static HeldBatch ofProcess(Supplier<RatingBatch> batch) {
    HeldBatch held = new HeldBatch(LAST.incrementAndGet(), batch);
    NUMBERED.put(held.number, held);
    return held;
  }

  /** Whether it has not left the process that made it; else the batch is in memory. */
  public boolean isOfProcess() {
    return number != NO_NUMBER;
  }

  /** The batch; read at each call where it is in a file. */
  @Override
  public RatingBatch get() {
    return batch.get();
  }

  /** Writes numbers or batches; deterministic within a process. */
  public static final class Coder extends CustomCoder<HeldBatch> {
    private static final Coder INSTANCE = new Coder();

    public static Coder of() {
      return INSTANCE;
    }

    @Override
    public void encode(HeldBatch held, OutputStream out) throws IOException {
      new DataOutputStream(out).writeLong(held.number);
      if (held.number == NO_NUMBER) {
        RatingBatch.Coder.of().encode(held.get(), out);
      }
    }

    @Override
    public HeldBatch decode(InputStream in) throws IOException {
      long number = new DataInputStream(in).readLong();
      if (number == NO_NUMBER) {
        return HeldBatch.of(RatingBatch.Coder.of().decode(in));
      }
      HeldBatch held = NUMBERED.get(number);
      if (held == null) {
        throw new IOException("batch " + number + " is of another process, or was let go");
      }
      return held;
    }

    @Override
    public void verifyDeterministic() {}
  }
}
