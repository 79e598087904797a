package dev.beamals.blocks;

/**
 * How a block of ratings and those of the other side refer to each other's rows, by their order
 * alone.
 *
 * <p>Block u of a side has ratings of some ids of block i of the other: in the order of ids, they
 * are the rows of block i that have a rating of block u, in the order of these rows. So the k-th
 * neighbour of u in i has the k-th row of i that u needs, and each of the two knows its part of
 * this without a word from the other. No id has to travel with the factors.
 */
public final class Links {
  private final int srcBlocks;
  private final int number;
  private final long[][] needed;
  private final int[] neighbours;
  private final int[] starts;

  /**
   * @param block not empty
   * @param srcBlocks how many blocks its side has
   * @param dstBlocks how many blocks the other side has
   */
  Links(RatingBlock block, int srcBlocks, int dstBlocks) {
    this.srcBlocks = srcBlocks;
    this.number = block.src().block(0, srcBlocks);
    int[] blockOf = new int[block.dst().size()];
    this.starts = new int[dstBlocks + 1];
    for (int d = 0; d < blockOf.length; d++) {
      blockOf[d] = block.dst().block(d, dstBlocks);
      starts[blockOf[d] + 1]++;
    }
    for (int b = 0; b < dstBlocks; b++) {
      starts[b + 1] += starts[b];
    }
    int[] next = starts.clone();
    this.neighbours = new int[blockOf.length];
    for (int d = 0; d < blockOf.length; d++) {
      neighbours[next[blockOf[d]]++] = d;
    }
    int rows = block.src().size();
    this.needed = new long[dstBlocks][(rows + 63) / 64];
    for (int s = 0; s < rows; s++) {
      for (int p = block.offsets()[s]; p < block.offsets()[s + 1]; p++) {
        needed[blockOf[block.neighbours()[p]]][s >>> 6] |= 1L << s;
      }
    }
  }

  /** How many blocks the side of this block has. */
  public int srcBlocks() {
    return srcBlocks;
  }

  boolean isOf(int srcBlocks, int dstBlocks) {
    return this.srcBlocks == srcBlocks && needed.length == dstBlocks;
  }

  /** The number of this block among those of its side. */
  public int number() {
    return number;
  }

  /**
   * For each block of the other side which rows of this block it needs: bit {@code s & 63} of
   * element {@code s >>> 6} for row s. Not to be written to.
   */
  public long[][] needed() {
    return needed;
  }

  /** How many neighbours there are in a block of the other side. */
  public int count(int dstBlock) {
    return starts[dstBlock + 1] - starts[dstBlock];
  }

  /** The k-th neighbour in a block of the other side, an index in {@link RatingBlock#dst}. */
  public int neighbour(int dstBlock, int k) {
    return neighbours[starts[dstBlock] + k];
  }

  /** All neighbours. */
  public int count() {
    return neighbours.length;
  }
}
