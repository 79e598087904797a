package dev.beamals.csv;

import java.nio.charset.StandardCharsets;

/** What makes two ids of a column one. */
public enum IdType {
  /**
   * Where all ids of the column are numbers, their value: {@code 1}, {@code 1.0} and {@code 1e0}
   * are one. Where they are not, ids are as they are written, and a column with both texts and
   * numbers in more than one notation is refused, as {@link MixedIdsException} tells.
   */
  AUTO,
  /** Ids are as they are written. */
  STRING,
  /** Ids are whole numbers; a row with another cannot be read. */
  INT,
  /** Numbers by their value, beside texts: for ids that are looked up among those of a model. */
  LOOKED_UP;

  /** An id by its value where it is a number, in its usual notation; else as it is. */
  public static String byValue(String id) {
    byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    String number = NumberText.canonical(bytes, 0, bytes.length);
    return number == null ? id : number;
  }
}
