package dev.beamals.pipelines;

import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of {@code scripts/als recommend}. */
@Usage(
    words = "model",
    examples = {
      "als recommend als_model --user=7162,14 --topK=3 --titles=movies.csv",
      "als recommend als_model --excludeSeen=ratings.csv --output=top10"
    })
@Group(Group.Name.output)
public interface RecommendOptions extends TopKOptions, SolveOptions {

  @Description("'users' recommends items to users, 'items' finds users for items.")
  @Default.Enum("users")
  Sides getFor();

  void setFor(Sides side);

  @Description("Files of interactions, with both columns: pairs that are not recommended.")
  @Nullable List<String> getExcludeSeen();

  void setExcludeSeen(@Nullable List<String> excludeSeen);

  @Description(
      "CSV files whose --itemCol (with --for=items, --userCol) holds what may be recommended.")
  @Nullable List<String> getCandidates();

  void setCandidates(@Nullable List<String> candidates);

  @Description(
      "Beside each item, the three interactions of the user in --input that speak most for it, and"
          + " what each adds to the score. The flags of --input and its columns, and those that say"
          + " how users are solved, are for this alone.")
  @Default.Boolean(false)
  boolean getExplain();

  void setExplain(boolean explain);
}
