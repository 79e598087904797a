package dev.beamals.recommend;

import com.google.auto.value.AutoValue;
import dev.beamals.CombineAll;
import dev.beamals.NumbersCoder;
import dev.beamals.RunException;
import dev.beamals.files.PartFile;
import dev.beamals.files.TableWriter;
import dev.beamals.files.TableWriter.Column;
import dev.beamals.ids.Ids;
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
 * Writes recommendations as a table: a file for each block, named by the block.
 *
 * <p>A file is written under another name and moved into place, so that a bundle that is run twice
 * leaves one whole file. The result is one element that tells what was written.
 */
@AutoValue
public abstract class WriteScores
    extends PTransform<PCollection<ScoredIds>, PCollection<WriteScores.Counts>> {
  private static final long serialVersionUID = 1L;

  abstract String folder();

  abstract TableWriter.Format format();

  abstract TableWriter.Compression compression();

  abstract Column src();

  abstract Column dst();

  abstract Column score();

  abstract int numBlocks();

  abstract @Nullable Titles titles();

  abstract @Nullable String srcTitle();

  abstract @Nullable String dstTitle();

  abstract int reasons();

  /**
   * Writes columns {@code src, rank, dst, score}, ranks counting from 1.
   *
   * @param folder with its last slash
   * @param numBlocks the number of blocks that ids are spread over
   */
  public static WriteScores ranked(
      String folder,
      TableWriter.Format format,
      Column src,
      Column dst,
      String score,
      int numBlocks) {
    return new AutoValue_WriteScores.Builder()
        .setFolder(folder)
        .setFormat(format)
        .setCompression(TableWriter.Compression.snappy)
        .setSrc(src)
        .setDst(dst)
        .setScore(new Column(score, Float.class))
        .setReasons(0)
        .setNumBlocks(numBlocks)
        .build();
  }

  /** Compresses Parquet otherwise than by snappy. */
  public WriteScores withCompression(TableWriter.Compression compression) {
    return toBuilder().setCompression(compression).build();
  }

  /**
   * Adds columns of titles after those of ids; an id that has none gets an empty one.
   *
   * @param srcTitle the name of the column after {@code src}, or null where there is to be none
   * @param dstTitle the same of {@code dst}
   */
  public WriteScores withTitles(
      Titles titles, @Nullable String srcTitle, @Nullable String dstTitle) {
    return toBuilder().setTitles(titles).setSrcTitle(srcTitle).setDstTitle(dstTitle).build();
  }

  /**
   * Adds columns {@code because1, contribution1} and so on, of scores that {@link ExplainScores}
   * has explained, and titles of reasons where {@code dst} has them. They are empty where there are
   * fewer reasons.
   *
   * @param reasons for how many reasons
   */
  public WriteScores withReasons(int reasons) {
    return toBuilder().setReasons(reasons).build();
  }

  /** The columns, in their order. */
  public List<Column> columns() {
    List<Column> columns = new ArrayList<>(List.of(src()));
    addTitle(columns, srcTitle());
    columns.add(new Column("rank", Integer.class));
    columns.add(dst());
    addTitle(columns, dstTitle());
    columns.add(score());
    for (int n = 1; n <= reasons(); n++) {
      String because = "because" + n;
      columns.add(new Column(because, dst().type()).orNull());
      if (dstTitle() != null) {
        columns.add(new Column(because + "Title", String.class).orNull());
      }
      columns.add(new Column("contribution" + n, Float.class).orNull());
    }
    return columns;
  }

  private static void addTitle(List<Column> columns, @Nullable String name) {
    if (name != null) {
      columns.add(new Column(name, String.class));
    }
  }

  @Override
  public PCollection<Counts> expand(PCollection<ScoredIds> blocks) {
    Titles titles = titles();
    ParDo.SingleOutput<ScoredIds, Counts> write = ParDo.of(new WriteFn(this));
    return blocks
        .apply("WriteFiles", titles == null ? write : titles.addTo(write))
        .setCoder(Counts.coder())
        .apply("SumCounts", CombineAll.create(Counts.NONE, Counts::plus));
  }

  abstract Builder toBuilder();

  @AutoValue.Builder
  abstract static class Builder {
    abstract Builder setFolder(String folder);

    abstract Builder setFormat(TableWriter.Format format);

    abstract Builder setCompression(TableWriter.Compression compression);

    abstract Builder setSrc(Column src);

    abstract Builder setDst(Column dst);

    abstract Builder setScore(Column score);

    abstract Builder setNumBlocks(int numBlocks);

    abstract Builder setTitles(@Nullable Titles titles);

    abstract Builder setSrcTitle(@Nullable String srcTitle);

    abstract Builder setDstTitle(@Nullable String dstTitle);

    abstract Builder setReasons(int reasons);

    abstract WriteScores build();
  }

  /**
   * What was written.
   *
   * @param ids how many ids have a row of entries
   * @param entries how many entries there are
   * @param untitled how many of them have an empty title
   * @param unexplained how many scores could not be explained, where that was asked for
   * @param difference how far the sum of what explains a score is from it at most
   * @param explaining what became of the ratings that explain
   */
  public record Counts(
      long ids,
      long entries,
      long untitled,
      long unexplained,
      double difference,
      Reasons.Rows explaining) {
    private static final Counts NONE = new Counts(0, 0, 0, 0, 0, Reasons.Rows.NONE);

    /** For {@link dev.beamals.files.ResultFile}. */
    public static Coder<Counts> coder() {
      return NumbersCoder.of(Counts.class);
    }

    private Counts plus(Counts other) {
      return new Counts(
          ids + other.ids,
          entries + other.entries,
          untitled + other.untitled,
          unexplained + other.unexplained,
          Math.max(difference, other.difference),
          explaining.plus(other.explaining));
    }
  }

  /** An id as a value of its column. */
  static Object value(Ids ids, int index, Column column) {
    if (column.type() != Integer.class) {
      return ids.get(index);
    }
    if (!ids.isInt(index)) {
      throw new RunException(
          String.format(
              "%s %s: not an int as those of the model, so it does not fit into the table;"
                  + " expected format=csv or coldStartStrategy=drop",
              column.name(), ids.get(index)));
    }
    return ids.intAt(index);
  }

  static final class WriteFn extends DoFn<ScoredIds, Counts> {
    private static final long serialVersionUID = 1L;
    private final WriteScores table;

    WriteFn(WriteScores table) {
      this.table = table;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      ScoredIds block = c.element();
      Titles titles = table.titles();
      String[] srcTitles =
          titles == null || table.srcTitle() == null ? null : titles.of(c, block.src());
      String[] dstTitles =
          titles == null || table.dstTitle() == null ? null : titles.of(c, block.dst());
      Reasons reasons = reasons(block);
      String[] reasonTitles =
          titles == null || dstTitles == null || reasons == null
              ? null
              : titles.of(c, reasons.items());
      String name =
          String.format(
              "part-%05d.%s", block.src().block(0, table.numBlocks()), table.format().name());
      PartFile part = PartFile.of(table.folder(), name);
      c.output(part.write(file -> write(block, srcTitles, dstTitles, reasonTitles, file)));
    }

    private Counts write(
        ScoredIds block,
        String @Nullable [] srcTitles,
        String @Nullable [] dstTitles,
        String @Nullable [] reasonTitles,
        String file)
        throws IOException {
      List<Column> columns = table.columns();
      Reasons reasons = reasons(block);
      List<@Nullable Object> row = new ArrayList<>();
      long unexplained = 0;
      double difference = 0;
      long untitled = 0;
      try (TableWriter writer =
          TableWriter.create(file, table.format(), table.compression(), columns)) {
        for (int s = 0; s < block.src().size(); s++) {
          for (int p = block.offsets()[s]; p < block.offsets()[s + 1]; p++) {
            float score = block.scores()[p];
            int dst = block.index()[p];
            row.clear();
            row.add(value(block.src(), s, table.src()));
            boolean titled = true;
            if (srcTitles != null) {
              row.add(srcTitles[s]);
              titled = !srcTitles[s].isEmpty();
            }
            row.add(p - block.offsets()[s] + 1);
            row.add(value(block.dst(), dst, table.dst()));
            if (dstTitles != null) {
              row.add(dstTitles[dst]);
              titled &= !dstTitles[dst].isEmpty();
            }
            row.add(score);
            if (reasons != null) {
              titled &= addReasons(row, reasons, reasonTitles, p);
              double total = reasons.total(p);
              unexplained += Double.isNaN(total) ? 1 : 0;
              difference = Math.max(difference, Double.isNaN(total) ? 0 : Math.abs(total - score));
            }
            untitled += titled ? 0 : 1;
            writer.write(row);
          }
        }
      }
      return new Counts(
          block.src().size(),
          block.scores().length,
          untitled,
          unexplained,
          difference,
          reasons == null ? Reasons.Rows.NONE : reasons.rows());
    }

    private @Nullable Reasons reasons(ScoredIds block) {
      if (table.reasons() == 0) {
        return null;
      }
      if (block.reasons() == null) {
        throw new IllegalArgumentException("scores without reasons; expected explained ones");
      }
      return block.reasons();
    }

    /**
     * Adds the columns of reasons.
     *
     * @param row Modified
     * @return whether all of them have a title, where there are titles
     */
    private boolean addReasons(
        List<@Nullable Object> row, Reasons reasons, String @Nullable [] titles, int entry) {
      boolean titled = true;
      for (int k = 0; k < table.reasons(); k++) {
        int r = reasons.offsets()[entry] + k;
        boolean has = r < reasons.offsets()[entry + 1];
        row.add(has ? value(reasons.items(), reasons.index()[r], table.dst()) : null);
        if (titles != null) {
          String title = has ? titles[reasons.index()[r]] : null;
          row.add(title);
          titled &= title == null || !title.isEmpty();
        }
        row.add(has ? reasons.contributions()[r] : null);
      }
      return titled;
    }
  }
}
