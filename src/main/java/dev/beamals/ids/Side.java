package dev.beamals.ids;

/** The two sides of a rating. */
public enum Side {
  USER,
  ITEM;

  public Side other() {
    return this == USER ? ITEM : USER;
  }
}
