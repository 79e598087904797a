package dev.beamals.report;

import dev.beamals.als.TrainingSummary.HalfStep;
import dev.beamals.ids.Side;
import dev.beamals.model.Manifest;
import dev.beamals.report.Bins.Bin;
import dev.beamals.report.Chart.Form;
import dev.beamals.report.Chart.Scale;
import dev.beamals.report.Chart.Series;
import dev.beamals.report.Recommendations.Case;
import dev.beamals.report.Recommendations.Entry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What a page shows of a {@link Report}: texts, charts and tables. */
final class ReportSections {
  private static final int MOST_BARS = 24;
  private static final int MOST_TRIALS_DRAWN = 60;

  /** The rules of cleaning as people call them. */
  private static final Map<String, String> RULES =
      Map.of(
          "rejected", "unreadable",
          "missing", "with an empty column",
          "negativeTimestamp", "with a timestamp below 0",
          "notFinite", "with a rating that is not finite",
          "duplicate", "duplicates",
          "aggregated", "put together with another of the same user and item",
          "infrequent", "of users or items with too few");

  private static final List<String> RANKING =
      List.of("precision", "recall", "cappedRecall", "hitRate", "map", "ndcg", "mrr");

  private static final List<String> LISTS = List.of("coverage", "novelty", "popularity");

  private final Report report;

  ReportSections(Report report) {
    this.report = report;
  }

  /** The parts that have anything to show. */
  List<Section> all() {
    return List.of(
            data(),
            convergence(),
            errors(),
            ranking(),
            popularity(),
            cases(),
            trials(),
            provenance())
        .stream()
        .filter(Section::hasAny)
        .toList();
  }

  /** The numbers at the top. */
  static List<Map<String, String>> cards(Report report) {
    List<Map<String, String>> cards = new ArrayList<>();
    addCard(cards, "users", Text.of(report.users()));
    addCard(cards, "items", Text.of(report.items()));
    Manifest manifest = report.manifest();
    if (manifest != null && manifest.input() != null) {
      addCard(cards, "ratings", Text.of(manifest.input().ratings()));
    }
    addCard(cards, "rank", Text.of(report.rank()));
    Map<String, Map<String, Number>> sets = report.metrics().toMap();
    for (String set : List.of("test", "training")) {
      if (sets.containsKey(set)) {
        addCard(cards, "RMSE, " + set + " rows", Text.figure(figure(sets, set, "rmse")));
      }
    }
    for (int k : lengths(sets, "testRanking")) {
      addCard(
          cards,
          "nDCG@" + k + ", test rows",
          Text.figure(figure(sets, "testRanking", "ndcg@" + k)));
    }
    return cards;
  }

  private static void addCard(List<Map<String, String>> cards, String name, String value) {
    cards.add(Map.of("name", name, "value", value));
  }

  private static double figure(Map<String, Map<String, Number>> sets, String set, String name) {
    Number value = sets.getOrDefault(set, Map.of()).get(name);
    return value == null ? Double.NaN : value.doubleValue();
  }

  private Section data() {
    Section section = new Section("data", "The data");
    Manifest manifest = report.manifest();
    for (String part : List.of("input", "testInput")) {
      Manifest.Input input =
          manifest == null ? null : part.equals("input") ? manifest.input() : manifest.testInput();
      if (input == null) {
        continue;
      }
      List<List<String>> rows = new ArrayList<>();
      rows.add(List.of("rows read", Text.of(input.rowsRead()), share(input.rowsRead(), input)));
      input
          .rowsDropped()
          .forEach(
              (rule, count) ->
                  rows.add(
                      List.of(
                          "− " + RULES.getOrDefault(rule, rule),
                          Text.of(count),
                          share(count, input))));
      rows.add(List.of("= ratings left", Text.of(input.ratings()), share(input.ratings(), input)));
      section.add(
          Table.of(
              part.equals("input") ? "Rows through each rule of cleaning" : "Rows to test on",
              List.of("", "#rows", "#share"),
              rows));
    }
    RowSummary rows = report.rows();
    if (rows != null) {
      section.add(
          octaves(
              "users",
              "Ratings per user",
              "How many users have so many ratings.",
              "ratings of a user",
              "users",
              rows.users()));
    }
    if (report.itemRatings() != null) {
      section.add(
          octaves(
              "items",
              "Ratings per item",
              "How many items have so many ratings in the training.",
              "training ratings of an item",
              "items",
              report.itemRatings()));
    }
    if (rows != null) {
      section.add(values(rows.ratings()));
    }
    return section;
  }

  private static String share(long count, Manifest.Input input) {
    return input.rowsRead() == 0 ? "–" : Text.percent((double) count / input.rowsRead());
  }

  /** The numbers of ratings in bins 1, 2–3, 4–7 …, those that are empty among them. */
  private static Map<Integer, Bin> byOctave(Bins bins) {
    Map<Integer, Bin> octaves = new TreeMap<>();
    for (Bin bin : bins.toList()) {
      octaves.put(bin.low() < 1 ? -1 : Math.getExponent(bin.low()), bin);
    }
    return octaves;
  }

  private static List<Integer> range(Iterable<Integer> octaves) {
    TreeSet<Integer> sorted = new TreeSet<>();
    octaves.forEach(sorted::add);
    List<Integer> range = new ArrayList<>();
    for (int o = sorted.isEmpty() ? 0 : sorted.first();
        !sorted.isEmpty() && o <= sorted.last();
        o++) {
      range.add(o);
    }
    return range;
  }

  private static String octaveName(int octave) {
    if (octave < 1) {
      return octave < 0 ? "0" : "1";
    }
    long from = 1L << octave;
    return shorten(from) + "–" + shorten(2 * from - 1);
  }

  private static String shorten(long count) {
    return count < 10_000
        ? Long.toString(count)
        : count < 10_000_000 ? count / 1000 + "k" : count / 1_000_000 + "M";
  }

  private static Chart octaves(
      String id, String title, String text, String xTitle, String yTitle, Bins bins) {
    Map<Integer, Bin> octaves = byOctave(bins);
    List<Integer> range = range(octaves.keySet());
    double[] counts =
        range.stream()
            .mapToDouble(o -> octaves.containsKey(o) ? octaves.get(o).count() : Double.NaN)
            .toArray();
    return new Chart(
        id,
        title,
        text + " Both axes are logarithmic.",
        xTitle,
        yTitle,
        Scale.log,
        range.stream().map(ReportSections::octaveName).toList(),
        List.of(new Series(yTitle, Form.bars, counts, null)));
  }

  /** The ratings one by one where they are few different ones, else in bins as wide or as high. */
  private static Chart values(Bins ratings) {
    List<Histogram.Bar> bars = Histogram.of(ratings, MOST_BARS);
    return new Chart(
        "ratings",
        "Values of the ratings",
        bars.stream().anyMatch(Histogram.Bar::isRange)
            ? "How many ratings are from one number to below another."
            : "How many ratings there are of each value.",
        "rating",
        "ratings",
        Scale.linear,
        bars.stream().map(Histogram.Bar::name).toList(),
        List.of(
            new Series(
                "ratings",
                Form.bars,
                bars.stream().mapToDouble(Histogram.Bar::count).toArray(),
                null)));
  }

  private Section convergence() {
    Section section = new Section("convergence", "Convergence");
    List<HalfStep> steps = report.metrics().objective();
    if (!steps.isEmpty()) {
      HalfStep last = steps.get(steps.size() - 1);
      section.add(
          "The objective, which the training lowers, after each half-step: first items are solved,"
              + " then users. It ends at "
              + Text.of(last.objective())
              + ".");
      section.add(
          new Chart(
              "objective",
              "Objective by half-step",
              "The objective is the loss and the regularization together.",
              "iteration, and the side that was solved",
              "objective",
              Scale.log,
              steps.stream()
                  .map(s -> s.iteration() + (s.side() == Side.ITEM ? " items" : " users"))
                  .toList(),
              List.of(
                  line("objective", steps, HalfStep::objective),
                  line("loss", steps, HalfStep::loss),
                  line("regularization", steps, HalfStep::regularization))));
    }
    return section;
  }

  private static Series line(String name, List<HalfStep> steps, ToDoubleFunction<HalfStep> number) {
    double[] values = steps.stream().mapToDouble(number).toArray();
    boolean all = Arrays.stream(values).allMatch(value -> value > 0);
    return new Series(
        name,
        Form.line,
        all ? values : Arrays.stream(values).map(v -> v > 0 ? v : Double.NaN).toArray(),
        null);
  }

  private Section errors() {
    Section section = new Section("errors", "Errors of predicted ratings");
    Map<String, Map<String, Number>> sets = report.metrics().toMap();
    List<List<String>> rows = new ArrayList<>();
    for (String set : List.of("training", "validation", "test")) {
      if (!sets.containsKey(set)) {
        continue;
      }
      addFigures(rows, sets, set, set + " rows");
      addFigures(rows, sets, set + "ByBiases", "— by mean and biases");
      addFigures(rows, sets, set + "ByMean", "— by the mean alone");
      warnWorse(section, sets, set);
    }
    if (!rows.isEmpty()) {
      section.add(
          Table.of(
              "Figures", List.of("", "#MAE", "#RMSE", "#R²", "#rows", "#of them predicted"), rows));
    }
    RowSummary summary = report.rows();
    if (summary != null && summary.errorsByRating().count() > 0) {
      boolean preferences = "true".equals(report.parameters().get("implicitPrefs"));
      section.add(
          "The charts are of all rows that were read, those of the training among them. The bias is"
              + " the mean of prediction less "
              + (preferences ? "preference, which is 1 for a rating above 0 and else 0" : "rating")
              + (summary.cold() > 0
                  ? "; "
                      + Text.of(summary.cold())
                      + " rows of users or items without factors are left out."
                  : "."));
      section.add(
          errors(
              "errorsByRating",
              "Errors by rating",
              "rating",
              summary.errorsByRating().toList(MOST_BARS / 2),
              null));
      if (summary.errorsByPopularity().count() > 0) {
        Map<Integer, Bin> octaves = byOctave(summary.errorsByPopularity());
        section.add(
            errors(
                "errorsByPopularity",
                "Errors by popularity",
                "training ratings of the item",
                List.copyOf(octaves.values()),
                octaves.keySet().stream().map(ReportSections::octaveName).toList()));
      }
    }
    return section;
  }

  private static void addFigures(
      List<List<String>> rows, Map<String, Map<String, Number>> sets, String set, String name) {
    if (sets.containsKey(set)) {
      double coverage = figure(sets, set, "coverage");
      rows.add(
          List.of(
              name,
              Text.figure(figure(sets, set, "mae")),
              Text.figure(figure(sets, set, "rmse")),
              Text.figure(figure(sets, set, "r2")),
              Text.of(figure(sets, set, "count")),
              Double.isNaN(coverage) ? "–" : Text.percent(coverage)));
    }
  }

  private static void warnWorse(
      Section section, Map<String, Map<String, Number>> sets, String set) {
    double rmse = figure(sets, set, "rmse");
    for (String baseline : List.of("ByMean", "ByBiases")) {
      if (rmse > figure(sets, set + baseline, "rmse")) {
        section.warn(
            "On the "
                + set
                + " rows the model predicts worse than "
                + (baseline.equals("ByMean") ? "the mean of all ratings" : "mean and biases")
                + " (RMSE).");
      }
    }
  }

  private static Chart errors(
      String id, String title, String xTitle, List<Bin> bins, @Nullable List<String> names) {
    List<String> labels =
        names != null
            ? names
            : bins.stream()
                .map(
                    bin ->
                        bin.low() == bin.high()
                            ? Text.place(bin.low())
                            : Text.place(bin.low()) + "–" + Text.place(bin.high()))
                .toList();
    return new Chart(
        id,
        title,
        "How far predictions are away (RMSE), and in which direction (bias), in units of what is"
            + " predicted.",
        xTitle,
        "error",
        Scale.linear,
        labels,
        List.of(
            new Series(
                "RMSE", Form.bars, bins.stream().mapToDouble(Bin::rootMeanSquare).toArray(), null),
            new Series("bias", Form.line, bins.stream().mapToDouble(Bin::mean).toArray(), null)));
  }

  /** The lengths k of lists that figures are of, ascending. */
  private static List<Integer> lengths(Map<String, Map<String, Number>> sets, String set) {
    TreeSet<Integer> lengths = new TreeSet<>();
    for (String name : sets.getOrDefault(set, Map.of()).keySet()) {
      if (name.matches("ndcg@\\d{1,6}")) {
        lengths.add(Integer.valueOf(name.substring(name.indexOf('@') + 1)));
      }
    }
    return List.copyOf(lengths);
  }

  private Section ranking() {
    Section section = new Section("ranking", "Ranking");
    Map<String, Map<String, Number>> sets = report.metrics().toMap();
    for (String part : List.of("validation", "test")) {
      String set = part + "Ranking";
      String baseline = set + "ByPopularity";
      for (int k : lengths(sets, set)) {
        List<List<String>> rows = new ArrayList<>();
        for (String metric : RANKING) {
          addRanking(rows, sets, set, baseline, metric + "@" + k, true);
        }
        for (String metric : LISTS) {
          addRanking(rows, sets, set, baseline, metric + "@" + k, false);
        }
        section.add(
            new Chart(
                set + k,
                "The first " + k + " of " + part + " rows",
                "A model beside the most popular items; each figure is a mean over "
                    + Text.of(figure(sets, set, "users"))
                    + " users, with its standard error.",
                "figure",
                "mean over users",
                Scale.linear,
                RANKING,
                List.of(
                    ranking("model", sets, set, k), ranking("most popular", sets, baseline, k))));
        section.add(
            Table.of(
                "The first " + k + " of " + part + " rows",
                List.of("", "#model", "#±", "#most popular", "#±"),
                rows));
        if (figure(sets, set, "ndcg@" + k) < figure(sets, baseline, "ndcg@" + k)) {
          section.warn(
              "On the "
                  + part
                  + " rows the most popular items are better than what the model recommends (nDCG@"
                  + k
                  + ").");
        }
      }
    }
    return section;
  }

  private static void addRanking(
      List<List<String>> rows,
      Map<String, Map<String, Number>> sets,
      String set,
      String baseline,
      String name,
      boolean error) {
    List<String> row = new ArrayList<>(List.of(name));
    for (String one : List.of(set, baseline)) {
      row.add(Text.figure(figure(sets, one, name)));
      row.add(error ? Text.figure(figure(sets, one, name + "StandardError")) : "");
    }
    rows.add(row);
  }

  private static Series ranking(
      String name, Map<String, Map<String, Number>> sets, String set, int k) {
    return new Series(
        name,
        Form.bars,
        RANKING.stream().mapToDouble(metric -> figure(sets, set, metric + "@" + k)).toArray(),
        RANKING.stream()
            .mapToDouble(metric -> figure(sets, set, metric + "@" + k + "StandardError"))
            .toArray());
  }

  private Section popularity() {
    Section section = new Section("popularity", "Popularity of what is recommended");
    Recommendations recommendations = report.recommendations();
    Bins items = report.itemRatings();
    if (recommendations == null || items == null || recommendations.popularity().count() == 0) {
      return section;
    }
    Map<Integer, Bin> all = byOctave(items);
    Map<Integer, Bin> recommended = byOctave(recommendations.popularity());
    TreeSet<Integer> octaves = new TreeSet<>(all.keySet());
    octaves.addAll(recommended.keySet());
    List<Integer> range = range(octaves);
    double ratings = items.toList().stream().mapToDouble(Bin::sum).sum();
    section.add(
        "Of "
            + Text.of(recommendations.users())
            + " users the first "
            + SummarizeRecommendations.TOP_K
            + " items that they have no row of, beside all items and beside all ratings.");
    section.add(
        new Chart(
            "popularity",
            "Items by how many training ratings they have",
            "Each colour adds up to 100%.",
            "training ratings of an item",
            "share",
            Scale.percent,
            range.stream().map(ReportSections::octaveName).toList(),
            List.of(
                shares(
                    "recommended",
                    range,
                    recommended,
                    Bin::count,
                    recommendations.popularity().count()),
                shares("all items", range, all, Bin::count, items.count()),
                shares("all ratings", range, all, Bin::sum, ratings))));
    return section;
  }

  private static Series shares(
      String name,
      List<Integer> range,
      Map<Integer, Bin> octaves,
      ToDoubleFunction<Bin> number,
      double total) {
    return new Series(
        name,
        Form.bars,
        range.stream()
            .mapToDouble(
                o -> octaves.containsKey(o) ? number.applyAsDouble(octaves.get(o)) / total : 0)
            .toArray(),
        null);
  }

  private Section cases() {
    Section section = new Section("cases", "Some users");
    Recommendations recommendations = report.recommendations();
    if (recommendations == null || recommendations.cases().isEmpty()) {
      return section;
    }
    section.add(
        "Their highest ratings beside what is recommended to them. A score is the prediction.");
    boolean titles =
        recommendations.cases().stream()
            .flatMap(one -> List.of(one.history(), one.recommended()).stream())
            .flatMap(List::stream)
            .anyMatch(entry -> !entry.title().isEmpty());
    boolean counts = report.itemRatings() != null;
    for (Case one : recommendations.cases()) {
      section.add(
          new Section.User(
              "User " + Text.cut(one.user()),
              List.of(
                  entries(
                      "History: "
                          + Math.min(one.history().size(), one.ratings())
                          + " of "
                          + Text.of(one.ratings())
                          + (one.ratings() == 1 ? " rating" : " ratings"),
                      "rating",
                      one.history(),
                      titles,
                      counts),
                  entries("Recommended", "score", one.recommended(), titles, counts))));
    }
    return section;
  }

  private static Table entries(
      String caption, String value, List<Entry> entries, boolean titles, boolean counts) {
    List<String> columns = new ArrayList<>(List.of("item"));
    if (titles) {
      columns.add("title");
    }
    columns.add("#" + value);
    if (counts) {
      columns.add("#item’s ratings");
    }
    List<List<String>> rows = new ArrayList<>();
    for (Entry entry : entries) {
      List<String> row = new ArrayList<>(List.of(entry.item()));
      if (titles) {
        row.add(entry.title());
      }
      row.add(value.equals("rating") ? Text.place(entry.value()) : Text.of(entry.value()));
      if (counts) {
        row.add(Text.of(entry.itemRatings()));
      }
      rows.add(row);
    }
    return Table.of(caption, columns, rows);
  }

  private Section trials() {
    Section section = new Section("trials", "Trials");
    Tuning tuning = report.tuning();
    if (tuning == null || tuning.trials().isEmpty()) {
      return section;
    }
    List<String> varied = tuning.varied();
    List<Tuning.Trial> drawn =
        tuning.trials().subList(0, Math.min(MOST_TRIALS_DRAWN, tuning.trials().size()));
    section.add(
        Text.of(tuning.trials().size())
            + " trials were judged by "
            + tuning.metric()
            + " of the validation rows"
            + (tuning.best() == null ? "." : "; the best is trial " + tuning.best() + "."));
    section.add(
        new Chart(
            "trials",
            tuning.metric() + " by trial",
            drawn.size() < tuning.trials().size()
                ? "The first " + drawn.size() + " trials."
                : "Trials that failed have no point.",
            "trial",
            tuning.metric(),
            Scale.linear,
            drawn.stream().map(trial -> Integer.toString(trial.number())).toList(),
            List.of(
                new Series(
                    tuning.metric(),
                    Form.line,
                    drawn.stream().mapToDouble(trial -> judged(tuning, trial)).toArray(),
                    null))));
    List<String> columns = new ArrayList<>(List.of("#trial"));
    varied.forEach(name -> columns.add("#" + name));
    columns.addAll(List.of("#iterations", "#" + tuning.metric(), ""));
    List<List<String>> rows = new ArrayList<>();
    for (Tuning.Trial trial : tuning.trials()) {
      List<String> row = new ArrayList<>(List.of(Integer.toString(trial.number())));
      varied.forEach(name -> row.add(trial.parameters().getOrDefault(name, "")));
      row.add(trial.iterations() == null ? "–" : Integer.toString(trial.iterations()));
      row.add(Text.figure(judged(tuning, trial)));
      row.add(
          trial.failure() != null
              ? "failed: " + trial.failure()
              : tuning.best() != null && tuning.best() == trial.number() ? "best" : "");
      rows.add(row);
    }
    section.add(Table.of("Trials", columns, rows));
    return section;
  }

  private static double judged(Tuning tuning, Tuning.Trial trial) {
    return trial.figures().getOrDefault(tuning.metric(), Double.NaN);
  }

  private Section provenance() {
    Section section = new Section("provenance", "Parameters and provenance");
    List<List<String>> rows = new ArrayList<>();
    report.parameters().forEach((name, value) -> rows.add(List.of(name, value)));
    Manifest manifest = report.manifest();
    Map<String, String> made = new LinkedHashMap<>();
    if (manifest == null) {
      made.put("saved by", "Spark MLlib");
    } else {
      made.put("created", manifest.created());
      if (manifest.iterations() != null) {
        made.put("iterations done", manifest.iterations().toString());
      }
      made.put("factors digest (SHA-256)", manifest.factors().digest());
      Manifest.FoldInOrigin foldIn = manifest.foldIn();
      if (foldIn != null) {
        made.put("folded into", foldIn.model());
      }
      manifest.seconds().forEach((phase, s) -> made.put("seconds, " + phase, Text.of(s)));
    }
    List<List<String>> facts = new ArrayList<>();
    made.forEach((name, value) -> facts.add(List.of(name, value)));
    section.add(Table.of("Provenance", List.of("", ""), facts));
    if (manifest != null) {
      addFiles(section, "Files of the training", manifest.input());
      addFiles(section, "Files of the test", manifest.testInput());
    }
    section.add(Table.of("Parameters", List.of("parameter", "value"), rows));
    return section;
  }

  private static void addFiles(Section section, String caption, Manifest.@Nullable Input input) {
    if (input != null) {
      section.add(
          Table.of(
              caption,
              List.of("file", "#bytes", "fingerprint of its rows"),
              input.files().stream()
                  .map(file -> List.of(file.file(), Text.of(file.bytes()), file.fingerprint()))
                  .toList()));
    }
  }
}
