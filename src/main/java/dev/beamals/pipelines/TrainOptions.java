package dev.beamals.pipelines;

import dev.beamals.als.AlsParameters;
import dev.beamals.linalg.NormalEquations;
import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of {@code scripts/als train}, each with its description. */
public interface TrainOptions extends InputOptions {

  @Description("Folder for the model. An older beam-als model there is replaced at the very end.")
  @Default.String("als_model")
  String getOutput();

  void setOutput(String output);

  @Description("Column of the user: a name, or its number from 1 with --header=false.")
  @Default.String("user_id")
  String getUserCol();

  void setUserCol(String userCol);

  @Description("Column of the item.")
  @Default.String("video_id")
  String getItemCol();

  void setItemCol(String itemCol);

  @Description("Column of the rating.")
  @Default.String("watch_ratio")
  String getRatingCol();

  void setRatingCol(String ratingCol);

  @Description(
      "Column of the time, in seconds since the epoch. Rows below 0 are dropped. Without this flag"
          + " it is 'timestamp', and files without one skip the rule.")
  @Nullable String getTimestampCol();

  void setTimestampCol(@Nullable String timestampCol);

  @Description("The character between fields; '\\t' or 'tab' for a tab.")
  @Default.String(",")
  String getDelimiter();

  void setDelimiter(String delimiter);

  @Description("Whether line 1 of each file names its columns.")
  @Default.Boolean(true)
  boolean getHeader();

  void setHeader(boolean header);

  @Description("Share of the rows held out at random to test on, from 0 to below 1.")
  @Default.Double(0)
  double getTestFraction();

  void setTestFraction(double testFraction);

  @Description("CSV files with the same columns to test on instead; never trained on.")
  @Nullable List<String> getTestInput();

  void setTestInput(@Nullable List<String> testInput);

  @Description("Number of factors, 1 to " + NormalEquations.MAX_RANK + ".")
  @Default.Integer(AlsParameters.DEFAULT_RANK)
  int getRank();

  void setRank(int rank);

  @Description("Number of iterations, 1 to " + AlsParameters.MOST_ITERATIONS + ".")
  @Default.Integer(AlsParameters.DEFAULT_MAX_ITER)
  int getMaxIter();

  void setMaxIter(int maxIter);

  @Description("Regularization, at least 0; scaled by the number of ratings as in Spark MLlib.")
  @Default.Double(AlsParameters.DEFAULT_REG_PARAM)
  double getRegParam();

  void setRegParam(double regParam);

  @Description("Seed of the initial factors and of the test split.")
  @Default.Long(AlsParameters.DEFAULT_SEED)
  long getSeed();

  void setSeed(long seed);

  @Description(
      "Test rows whose user or item is not in the training rows: 'drop' leaves them out of the"
          + " figures, 'nan' makes the figures NaN.")
  @Default.Enum("drop")
  ColdStartStrategy getColdStartStrategy();

  void setColdStartStrategy(ColdStartStrategy coldStartStrategy);

  @Description(
      "How factors reach the blocks of ratings: 'broadcast' sends all of them to every process and"
          + " through the driver, which keeps them for every iteration; 'shuffle' sends a row only"
          + " to the blocks that need it, by files beside the model; 'auto' takes shuffle where"
          + " broadcast might fill half of the driver's heap. Changes speed and memory, never a"
          + " result.")
  @Default.Enum("auto")
  FactorExchange getFactorExchange();

  void setFactorExchange(FactorExchange factorExchange);

  @Description("Blocks of users. Changes speed only. Default: the cores of this run.")
  @Nullable Integer getNumUserBlocks();

  void setNumUserBlocks(@Nullable Integer numUserBlocks);

  @Description("Blocks of items. Changes speed only. Default: the cores of this run.")
  @Nullable Integer getNumItemBlocks();

  void setNumItemBlocks(@Nullable Integer numItemBlocks);

  /** What becomes of pairs that cannot be predicted. */
  enum ColdStartStrategy {
    drop,
    nan
  }

  /** How a half-step gets the factors of the other side. */
  enum FactorExchange {
    auto,
    broadcast,
    shuffle
  }
}
