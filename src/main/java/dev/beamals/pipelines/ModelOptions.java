package dev.beamals.pipelines;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;

/** The flags of every command that uses a model. */
@Usage(
    words = "model",
    examples = {"als show als_model", "als show als_model --format=json"})
@Group(Group.Name.model)
public interface ModelOptions extends CommandOptions {

  @Description("Folder of a model, saved by beam-als or by Spark MLlib (ALSModel.save).")
  @Default.String("als_model")
  String getModel();

  void setModel(String model);
}
