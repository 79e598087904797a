package dev.beamals.recommend;

import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.ArrayCoding;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.CustomCoder;

/**
 * Some pairs, as those that were seen: a byte or two for each, in rows by user.
 *
 * <p>What user {@code users().get(u)} has seen is in {@code gaps} from {@code offsets[u]} to {@code
 * offsets[u + 1]}: the indices in {@code items} of its items, ascending, some perhaps twice, each
 * as its distance to the one before it (the first to 0). A distance is written in groups of seven
 * bits, the lowest first, and all bytes but its last have the eighth bit set. Immutable; the arrays
 * are not to be written to.
 *
 * <p>Source: Witten, Moffat and Bell, "Managing Gigabytes", 1999 (gaps in inverted lists).
 */
public record SeenPairs(Ids users, Ids items, int[] offsets, byte[] gaps) {
  /** Bytes of a gap at most. */
  private static final int MAX_BYTES = 5;

  /**
   * The pairs of a batch by the block of their user, when there are {@code blocks} of them.
   *
   * @return for each block its pairs, which may be none
   */
  static List<SeenPairs> partition(RatingBatch batch, int blocks) {
    Ids users = batch.ids(Side.USER);
    int[] counts = count(batch.index(Side.USER), users.size());
    int[] block = new int[users.size()];
    int[] usersOf = new int[blocks];
    int[] from = new int[blocks + 1]; // where the items of a block begin
    for (int u = 0; u < block.length; u++) {
      block[u] = users.block(u, blocks);
      usersOf[block[u]]++;
      from[block[u] + 1] += counts[u];
    }
    int[][] selected = new int[blocks][];
    int[][] offsets = new int[blocks][];
    for (int b = 0; b < blocks; b++) {
      from[b + 1] += from[b];
      selected[b] = new int[usersOf[b]];
      offsets[b] = new int[usersOf[b] + 1];
      usersOf[b] = 0;
    }
    int[] next = new int[users.size()]; // where the next item of a user goes
    for (int u = 0; u < block.length; u++) {
      int b = block[u];
      int n = usersOf[b]++;
      selected[b][n] = u;
      next[u] = from[b] + offsets[b][n];
      offsets[b][n + 1] = offsets[b][n] + counts[u];
    }
    int[] items = scatter(batch.index(Side.ITEM), batch.index(Side.USER), next);
    List<SeenPairs> parts = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      int[] item = Arrays.copyOfRange(items, from[b], from[b + 1]);
      Ids used = RatingBatch.keepUsed(batch.ids(Side.ITEM), item);
      parts.add(pack(users.select(selected[b]), used, offsets[b], item));
    }
    return parts;
  }

  /**
   * The pairs of a block of users by the block of their user, when there are {@code blocks} of
   * them. Every user stays, also one that has no pair left.
   *
   * @param from the least rating of the pairs that are kept
   */
  public static List<SeenPairs> partition(RatingBlock ratings, float from, int blocks) {
    Ids users = ratings.src();
    int[] block = new int[users.size()];
    int[] usersOf = new int[blocks];
    int[] pairsOf = new int[blocks]; // at most
    for (int u = 0; u < block.length; u++) {
      block[u] = users.block(u, blocks);
      usersOf[block[u]]++;
      pairsOf[block[u]] += ratings.offsets()[u + 1] - ratings.offsets()[u];
    }
    List<SeenPairs> parts = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      int[] selected = new int[usersOf[b]];
      int[] offsets = new int[usersOf[b] + 1];
      int[] item = new int[pairsOf[b]];
      int n = 0;
      for (int u = 0; n < selected.length; u++) {
        if (block[u] == b) {
          selected[n] = u;
          offsets[n + 1] = copyRow(ratings, u, from, item, offsets[n]);
          n++;
        }
      }
      item = Arrays.copyOf(item, offsets[n]);
      Ids used = RatingBatch.keepUsed(ratings.dst(), item);
      parts.add(pack(users.select(selected), used, offsets, item));
    }
    return parts;
  }

  /** Copies the items of a row to {@code item} from n on; returns where they end. */
  private static int copyRow(RatingBlock ratings, int u, float from, int[] item, int n) {
    for (int p = ratings.offsets()[u]; p < ratings.offsets()[u + 1]; p++) {
      if (ratings.ratings()[p] >= from) {
        item[n++] = ratings.neighbours()[p];
      }
    }
    return n;
  }

  // Each loop over pairs is a method of its own: the JVM has it compiled after a batch or two,
  // where one method of all of them is compiled again for every loop that it comes to.

  private static int[] count(int[] user, int users) {
    int[] counts = new int[users];
    for (int u : user) {
      counts[u]++;
    }
    return counts;
  }

  /**
   * @param next where the next item of each user goes. Modified.
   */
  private static int[] scatter(int[] item, int[] user, int[] next) {
    int[] items = new int[item.length];
    for (int r = 0; r < item.length; r++) {
      items[next[user[r]]++] = item[r];
    }
    return items;
  }

  /**
   * @param rows where the row of each user begins in {@code item}
   * @param item Modified: each row is sorted
   */
  private static SeenPairs pack(Ids users, Ids items, int[] rows, int[] item) {
    int[] offsets = new int[rows.length];
    byte[] gaps = new byte[item.length];
    for (int u = 0; u < users.size(); u++) {
      sort(item, rows[u], rows[u + 1]);
      int room = offsets[u] + MAX_BYTES * (rows[u + 1] - rows[u]);
      if (gaps.length < room) {
        gaps = Arrays.copyOf(gaps, room + gaps.length / 2);
      }
      offsets[u + 1] = packRow(item, rows[u], rows[u + 1], gaps, offsets[u]);
    }
    return new SeenPairs(users, items, offsets, Arrays.copyOf(gaps, offsets[users.size()]));
  }

  /** Packs {@code item[from, to)}, which ascends, into gaps from n on; returns where they end. */
  private static int packRow(int[] item, int from, int to, byte[] gaps, int n) {
    int last = 0;
    for (int p = from; p < to; p++) {
      int gap = item[p] - last;
      last = item[p];
      for (; gap > 127; gap >>>= 7) {
        gaps[n++] = (byte) (gap | 128);
      }
      gaps[n++] = (byte) gap;
    }
    return n;
  }

  /** Sorts {@code item[from, to)}, which nearly always is sorted where the input was. */
  private static void sort(int[] item, int from, int to) {
    for (int p = from + 1; p < to; p++) {
      if (item[p] < item[p - 1]) {
        Arrays.sort(item, from, to);
        return;
      }
    }
  }

  /**
   * Sets the bits of what a user has seen.
   *
   * @param positions for each of {@link #items} the bit to set, or −1
   * @param marks Modified: bit {@code i} of a row is bit {@code i % 64} of word {@code i / 64}
   * @param from the word in {@code marks} at which the row begins
   */
  void mark(int u, int[] positions, long[] marks, int from) {
    int item = 0;
    for (int p = offsets[u]; p < offsets[u + 1]; p++) {
      int gap = gaps[p];
      if (gap < 0) {
        gap &= 127;
        for (int shift = 7; ; shift += 7) {
          p++;
          gap |= (gaps[p] & 127) << shift;
          if (gaps[p] >= 0) {
            break;
          }
        }
      }
      item += gap;
      int i = positions[item];
      if (i >= 0) {
        marks[from + i / Long.SIZE] |= 1L << i; // of a shift, the low six bits count
      }
    }
  }

  /**
   * Reads the row of a user.
   *
   * @param to Modified: the indices in {@link #items} of its items, ascending, each once; has room
   *     for {@link #mostItems}
   * @return how many there are
   */
  public int read(int u, int[] to) {
    int count = 0;
    int item = 0;
    for (int p = offsets[u]; p < offsets[u + 1]; p++) {
      int gap = gaps[p] & 127;
      for (int shift = 7; gaps[p] < 0; shift += 7) {
        p++;
        gap |= (gaps[p] & 127) << shift;
      }
      item += gap;
      if (count == 0 || item != to[count - 1]) {
        to[count++] = item;
      }
    }
    return count;
  }

  /** At least the number of items of any user. */
  public int mostItems() {
    int most = 0;
    for (int u = 0; u < users.size(); u++) {
      most = Math.max(most, offsets[u + 1] - offsets[u]);
    }
    return most;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SeenPairs
        && users.equals(((SeenPairs) other).users)
        && items.equals(((SeenPairs) other).items)
        && Arrays.equals(offsets, ((SeenPairs) other).offsets)
        && Arrays.equals(gaps, ((SeenPairs) other).gaps);
  }

  @Override
  public int hashCode() {
    return 31 * users.hashCode() + Arrays.hashCode(gaps);
  }

  /** Arrays in bulk; deterministic. */
  public static final class Coder extends CustomCoder<SeenPairs> {
    private static final long serialVersionUID = 1L;
    private static final Coder INSTANCE = new Coder();

    public static Coder of() {
      return INSTANCE;
    }

    @Override
    public void encode(SeenPairs pairs, OutputStream out) throws IOException {
      ArrayCoding.write(pairs.users, out);
      ArrayCoding.write(pairs.items, out);
      ArrayCoding.write(pairs.offsets, out);
      ArrayCoding.write(pairs.gaps, out);
    }

    @Override
    public SeenPairs decode(InputStream in) throws IOException {
      return new SeenPairs(
          ArrayCoding.readIds(in),
          ArrayCoding.readIds(in),
          ArrayCoding.readInts(in),
          ArrayCoding.readBytes(in));
    }

    @Override
    public void verifyDeterministic() {}
  }
}
