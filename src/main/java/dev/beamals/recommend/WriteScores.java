package dev.beamals.recommend;

import com.google.auto.value.AutoValue;
import dev.beamals.CombineAll;
import dev.beamals.RunException;
import dev.beamals.files.TableWriter;
import dev.beamals.files.TableWriter.Column;
import dev.beamals.ids.Ids;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.MoveOptions.StandardMoveOptions;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Writes recommendations or predictions as a table: a file for each block, named by the block.
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

  abstract Column src();

  abstract Column dst();

  abstract Column score();

  abstract boolean ranked();

  abstract boolean dropNaN();

  abstract int numBlocks();

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
    return new AutoValue_WriteScores(
        folder, format, src, dst, new Column(score, Float.class), true, false, numBlocks);
  }

  /** Writes columns {@code src, dst, prediction}. */
  public static WriteScores predictions(
      String folder, TableWriter.Format format, Column src, Column dst, int numBlocks) {
    Column prediction = new Column("prediction", Float.class);
    return new AutoValue_WriteScores(folder, format, src, dst, prediction, false, false, numBlocks);
  }

  /** Leaves out pairs without a prediction. */
  public WriteScores withDropNaN() {
    return new AutoValue_WriteScores(
        folder(), format(), src(), dst(), score(), ranked(), true, numBlocks());
  }

  @Override
  public PCollection<Counts> expand(PCollection<ScoredIds> blocks) {
    return blocks
        .apply("WriteFiles", ParDo.of(new WriteFn(this)))
        .setCoder(new CountsCoder())
        .apply("SumCounts", CombineAll.create(new Counts(0, 0, 0), new SumFn()));
  }

  /**
   * What was written.
   *
   * @param ids how many ids have a row of entries
   * @param entries how many entries there are, those that were left out too
   * @param missing how many of them are NaN
   */
  public record Counts(long ids, long entries, long missing) {
    /** For {@link dev.beamals.files.ResultFile}. */
    public static Coder<Counts> coder() {
      return new CountsCoder();
    }
  }

  private static final class SumFn extends Combine.BinaryCombineFn<Counts> {
    private static final long serialVersionUID = 1L;

    @Override
    public Counts apply(Counts left, Counts right) {
      return new Counts(
          left.ids + right.ids, left.entries + right.entries, left.missing + right.missing);
    }
  }

  private static final class CountsCoder extends CustomCoder<Counts> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(Counts counts, OutputStream out) throws IOException {
      VarLongCoder.of().encode(counts.ids, out);
      VarLongCoder.of().encode(counts.entries, out);
      VarLongCoder.of().encode(counts.missing, out);
    }

    @Override
    public Counts decode(InputStream in) throws IOException {
      return new Counts(
          VarLongCoder.of().decode(in), VarLongCoder.of().decode(in), VarLongCoder.of().decode(in));
    }

    @Override
    public void verifyDeterministic() {}
  }

  static final class WriteFn extends DoFn<ScoredIds, Counts> {
    private static final long serialVersionUID = 1L;
    private final WriteScores table;

    WriteFn(WriteScores table) {
      this.table = table;
    }

    @ProcessElement
    public void processElement(@Element ScoredIds block, OutputReceiver<Counts> out)
        throws IOException {
      String name =
          String.format(
              "part-%05d.%s", block.src().block(0, table.numBlocks()), table.format().name());
      String temporary = table.folder() + "." + name + "-" + UUID.randomUUID();
      long nan = write(block, temporary);
      FileSystems.rename(
          List.of(FileSystems.matchNewResource(temporary, false)),
          List.of(FileSystems.matchNewResource(table.folder() + name, false)),
          StandardMoveOptions.IGNORE_MISSING_FILES);
      out.output(new Counts(block.src().size(), block.scores().length, nan));
    }

    private long write(ScoredIds block, String file) throws IOException {
      List<Column> columns = new ArrayList<>(List.of(table.src()));
      if (table.ranked()) {
        columns.add(new Column("rank", Integer.class));
      }
      columns.add(table.dst());
      columns.add(table.score());
      long nan = 0;
      try (TableWriter writer = TableWriter.create(file, table.format(), columns)) {
        for (int s = 0; s < block.src().size(); s++) {
          for (int p = block.offsets()[s]; p < block.offsets()[s + 1]; p++) {
            float score = block.scores()[p];
            if (Float.isNaN(score)) {
              nan++;
              if (table.dropNaN()) {
                continue;
              }
            }
            Object src = value(block.src(), s, table.src());
            Object dst = value(block.dst(), block.index()[p], table.dst());
            if (table.ranked()) {
              writer.write(src, p - block.offsets()[s] + 1, dst, score);
            } else {
              writer.write(src, dst, score);
            }
          }
        }
      }
      return nan;
    }

    private static Object value(Ids ids, int index, Column column) {
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
  }
}
