package dev.beamals.model;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.files.ParquetFile;
import dev.beamals.ids.Ids;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.Iterators;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReadStore;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Reads one file of factors, of ours or of Spark MLlib's, column by column, and trusts nothing in
 * it: every row must have an id, and rank factors that are finite numbers.
 *
 * <p>Every failure is a {@link RunException} that names the file.
 */
final class FactorReader implements Closeable {
  /** Rows in a block: what is held at a time beside the row group as stored. */
  static final int BLOCK_ROWS = 8192;

  private final String name;
  private final ParquetFileReader file;
  private final MessageType schema;
  private final boolean intIds;
  private final ColumnDescriptor features;

  FactorReader(String name) {
    this.name = name;
    try {
      file = ParquetFile.open(FileSystems.matchNewResource(name, false));
    } catch (IOException | RuntimeException e) {
      throw ParquetFile.damaged(name, e);
    }
    schema = file.getFileMetaData().getSchema();
    Boolean ints = idType(schema);
    if (ints == null) {
      close();
      throw new RunException(
          String.format(
              "%s: not a file of factors; expected the columns id (int or string) and features"
                  + " (array of float), found %s",
              name, schema.toString().replaceAll("\\s+", " ").strip()));
    }
    intIds = ints;
    features =
        schema.getColumns().stream()
            .filter(column -> column.getPath()[0].equals("features"))
            .findFirst()
            .orElseThrow();
  }

  /** Whether ids are ints (or strings), or null if this is not a schema of factors. */
  private static @Nullable Boolean idType(MessageType schema) {
    if (schema.getFieldCount() != 2
        || schema.getColumns().size() != 2
        || !schema.containsField("id")
        || !schema.containsField("features")) {
      return null;
    }
    Type id = schema.getType("id");
    Type features = schema.getType("features");
    if (!id.isPrimitive()
        || id.isRepetition(Type.Repetition.REPEATED)
        || features.isPrimitive()
        || features.isRepetition(Type.Repetition.REPEATED)) {
      return null;
    }
    for (ColumnDescriptor column : schema.getColumns()) {
      if (column.getPath()[0].equals("features")
          && (column.getMaxRepetitionLevel() != 1
              || column.getPrimitiveType().getPrimitiveTypeName() != PrimitiveTypeName.FLOAT)) {
        return null;
      }
    }
    switch (id.asPrimitiveType().getPrimitiveTypeName()) {
      case INT32:
        return true;
      case BINARY:
        return false;
      default:
        return null;
    }
  }

  boolean intIds() {
    return intIds;
  }

  /** The number of rows, as the file's footer has it. */
  long rows() {
    return file.getRecordCount();
  }

  /** The number of files that its side has, or 0 where it does not tell, as with Spark MLlib. */
  long parts() {
    return FactorsParquet.parts(file);
  }

  int rowGroups() {
    return file.getRowGroups().size();
  }

  /**
   * Reads a row group.
   *
   * @param rank what every row must have
   * @param out gets blocks of at most {@value #BLOCK_ROWS} rows
   */
  void read(int rowGroup, int rank, Consumer<FactorBlock> out) {
    open(rowGroup, rank).forEachRemaining(out);
  }

  /**
   * Reads the whole file, a row group at a time as blocks are asked for.
   *
   * @param rank what every row must have
   */
  Iterator<FactorBlock> read(int rank) {
    return Iterators.concat(
        Iterators.transform(
            IntStream.range(0, rowGroups()).iterator(), group -> open(group, rank)));
  }

  private RowGroup open(int rowGroup, int rank) {
    try {
      PageReadStore pages = file.readRowGroup(rowGroup);
      long rows = pages.getRowCount();
      PlainFactors plain = null;
      if (!hasDictionary(rowGroup)) {
        plain = PlainFactors.of(pages.getPageReader(features), features, rows, rank);
        if (plain == null) { // its pages are gone
          pages = file.readRowGroup(rowGroup);
        }
      }
      ColumnReadStore columns = ParquetFile.columns(file, pages, schema);
      ColumnReader id = columns.getColumnReader(schema.getColumnDescription(new String[] {"id"}));
      ColumnReader factor = plain == null ? columns.getColumnReader(features) : null;
      return new RowGroup(id, factor, plain, rows, rank);
    } catch (IOException | RuntimeException e) {
      throw ParquetFile.damaged(name, e);
    }
  }

  /** The blocks of a row group. */
  private final class RowGroup implements Iterator<FactorBlock> {
    private final ColumnReader id;
    private final @Nullable ColumnReader factor;
    private final @Nullable PlainFactors plain;
    private final int rank;
    private long left;

    /**
     * @param factor where factors come from if not from {@code plain}
     */
    RowGroup(
        ColumnReader id,
        @Nullable ColumnReader factor,
        @Nullable PlainFactors plain,
        long rows,
        int rank) {
      this.id = id;
      this.factor = factor;
      this.plain = plain;
      this.rank = rank;
      this.left = rows;
    }

    @Override
    public boolean hasNext() {
      return left > 0;
    }

    @Override
    public FactorBlock next() {
      if (left == 0) {
        throw new NoSuchElementException();
      }
      int rows = (int) Math.min(left, BLOCK_ROWS);
      left -= rows;
      try {
        return readBlock(id, factor, plain, rows, rank);
      } catch (RunException e) {
        throw e;
      } catch (RuntimeException e) {
        throw ParquetFile.damaged(name, e);
      }
    }
  }

  /** Whether the factors have a dictionary, as those of Spark mostly do. */
  private boolean hasDictionary(int rowGroup) {
    return file.getRowGroups().get(rowGroup).getColumns().stream()
        .anyMatch(
            chunk ->
                Arrays.equals(chunk.getPath().toArray(), features.getPath())
                    && chunk.hasDictionaryPage());
  }

  private FactorBlock readBlock(
      ColumnReader id,
      @Nullable ColumnReader factor,
      @Nullable PlainFactors plain,
      int rows,
      int rank) {
    int[] ints = new int[intIds ? rows : 0];
    String[] strings = new String[intIds ? 0 : rows];
    float[] factors = new float[Math.multiplyExact(rows, rank)];
    int idLevel = id.getDescriptor().getMaxDefinitionLevel();
    if (plain != null) {
      plain.read(factors);
    }
    for (int row = 0; row < rows; row++) {
      if (id.getCurrentDefinitionLevel() < idLevel) {
        throw new RunException(name + ": has a row without an id");
      }
      if (intIds) {
        ints[row] = id.getInteger();
      } else {
        strings[row] = id.getBinary().toStringUsingUTF8();
      }
      id.consume();
      int count = factor == null ? rank : readRow(factor, factors, row * rank, rank);
      boolean finite = allFinite(factors, row * rank, (row + 1) * rank);
      if (count != rank || !finite) {
        throw new RunException(
            String.format(
                "%s: id %s has %s; expected %d finite factors, the rank of the model",
                name,
                intIds ? Integer.toString(ints[row]) : strings[row],
                count != rank ? count + " factors" : "a factor that is not a finite number",
                rank));
      }
    }
    return sorted(intIds ? Ids.of(ints) : Ids.of(strings), ints, strings, rank, factors);
  }

  private static boolean allFinite(float[] factors, int from, int to) {
    boolean finite = true;
    for (int k = from; k < to; k++) {
      finite &= Float.isFinite(factors[k]);
    }
    return finite;
  }

  /** Reads a row of any length into {@code factors[at, at + rank)}; returns its length. */
  private int readRow(ColumnReader factor, float[] factors, int at, int rank) {
    int count = 0;
    do {
      if (factor.getCurrentDefinitionLevel() == features.getMaxDefinitionLevel()) {
        float value = factor.getFloat();
        if (count < rank) {
          factors[at + count] = value;
        }
        count++;
      }
      factor.consume();
    } while (factor.getCurrentRepetitionLevel() > 0);
    return count;
  }

  /** Puts rows in the order of their ids; ours are, MLlib's need not be. */
  private FactorBlock sorted(Ids ids, int[] ints, String[] strings, int rank, float[] factors) {
    int rows = intIds ? ints.length : strings.length;
    boolean inOrder = ids.size() == rows;
    for (int i = 0; inOrder && i < rows; i++) {
      inOrder = intIds ? ids.intAt(i) == ints[i] : ids.get(i).equals(strings[i]);
    }
    if (inOrder) {
      return new FactorBlock(ids, rank, factors);
    }
    Map<Object, Integer> places = new HashMap<>();
    for (int row = 0; row < rows; row++) {
      Object id = intIds ? (Object) ints[row] : strings[row];
      if (places.put(id, row) != null) {
        throw new RunException(name + ": id " + id + " has two rows of factors");
      }
    }
    float[] inPlace = new float[factors.length];
    for (int i = 0; i < rows; i++) {
      Object id = intIds ? (Object) ids.intAt(i) : ids.get(i);
      int row = places.getOrDefault(id, -1);
      System.arraycopy(factors, row * rank, inPlace, i * rank, rank);
    }
    return new FactorBlock(ids, rank, inPlace);
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      // It was only read.
    }
  }
}
