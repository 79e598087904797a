package dev.beamals.recommend;

import dev.beamals.CombineAll;
import dev.beamals.NumbersCoder;
import dev.beamals.als.ColdPairs;
import dev.beamals.files.PartFile;
import dev.beamals.files.TableWriter;
import dev.beamals.files.TableWriter.Column;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.RowPlace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows with their predictions as a table: all columns of the input, then {@code prediction}.
 *
 * <p>There is a file for each block of users, named by the block; or, {@link #withOrder}, for each
 * stretch of the input. In a file rows are in the order of their places, which they must have: no
 * two are equal, and those of a batch ascend and are of one stretch.
 */
public final class WritePredictions
    extends PTransform<PCollection<List<PredictedRows>>, PCollection<WritePredictions.Counts>> {
  private static final long serialVersionUID = 1L;

  /** What the column of predictions is called. */
  public static final String PREDICTION = "prediction";

  /** The value of an id that nobody asked for yet. */
  private static final Object UNKNOWN = new Object();

  /** Chunks of the input in one file, 64 MiB: what is held at a time. */
  private static final int CHUNKS = 8;

  private final String folder;
  private final TableWriter.Format format;
  private final TableWriter.Compression compression;
  private final List<Column> columns;
  private final int user;
  private final int item;
  private final int numBlocks;
  private final boolean dropNaN;
  private final boolean inOrder;

  private WritePredictions(
      String folder,
      TableWriter.Format format,
      TableWriter.Compression compression,
      List<Column> columns,
      int user,
      int item,
      int numBlocks,
      boolean dropNaN,
      boolean inOrder) {
    this.folder = folder;
    this.format = format;
    this.compression = compression;
    this.columns = columns;
    this.user = user;
    this.item = item;
    this.numBlocks = numBlocks;
    this.dropNaN = dropNaN;
    this.inOrder = inOrder;
  }

  /**
   * @param folder with its last slash
   * @param columns those before the prediction: of ids, and in their order those of the texts of
   *     rows, which may be null
   * @param user the index of the column of users
   * @param item the index of the column of items
   * @param numBlocks the number of blocks that users are spread over
   */
  public static WritePredictions to(
      String folder,
      TableWriter.Format format,
      List<Column> columns,
      int user,
      int item,
      int numBlocks) {
    return new WritePredictions(
        folder,
        format,
        TableWriter.Compression.snappy,
        List.copyOf(columns),
        user,
        item,
        numBlocks,
        false,
        false);
  }

  /** Compresses Parquet otherwise than by snappy. */
  public WritePredictions withCompression(TableWriter.Compression with) {
    return new WritePredictions(
        folder, format, with, columns, user, item, numBlocks, dropNaN, inOrder);
  }

  /** Leaves out rows without a prediction. */
  public WritePredictions withDropNaN(boolean dropNaN) {
    return new WritePredictions(
        folder, format, compression, columns, user, item, numBlocks, dropNaN, inOrder);
  }

  /** Writes rows in the order of the input: files by their names, and rows in a file. */
  public WritePredictions withOrder(boolean inOrder) {
    return new WritePredictions(
        folder, format, compression, columns, user, item, numBlocks, dropNaN, inOrder);
  }

  /** The columns, in their order. */
  public List<Column> columns() {
    List<Column> all = new ArrayList<>(columns);
    all.add(new Column(PREDICTION, Float.class));
    return all;
  }

  /**
   * What was written.
   *
   * @param pairs how many there are, those that were left out too
   * @param cold how many of them have no factors for their user or item
   */
  public record Counts(long pairs, ColdPairs cold) {
    private static final Counts NONE = new Counts(0, ColdPairs.NONE);

    /** For {@link dev.beamals.files.ResultFile}. */
    public static Coder<Counts> coder() {
      return NumbersCoder.of(Counts.class);
    }

    private Counts plus(Counts other) {
      return new Counts(pairs + other.pairs, cold.plus(other.cold));
    }
  }

  @Override
  public PCollection<Counts> expand(PCollection<List<PredictedRows>> blocks) {
    PCollection<Counts> counts =
        inOrder
            ? blocks
                .apply("KeyByStretch", ParDo.of(new KeyFn()))
                .setCoder(KvCoder.of(VarLongCoder.of(), new PredictedRows.Coder()))
                .apply("GroupByStretch", GroupByKey.create())
                .apply("WriteStretches", ParDo.of(new WriteStretchFn(this)))
            : blocks.apply("WriteBlocks", ParDo.of(new WriteBlockFn(this)));
    return counts
        .setCoder(Counts.coder())
        .apply("SumCounts", CombineAll.create(Counts.NONE, Counts::plus));
  }

  /** Gives rows the first place of their stretch of the input. */
  static final class KeyFn extends DoFn<List<PredictedRows>, KV<Long, PredictedRows>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(
        @Element List<PredictedRows> block, OutputReceiver<KV<Long, PredictedRows>> out) {
      for (PredictedRows rows : block) {
        long place = rows.rows().places()[0];
        long stretch = RowPlace.chunk(place) / CHUNKS * CHUNKS;
        out.output(KV.of(RowPlace.of(RowPlace.file(place), stretch), rows));
      }
    }
  }

  static final class WriteStretchFn extends DoFn<KV<Long, Iterable<PredictedRows>>, Counts> {
    private static final long serialVersionUID = 1L;
    private final WritePredictions table;

    WriteStretchFn(WritePredictions table) {
      this.table = table;
    }

    @ProcessElement
    public void processElement(
        @Element KV<Long, Iterable<PredictedRows>> stretch, OutputReceiver<Counts> out) {
      long place = stretch.getKey();
      List<PredictedRows> rows = new ArrayList<>();
      stretch.getValue().forEach(rows::add);
      String name =
          String.format("part-%06d-%06d", RowPlace.file(place), RowPlace.chunk(place) / CHUNKS);
      out.output(table.write(name, rows));
    }
  }

  static final class WriteBlockFn extends DoFn<List<PredictedRows>, Counts> {
    private static final long serialVersionUID = 1L;
    private final WritePredictions table;

    WriteBlockFn(WritePredictions table) {
      this.table = table;
    }

    @ProcessElement
    public void processElement(@Element List<PredictedRows> block, OutputReceiver<Counts> out) {
      int number = block.get(0).rows().ids(Side.USER).block(0, table.numBlocks);
      out.output(table.write(String.format("part-%05d", number), block));
    }
  }

  /** Writes a file, under another name until it is whole. */
  private Counts write(String name, List<PredictedRows> batches) {
    return PartFile.of(folder, name + "." + format).write(file -> writeRows(file, batches));
  }

  private Counts writeRows(String file, List<PredictedRows> batches) throws IOException {
    PriorityQueue<Cursor> next = new PriorityQueue<>(Comparator.comparingLong(Cursor::place));
    Counts counts = Counts.NONE;
    for (PredictedRows batch : batches) {
      next.add(new Cursor(batch.rows()));
      counts = counts.plus(new Counts(batch.rows().size(), batch.cold()));
    }
    try (TableWriter writer = TableWriter.create(file, format, compression, columns())) {
      for (Cursor cursor = next.poll(); cursor != null; cursor = next.poll()) {
        Cursor other = next.peek();
        do {
          cursor.write(writer);
        } while (cursor.advance() && (other == null || cursor.place() < other.place()));
        if (!cursor.ended()) {
          next.add(cursor);
        }
      }
    }
    return counts;
  }

  /** Goes through the rows of a batch. */
  private final class Cursor {
    private final RatingBatch rows;
    private final Object[] users;
    private final Object[] items;
    private final List<@Nullable Object> values = new ArrayList<>();
    private int row;

    Cursor(RatingBatch rows) {
      this.rows = rows;
      this.users = new Object[rows.ids(Side.USER).size()];
      this.items = new Object[rows.ids(Side.ITEM).size()];
      Arrays.fill(users, UNKNOWN);
      Arrays.fill(items, UNKNOWN);
    }

    long place() {
      return rows.places()[row];
    }

    /** Goes on to the next row; false where there is none. */
    boolean advance() {
      row++;
      return !ended();
    }

    boolean ended() {
      return row == rows.size();
    }

    void write(TableWriter writer) throws IOException {
      float prediction = rows.ratings()[row];
      if (dropNaN && Float.isNaN(prediction)) {
        return;
      }
      values.clear();
      int text = 0;
      for (int c = 0; c < columns.size(); c++) {
        if (c == user) {
          values.add(value(users, Side.USER, columns.get(c)));
        } else if (c == item) {
          values.add(value(items, Side.ITEM, columns.get(c)));
        } else {
          String value = rows.texts().get(row, text++);
          values.add(value.isEmpty() ? null : value);
        }
      }
      values.add(prediction);
      writer.write(values);
    }

    /**
     * The id of the row as a value of its column.
     *
     * @param known Modified: for each id of the batch its value, once it was asked for
     */
    private Object value(Object[] known, Side side, Column column) {
      Ids ids = rows.ids(side);
      int index = rows.index(side)[row];
      Object value = known[index];
      if (value == UNKNOWN) {
        value = WriteScores.value(ids, index, column);
        known[index] = value;
      }
      return value;
    }
  }
}
