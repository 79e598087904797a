package dev.beamals.model;

import dev.beamals.ids.Side;
import java.io.Serializable;

/**
 * What the files of factors of a model hold.
 *
 * @param users how many users have factors
 * @param items how many items have factors
 * @param intUsers whether the ids of all users are ints
 * @param intItems whether the ids of all items are ints
 * @param digest SHA-256 over all factors, in hexadecimal: equal for equal factors, however they are
 *     spread over files
 */
public record FactorsSummary(
    long users, long items, boolean intUsers, boolean intItems, String digest)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** How many ids of a side have factors. */
  public long rows(Side side) {
    return side == Side.USER ? users : items;
  }
}
