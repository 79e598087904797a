package dev.beamals.model;

import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.beam.sdk.io.fs.ResourceId;

/**
 * SHA-256 over all factors as they stand in the files of a model: equal for equal factors, however
 * they are spread over files.
 *
 * <p>Users first, then items, each in the order of {@link Ids}; for a row: the side (0 user, 1
 * item), the id (0 and four bytes for an int; 1, its length in UTF-8 and that for another) and the
 * bits of the factors; numbers are big-endian.
 */
final class FactorsDigest {
  private final MessageDigest sha256;
  private long rows;
  private boolean intIds = true;
  private boolean complete = true;

  FactorsDigest() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** Adds one side: its files, each of them sorted by id. */
  void add(Side side, List<ResourceId> files) throws IOException {
    List<FactorsParquet.Reader> readers = new ArrayList<>();
    try {
      PriorityQueue<FactorsParquet.Reader> next =
          new PriorityQueue<>((a, b) -> Ids.compare(a.id(), 0, b.id(), 0));
      for (ResourceId file : files) {
        FactorsParquet.Reader reader = new FactorsParquet.Reader(file);
        readers.add(reader);
        complete &= reader.parts() == files.size();
        if (reader.next()) {
          next.add(reader);
        }
      }
      complete &= !files.isEmpty();
      rows = 0;
      intIds = true;
      for (FactorsParquet.Reader row = next.poll(); row != null; row = next.poll()) {
        add(side, row.id(), row.factors());
        if (row.next()) {
          next.add(row);
        }
      }
    } finally {
      for (FactorsParquet.Reader reader : readers) {
        reader.close();
      }
    }
  }

  private void add(Side side, Ids id, float[] factors) {
    byte[] text = id.isInt(0) ? new byte[0] : id.get(0).getBytes(StandardCharsets.UTF_8);
    ByteBuffer row = ByteBuffer.allocate(6 + text.length + 4 * factors.length);
    row.put((byte) side.ordinal());
    if (id.isInt(0)) {
      row.put((byte) 0).putInt(id.intAt(0));
    } else {
      row.put((byte) 1).putInt(text.length).put(text);
    }
    for (float factor : factors) {
      row.putInt(Float.floatToRawIntBits(factor));
    }
    sha256.update(row.array());
    rows++;
    intIds &= id.isInt(0);
  }

  /** The number of rows of the side added last. */
  long rows() {
    return rows;
  }

  /** Whether all ids of the side added last are ints. */
  boolean intIds() {
    return intIds;
  }

  /** Whether no file is missing of the sides that were added. */
  boolean complete() {
    return complete;
  }

  /** The digest in hexadecimal; nothing may be added after. */
  String hex() {
    return HexFormat.of().formatHex(sha256.digest());
  }
}
