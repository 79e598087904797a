package dev.beamals.als;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.jspecify.annotations.Nullable;

/**
 * What one block sends off after a half-step.
 *
 * @param number of the block among those of its side
 * @param factors of its rows, or null where they are in a file
 * @param file with its rows, or null where they are here
 * @param sums of its rows
 * @param before how the training went until this half-step; the same of every block
 */
record Sent(
    int number,
    @Nullable FactorBlock factors,
    @Nullable FactorFile file,
    StepSums sums,
    TrainingSummary before) {

  /** All rows of the block. */
  FactorBlock whole() {
    if (factors != null) {
      return factors;
    }
    if (file == null) {
      throw new IllegalStateException("no factors were sent");
    }
    return file.readWhole();
  }

  static Coder<Sent> coder(AlsParameters parameters) {
    return new SentCoder(TrainingSummary.coder(parameters));
  }

  /** Deterministic. */
  private static final class SentCoder extends CustomCoder<Sent> {
    private static final long serialVersionUID = 1L;
    private static final Coder<@Nullable FactorBlock> FACTORS =
        NullableCoder.of(FactorBlock.Coder.of());
    private static final Coder<@Nullable FactorFile> FILE = NullableCoder.of(FactorFile.Coder.of());
    private final Coder<TrainingSummary> summary;

    SentCoder(Coder<TrainingSummary> summary) {
      this.summary = summary;
    }

    @Override
    public void encode(Sent sent, OutputStream out) throws IOException {
      VarIntCoder.of().encode(sent.number, out);
      FACTORS.encode(sent.factors, out);
      FILE.encode(sent.file, out);
      StepSums.Coder.of().encode(sent.sums, out);
      summary.encode(sent.before, out);
    }

    @Override
    public Sent decode(InputStream in) throws IOException {
      return new Sent(
          VarIntCoder.of().decode(in),
          FACTORS.decode(in),
          FILE.decode(in),
          StepSums.Coder.of().decode(in),
          summary.decode(in));
    }

    @Override
    public void verifyDeterministic() {}

    /** Coders that are equal stand once in a pipeline. */
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof SentCoder that && summary.equals(that.summary);
    }

    @Override
    public int hashCode() {
      return summary.hashCode();
    }
  }
}
