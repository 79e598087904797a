package dev.beamals.pipelines;

import dev.beamals.als.AlsParameters;
import dev.beamals.linalg.NormalEquations;
import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of {@code scripts/als train}, each with its description. */
@Usage(
    words = "input",
    required = "input",
    examples = {
      "als train ratings.csv --itemCol=film --ratingCol=stars --testFraction=0.2",
      "als train plays.csv --implicitPrefs --regScaling=weights --regParam=0.003 --output=model"
    })
@Group(Group.Name.model)
public interface TrainOptions extends InputOptions, SplitOptions, RankingOptions {

  @Description("Folder for the model. An older beam-als model there is replaced at the very end.")
  @Default.String("als_model")
  @Group(Group.Name.output)
  String getOutput();

  void setOutput(String output);

  @Description(
      "Column of the user: a name, or its number from 1 with --header=false. Where the default is"
          + " not there and one column is called user, userId or the like, it is that one; so for"
          + " items, ratings and times.")
  @Default.String("user_id")
  @Group(Group.Name.data)
  String getUserCol();

  void setUserCol(String userCol);

  @Description("Column of the item.")
  @Default.String("video_id")
  @Group(Group.Name.data)
  String getItemCol();

  void setItemCol(String itemCol);

  @Description("Column of the rating; 'none' where there is none: every row counts 1.")
  @Default.String("watch_ratio")
  @Group(Group.Name.data)
  String getRatingCol();

  void setRatingCol(String ratingCol);

  @Description(
      "Column of the time: seconds or milliseconds since the epoch, or dates (--timestampFormat)."
          + " Rows below 0 are dropped. Without this flag it is 'timestamp', and files without one"
          + " skip the rule; 'none' switches it off.")
  @Group(Group.Name.data)
  @Nullable String getTimestampCol();

  void setTimestampCol(@Nullable String timestampCol);

  @Description(
      "What is between fields: any text, 'tab', 'blank', or 'whitespace' for runs of blanks and tabs.")
  @Default.String(",")
  @Group(Group.Name.data)
  String getDelimiter();

  void setDelimiter(String delimiter);

  @Description("Whether line 1 of each file names its columns.")
  @Default.Boolean(true)
  @Group(Group.Name.data)
  boolean getHeader();

  void setHeader(boolean header);

  @Description("CSV files with the same columns to test on instead; never trained on.")
  @Group(Group.Name.quality)
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

  @Description(
      "Whether ratings are counts of plays, clicks or purchases, or durations, and not grades: what"
          + " is above 0 is preferred, the more surely the larger it is, and what is not there is"
          + " not preferred, with little certainty.")
  @Default.Boolean(false)
  boolean getImplicitPrefs();

  void setImplicitPrefs(boolean implicitPrefs);

  @Description("With --implicitPrefs: how much surer a unit of the rating is, above 0.")
  @Default.Double(AlsParameters.DEFAULT_ALPHA)
  double getAlpha();

  void setAlpha(double alpha);

  @Description("Whether all factors are at least 0.")
  @Default.Boolean(false)
  boolean getNonnegative();

  void setNonnegative(boolean nonnegative);

  @Description(
      "Whether every user and every item has a bias, a number that is added to its predictions."
          + " Not with --implicitPrefs or --nonnegative.")
  @Default.Boolean(false)
  boolean getBiases();

  void setBiases(boolean biases);

  @Description(
      "Whether the mean of the training ratings is added to every prediction, so that factors and"
          + " biases are of what differs from it. Not with --implicitPrefs or --nonnegative.")
  @Default.Boolean(false)
  boolean getCenter();

  void setCenter(boolean center);

  @Description("Regularization, at least 0; see --regScaling.")
  @Default.Double(AlsParameters.DEFAULT_REG_PARAM)
  double getRegParam();

  void setRegParam(double regParam);

  @Description(
      "What the regularization of a row is multiplied with: 'ratings', their number as in Spark"
          + " MLlib, with --implicitPrefs that of those above 0; 'weights', the sum of the weights of"
          + " all pairs, which with --implicitPrefs counts the pairs that are not there; 'none', 1.")
  @Default.Enum("ratings")
  AlsParameters.RegScaling getRegScaling();

  void setRegScaling(AlsParameters.RegScaling regScaling);

  @Description("Regularization of users. Default: --regParam.")
  @Nullable Double getUserRegParam();

  void setUserRegParam(@Nullable Double userRegParam);

  @Description("Regularization of items. Default: --regParam.")
  @Nullable Double getItemRegParam();

  void setItemRegParam(@Nullable Double itemRegParam);

  @Description("Regularization of --biases, above 0. Default: that of their side.")
  @Nullable Double getBiasRegParam();

  void setBiasRegParam(@Nullable Double biasRegParam);

  @Description(
      "Ends the training when an iteration lowers the objective by less than this share of it,"
          + " from 0 (never before --maxIter) to below 1.")
  @Default.Double(AlsParameters.DEFAULT_TOLERANCE)
  double getTolerance();

  void setTolerance(double tolerance);

  @Description(
      "How the equations of a row are solved: 'cholesky', exactly; 'cg', by --cgSteps steps of"
          + " conjugate gradients from its last factors, which is faster from a rank of 64 or so on."
          + " Not with --nonnegative.")
  @Default.Enum("cholesky")
  AlsParameters.Solver getSolver();

  void setSolver(AlsParameters.Solver solver);

  @Description("Steps of --solver=cg for a row and half-step, at least 1.")
  @Default.Integer(AlsParameters.DEFAULT_CG_STEPS)
  int getCgSteps();

  void setCgSteps(int cgSteps);

  @Description(
      "Folder of a model to go on from, of the same rank and mode: its users begin with the factors"
          + " they have, new ones at random.")
  @Nullable String getInitialModel();

  void setInitialModel(@Nullable String initialModel);

  @Description("Seed of the initial factors and of the test split.")
  @Default.Long(AlsParameters.DEFAULT_SEED)
  long getSeed();

  void setSeed(long seed);

  @Description(
      "Test rows whose user or item is not in the training rows: 'drop' leaves them out of the"
          + " figures, 'nan' makes the figures NaN, 'baseline' predicts the mean and the bias that is"
          + " known, of a model with --center or --biases.")
  @Default.Enum("drop")
  @Group(Group.Name.quality)
  ColdStartStrategy getColdStartStrategy();

  void setColdStartStrategy(ColdStartStrategy coldStartStrategy);

  @Description(
      "Users with fewer training rows are left out, and items as of --minItemRatings, again until"
          + " all that are left have as many.")
  @Default.Integer(1)
  @Group(Group.Name.data)
  int getMinUserRatings();

  void setMinUserRatings(int minUserRatings);

  @Description("Items with fewer training rows are left out, see --minUserRatings.")
  @Default.Integer(1)
  @Group(Group.Name.data)
  int getMinItemRatings();

  void setMinItemRatings(int minItemRatings);

  @Description(
      "How factors reach the blocks of ratings: 'broadcast' sends all of them to every process and"
          + " through the driver, which keeps them for every iteration; 'shuffle' sends a row only"
          + " to the blocks that need it, by files beside the model; 'auto' takes shuffle where"
          + " broadcast might fill half of the driver's heap. Changes speed and memory, never a"
          + " result.")
  @Default.Enum("auto")
  @Group(Group.Name.runner)
  FactorExchange getFactorExchange();

  void setFactorExchange(FactorExchange factorExchange);

  @Description("Blocks of users. Changes speed only. Default: the cores of this run.")
  @Group(Group.Name.runner)
  @Nullable Integer getNumUserBlocks();

  void setNumUserBlocks(@Nullable Integer numUserBlocks);

  @Description("Blocks of items. Changes speed only. Default: the cores of this run.")
  @Group(Group.Name.runner)
  @Nullable Integer getNumItemBlocks();

  void setNumItemBlocks(@Nullable Integer numItemBlocks);

  @Description(
      "Whether the model folder gets a page that shows it, report.html, as of the command report.")
  @Default.Boolean(false)
  @Group(Group.Name.output)
  boolean getReport();

  void setReport(boolean report);

  /** What becomes of pairs that cannot be predicted. */
  enum ColdStartStrategy {
    drop,
    nan,
    baseline
  }

  /** How a half-step gets the factors of the other side. */
  enum FactorExchange {
    auto,
    broadcast,
    shuffle
  }
}
