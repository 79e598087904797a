package dev.beamals.pipelines;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of {@code scripts/als fold-in}. */
@Usage(
    words = {"model", "input"},
    required = {"input", "output"},
    examples = {
      "als fold-in als_model new.csv --output=newcomers",
      "als fold-in als_model new.csv --merge --output=all_users"
    })
@Group(Group.Name.model)
public interface FoldInOptions extends SolveOptions {

  @Description(
      "Folder for the new factors with the other side of the model: a model that recommend, predict"
          + " and the others take. An older beam-als model there is replaced at the very end.")
  @Group(Group.Name.output)
  @Nullable String getOutput();

  void setOutput(@Nullable String output);

  @Description("'users' folds users in against the items of the model, 'items' items.")
  @Default.Enum("users")
  TopKOptions.Sides getFor();

  void setFor(TopKOptions.Sides side);

  @Description(
      "Keep the ids of the model that are not in --input: one model of old and new. Ids that are in"
          + " both are solved from the rows of --input.")
  @Default.Boolean(false)
  boolean getMerge();

  void setMerge(boolean merge);
}
