package dev.beamals.evaluation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.ids.CoderContract;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RatingDifferencesTest {
  /** A user whose ratings are all 0, so that predictions are the errors. */
  private static RatingDifferences user(double[] first, double[] second) {
    RatingMetrics[] metrics = new RatingMetrics[2];
    for (int m = 0; m < 2; m++) {
      RatingMetrics.Accumulator sums = new RatingMetrics.Accumulator();
      for (double error : m == 0 ? first : second) {
        sums.add(0, error);
      }
      metrics[m] = sums.metrics();
    }
    RatingDifferences user = RatingDifferences.zero(2);
    user.add(metrics, first.length, new int[2]);
    return user;
  }

  private static RatingDifferences merge(List<RatingDifferences> parts) {
    RatingDifferences sum = RatingDifferences.zero(2);
    parts.forEach(sum::merge);
    return sum;
  }

  /** By hand: users of 1, 2 and 3 rows, whose errors are larger by 1, 0 and 2 a row. */
  @Test
  void theErrorIsOverUsersAndNotOverRows() {
    RatingDifferences differences =
        merge(
            List.of(
                user(new double[] {1}, new double[] {2}),
                user(new double[] {1, 3}, new double[] {-3, 1}),
                user(new double[] {0, 0, 0}, new double[] {2, -2, 2})));
    // D = 1, 0, 6, mean 7/6; what is left: 1 − 7/6, 0 − 14/6, 6 − 21/6.
    double left = (1 + 14 * 14 + 15 * 15) / 36.0;
    assertEquals(3, differences.users());
    assertEquals(6, differences.rows());
    assertEquals(7 / 6.0, differences.absoluteErrors(1).mean(), 1e-15);
    assertEquals(
        Math.sqrt(3 / 2.0 * left) / 6, differences.absoluteErrors(1).standardError(), 1e-15);
    // Squared errors: D = 3, 0, 12, mean 15/6; what is left: 3 − 2.5, −5, 12 − 7.5.
    double squares = 0.25 + 25 + 20.25;
    assertEquals(2.5, differences.squaredErrors(1).mean());
    assertEquals(
        Math.sqrt(3 / 2.0 * squares) / 6, differences.squaredErrors(1).standardError(), 1e-15);
    assertEquals(
        differences.models().get(1).mae() - differences.models().get(0).mae(),
        differences.absoluteErrors(1).mean(),
        1e-15);
  }

  /** With a row a user it is the error of a mean. */
  @Test
  void ofOneRowAUserItIsThatOfAMean() {
    Random random = new Random(1);
    List<RatingDifferences> users = new ArrayList<>();
    double[] d = new double[50];
    for (int u = 0; u < d.length; u++) {
      double first = random.nextGaussian();
      double second = random.nextGaussian();
      d[u] = second * second - first * first;
      users.add(user(new double[] {first}, new double[] {second}));
    }
    double n = d.length;
    double mean = 0;
    for (double each : d) {
      mean += each / n;
    }
    double squares = 0;
    for (double each : d) {
      squares += (each - mean) * (each - mean);
    }
    PairedDifference difference = merge(users).squaredErrors(1);
    assertEquals(mean, difference.mean(), 1e-14);
    assertEquals(Math.sqrt(squares / (n - 1) / n), difference.standardError(), 1e-13);
  }

  @Test
  void aDifferenceIsShownBeyondTwoErrors() {
    assertTrue(new PairedDifference(-0.21, 0.1).isShown());
    assertFalse(new PairedDifference(0.2, 0.1).isShown());
    assertFalse(new PairedDifference(0, 0).isShown());
    PairedDifference one = user(new double[] {1}, new double[] {2}).absoluteErrors(1);
    assertTrue(Double.isNaN(one.standardError()));
    assertFalse(one.isShown());
    PairedDifference same =
        merge(
                List.of(
                    user(new double[] {1}, new double[] {-1}),
                    user(new double[] {3}, new double[] {3})))
            .squaredErrors(1);
    assertEquals(new PairedDifference(0, 0), same);
  }

  @Test
  void orderAndGroupingDoNotChangeOneBit() throws Exception {
    Random random = new Random(3);
    List<RatingDifferences> users = new ArrayList<>();
    for (int u = 0; u < 100; u++) {
      int rows = random.nextInt(4); // some have none
      users.add(
          user(random.doubles(rows, -9, 9).toArray(), random.doubles(rows, -1e-9, 9).toArray()));
    }
    RatingDifferences all = merge(users);
    byte[] expected = CoderContract.encode(RatingDifferences.coder(), all);
    CoderContract.check(RatingDifferences.coder(), all);
    for (int trial = 0; trial < 10; trial++) {
      Collections.shuffle(users, random);
      int cut = random.nextInt(users.size());
      RatingDifferences sum =
          merge(users.subList(0, cut)).plus(merge(users.subList(cut, users.size())));
      assertArrayEquals(expected, CoderContract.encode(RatingDifferences.coder(), sum));
    }
  }
}
