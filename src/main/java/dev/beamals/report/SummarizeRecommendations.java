package dev.beamals.report;

import dev.beamals.als.AlsModel;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.Factors;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.recommend.RecommendTopK;
import dev.beamals.recommend.ScoredIds;
import dev.beamals.recommend.Titles;
import dev.beamals.report.Recommendations.Case;
import dev.beamals.report.Recommendations.Entry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.join.CoGbkResult;
import org.apache.beam.sdk.transforms.join.CoGroupByKey;
import org.apache.beam.sdk.transforms.join.KeyedPCollectionTuple;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.jspecify.annotations.Nullable;

/**
 * Recommends to a sample of users what they have no rating of, and tells what that is: one {@link
 * Recommendations}, the same for any blocks.
 *
 * <p>About 1000 users are drawn by the hash of their ids, so that the ratings of the sample fit
 * into one element whatever the data. The cases are the users that were asked for, else those of
 * the sample that would be drawn first.
 */
public final class SummarizeRecommendations
    extends PTransform<PCollection<RatingBatch>, PCollection<Recommendations>> {
  private static final long serialVersionUID = 1L;

  /** How many items are recommended to a user. */
  public static final int TOP_K = 10;

  /** The most users that may be asked for. */
  public static final int MOST_CASES = 20;

  private static final int SAMPLE = 1000;
  private static final int CASES = 6;
  private static final TupleTag<ScoredIds> SCORED = new TupleTag<>("scored") {};
  private static final TupleTag<RatingBlock> RATED = new TupleTag<>("rated") {};

  private final transient AlsModel model;
  private final transient BlockRatings blocks;
  private final UserSample sample;
  private final @Nullable FactorView itemRatings;
  private final @Nullable Titles titles;

  private SummarizeRecommendations(
      AlsModel model,
      BlockRatings blocks,
      UserSample sample,
      @Nullable FactorView itemRatings,
      @Nullable Titles titles) {
    this.model = model;
    this.blocks = blocks;
    this.sample = sample;
    this.itemRatings = itemRatings;
    this.titles = titles;
  }

  /**
   * @param blocks how ratings become blocks of users, in as many as recommendations are made in
   * @param users how many users the model has
   * @param wanted users to tell of, or none to have some drawn
   */
  public static SummarizeRecommendations from(
      AlsModel model, BlockRatings blocks, long users, List<String> wanted) {
    return new SummarizeRecommendations(
        model, blocks, UserSample.of(SAMPLE, users, wanted), null, null);
  }

  /**
   * Tells how popular items are.
   *
   * @param itemRatings rows of one column, how many ratings an item was trained on
   */
  public SummarizeRecommendations withItemRatings(FactorView itemRatings) {
    return new SummarizeRecommendations(model, blocks, sample, itemRatings, titles);
  }

  /** Names the items of the cases. */
  public SummarizeRecommendations withTitles(Titles titles) {
    return new SummarizeRecommendations(model, blocks, sample, itemRatings, titles);
  }

  @Override
  public PCollection<Recommendations> expand(PCollection<RatingBatch> ratings) {
    PCollection<RatingBatch> drawn =
        ratings
            .apply("DrawRatings", ParDo.of(new DrawRatingsFn(sample)))
            .setCoder(RatingBatch.Coder.of());
    Factors users = model.factors(Side.USER);
    PCollection<FactorBlock> drawnUsers =
        users
            .blocks()
            .apply("DrawUsers", ParDo.of(new DrawUsersFn(sample)))
            .setCoder(FactorBlock.Coder.of());
    AlsModel drawnModel =
        new AlsModel(
            ratings.getPipeline(),
            Factors.of(Side.USER, drawnUsers, users.rank()),
            model.factors(Side.ITEM),
            model.parameters(),
            model.mean());
    PCollection<KV<Integer, ScoredIds>> scored =
        ratings
            .getPipeline()
            .apply(
                "Recommend",
                RecommendTopK.from(drawnModel)
                    .withTopK(TOP_K)
                    .withNumBlocks(blocks.numBlocks())
                    .withSeen(drawn))
            .apply("KeyRecommended", one())
            .setCoder(KvCoder.of(VarIntCoder.of(), ScoredIds.Coder.of()));
    PCollection<KV<Integer, RatingBlock>> rated =
        drawn
            .apply("BlockDrawn", blocks)
            .apply("KeyRatings", one())
            .setCoder(KvCoder.of(VarIntCoder.of(), RatingBlock.Coder.of()));
    ParDo.SingleOutput<KV<Integer, CoGbkResult>, Recommendations> summarize =
        ParDo.of(new SummarizeFn(sample, itemRatings, titles));
    summarize = itemRatings == null ? summarize : itemRatings.addTo(summarize);
    summarize = titles == null ? summarize : titles.addTo(summarize);
    return KeyedPCollectionTuple.of(SCORED, scored)
        .and(RATED, rated)
        .apply("JoinSample", CoGroupByKey.create())
        .apply("SummarizeSample", summarize)
        .setCoder(Recommendations.coder());
  }

  private static <T> WithKeys<Integer, T> one() {
    return WithKeys.<Integer, T>of(element -> 0).withKeyType(TypeDescriptors.integers());
  }

  /** Keeps the ratings of the sample. */
  static final class DrawRatingsFn extends DoFn<RatingBatch, RatingBatch> {
    private static final long serialVersionUID = 1L;
    private final UserSample sample;

    DrawRatingsFn(UserSample sample) {
      this.sample = sample;
    }

    @ProcessElement
    public void processElement(@Element RatingBatch batch, OutputReceiver<RatingBatch> out) {
      Ids users = batch.ids(Side.USER);
      boolean[] drawn = new boolean[users.size()];
      for (int u = 0; u < drawn.length; u++) {
        drawn[u] = sample.has(users, u);
      }
      int[] user = batch.index(Side.USER);
      int[] rows = IntStream.range(0, batch.size()).filter(r -> drawn[user[r]]).toArray();
      if (rows.length > 0) {
        out.output(batch.select(rows, rows.length));
      }
    }
  }

  /** Keeps the factors of the sample. */
  static final class DrawUsersFn extends DoFn<FactorBlock, FactorBlock> {
    private static final long serialVersionUID = 1L;
    private final UserSample sample;

    DrawUsersFn(UserSample sample) {
      this.sample = sample;
    }

    @ProcessElement
    public void processElement(@Element FactorBlock block, OutputReceiver<FactorBlock> out) {
      Ids users = block.ids();
      int[] rows = IntStream.range(0, users.size()).filter(u -> sample.has(users, u)).toArray();
      if (rows.length > 0) {
        out.output(block.select(rows));
      }
    }
  }

  static final class SummarizeFn extends DoFn<KV<Integer, CoGbkResult>, Recommendations> {
    private static final long serialVersionUID = 1L;
    private final UserSample sample;
    private final @Nullable FactorView itemRatings;
    private final @Nullable Titles titles;

    SummarizeFn(UserSample sample, @Nullable FactorView itemRatings, @Nullable Titles titles) {
      this.sample = sample;
      this.itemRatings = itemRatings;
      this.titles = titles;
    }

    /** A user of one of the blocks that were joined. */
    private record Chosen(String user, double place, ScoredIds scored, int row) {}

    @ProcessElement
    public void processElement(ProcessContext c) {
      CoGbkResult joined = c.element().getValue();
      List<RatingBlock> rated = new ArrayList<>();
      joined.getAll(RATED).forEach(rated::add);
      Bins popularity = Bins.create(0);
      List<Chosen> chosen = new ArrayList<>();
      long drawn = 0;
      for (ScoredIds scored : joined.getAll(SCORED)) {
        float[] counts = counts(c, scored.dst());
        Ids users = scored.src();
        for (int u = 0; u < users.size(); u++) {
          boolean isDrawn = sample.isDrawn(users, u);
          for (int p = scored.offsets()[u]; isDrawn && p < scored.offsets()[u + 1]; p++) {
            if (counts != null) {
              popularity.add(counts[scored.index()[p]]);
            }
          }
          drawn += isDrawn ? 1 : 0;
          if (sample.hasWanted() ? sample.isWanted(users, u) : isDrawn) {
            chosen.add(new Chosen(users.get(u), UserSample.place(users, u), scored, u));
          }
        }
      }
      chosen.sort(Comparator.comparingDouble(Chosen::place).thenComparing(Chosen::user));
      List<Case> cases = new ArrayList<>();
      int most = sample.hasWanted() ? MOST_CASES : CASES;
      for (Chosen one : chosen.subList(0, Math.min(most, chosen.size()))) {
        cases.add(toCase(c, one, rated));
      }
      c.output(new Recommendations(drawn, popularity, cases));
    }

    private Case toCase(ProcessContext c, Chosen chosen, List<RatingBlock> rated) {
      ScoredIds scored = chosen.scored();
      int from = scored.offsets()[chosen.row()];
      int to = scored.offsets()[chosen.row() + 1];
      int[] best = Arrays.copyOfRange(scored.index(), from, to);
      float[] scores = Arrays.copyOfRange(scored.scores(), from, to);
      List<Entry> recommended = entries(c, scored.dst(), best, scores);
      Ids user = Ids.of(chosen.user());
      for (RatingBlock block : rated) {
        int row = user.positionsIn(block.src())[0];
        if (row >= 0) {
          int begin = block.offsets()[row];
          int end = block.offsets()[row + 1];
          int[] order =
              IntStream.range(begin, end)
                  .boxed()
                  .sorted(Comparator.comparingDouble(p -> -block.ratings()[p])) // stable
                  .limit(TOP_K)
                  .mapToInt(Integer::intValue)
                  .toArray();
          int[] items = new int[order.length];
          float[] ratings = new float[order.length];
          for (int k = 0; k < order.length; k++) {
            items[k] = block.neighbours()[order[k]];
            ratings[k] = block.ratings()[order[k]];
          }
          return new Case(
              chosen.user(), end - begin, entries(c, block.dst(), items, ratings), recommended);
        }
      }
      return new Case(chosen.user(), 0, List.of(), recommended);
    }

    private List<Entry> entries(ProcessContext c, Ids items, int[] index, float[] values) {
      int[] ascending = Arrays.stream(index).sorted().distinct().toArray();
      Ids named = items.select(ascending);
      String[] names = titles == null ? null : titles.of(c, named);
      float[] counts = counts(c, named);
      List<Entry> entries = new ArrayList<>();
      for (int k = 0; k < index.length; k++) {
        int n = Arrays.binarySearch(ascending, index[k]);
        entries.add(
            new Entry(
                named.get(n),
                names == null ? "" : names[n],
                values[k],
                counts == null ? 0 : (long) counts[n]));
      }
      return entries;
    }

    private float @Nullable [] counts(ProcessContext c, Ids items) {
      return itemRatings == null
          ? null
          : itemRatings.gather(c, items, 1, new boolean[items.size()]);
    }
  }
}
