package dev.beamals.evaluation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.als.ColdPairs;
import dev.beamals.ids.CoderContract;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RatingMetricsTest {
  /** One user's ratings and predictions. */
  private record User(float[] ratings, double[] predictions) {
    RatingMetrics metrics() {
      RatingMetrics.Accumulator accumulator = new RatingMetrics.Accumulator();
      for (int i = 0; i < ratings.length; i++) {
        accumulator.add(ratings[i], predictions[i]);
      }
      return accumulator.metrics();
    }
  }

  private static List<User> users(
      int count, float base, float spread, double error, Random random) {
    List<User> users = new ArrayList<>();
    for (int u = 0; u < count; u++) {
      int n = 1 + random.nextInt(20);
      float[] ratings = new float[n];
      double[] predictions = new double[n];
      for (int i = 0; i < n; i++) {
        ratings[i] = base + spread * (float) random.nextGaussian();
        predictions[i] = ratings[i] + error * random.nextGaussian();
      }
      users.add(new User(ratings, predictions));
    }
    return users;
  }

  private static RatingMetrics sum(List<User> users) {
    RatingMetrics sum = RatingMetrics.zero();
    for (User user : users) {
      sum = sum.plus(user.metrics());
    }
    return sum;
  }

  /** {@code {mae, rmse, r2}} by the textbook, in two passes. */
  private static double[] naive(List<User> users) {
    double n = 0;
    double mean = 0;
    for (User user : users) {
      for (float rating : user.ratings()) {
        n++;
        mean += rating;
      }
    }
    mean /= n;
    double absolute = 0;
    double squared = 0;
    double spread = 0;
    for (User user : users) {
      for (int i = 0; i < user.ratings().length; i++) {
        double error = user.ratings()[i] - user.predictions()[i];
        absolute += Math.abs(error);
        squared += error * error;
        spread += (user.ratings()[i] - mean) * (user.ratings()[i] - mean);
      }
    }
    return new double[] {absolute / n, Math.sqrt(squared / n), 1 - squared / spread};
  }

  @Test
  void figuresAreThoseOfHandComputedPairs() {
    RatingMetrics.Accumulator accumulator = new RatingMetrics.Accumulator();
    accumulator.add(1, 2);
    accumulator.add(3, 3);
    accumulator.add(5, 3);
    accumulator.addCold(true, false);
    accumulator.addCold(true, true); // not cold
    RatingMetrics metrics = accumulator.metrics();
    assertEquals(3, metrics.count());
    assertEquals(1, metrics.cold());
    assertEquals(new ColdPairs(0, 1, 0), metrics.coldPairs());
    assertEquals(1.0, metrics.mae());
    assertEquals(Math.sqrt(5.0 / 3), metrics.rmse());
    assertEquals(1 - 5.0 / 8, metrics.r2());
    assertEquals(0.75, metrics.coverage());
  }

  @Test
  void figuresAreThoseOfTheNaiveFormulas() {
    Random random = new Random(1);
    for (int trial = 0; trial < 50; trial++) {
      List<User> users = users(1 + random.nextInt(30), 3, 1.5f, 0.5 + trial % 4, random);
      if (users.size() == 1) {
        users.addAll(users(2, 1, 1, 1, random));
      }
      RatingMetrics metrics = sum(users);
      double[] naive = naive(users);
      assertEquals(naive[0], metrics.mae(), 1e-13 * naive[0]);
      assertEquals(naive[1], metrics.rmse(), 1e-13 * naive[1]);
      assertEquals(naive[2], metrics.r2(), 1e-11 * Math.max(1, Math.abs(naive[2])));
    }
  }

  @Test
  void orderAndGroupingOfUsersDoNotChangeOneBit() throws Exception {
    Random random = new Random(2);
    List<User> users = users(300, 0.1f, 3e3f, 0.7, random);
    users.addAll(users(300, -7e-5f, 1e-6f, 0.7, random));
    RatingMetrics expected = sum(users);
    for (int trial = 0; trial < 20; trial++) {
      Collections.shuffle(users, random);
      RatingMetrics sum = RatingMetrics.zero();
      for (int from = 0; from < users.size(); ) {
        int to = Math.min(users.size(), from + 1 + random.nextInt(200));
        sum =
            random.nextBoolean()
                ? sum(users.subList(from, to)).plus(sum)
                : sum.plus(sum(users.subList(from, to)));
        from = to;
      }
      assertEquals(expected.mae(), sum.mae());
      assertEquals(expected.rmse(), sum.rmse());
      assertEquals(expected.r2(), sum.r2());
      assertEquals(expected, sum);
      assertArrayEquals(
          CoderContract.encode(RatingMetrics.coder(), expected),
          CoderContract.encode(RatingMetrics.coder(), sum));
    }
  }

  @Test
  void r2StaysRightWhereRatingsAreLargeAndClose() {
    Random random = new Random(3);
    List<User> users = users(2000, 1e6f, 1, 0.5, random);
    RatingMetrics metrics = sum(users);
    double[] naive = naive(users);
    assertTrue(naive[2] > 0.5 && naive[2] < 0.95, "r2 " + naive[2]);
    assertEquals(naive[2], metrics.r2(), 1e-9);
    assertEquals(naive[1], metrics.rmse(), 1e-12);
  }

  @Test
  void r2StaysRightForOneUserWithManyLargeAndCloseRatings() {
    float[] ratings = new float[50_000];
    double[] predictions = new double[ratings.length];
    for (int i = 0; i < ratings.length; i++) {
      ratings[i] = 1e6f + (i % 2 == 0 ? 1 : -1);
      predictions[i] = ratings[i] + 0.5;
    }
    // The mean is 1e6 and each rating is 1 away from it: r2 = 1 − 0.25 / 1, exactly.
    assertEquals(0.75, new User(ratings, predictions).metrics().r2());
  }

  @Test
  void oneCommonRatingHasNoR2() {
    float[] ratings = {0.1f, 0.1f, 0.1f};
    RatingMetrics metrics = new User(ratings, new double[] {1, 2, 3}).metrics();
    assertTrue(Double.isNaN(metrics.r2()));
    assertTrue(metrics.rmse() > 0);
    metrics = metrics.plus(new User(ratings, new double[] {0, 0, 0}).metrics());
    assertTrue(Double.isNaN(metrics.r2()));
  }

  @Test
  void noPairsHaveNoFigures() {
    RatingMetrics none = RatingMetrics.zero();
    for (double figure : new double[] {none.mae(), none.rmse(), none.r2(), none.coverage()}) {
      assertTrue(Double.isNaN(figure));
    }
    RatingMetrics.Accumulator accumulator = new RatingMetrics.Accumulator();
    accumulator.addCold(false, false);
    RatingMetrics cold = accumulator.metrics();
    for (double figure : new double[] {cold.mae(), cold.rmse(), cold.r2()}) {
      assertTrue(Double.isNaN(figure));
    }
    assertEquals(0.0, cold.coverage());
  }

  @Test
  void extremeRatingsAreAdded() {
    float[] ratings = {Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, 0};
    RatingMetrics metrics = new User(ratings, new double[] {0, 0, 0, 0}).metrics();
    double max = Float.MAX_VALUE;
    assertEquals(max / 2, metrics.mae(), max * 1e-15);
    assertEquals(max / Math.sqrt(2), metrics.rmse(), max * 1e-15);
    assertEquals(0, metrics.r2(), 1e-15);
  }

  @Test
  void sumsKeepWhatADoubleWouldRoundAway() {
    float[] ratings = {1e20f, 0.5f, -1e20f};
    RatingMetrics metrics = new User(ratings, new double[] {0, 0, 0}).metrics();
    assertEquals(0, metrics.ratings().compareTo(new BigDecimal("0.5")));
    BigDecimal large = new BigDecimal(ratings[0]);
    BigDecimal squares = large.multiply(large).multiply(BigDecimal.valueOf(2));
    assertEquals(0, metrics.squaredRatings().compareTo(squares.add(new BigDecimal("0.25"))));
  }

  @Test
  void perfectPredictionsHaveR2One() {
    RatingMetrics metrics = new User(new float[] {1, 2, 4}, new double[] {1, 2, 4}).metrics();
    assertEquals(0.0, metrics.mae());
    assertEquals(0.0, metrics.rmse());
    assertEquals(1.0, metrics.r2());
  }

  @Test
  void coderKeepsEveryBit() throws Exception {
    assertEquals(
        RatingMetrics.zero(), CoderContract.check(RatingMetrics.coder(), RatingMetrics.zero()));
    RatingMetrics metrics = sum(users(50, -3, 1e-3f, 1e10, new Random(4)));
    assertEquals(metrics, CoderContract.check(RatingMetrics.coder(), metrics));
  }
}
