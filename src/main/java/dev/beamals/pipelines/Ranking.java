package dev.beamals.pipelines;

import static dev.beamals.Words.count;
import static dev.beamals.Words.noun;

import dev.beamals.evaluation.EvaluateRanking;
import dev.beamals.evaluation.RankingMetric;
import dev.beamals.evaluation.RankingMetrics;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How flags have lists judged, and what a person is told of them.
 *
 * @param topK the lengths of lists; none where none are judged
 * @param relevantFrom the least rating of a relevant item, or null for the default
 */
record Ranking(List<Integer> topK, @Nullable Double relevantFrom) {

  /**
   * Reads the flags.
   *
   * @throws UsageException where they make no sense, alone or together
   */
  static Ranking of(RankingOptions options) {
    List<Integer> topK = new ArrayList<>();
    if (!options.getTopK().equals("none")) {
      for (String k : options.getTopK().split(",", -1)) {
        Command.require(
            k.matches("[0-9]{1,6}") && Integer.parseInt(k) >= 1 && Integer.parseInt(k) <= 100_000,
            "--topK=%s: expected numbers from 1 to 100000 with a comma between them, or none",
            options.getTopK());
        topK.add(Integer.parseInt(k));
      }
    }
    Double relevantFrom = options.getRelevantFrom();
    Command.require(
        relevantFrom == null || Double.isFinite(relevantFrom),
        "--relevantFrom=%s: expected a number",
        relevantFrom);
    Command.require(
        relevantFrom == null || !topK.isEmpty(), "--relevantFrom: expected without --topK=none");
    return new Ranking(topK, relevantFrom);
  }

  /** Whether lists are judged. */
  boolean judges() {
    return !topK.isEmpty();
  }

  EvaluateRanking addTo(EvaluateRanking evaluate) {
    EvaluateRanking judge = evaluate.withTopK(topK.stream().mapToInt(k -> k).toArray());
    return relevantFrom == null ? judge : judge.withRelevantFrom(relevantFrom);
  }

  /** The sets of figures that are saved with a model, by the name of the part they are of. */
  static Map<String, Map<String, Number>> toMaps(String part, RankingMetrics metrics) {
    Map<String, Number> popularity = new LinkedHashMap<>();
    addTo(popularity, metrics, metrics.popularity());
    Map<String, Map<String, Number>> maps = new LinkedHashMap<>();
    maps.put(part + "Ranking", toMap(metrics));
    maps.put(part + "RankingByPopularity", popularity);
    return maps;
  }

  /** The figures of the model, by name. */
  static Map<String, Number> toMap(RankingMetrics metrics) {
    Map<String, Number> model = new LinkedHashMap<>();
    model.put("users", metrics.users());
    model.put("untrainedUsers", metrics.untrainedUsers());
    model.put("usersWithoutRelevant", metrics.usersWithoutRelevant());
    model.put("relevant", metrics.relevant());
    model.put("unranked", metrics.unranked());
    model.put("seen", metrics.seen());
    model.put("items", metrics.items());
    addTo(model, metrics, metrics.model());
    return model;
  }

  private static void addTo(
      Map<String, Number> figures, RankingMetrics metrics, RankingMetrics.Scores scores) {
    for (int k : metrics.topK()) {
      for (RankingMetric metric : RankingMetric.values()) {
        figures.put(metric + "@" + k, scores.mean(metric, k));
        figures.put(metric + "@" + k + "StandardError", scores.standardError(metric, k));
      }
      figures.put("coverage@" + k, scores.coverage(k));
      figures.put("novelty@" + k, scores.novelty(k));
      figures.put("popularity@" + k, scores.popularity(k));
    }
  }

  /**
   * Prints a table, the model beside the most popular items, and says where it is worse.
   *
   * @param part the rows that say what is relevant, as "test rows"
   * @param implicitPrefs whether the model is one of implicit feedback
   */
  void print(PrintStream out, String part, RankingMetrics metrics, boolean implicitPrefs) {
    printHeading(out, part, metrics, implicitPrefs);
    leftOut(out, metrics.untrainedUsers(), "user", "not trained");
    leftOut(out, metrics.usersWithoutRelevant(), "user", "without a relevant item that is ranked");
    leftOut(
        out,
        metrics.unranked(),
        "relevant item",
        String.format(Locale.ROOT, "not among the %,d that are ranked", metrics.items()));
    leftOut(out, metrics.seen(), "relevant item", "not ranked, as the user has it in training");
    if (metrics.users() == 0) {
      return;
    }
    RankingMetrics.Scores model = metrics.model();
    RankingMetrics.Scores popular = metrics.popularity();
    out.printf("%-16s %17s %17s%n", "", "model", "most popular");
    for (int k : metrics.topK()) {
      for (RankingMetric metric : RankingMetric.values()) {
        out.printf(
            Locale.ROOT,
            "%-16s %8.4f ± %6.4f %8.4f ± %6.4f%n",
            metric + "@" + k,
            model.mean(metric, k),
            model.standardError(metric, k),
            popular.mean(metric, k),
            popular.standardError(metric, k));
      }
      print(out, "coverage@" + k, model.coverage(k), popular.coverage(k));
      print(out, "novelty@" + k, model.novelty(k), popular.novelty(k));
      print(out, "popularity@" + k, model.popularity(k), popular.popularity(k));
    }
    if (metrics.isWorseThanPopularity()) {
      int k = metrics.topK().get(metrics.topK().size() - 1);
      out.printf(
          Locale.ROOT,
          "The model recommends worse than the most popular items would (ndcg@%d %.4f, theirs"
              + " %.4f).%n%s",
          k,
          model.mean(RankingMetric.ndcg, k),
          popular.mean(RankingMetric.ndcg, k),
          implicitPrefs
              ? ""
              : String.format(
                  "It was trained to predict ratings: --implicitPrefs is for what users choose.%n"));
    }
  }

  /** Prints what is averaged. */
  void printHeading(PrintStream out, String part, RankingMetrics metrics, boolean implicitPrefs) {
    out.printf(
        Locale.ROOT,
        "%nTop %s of %s, relevant: %s%n",
        String.join(", ", metrics.topK().stream().map(String::valueOf).toList()),
        count(metrics.users(), "user"),
        relevantFrom != null
            ? part + " with a rating of at least " + plain(relevantFrom)
            : implicitPrefs ? part + " with a rating above 0" : "all " + part);
  }

  /** Prints how many of something are left out, if any. */
  static void leftOut(PrintStream out, long count, String thing, String why) {
    if (count > 0) {
      out.printf(Locale.ROOT, "  %,12d %s %s%n", count, noun(count, thing), why);
    }
  }

  private static void print(PrintStream out, String name, double model, double popular) {
    out.printf(Locale.ROOT, "%-16s %8.4f %17.4f%n", name, model, popular);
  }

  /** Without a fraction that is nothing, as in 4. */
  private static String plain(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }
}
