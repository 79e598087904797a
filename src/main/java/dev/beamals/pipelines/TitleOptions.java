package dev.beamals.pipelines;

import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of a command whose table may have titles. */
@Group(Group.Name.data)
public interface TitleOptions extends ModelOptions, ModelInputOptions {

  @Description(
      "CSV files with a title for each item: tables get a column of titles after each column of"
          + " items.")
  @Nullable List<String> getTitles();

  void setTitles(@Nullable List<String> titles);

  @Description("Column of the title in --titles.")
  @Default.String("title")
  String getTitleCol();

  void setTitleCol(String titleCol);

  @Description("Column of the item in --titles. Default: --itemCol.")
  @Nullable String getTitleItemCol();

  void setTitleItemCol(@Nullable String titleItemCol);
}
