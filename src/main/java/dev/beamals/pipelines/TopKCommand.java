package dev.beamals.pipelines;

import dev.beamals.RunException;
import dev.beamals.files.ResultFile;
import dev.beamals.files.ResultFolder;
import dev.beamals.files.TableWriter;
import dev.beamals.files.TableWriter.Column;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ids.UniteIds;
import dev.beamals.model.SavedFactors;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.recommend.ScoredIds;
import dev.beamals.recommend.WriteScores;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.jspecify.annotations.Nullable;

/** What {@code recommend} and {@code similar} have in common: from factors to a table. */
abstract class TopKCommand<O extends TopKOptions> extends ModelCommand<O> {
  /** Rows of a block at most, and entries of its heaps: what a worker holds at a time. */
  private static final long BLOCK_ROWS = 32_768;

  private static final long BLOCK_ENTRIES = 4L << 20;

  TopKCommand(Class<O> type, List<String> args, PrintStream out, PrintStream progress) {
    super(type, args, out, progress);
  }

  final void checkTopK(boolean single) {
    int topK = options.getTopK();
    checkMaxRejects(options);
    require(topK >= 1 && topK <= 100_000, "--topK=%s: expected 1 to 100000", topK);
    require(
        single || options.getOutput() != null,
        "--output: missing; expected a folder for the table, or one id to print");
  }

  /** How many blocks the rows are spread over: as many for each core. */
  final int blocks(SavedFactors src, int cores) {
    long blocks = (src.rows() + BLOCK_ROWS - 1) / BLOCK_ROWS;
    blocks = Math.max(blocks, src.rows() * options.getTopK() / BLOCK_ENTRIES);
    return (int) Math.min(100_000, Math.max(1, (blocks + cores - 1) / cores) * cores);
  }

  /** The distinct users of some pairs. */
  static PCollection<Ids> ids(PCollection<RatingBatch> pairs, String name) {
    return pairs
        .apply(
            "Take" + name,
            MapElements.into(TypeDescriptor.of(Ids.class)).via(batch -> batch.ids(Side.USER)))
        .setCoder(UniteIds.coder())
        .apply("Unite" + name, UniteIds.create());
  }

  /** Writes what was found to files. */
  final void write(
      PCollection<ScoredIds> found,
      ResultFolder folder,
      Column src,
      Column dst,
      String score,
      int blocks) {
    found
        .apply(
            "WriteTable",
            WriteScores.ranked(
                folder.path(),
                options.getOutput() == null ? TableWriter.Format.csv : options.getFormat(),
                src,
                dst,
                score,
                blocks))
        .apply("WriteCounts", ResultFile.<WriteScores.Counts>write(folder.path() + "counts.bin"));
  }

  /** Ends the table, prints it where nobody asked for a folder, and says what it has. */
  final void finish(
      ResultFolder folder, Column src, Column dst, String score, @Nullable String missing)
      throws IOException {
    WriteScores.Counts counts = folder.take("counts.bin", WriteScores.Counts.coder());
    if (counts.ids() == 0) {
      throw new RunException(
          missing != null ? missing : "none of the ids that were asked for is in the model");
    }
    if (options.getOutput() == null) {
      ResultTable.print(out, List.of(src.name(), "rank", dst.name(), score), folder.parts());
      return;
    }
    folder.complete();
    print(
        "%s for %s: %s%n",
        count(counts.entries(), "row"), count(counts.ids(), src.name()), folder.path());
  }

  final ResultFolder createFolder() throws IOException {
    String output = options.getOutput();
    return output == null
        ? ResultFolder.temporary(options.getTempLocation())
        : ResultFolder.create("output", output);
  }
}
