package dev.beamals.pipelines;

import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of {@code scripts/als recommend}. */
public interface RecommendOptions extends TopKOptions {

  @Description("'users' recommends items to users, 'items' finds users for items.")
  @Default.Enum("users")
  Sides getFor();

  void setFor(Sides side);

  @Description("The one user to recommend to. Default: all users of the model.")
  @Nullable String getUser();

  void setUser(@Nullable String user);

  @Description("CSV files whose --userCol holds the users to recommend to.")
  @Nullable List<String> getUsers();

  void setUsers(@Nullable List<String> users);

  @Description("The one item to find users for, with --for=items.")
  @Nullable String getItem();

  void setItem(@Nullable String item);

  @Description("CSV files whose --itemCol holds the items to find users for, with --for=items.")
  @Nullable List<String> getItems();

  void setItems(@Nullable List<String> items);

  @Description("CSV files of interactions, with both columns: pairs that are not recommended.")
  @Nullable List<String> getExcludeSeen();

  void setExcludeSeen(@Nullable List<String> excludeSeen);

  @Description(
      "CSV files whose --itemCol (with --for=items, --userCol) holds what may be recommended.")
  @Nullable List<String> getCandidates();

  void setCandidates(@Nullable List<String> candidates);
}
