package dev.beamals.als;

import java.io.Serializable;

/**
 * How many pairs of a user and an item are cold: one of them has no factors.
 *
 * @param users pairs whose user has none, while the item has
 * @param items pairs whose item has none, while the user has
 * @param both pairs of which neither has any
 */
public record ColdPairs(long users, long items, long both) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** No pair. */
  public static final ColdPairs NONE = new ColdPairs(0, 0, 0);

  /** All of them. */
  public long total() {
    return users + items + both;
  }

  /** Those of both. */
  public ColdPairs plus(ColdPairs other) {
    return new ColdPairs(users + other.users, items + other.items, both + other.both);
  }

  /** Counts pairs one by one. */
  public static final class Counter {
    private long users;
    private long items;
    private long both;

    /** Counts a pair, which may have factors. */
    public void add(boolean userKnown, boolean itemKnown) {
      if (!userKnown && !itemKnown) {
        both++;
      } else if (!userKnown) {
        users++;
      } else if (!itemKnown) {
        items++;
      }
    }

    /** Those that were counted. */
    public ColdPairs finish() {
      return new ColdPairs(users, items, both);
    }
  }
}
