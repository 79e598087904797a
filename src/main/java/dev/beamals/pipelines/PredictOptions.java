package dev.beamals.pipelines;

import dev.beamals.files.TableWriter;
import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of {@code scripts/als predict}. */
public interface PredictOptions extends ModelOptions, ModelInputOptions {

  @Description("A user, with --item: prints its prediction.")
  @Nullable String getUser();

  void setUser(@Nullable String user);

  @Description("An item, with --user.")
  @Nullable String getItem();

  void setItem(@Nullable String item);

  @Description("CSV files of pairs, with a column of users and one of items; needs --output.")
  @Nullable List<String> getInput();

  void setInput(@Nullable List<String> input);

  @Description(
      "A new folder for the predictions: all columns of the input, and the column prediction.")
  @Nullable String getOutput();

  void setOutput(@Nullable String output);

  @Description(
      "Write rows in the order of the input: files by their names, and in a file as they stand."
          + " Without it they are in an order that takes a shuffle less, the same each time.")
  @Default.Boolean(false)
  boolean getKeepOrder();

  void setKeepOrder(boolean keepOrder);

  @Description("How predictions are written.")
  @Default.Enum("csv")
  TableWriter.Format getFormat();

  void setFormat(TableWriter.Format format);

  @Description(
      "Pairs whose user or item has no factors: 'nan' predicts NaN, 'drop' leaves them out,"
          + " 'baseline' predicts the mean and the bias that is known, of a model with --center or"
          + " --biases.")
  @Default.Enum("nan")
  TrainOptions.ColdStartStrategy getColdStartStrategy();

  void setColdStartStrategy(TrainOptions.ColdStartStrategy coldStartStrategy);
}
