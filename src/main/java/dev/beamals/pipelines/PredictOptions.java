package dev.beamals.pipelines;

import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of {@code scripts/als predict}. */
@Usage(
    words = {"model", "input"},
    examples = {
      "als predict als_model --user=7162 --item=6523",
      "als predict als_model pairs.csv --output=predictions --format=parquet"
    })
@Group(Group.Name.data)
public interface PredictOptions extends TableOptions {

  @Description("A user, with --item: prints its prediction.")
  @Nullable String getUser();

  void setUser(@Nullable String user);

  @Description("An item, with --user.")
  @Nullable String getItem();

  void setItem(@Nullable String item);

  @Description("Files of pairs, with a column of users and one of items; needs --output.")
  @Nullable List<String> getInput();

  void setInput(@Nullable List<String> input);

  @Description(
      "A new folder for the predictions: all columns of the input, and the column prediction.")
  @Group(Group.Name.output)
  @Nullable String getOutput();

  void setOutput(@Nullable String output);

  @Description(
      "Write rows in the order of the input: files by their names, and in a file as they stand."
          + " Without it they are in an order that takes a shuffle less, the same each time.")
  @Default.Boolean(false)
  @Group(Group.Name.output)
  boolean getKeepOrder();

  void setKeepOrder(boolean keepOrder);

  @Description(
      "Pairs whose user or item has no factors: 'nan' predicts NaN, 'drop' leaves them out,"
          + " 'baseline' predicts the mean and the bias that is known, of a model with --center or"
          + " --biases.")
  @Default.Enum("nan")
  @Group(Group.Name.quality)
  TrainOptions.ColdStartStrategy getColdStartStrategy();

  void setColdStartStrategy(TrainOptions.ColdStartStrategy coldStartStrategy);
}
