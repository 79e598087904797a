package dev.beamals.evaluation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.ids.CoderContract;
import dev.beamals.ids.Ids;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RankingSumsTest {
  private static final Ids ITEMS = Ids.of(IntStream.range(0, 20).toArray());
  private static final int[] TOP_K = {1, 3, 10, 15};

  private static RankingSums sums(int[]... listsAndRelevant) {
    RankingSums sums = new RankingSums(TOP_K, ITEMS, 1);
    for (int i = 0; i < listsAndRelevant.length; i += 2) {
      int[] list = listsAndRelevant[i];
      int[] relevant = listsAndRelevant[i + 1];
      sums.users++;
      sums.models[0].add(list, list.length, relevant, 0, relevant.length);
      sums.popular.add(new int[] {0}, 1, relevant, 0, relevant.length);
    }
    return sums;
  }

  /** The two users of Spark's RankingMetricsSuite who have labels; it counts a third as 0. */
  @Test
  void figuresAreThoseThatSparkPublishes() {
    RankingMetrics.Scores scores =
        sums(
                new int[] {1, 6, 2, 7, 8, 3, 9, 10, 4, 5},
                new int[] {1, 2, 3, 4, 5},
                new int[] {4, 1, 5, 6, 2, 7, 3, 8, 9, 10},
                new int[] {1, 2, 3})
            .differences()
            .models()
            .get(0)
            .model();
    double share = 2.0 / 3;
    assertEquals(1.0 / 3, share * scores.mean(RankingMetric.precision, 1), 1e-15);
    assertEquals(1.0 / 3, share * scores.mean(RankingMetric.precision, 3), 1e-15);
    assertEquals(0.8 / 3, share * scores.mean(RankingMetric.precision, 10), 1e-15);
    assertEquals(8.0 / 45, share * scores.mean(RankingMetric.precision, 15), 1e-15);
    assertEquals(0.355026, share * scores.mean(RankingMetric.map, 10), 1e-6);
    assertEquals(0.333334, share * scores.mean(RankingMetric.map, 1), 1e-5);
    assertEquals(0.24074, share * scores.mean(RankingMetric.map, 3), 1e-5);
    assertEquals(1.0 / 3, share * scores.mean(RankingMetric.ndcg, 3), 1e-5);
    assertEquals(0.487913, share * scores.mean(RankingMetric.ndcg, 10), 1e-6);
    assertEquals(0.487913, share * scores.mean(RankingMetric.ndcg, 15), 1e-6);
    assertEquals(1.0 / 15, share * scores.mean(RankingMetric.recall, 1), 1e-15);
    assertEquals(11.0 / 45, share * scores.mean(RankingMetric.recall, 3), 1e-15);
    assertEquals(2.0 / 3, share * scores.mean(RankingMetric.recall, 15), 1e-15);
  }

  /** Spark's SPARK-14886: a list of three, and one of none. */
  @Test
  void shortListsAreJudgedAsSparkDoes() {
    RankingSums sums = new RankingSums(new int[] {1, 2}, ITEMS, 1);
    sums.users = 2;
    sums.models[0].add(new int[] {1, 6, 2}, 3, new int[] {1, 2, 3, 4, 5}, 0, 5);
    sums.models[0].add(new int[0], 0, new int[] {1, 2, 3}, 0, 3);
    RankingMetrics.Scores scores = sums.differences().models().get(0).model();
    assertEquals(0.5, scores.mean(RankingMetric.precision, 1));
    assertEquals(0.25, scores.mean(RankingMetric.precision, 2));
    assertEquals(0.5, scores.mean(RankingMetric.ndcg, 1));
    assertEquals(0.30657, scores.mean(RankingMetric.ndcg, 2), 1e-5);
    assertEquals(0.1, scores.mean(RankingMetric.recall, 1));
    assertEquals(0.1, scores.mean(RankingMetric.recall, 2));
  }

  @Test
  void theStandardErrorIsThatOfTheMeanOverUsers() {
    // Of three users, precision at 3 is 1/3, 2/3 and 0.
    RankingMetrics.Scores scores =
        sums(
                new int[] {1, 2, 3}, new int[] {2},
                new int[] {1, 2, 3}, new int[] {1, 3},
                new int[] {1, 2, 3}, new int[] {4})
            .differences()
            .models()
            .get(0)
            .model();
    assertEquals(1.0 / 3, scores.mean(RankingMetric.precision, 3), 1e-15);
    double deviation = Math.sqrt(2 * (1.0 / 9) / 2);
    assertEquals(deviation / Math.sqrt(3), scores.standardError(RankingMetric.precision, 3), 1e-15);
    RankingMetrics.Scores one =
        sums(new int[] {1}, new int[] {1}).differences().models().get(0).model();
    assertEquals(1, one.mean(RankingMetric.precision, 1));
    assertTrue(Double.isNaN(one.standardError(RankingMetric.precision, 1)));
    assertTrue(
        Double.isNaN(sums().differences().models().get(0).model().mean(RankingMetric.ndcg, 1)));
    assertThrows(IllegalArgumentException.class, () -> one.mean(RankingMetric.ndcg, 7));
  }

  @Test
  void coverageNoveltyAndPopularityAreOfWhatIsOnTheLists() {
    RankingSums sums = sums(new int[] {3, 4}, new int[] {3}, new int[] {3, 5}, new int[] {9});
    sums.trained = 8;
    for (int owners = 0; owners < 4; owners++) {
      sums.addOwner(3);
    }
    sums.addOwner(4); // and 5 has nobody, which counts as one
    RankingMetrics.Scores model = sums.differences().models().get(0).model();
    assertEquals(1.0 / 20, model.coverage(1));
    assertEquals(3.0 / 20, model.coverage(3));
    assertEquals(1, model.novelty(1), 1e-15);
    assertEquals((1 + 1 + 3 + 3) / 4.0, model.novelty(3), 1e-15);
    assertEquals(4.0 / 8, model.popularity(1));
    assertEquals((4 + 4 + 1) / 4.0 / 8, model.popularity(3));
    assertEquals(1.0 / 20, sums.differences().models().get(0).popularity().coverage(10));
  }

  @Test
  void theModelIsWorseWhereItsLongestListsHaveTheLesserGain() {
    // At 1 the model is better, at 15 it is worse.
    RankingSums sums = new RankingSums(TOP_K, ITEMS, 1);
    sums.users = 1;
    sums.models[0].add(new int[] {1, 7, 8, 9}, 4, new int[] {1, 2, 3}, 0, 3);
    sums.popular.add(new int[] {7, 1, 2, 3}, 4, new int[] {1, 2, 3}, 0, 3);
    assertTrue(sums.differences().models().get(0).isWorseThanPopularity());
    assertFalse(
        sums(new int[] {1}, new int[] {1}).differences().models().get(0).isWorseThanPopularity());
    assertFalse(
        sums(new int[] {0}, new int[] {0}).differences().models().get(0).isWorseThanPopularity());
  }

  /** Random users, each in sums of its own; some know only a part of the items. */
  private static List<RankingSums> parts(int count, Random random) {
    List<RankingSums> parts = new ArrayList<>();
    for (int part = 0; part < count; part++) {
      Ids items = part % 5 == 4 ? Ids.of(random.ints(12, 0, 40).toArray()) : ITEMS;
      RankingSums sums = new RankingSums(TOP_K, items, 1);
      int[] list = shuffled(items.size(), random);
      int[] relevant = Arrays.stream(shuffled(items.size(), random)).limit(4).sorted().toArray();
      sums.trained = 2;
      sums.users = 1;
      sums.untrained = random.nextInt(3);
      sums.without = random.nextInt(3);
      sums.relevant = 4;
      sums.unranked = random.nextInt(3);
      sums.seen = random.nextInt(3);
      sums.addOwner(random.nextInt(items.size()));
      sums.models[0].add(list, random.nextInt(items.size()), relevant, 0, 4);
      sums.popular.add(shuffled(items.size(), random), 5, relevant, 0, 4);
      parts.add(sums);
    }
    return parts;
  }

  private static int[] shuffled(int size, Random random) {
    List<Integer> numbers = new ArrayList<>(IntStream.range(0, size).boxed().toList());
    Collections.shuffle(numbers, random);
    return numbers.stream().mapToInt(i -> i).toArray();
  }

  private static RankingSums merge(List<RankingSums> parts) {
    RankingSums sum = RankingSums.zero(TOP_K, 1);
    parts.forEach(sum::merge);
    return sum;
  }

  @Test
  void orderAndGroupingDoNotChangeOneBit() throws Exception {
    Random random = new Random(4);
    List<RankingSums> parts = parts(200, random);
    RankingSums all = merge(parts);
    byte[] expected = CoderContract.encode(new RankingSums.Coder(), all);
    assertEquals(200, all.users);
    assertTrue(all.differences().models().get(0).items() > 30);
    for (int trial = 0; trial < 10; trial++) {
      Collections.shuffle(parts, random);
      int cut = random.nextInt(parts.size());
      RankingSums sum = merge(parts.subList(0, cut));
      sum.merge(merge(parts.subList(cut, parts.size())));
      assertArrayEquals(expected, CoderContract.encode(new RankingSums.Coder(), sum));
      assertEquals(all.differences().models().get(0), sum.differences().models().get(0));
    }
  }

  @Test
  void codersKeepEverything() throws Exception {
    RankingSums sums = merge(parts(7, new Random(5)));
    RankingSums decoded = CoderContract.check(new RankingSums.Coder(), sums);
    assertEquals(sums.differences().models().get(0), decoded.differences().models().get(0));
    RankingMetrics metrics = sums.differences().models().get(0);
    assertEquals(metrics, CoderContract.check(RankingMetrics.coder(), metrics));
  }
}
