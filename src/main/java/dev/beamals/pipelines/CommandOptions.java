package dev.beamals.pipelines;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/** The flags of every command. */
@Group(Group.Name.output)
public interface CommandOptions extends PipelineOptions {

  @Description(
      "How results are printed: 'text' for people, 'json' as one JSON object. A table also as 'csv',"
          + " 'jsonl' (JSON lines) or 'parquet', the last to --output alone; there text is csv, and"
          + " json is jsonl.")
  @Default.Enum("text")
  Format getFormat();

  void setFormat(Format format);

  @Description("Print results and failures alone, and not what the run is at.")
  @Default.Boolean(false)
  boolean getQuiet();

  void setQuiet(boolean quiet);

  @Description("Print the runner's log and the stack trace of a failure.")
  @Default.Boolean(false)
  boolean getVerbose();

  void setVerbose(boolean verbose);

  /** What results are printed or written as. */
  enum Format {
    text,
    json,
    csv,
    jsonl,
    parquet
  }
}
