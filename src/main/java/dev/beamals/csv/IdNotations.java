package dev.beamals.csv;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;

/**
 * How the ids of a column were written, other than as plain digits.
 *
 * @param converted how many rows had a number in another notation than its usual one
 * @param texts how many rows had no number
 */
record IdNotations(long converted, long texts) implements Serializable {
  static final IdNotations NONE = new IdNotations(0, 0);

  IdNotations plus(IdNotations other) {
    return new IdNotations(converted + other.converted, texts + other.texts);
  }

  void write(DataOutputStream out) throws IOException {
    out.writeLong(converted);
    out.writeLong(texts);
  }

  static IdNotations read(DataInputStream in) throws IOException {
    return new IdNotations(in.readLong(), in.readLong());
  }
}
