package dev.beamals.pipelines;

import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** How the files of a command that uses a model are read. */
@Group(Group.Name.data)
public interface ModelInputOptions extends CsvOptions {

  @Description("Column of the user in CSV files. Default: the one the model was trained with.")
  @Nullable String getUserCol();

  void setUserCol(@Nullable String userCol);

  @Description("Column of the item. Default: the one the model was trained with.")
  @Nullable String getItemCol();

  void setItemCol(@Nullable String itemCol);

  @Description(
      "What is between fields: any text, 'tab', 'blank', or 'whitespace' for runs of blanks and"
          + " tabs. Default: that of the training files.")
  @Nullable String getDelimiter();

  void setDelimiter(@Nullable String delimiter);

  @Description(
      "Whether line 1 names the columns; with false, columns are numbers from 1. Default: as in"
          + " the training files.")
  @Nullable Boolean getHeader();

  void setHeader(@Nullable Boolean header);
}
