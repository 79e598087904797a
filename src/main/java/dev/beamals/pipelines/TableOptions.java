package dev.beamals.pipelines;

import dev.beamals.files.TableWriter;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;

/** The flags of every command whose result is a table. */
@Group(Group.Name.output)
public interface TableOptions extends ModelOptions, ModelInputOptions {

  @Description("How Parquet is compressed.")
  @Default.Enum("snappy")
  TableWriter.Compression getCompression();

  void setCompression(TableWriter.Compression compression);

  @Description(
      "Name the columns of users and items as the files do, for example user_id, and not user and"
          + " item.")
  @Default.Boolean(false)
  boolean getSourceNames();

  void setSourceNames(boolean sourceNames);
}
