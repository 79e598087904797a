package dev.beamals.pipelines;

import dev.beamals.files.TableWriter;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags that {@code recommend} and {@code similar} share. */
public interface TopKOptions extends ModelInputOptions {

  @Description("How many to find for each, 1 to 100000.")
  @Default.Integer(10)
  int getTopK();

  void setTopK(int topK);

  @Description("A new folder for the table; without it, that of a single id is printed.")
  @Nullable String getOutput();

  void setOutput(@Nullable String output);

  @Description("How the table is written.")
  @Default.Enum("csv")
  TableWriter.Format getFormat();

  void setFormat(TableWriter.Format format);

  /** A side of the ratings, as a flag says it. */
  enum Sides {
    users,
    items
  }
}
