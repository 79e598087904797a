package dev.beamals.pipelines;

import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of every command that reads CSV files. */
public interface CsvOptions extends CommandOptions {

  @Description(
      "How many unreadable rows fail the run if exceeded. Default: 0.1 % of the rows, at least"
          + " 100.")
  @Nullable Long getMaxRejects();

  void setMaxRejects(@Nullable Long maxRejects);
}
