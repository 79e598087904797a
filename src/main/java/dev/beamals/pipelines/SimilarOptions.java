package dev.beamals.pipelines;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of {@code scripts/als similar}. */
public interface SimilarOptions extends TopKOptions {

  @Description("An item: finds those like it.")
  @Nullable String getItem();

  void setItem(@Nullable String item);

  @Description("A user: finds those like it.")
  @Nullable String getUser();

  void setUser(@Nullable String user);

  @Description("Every item, or every user with --for=users; needs --output.")
  @Default.Boolean(false)
  boolean getAll();

  void setAll(boolean all);

  @Description("With --all: 'items' or 'users'.")
  @Default.Enum("items")
  Sides getFor();

  void setFor(Sides side);
}
