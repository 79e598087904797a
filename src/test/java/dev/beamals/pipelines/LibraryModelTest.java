package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.als.Als;
import dev.beamals.model.FactorsSummary;
import dev.beamals.model.Manifest;
import dev.beamals.model.SavedModel;
import dev.beamals.model.WriteModel;
import dev.beamals.ratings.Rating;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A model that a pipeline of one's own trained and saved is one for all commands. */
@ExtendWith(TestPipelineExtension.class)
final class LibraryModelTest {
  @TempDir Path folder;

  @Test
  void commandsTakeWhatAPipelineSaved(TestPipeline pipeline) throws IOException {
    Random random = new Random(3);
    List<Rating> ratings = new ArrayList<>();
    List<String> csv = new ArrayList<>(List.of("user,item,rating"));
    for (int user = 1; user <= 20; user++) {
      for (int item = 100; item < 110; item++) {
        if (random.nextInt(3) > 0) {
          float rating = random.nextInt(10) / 2f;
          ratings.add(Rating.of(user, item, rating));
          csv.add(user + "," + item + "," + rating);
        }
      }
    }
    String model = folder.resolve("model").toString();
    pipeline
        .apply("Ratings", Create.of(ratings))
        .apply("Train", Als.create().withRank(3).withMaxIter(2).withSeed(7))
        .apply("Save", WriteModel.to(model));
    pipeline.run().waitUntilFinish();

    String input = Files.write(folder.resolve("ratings.csv"), csv).toString();
    String trained = folder.resolve("trained").toString();
    String columns = "--userCol=user --itemCol=item --ratingCol=rating";
    run(
        "train --input="
            + input
            + " --output="
            + trained
            + " --rank=3 --maxIter=2 --seed=7 "
            + columns);
    assertEquals(factors(trained), factors(model));

    String shown = run("show --model=" + model);
    assertTrue(shown.contains("20 users × 10 items, rank 3, ids of users int"), shown);
    String predicted = run("predict --user=1 --item=100 --model=" + model);
    assertEquals(run("predict --user=1 --item=100 --model=" + trained), predicted);
    String best = run("recommend --user=2 --topK=3 --model=" + model);
    assertEquals(run("recommend --user=2 --topK=3 --model=" + trained), best);
    String similar = run("similar --item=100 --topK=3 --model=" + model);
    assertEquals(run("similar --item=100 --topK=3 --model=" + trained), similar);
    String evaluated = run("evaluate --input=" + input + " " + columns + " --model=" + model);
    assertEquals(run("evaluate --input=" + input + " --model=" + trained), evaluated);
    String folded = folder.resolve("folded").toString();
    run("fold-in --input=" + input + " --output=" + folded + " " + columns + " --model=" + model);
    assertEquals(20, factors(folded).users());
  }

  private static FactorsSummary factors(String model) {
    Manifest manifest = SavedModel.open("model", model).manifest();
    return Objects.requireNonNull(manifest).factors();
  }

  /** What a command prints of its results. */
  private static String run(String command) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        Main.run(
            Arrays.asList(command.split(" ")),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    assertEquals(0, exitCode, () -> err.toString(StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8);
  }
}
