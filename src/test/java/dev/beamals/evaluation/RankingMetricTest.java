package dev.beamals.evaluation;

import static dev.beamals.evaluation.RankingMetric.cappedRecall;
import static dev.beamals.evaluation.RankingMetric.hitRate;
import static dev.beamals.evaluation.RankingMetric.map;
import static dev.beamals.evaluation.RankingMetric.mrr;
import static dev.beamals.evaluation.RankingMetric.ndcg;
import static dev.beamals.evaluation.RankingMetric.precision;
import static dev.beamals.evaluation.RankingMetric.recall;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class RankingMetricTest {
  /** Hits at places 2 and 5 of 6. */
  private static final boolean[] LIST = {false, true, false, false, true, false};

  private static double log2(double x) {
    return Math.log(x) / Math.log(2);
  }

  @Test
  void theFirstPlacesOfALongerListAreJudged() {
    assertEquals(1.0 / 4, precision.judge(LIST, 3, 4));
    assertEquals(1.0 / 3, recall.judge(LIST, 3, 4));
    assertEquals(1.0 / 3, cappedRecall.judge(LIST, 3, 4));
    assertEquals(1.0 / 2, cappedRecall.judge(LIST, 3, 2));
    assertEquals(1, hitRate.judge(LIST, 3, 4));
    assertEquals(0, hitRate.judge(LIST, 3, 1));
    assertEquals((1.0 / 2 + 2.0 / 5) / 3, map.judge(LIST, 3, 6));
    assertEquals(1.0 / 2 / 2, map.judge(LIST, 3, 2));
    assertEquals(
        (1 / log2(3) + 1 / log2(6)) / (1 + 1 / log2(3) + 1 / log2(4)),
        ndcg.judge(LIST, 3, 6),
        1e-15);
    assertEquals(1 / log2(3) / (1 + 1 / log2(3)), ndcg.judge(LIST, 3, 2), 1e-15);
    assertEquals(0.5, mrr.judge(LIST, 3, 6));
    assertEquals(0, mrr.judge(LIST, 3, 1));
  }

  @Test
  void theDenominatorsOfAShortListAreThoseOfAWholeOne() {
    boolean[] hits = {true, true};
    assertEquals(2.0 / 10, precision.judge(hits, 30, 10));
    assertEquals(2.0 / 30, recall.judge(hits, 30, 10));
    assertEquals(2.0 / 10, cappedRecall.judge(hits, 30, 10));
    assertEquals(2.0 / 10, map.judge(hits, 30, 10));
    assertEquals(1, mrr.judge(hits, 30, 10));
    double ideal = 0;
    for (int place = 1; place <= 10; place++) {
      ideal += 1 / log2(place + 1);
    }
    assertEquals((1 + 1 / log2(3)) / ideal, ndcg.judge(hits, 30, 10), 1e-15);
    for (RankingMetric metric : RankingMetric.values()) {
      assertEquals(0, metric.judge(new boolean[0], 3, 10), metric.name());
    }
  }

  @Test
  void aListOfAllRelevantItemsIsWorthOne() {
    boolean[] hits = {true, true, true, false, false};
    for (RankingMetric metric : RankingMetric.values()) {
      if (metric != precision) {
        assertEquals(1, metric.judge(hits, 3, 5), metric.name());
      }
    }
    assertEquals(1, ndcg.judge(hits, 9, 3));
    assertEquals(1, ndcg.judge(allTrue(600), 600, 600)); // beyond the places that are kept ready
    assertEquals(3.0 / 9, recall.judge(hits, 9, 3));
  }

  private static boolean[] allTrue(int size) {
    boolean[] hits = new boolean[size];
    Arrays.fill(hits, true);
    return hits;
  }

  @Test
  void nothingIsJudgedWithoutARelevantItemOrAPlace() {
    assertThrows(IllegalArgumentException.class, () -> ndcg.judge(LIST, 0, 3));
    assertThrows(IllegalArgumentException.class, () -> ndcg.judge(LIST, 3, 0));
  }
}
