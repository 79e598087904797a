package dev.beamals.pipelines;

import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of every command that reads ratings. */
public interface InputOptions extends CsvOptions {

  @Description("CSV files of interactions, comma-separated; globs and .gz are fine.")
  @Nullable List<String> getInput();

  void setInput(@Nullable List<String> input);

  @Description(
      "Drop rows with any empty column. With false, only rows without user, item or rating go.")
  @Default.Boolean(true)
  boolean getDropMissing();

  void setDropMissing(boolean dropMissing);

  @Description("Keep rows that are equal in all columns once.")
  @Default.Boolean(true)
  boolean getDropDuplicates();

  void setDropDuplicates(boolean dropDuplicates);
}
