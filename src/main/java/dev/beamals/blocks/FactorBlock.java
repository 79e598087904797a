package dev.beamals.blocks;

import dev.beamals.RunException;
import dev.beamals.ids.ArrayCoding;
import dev.beamals.ids.Ids;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.CoderProvider;
import org.apache.beam.sdk.coders.CoderProviders;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.DefaultCoder;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * The factors of some ids of one side: a row-major matrix, {@code ids().size() × rank}.
 *
 * <p>Immutable; the arrays are not to be written to.
 */
@DefaultCoder(FactorBlock.Coder.class)
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

  /** A copy of the factors of id {@code index} (rank). */
  public float[] row(int index) {
    return Arrays.copyOfRange(factors, index * rank, (index + 1) * rank);
  }

  /**
   * Copies the factors of those of {@code wanted} that are here.
   *
   * @param to Modified: row-major, {@code wanted.size() × rank}
   * @param found Modified: set to true for each id that is here; may be longer
   */
  public void copyRows(Ids wanted, float[] to, boolean[] found) {
    int[] positions = wanted.positionsIn(ids);
    for (int i = 0; i < positions.length; i++) {
      if (positions[i] >= 0) {
        System.arraycopy(factors, positions[i] * rank, to, i * rank, rank);
        found[i] = true;
      }
    }
  }

  /** The rows of those of {@code wanted} that are here. */
  public FactorBlock select(Ids wanted) {
    int[] positions = wanted.positionsIn(ids);
    int[] found = Arrays.stream(positions).filter(position -> position >= 0).toArray();
    if (found.length == ids.size()) {
      return this;
    }
    return select(found);
  }

  /** These rows by the block of their ids, when there are {@code blocks} of them. */
  List<FactorBlock> partition(int blocks) {
    int[] block = new int[ids.size()];
    int[] counts = new int[blocks];
    for (int i = 0; i < block.length; i++) {
      block[i] = ids.block(i, blocks);
      counts[block[i]]++;
    }
    List<FactorBlock> parts = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      int[] rows = new int[counts[b]];
      float[] part = new float[counts[b] * rank];
      int n = 0;
      for (int i = 0; n < rows.length; i++) {
        if (block[i] == b) {
          System.arraycopy(factors, i * rank, part, n * rank, rank);
          rows[n++] = i;
        }
      }
      parts.add(new FactorBlock(ids.select(rows), rank, part));
    }
    return parts;
  }

  /**
   * All rows of some blocks, which may be none, as one block.
   *
   * @param blocks iterated over once
   * @throws RunException naming the id if one is in two blocks
   */
  public static FactorBlock concatenate(Iterable<FactorBlock> blocks, int rank) {
    List<FactorBlock> parts = new ArrayList<>();
    blocks.forEach(parts::add);
    if (parts.size() == 1) {
      return parts.get(0);
    }
    Ids all = Ids.union(parts.stream().map(FactorBlock::ids).toList());
    float[] rows = new float[Math.multiplyExact(all.size(), rank)];
    boolean[] taken = new boolean[all.size()];
    for (FactorBlock block : parts) {
      int[] positions = block.ids.positionsIn(all);
      for (int i = 0; i < positions.length; i++) {
        if (taken[positions[i]]) {
          throw new RunException(
              "the model cannot be used: id " + block.ids.get(i) + " has two rows of factors");
        }
        taken[positions[i]] = true;
        System.arraycopy(block.factors, i * rank, rows, positions[i] * rank, rank);
      }
    }
    return new FactorBlock(all, rank, rows);
  }

  /** The first columns of all rows. */
  FactorBlock keepColumns(int columns) {
    float[] kept = new float[Math.multiplyExact(ids.size(), columns)];
    for (int i = 0; i < ids.size(); i++) {
      System.arraycopy(factors, i * rank, kept, i * columns, columns);
    }
    return new FactorBlock(ids, columns, kept);
  }

  /** All rows of both; of an id that both have, the row of this. */
  FactorBlock over(FactorBlock other) {
    Ids all = Ids.union(List.of(ids, other.ids));
    float[] rows = new float[Math.multiplyExact(all.size(), rank)];
    boolean[] found = new boolean[all.size()];
    other.copyRows(all, rows, found);
    copyRows(all, rows, found);
    return new FactorBlock(all, rank, rows);
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

    /** Has Beam find this coder by itself. */
    public static CoderProvider getCoderProvider() {
      return CoderProviders.forCoder(TypeDescriptor.of(FactorBlock.class), INSTANCE);
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
