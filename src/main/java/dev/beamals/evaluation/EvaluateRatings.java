package dev.beamals.evaluation;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.beamals.CombineAll;
import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.Baseline;
import dev.beamals.als.RatingMean;
import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Side;
import dev.beamals.linalg.BlockProducts;
import dev.beamals.ratings.BatchRatings;
import dev.beamals.ratings.Rating;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Compares ratings with what a model predicts for them.
 *
 * <p>The prediction for a user with factors x and an item with factors y is {@code x·y} in float,
 * the same bits as in {@link dev.beamals.recommend} and so in every table. A pair without factors
 * for its user or its item is cold: counted, not predicted.
 *
 * <p>Of a model of implicit feedback, predictions are compared with preferences: 1 where the rating
 * is above 0, 0 elsewhere.
 *
 * <pre>{@code
 * PCollection<RatingMetrics> metrics = test.apply("Evaluate", EvaluateRatings.from(model));
 * }</pre>
 */
public final class EvaluateRatings
    extends PTransform<PCollection<Rating>, PCollection<RatingMetrics>> {
  private static final long serialVersionUID = 1L;

  /** Blocks of users that ratings are spread over: where work is done, never a result. */
  private static final int BLOCKS = 16;

  private final transient AlsModel model;
  private final boolean baseline;

  private EvaluateRatings(AlsModel model, boolean baseline) {
    this.model = model;
    this.baseline = baseline;
  }

  /** Evaluates the predictions of a model. */
  public static EvaluateRatings from(AlsModel model) {
    return new EvaluateRatings(model, false);
  }

  /**
   * Whether cold pairs are predicted as {@link dev.beamals.recommend.PredictRatings#withBaseline}
   * does, and are among the others.
   */
  public EvaluateRatings withBaseline(boolean baseline) {
    return new EvaluateRatings(model, baseline);
  }

  /** The same for ratings that are blocks of users. */
  public PTransform<PCollection<RatingBlock>, PCollection<RatingMetrics>> onBlocks() {
    return new OnBlocks(this);
  }

  @Override
  public PCollection<RatingMetrics> expand(PCollection<Rating> ratings) {
    return compare(
        ratings
            .apply("BatchRatings", BatchRatings.create())
            .apply("BlockByUser", BlockRatings.create(BLOCKS)));
  }

  /**
   * The same for ratings that are blocks of users, beside what the mean of the training ratings and
   * the biases of users and items predict of them: {@code b_i = Σ_u (r_ui − μ) / (25 + n_i)} of an
   * item, then {@code b_u = Σ_i (r_ui − μ − b_i) / (10 + n_u)} of a user (Koren 2010). A bias that
   * is not known is 0. Of implicit feedback there are no such baselines: theirs are the figures of
   * no pair. Where it is applied to several collections, the baselines are fitted once.
   *
   * @param byUser what the model was trained on
   * @param byItem the same, see {@link dev.beamals.blocks.TransposeBlocks}
   */
  public PTransform<PCollection<RatingBlock>, PCollection<RatingComparison>> besideBaselines(
      PCollection<RatingBlock> byUser, PCollection<RatingBlock> byItem) {
    return new BesideBaselines(this, byUser, byItem);
  }

  /**
   * Compares the predictions of further models with the same ratings, for ratings that are blocks
   * of users: those that all of the models predict. Others are counted and left out, whether or not
   * there is a baseline.
   *
   * @throws IllegalArgumentException if some models predict ratings and some preferences
   */
  public PTransform<PCollection<RatingBlock>, PCollection<RatingDifferences>> comparedWith(
      List<? extends AlsModel> others) {
    for (AlsModel other : others) {
      checkArgument(
          preferences(other) == preferences(model),
          "one model predicts ratings and one preferences: their errors cannot be compared");
    }
    return new ComparedWith(model, others);
  }

  private static final class ComparedWith
      extends PTransform<PCollection<RatingBlock>, PCollection<RatingDifferences>> {
    private static final long serialVersionUID = 1L;
    private final transient List<AlsModel> models;

    ComparedWith(AlsModel model, List<? extends AlsModel> others) {
      this.models = new ArrayList<>(List.of(model));
      this.models.addAll(others);
    }

    @Override
    public PCollection<RatingDifferences> expand(PCollection<RatingBlock> userBlocks) {
      List<ComparePairsFn.Factors> factors = new ArrayList<>();
      for (int m = 0; m < models.size(); m++) {
        AlsModel model = models.get(m).apply("Model-" + (m + 1), new MakeViews());
        factors.add(
            new ComparePairsFn.Factors(
                model.factors(Side.USER).view(), model.factors(Side.ITEM).view(), model.rank()));
      }
      ParDo.SingleOutput<RatingBlock, RatingDifferences> compare =
          ParDo.of(new ComparePairsFn(factors, preferences(models.get(0))));
      for (ComparePairsFn.Factors each : factors) {
        compare = each.items().addTo(each.users().addTo(compare));
      }
      return userBlocks
          .apply("CompareBlocks", compare)
          .setCoder(RatingDifferences.coder())
          .apply(
              "CombineDifferences",
              CombineAll.create(RatingDifferences.zero(models.size()), RatingDifferences::plus));
    }
  }

  /** Has the views of a model made under its name, where there are several. */
  private static final class MakeViews extends PTransform<AlsModel, AlsModel> {
    private static final long serialVersionUID = 1L;

    @Override
    public AlsModel expand(AlsModel model) {
      model.factors(Side.USER).view();
      model.factors(Side.ITEM).view();
      return model;
    }
  }

  /** Compares ratings with what several models predict. */
  static final class ComparePairsFn extends DoFn<RatingBlock, RatingDifferences> {
    private static final long serialVersionUID = 1L;
    private final List<Factors> models;
    private final boolean preferences;

    ComparePairsFn(List<Factors> models, boolean preferences) {
      this.models = models;
      this.preferences = preferences;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      RatingBlock block = c.element();
      List<Of> factors = models.stream().map(model -> model.of(c, block)).toList();
      c.output(compare(block, factors, preferences));
    }

    /** What a model predicts with. */
    record Factors(FactorView users, FactorView items, int rank) implements Serializable {
      private static final long serialVersionUID = 1L;

      Of of(ProcessContext c, RatingBlock block) {
        boolean[] userFound = new boolean[block.src().size()];
        boolean[] itemFound = new boolean[block.dst().size()];
        return new Of(
            users.gather(c, block.src(), rank, userFound),
            userFound,
            items.gather(c, block.dst(), rank, itemFound),
            itemFound,
            rank);
      }
    }

    /** The factors of the users and items of a block, and whether there are any. */
    record Of(float[] users, boolean[] userFound, float[] items, boolean[] itemFound, int rank) {
      boolean predicts(int user, int item) {
        return userFound[user] && itemFound[item];
      }

      float predict(int user, int item) {
        return BlockProducts.dot(users, user * rank, items, item * rank, rank);
      }
    }

    static RatingDifferences compare(RatingBlock block, List<Of> models, boolean preferences) {
      RatingDifferences differences = RatingDifferences.zero(models.size());
      for (int u = 0; u < block.src().size(); u++) {
        RatingMetrics.Accumulator[] sums = new RatingMetrics.Accumulator[models.size()];
        Arrays.setAll(sums, m -> new RatingMetrics.Accumulator());
        int[] without = new int[sums.length];
        int from = block.offsets()[u];
        int to = block.offsets()[u + 1];
        for (int p = from; p < to; p++) {
          int i = block.neighbours()[p];
          boolean all = true;
          for (int m = 0; m < sums.length; m++) {
            if (!models.get(m).predicts(u, i)) {
              without[m]++;
              all = false;
            }
          }
          for (int m = 0; all && m < sums.length; m++) {
            sums[m].add(target(block.ratings()[p], preferences), models.get(m).predict(u, i));
          }
        }
        RatingMetrics[] metrics =
            Arrays.stream(sums)
                .map(RatingMetrics.Accumulator::metrics)
                .toArray(RatingMetrics[]::new);
        differences.add(metrics, to - from, without);
      }
      return differences;
    }
  }

  /** What a prediction is compared with. */
  private static float target(float rating, boolean preferences) {
    return preferences ? (rating > 0 ? 1 : 0) : rating;
  }

  private static final class BesideBaselines
      extends PTransform<PCollection<RatingBlock>, PCollection<RatingComparison>> {
    private static final long serialVersionUID = 1L;
    private final EvaluateRatings evaluate;
    private final transient PCollection<RatingBlock> byUser;
    private final transient PCollection<RatingBlock> byItem;
    private transient @Nullable RatingBiases biases;

    BesideBaselines(
        EvaluateRatings evaluate,
        PCollection<RatingBlock> byUser,
        PCollection<RatingBlock> byItem) {
      this.evaluate = evaluate;
      this.byUser = byUser;
      this.byItem = byItem;
    }

    @Override
    public PCollection<RatingComparison> expand(PCollection<RatingBlock> userBlocks) {
      if (biases == null && !evaluate.preferences()) {
        biases = RatingBiases.fit(byUser, byItem);
      }
      return evaluate.compare(userBlocks, biases);
    }
  }

  private static final class OnBlocks
      extends PTransform<PCollection<RatingBlock>, PCollection<RatingMetrics>> {
    private static final long serialVersionUID = 1L;
    private final EvaluateRatings evaluate;

    OnBlocks(EvaluateRatings evaluate) {
      this.evaluate = evaluate;
    }

    @Override
    public PCollection<RatingMetrics> expand(PCollection<RatingBlock> userBlocks) {
      return evaluate.compare(userBlocks);
    }
  }

  private boolean preferences() {
    return preferences(model);
  }

  private static boolean preferences(AlsModel model) {
    AlsParameters parameters = model.parameters();
    return parameters != null && parameters.implicitPrefs();
  }

  private PCollection<RatingMetrics> compare(PCollection<RatingBlock> userBlocks) {
    return compare(userBlocks, null)
        .apply(
            "TakeModel",
            MapElements.into(TypeDescriptor.of(RatingMetrics.class)).via(RatingComparison::model))
        .setCoder(RatingMetrics.coder());
  }

  private PCollection<RatingComparison> compare(
      PCollection<RatingBlock> userBlocks, @Nullable RatingBiases biases) {
    FactorView users = model.factors(Side.USER).view();
    FactorView items = model.factors(Side.ITEM).view();
    Comparison comparison =
        new Comparison(model.rank(), preferences(), baseline ? Baseline.of(model) : null);
    CompareFn compare = new CompareFn(users, items, comparison, model.mean(), biases);
    ParDo.SingleOutput<RatingBlock, RatingComparison> parDo =
        model.mean().addTo(items.addTo(users.addTo(ParDo.of(compare))));
    return userBlocks
        .apply("CompareBlocks", biases == null ? parDo : biases.addTo(parDo))
        .setCoder(RatingComparison.coder())
        .apply(
            "CombineMetrics", CombineAll.create(RatingComparison.zero(), RatingComparison::plus));
  }

  static final class CompareFn extends DoFn<RatingBlock, RatingComparison> {
    private static final long serialVersionUID = 1L;
    private final FactorView userFactors;
    private final FactorView itemFactors;
    private final Comparison comparison;
    private final RatingMean mean;
    private final @Nullable RatingBiases biases;

    CompareFn(
        FactorView userFactors,
        FactorView itemFactors,
        Comparison comparison,
        RatingMean mean,
        @Nullable RatingBiases biases) {
      this.biases = biases;
      this.userFactors = userFactors;
      this.itemFactors = itemFactors;
      this.comparison = comparison;
      this.mean = mean;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      RatingBlock block = c.element();
      boolean[] userFound = new boolean[block.src().size()];
      boolean[] itemFound = new boolean[block.dst().size()];
      float[] users = userFactors.gather(c, block.src(), comparison.rank, userFound);
      float[] items = itemFactors.gather(c, block.dst(), comparison.rank, itemFound);
      c.output(
          comparison.compare(
              block,
              users,
              userFound,
              items,
              itemFound,
              mean.get(c),
              biases == null ? null : biases.of(c, block)));
    }
  }

  /**
   * How a rating is compared with a prediction.
   *
   * @param preferences whether it is made a preference first
   * @param baseline what predicts cold pairs, or null where they are only counted
   */
  record Comparison(int rank, boolean preferences, @Nullable Baseline baseline)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    /**
     * @param users row-major, the factors of {@link RatingBlock#src}
     * @param userFound for each of them whether it has factors
     * @param items row-major, the factors of {@link RatingBlock#dst}
     * @param itemFound for each of them whether it has factors
     * @param mean of the ratings of the training, where they were centred
     * @param biases of the users and items, or null
     */
    RatingComparison compare(
        RatingBlock block,
        float[] users,
        boolean[] userFound,
        float[] items,
        boolean[] itemFound,
        double mean,
        RatingBiases.@Nullable Of biases) {
      RatingMetrics.Total total = new RatingMetrics.Total();
      RatingMetrics.Total totalOfBiases = new RatingMetrics.Total();
      RatingMetrics.Total totalOfMean = new RatingMetrics.Total();
      for (int u = 0; u < userFound.length; u++) {
        RatingMetrics.Accumulator accumulator = new RatingMetrics.Accumulator();
        RatingMetrics.Accumulator ofBiases = new RatingMetrics.Accumulator();
        RatingMetrics.Accumulator ofMean = new RatingMetrics.Accumulator();
        for (int p = block.offsets()[u]; p < block.offsets()[u + 1]; p++) {
          int i = block.neighbours()[p];
          float target = target(block.ratings()[p], preferences);
          if (userFound[u] && itemFound[i]) {
            accumulator.add(target, BlockProducts.dot(users, u * rank, items, i * rank, rank));
          } else {
            accumulator.addCold(userFound[u], itemFound[i]);
            if (baseline == null) {
              continue;
            }
            accumulator.addBaseline(
                target,
                baseline.predict(
                    mean, users, u * rank, userFound[u], items, i * rank, itemFound[i]));
          }
          if (biases != null) {
            ofBiases.add(target, biases.predict(u, i));
            ofMean.add(target, biases.mean());
          }
        }
        total.add(accumulator);
        if (biases != null) {
          totalOfBiases.add(ofBiases);
          totalOfMean.add(ofMean);
        }
      }
      return new RatingComparison(total.metrics(), totalOfBiases.metrics(), totalOfMean.metrics());
    }
  }
}
