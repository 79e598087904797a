package dev.beamals.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridDecoder;
import org.jspecify.annotations.Nullable;

/**
 * The factors of a row group that is stored as ours are: every row of the same length, nothing
 * missing, all floats as they are. They are then one run of floats, and are taken in bulk, several
 * times as fast as value by value through the column reader of Parquet.
 *
 * <p>Source: the Parquet format, "Data pages" (repetition levels, definition levels, values) and
 * "Run Length Encoding / Bit-Packing Hybrid".
 */
final class PlainFactors {
  private final Deque<FloatBuffer> values = new ArrayDeque<>();

  private PlainFactors() {}

  /**
   * Looks at all pages of a row group.
   *
   * @return null for a row group that is stored in any other way, or has rows of other lengths
   */
  static @Nullable PlainFactors of(PageReader pages, ColumnDescriptor column, long rows, int rank)
      throws IOException {
    if (pages.readDictionaryPage() != null || pages.getTotalValueCount() != rows * rank) {
      return null;
    }
    PlainFactors factors = new PlainFactors();
    long value = 0;
    for (DataPage page = pages.readPage(); page != null; page = pages.readPage()) {
      if (!(page instanceof DataPageV1) || !factors.add((DataPageV1) page, column, value, rank)) {
        return null;
      }
      value += page.getValueCount();
    }
    return value == rows * rank ? factors : null;
  }

  /** Adds a page whose first value is value number {@code from}, if it is of whole rows. */
  private boolean add(DataPageV1 page, ColumnDescriptor column, long from, int rank)
      throws IOException {
    if (page.getRlEncoding() != Encoding.RLE
        || page.getDlEncoding() != Encoding.RLE
        || page.getValueEncoding() != Encoding.PLAIN) {
      return false;
    }
    ByteBuffer bytes = page.getBytes().toByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    RunLengthBitPackingHybridDecoder repetition = levels(bytes, column.getMaxRepetitionLevel());
    levels(bytes, column.getMaxDefinitionLevel()); // nothing is missing where all values are there
    int count = page.getValueCount();
    int place = (int) (from % rank); // in its row; the first of a row repeats nothing
    boolean whole = bytes.remaining() == count * Float.BYTES;
    for (int i = 0; i < count; i++) {
      whole &= repetition.readInt() == (place == 0 ? 0 : 1);
      place = place + 1 == rank ? 0 : place + 1;
    }
    values.add(bytes.asFloatBuffer());
    return whole;
  }

  /** Takes levels off the beginning of a page: their length in bytes, then they. */
  private static RunLengthBitPackingHybridDecoder levels(ByteBuffer page, int max) {
    int length = page.getInt();
    ByteBuffer levels = page.slice(page.position(), length);
    page.position(page.position() + length);
    return new RunLengthBitPackingHybridDecoder(
        BytesUtils.getWidthFromMaxInt(max), ByteBufferInputStream.wrap(levels));
  }

  /** Takes the next {@code factors.length} floats. */
  void read(float[] factors) {
    for (int n = 0; n < factors.length; ) {
      FloatBuffer next = values.element();
      int length = Math.min(factors.length - n, next.remaining());
      next.get(factors, n, length);
      n += length;
      if (!next.hasRemaining()) {
        values.remove();
      }
    }
  }
}
