package dev.beamals.pipelines;

import dev.beamals.files.TableWriter;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of {@code scripts/als explain}. */
public interface ExplainOptions extends TitleOptions, SolveOptions {

  @Description("The user.")
  @Nullable String getUser();

  void setUser(@Nullable String user);

  @Description("The item whose prediction for the user is explained.")
  @Nullable String getItem();

  void setItem(@Nullable String item);

  @Description("How many interactions the table has, 1 to 100000; the rest is summed up.")
  @Default.Integer(10)
  int getTopK();

  void setTopK(int topK);

  @Description("A new folder for the table; without it, the table is printed.")
  @Nullable String getOutput();

  void setOutput(@Nullable String output);

  @Description("How the table is written.")
  @Default.Enum("csv")
  TableWriter.Format getFormat();

  void setFormat(TableWriter.Format format);
}
