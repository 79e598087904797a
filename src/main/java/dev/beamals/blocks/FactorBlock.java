package dev.beamals.blocks;

import dev.beamals.ratings.ArrayCoding;
import dev.beamals.ratings.Ids;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.CustomCoder;

/**
 * The factors of some ids of one side: a row-major matrix, {@code ids().size() × rank}.
 *
 * <p>Immutable; the arrays are not to be written to.
 */
public final class FactorBlock {
  private final Ids ids;
  private final int rank;
  private final float[] factors;

  /**
   * @param factors row {@code i} holds the factors of id {@code i}; kept, not copied
   */
  public FactorBlock(Ids ids, int rank, float[] factors) {
    this.ids = ids;
    this.rank = rank;
    this.factors = factors;
  }

  public Ids ids() {
    return ids;
  }

  public int rank() {
    return rank;
  }

  public float[] factors() {
    return factors;
  }

  /**
   * Brings the factors of {@code ids} together from the blocks that hold them.
   *
   * @param found Modified: set to true for each id that has factors; may be longer
   * @return a row-major matrix, {@code ids.size() × rank}; zeros where there are no factors
   */
  public static float[] gather(Ids ids, Iterable<FactorBlock> blocks, int rank, boolean[] found) {
    float[] gathered = new float[Math.multiplyExact(ids.size(), rank)];
    for (FactorBlock block : blocks) {
      int[] positions = ids.positionsIn(block.ids);
      for (int i = 0; i < positions.length; i++) {
        if (positions[i] >= 0) {
          System.arraycopy(block.factors, positions[i] * rank, gathered, i * rank, rank);
          found[i] = true;
        }
      }
    }
    return gathered;
  }

  /**
   * The factors of some of the ids.
   *
   * @param rows their indices, which ascend strictly
   */
  public FactorBlock select(int[] rows) {
    float[] selected = new float[rows.length * rank];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(factors, rows[i] * rank, selected, i * rank, rank);
    }
    return new FactorBlock(ids.select(rows), rank, selected);
  }

  /** Arrays in bulk; deterministic. */
  public static final class Coder extends CustomCoder<FactorBlock> {
    private static final Coder INSTANCE = new Coder();

    public static Coder of() {
      return INSTANCE;
    }

    @Override
    public void encode(FactorBlock block, OutputStream out) throws IOException {
      ArrayCoding.write(block.ids, out);
      ArrayCoding.write(new int[] {block.rank}, out);
      ArrayCoding.write(block.factors, out);
    }

    @Override
    public FactorBlock decode(InputStream in) throws IOException {
      return new FactorBlock(
          ArrayCoding.readIds(in), ArrayCoding.readInts(in)[0], ArrayCoding.readFloats(in));
    }

    @Override
    public void verifyDeterministic() {}
  }
}
