package dev.beamals.pipelines;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;

/** The flags of {@code scripts/als similar}. */
@Usage(
    words = "model",
    examples = {
      "als similar als_model --item=6523",
      "als similar als_model --all --minItemRatings=20 --output=alike"
    })
@Group(Group.Name.output)
public interface SimilarOptions extends TopKOptions {

  @Description("Every item, or every user with --for=users; needs --output.")
  @Default.Boolean(false)
  boolean getAll();

  void setAll(boolean all);

  @Description("With --all: 'items' or 'users'.")
  @Default.Enum("items")
  Sides getFor();

  void setFor(Sides side);
}
