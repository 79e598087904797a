package dev.beamals.als;

import dev.beamals.CombineAll;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ids.UniteIds;
import dev.beamals.ratings.RatingBatch;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * Finds the factors of users against items that stay as they are: one exact half-step.
 *
 * <p>A user with ratings r of n items with factors y gets the x (rank) that solves {@code (Σ y yᵀ +
 * λ n I) x = Σ r y}, as in training: a user of the training set, with the same ratings, gets the
 * factors it has. Ratings of items without factors are ignored, and users with no other ratings get
 * none.
 *
 * <pre>{@code
 * PCollectionTuple folded = userBlocks.apply("FoldIn", FoldIn.users(itemFactors, parameters));
 * PCollection<FactorBlock> userFactors = folded.get(FoldIn.factors());
 * }</pre>
 *
 * <p>Every output has to be consumed: SparkRunner 2.70.0 mixes an unconsumed output into the first.
 */
public final class FoldIn extends PTransform<PCollection<RatingBlock>, PCollectionTuple> {
  private static final long serialVersionUID = 1L;
  private static final TupleTag<FactorBlock> FACTORS = new TupleTag<>("factors") {};
  private static final TupleTag<RatingBlock> KNOWN = new TupleTag<>("known") {};
  private static final TupleTag<Long> IGNORED = new TupleTag<>("ignored") {};

  private final PCollection<FactorBlock> itemFactors;
  private final AlsParameters parameters;

  private FoldIn(PCollection<FactorBlock> itemFactors, AlsParameters parameters) {
    this.itemFactors = itemFactors;
    this.parameters = parameters;
  }

  /**
   * @param itemFactors of a trained model
   * @param parameters the rank and regParam it was trained with
   */
  public static FoldIn users(PCollection<FactorBlock> itemFactors, AlsParameters parameters) {
    return new FoldIn(itemFactors, parameters);
  }

  /** Tag of the factors of the users. */
  public static TupleTag<FactorBlock> factors() {
    return FACTORS;
  }

  /** Tag of one number: how many ratings were ignored. */
  public static TupleTag<Long> ignored() {
    return IGNORED;
  }

  @Override
  public PCollectionTuple expand(PCollection<RatingBlock> userBlocks) {
    PCollectionView<Ids> items =
        itemFactors
            .apply(
                "TakeItemIds", MapElements.into(TypeDescriptor.of(Ids.class)).via(FactorBlock::ids))
            .setCoder(UniteIds.coder())
            .apply("UniteItemIds", UniteIds.create())
            .apply("ViewItemIds", View.asSingleton());
    PCollectionTuple known =
        userBlocks.apply(
            "KeepKnownItems",
            ParDo.of(new KeepFn(items))
                .withSideInputs(items)
                .withOutputTags(KNOWN, TupleTagList.of(IGNORED)));
    UpdateFactors<FactorBlock> update =
        UpdateFactors.of(Side.USER, 1, itemFactors, parameters, new Exchange.Broadcast());
    PCollection<FactorBlock> factors =
        known
            .get(KNOWN)
            .setCoder(RatingBlock.Coder.of())
            .apply("UpdateUserFactors", update)
            .get(update.factors());
    return PCollectionTuple.of(FACTORS, factors)
        .and(IGNORED, known.get(IGNORED).apply("SumIgnored", CombineAll.of(0L, Sum.ofLongs())));
  }

  static final class KeepFn extends DoFn<RatingBlock, RatingBlock> {
    private static final long serialVersionUID = 1L;
    private final PCollectionView<Ids> items;

    KeepFn(PCollectionView<Ids> items) {
      this.items = items;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      RatingBlock block = c.element();
      RatingBlock known = keep(block, c.sideInput(items));
      c.output(IGNORED, (long) block.size() - known.size());
      if (known.size() > 0) {
        c.output(known);
      }
    }
  }

  /** The ratings whose item is one of {@code items}. */
  static RatingBlock keep(RatingBlock block, Ids items) {
    int[] positions = block.dst().positionsIn(items);
    if (Arrays.stream(positions).allMatch(position -> position >= 0)) {
      return block;
    }
    int[] user = new int[block.size()];
    int[] item = new int[block.size()];
    float[] ratings = new float[block.size()];
    int count = 0;
    for (int u = 0; u < block.src().size(); u++) {
      for (int p = block.offsets()[u]; p < block.offsets()[u + 1]; p++) {
        if (positions[block.neighbours()[p]] >= 0) {
          user[count] = u;
          item[count] = block.neighbours()[p];
          ratings[count++] = block.ratings()[p];
        }
      }
    }
    user = Arrays.copyOf(user, count);
    item = Arrays.copyOf(item, count);
    RatingBatch kept =
        new RatingBatch(
            RatingBatch.keepUsed(block.src(), user),
            RatingBatch.keepUsed(block.dst(), item),
            user,
            item,
            Arrays.copyOf(ratings, count),
            new long[0]);
    return RatingBlock.group(List.of(kept), Side.USER, false);
  }
}
