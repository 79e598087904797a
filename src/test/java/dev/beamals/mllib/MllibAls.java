package dev.beamals.mllib;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Factors trained by Spark MLlib's ALS on ratings held in memory, so that a test can put ours
 * beside MLlib's on a small set within seconds.
 *
 * <p>A trained instance holds plain arrays and needs no Spark any more. All trainings share one
 * local session, opened by the first. Spark allows one context a JVM, so a test class that trains
 * here must call {@link #stopSession()} when it is done (in {@code @AfterAll}); otherwise a later
 * test on Beam's SparkRunner in the same JVM cannot start its own.
 *
 * <pre>{@code
 * MllibAls mllib = MllibAls.train(users, items, ratings, 10, 10, 0.1, 1L);
 * double rmse = mllib.rmse(testUsers, testItems, testRatings);
 * }</pre>
 */
final class MllibAls {
  private static final StructType RATING_SCHEMA =
      new StructType()
          .add("user", DataTypes.IntegerType, false)
          .add("item", DataTypes.IntegerType, false)
          .add("rating", DataTypes.FloatType, false);

  private final Map<Integer, float[]> userFactors;
  private final Map<Integer, float[]> itemFactors;

  private MllibAls(Map<Integer, float[]> userFactors, Map<Integer, float[]> itemFactors) {
    this.userFactors = userFactors;
    this.itemFactors = itemFactors;
  }

  /**
   * Trains on explicit ratings; rating {@code n} is {@code (users[n], items[n], ratings[n])}.
   *
   * @param regParam λ; MLlib multiplies it by the number of ratings of each row (ALS-WR)
   */
  static MllibAls train(
      int[] users,
      int[] items,
      float[] ratings,
      int rank,
      int maxIter,
      double regParam,
      long seed) {
    return train(
        users,
        items,
        ratings,
        new ALS().setRank(rank).setMaxIter(maxIter).setRegParam(regParam).setSeed(seed));
  }

  /**
   * Trains with any parameters, such as implicit preferences or non-negative factors.
   *
   * @param als the parameters; its column names are overwritten (Modified)
   */
  static MllibAls train(int[] users, int[] items, float[] ratings, ALS als) {
    checkSameLength(users, items, ratings);
    List<Row> rows = new ArrayList<>(users.length);
    for (int n = 0; n < users.length; n++) {
      rows.add(RowFactory.create(users[n], items[n], ratings[n]));
    }
    Dataset<Row> data =
        MllibSession.localWithCheckpoints("local[2]").createDataFrame(rows, RATING_SCHEMA);
    ALSModel model = als.setUserCol("user").setItemCol("item").setRatingCol("rating").fit(data);
    return new MllibAls(collect(model.userFactors()), collect(model.itemFactors()));
  }

  /** Stops the shared session, if there is one; a later training opens a new one. */
  static void stopSession() {
    MllibSession.stopActive();
  }

  /** Returns the factors of each user that had a rating. */
  Map<Integer, float[]> userFactors() {
    return userFactors;
  }

  /** Returns the factors of each item that had a rating. */
  Map<Integer, float[]> itemFactors() {
    return itemFactors;
  }

  /** Returns {@code xᵤ · yᵢ} as MLlib sums it (in float), or nothing if either side is cold. */
  OptionalDouble predict(int user, int item) {
    float[] x = userFactors.get(user);
    float[] y = itemFactors.get(item);
    if (x == null || y == null) {
      return OptionalDouble.empty();
    }
    float dot = 0;
    for (int f = 0; f < x.length; f++) {
      dot += x[f] * y[f];
    }
    return OptionalDouble.of(dot);
  }

  /**
   * Returns {@code sqrt(Σ (r − xᵤ · yᵢ)² / n)} over the {@code n} pairs that are not cold, the rule
   * of {@code coldStartStrategy=drop}; NaN if every pair is cold.
   */
  double rmse(int[] users, int[] items, float[] ratings) {
    checkSameLength(users, items, ratings);
    double squares = 0;
    int count = 0;
    for (int n = 0; n < users.length; n++) {
      OptionalDouble prediction = predict(users[n], items[n]);
      if (prediction.isPresent()) {
        double error = ratings[n] - prediction.getAsDouble();
        squares += error * error;
        count++;
      }
    }
    return Math.sqrt(squares / count);
  }

  private static Map<Integer, float[]> collect(Dataset<Row> factors) {
    Map<Integer, float[]> byId = new HashMap<>();
    for (Row row : factors.collectAsList()) {
      List<Float> features = row.getList(1);
      float[] values = new float[features.size()];
      for (int f = 0; f < values.length; f++) {
        values[f] = features.get(f);
      }
      byId.put(row.getInt(0), values);
    }
    return byId;
  }

  private static void checkSameLength(int[] users, int[] items, float[] ratings) {
    if (users.length != items.length || users.length != ratings.length) {
      throw new IllegalArgumentException(
          String.format(
              "users, items and ratings must have the same length, got %d, %d and %d",
              users.length, items.length, ratings.length));
    }
  }
}
