package dev.beamals.pipelines;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/** The flags of every command. */
public interface CommandOptions extends PipelineOptions {

  @Description("Print the runner's log and the stack trace of a failure.")
  @Default.Boolean(false)
  boolean getVerbose();

  void setVerbose(boolean verbose);
}
