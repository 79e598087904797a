package dev.beamals.pipelines;

import dev.beamals.evaluation.RankingMetric;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What trials are compared by.
 *
 * @param ratings a figure of ratings, or null
 * @param ranking a figure of lists of {@code k} items, or null
 */
record Metric(@Nullable OfRatings ratings, @Nullable RankingMetric ranking, int k) {
  /** Figures of ratings. */
  enum OfRatings {
    rmse,
    mae,
    r2
  }

  private static final int DEFAULT_K = 10;
  private static final Pattern AT = Pattern.compile("([a-zA-Z0-9]+)@([0-9]{1,5})");

  /**
   * Reads the flag.
   *
   * @throws UsageException where it is none
   */
  static Metric of(TuneOptions options) {
    String text = options.getMetric();
    if (text == null) {
      return options.getImplicitPrefs()
          ? new Metric(null, RankingMetric.ndcg, DEFAULT_K)
          : new Metric(OfRatings.rmse, null, 0);
    }
    for (OfRatings metric : OfRatings.values()) {
      if (metric.name().equals(text.toLowerCase(Locale.ROOT))) {
        return new Metric(metric, null, 0);
      }
    }
    Matcher at = AT.matcher(text);
    if (at.matches() && Integer.parseInt(at.group(2)) > 0) {
      for (RankingMetric metric : RankingMetric.values()) {
        if (metric.name().equalsIgnoreCase(at.group(1))) {
          return new Metric(null, metric, Integer.parseInt(at.group(2)));
        }
      }
    }
    throw new UsageException(
        String.format(
            "--metric=%s: expected rmse, mae, r2, or one of %s with a length, as ndcg@10",
            text,
            Arrays.stream(RankingMetric.values())
                .map(Enum::name)
                .collect(Collectors.joining(", "))));
  }

  /** Whether less is better. */
  boolean isError() {
    return ratings == OfRatings.rmse || ratings == OfRatings.mae;
  }

  /** As the flag: {@code ndcg@10}. */
  @Override
  public String toString() {
    return ranking == null ? String.valueOf(ratings) : ranking + "@" + k;
  }
}
