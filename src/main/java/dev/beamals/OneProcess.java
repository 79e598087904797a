package dev.beamals;

import org.apache.beam.sdk.options.PipelineOptions;

/** Whether a pipeline runs in the process that made it, and in no other. */
public final class OneProcess {
  private OneProcess() {}

  /** Whether pipelines with these options do: those of the DirectRunner. */
  public static boolean runs(PipelineOptions options) {
    return options.getRunner().getSimpleName().contains("Direct");
  }
}
