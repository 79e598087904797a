package dev.beamals.recommend;

import dev.beamals.CombineAll;
import dev.beamals.NumbersCoder;
import dev.beamals.files.PartFile;
import dev.beamals.files.TableWriter;
import dev.beamals.files.TableWriter.Column;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Writes the reasons of one score as a table of columns {@code rank, item, rating, contribution},
 * and tells what they add up to.
 */
public final class WriteReasons
    extends PTransform<PCollection<ScoredIds>, PCollection<WriteReasons.Sums>> {
  private static final long serialVersionUID = 1L;

  private final String folder;
  private final TableWriter.Format format;
  private final TableWriter.Compression compression;
  private final Column item;
  private final @Nullable Titles titles;

  private WriteReasons(
      String folder,
      TableWriter.Format format,
      TableWriter.Compression compression,
      Column item,
      @Nullable Titles titles) {
    this.folder = folder;
    this.format = format;
    this.compression = compression;
    this.item = item;
    this.titles = titles;
  }

  /**
   * @param folder with its last slash
   * @param titles for a column {@code title} after that of the items, or null for none
   */
  public static WriteReasons to(
      String folder, TableWriter.Format format, Column item, @Nullable Titles titles) {
    return new WriteReasons(folder, format, TableWriter.Compression.snappy, item, titles);
  }

  /** Compresses Parquet otherwise than by snappy. */
  public WriteReasons withCompression(TableWriter.Compression with) {
    return new WriteReasons(folder, format, with, item, titles);
  }

  /** The columns, in their order. */
  public List<Column> columns() {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("rank", Integer.class));
    columns.add(item);
    if (titles != null) {
      columns.add(new Column("title", String.class));
    }
    columns.add(new Column("rating", Float.class));
    columns.add(new Column("contribution", Float.class));
    return columns;
  }

  /**
   * @param explained a block with one score at most, with its reasons; or none where the model does
   *     not have the user
   */
  @Override
  public PCollection<Sums> expand(PCollection<ScoredIds> explained) {
    ParDo.SingleOutput<ScoredIds, Sums> write = ParDo.of(new WriteFn(this));
    return explained
        .apply("WriteFile", titles == null ? write : titles.addTo(write))
        .setCoder(Sums.coder())
        .apply("TakeSums", CombineAll.create(Sums.NONE, Sums::or));
  }

  /**
   * What was written and what it adds up to.
   *
   * @param users 1 where the model has the user
   * @param items 1 where it has the item too
   * @param score the score that is explained
   * @param fixed what no rating adds
   * @param shown how many ratings the table has
   * @param shownSum what they add
   * @param rest how many more ratings there are
   * @param restSum what they add
   * @param rows what became of all ratings
   * @param untitled how many rows of the table have no title
   */
  public record Sums(
      long users,
      long items,
      double score,
      double fixed,
      long shown,
      double shownSum,
      long rest,
      double restSum,
      Reasons.Rows rows,
      long untitled) {
    private static final Sums NONE = new Sums(0, 0, 0, 0, 0, 0, 0, 0, Reasons.Rows.NONE, 0);

    /** The sum of all parts. */
    public double total() {
      return fixed + shownSum + restSum;
    }

    /** For {@link dev.beamals.files.ResultFile}. */
    public static Coder<Sums> coder() {
      return NumbersCoder.of(Sums.class);
    }

    private Sums or(Sums other) {
      return users > 0 ? this : other;
    }
  }

  static final class WriteFn extends DoFn<ScoredIds, Sums> {
    private static final long serialVersionUID = 1L;
    private final WriteReasons table;

    WriteFn(WriteReasons table) {
      this.table = table;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      ScoredIds block = c.element();
      Reasons reasons = block.reasons();
      if (reasons == null) {
        throw new IllegalArgumentException("scores without reasons; expected explained ones");
      }
      if (block.scores().length != 1) {
        c.output(new Sums(block.src().size(), 0, 0, 0, 0, 0, 0, 0, reasons.rows(), 0));
        return;
      }
      Titles titles = table.titles;
      String[] itemTitles = titles == null ? null : titles.of(c, reasons.items());
      String name = "part-00000." + table.format;
      long untitled =
          PartFile.of(table.folder, name).write(file -> write(reasons, itemTitles, file));
      c.output(
          new Sums(
              1,
              1,
              block.scores()[0],
              reasons.fixed()[0],
              reasons.index().length,
              reasons.shown(0),
              reasons.restCount()[0],
              reasons.rest()[0],
              reasons.rows(),
              untitled));
    }

    private long write(Reasons reasons, String @Nullable [] titles, String file)
        throws IOException {
      List<Column> columns = table.columns();
      List<@Nullable Object> row = new ArrayList<>();
      long untitled = 0;
      try (TableWriter writer =
          TableWriter.create(file, table.format, table.compression, columns)) {
        for (int r = 0; r < reasons.index().length; r++) {
          int item = reasons.index()[r];
          row.clear();
          row.add(r + 1);
          row.add(WriteScores.value(reasons.items(), item, table.item));
          if (titles != null) {
            row.add(titles[item]);
            untitled += titles[item].isEmpty() ? 1 : 0;
          }
          row.add(reasons.ratings()[r]);
          row.add(reasons.contributions()[r]);
          writer.write(row);
        }
      }
      return untitled;
    }
  }
}
