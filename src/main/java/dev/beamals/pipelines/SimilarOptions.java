package dev.beamals.pipelines;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;

/** The flags of {@code scripts/als similar}. */
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
