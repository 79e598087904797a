package dev.beamals.report;

import dev.beamals.ids.Ids;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which users of a model a page looks at: a share of all, drawn by the hash of their ids and so the
 * same in every run, and those that somebody asked for.
 */
final class UserSample implements Serializable {
  private static final long serialVersionUID = 1L;

  private final double share;
  private final Set<String> wanted;

  private UserSample(double share, Set<String> wanted) {
    this.share = share;
    this.wanted = wanted;
  }

  /**
   * @param most about how many of {@code users} are drawn; all where there are no more
   * @param wanted users to look at beside them
   */
  static UserSample of(long most, long users, List<String> wanted) {
    return new UserSample(users <= most ? 1 : (double) most / users, new HashSet<>(wanted));
  }

  /** Whether a user was drawn. */
  boolean isDrawn(Ids users, int index) {
    return place(users, index) < share;
  }

  /** Whether somebody asked for a user. */
  boolean isWanted(Ids users, int index) {
    return wanted.contains(users.get(index));
  }

  /** Whether it is in the sample: drawn, or asked for. */
  boolean has(Ids users, int index) {
    return isDrawn(users, index) || isWanted(users, index);
  }

  /** Whether users were asked for. */
  boolean hasWanted() {
    return !wanted.isEmpty();
  }

  /** Where a user is drawn from: a number from 0 to below 1. */
  static double place(Ids users, int index) {
    return (users.hash(index) >>> 11) * 0x1p-53;
  }
}
