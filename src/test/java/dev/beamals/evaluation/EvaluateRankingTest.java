package dev.beamals.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.als.Als;
import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.TrainedModel;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.Factors;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.blocks.RatingBlocks;
import dev.beamals.blocks.TransposeBlocks;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ids.UniteIds;
import dev.beamals.ratings.Rating;
import dev.beamals.ratings.RatingRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Lists, counts and figures against sorting everything. */
@ExtendWith(TestPipelineExtension.class)
final class EvaluateRankingTest {
  private static final int RANK = 2;
  private static final int[] TOP_K = {1, 5, 12};

  /** Users and items 1 to n, u and i being no ints; the last ones were not trained. */
  private static List<String> ids(int count, String string) {
    List<String> ids = new ArrayList<>(IntStream.range(0, count).mapToObj(i -> "" + i).toList());
    ids.add(string);
    ids.add(string + string);
    return ids;
  }

  private static final List<String> USERS = ids(40, "u");
  private static final List<String> ITEMS = ids(23, "i");
  private static final Set<String> COLD_USERS = Set.of("3", "uu");
  private static final Set<String> COLD_ITEMS = Set.of("5", "i");

  private final Map<String, float[]> users = new HashMap<>();
  private final Map<String, float[]> items = new HashMap<>();
  private final List<RatingRow> training = new ArrayList<>();
  private final List<RatingRow> test = new ArrayList<>();

  private void make(long seed) {
    Random random = new Random(seed);
    USERS.stream().filter(id -> !COLD_USERS.contains(id)).forEach(id -> put(users, id, random));
    ITEMS.stream().filter(id -> !COLD_ITEMS.contains(id)).forEach(id -> put(items, id, random));
    for (int r = 0; r < 250; r++) { // some pairs twice, some of users without factors
      training.add(row(random));
    }
    for (int r = 0; r < 120; r++) {
      RatingRow row = row(random);
      if (!row.user().equals("7")) { // has no test rows
        test.add(row);
      }
    }
    items.keySet().forEach(item -> training.add(new RatingRow("39", item, 1, 0))); // has all
    test.add(new RatingRow("39", "2", 5, 0));
    test.add(new RatingRow("38", "i", 5, 0)); // never trained
  }

  /** Few values, so that many scores are the same. */
  private static void put(Map<String, float[]> factors, String id, Random random) {
    factors.put(id, new float[] {random.nextInt(4) - 1, random.nextInt(3)});
  }

  private static RatingRow row(Random random) {
    int item = Math.min(random.nextInt(ITEMS.size()), random.nextInt(ITEMS.size()));
    return new RatingRow(
        USERS.get(random.nextInt(USERS.size())), ITEMS.get(item), 1 + random.nextInt(5), 0);
  }

  private static final Comparator<String> IN_ORDER =
      (a, b) -> Ids.compare(Ids.of(a), 0, Ids.of(b), 0);

  /** What figures are, without blocks, tiles or heaps. */
  private final class BruteForce {
    final Map<String, Double> sums = new HashMap<>();
    final Map<String, Set<String>> recommended = new HashMap<>();
    final Map<String, List<Double>> shares = new HashMap<>();

    /** Of each metric what it is of each user, in the same order for every model. */
    final Map<String, List<Double>> values = new HashMap<>();

    final long[] counts = new long[7];

    BruteForce(float from, @Nullable Set<String> candidates) {
      Set<String> ranked = new TreeSet<>(IN_ORDER);
      items.keySet().stream()
          .filter(id -> candidates == null || candidates.contains(id))
          .forEach(ranked::add);
      Map<String, Set<String>> seen = new HashMap<>();
      Map<String, Integer> ratings = new HashMap<>();
      Map<String, Set<String>> owners = new HashMap<>();
      for (RatingRow row : training) {
        seen.computeIfAbsent(row.user(), user -> new HashSet<>()).add(row.item());
        ratings.merge(row.item(), 1, Integer::sum);
        if (users.containsKey(row.user())) {
          owners.computeIfAbsent(row.item(), item -> new HashSet<>()).add(row.user());
        }
      }
      Map<String, Set<String>> wanted = new HashMap<>();
      for (RatingRow row : test) {
        Set<String> relevant = wanted.computeIfAbsent(row.user(), user -> new HashSet<>());
        if (row.rating() >= from) {
          relevant.add(row.item());
        }
      }
      wanted.forEach(
          (user, relevant) -> {
            float[] x = users.get(user);
            if (x == null) {
              counts[1]++;
              return;
            }
            Set<String> had = seen.getOrDefault(user, Set.of());
            counts[4] += relevant.stream().filter(item -> !ranked.contains(item)).count();
            relevant.retainAll(ranked);
            counts[5] += relevant.stream().filter(had::contains).count();
            relevant.removeAll(had);
            if (relevant.isEmpty()) {
              counts[2]++;
              return;
            }
            counts[0]++;
            counts[3] += relevant.size();
            List<String> left = new ArrayList<>(ranked);
            left.removeAll(had);
            left.sort(
                Comparator.comparing((String item) -> -score(x, item)).thenComparing(IN_ORDER));
            judge("model", left, relevant, owners);
            left.sort(
                Comparator.comparing((String item) -> -ratings.getOrDefault(item, 0))
                    .thenComparing(IN_ORDER));
            judge("popular", left, relevant, owners);
          });
      counts[6] = ranked.size();
    }

    private float score(float[] x, String item) {
      float[] y = items.getOrDefault(item, new float[x.length]);
      float score = 0;
      for (int n = 0; n < x.length; n++) {
        score += x[n] * y[n];
      }
      return score;
    }

    private void judge(
        String who, List<String> list, Set<String> relevant, Map<String, Set<String>> owners) {
      boolean[] hit = new boolean[list.size()];
      for (int p = 0; p < hit.length; p++) {
        hit[p] = relevant.contains(list.get(p));
      }
      for (int k : TOP_K) {
        for (RankingMetric metric : RankingMetric.values()) {
          double value = metric.judge(hit, relevant.size(), k);
          values.computeIfAbsent(who + metric + k, all -> new ArrayList<>()).add(value);
          sums.merge(who + metric + k, value, Double::sum);
          sums.merge(who + metric + k + "²", value * value, Double::sum);
        }
        for (String item : list.subList(0, Math.min(k, list.size()))) {
          recommended.computeIfAbsent(who + k, all -> new HashSet<>()).add(item);
          shares
              .computeIfAbsent(who + k, all -> new ArrayList<>())
              .add((double) owners.getOrDefault(item, Set.of()).size() / users.size());
        }
      }
    }

    void check(RankingMetrics metrics) {
      assertEquals(
          List.of(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], counts[6]),
          List.of(
              metrics.users(),
              metrics.untrainedUsers(),
              metrics.usersWithoutRelevant(),
              metrics.relevant(),
              metrics.unranked(),
              metrics.seen(),
              metrics.items()));
      for (int k : TOP_K) {
        check("model", metrics.model(), k);
        check("popular", metrics.popularity(), k);
      }
    }

    private void check(String who, RankingMetrics.Scores scores, int k) {
      double n = counts[0];
      for (RankingMetric metric : RankingMetric.values()) {
        double mean = sums.getOrDefault(who + metric + k, 0.0) / n;
        double squares = sums.getOrDefault(who + metric + k + "²", 0.0);
        assertEquals(mean, scores.mean(metric, k), 1e-13, who + metric + k);
        assertEquals(
            Math.sqrt((squares - n * mean * mean) / (n - 1) / n),
            scores.standardError(metric, k),
            1e-7,
            who + metric + k);
      }
      assertEquals(
          (double) recommended.getOrDefault(who + k, Set.of()).size() / counts[6],
          scores.coverage(k));
      List<Double> all = shares.getOrDefault(who + k, List.of());
      assertEquals(
          all.stream().mapToDouble(share -> share).average().orElseThrow(),
          scores.popularity(k),
          1e-13);
      assertEquals(
          all.stream()
              .mapToDouble(share -> -Math.log(Math.max(share, 1.0 / users.size())) / Math.log(2))
              .average()
              .orElseThrow(),
          scores.novelty(k),
          1e-13);
    }
  }

  private static List<FactorBlock> blocks(Map<String, float[]> factors, int count) {
    int rank = rank(factors);
    List<FactorBlock> blocks = new ArrayList<>();
    for (int b = 0; b < count; b++) {
      int block = b;
      Ids ids =
          Ids.of(
              factors.keySet().stream()
                  .filter(id -> Ids.of(id).block(0, count) == block)
                  .toArray(String[]::new));
      float[] rows = new float[ids.size() * rank];
      for (int i = 0; i < ids.size(); i++) {
        System.arraycopy(
            factors.getOrDefault(ids.get(i), new float[rank]), 0, rows, i * rank, rank);
      }
      blocks.add(new FactorBlock(ids, rank, rows));
    }
    return blocks;
  }

  private static Factors factors(
      TestPipeline pipeline, Side side, String name, Map<String, float[]> factors, int count) {
    return Factors.of(
        side,
        pipeline.apply(name, Create.of(blocks(factors, count)).withCoder(FactorBlock.Coder.of())),
        rank(factors));
  }

  private static int rank(Map<String, float[]> factors) {
    return factors.values().iterator().next().length;
  }

  private static PCollection<RatingBlock> ratings(
      TestPipeline pipeline, String name, List<RatingRow> rows, int count) {
    return pipeline.apply(
        name, Create.of(RatingBlocks.byUser(rows, count)).withCoder(RatingBlock.Coder.of()));
  }

  private AlsModel model(TestPipeline pipeline, String name, int count) {
    return new AlsModel(
        pipeline,
        factors(pipeline, Side.USER, name + "Users", users, count),
        factors(pipeline, Side.ITEM, name + "Items", items, 9 - count),
        null);
  }

  private EvaluateRanking ranking(TestPipeline pipeline, String name, int count) {
    AlsModel model = model(pipeline, name, count);
    PCollection<RatingBlock> seen = ratings(pipeline, name + "Seen", training, 4 + count);
    return EvaluateRanking.from(
            model, seen, seen.apply(name + "ByItem", TransposeBlocks.create(count)))
        .withTopK(12, 1, 5)
        .withNumBlocks(count);
  }

  @Test
  void figuresAreThoseOfSortingEverythingForAnyBlocks(TestPipeline pipeline) {
    make(1);
    BruteForce expected = new BruteForce(4, null);
    assertTrue(expected.counts[0] > 10 && expected.counts[1] > 0 && expected.counts[2] > 3);
    assertTrue(expected.counts[4] > 0 && expected.counts[5] > 3);
    for (int count : new int[] {1, 3, 8}) {
      String name = "Of" + count;
      PAssert.thatSingleton(
              ratings(pipeline, name + "Test", test, 9 - count)
                  .apply(name, ranking(pipeline, name, count).withRelevantFrom(4).onBlocks()))
          .satisfies(
              metrics -> {
                expectedFigures(4, null).check(metrics);
                return null;
              });
    }
    pipeline.run().waitUntilFinish();
  }

  private static BruteForce expectedFigures(float from, @Nullable Set<String> candidates) {
    EvaluateRankingTest same = new EvaluateRankingTest();
    same.make(1);
    return same.new BruteForce(from, candidates);
  }

  @Test
  void blocksDoNotChangeOneBit(TestPipeline pipeline) {
    make(1);
    List<PCollection<RankingMetrics>> all = new ArrayList<>();
    for (int count : new int[] {1, 3, 8}) {
      String name = "Of" + count;
      Collections.shuffle(training, new Random(count));
      Collections.shuffle(test, new Random(count));
      all.add(
          ratings(pipeline, name + "Test", test, count)
              .apply(name, ranking(pipeline, name, count).onBlocks()));
    }
    PAssert.that(PCollectionList.of(all).apply(Flatten.pCollections()))
        .satisfies(
            metrics -> {
              Set<RankingMetrics> distinct = new HashSet<>();
              metrics.forEach(distinct::add);
              assertEquals(1, distinct.size());
              expectedFigures(Float.NEGATIVE_INFINITY, null).check(distinct.iterator().next());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  /** Another model, of rank 3, that does not know the same users and items. */
  private static EvaluateRankingTest other() {
    EvaluateRankingTest other = new EvaluateRankingTest();
    other.make(1);
    Random random = new Random(2);
    other.users.replaceAll((id, x) -> new float[] {x[0], x[1], random.nextInt(3)});
    other.items.replaceAll((id, y) -> new float[] {y[0], y[1], random.nextInt(3) - 1});
    other.users.keySet().removeAll(Set.of("1", "2", "u"));
    other.users.put("3", new float[] {1, 1, 1});
    other.items.keySet().removeAll(Set.of("2", "ii"));
    other.items.put("5", new float[] {2, 2, 2});
    return other;
  }

  /** What a model is worth, as if it knew no more than another. */
  private static BruteForce inCommon(EvaluateRankingTest model, EvaluateRankingTest other) {
    model.users.keySet().retainAll(other.users.keySet());
    model.items.keySet().retainAll(other.items.keySet());
    return model.new BruteForce(4, null);
  }

  private static EvaluateRankingTest first() {
    EvaluateRankingTest first = new EvaluateRankingTest();
    first.make(1);
    return first;
  }

  private static double standardError(List<Double> values) {
    double n = values.size();
    double mean = values.stream().mapToDouble(v -> v).sum() / n;
    return Math.sqrt(values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum() / (n - 1) / n);
  }

  private static void checkCompared(RankingDifferences differences) {
    List<BruteForce> models = List.of(inCommon(first(), other()), inCommon(other(), first()));
    for (int m = 0; m < 2; m++) {
      models.get(m).check(differences.models().get(m));
    }
    assertEquals(differences.models().get(0), differences.models().get(2), "the same model");
    EvaluateRankingTest first = first();
    EvaluateRankingTest other = other();
    Set<String> tested = new HashSet<>(first.test.stream().map(RatingRow::user).toList());
    for (int m = 0; m < 2; m++) {
      EvaluateRankingTest model = m == 0 ? first : other;
      assertEquals(
          tested.stream().filter(user -> !model.users.containsKey(user)).count(),
          differences.untrainedUsers(m));
      assertEquals(
          first.test.stream()
              .filter(row -> row.rating() >= 4 && !model.items.containsKey(row.item()))
              .filter(row -> first.users.containsKey(row.user()))
              .filter(row -> other.users.containsKey(row.user()))
              .map(row -> row.user() + " " + row.item())
              .distinct()
              .count(),
          differences.unranked(m));
      assertTrue(differences.untrainedUsers(m) > 0 && differences.unranked(m) > 0);
    }
    boolean shown = false;
    for (int k : TOP_K) {
      for (RankingMetric metric : RankingMetric.values()) {
        List<Double> values = new ArrayList<>();
        List<Double> of0 = models.get(0).values.getOrDefault("model" + metric + k, List.of());
        List<Double> of1 = models.get(1).values.getOrDefault("model" + metric + k, List.of());
        for (int user = 0; user < of0.size(); user++) {
          values.add(of1.get(user) - of0.get(user));
        }
        PairedDifference difference = differences.difference(1, metric, k);
        double mean = values.stream().mapToDouble(v -> v).average().orElseThrow();
        assertEquals(mean, difference.mean(), 1e-13);
        assertEquals(standardError(values), difference.standardError(), 1e-8);
        shown |= difference.mean() != 0;
        assertEquals(new PairedDifference(0, 0), differences.difference(2, metric, k));
      }
    }
    assertTrue(shown);
  }

  @Test
  void modelsAreComparedByUsersAndItemsThatAllKnowForAnyBlocks(TestPipeline pipeline) {
    make(1);
    List<PCollection<byte[]>> all = new ArrayList<>();
    for (int count : new int[] {1, 3, 8}) {
      String name = "Of" + count;
      PCollection<RankingDifferences> differences =
          ratings(pipeline, name + "Test", test, 9 - count)
              .apply(
                  name,
                  ranking(pipeline, name, count)
                      .withRelevantFrom(4)
                      .comparedWith(
                          List.of(
                              other().model(pipeline, name + "Other", 9 - count),
                              model(pipeline, name + "Same", 4))));
      PAssert.thatSingleton(differences)
          .satisfies(
              compared -> {
                checkCompared(compared);
                return null;
              });
      all.add(differences.apply(name + "Encode", ParDo.of(new EncodeFn())));
    }
    PAssert.that(PCollectionList.of(all).apply(Flatten.pCollections()))
        .satisfies(
            encoded -> {
              Set<String> distinct = new HashSet<>();
              encoded.forEach(bytes -> distinct.add(Arrays.toString(bytes)));
              assertEquals(1, distinct.size());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  static final class EncodeFn extends DoFn<RankingDifferences, byte[]> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element RankingDifferences all, OutputReceiver<byte[]> out)
        throws IOException {
      out.output(CoderUtils.encodeToByteArray(RankingDifferences.coder(), all));
    }
  }

  @Test
  void candidatesAloneAreRankedAndListsMayBeShort(TestPipeline pipeline) {
    make(1);
    Set<String> candidates = Set.of("1", "2", "4", "ii", "5", "9");
    PCollection<Ids> ids =
        pipeline.apply(
            "Candidates",
            Create.of(Ids.of(candidates.toArray(String[]::new))).withCoder(UniteIds.coder()));
    PAssert.thatSingleton(
            ratings(pipeline, "Test", test, 2)
                .apply(
                    "Judge",
                    ranking(pipeline, "Of2", 2)
                        .withCandidates(ids.apply("View", View.asSingleton()))
                        .onBlocks()))
        .satisfies(
            metrics -> {
              assertEquals(5, metrics.items());
              expectedFigures(Float.NEGATIVE_INFINITY, Set.of("1", "2", "4", "ii", "5", "9"))
                  .check(metrics);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void aTrainedModelIsJudgedByWhatItWasTrainedOn(TestPipeline pipeline) {
    List<Rating> ratings = new ArrayList<>();
    for (int user = 0; user < 6; user++) {
      for (int item = 0; item < 6; item++) {
        if ((user + item) % 2 == 0 && item <= user + 1) {
          ratings.add(Rating.of(user, item, 1 + item));
        }
      }
    }
    TrainedModel model =
        pipeline
            .apply("Training", Create.of(ratings))
            .apply(
                "Train",
                Als.create()
                    .withParameters(AlsParameters.create().withRank(2).withImplicitPrefs(true)));
    PCollection<Rating> test =
        pipeline.apply(
            "Test",
            Create.of(
                Rating.of(0, 2, 0.5),
                Rating.of(1, 1, 1), // seen
                Rating.of(2, 5, 0), // of implicit feedback not relevant
                Rating.of(9, 1, 5)));
    PAssert.thatSingleton(test.apply("Judge", EvaluateRanking.from(model).withTopK(1)))
        .satisfies(
            metrics -> {
              assertEquals(
                  List.of(1L, 1L, 2L),
                  List.of(
                      metrics.users(), metrics.untrainedUsers(), metrics.usersWithoutRelevant()));
              assertEquals(1, metrics.seen());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void manyUsersOfABlockAreRankedInPieces(TestPipeline pipeline) {
    for (int user = 0; user < 9000; user++) {
      users.put("" + user, new float[] {1 + user % 3, 1});
      test.add(new RatingRow("" + user, "" + (user % 4), 1, 0));
    }
    for (int item = 0; item < 6; item++) {
      items.put("" + item, new float[] {item % 2, item});
      training.add(new RatingRow("" + item, "5", 1, 0));
    }
    PCollection<RankingMetrics> one =
        ratings(pipeline, "TestOf1", test, 1).apply("Of1", ranking(pipeline, "1", 1).onBlocks());
    PCollection<RankingMetrics> eight =
        ratings(pipeline, "TestOf8", test, 8).apply("Of8", ranking(pipeline, "8", 8).onBlocks());
    PAssert.that(PCollectionList.of(one).and(eight).apply(Flatten.pCollections()))
        .satisfies(
            metrics -> {
              Set<RankingMetrics> distinct = new HashSet<>();
              metrics.forEach(distinct::add);
              assertEquals(1, distinct.size());
              RankingMetrics all = distinct.iterator().next();
              assertEquals(9000, all.users());
              assertEquals(1, all.model().mean(RankingMetric.recall, 12));
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void nothingToJudgeIsNoFigure(TestPipeline pipeline) {
    make(1);
    PAssert.thatSingleton(
            ratings(pipeline, "Test", List.of(new RatingRow("7", "i", 5, 0)), 2)
                .apply("Judge", ranking(pipeline, "Of2", 2).onBlocks()))
        .satisfies(
            metrics -> {
              assertEquals(0, metrics.users());
              assertEquals(1, metrics.usersWithoutRelevant());
              assertTrue(Double.isNaN(metrics.model().mean(RankingMetric.ndcg, 5)));
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void flagsOutOfRangeAreRefused(TestPipeline pipeline) {
    make(1);
    EvaluateRanking ranking = ranking(pipeline, "Of2", 2);
    // As ratings are floats, one that was written 0.7 is less than the double.
    assertEquals(0.7f, ranking.withRelevantFrom(0.7).relevantFrom());
    assertThrows(IllegalArgumentException.class, () -> ranking.withTopK());
    assertThrows(IllegalArgumentException.class, () -> ranking.withTopK(5, 0));
    assertThrows(IllegalArgumentException.class, () -> ranking.withNumBlocks(0));
    assertThrows(IllegalArgumentException.class, () -> ranking.withRelevantFrom(Double.NaN));
    pipeline.run().waitUntilFinish();
  }
}
