package dev.beamals.pipelines;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/** The flags of every command that uses a model. */
public interface ModelOptions extends PipelineOptions {

  @Description("Folder of a model, saved by beam-als or by Spark MLlib (ALSModel.save).")
  @Default.String("als_model")
  String getModel();

  void setModel(String model);

  @Description("Print the runner's log and the stack trace of a failure.")
  @Default.Boolean(false)
  boolean getVerbose();

  void setVerbose(boolean verbose);
}
