package dev.beamals.pipelines;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of {@code scripts/als explain}. */
@Usage(
    words = {"model", "input"},
    required = {"user", "item", "input"},
    examples = {
      "als explain als_model ratings.csv --user=7162 --item=6523",
      "als explain als_model ratings.csv --user=7162 --item=6523 --topK=3 --titles=movies.csv"
    })
@Group(Group.Name.data)
public interface ExplainOptions extends TitleOptions, TableOptions, SolveOptions {

  @Description("The user.")
  @Nullable String getUser();

  void setUser(@Nullable String user);

  @Description("The item whose prediction for the user is explained.")
  @Nullable String getItem();

  void setItem(@Nullable String item);

  @Description("How many interactions the table has, 1 to 100000; the rest is summed up.")
  @Default.Integer(10)
  @Group(Group.Name.output)
  int getTopK();

  void setTopK(int topK);

  @Description("A new folder for the table; without it, the table is printed.")
  @Group(Group.Name.output)
  @Nullable String getOutput();

  void setOutput(@Nullable String output);
}
