package dev.beamals.mllib;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.apache.spark.ml.evaluation.RegressionEvaluator;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;
import org.jspecify.annotations.Nullable;

/**
 * The reference notebook's job on Spark MLlib, step by step as its reader would run it: read a CSV
 * file, drop rows with a missing value, drop duplicate rows, drop negative timestamps, train ALS,
 * save the model, predict one pair, and evaluate MAE, RMSE and R² on the training rows.
 *
 * <p>Like the notebook it caches nothing. Reading and cleaning are lazy, so the {@code read} phase
 * is schema inference alone, {@code fit} reads and cleans the file, and each of the three
 * evaluators reads it, cleans it and joins the factors once more. That is what a user of the
 * notebook pays, and what {@code scripts/bench} compares with.
 *
 * <p>Prints one line of JSON to standard output, everything else goes to standard error:
 *
 * <pre>{@code
 * {"tool":"spark-mllib","version":"3.5.9","rank":10,"maxIter":10,"regParam":0.1,
 *  "seconds":{"session":…,"read":…,"fit":…,"save":…,"predict":…,"evaluate":…,"total":…},
 *  "prediction":…,"training":{"mae":…,"rmse":…,"r2":…,"count":…},"peakRssKb":…}
 * }</pre>
 *
 * <p>{@code total} runs from the start of the JVM. With {@code --testInput} a {@code test} object
 * follows, where {@code count} is the rows evaluated and {@code cold} the rows dropped because
 * their user or item was not trained on; its time is in no phase and not in {@code total}.
 */
public final class MllibNotebook {
  private static final String USAGE =
      """
      Runs the reference notebook's steps on Spark MLlib and prints one line of JSON.

        --input=FILE           ratings, CSV (required)
        --output=FOLDER        where the model is saved, replacing what is there (required)
        --testInput=FILE       held-out ratings to evaluate as well
        --rank=10 --maxIter=10 --regParam=0.1 --implicitPrefs=false
        --seed=NUMBER          MLlib's own default if absent
        --userCol=user_id --itemCol=video_id --ratingCol=watch_ratio
        --timestampCol=timestamp   empty: no filter on the timestamp
        --predictUser=7162 --predictItem=6523   the pair to predict
        --header=true          false: columns are named _c0, _c1, …
        --delimiter=,          \\t for a tab
        --sparkMaster=local[2]
      """;

  private MllibNotebook() {}

  /** Runs the job; see the class comment for what is printed. Exits with 2 on a wrong flag. */
  public static void main(String[] args) {
    if (List.of(args).contains("--help")) {
      System.out.print(USAGE);
      return;
    }
    Settings settings;
    try {
      settings = Settings.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(USAGE);
      System.exit(2);
      return;
    }
    try {
      System.out.println(run(settings).toJson());
    } finally {
      MllibSession.stopActive();
    }
  }

  /** Does the whole job in the open session, or opens one; leaves it open. */
  static Result run(Settings settings) {
    Phases phases = new Phases();
    SparkSession spark = phases.time("session", () -> MllibSession.local(settings.sparkMaster()));
    Dataset<Row> train = phases.time("read", () -> clean(spark, settings.input(), settings));
    ALSModel model = phases.time("fit", () -> als(settings).fit(train));
    phases.time("save", () -> save(model, settings.output()));
    OptionalDouble prediction = phases.time("predict", () -> predict(spark, model, settings));
    Metrics trainMetrics =
        phases.time("evaluate", () -> evaluate(spark, model.transform(train), settings));
    phases.total();

    Metrics testMetrics = null;
    long cold = 0;
    if (settings.testInput() != null) {
      Dataset<Row> test = clean(spark, settings.testInput(), settings);
      testMetrics = evaluate(spark, model.transform(test), settings);
      cold = test.count() - testMetrics.count();
    }
    return new Result(
        settings,
        spark.version(),
        phases.seconds(),
        prediction,
        trainMetrics,
        testMetrics,
        cold,
        peakRssKb());
  }

  private static Dataset<Row> clean(SparkSession spark, String path, Settings settings) {
    Dataset<Row> rows =
        spark
            .read()
            .option("header", settings.header())
            .option("inferSchema", true)
            .option("sep", settings.delimiter())
            .csv(path)
            .na()
            .drop()
            .dropDuplicates();
    return settings.timestampCol().isEmpty()
        ? rows
        : rows.filter(functions.col(settings.timestampCol()).geq(0));
  }

  private static ALS als(Settings settings) {
    ALS als =
        new ALS()
            .setMaxIter(settings.maxIter())
            .setRegParam(settings.regParam())
            .setRank(settings.rank())
            .setUserCol(settings.userCol())
            .setItemCol(settings.itemCol())
            .setRatingCol(settings.ratingCol())
            .setImplicitPrefs(settings.implicitPrefs())
            .setColdStartStrategy("drop");
    if (settings.seed().isPresent()) {
      als.setSeed(settings.seed().getAsLong());
    }
    return als;
  }

  private static Path save(ALSModel model, String path) {
    try {
      model.write().overwrite().save(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Path.of(path);
  }

  /** Predicts the pair of the flags; nothing if either side is cold. */
  private static OptionalDouble predict(SparkSession spark, ALSModel model, Settings settings) {
    StructType schema =
        new StructType()
            .add(settings.userCol(), DataTypes.IntegerType)
            .add(settings.itemCol(), DataTypes.IntegerType);
    Row pair = RowFactory.create(settings.predictUser(), settings.predictItem());
    List<Row> predicted =
        model
            .transform(spark.createDataFrame(List.of(pair), schema))
            .select("prediction")
            .collectAsList();
    return predicted.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(predicted.get(0).getFloat(0));
  }

  /**
   * Evaluates three times, as the notebook does. The rows are counted while the first evaluator
   * reads them, so that the count costs no fourth pass.
   */
  private static Metrics evaluate(SparkSession spark, Dataset<Row> predictions, Settings settings) {
    LongAccumulator counted = spark.sparkContext().longAccumulator("evaluated rows");
    UserDefinedFunction count =
        functions
            .udf(
                (UDF1<Float, Float>)
                    prediction -> {
                      counted.add(1);
                      return prediction;
                    },
                DataTypes.FloatType)
            .asNondeterministic(); // or the optimizer may run it twice a row
    Dataset<Row> countedPredictions =
        predictions.withColumn("prediction", count.apply(functions.col("prediction")));
    double mae = evaluator("mae", settings).evaluate(countedPredictions);
    double rmse = evaluator("rmse", settings).evaluate(predictions);
    double r2 = evaluator("r2", settings).evaluate(predictions);
    return new Metrics(mae, rmse, r2, counted.value());
  }

  private static RegressionEvaluator evaluator(String metric, Settings settings) {
    return new RegressionEvaluator()
        .setMetricName(metric)
        .setLabelCol(settings.ratingCol())
        .setPredictionCol("prediction");
  }

  /** Returns the highest resident memory of this process so far, where the system tells it. */
  private static OptionalLong peakRssKb() {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return OptionalLong.empty();
    }
    try (var lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** The flags of a run; a column of {@code ""} for the timestamp means that there is none. */
  record Settings(
      String input,
      String output,
      @Nullable String testInput,
      int rank,
      int maxIter,
      double regParam,
      OptionalLong seed,
      String userCol,
      String itemCol,
      String ratingCol,
      String timestampCol,
      int predictUser,
      int predictItem,
      boolean header,
      String delimiter,
      String sparkMaster,
      boolean implicitPrefs) {

    /**
     * Reads {@code --name=value} flags.
     *
     * @throws IllegalArgumentException on an unknown, malformed or missing flag, naming it
     */
    static Settings parse(String... args) {
      Map<String, String> flags = new LinkedHashMap<>();
      for (String arg : args) {
        int equals = arg.indexOf('=');
        if (!arg.startsWith("--") || equals < 0) {
          throw new IllegalArgumentException("Expected --name=value, got " + arg);
        }
        flags.put(arg.substring(2, equals), arg.substring(equals + 1));
      }
      String seed = flags.remove("seed");
      Settings settings =
          new Settings(
              required(flags, "input"),
              required(flags, "output"),
              flags.remove("testInput"),
              integer(flags, "rank", 10),
              integer(flags, "maxIter", 10),
              number("regParam", take(flags, "regParam", "0.1")),
              seed == null ? OptionalLong.empty() : OptionalLong.of(wholeNumber("seed", seed)),
              take(flags, "userCol", "user_id"),
              take(flags, "itemCol", "video_id"),
              take(flags, "ratingCol", "watch_ratio"),
              take(flags, "timestampCol", "timestamp"),
              integer(flags, "predictUser", 7162),
              integer(flags, "predictItem", 6523),
              Boolean.parseBoolean(take(flags, "header", "true")),
              take(flags, "delimiter", ","),
              take(flags, "sparkMaster", "local[2]"),
              Boolean.parseBoolean(take(flags, "implicitPrefs", "false")));
      if (!flags.isEmpty()) {
        throw new IllegalArgumentException("Unknown flag --" + flags.keySet().iterator().next());
      }
      return settings;
    }

    private static String required(Map<String, String> flags, String name) {
      String value = flags.remove(name);
      if (value == null || value.isEmpty()) {
        throw new IllegalArgumentException("--" + name + " is required");
      }
      return value;
    }

    private static String take(Map<String, String> flags, String name, String absent) {
      String value = flags.remove(name);
      return value == null ? absent : value;
    }

    private static int integer(Map<String, String> flags, String name, int absent) {
      return Math.toIntExact(wholeNumber(name, take(flags, name, Integer.toString(absent))));
    }

    private static long wholeNumber(String name, String value) {
      try {
        return Long.parseLong(value);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "--" + name + " must be a whole number, got " + value, e);
      }
    }

    private static double number(String name, String value) {
      try {
        return Double.parseDouble(value);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("--" + name + " must be a number, got " + value, e);
      }
    }
  }

  /**
   * The three figures of the notebook over {@code count} rows.
   *
   * @param mae {@code Σ |r − p| / count}
   * @param rmse {@code sqrt(Σ (r − p)² / count)}
   * @param r2 {@code 1 − Σ (r − p)² / Σ (r − mean r)²}
   */
  record Metrics(double mae, double rmse, double r2, long count) {
    private String fields() {
      return String.format(
          Locale.ROOT,
          "\"mae\":%s,\"rmse\":%s,\"r2\":%s,\"count\":%d",
          json(mae),
          json(rmse),
          json(r2),
          count);
    }
  }

  /** What a run found; see {@link MllibNotebook} for its line of JSON. */
  record Result(
      Settings settings,
      String version,
      Map<String, Double> seconds,
      OptionalDouble prediction,
      Metrics train,
      @Nullable Metrics test,
      long cold,
      OptionalLong peakRssKb) {

    String toJson() {
      StringBuilder out = new StringBuilder();
      out.append("{\"tool\":\"spark-mllib\",\"version\":\"").append(version).append('"');
      out.append(",\"rank\":").append(settings.rank());
      out.append(",\"maxIter\":").append(settings.maxIter());
      out.append(",\"regParam\":").append(settings.regParam());
      out.append(",\"seconds\":{");
      String comma = "";
      for (Map.Entry<String, Double> phase : seconds.entrySet()) {
        out.append(comma).append('"').append(phase.getKey()).append("\":");
        out.append(String.format(Locale.ROOT, "%.3f", phase.getValue()));
        comma = ",";
      }
      out.append("},\"prediction\":").append(json(prediction.orElse(Double.NaN)));
      out.append(",\"training\":{").append(train.fields()).append('}');
      if (test != null) {
        out.append(",\"test\":{").append(test.fields()).append(",\"cold\":").append(cold);
        out.append('}');
      }
      out.append(",\"peakRssKb\":");
      out.append(peakRssKb.isPresent() ? Long.toString(peakRssKb.getAsLong()) : "null");
      return out.append('}').toString();
    }
  }

  /** JSON knows neither NaN nor infinity: both become null. */
  private static String json(double value) {
    return Double.isFinite(value) ? Double.toString(value) : "null";
  }

  /** Wall-clock seconds of each phase, in the order they ran. */
  private static final class Phases {
    private final Map<String, Double> seconds = new LinkedHashMap<>();

    <T> T time(String phase, Supplier<T> work) {
      long start = System.nanoTime();
      T result = work.get();
      seconds.put(phase, (System.nanoTime() - start) / 1e9);
      return result;
    }

    void total() {
      long jvmStart = ManagementFactory.getRuntimeMXBean().getStartTime();
      seconds.put("total", (System.currentTimeMillis() - jvmStart) / 1e3);
    }

    Map<String, Double> seconds() {
      return seconds;
    }
  }
}
