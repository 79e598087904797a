package dev.beamals.als;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ratings.Side;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;

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

  private final AlsParameters parameters;

  private Als(AlsParameters parameters) {
    this.parameters = parameters;
  }

  public static Als of(AlsParameters parameters) {
    return new Als(parameters);
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

  @Override
  public PCollectionTuple expand(PCollectionTuple blocks) {
    PCollection<RatingBlock> userBlocks = blocks.get(USER_BLOCKS);
    PCollection<RatingBlock> itemBlocks = blocks.get(ITEM_BLOCKS);
    PCollection<FactorBlock> users =
        userBlocks.apply("InitializeUserFactors", InitializeFactors.of(Side.USER, parameters));
    PCollectionTuple factors = PCollectionTuple.empty(blocks.getPipeline());
    for (int i = 1; i <= parameters.maxIter(); i++) {
      String iteration = String.format("Iteration-%02d", i);
      PCollection<FactorBlock> items =
          itemBlocks.apply(
              iteration + "/UpdateItemFactors", UpdateFactors.of(Side.ITEM, users, parameters));
      users =
          userBlocks.apply(
              iteration + "/UpdateUserFactors", UpdateFactors.of(Side.USER, items, parameters));
      factors = PCollectionTuple.of(USER_FACTORS, users).and(ITEM_FACTORS, items);
    }
    return factors;
  }
}
