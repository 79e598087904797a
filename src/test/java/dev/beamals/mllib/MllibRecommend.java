package dev.beamals.mllib;

import java.util.Locale;
import org.apache.spark.ml.recommendation.ALSModel;

/**
 * Loads a model with Spark MLlib and writes the top K of all users as Parquet, for {@code
 * scripts/bench-recommend}. Arguments: model, K, output. Prints how long it took after the session
 * was there.
 */
final class MllibRecommend {
  private MllibRecommend() {}

  public static void main(String[] args) throws Exception {
    MllibSession.local("local[2]");
    long started = System.nanoTime();
    ALSModel.load(args[0]).recommendForAllUsers(Integer.parseInt(args[1])).write().parquet(args[2]);
    System.out.printf(Locale.ROOT, "%.2f%n", (System.nanoTime() - started) / 1e9);
    MllibSession.stopActive();
  }
}
