package dev.beamals.model;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/**
 * Writes a model of random factors, uniform in [−1, 1], and a file of random pairs that were seen,
 * for {@code scripts/bench-recommend}.
 *
 * <p>Arguments: folder, users, items, rank, seen pairs. A user has seen any item with equal
 * probability, none twice in a row of the file; pairs are in the order of users.
 */
final class RandomModel {
  private RandomModel() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    int users = Integer.parseInt(args[1]);
    int items = Integer.parseInt(args[2]);
    int rank = Integer.parseInt(args[3]);
    long seen = Long.parseLong(args[4]);
    Files.createDirectories(folder);
    try (ModelFolder model =
        ModelFolder.stage(
            "folder", folder.resolve("model").toString(), PipelineOptionsFactory.create())) {
      write(model, Side.USER, users, rank);
      write(model, Side.ITEM, items, rank);
      ModelParameters parameters =
          ModelParameters.of(
              Map.of("rank", rank, "userCol", "user", "itemCol", "item", "header", true));
      model.replace(Manifest.of(parameters, model.summarizeFactors(rank)), ModelMetrics.create());
    }

    SplittableRandom random = new SplittableRandom(3);
    try (BufferedWriter out = Files.newBufferedWriter(folder.resolve("seen.csv"))) {
      out.write("user,item\n");
      for (int user = 0; user < users; user++) {
        long count = seen * (user + 1) / users - seen * user / users;
        long taken = 0;
        // Selection sampling (Knuth 3.4.2): distinct items, in their order.
        for (int item = 0; item < items && taken < count; item++) {
          if (random.nextDouble() * (items - item) < count - taken) {
            out.write(user + "," + item + "\n");
            taken++;
          }
        }
      }
    }
  }

  private static void write(ModelFolder model, Side side, int count, int rank) throws IOException {
    int blocks = 2;
    int[] ids = new int[count];
    for (int i = 0; i < count; i++) {
      ids[i] = i;
    }
    SplittableRandom random = new SplittableRandom(side.ordinal() + 1);
    float[] factors = new float[count * rank];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) (2 * random.nextDouble() - 1);
    }
    FactorBlock all = new FactorBlock(Ids.of(ids), rank, factors);
    for (int b = 0; b < blocks; b++) {
      int from = count * b / blocks;
      int to = count * (b + 1) / blocks;
      int[] some = new int[to - from];
      System.arraycopy(ids, from, some, 0, some.length);
      FactorsParquet.write(
          FileSystems.matchNewResource(
              model.staging() + WriteFactors.folder(side) + String.format("part-%05d.parquet", b),
              false),
          all.select(Ids.of(some)),
          true,
          blocks);
    }
  }
}
