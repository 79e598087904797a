package dev.beamals.als;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.OneProcess;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.CountRatings;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.KeepFrequent;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.blocks.TransposeBlocks;
import dev.beamals.ids.Side;
import dev.beamals.ratings.BatchRatings;
import dev.beamals.ratings.Rating;
import dev.beamals.ratings.RatingBatch;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.jspecify.annotations.Nullable;

/**
 * Alternating least squares: factors of users and items whose products come close to the ratings.
 *
 * <p>Minimizes {@code Σ (r_ui − x_u·y_i)² + λ (Σ n_u |x_u|² + Σ n_i |y_i|²)}, where {@code n} is
 * the number of ratings of a user or an item, by {@code maxIter} iterations that solve first all
 * items, then all users. Beam has no loops: every half-step is a stage of its own. With {@link
 * AlsParameters#implicitPrefs} and the other parameters it minimizes what they say.
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
 * Netflix Prize</i>, 2008; Hu, Koren and Volinsky, <i>Collaborative Filtering for Implicit Feedback
 * Datasets</i>, 2008.
 */
@AutoValue
public abstract class Als extends PTransform<PCollection<Rating>, TrainedModel> {
  private static final long serialVersionUID = 1L;

  /** Counts the rows that were solved; the name of the step tells the iteration. */
  public static final String ROWS_SOLVED = "rowsSolved";

  /**
   * The objective before a step, as the bits of a double, which a gauge has room for; the name of
   * the step tells the iteration.
   */
  public static final String OBJECTIVE = "objective";

  /** Blocks of a side where nobody says how large the cluster is: enough for a small one. */
  private static final int CLUSTER_BLOCKS = 16;

  abstract AlsParameters parameters();

  abstract @Nullable Integer numUserBlocks();

  abstract @Nullable Integer numItemBlocks();

  abstract boolean dropDuplicates();

  abstract RatingBlock.Aggregate aggregate();

  abstract int minUserRatings();

  abstract int minItemRatings();

  abstract @Nullable String shuffleFolder();

  abstract long shuffleAbove();

  abstract @Nullable Boolean passesBlocks();

  abstract @Nullable AlsModel initialModel();

  abstract boolean tellsFailures();

  /** With the defaults of {@link AlsParameters}. */
  public static Als create() {
    return new AutoValue_Als.Builder()
        .setParameters(AlsParameters.create())
        .setDropDuplicates(false)
        .setAggregate(RatingBlock.Aggregate.none)
        .setMinUserRatings(1)
        .setMinItemRatings(1)
        .setShuffleAbove(0)
        .setTellsFailures(false)
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

  /** As {@link AlsParameters#withImplicitPrefs}. */
  public Als withImplicitPrefs(boolean implicitPrefs) {
    return withParameters(parameters().withImplicitPrefs(implicitPrefs));
  }

  /** As {@link AlsParameters#withAlpha}. */
  public Als withAlpha(double alpha) {
    return withParameters(parameters().withAlpha(alpha));
  }

  /** As {@link AlsParameters#withNonnegative}. */
  public Als withNonnegative(boolean nonnegative) {
    return withParameters(parameters().withNonnegative(nonnegative));
  }

  /**
   * Goes on where an earlier training stopped: users that the model has begin with its factors,
   * others as always. Items are solved first, so theirs matter to conjugate gradients alone. With
   * the same ratings and parameters, n iterations are the same as a part of them and then the rest,
   * bit by bit.
   *
   * @param model of the same rank and mode: what the model tells of them is checked
   */
  public Als withInitialModel(AlsModel model) {
    return toBuilder().setInitialModel(model).build();
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

  /** What becomes of several ratings of a user for an item, after duplicates are dropped. */
  public Als withAggregate(RatingBlock.Aggregate aggregate) {
    return toBuilder().setAggregate(aggregate).build();
  }

  /**
   * Trains on users with so many ratings and items with so many alone, see {@link KeepFrequent}.
   *
   * @param minUserRatings at least 1
   * @param minItemRatings at least 1
   */
  public Als withMinRatings(int minUserRatings, int minItemRatings) {
    checkArgument(
        minUserRatings >= 1 && minItemRatings >= 1,
        "minUserRatings=%s, minItemRatings=%s: expected at least 1",
        minUserRatings,
        minItemRatings);
    return toBuilder().setMinUserRatings(minUserRatings).setMinItemRatings(minItemRatings).build();
  }

  /**
   * Sends a row of factors only to the blocks that need it, by files. Default: all factors of a
   * side go to every process, and on Spark through the driver. Gives the same factors, bit by bit.
   *
   * @param folder for files, on a file system that all workers share; with its last slash
   */
  public Als withShuffle(String folder) {
    return withShuffleAbove(0, folder);
  }

  /**
   * As {@link #withShuffle}, where all factors are larger than so many bytes alone. Every block of
   * ratings looks at that for itself: it knows its part of one side, and whom of the other it has.
   *
   * @param bytes at least 0; {@code 4 × rank} is one user or item
   */
  public Als withShuffleAbove(long bytes, String folder) {
    checkArgument(bytes >= 0, "bytes=%s: expected at least 0", bytes);
    checkArgument(folder.endsWith("/"), "folder %s: expected its last slash", folder);
    return toBuilder().setShuffleAbove(bytes).setShuffleFolder(folder).build();
  }

  /**
   * Whether a training that cannot be done, as ratings do not determine the factors of a row, fails
   * no run: {@link TrainingSummary#failure} tells why, and all factors are NaN. Default: it fails
   * the run.
   */
  public Als withFailuresTold(boolean failuresTold) {
    return toBuilder().setTellsFailures(failuresTold).build();
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

  /** Puts ratings that travel in batches into blocks, as the training itself does it. */
  public PTransform<PCollection<RatingBatch>, TrainingBlocks> blocks() {
    return new Blocks(this);
  }

  /**
   * The same training on ratings that are in blocks, so that several trainings share them. What was
   * said of blocks, duplicates, aggregates and few ratings was for {@link #blocks}.
   */
  public PTransform<TrainingBlocks, TrainedModel> onBlocks() {
    return new OnBlocks(this);
  }

  @Override
  public TrainedModel expand(PCollection<Rating> ratings) {
    return train(
        ratings.apply(
            "BatchRatings",
            BatchRatings.create().withTimes(aggregate() == RatingBlock.Aggregate.last)));
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

  private static final class Blocks extends PTransform<PCollection<RatingBatch>, TrainingBlocks> {
    private static final long serialVersionUID = 1L;
    private final Als als;

    Blocks(Als als) {
      this.als = als;
    }

    @Override
    public TrainingBlocks expand(PCollection<RatingBatch> ratings) {
      return als.block(ratings);
    }
  }

  private static final class OnBlocks extends PTransform<TrainingBlocks, TrainedModel> {
    private static final long serialVersionUID = 1L;
    private final Als als;

    OnBlocks(Als als) {
      this.als = als;
    }

    @Override
    public TrainedModel expand(TrainingBlocks blocks) {
      als.parameters().checkTogether();
      return als.iterate(blocks);
    }
  }

  private TrainedModel train(PCollection<RatingBatch> ratings) {
    parameters().checkTogether();
    return iterate(block(ratings));
  }

  private TrainingBlocks block(PCollection<RatingBatch> ratings) {
    checkArgument(
        ratings.isBounded() == PCollection.IsBounded.BOUNDED
            && ratings.getWindowingStrategy().getWindowFn() instanceof GlobalWindows,
        "%s: expected a bounded collection in the global window",
        ratings.getName());
    int userBlocks = numBlocks(ratings, numUserBlocks());
    int itemBlocks = numBlocks(ratings, numItemBlocks());
    PCollection<RatingBlock> byUser =
        ratings.apply(
            "BlockByUser",
            BlockRatings.create(userBlocks)
                .withDropDuplicates(dropDuplicates())
                .withAggregate(aggregate()));
    PCollection<DroppedRatings> dropped = null;
    if (minUserRatings() > 1 || minItemRatings() > 1 || aggregate() != RatingBlock.Aggregate.none) {
      PCollection<RatingBlock> all = byUser;
      if (minUserRatings() > 1 || minItemRatings() > 1) {
        byUser =
            byUser.apply("KeepFrequent", KeepFrequent.create(minUserRatings(), minItemRatings()));
      }
      dropped = DroppedRatings.count(all, byUser);
    }
    PCollection<RatingBlock> byItem =
        byUser.apply("BlockByItem", TransposeBlocks.create(itemBlocks));
    return new TrainingBlocks(byUser, byItem, userBlocks, itemBlocks, dropped);
  }

  private Exchange exchange(boolean inProcess) {
    String folder = shuffleFolder();
    int steps = 2 * parameters().maxIter();
    return folder == null
        ? new Exchange.Broadcast(steps, keepsOwn(), inProcess)
        : new ShuffleExchange(folder, shuffleAbove(), steps, keepsOwn(), inProcess);
  }

  /** Whether a block may need what it sent last. */
  private boolean keepsOwn() {
    return endsEarly() || startsFromOwn();
  }

  private boolean endsEarly() {
    return parameters().tolerance() > 0;
  }

  private boolean startsFromOwn() {
    return parameters().solver() == AlsParameters.Solver.cg;
  }

  static int numBlocks(PCollection<?> input, @Nullable Integer given) {
    if (given != null) {
      return given;
    }
    return isDirect(input) ? Runtime.getRuntime().availableProcessors() : CLUSTER_BLOCKS;
  }

  private static boolean isDirect(PCollection<?> input) {
    return OneProcess.runs(input.getPipeline().getOptions());
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

  private TrainedModel iterate(TrainingBlocks blocks) {
    PCollection<RatingBlock> userBlocks = blocks.byUser();
    PCollection<RatingBlock> itemBlocks = blocks.byItem();
    int numUserBlocks = blocks.numUserBlocks();
    int numItemBlocks = blocks.numItemBlocks();
    Exchange exchange = exchange(isDirect(userBlocks));
    PCollection<RatingBlock> byItem = itemBlocks;
    PCollection<FactorBlock> itemRatings = byItem.apply("CountItemRatings", CountRatings.create());
    boolean passes = passesBlocks(userBlocks);
    int maxIter = parameters().maxIter();
    RatingMean mean = parameters().center() ? RatingMean.of(userBlocks) : RatingMean.of(0);
    PCollection<Sent> sent =
        userBlocks.apply(
            "InitializeUserFactors",
            InitializeFactors.create(parameters(), exchange, numUserBlocks, numItemBlocks, mean)
                .withInitial(initialFactors(Side.USER)));
    SentFactors users = SentFactors.of("ViewInitialFactors", sent, numUserBlocks);
    SentFactors items = null;
    FactorView initialItems = startsFromOwn() ? initialFactors(Side.ITEM) : null;
    TrainedFactors itemFactors = null;
    for (int i = 1; i <= maxIter; i++) {
      String iteration = String.format("Iteration-%02d", i);
      UpdateFactors updateItems =
          UpdateFactors.create(Side.ITEM, 2 * i - 1, users, parameters(), exchange, numItemBlocks)
              .withOwn(endsEarly() ? items : null)
              .withStart(startsFromOwn() ? (i == 1 ? initialItems : items) : null)
              .withPassesBlocks(passes && i < maxIter)
              .withTellsFailures(tellsFailures());
      PCollectionTuple solved = itemBlocks.apply(iteration + "/UpdateItemFactors", updateItems);
      sent = solved.get(UpdateFactors.factors());
      items = SentFactors.of(iteration + "/ViewItemFactors", sent, numItemBlocks);
      if (i == maxIter) {
        itemFactors = TrainedFactors.of(Side.ITEM, parameters(), sent, items);
      }
      itemBlocks = solved.get(UpdateFactors.blocks());

      UpdateFactors updateUsers =
          UpdateFactors.create(Side.USER, 2 * i, items, parameters(), exchange, numUserBlocks)
              .withOwn(endsEarly() ? users : null)
              .withStart(startsFromOwn() ? users : null)
              .withPassesBlocks(passes)
              .withTellsFailures(tellsFailures());
      solved = userBlocks.apply(iteration + "/UpdateUserFactors", updateUsers);
      sent = solved.get(UpdateFactors.factors());
      users = SentFactors.of(iteration + "/ViewUserFactors", sent, numUserBlocks);
      userBlocks = solved.get(UpdateFactors.blocks());
    }
    if (itemFactors == null) {
      throw new IllegalStateException("no iteration");
    }
    TrainedFactors userFactors = TrainedFactors.of(Side.USER, parameters(), sent, users);
    return new TrainedModel(
        userFactors,
        itemFactors,
        parameters(),
        mean,
        userBlocks,
        byItem,
        itemRatings,
        summarize(sent, users),
        blocks.dropped());
  }

  private PCollection<TrainingSummary> summarize(PCollection<Sent> sent, SentFactors users) {
    return sent.apply("Summarize", users.addTo(ParDo.of(new SummarizeFn()), SummarizeFn.USERS))
        .setCoder(TrainingSummary.coder(parameters()));
  }

  /** Of the first block, with what all blocks sent. */
  static final class SummarizeFn extends DoFn<Sent, TrainingSummary> {
    private static final long serialVersionUID = 1L;
    static final String USERS = "users";

    @ProcessElement
    public void processElement(
        @Element Sent sent, @SideInput(USERS) List<Sent> all, OutputReceiver<TrainingSummary> out) {
      if (all.stream().allMatch(other -> other.number() >= sent.number())) {
        out.output(SentFactors.summary(all, SentFactors.sums(all)));
      }
    }
  }

  /** What a side begins with, or null. */
  private @Nullable FactorView initialFactors(Side side) {
    AlsModel initial = initialModel();
    if (initial == null) {
      return null;
    }
    parameters().checkInitial(initial.parameters(), initial.rank());
    return initial.factors(side).view();
  }

  abstract Builder toBuilder();

  @AutoValue.Builder
  abstract static class Builder {
    abstract Builder setParameters(AlsParameters parameters);

    abstract Builder setNumUserBlocks(Integer numUserBlocks);

    abstract Builder setNumItemBlocks(Integer numItemBlocks);

    abstract Builder setDropDuplicates(boolean dropDuplicates);

    abstract Builder setAggregate(RatingBlock.Aggregate aggregate);

    abstract Builder setMinUserRatings(int minUserRatings);

    abstract Builder setMinItemRatings(int minItemRatings);

    abstract Builder setShuffleFolder(String shuffleFolder);

    abstract Builder setShuffleAbove(long shuffleAbove);

    abstract Builder setPassesBlocks(Boolean passesBlocks);

    abstract Builder setInitialModel(@Nullable AlsModel initialModel);

    abstract Builder setTellsFailures(boolean tellsFailures);

    abstract Als build();
  }
}
