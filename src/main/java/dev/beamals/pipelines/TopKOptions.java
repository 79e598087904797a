package dev.beamals.pipelines;

import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags that {@code recommend} and {@code similar} share. */
@Group(Group.Name.output)
public interface TopKOptions extends TitleOptions, TableOptions {

  @Description("How many to find for each, 1 to 100000.")
  @Default.Integer(10)
  int getTopK();

  void setTopK(int topK);

  @Description("Users, comma-separated, whose rows are wanted; one with a comma goes into --users.")
  @Nullable List<String> getUser();

  void setUser(@Nullable List<String> user);

  @Description("CSV files whose --userCol holds the users whose rows are wanted.")
  @Nullable List<String> getUsers();

  void setUsers(@Nullable List<String> users);

  @Description("Items, comma-separated, whose rows are wanted; one with a comma goes into --items.")
  @Nullable List<String> getItem();

  void setItem(@Nullable List<String> item);

  @Description("CSV files whose --itemCol holds the items whose rows are wanted.")
  @Nullable List<String> getItems();

  void setItems(@Nullable List<String> items);

  @Description(
      "Leaves out items with fewer ratings in the training than this: of few ratings little is"
          + " known.")
  @Default.Integer(1)
  int getMinItemRatings();

  void setMinItemRatings(int minItemRatings);

  @Description("A new folder for the table; without it, that of --user or --item is printed.")
  @Nullable String getOutput();

  void setOutput(@Nullable String output);

  /** A side of the ratings, as a flag says it. */
  enum Sides {
    users,
    items
  }
}
