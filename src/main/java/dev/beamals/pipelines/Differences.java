package dev.beamals.pipelines;

import static dev.beamals.Words.count;

import dev.beamals.evaluation.PairedDifference;
import dev.beamals.evaluation.RankingDifferences;
import dev.beamals.evaluation.RankingMetric;
import dev.beamals.evaluation.RankingMetrics;
import dev.beamals.evaluation.RatingDifferences;
import dev.beamals.evaluation.RatingMetrics;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * What a person is told of several models on the same rows: tables with a column a model, and the
 * differences of each further model to the first. Models have numbers, from 1.
 */
final class Differences {
  private final PrintStream out;
  private final int models;

  /**
   * @param models how many there are
   */
  Differences(PrintStream out, int models) {
    this.out = out;
    this.models = models;
  }

  /**
   * Prints errors.
   *
   * @param preferences whether predictions were compared with preferences
   */
  void print(RatingDifferences differences, boolean preferences) {
    List<RatingMetrics> metrics = differences.models();
    out.printf(
        Locale.ROOT,
        "On the %,d of %s that every model predicts, of %s%s%n",
        metrics.get(0).count(),
        count(differences.rows(), "row"),
        count(differences.users(), "user"),
        preferences ? ", against preferences: 1 where the rating is above 0" : "");
    leftOut(
        differences.rows() - metrics.get(0).count(),
        "row",
        "cold for some model",
        differences::unpredicted);
    if (metrics.get(0).count() == 0) {
      return;
    }
    heading("");
    line(
        "MAE",
        m -> number(metrics.get(m).mae()),
        "",
        m -> difference(differences.absoluteErrors(m)));
    line(
        "MSE",
        m -> number(metrics.get(m).rmse() * metrics.get(m).rmse()),
        "",
        m -> difference(differences.squaredErrors(m)));
    line("RMSE", m -> number(metrics.get(m).rmse()), "", m -> "");
    if (!preferences) {
      line("R2", m -> number(metrics.get(m).r2()), "", m -> "");
    }
    line("coverage", m -> number(differences.coverage(m)), "", m -> "");
    for (int m = 1; m < models; m++) {
      Map<String, PairedDifference> errors = new LinkedHashMap<>();
      errors.put("MAE", negative(differences.absoluteErrors(m)));
      errors.put("MSE", negative(differences.squaredErrors(m)));
      verdict(m, "predicts", "rows", differences.users(), errors);
    }
  }

  /**
   * Prints what lists are worth.
   *
   * @param ranking how they were judged
   * @param implicitPrefs whether the first model is one of implicit feedback
   */
  void print(RankingDifferences differences, Ranking ranking, boolean implicitPrefs) {
    RankingMetrics first = differences.models().get(0);
    ranking.printHeading(out, "rows", first, implicitPrefs);
    leftOut(
        first.untrainedUsers(), "user", "not trained by some model", differences::untrainedUsers);
    Ranking.leftOut(
        out, first.usersWithoutRelevant(), "user", "without a relevant item that is ranked");
    leftOut(
        first.unranked(),
        "relevant item",
        String.format(Locale.ROOT, "not among the %,d that every model ranks", first.items()),
        differences::unranked);
    Ranking.leftOut(
        out, first.seen(), "relevant item", "not ranked, as the user has it in training");
    if (first.users() == 0) {
      return;
    }
    List<RankingMetrics.Scores> scores =
        differences.models().stream().map(RankingMetrics::model).toList();
    RankingMetrics.Scores popular = first.popularity();
    heading("most popular");
    for (int k : first.topK()) {
      for (RankingMetric metric : RankingMetric.values()) {
        line(
            metric + "@" + k,
            m -> number(scores.get(m).mean(metric, k), scores.get(m).standardError(metric, k)),
            number(popular.mean(metric, k), popular.standardError(metric, k)),
            m -> difference(differences.difference(m, metric, k)));
      }
      line(
          "coverage@" + k,
          m -> number(scores.get(m).coverage(k)),
          number(popular.coverage(k)),
          m -> "");
      line(
          "novelty@" + k,
          m -> number(scores.get(m).novelty(k)),
          number(popular.novelty(k)),
          m -> "");
      line(
          "popularity@" + k,
          m -> number(scores.get(m).popularity(k)),
          number(popular.popularity(k)),
          m -> "");
    }
    for (int m = 1; m < models; m++) {
      Map<String, PairedDifference> all = new LinkedHashMap<>();
      for (int k : first.topK()) {
        for (RankingMetric metric : RankingMetric.values()) {
          all.put(metric + "@" + k, differences.difference(m, metric, k));
        }
      }
      verdict(m, "recommends", "users", first.users(), all);
    }
    int k = first.topK().get(first.topK().size() - 1);
    for (int m = 0; m < models; m++) {
      if (differences.models().get(m).isWorseThanPopularity()) {
        out.printf(
            Locale.ROOT,
            "Model %d recommends worse than the most popular items would (ndcg@%d %.4f, theirs"
                + " %.4f).%n",
            m + 1,
            k,
            scores.get(m).mean(RankingMetric.ndcg, k),
            popular.mean(RankingMetric.ndcg, k));
      }
    }
  }

  /** Prints how many of something are left out, if any, and how many of them for each model. */
  private void leftOut(long count, String thing, String why, IntToLongFunction ofModel) {
    Ranking.leftOut(
        out,
        count,
        thing,
        why
            + " ("
            + String.join(
                ", ",
                IntStream.range(0, models)
                    .mapToObj(
                        m ->
                            String.format(
                                Locale.ROOT, "model %d: %,d", m + 1, ofModel.applyAsLong(m)))
                    .toList())
            + ")");
  }

  /** What is printed of errors, of each model: its figures and how it differs from the first. */
  static List<Map<String, Object>> toList(RatingDifferences differences) {
    List<Map<String, Object>> all = new ArrayList<>();
    for (int m = 0; m < differences.models().size(); m++) {
      RatingMetrics metrics = differences.models().get(m);
      Map<String, Object> model = new LinkedHashMap<>();
      model.put("count", metrics.count());
      model.put("mae", metrics.mae());
      model.put("rmse", metrics.rmse());
      model.put("r2", metrics.r2());
      model.put("coverage", differences.coverage(m));
      if (m > 0) {
        model.put("maeDifference", toMap(differences.absoluteErrors(m)));
        model.put("mseDifference", toMap(differences.squaredErrors(m)));
      }
      all.add(model);
    }
    return all;
  }

  /** The same of lists. */
  static List<Map<String, Object>> toList(RankingDifferences differences) {
    List<Map<String, Object>> all = new ArrayList<>();
    for (int m = 0; m < differences.models().size(); m++) {
      RankingMetrics metrics = differences.models().get(m);
      Map<String, Object> model = new LinkedHashMap<>(Ranking.toMap(metrics));
      if (m > 0) {
        for (int k : metrics.topK()) {
          for (RankingMetric metric : RankingMetric.values()) {
            model.put(metric + "@" + k + "Difference", toMap(differences.difference(m, metric, k)));
          }
        }
      }
      all.add(model);
    }
    return all;
  }

  private static Map<String, Object> toMap(PairedDifference difference) {
    return Map.of("mean", difference.mean(), "standardError", difference.standardError());
  }

  private void heading(String baseline) {
    line("", m -> "model " + (m + 1), baseline, m -> (m + 1) + " - 1");
  }

  /** Prints a line of a table; an empty baseline has no column. */
  private void line(
      String name, IntFunction<String> figure, String baseline, IntFunction<String> difference) {
    StringBuilder line = new StringBuilder(String.format("%-16s", name));
    for (int m = 0; m < models; m++) {
      line.append(String.format(" %17s", figure.apply(m)));
    }
    if (!baseline.isEmpty()) {
      line.append(String.format(" %17s", baseline));
    }
    for (int m = 1; m < models; m++) {
      line.append(String.format(" %18s", difference.apply(m)));
    }
    out.println(line.toString().stripTrailing());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f         ", value);
  }

  private static String number(double value, double error) {
    return String.format(Locale.ROOT, "%.4f ± %.4f", value, error);
  }

  private static String difference(PairedDifference difference) {
    return String.format(
        Locale.ROOT, "%+.4f ± %.4f", difference.mean(), difference.standardError());
  }

  /** Of errors, where less is better. */
  private static PairedDifference negative(PairedDifference errors) {
    return new PairedDifference(-errors.mean(), errors.standardError());
  }

  /**
   * Says where a model is better than the first, where worse, and where nobody can say.
   *
   * @param what it does
   * @param of what there are too few of where nobody can say
   * @param users whom the errors are over
   * @param differences by the name of the figure; more is better
   */
  private void verdict(
      int model, String what, String of, long users, Map<String, PairedDifference> differences) {
    if (users < 2) {
      out.printf("Of one user nobody can say which model %s better.%n", what);
      return;
    }
    List<String> better = new ArrayList<>();
    List<String> worse = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    differences.forEach(
        (name, difference) ->
            (difference.isShown() ? (difference.mean() > 0 ? better : worse) : unknown).add(name));
    verdict(better, differences, "Model %d %s better than model 1 by %s.%n", model + 1, what);
    verdict(worse, differences, "Model %d %s worse than model 1 by %s.%n", model + 1, what);
    verdict(
        unknown,
        differences,
        "Between models 1 and %d there is no difference that these %s could show by %s: it is"
            + " within two standard errors.%n",
        model + 1,
        of);
  }

  private void verdict(
      List<String> names,
      Map<String, PairedDifference> all,
      String format,
      int model,
      String what) {
    if (!names.isEmpty()) {
      boolean every = names.size() == all.size() && names.size() > 2;
      out.printf(format, model, what, every ? "every metric" : String.join(", ", names));
    }
  }
}
