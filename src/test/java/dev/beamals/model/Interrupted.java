package dev.beamals.model;

import dev.beamals.files.ResultFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/** The program that {@link InterruptedTest} ends while it writes a model and a table. */
final class Interrupted {
  private Interrupted() {}

  /**
   * @param args a folder to write to
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path folder = Path.of(args[0]);
    ModelFolder model =
        ModelFolder.stage(
            "output", folder.resolve("model").toString(), PipelineOptionsFactory.create());
    Files.writeString(Path.of(model.staging() + "userFactors/part-00000.parquet"), "half");
    ResultFolder table = ResultFolder.create("output", folder.resolve("table").toString());
    Files.writeString(Path.of(table.path() + "part-00000.csv"), "half");
    System.out.println("ready");
    Thread.sleep(600_000);
    table.close();
    model.close();
  }
}
