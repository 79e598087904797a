package dev.beamals.model;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.files.FileDigest;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * SHA-256 over all factors as they stand in the files of a model: equal for equal factors, however
 * they are spread over files.
 *
 * <p>Users first, then items, each in the order of {@link Ids}; for a row: the side (0 user, 1
 * item), the id (0 and four bytes for an int; 1, its length in UTF-8 and that for another) and the
 * bits of the factors; numbers are big-endian.
 */
final class FactorsDigest {
  private final MessageDigest sha256 = FileDigest.newSha256();
  private long rows;
  private boolean intIds = true;
  private boolean complete = true;

  /**
   * Adds one side.
   *
   * @param files each of them sorted by id
   * @throws RunException naming a file that is not of {@code rank} finite factors a row
   */
  void add(Side side, List<String> files, int rank) {
    List<FactorReader> readers = new ArrayList<>();
    try {
      PriorityQueue<Rows> next =
          new PriorityQueue<>((a, b) -> Ids.compare(a.block.ids(), a.row, b.block.ids(), b.row));
      for (String file : files) {
        FactorReader reader = new FactorReader(file);
        readers.add(reader);
        complete &= reader.parts() == files.size();
        Iterator<FactorBlock> blocks = reader.read(rank);
        if (blocks.hasNext()) {
          next.add(new Rows(blocks));
        }
      }
      complete &= !files.isEmpty();
      rows = 0;
      intIds = true;
      for (Rows file = next.poll(); file != null; file = next.poll()) {
        add(side, file.block, file.row);
        if (file.next()) {
          next.add(file);
        }
      }
    } finally {
      readers.forEach(FactorReader::close);
    }
  }

  /** The rows of a file, one after the other. */
  private static final class Rows {
    private final Iterator<FactorBlock> blocks;
    private FactorBlock block;
    private int row;

    Rows(Iterator<FactorBlock> blocks) {
      this.blocks = blocks;
      this.block = blocks.next();
    }

    /** Moves to the next row; false after the last. */
    boolean next() {
      if (++row < block.ids().size()) {
        return true;
      }
      row = 0;
      if (!blocks.hasNext()) {
        return false;
      }
      block = blocks.next();
      return true;
    }
  }

  private void add(Side side, FactorBlock block, int i) {
    Ids ids = block.ids();
    byte[] text = ids.isInt(i) ? new byte[0] : ids.utf8(i);
    ByteBuffer row = ByteBuffer.allocate(6 + text.length + 4 * block.rank());
    row.put((byte) side.ordinal());
    if (ids.isInt(i)) {
      row.put((byte) 0).putInt(ids.intAt(i));
    } else {
      row.put((byte) 1).putInt(text.length).put(text);
    }
    row.asFloatBuffer().put(block.factors(), i * block.rank(), block.rank());
    sha256.update(row.array(), 0, row.position() + 4 * block.rank());
    rows++;
    intIds &= ids.isInt(i);
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
