package dev.beamals.recommend;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.Explainer;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ratings.HeldBatch;
import dev.beamals.ratings.RatingBatch;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.join.CoGbkResult;
import org.apache.beam.sdk.transforms.join.CoGroupByKey;
import org.apache.beam.sdk.transforms.join.KeyedPCollectionTuple;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/**
 * Explains the scores of items for users by the ratings of the users: which of them speak for an
 * item, and by how much.
 *
 * <p>A prediction is an exact sum over the ratings of its user ({@link
 * dev.beamals.als.Contributions}). Of each the largest parts are kept, beside what the others add
 * up to. The ratings should be those that the users were trained on, all of them: then the sum is
 * the score, but for rounding.
 *
 * <p>Scores and ratings meet by one shuffle into blocks of users. A block then takes the factors of
 * its own items out of the model's files, as {@link PredictRatings} does, and each of its users is
 * solved once.
 *
 * <pre>{@code
 * PCollection<ScoredIds> explained =
 *     best.apply("Explain", ExplainScores.from(model, ratings, BlockRatings.create(8)));
 * }</pre>
 *
 * <p>Source: Hu, Koren and Volinsky, <i>Collaborative Filtering for Implicit Feedback Datasets</i>,
 * 2008, section 5.
 */
@AutoValue
public abstract class ExplainScores
    extends PTransform<PCollection<ScoredIds>, PCollection<ScoredIds>> {
  private static final long serialVersionUID = 1L;
  private static final TupleTag<ScoredIds> SCORES = new TupleTag<>("scores") {};
  private static final TupleTag<HeldBatch> RATINGS = new TupleTag<>("ratings") {};

  abstract AlsModel model();

  abstract PCollection<RatingBatch> ratings();

  abstract BlockRatings blocks();

  abstract @Nullable AlsParameters parameters();

  abstract int most();

  abstract boolean against();

  /**
   * Keeps the three ratings that speak most for each item.
   *
   * @param blocks how ratings are grouped, into as many blocks as the scores are in
   */
  public static ExplainScores from(
      AlsModel model, PCollection<RatingBatch> ratings, BlockRatings blocks) {
    return new AutoValue_ExplainScores(model, ratings, blocks, model.parameters(), 3, false);
  }

  /** Needed where the model does not tell its own: the mode and the regularization. */
  public ExplainScores withParameters(AlsParameters parameters) {
    return new AutoValue_ExplainScores(model(), ratings(), blocks(), parameters, most(), against());
  }

  /**
   * @param most how many reasons are kept, at least 1
   */
  public ExplainScores withMost(int most) {
    checkArgument(most >= 1, "most=%s: expected at least 1", most);
    return new AutoValue_ExplainScores(model(), ratings(), blocks(), parameters(), most, against());
  }

  /** Keeps ratings that speak against an item as well, the largest contributions of either sign. */
  public ExplainScores withAgainst() {
    return new AutoValue_ExplainScores(model(), ratings(), blocks(), parameters(), most(), true);
  }

  @Override
  public PCollection<ScoredIds> expand(PCollection<ScoredIds> scores) {
    AlsParameters parameters = parameters();
    if (parameters == null) {
      throw new IllegalArgumentException(
          "the model does not tell its regParam; expected parameters here");
    }
    Explainer explainer = Explainer.of(model(), parameters);
    return KeyedPCollectionTuple.of(
            SCORES,
            scores
                .apply("KeyByBlock", ParDo.of(new KeyFn(blocks().numBlocks())))
                .setCoder(KvCoder.of(VarIntCoder.of(), ScoredIds.Coder.of())))
        .and(RATINGS, ratings().apply("PartitionRatings", blocks().partition()))
        .apply("GroupByBlock", CoGroupByKey.create())
        .apply(
            "ExplainBlocks",
            explainer.addTo(ParDo.of(new ExplainFn(explainer, blocks(), most(), against()))))
        .setCoder(ScoredIds.Coder.of());
  }

  static final class KeyFn extends DoFn<ScoredIds, KV<Integer, ScoredIds>> {
    private static final long serialVersionUID = 1L;
    private final int numBlocks;

    KeyFn(int numBlocks) {
      this.numBlocks = numBlocks;
    }

    @ProcessElement
    public void processElement(
        @Element ScoredIds scores, OutputReceiver<KV<Integer, ScoredIds>> out) {
      if (scores.src().size() > 0) {
        out.output(KV.of(scores.src().block(0, numBlocks), scores));
      }
    }
  }

  static final class ExplainFn extends DoFn<KV<Integer, CoGbkResult>, ScoredIds> {
    private static final long serialVersionUID = 1L;
    private final Explainer explainer;
    private final BlockRatings blocks;
    private final int most;
    private final boolean against;

    ExplainFn(Explainer explainer, BlockRatings blocks, int most, boolean against) {
      this.explainer = explainer;
      this.blocks = blocks;
      this.most = most;
      this.against = against;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      CoGbkResult met = c.element().getValue();
      List<ScoredIds> scores = new ArrayList<>();
      met.getAll(SCORES).forEach(scores::add);
      if (scores.isEmpty()) {
        return; // ratings of users that nothing was found for
      }
      RatingBlock ratings = blocks.build(met.getAll(RATINGS));
      for (ScoredIds block : scores) {
        c.output(
            block.withReasons(
                new ExplainBlock(most, against)
                    .explain(block, ratings, explainer.contributions(c, ratings, block.dst()))));
      }
    }
  }
}
