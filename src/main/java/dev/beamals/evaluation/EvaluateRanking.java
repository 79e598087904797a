package dev.beamals.evaluation;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import dev.beamals.CombineAll;
import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.TrainedModel;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.CountRatings;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.PartitionFactors;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.BatchRatings;
import dev.beamals.ratings.Rating;
import dev.beamals.recommend.ScoredIds;
import dev.beamals.recommend.SeenPairs;
import dev.beamals.recommend.TopKSearch;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.join.CoGbkResult;
import org.apache.beam.sdk.transforms.join.CoGroupByKey;
import org.apache.beam.sdk.transforms.join.KeyedPCollectionTuple;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Judges the lists of items that a model recommends by test ratings, beside lists of the most
 * popular items.
 *
 * <ul>
 *   <li><b>Ranked</b>: all items of the model, or the candidates, but those that the user has in
 *       training. Equal scores are ordered by id, as in {@link
 *       dev.beamals.recommend.RecommendTopK}.
 *   <li><b>Relevant</b>: the items of the test ratings of a user that are at least {@link
 *       #withRelevantFrom}, each once, if they are ranked for the user. Those that are not are
 *       counted and left out.
 *   <li><b>Averaged</b>: the users of the model with a relevant item, each counting the same.
 *       Others who have test ratings are counted and left out.
 *   <li><b>Popular</b>: the items with the most ratings in training, of equal ones the first id,
 *       but those that the user has in training.
 * </ul>
 *
 * <p>{@link RankingMetric} has the formulas. Only users with a relevant item are ranked, by the
 * search that {@link dev.beamals.recommend.RecommendTopK} makes. A worker holds a block of users
 * with what they have seen, a byte or two a pair, and a few numbers for each item.
 *
 * <pre>{@code
 * TrainedModel model = training.apply("Train", Als.create());
 * PCollection<RankingMetrics> metrics =
 *     test.apply("Judge", EvaluateRanking.from(model).withTopK(5, 10).withRelevantFrom(4));
 * }</pre>
 */
@AutoValue
public abstract class EvaluateRanking
    extends PTransform<PCollection<Rating>, PCollection<RankingMetrics>> {
  private static final long serialVersionUID = 1L;

  private static final TupleTag<SeenPairs> SEEN = new TupleTag<>("seen") {};
  private static final TupleTag<SeenPairs> TEST = new TupleTag<>("test") {};

  /** Every rating is at least this. */
  private static final float ALL = Float.NEGATIVE_INFINITY;

  abstract AlsModel model();

  abstract PCollection<RatingBlock> byUser();

  abstract PCollection<RatingBlock> byItem();

  abstract List<Integer> topK();

  abstract float relevantFrom();

  abstract int numBlocks();

  abstract @Nullable PCollectionView<Ids> candidates();

  /** Judges a model that is trained in the same pipeline. */
  public static EvaluateRanking from(TrainedModel model) {
    return from(model, model.ratings(), model.ratingsByItem());
  }

  /**
   * Judges a model.
   *
   * @param byUser what it was trained on; see {@link BlockRatings}
   * @param byItem the same; see {@link dev.beamals.blocks.TransposeBlocks}
   */
  public static EvaluateRanking from(
      AlsModel model, PCollection<RatingBlock> byUser, PCollection<RatingBlock> byItem) {
    return new AutoValue_EvaluateRanking.Builder()
        .setModel(model)
        .setByUser(byUser)
        .setByItem(byItem)
        .setTopK(List.of(10))
        .setRelevantFrom(defaultRelevantFrom(model.parameters()))
        .setNumBlocks(16)
        .build();
  }

  /** Of implicit feedback what is above 0 is relevant, of grades every one. */
  private static float defaultRelevantFrom(@Nullable AlsParameters parameters) {
    return parameters != null && parameters.implicitPrefs() ? Float.MIN_VALUE : ALL;
  }

  /**
   * @param topK the lengths of lists to judge, each at least 1; default 10
   */
  public EvaluateRanking withTopK(int... topK) {
    checkArgument(
        topK.length > 0 && Arrays.stream(topK).allMatch(k -> k >= 1),
        "topK=%s: expected numbers of at least 1",
        Arrays.toString(topK));
    return toBuilder().setTopK(Arrays.stream(topK).sorted().distinct().boxed().toList()).build();
  }

  /**
   * The least rating of a relevant item. Default: of a model of implicit feedback all above 0, of
   * others every rating.
   */
  public EvaluateRanking withRelevantFrom(double relevantFrom) {
    checkArgument(
        Double.isFinite(relevantFrom), "relevantFrom=%s: expected a number", relevantFrom);
    return toBuilder().setRelevantFrom((float) relevantFrom).build();
  }

  /** How many blocks users are spread over, default 16: never changes a figure. */
  public EvaluateRanking withNumBlocks(int numBlocks) {
    checkArgument(numBlocks >= 1, "numBlocks=%s: expected at least 1", numBlocks);
    return toBuilder().setNumBlocks(numBlocks).build();
  }

  /** Ranks none but these items. */
  public EvaluateRanking withCandidates(PCollectionView<Ids> candidates) {
    return toBuilder().setCandidates(candidates).build();
  }

  /** The same for test ratings that are blocks of users. */
  public PTransform<PCollection<RatingBlock>, PCollection<RankingMetrics>> onBlocks() {
    return new OnBlocks(this);
  }

  /**
   * Judges further models beside this one, for test ratings that are blocks of users: by the users
   * whom all of them know, of the items that all of them know. Others are counted and left out. A
   * worker holds the users of a block for each model.
   */
  public PTransform<PCollection<RatingBlock>, PCollection<RankingDifferences>> comparedWith(
      List<? extends AlsModel> others) {
    return new ComparedWith(this, others);
  }

  @Override
  public PCollection<RankingMetrics> expand(PCollection<Rating> test) {
    return judge(
        test.apply("BatchRatings", BatchRatings.create())
            .apply("BlockByUser", BlockRatings.create(numBlocks())));
  }

  private static final class OnBlocks
      extends PTransform<PCollection<RatingBlock>, PCollection<RankingMetrics>> {
    private static final long serialVersionUID = 1L;
    private final EvaluateRanking evaluate;

    OnBlocks(EvaluateRanking evaluate) {
      this.evaluate = evaluate;
    }

    @Override
    public PCollection<RankingMetrics> expand(PCollection<RatingBlock> test) {
      return evaluate.judge(test);
    }
  }

  private static final class ComparedWith
      extends PTransform<PCollection<RatingBlock>, PCollection<RankingDifferences>> {
    private static final long serialVersionUID = 1L;
    private final EvaluateRanking evaluate;
    private final transient List<AlsModel> models;

    ComparedWith(EvaluateRanking evaluate, List<? extends AlsModel> others) {
      this.evaluate = evaluate;
      this.models = new ArrayList<>(List.of(evaluate.model()));
      this.models.addAll(others);
    }

    @Override
    public PCollection<RankingDifferences> expand(PCollection<RatingBlock> test) {
      return evaluate.judge(test, models);
    }
  }

  private PCollection<RankingMetrics> judge(PCollection<RatingBlock> test) {
    return judge(test, List.of(model()))
        .apply(
            "TakeModel",
            MapElements.into(TypeDescriptor.of(RankingMetrics.class))
                .via(differences -> differences.models().get(0)))
        .setCoder(RankingMetrics.coder());
  }

  private PCollection<RankingDifferences> judge(
      PCollection<RatingBlock> test, List<AlsModel> models) {
    int[] topK = topK().stream().mapToInt(k -> k).toArray();
    KeyedPCollectionTuple<Integer> byBlock =
        KeyedPCollectionTuple.of(SEEN, partition("PartitionSeen", byUser(), ALL))
            .and(TEST, partition("PartitionTest", test, relevantFrom()));
    List<Ranked> ranked = new ArrayList<>();
    for (int m = 0; m < models.size(); m++) {
      AlsModel model = models.get(m);
      byBlock =
          byBlock.and(factors(m), model.apply("Model-" + (m + 1), new PartitionUsers(numBlocks())));
      ranked.add(
          new Ranked(
              TopKSearch.of(model.factors(Side.ITEM).view(), topK[topK.length - 1], candidates()),
              model.rank()));
    }
    FactorView itemRatings =
        FactorView.ofBlocks(
            "ViewItemRatings", byItem().apply("CountItemRatings", CountRatings.create()));
    ParDo.SingleOutput<KV<Integer, CoGbkResult>, RankingSums> judge =
        itemRatings.addTo(ParDo.of(new JudgeFn(ranked, itemRatings, topK)));
    for (Ranked each : ranked) {
      judge = each.search.addTo(judge);
    }
    return byBlock
        .apply("GroupByBlock", CoGroupByKey.create())
        .apply("JudgeBlocks", judge)
        .setCoder(new RankingSums.Coder())
        .apply(
            "AddUp",
            CombineAll.create(
                RankingSums.zero(topK, models.size()), new AddUpFn(topK, models.size())));
  }

  /** The factors of the users of a model. */
  private static TupleTag<FactorBlock> factors(int model) {
    return new TupleTag<>("factors" + model);
  }

  /** What the lists of a model are found with. */
  private record Ranked(TopKSearch search, int rank) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** Reads the users of a model, and makes the view of its items under the same name. */
  private static final class PartitionUsers
      extends PTransform<AlsModel, PCollection<KV<Integer, FactorBlock>>> {
    private static final long serialVersionUID = 1L;
    private final int numBlocks;

    PartitionUsers(int numBlocks) {
      this.numBlocks = numBlocks;
    }

    @Override
    public PCollection<KV<Integer, FactorBlock>> expand(AlsModel model) {
      model.factors(Side.ITEM).view();
      return model
          .factors(Side.USER)
          .blocks()
          .apply("PartitionFactors", PartitionFactors.create(numBlocks));
    }
  }

  private PCollection<KV<Integer, SeenPairs>> partition(
      String name, PCollection<RatingBlock> blocks, float from) {
    return blocks
        .apply(name, ParDo.of(new PartitionFn(from, numBlocks())))
        .setCoder(KvCoder.of(VarIntCoder.of(), SeenPairs.Coder.of()));
  }

  abstract Builder toBuilder();

  @AutoValue.Builder
  abstract static class Builder {
    abstract Builder setModel(AlsModel model);

    abstract Builder setByUser(PCollection<RatingBlock> byUser);

    abstract Builder setByItem(PCollection<RatingBlock> byItem);

    abstract Builder setTopK(List<Integer> topK);

    abstract Builder setRelevantFrom(float relevantFrom);

    abstract Builder setNumBlocks(int numBlocks);

    abstract Builder setCandidates(PCollectionView<Ids> candidates);

    abstract EvaluateRanking build();
  }

  /** Takes the pairs of ratings of at least so much, by block of users. */
  static final class PartitionFn extends DoFn<RatingBlock, KV<Integer, SeenPairs>> {
    private static final long serialVersionUID = 1L;
    private final float from;
    private final int numBlocks;

    PartitionFn(float from, int numBlocks) {
      this.from = from;
      this.numBlocks = numBlocks;
    }

    @ProcessElement
    public void processElement(
        @Element RatingBlock block, OutputReceiver<KV<Integer, SeenPairs>> out) {
      List<SeenPairs> parts = SeenPairs.partition(block, from, numBlocks);
      for (int b = 0; b < numBlocks; b++) {
        if (parts.get(b).users().size() > 0) {
          out.output(KV.of(b, parts.get(b)));
        }
      }
    }
  }

  static final class JudgeFn extends DoFn<KV<Integer, CoGbkResult>, RankingSums> {
    private static final long serialVersionUID = 1L;

    /** Users that are ranked at a time, and entries of their lists: what is held for them. */
    private static final int ROWS = 8192;

    private static final int ENTRIES = 1 << 22;

    private final List<Ranked> models;
    private final FactorView itemRatings;
    private final int[] topK;

    JudgeFn(List<Ranked> models, FactorView itemRatings, int[] topK) {
      this.models = models;
      this.itemRatings = itemRatings;
      this.topK = topK;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      CoGbkResult block = c.element().getValue();
      List<FactorBlock> users = new ArrayList<>();
      List<RankedUsers.Known> known = new ArrayList<>();
      for (int m = 0; m < models.size(); m++) {
        users.add(FactorBlock.concatenate(block.getAll(factors(m)), models.get(m).rank));
        known.add(new RankedUsers.Known(users.get(m).ids(), models.get(m).search.all(c)));
      }
      Ids common = Ids.intersection(known.stream().map(RankedUsers.Known::users).toList());
      Ids items = Ids.intersection(known.stream().map(RankedUsers.Known::items).toList());
      users.replaceAll(all -> all.select(common));
      List<SeenPairs> seen = list(block.getAll(SEEN));
      float[] counts = itemRatings.gather(c, items, 1, new boolean[items.size()]);
      RankedUsers ranked =
          new RankedUsers(topK, items, counts, common, known, seen, list(block.getAll(TEST)));
      int[] rows = ranked.rows();
      int most = ENTRIES / topK[topK.length - 1] / models.size();
      int step = Math.max(1, Math.min(ROWS, most));
      for (int from = 0; from < rows.length; from += step) {
        int[] some = Arrays.copyOfRange(rows, from, Math.min(rows.length, from + step));
        List<ScoredIds> lists = new ArrayList<>();
        for (int m = 0; m < models.size(); m++) {
          FactorBlock src = users.get(m).select(some);
          TopKSearch search = models.get(m).search;
          lists.add(
              known.get(m).items().size() == items.size()
                  ? search.find(c, src, seen)
                  : search.find(c, src, seen, items));
        }
        ranked.add(lists);
      }
      c.output(ranked.sums());
    }

    private static List<SeenPairs> list(Iterable<SeenPairs> pairs) {
      List<SeenPairs> list = new ArrayList<>();
      pairs.forEach(list::add);
      return list;
    }
  }

  static final class AddUpFn
      extends Combine.CombineFn<RankingSums, RankingSums, RankingDifferences> {
    private static final long serialVersionUID = 1L;
    private final int[] topK;
    private final int models;

    AddUpFn(int[] topK, int models) {
      this.topK = topK;
      this.models = models;
    }

    @Override
    public RankingSums createAccumulator() {
      return RankingSums.zero(topK, models);
    }

    @Override
    public RankingSums addInput(RankingSums sums, RankingSums input) {
      sums.merge(input);
      return sums;
    }

    @Override
    public RankingSums mergeAccumulators(Iterable<RankingSums> accumulators) {
      RankingSums sums = createAccumulator();
      accumulators.forEach(sums::merge);
      return sums;
    }

    @Override
    public RankingDifferences extractOutput(RankingSums sums) {
      return sums.differences();
    }

    @Override
    public Coder<RankingSums> getAccumulatorCoder(
        CoderRegistry registry, Coder<RankingSums> inputCoder) {
      return inputCoder;
    }

    @Override
    public Coder<RankingDifferences> getDefaultOutputCoder(
        CoderRegistry registry, Coder<RankingSums> inputCoder) {
      return RankingDifferences.coder();
    }
  }
}
