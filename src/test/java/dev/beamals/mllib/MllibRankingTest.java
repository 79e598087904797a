package dev.beamals.mllib;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.evaluation.RankingMetric;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.mllib.evaluation.RankingMetrics;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import scala.Tuple2;

/** The metrics that Spark has too are Spark's. */
final class MllibRankingTest {
  @AfterAll
  static void stop() {
    MllibSession.stopActive();
  }

  @Test
  void precisionRecallMapAndNdcgAreThoseOfSpark() {
    Random random = new Random(1);
    List<Tuple2<List<Integer>, List<Integer>>> users = new ArrayList<>();
    for (int u = 0; u < 40; u++) {
      users.add(
          new Tuple2<>(some(random.nextInt(13), random), some(1 + random.nextInt(15), random)));
    }
    RankingMetrics<Integer> spark =
        RankingMetrics.of(
            JavaSparkContext.fromSparkContext(MllibSession.local("local[1]").sparkContext())
                .parallelize(users, 1));
    for (int k : new int[] {1, 2, 5, 10, 20}) {
      assertEquals(spark.precisionAt(k), mean(users, RankingMetric.precision, k), 1e-14);
      assertEquals(spark.recallAt(k), mean(users, RankingMetric.recall, k), 1e-14);
      assertEquals(spark.meanAveragePrecisionAt(k), mean(users, RankingMetric.map, k), 1e-14);
      assertEquals(spark.ndcgAt(k), mean(users, RankingMetric.ndcg, k), 1e-14);
    }
  }

  private static List<Integer> some(int count, Random random) {
    List<Integer> items = new ArrayList<>(IntStream.range(0, 20).boxed().toList());
    Collections.shuffle(items, random);
    return new ArrayList<>(items.subList(0, count));
  }

  private static double mean(
      List<Tuple2<List<Integer>, List<Integer>>> users, RankingMetric metric, int k) {
    ToDoubleFunction<Tuple2<List<Integer>, List<Integer>>> judge =
        user -> {
          Set<Integer> relevant = new HashSet<>(user._2());
          boolean[] hit = new boolean[user._1().size()];
          for (int p = 0; p < hit.length; p++) {
            hit[p] = relevant.contains(user._1().get(p));
          }
          return metric.judge(hit, relevant.size(), k);
        };
    return users.stream().mapToDouble(judge).average().orElseThrow();
  }
}
