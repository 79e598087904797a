package dev.beamals.pipelines;

import static dev.beamals.Words.count;

import dev.beamals.ids.Side;
import dev.beamals.model.Manifest;
import dev.beamals.model.ModelMetrics;
import dev.beamals.model.SavedModel;
import java.io.PrintStream;
import java.util.List;

/** {@code als show}: what a model is, by its manifest and its files. No pipeline. */
final class Show extends ModelCommand<ModelOptions> {
  Show(List<String> args, PrintStream out, PrintStream progress) {
    super(ModelOptions.class, args, out, progress);
  }

  @Override
  void check() {}

  @Override
  void run(SavedModel model) {
    results.put(model);
    Manifest manifest = model.manifest();
    print(
        "%s: %s × %s, rank %d, ids of users %s, of items %s; %s%n",
        model.folder(),
        count(model.factors(Side.USER).rows(), "user"),
        count(model.factors(Side.ITEM).rows(), "item"),
        manifest == null ? model.rank() : manifest.rank(),
        model.factors(Side.USER).intIds() ? "int" : "string",
        model.factors(Side.ITEM).intIds() ? "int" : "string",
        model.isMllib() ? "saved by Spark MLlib" : "saved by beam-als");
    print("%s: %s%n", model.isMllib() ? "metadata" : "manifest", model.description());
    if (manifest != null && manifest.columns() > manifest.rank()) {
      manifest
          .columnNames()
          .forEach(
              (side, columns) ->
                  print("columns of %s factors: %s%n", side, String.join(", ", columns)));
    }
    ModelMetrics metrics = model.metrics();
    if (!metrics.toMap().isEmpty()) {
      print("metrics: %s%n", metrics);
    }
    if (!model.isManifestAsWritten()) {
      print("The manifest was edited after the model was saved.%n");
    }
    print("Not verified: als verify --model=%s reads every file.%n", options.getModel());
  }
}
