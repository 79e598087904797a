package dev.beamals.als;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorFile;
import dev.beamals.blocks.Links;
import dev.beamals.ids.ArrayCoding;
import dev.beamals.ids.Ids;
import dev.beamals.ids.UniteIds;
import dev.beamals.linalg.FactorMatrix;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.BitSet;
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
 * @param needed of its rows, see {@link Links#needed}; null where they are in a file
 * @param ids of its rows, or null where nobody looks them up
 * @param file with its rows, or null where they are here
 * @param sums of its rows
 * @param before how the training went until this half-step; the same of every block
 */
record Sent(
    int number,
    @Nullable HeldFactors factors,
    long @Nullable [][] needed,
    @Nullable Ids ids,
    @Nullable FactorFile file,
    StepSums sums,
    TrainingSummary before) {

  /** All rows of the block with their ids. */
  FactorBlock whole() {
    if (factors == null || ids == null) {
      return written().readWhole();
    }
    return new FactorBlock(ids, factors.rows().length / ids.size(), factors.rows());
  }

  /** All rows of the block. */
  float[] own() {
    return factors == null ? written().readWhole().factors() : factors.rows();
  }

  /**
   * Copies the rows that a block needs to where its neighbours are.
   *
   * @param links of the block that needs them
   * @param to Modified
   */
  void copyTo(Links links, FactorMatrix to) {
    int columns = to.columns();
    if (factors == null || needed == null) {
      float[] rows = written().read(links.number());
      check(links, rows.length / columns);
      for (int k = 0; k < rows.length / columns; k++) {
        to.setRow(links.neighbour(number, k), rows, k * columns, columns);
      }
      return;
    }
    BitSet rows = BitSet.valueOf(needed[links.number()]);
    check(links, rows.cardinality());
    float[] from = factors.rows();
    int k = 0;
    for (int row = rows.nextSetBit(0); row >= 0; row = rows.nextSetBit(row + 1)) {
      to.setRow(links.neighbour(number, k++), from, row * columns, columns);
    }
  }

  /** Every rating of a block has its transposed twin in a block of the other side. */
  private void check(Links links, int count) {
    if (count != links.count(number)) {
      throw new IllegalStateException(
          String.format(
              "block %d sent %d rows to block %d, which has %d neighbours there",
              number, count, links.number(), links.count(number)));
    }
  }

  private FactorFile written() {
    if (file == null) {
      throw new IllegalStateException("block " + number + " sent nothing to look up");
    }
    return file;
  }

  static Coder<Sent> coder(AlsParameters parameters) {
    return new SentCoder(TrainingSummary.coder(parameters));
  }

  /** Deterministic. */
  private static final class SentCoder extends CustomCoder<Sent> {
    private static final long serialVersionUID = 1L;
    private static final Coder<@Nullable Ids> IDS = NullableCoder.of(UniteIds.coder());
    private static final Coder<@Nullable FactorFile> FILE = NullableCoder.of(FactorFile.Coder.of());
    private final Coder<TrainingSummary> summary;

    SentCoder(Coder<TrainingSummary> summary) {
      this.summary = summary;
    }

    @Override
    public void encode(Sent sent, OutputStream out) throws IOException {
      VarIntCoder.of().encode(sent.number, out);
      out.write(sent.factors == null || sent.needed == null ? 0 : 1);
      if (sent.factors != null && sent.needed != null) {
        sent.factors.write(out);
        VarIntCoder.of().encode(sent.needed.length, out);
        for (long[] rows : sent.needed) {
          ArrayCoding.write(rows, out);
        }
      }
      IDS.encode(sent.ids, out);
      FILE.encode(sent.file, out);
      StepSums.Coder.of().encode(sent.sums, out);
      summary.encode(sent.before, out);
    }

    @Override
    public Sent decode(InputStream in) throws IOException {
      int number = VarIntCoder.of().decode(in);
      HeldFactors factors = null;
      long[][] needed = null;
      if (in.read() == 1) {
        factors = HeldFactors.read(in);
        needed = new long[VarIntCoder.of().decode(in)][];
        for (int b = 0; b < needed.length; b++) {
          needed[b] = ArrayCoding.readLongs(in);
        }
      }
      return new Sent(
          number,
          factors,
          needed,
          IDS.decode(in),
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
