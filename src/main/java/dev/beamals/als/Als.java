package dev.beamals.als;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorFile;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Side;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/**
 * Alternating least squares: factors of users and items whose products come close to the ratings.
 *
 * <p>Minimizes {@code Σ (r_ui − x_u·y_i)² + λ (Σ n_u |x_u|² + Σ n_i |y_i|²)}, where {@code n} is
 * the number of ratings of a user or an item, by {@code maxIter} iterations that solve first all
 * items, then all users. Beam has no loops: every half-step is a stage of its own.
 *
 * <pre>{@code
 * PCollectionTuple factors =
 *     Als.blocks(userBlocks, itemBlocks)
 *         .apply("Als", Als.of(AlsParameters.create().withRank(32)));
 * PCollection<FactorBlock> userFactors = factors.get(Als.userFactors());
 * }</pre>
 *
 * <p>Zhou, Wilkinson, Schreiber and Pan, <i>Large-scale Parallel Collaborative Filtering for the
 * Netflix Prize</i>, 2008.
 */
public final class Als extends PTransform<PCollectionTuple, PCollectionTuple> {
  private static final long serialVersionUID = 1L;

  /** Counts the rows that were solved; the name of the step tells the iteration. */
  public static final String ROWS_SOLVED = "rowsSolved";

  private static final TupleTag<RatingBlock> USER_BLOCKS = new TupleTag<>("userBlocks") {};
  private static final TupleTag<RatingBlock> ITEM_BLOCKS = new TupleTag<>("itemBlocks") {};
  private static final TupleTag<FactorBlock> USER_FACTORS = new TupleTag<>("userFactors") {};
  private static final TupleTag<FactorBlock> ITEM_FACTORS = new TupleTag<>("itemFactors") {};

  private static final TupleTag<FactorFile> USER_FILES = new TupleTag<>("userFiles") {};
  private static final TupleTag<FactorFile> ITEM_FILES = new TupleTag<>("itemFiles") {};

  private final AlsParameters parameters;
  private final @Nullable ShuffleExchange shuffle;
  private final boolean passesBlocks;

  private Als(AlsParameters parameters, @Nullable ShuffleExchange shuffle, boolean passesBlocks) {
    this.parameters = parameters;
    this.shuffle = shuffle;
    this.passesBlocks = passesBlocks;
  }

  /** Sends all factors of a side to every process. */
  public static Als of(AlsParameters parameters) {
    return new Als(parameters, null, false);
  }

  /**
   * Sends a row of factors only to the blocks that need it. Gives the same factors, bit by bit.
   *
   * @param folder for files, on a file system that all workers share; with its last slash
   * @param userBlocks the number of blocks that the users are spread over
   * @param itemBlocks the number of blocks that the items are spread over
   */
  public Als withShuffle(String folder, int userBlocks, int itemBlocks) {
    return new Als(
        parameters,
        new ShuffleExchange(folder, userBlocks, itemBlocks, 2 * parameters.maxIter()),
        passesBlocks);
  }

  /**
   * Whether each step passes the blocks of ratings on to the next of its side, instead of all steps
   * reading the same two collections. Gives the same factors.
   *
   * <p>For the DirectRunner. It tries every stage that waits for a side input again whenever any
   * stage is done, at a millisecond or more, so that with one collection the cost grows with the
   * square of {@code maxIter}. SparkRunner would keep a copy of the blocks for each step.
   */
  public Als withPassesBlocks(boolean passesBlocks) {
    return new Als(parameters, shuffle, passesBlocks);
  }

  /** The input: the same ratings grouped by user and grouped by item. */
  public static PCollectionTuple blocks(
      PCollection<RatingBlock> userBlocks, PCollection<RatingBlock> itemBlocks) {
    return PCollectionTuple.of(USER_BLOCKS, userBlocks).and(ITEM_BLOCKS, itemBlocks);
  }

  public static TupleTag<FactorBlock> userFactors() {
    return USER_FACTORS;
  }

  public static TupleTag<FactorBlock> itemFactors() {
    return ITEM_FACTORS;
  }

  /** Tag of the ratings by user, for what is to be done with them after the training. */
  public static TupleTag<RatingBlock> userBlocks() {
    return USER_BLOCKS;
  }

  @Override
  public PCollectionTuple expand(PCollectionTuple blocks) {
    if (shuffle != null) {
      PCollectionTuple files = expand(blocks, shuffle, USER_FILES, ITEM_FILES);
      return files
          .and(USER_FACTORS, read(files.get(USER_FILES), "ReadUserFactors"))
          .and(ITEM_FACTORS, read(files.get(ITEM_FILES), "ReadItemFactors"));
    }
    return expand(blocks, new Exchange.Broadcast(), USER_FACTORS, ITEM_FACTORS);
  }

  private static PCollection<FactorBlock> read(PCollection<FactorFile> files, String name) {
    return files
        .apply(name, ParDo.of(new ShuffleExchange.ReadFn()))
        .setCoder(FactorBlock.Coder.of());
  }

  /**
   * The factors of a side as a side input for DoFns that look some of them up.
   *
   * @param factors what this transform gave
   */
  public static FactorView view(PCollectionTuple factors, Side side, String name) {
    TupleTag<FactorFile> files = side == Side.USER ? USER_FILES : ITEM_FILES;
    return factors.has(files)
        ? FactorView.ofFiles(name, factors.get(files))
        : FactorView.ofBlocks(name, factors.get(side == Side.USER ? USER_FACTORS : ITEM_FACTORS));
  }

  private <T> PCollectionTuple expand(
      PCollectionTuple blocks, Exchange<T> exchange, TupleTag<T> userTag, TupleTag<T> itemTag) {
    PCollection<RatingBlock> userBlocks = blocks.get(USER_BLOCKS);
    PCollection<RatingBlock> itemBlocks = blocks.get(ITEM_BLOCKS);
    PCollection<T> users =
        userBlocks.apply(
            "InitializeUserFactors", InitializeFactors.of(Side.USER, parameters, exchange));
    PCollectionTuple factors = PCollectionTuple.empty(blocks.getPipeline());
    for (int i = 1; i <= parameters.maxIter(); i++) {
      String iteration = String.format("Iteration-%02d", i);
      UpdateFactors<T> updateItems =
          UpdateFactors.of(Side.ITEM, 2 * i - 1, users, parameters, exchange)
              .withPassesBlocks(passesBlocks && i < parameters.maxIter());
      PCollectionTuple solved = itemBlocks.apply(iteration + "/UpdateItemFactors", updateItems);
      PCollection<T> items = solved.get(updateItems.factors());
      itemBlocks = solved.get(UpdateFactors.blocks());

      UpdateFactors<T> updateUsers =
          UpdateFactors.of(Side.USER, 2 * i, items, parameters, exchange)
              .withPassesBlocks(passesBlocks);
      solved = userBlocks.apply(iteration + "/UpdateUserFactors", updateUsers);
      users = solved.get(updateUsers.factors());
      userBlocks = solved.get(UpdateFactors.blocks());
      factors = PCollectionTuple.of(userTag, users).and(itemTag, items);
    }
    return factors.and(USER_BLOCKS, userBlocks);
  }
}
