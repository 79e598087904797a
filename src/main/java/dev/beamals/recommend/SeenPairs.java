package dev.beamals.recommend;

import dev.beamals.ratings.ArrayCoding;
import dev.beamals.ratings.Ids;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.Side;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.CustomCoder;

/**
 * Some pairs that were seen: a number for each, in rows by user.
 *
 * <p>User {@code users().get(u)} has seen the items {@code items().get(item()[p])} for {@code p}
 * from {@code offsets()[u]} to {@code offsets()[u + 1]}, in no order, some perhaps twice.
 * Immutable; the arrays are not to be written to.
 */
record SeenPairs(Ids users, Ids items, int[] offsets, int[] item) {

  /**
   * The pairs of a batch by the block of their user, when there are {@code blocks} of them.
   *
   * @return for each block its pairs, which may be none
   */
  static List<SeenPairs> partition(RatingBatch batch, int blocks) {
    Ids users = batch.ids(Side.USER);
    int[] user = batch.index(Side.USER);
    int[] counts = new int[users.size()];
    for (int u : user) {
      counts[u]++;
    }
    int[] block = new int[users.size()];
    int[] next = new int[users.size()]; // where its next item goes among those of its block
    int[] usersOf = new int[blocks];
    int[] pairsOf = new int[blocks];
    for (int u = 0; u < block.length; u++) {
      int b = users.block(u, blocks);
      block[u] = b;
      next[u] = pairsOf[b];
      usersOf[b]++;
      pairsOf[b] += counts[u];
    }
    int[][] selected = new int[blocks][];
    int[][] offsets = new int[blocks][];
    int[][] item = new int[blocks][];
    for (int b = 0; b < blocks; b++) {
      selected[b] = new int[usersOf[b]];
      offsets[b] = new int[usersOf[b] + 1];
      item[b] = new int[pairsOf[b]];
      usersOf[b] = 0;
    }
    for (int u = 0; u < block.length; u++) {
      int b = block[u];
      int n = usersOf[b]++;
      selected[b][n] = u;
      offsets[b][n + 1] = offsets[b][n] + counts[u];
    }
    int[] items = batch.index(Side.ITEM);
    for (int r = 0; r < user.length; r++) {
      int u = user[r];
      item[block[u]][next[u]++] = items[r];
    }
    List<SeenPairs> parts = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      Ids used = RatingBatch.keepUsed(batch.ids(Side.ITEM), item[b]);
      parts.add(new SeenPairs(users.select(selected[b]), used, offsets[b], item[b]));
    }
    return parts;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SeenPairs
        && users.equals(((SeenPairs) other).users)
        && items.equals(((SeenPairs) other).items)
        && Arrays.equals(offsets, ((SeenPairs) other).offsets)
        && Arrays.equals(item, ((SeenPairs) other).item);
  }

  @Override
  public int hashCode() {
    return 31 * users.hashCode() + Arrays.hashCode(item);
  }

  /** Arrays in bulk; deterministic. */
  static final class Coder extends CustomCoder<SeenPairs> {
    private static final long serialVersionUID = 1L;
    private static final Coder INSTANCE = new Coder();

    static Coder of() {
      return INSTANCE;
    }

    @Override
    public void encode(SeenPairs pairs, OutputStream out) throws IOException {
      ArrayCoding.write(pairs.users, out);
      ArrayCoding.write(pairs.items, out);
      ArrayCoding.write(pairs.offsets, out);
      ArrayCoding.write(pairs.item, out);
    }

    @Override
    public SeenPairs decode(InputStream in) throws IOException {
      return new SeenPairs(
          ArrayCoding.readIds(in),
          ArrayCoding.readIds(in),
          ArrayCoding.readInts(in),
          ArrayCoding.readInts(in));
    }

    @Override
    public void verifyDeterministic() {}
  }
}
