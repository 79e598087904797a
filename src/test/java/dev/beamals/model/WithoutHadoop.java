package dev.beamals.model;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.files.TableWriter;
import dev.beamals.files.TableWriter.Column;
import dev.beamals.ids.Ids;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;

/** The program that {@link WithoutHadoopTest} runs: writes and reads what is Parquet. */
final class WithoutHadoop {
  private WithoutHadoop() {}

  /**
   * @param args a folder to write to, and files of factors to read
   */
  public static void main(String[] args) throws IOException {
    String own = Path.of(args[0]).resolve("part-00000.parquet").toString();
    FactorsParquet.write(
        FileSystems.matchNewResource(own, false),
        new FactorBlock(Ids.of(1, 2), 2, new float[] {1, 2, 3, 4}),
        true,
        1);
    print(own);
    for (String file : List.of(args).subList(1, args.length)) {
      print(file);
    }
    for (TableWriter.Format format : TableWriter.Format.values()) {
      try (TableWriter table =
          TableWriter.create(
              Path.of(args[0]).resolve("table." + format).toString(),
              format,
              List.of(Column.ids("user", false), new Column("score", Float.class)))) {
        table.write("a", 0.5f);
      }
    }
  }

  private static void print(String file) {
    try (FactorReader reader = new FactorReader(file)) {
      for (int group = 0; group < reader.rowGroups(); group++) {
        reader.read(group, 2, block -> System.out.println(block.ids()));
      }
    }
  }
}
