package dev.beamals.als;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.blocks.TransposeBlocks;
import dev.beamals.ids.Side;
import dev.beamals.ratings.BatchRatings;
import dev.beamals.ratings.Rating;
import dev.beamals.ratings.RatingBatch;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.jspecify.annotations.Nullable;

/**
 * Alternating least squares: factors of users and items whose products come close to the ratings.
 *
 * <p>Minimizes {@code Σ (r_ui − x_u·y_i)² + λ (Σ n_u |x_u|² + Σ n_i |y_i|²)}, where {@code n} is
 * the number of ratings of a user or an item, by {@code maxIter} iterations that solve first all
 * items, then all users. Beam has no loops: every half-step is a stage of its own.
 *
 * <pre>{@code
 * AlsModel model = ratings.apply("Train", Als.create().withRank(32).withRegParam(0.05));
 * }</pre>
 *
 * <p>The same ratings, parameters and seed give the same factors, bit by bit, in any order, on any
 * runner and with any number of blocks.
 *
 * <p>Ratings must be finite as floats, their ids not empty: a rating that is not fails the run with
 * a message that names it, see {@link dev.beamals.ratings.CheckRatings} to put such ratings aside.
 * The collection must be bounded and in the global window.
 *
 * <p>Zhou, Wilkinson, Schreiber and Pan, <i>Large-scale Parallel Collaborative Filtering for the
 * Netflix Prize</i>, 2008.
 */
@AutoValue
public abstract class Als extends PTransform<PCollection<Rating>, TrainedModel> {
  private static final long serialVersionUID = 1L;

  /** Counts the rows that were solved; the name of the step tells the iteration. */
  public static final String ROWS_SOLVED = "rowsSolved";

  /** Blocks of a side where nobody says how large the cluster is: enough for a small one. */
  private static final int CLUSTER_BLOCKS = 16;

  abstract AlsParameters parameters();

  abstract @Nullable Integer numUserBlocks();

  abstract @Nullable Integer numItemBlocks();

  abstract boolean dropDuplicates();

  abstract @Nullable String shuffleFolder();

  abstract @Nullable Boolean passesBlocks();

  /** With the defaults of {@link AlsParameters}. */
  public static Als create() {
    return new AutoValue_Als.Builder()
        .setParameters(AlsParameters.create())
        .setDropDuplicates(false)
        .build();
  }

  /** Sets all parameters. */
  public Als withParameters(AlsParameters parameters) {
    return toBuilder().setParameters(parameters).build();
  }

  /** As {@link AlsParameters#withRank}. */
  public Als withRank(int rank) {
    return withParameters(parameters().withRank(rank));
  }

  /** As {@link AlsParameters#withMaxIter}. */
  public Als withMaxIter(int maxIter) {
    return withParameters(parameters().withMaxIter(maxIter));
  }

  /** As {@link AlsParameters#withRegParam}. */
  public Als withRegParam(double regParam) {
    return withParameters(parameters().withRegParam(regParam));
  }

  /** As {@link AlsParameters#withSeed}. */
  public Als withSeed(long seed) {
    return withParameters(parameters().withSeed(seed));
  }

  /**
   * How many blocks users are spread over: changes where work is done, never a result. Default: the
   * cores of this machine on the DirectRunner, 16 elsewhere.
   *
   * @param numUserBlocks at least 1
   */
  public Als withNumUserBlocks(int numUserBlocks) {
    checkArgument(numUserBlocks >= 1, "numUserBlocks=%s: expected at least 1", numUserBlocks);
    return toBuilder().setNumUserBlocks(numUserBlocks).build();
  }

  /** As {@link #withNumUserBlocks}, for items. */
  public Als withNumItemBlocks(int numItemBlocks) {
    checkArgument(numItemBlocks >= 1, "numItemBlocks=%s: expected at least 1", numItemBlocks);
    return toBuilder().setNumItemBlocks(numItemBlocks).build();
  }

  /**
   * Keeps ratings that are equal in user, item, rating and time once; of ratings that were read
   * from files, equal in the whole row. Default: all are kept.
   */
  public Als withDropDuplicates(boolean dropDuplicates) {
    return toBuilder().setDropDuplicates(dropDuplicates).build();
  }

  /**
   * Sends a row of factors only to the blocks that need it, by files. Default: all factors of a
   * side go to every process, and on Spark through the driver. Gives the same factors, bit by bit.
   *
   * @param folder for files, on a file system that all workers share; with its last slash
   */
  public Als withShuffle(String folder) {
    checkArgument(folder.endsWith("/"), "folder %s: expected its last slash", folder);
    return toBuilder().setShuffleFolder(folder).build();
  }

  /**
   * Whether each step passes the blocks of ratings on to the next of its side, instead of all steps
   * reading the same two collections. Gives the same factors. Chosen by the runner, see {@link
   * #passesBlocks(PCollection)}.
   */
  Als withPassesBlocks(boolean passesBlocks) {
    return toBuilder().setPassesBlocks(passesBlocks).build();
  }

  /** The same training on ratings that travel in batches. */
  public PTransform<PCollection<RatingBatch>, TrainedModel> onBatches() {
    return new OnBatches(this);
  }

  @Override
  public TrainedModel expand(PCollection<Rating> ratings) {
    return train(ratings.apply("BatchRatings", BatchRatings.create()));
  }

  private static final class OnBatches extends PTransform<PCollection<RatingBatch>, TrainedModel> {
    private static final long serialVersionUID = 1L;
    private final Als als;

    OnBatches(Als als) {
      this.als = als;
    }

    @Override
    public TrainedModel expand(PCollection<RatingBatch> ratings) {
      return als.train(ratings);
    }
  }

  private TrainedModel train(PCollection<RatingBatch> ratings) {
    checkArgument(
        ratings.isBounded() == PCollection.IsBounded.BOUNDED
            && ratings.getWindowingStrategy().getWindowFn() instanceof GlobalWindows,
        "%s: expected a bounded collection in the global window",
        ratings.getName());
    int userBlocks = numBlocks(ratings, numUserBlocks());
    int itemBlocks = numBlocks(ratings, numItemBlocks());
    PCollection<RatingBlock> byUser =
        ratings.apply(
            "BlockByUser", BlockRatings.create(userBlocks).withDropDuplicates(dropDuplicates()));
    PCollection<RatingBlock> byItem =
        byUser.apply("BlockByItem", TransposeBlocks.create(itemBlocks));
    String folder = shuffleFolder();
    return folder == null
        ? iterate(byUser, byItem, new Exchange.Broadcast())
        : iterate(
            byUser,
            byItem,
            new ShuffleExchange(folder, userBlocks, itemBlocks, 2 * parameters().maxIter()));
  }

  static int numBlocks(PCollection<?> input, @Nullable Integer given) {
    if (given != null) {
      return given;
    }
    return isDirect(input) ? Runtime.getRuntime().availableProcessors() : CLUSTER_BLOCKS;
  }

  private static boolean isDirect(PCollection<?> input) {
    return input.getPipeline().getOptions().getRunner().getSimpleName().contains("Direct");
  }

  /**
   * Whether blocks are passed on. For the DirectRunner: it tries every stage that waits for a side
   * input again whenever any stage is done, at a millisecond or more, so that with one collection
   * the cost grows with the square of {@code maxIter}. SparkRunner would keep a copy of the blocks
   * for each step.
   */
  private boolean passesBlocks(PCollection<?> input) {
    Boolean passes = passesBlocks();
    return passes == null ? isDirect(input) : passes;
  }

  private <T> TrainedModel iterate(
      PCollection<RatingBlock> userBlocks,
      PCollection<RatingBlock> itemBlocks,
      Exchange<T> exchange) {
    boolean passes = passesBlocks(userBlocks);
    int rank = parameters().rank();
    int maxIter = parameters().maxIter();
    PCollection<T> users =
        userBlocks.apply(
            "InitializeUserFactors", InitializeFactors.create(Side.USER, parameters(), exchange));
    PCollection<T> items = users;
    for (int i = 1; i <= maxIter; i++) {
      String iteration = String.format("Iteration-%02d", i);
      UpdateFactors<T> updateItems =
          UpdateFactors.create(Side.ITEM, 2 * i - 1, users, parameters(), exchange)
              .withPassesBlocks(passes && i < maxIter);
      PCollectionTuple solved = itemBlocks.apply(iteration + "/UpdateItemFactors", updateItems);
      items = solved.get(updateItems.factors());
      itemBlocks = solved.get(UpdateFactors.blocks());

      UpdateFactors<T> updateUsers =
          UpdateFactors.create(Side.USER, 2 * i, items, parameters(), exchange)
              .withPassesBlocks(passes);
      solved = userBlocks.apply(iteration + "/UpdateUserFactors", updateUsers);
      users = solved.get(updateUsers.factors());
      userBlocks = solved.get(UpdateFactors.blocks());
    }
    return new TrainedModel(
        exchange.factors(users, Side.USER, rank),
        exchange.factors(items, Side.ITEM, rank),
        parameters(),
        userBlocks);
  }

  abstract Builder toBuilder();

  @AutoValue.Builder
  abstract static class Builder {
    abstract Builder setParameters(AlsParameters parameters);

    abstract Builder setNumUserBlocks(Integer numUserBlocks);

    abstract Builder setNumItemBlocks(Integer numItemBlocks);

    abstract Builder setDropDuplicates(boolean dropDuplicates);

    abstract Builder setShuffleFolder(String shuffleFolder);

    abstract Builder setPassesBlocks(Boolean passesBlocks);

    abstract Als build();
  }
}
