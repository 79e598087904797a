package dev.beamals.recommend;

import com.google.auto.value.AutoValue;
import dev.beamals.CombineAll;
import dev.beamals.RunException;
import dev.beamals.files.TableWriter;
import dev.beamals.files.TableWriter.Column;
import dev.beamals.ids.Ids;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.beam.sdk.coders.ListCoder;
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
 * leaves one whole file. The result is one list of three numbers: ids that have a row, entries, and
 * entries that are NaN.
 */
@AutoValue
public abstract class WriteScores
    extends PTransform<PCollection<ScoredIds>, PCollection<List<Long>>> {
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

  /**
   * Writes columns {@code src, dst, prediction}.
   *
   * @param dropNaN whether pairs without a prediction are left out
   */
  public static WriteScores predictions(
      String folder,
      TableWriter.Format format,
      Column src,
      Column dst,
      boolean dropNaN,
      int numBlocks) {
    Column prediction = new Column("prediction", Float.class);
    return new AutoValue_WriteScores(
        folder, format, src, dst, prediction, false, dropNaN, numBlocks);
  }

  @Override
  public PCollection<List<Long>> expand(PCollection<ScoredIds> blocks) {
    return blocks
        .apply("WriteFiles", ParDo.of(new WriteFn(this)))
        .setCoder(ListCoder.of(VarLongCoder.of()))
        .apply("SumCounts", CombineAll.of(List.of(0L, 0L, 0L), new SumFn()));
  }

  private static final class SumFn extends Combine.BinaryCombineFn<List<Long>> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<Long> apply(List<Long> left, List<Long> right) {
      return List.of(
          left.get(0) + right.get(0), left.get(1) + right.get(1), left.get(2) + right.get(2));
    }
  }

  static final class WriteFn extends DoFn<ScoredIds, List<Long>> {
    private static final long serialVersionUID = 1L;
    private final WriteScores table;

    WriteFn(WriteScores table) {
      this.table = table;
    }

    @ProcessElement
    public void processElement(@Element ScoredIds block, OutputReceiver<List<Long>> out)
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
      out.output(List.of((long) block.src().size(), (long) block.scores().length, nan));
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
                    + " expected --format=csv or --coldStartStrategy=drop",
                column.name(), ids.get(index)));
      }
      return ids.intAt(index);
    }
  }
}
