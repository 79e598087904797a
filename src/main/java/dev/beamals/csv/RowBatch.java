package dev.beamals.csv;

import dev.beamals.ids.ArrayCoding;
import dev.beamals.ratings.RatingBatch;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.CustomCoder;

/**
 * The rows that begin in one chunk of a file, as read: the element between reading and cleaning.
 */
final class RowBatch {
  final String file;
  final long chunk;
  final long lines;
  final long fingerprint;
  final RatingBatch rows;
  final double[] timestamps;
  final int[] incomplete;
  final int unusable;
  final List<Reject> rejects;
  final IdNotations users;
  final IdNotations items;
  final long scaledTimes;

  /**
   * @param chunk the offset of the chunk in the file
   * @param lines how many lines begin in the chunk, the header's and empty ones too
   * @param fingerprint sum of the fingerprints of all rows
   * @param rows the rows that have a user, an item and a rating
   * @param timestamps for each of them its timestamp (seconds since the epoch), or empty
   * @param incomplete the indices of those of them that have an empty column
   * @param unusable the number of rows without a user, an item or a rating
   * @param rejects the rows that could not be read
   * @param users how their ids were written
   * @param items the same for the other side
   * @param scaledTimes how many times were in milliseconds or a smaller unit
   */
  RowBatch(
      String file,
      long chunk,
      long lines,
      long fingerprint,
      RatingBatch rows,
      double[] timestamps,
      int[] incomplete,
      int unusable,
      List<Reject> rejects,
      IdNotations users,
      IdNotations items,
      long scaledTimes) {
    this.file = file;
    this.chunk = chunk;
    this.lines = lines;
    this.fingerprint = fingerprint;
    this.rows = rows;
    this.timestamps = timestamps;
    this.incomplete = incomplete;
    this.unusable = unusable;
    this.rejects = rejects;
    this.users = users;
    this.items = items;
    this.scaledTimes = scaledTimes;
  }

  /** The same, with ratings that keep their times. */
  RowBatch withTimes() {
    return new RowBatch(
        file,
        chunk,
        lines,
        fingerprint,
        rows.withTimes(timestamps),
        timestamps,
        incomplete,
        unusable,
        rejects,
        users,
        items,
        scaledTimes);
  }

  /** Whether another is of the same place in the same file. */
  boolean isSamePlace(RowBatch other) {
    return file.equals(other.file) && chunk == other.chunk;
  }

  /** All rows, good or bad. */
  int size() {
    return rows.size() + unusable + rejects.size();
  }

  static final class Coder extends CustomCoder<RowBatch> {
    @Override
    public void encode(RowBatch batch, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      ArrayCoding.write(batch.file, out);
      data.writeLong(batch.chunk);
      data.writeLong(batch.lines);
      data.writeLong(batch.fingerprint);
      RatingBatch.Coder.of().encode(batch.rows, out);
      data.writeInt(batch.timestamps.length);
      for (double timestamp : batch.timestamps) {
        data.writeDouble(timestamp);
      }
      ArrayCoding.write(batch.incomplete, out);
      data.writeInt(batch.unusable);
      data.writeInt(batch.rejects.size());
      for (Reject reject : batch.rejects) {
        Reject.Coder.of().encode(reject, out);
      }
      batch.users.write(data);
      batch.items.write(data);
      data.writeLong(batch.scaledTimes);
    }

    @Override
    public RowBatch decode(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      String file = ArrayCoding.readString(in);
      long chunk = data.readLong();
      long lines = data.readLong();
      long fingerprint = data.readLong();
      RatingBatch rows = RatingBatch.Coder.of().decode(in);
      double[] timestamps = new double[data.readInt()];
      for (int i = 0; i < timestamps.length; i++) {
        timestamps[i] = data.readDouble();
      }
      int[] incomplete = ArrayCoding.readInts(in);
      int unusable = data.readInt();
      int count = data.readInt();
      List<Reject> rejects = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        rejects.add(Reject.Coder.of().decode(in));
      }
      return new RowBatch(
          file,
          chunk,
          lines,
          fingerprint,
          rows,
          timestamps,
          incomplete,
          unusable,
          rejects,
          IdNotations.read(data),
          IdNotations.read(data),
          data.readLong());
    }

    @Override
    public void verifyDeterministic() {}
  }
}
