package dev.beamals.model;

import dev.beamals.als.Als;
import dev.beamals.files.TableWriter;
import dev.beamals.files.TableWriter.Column;
import dev.beamals.ids.Side;
import dev.beamals.ratings.Rating;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;

/** The program that {@link WithoutHadoopTest} runs: writes and reads models and tables. */
final class WithoutHadoop {
  private WithoutHadoop() {}

  /**
   * @param args a folder to write to, and files of factors to read
   */
  public static void main(String[] args) throws IOException {
    String model = Path.of(args[0]).resolve("model").toString();
    Pipeline train = Pipeline.create();
    train
        .apply("Ratings", Create.of(Rating.of(1, 7, 5), Rating.of(2, 7, 4), Rating.of(1, 8, 1)))
        .apply("Train", Als.create().withRank(2).withMaxIter(1))
        .apply("Save", WriteModel.to(model));
    train.run().waitUntilFinish();
    Pipeline copy = Pipeline.create();
    copy.apply("Read", ReadModel.from(model)).apply("Save", WriteModel.to(model + "-copy"));
    copy.run().waitUntilFinish();
    SavedModel saved = SavedModel.open("model", model + "-copy");
    System.out.println("saved: " + saved.factors(Side.USER).rows() + " users");
    for (String file : List.of(args).subList(1, args.length)) {
      print(file);
    }
    for (TableWriter.Format format : TableWriter.Format.values()) {
      try (TableWriter table =
          TableWriter.create(
              Path.of(args[0]).resolve("table." + format).toString(),
              format,
              List.of(Column.ids("user", false), new Column("score", Float.class)))) {
        table.write(List.of("a", 0.5f));
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
