package dev.beamals.generate;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Locale;

/**
 * Writes made-up data sets that look like public ones: the size, the columns and the printed form
 * of the real files, and ratings with a known structure inside.
 *
 * <p>Shapes: {@code sample} (a small file with everything that cleaning meets), {@code
 * kuairec-small} and {@code kuairec-big} (the two matrices of KuaiRec) and {@code netflix} (the
 * Netflix Prize). No row of a real file is in here. Counts are those that were published; marginals
 * (rows per user, rows per video, durations, watch ratios) are quantile curves through a few
 * anchors.
 *
 * <h2>What is planted</h2>
 *
 * <p>Each row of user u and item v has a score
 *
 * <pre>{@code
 * z = √s_u a_u + √s_v b_v + √s_f (p_uᵀ q_v) + √(1 − s_u − s_v − s_f) ε
 * }</pre>
 *
 * <ul>
 *   <li>a_u, b_v: the biases of user and item, normal scores with mean 0 and variance 1. In the
 *       KuaiRec shapes half of b_v is the length of the video: long videos are watched to a smaller
 *       part;
 *   <li>p_u: a random unit vector of {@value #PLANTED_RANK} numbers; q_v: {@value #PLANTED_RANK}
 *       standard normal numbers, so that p_uᵀq_v has variance 1;
 *   <li>ε: standard normal noise, new in each row;
 *   <li>s_u, s_v, s_f: the shares of the variance, set in {@link Shape#plan}.
 * </ul>
 *
 * <p>So z is about standard normal, and the rating is a fixed rising function of it. The watch
 * ratio is {@code Q(Φ(z))} with a quantile curve Q through the published quartiles and the
 * published 99 % point. About one row in a thousand is an outlier instead, a video left running:
 * its ratio is {@code t (1 − U)^(−1/α)}, a Pareto number cut at the published maximum (which one
 * row gets), with nothing of the user or the item in it. These rows make most of the variance, as
 * in the real file, where ALS of rank 10 explains 17 % of it. The play duration is the ratio times
 * the duration, rounded to a millisecond; the printed watch ratio is the exact quotient of the two
 * integers. For {@code netflix} the rating is the star whose share of all ratings Φ(z) falls into.
 * The planted structure is a matrix of rank 7 (two biases and the factors) seen through Q.
 *
 * <h2>The same bytes everywhere</h2>
 *
 * <p>All draws come from SplitMix64 streams keyed by (seed, purpose, id); nothing depends on the
 * order of a hash table; logarithms and exponentials are {@link StrictMath}'s; the other double
 * operations are exact by the language (Java 17 and later are strict). Memory does not depend on
 * the number of rows: one user is held at a time.
 *
 * <p>Only the JDK is used, so that the file also runs by itself:
 *
 * <pre>{@code
 * java src/main/java/dev/beamals/generate/GenerateData.java kuairec-small out.csv
 * }</pre>
 *
 * <p>Sources: Gao et al. 2022, "KuaiRec: A Fully-Observed Dataset and Insights for Evaluating
 * Recommender Systems" (columns and counts); Bennett and Lanning 2007, "The Netflix Prize"; Steele,
 * Lea and Flood 2014, "Fast Splittable Pseudorandom Number Generators"; Acklam's rational
 * approximation of the normal quantile; Walker 1977 and Vose 1991 (alias tables); Efraimidis and
 * Spirakis 2006 (weighted sampling without replacement); Adams 2018, "Ryū" (the interval test for
 * shortest decimals).
 */
public final class GenerateData {

  /** Length of the planted factor vectors. */
  static final int PLANTED_RANK = 5;

  static final long DEFAULT_SEED = 42;

  private static final String USAGE =
      """
      Usage: generate-data SHAPE [OUTPUT] [--rows=N] [--seed=N]

      Writes a made-up data set that looks like a public one (see data/README.md).

      SHAPE    sample         data/sample/interactions.csv      30,000 rows
               kuairec-small  data/kuairec/small_matrix.csv  4,676,570 rows
               kuairec-big    data/kuairec/big_matrix.csv   12,530,806 rows
               netflix        data/netflix/ratings.csv     100,480,507 rows
      OUTPUT   the file to write; default: the path above, inside the repository
      --rows   fewer rows. The KuaiRec shapes shrink in users and videos alike and keep their
               density; netflix keeps its 480,189 users and 17,770 movies
      --seed   any whole number; default 42. The same seed gives the same bytes
      --help   this text
      """;

  private GenerateData() {}

  /** Runs the generator and ends the JVM with 0, 1 (could not write) or 2 (wrong arguments). */
  public static void main(String[] args) {
    int status = run(args, System.out, System.err);
    if (status != 0) {
      System.exit(status);
    }
  }

  /**
   * As {@link #main}, without ending the JVM.
   *
   * @return 0 if the file was written, 1 if it could not be, 2 if an argument is wrong
   */
  static int run(String[] args, PrintStream out, PrintStream err) {
    Arguments arguments;
    Plan plan;
    try {
      arguments = Arguments.parse(args);
      if (arguments.help) {
        out.print(USAGE);
        return 0;
      }
      plan = arguments.shape.plan(arguments.rows);
    } catch (IllegalArgumentException e) {
      err.println("generate-data: " + e.getMessage());
      return 2;
    }
    long start = System.nanoTime();
    try {
      write(plan, arguments.seed, arguments.output);
    } catch (IOException e) {
      err.println("generate-data: cannot write " + arguments.output + ": " + reason(e));
      return 1;
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    out.println(
        String.format(
            Locale.ROOT,
            "%s: %,d rows, %,d users, %,d items in %.1f s (%,.0f rows/s)",
            arguments.output,
            plan.rows,
            plan.users,
            plan.items,
            seconds,
            plan.rows / seconds));
    return 0;
  }

  private static String reason(IOException e) {
    // The messages of the file system's exceptions are only the file's name.
    return e instanceof FileSystemException
        ? e.getClass().getSimpleName() + " " + e.getMessage()
        : String.valueOf(e.getMessage());
  }

  /** Writes to a temporary name beside {@code output} and renames when all rows are there. */
  private static void write(Plan plan, long seed, Path output) throws IOException {
    Path folder = output.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException("not a file name");
    }
    if (Files.isDirectory(output)) {
      throw new IOException("it is a folder");
    }
    // download-data leaves this mark in a folder with a real data set.
    if (Files.exists(folder.resolve(".downloaded"))) {
      throw new IOException("the folder holds the downloaded data set; give another OUTPUT");
    }
    Files.createDirectories(folder);
    Path partial =
        folder.resolve(
            "." + output.getFileName() + "." + ProcessHandle.current().pid() + ".partial");
    // Also on Ctrl-C no half file stays behind.
    Thread cleanup = new Thread(() -> partial.toFile().delete());
    Runtime.getRuntime().addShutdownHook(cleanup);
    try {
      try (OutputStream file = Files.newOutputStream(partial)) {
        generate(plan, seed, file);
      }
      Files.move(partial, output, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(partial);
      Runtime.getRuntime().removeShutdownHook(cleanup);
    }
  }

  /** Writes the whole CSV file of {@code plan}, header included, to {@code out}. */
  static void generate(Plan plan, long seed, OutputStream out) throws IOException {
    CsvBuffer csv = new CsvBuffer(out);
    new Generator(plan, seed, csv).run();
    csv.flush();
  }

  /** The parsed command line. */
  private static final class Arguments {
    final boolean help;
    final Shape shape;
    final Path output;
    final long rows;
    final long seed;

    private Arguments(boolean help, Shape shape, Path output, long rows, long seed) {
      this.help = help;
      this.shape = shape;
      this.output = output;
      this.rows = rows;
      this.seed = seed;
    }

    static Arguments parse(String[] args) {
      String shapeName = "";
      String outputName = "";
      long rows = 0;
      long seed = DEFAULT_SEED;
      for (String arg : args) {
        if (arg.equals("--help") || arg.equals("-h")) {
          return new Arguments(true, Shape.SAMPLE, Path.of(""), 0, seed);
        } else if (arg.startsWith("--rows=")) {
          rows = number("--rows", arg.substring("--rows=".length()));
          if (rows <= 0) {
            throw new IllegalArgumentException("--rows: must be positive, is " + rows);
          }
        } else if (arg.startsWith("--seed=")) {
          seed = number("--seed", arg.substring("--seed=".length()));
        } else if (arg.startsWith("-")) {
          throw new IllegalArgumentException(
              arg + ": no such flag; flags are --rows=N, --seed=N and --help");
        } else if (shapeName.isEmpty()) {
          shapeName = arg;
        } else if (outputName.isEmpty()) {
          outputName = arg;
        } else {
          throw new IllegalArgumentException(arg + ": at most SHAPE and OUTPUT are expected");
        }
      }
      if (shapeName.isEmpty()) {
        throw new IllegalArgumentException("SHAPE is missing; it is one of " + Shape.names());
      }
      Shape shape = Shape.of(shapeName);
      // The launcher script tells where the repository is.
      Path output =
          outputName.isEmpty()
              ? Path.of(System.getProperty("beamals.home", "")).resolve(shape.defaultOutput)
              : Path.of(outputName);
      return new Arguments(false, shape, output, rows == 0 ? shape.rows : rows, seed);
    }

    private static long number(String flag, String text) {
      try {
        return Long.parseLong(text.replace("_", ""));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(flag + ": not a whole number: '" + text + "'");
      }
    }
  }

  /** The data sets that can be made. */
  enum Shape {
    SAMPLE("sample", "data/sample/interactions.csv", 30_000, 2_000),
    KUAIREC_SMALL("kuairec-small", "data/kuairec/small_matrix.csv", 4_676_570, 10_000),
    KUAIREC_BIG("kuairec-big", "data/kuairec/big_matrix.csv", 12_530_806, 10_000),
    // Each user has a row, so there are at least as many rows as users.
    NETFLIX("netflix", "data/netflix/ratings.csv", 100_480_507, 480_189);

    final String label;
    final String defaultOutput;
    final long rows;
    final long minRows;

    Shape(String label, String defaultOutput, long rows, long minRows) {
      this.label = label;
      this.defaultOutput = defaultOutput;
      this.rows = rows;
      this.minRows = minRows;
    }

    static Shape of(String label) {
      for (Shape shape : values()) {
        if (shape.label.equals(label)) {
          return shape;
        }
      }
      throw new IllegalArgumentException("SHAPE: '" + label + "' is not one of " + names());
    }

    static String names() {
      StringBuilder names = new StringBuilder();
      for (Shape shape : values()) {
        names.append(names.length() == 0 ? "" : ", ").append(shape.label);
      }
      return names.toString();
    }

    /**
     * Returns all counts and curves of this shape with {@code rows} rows.
     *
     * <p>With fewer rows than the full shape, f = rows / full rows: users and items are multiplied
     * by √f (density stays), counts of odd rows by f. {@link #NETFLIX} keeps its users and items.
     *
     * @throws IllegalArgumentException if {@code rows} is too small or more than the full shape
     */
    Plan plan(long rows) {
      if (rows < minRows || rows > this.rows) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "--rows: %s takes %,d to %,d rows, not %,d",
                label,
                minRows,
                this.rows,
                rows));
      }
      Plan plan = new Plan();
      plan.rows = rows;
      // In a smaller file this one row would make nearly all of the variance.
      plan.largestRatio = rows == this.rows && this != SAMPLE;
      double f = (double) rows / this.rows;
      double side = Math.sqrt(f);
      switch (this) {
        case SAMPLE -> {
          plan.choice = Choice.DISTINCT;
          plan.users = (int) Math.round(300 * side);
          plan.items = (int) Math.round(600 * side);
          plan.ids(14, 7162, 103, 10_595);
          plan.rowsWithoutTime = Math.round(600 * f);
          plan.duplicates = Math.round(900 * f);
          plan.emptyRatios = Math.round(150 * f);
          plan.negativeTimestamps = Math.round(60 * f);
          plan.scatterDuplicates = true;
          plan.rowsPerUser =
              new Curve(new double[] {0, .5, .9, 1}, new double[] {40, 90, 160, 260});
          plan.minRowsPerUser = Math.max(5, Math.round(40 * side));
          plan.popularity = new Curve(new double[] {0, .5, .9, 1}, new double[] {8, 40, 110, 200});
          plan.duration = SMALL_DURATION;
          // A light tail and little noise, so that a small training set shows its worth.
          plan.ratio =
              new RatioCurve(
                      new double[] {.015, .08, .25, .5, .75, .9, .99, .9999},
                      new double[] {.004, .15, .45, .77, 1.15, 1.65, 2.9, 5})
                  .withOutliers(.001, 4, 2, 20);
          plan.shares(.20, .25, .40);
        }
        case KUAIREC_SMALL -> {
          plan.choice = Choice.DENSE;
          plan.users = (int) Math.round(1_411 * side);
          plan.items =
              Math.max(
                  (int) Math.round(3_327 * side), (int) ((rows + plan.users - 1) / plan.users));
          plan.ids(14, 7162, 103, 10_595);
          plan.rowsWithoutTime = Math.round(181_992 * f);
          plan.dateAsFloat = true;
          plan.duration = SMALL_DURATION;
          plan.ratio =
              new RatioCurve(
                      new double[] {.015, .05, .1, .25, .5, .75, .9, .95, .99, .9999},
                      new double[] {.004, .06, .14, .467, .769, 1.12, 1.575, 1.965, 3.38, 9})
                  .withOutliers(.00107, 18, 2.5, 571.52);
          plan.shares(.20, .29, .19);
        }
        case KUAIREC_BIG -> {
          plan.choice = Choice.REPEATED;
          plan.users = (int) Math.round(7_176 * side);
          plan.items = (int) Math.round(10_728 * side);
          plan.ids(0, 7175, 0, 10_727);
          plan.duplicates = Math.round(965_819 * f);
          plan.rowsPerUser =
              new Curve(
                  new double[] {0, .001, .005, .05, .1, .2, .3, .5, .7, .9, .99, .999, 1},
                  new double[] {
                    100, 200, 250, 330, 390, 580, 1100, 1846, 2350, 2910, 4030, 5650, 16_015
                  });
          plan.minRowsPerUser = Math.max(3, Math.round(100 * side));
          plan.popularity =
              new Curve(
                  new double[] {0, .05, .1, .2, .3, .4, .5, .6, .7, .8, .9, .99, .999, 1},
                  new double[] {
                    1, 2.5, 8, 24, 55, 115, 243, 600, 1680, 2540, 3640, 5900, 8100, 27_600
                  });
          plan.duration = BIG_DURATION;
          plan.ratio =
              new RatioCurve(
                      new double[] {.02, .05, .1, .25, .5, .75, .9, .95, .99, .9999},
                      new double[] {.004, .03, .08, .312, .721, 1.175, 1.745, 2.31, 4.5, 11})
                  .withOutliers(.00143, 18, 2.5, 573.46);
          plan.shares(.20, .30, .19);
        }
        case NETFLIX -> {
          plan.choice = Choice.DISTINCT;
          plan.stars = true;
          plan.users = 480_189;
          plan.items = 17_770;
          plan.ids(1, 480_189, 1, 17_770);
          plan.rowsPerUser =
              new Curve(
                  new double[] {0, .1, .25, .5, .75, .9, .99, .9999, 1},
                  new double[] {1, 18, 39, 96, 259, 550, 1350, 4500, 17_653});
          plan.minRowsPerUser = 1;
          plan.popularity =
              new Curve(
                  new double[] {0, .25, .5, .75, .9, .99, 1},
                  new double[] {3, 192, 561, 2668, 13_500, 95_000, 400_000});
          plan.shares(.10, .12, .18);
        }
      }
      return plan;
    }
  }

  /** Durations in milliseconds; quartiles and maximum as published. */
  private static final Curve SMALL_DURATION =
      new Curve(
          new double[] {0, .05, .25, .5, .75, .9, .96, .99, 1},
          new double[] {3067, 5300, 7523, 9600, 11_934, 20_000, 50_000, 110_000, 315_072});

  private static final Curve BIG_DURATION =
      new Curve(
          new double[] {0, .05, .25, .5, .75, .9, .96, .99, 1},
          new double[] {3067, 5200, 7434, 9636, 12_179, 20_500, 50_000, 110_000, 315_072});

  /** How the items of a user are chosen. */
  enum Choice {
    /** All items but a few. */
    DENSE,
    /** By popularity, each at most once. */
    DISTINCT,
    /** By popularity; a user may see an item again, at another time. */
    REPEATED
  }

  /** The counts and curves of one run; set once by {@link Shape#plan}. */
  static final class Plan {
    Choice choice = Choice.DENSE;
    long rows;
    int users;
    int items;
    int firstUser;
    int lastUser;
    int firstItem;
    int lastItem;
    long rowsWithoutTime;
    long duplicates;
    long emptyRatios;
    long negativeTimestamps;
    boolean scatterDuplicates;
    boolean dateAsFloat;
    boolean stars;
    boolean largestRatio;
    long minRowsPerUser;
    Curve rowsPerUser = Curve.FLAT;
    Curve popularity = Curve.FLAT;
    Curve duration = Curve.FLAT;
    RatioCurve ratio = RatioCurve.NONE;
    double userShare;
    double itemShare;
    double factorShare;

    private void ids(int firstUser, int lastUser, int firstItem, int lastItem) {
      this.firstUser = firstUser;
      this.lastUser = lastUser;
      this.firstItem = firstItem;
      this.lastItem = lastItem;
    }

    private void shares(double userShare, double itemShare, double factorShare) {
      this.userShare = userShare;
      this.itemShare = itemShare;
      this.factorShare = factorShare;
    }
  }

  /**
   * A rising curve through a few quantiles: at(p) is the value that a part p of all values does not
   * exceed. Between anchors the logarithm of the value is linear in p.
   */
  static final class Curve {
    static final Curve FLAT = new Curve(new double[] {0, 1}, new double[] {1, 1});

    private final double[] p;
    private final double[] logValue;

    /**
     * @param p rising, from 0 to 1
     * @param value positive, one for each p
     */
    Curve(double[] p, double[] value) {
      this.p = p;
      logValue = new double[value.length];
      for (int i = 0; i < value.length; i++) {
        logValue[i] = StrictMath.log(value[i]);
      }
    }

    double at(double x) {
      int i = 1;
      while (i < p.length - 1 && p[i] < x) {
        i++;
      }
      double part = (x - p[i - 1]) / (p[i] - p[i - 1]);
      return StrictMath.exp(logValue[i - 1] + part * (logValue[i] - logValue[i - 1]));
    }
  }

  /**
   * The watch ratio as a function of the standard normal score z: 0 below the first quantile,
   * linear in z between the quantiles and along the last line above them. Outliers do not depend on
   * z.
   */
  static final class RatioCurve {
    static final RatioCurve NONE = new RatioCurve(new double[] {.1, .9}, new double[] {1, 1});

    private final double[] score;
    private final double[] value;
    private double outliers;
    private double least;
    private double alpha = 1;
    private double most;

    /**
     * @param p rising quantiles
     * @param value rising ratios, one for each p
     */
    RatioCurve(double[] p, double[] value) {
      score = new double[p.length];
      for (int i = 0; i < p.length; i++) {
        score[i] = normalQuantile(p[i]);
      }
      this.value = value;
    }

    /**
     * @param part the part of all rows that are outliers
     * @param least their smallest ratio
     * @param alpha their Pareto exponent; below 2 the few largest make the variance
     * @param most the largest ratio
     */
    RatioCurve withOutliers(double part, double least, double alpha, double most) {
      this.outliers = part;
      this.least = least;
      this.alpha = alpha;
      this.most = most;
      return this;
    }

    double largest() {
      return most;
    }

    double at(double z, RandomStream random) {
      if (random.nextDouble() < outliers) {
        double odds = 1 - random.nextDouble();
        return Math.min(most, least * StrictMath.exp(-StrictMath.log(odds) / alpha));
      }
      if (z < score[0]) {
        return 0;
      }
      int i = 1;
      while (i < score.length - 1 && score[i] <= z) {
        i++;
      }
      double part = (z - score[i - 1]) / (score[i] - score[i - 1]);
      return value[i - 1] + part * (value[i] - value[i - 1]);
    }
  }

  private static final double[] TAIL_TOP = {
    -7.784894002430293e-03,
    -3.223964580411365e-01,
    -2.400758277161838,
    -2.549732539343734,
    4.374664141464968,
    2.938163982698783
  };
  private static final double[] TAIL_BOTTOM = {
    7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996, 3.754408661907416, 1
  };
  private static final double[] CENTRE_TOP = {
    -3.969683028665376e+01,
    2.209460984245205e+02,
    -2.759285104469687e+02,
    1.383577518672690e+02,
    -3.066479806614716e+01,
    2.506628277459239
  };
  private static final double[] CENTRE_BOTTOM = {
    -5.447609879822406e+01,
    1.615858368580409e+02,
    -1.556989798598866e+02,
    6.680131188771972e+01,
    -1.328068155288572e+01,
    1
  };

  /** Φ⁻¹(p) for 0 < p < 1 with a relative error under 1.2e-9 (Acklam). */
  static double normalQuantile(double p) {
    if (p > 0.5) {
      return -normalQuantile(1 - p);
    }
    if (p < 0.02425) {
      double q = Math.sqrt(-2 * StrictMath.log(p));
      return polynomial(q, TAIL_TOP) / polynomial(q, TAIL_BOTTOM);
    }
    double q = p - 0.5;
    return polynomial(q * q, CENTRE_TOP) * q / polynomial(q * q, CENTRE_BOTTOM);
  }

  /** Horner's rule; the highest power comes first. */
  private static double polynomial(double x, double[] coefficients) {
    double sum = 0;
    for (double c : coefficients) {
      sum = sum * x + c;
    }
    return sum;
  }

  /**
   * SplitMix64 (Steele, Lea and Flood 2014). Not {@code SplittableRandom}: its algorithm is no part
   * of its contract, and its normal numbers use {@code Math.log}, which may differ between JVMs.
   */
  static final class RandomStream {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private long state;
    private boolean spareReady;
    private double spare;

    RandomStream(long seed, Purpose purpose, long id) {
      restart(seed, purpose, id);
    }

    /** Starts the stream of (seed, purpose, id); other streams have no influence on it. */
    void restart(long seed, Purpose purpose, long id) {
      state = mix(mix(mix(seed + GAMMA) ^ purpose.number) + id * GAMMA);
      spareReady = false;
    }

    private static long mix(long x) {
      x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
      x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
      return x ^ (x >>> 31);
    }

    long nextLong() {
      state += GAMMA;
      return mix(state);
    }

    /** Uniform in [0, 1). */
    double nextDouble() {
      return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Uniform in 0 … bound − 1, with a bias under bound / 2³². */
    int nextInt(int bound) {
      return (int) (((nextLong() >>> 32) * bound) >>> 32);
    }

    /** Standard normal, by Marsaglia's polar method. */
    double nextNormal() {
      if (spareReady) {
        spareReady = false;
        return spare;
      }
      double x;
      double y;
      double s;
      do {
        x = 2 * nextDouble() - 1;
        y = 2 * nextDouble() - 1;
        s = x * x + y * y;
      } while (s >= 1 || s == 0);
      double scale = Math.sqrt(-2 * StrictMath.log(s) / s);
      spare = y * scale;
      spareReady = true;
      return x * scale;
    }

    /** A random order of 0 … n − 1. */
    int[] permutation(int n) {
      int[] order = new int[n];
      for (int i = 0; i < n; i++) {
        int j = nextInt(i + 1);
        order[i] = order[j];
        order[j] = i;
      }
      return order;
    }
  }

  /** What a stream of random numbers is for; keeps the streams of one id apart. */
  enum Purpose {
    USER_ORDER(1),
    ITEM_ORDER(2),
    USER_BIAS(3),
    ITEM_BIAS(4),
    DURATION(5),
    USER_FACTORS(6),
    ITEM_FACTORS(7),
    USER_ID(8),
    ITEM_ID(9),
    CELLS_LEFT_OUT(10),
    ROWS_WITHOUT_TIME(11),
    ROWS(12);

    /** Part of what the bytes depend on: never change it. */
    final int number;

    Purpose(int number) {
      this.number = number;
    }
  }

  /**
   * Splits {@code total} into whole parts about proportional to {@code weight}, each between {@code
   * min} and {@code max}: part i is {@code min(max, max(min, c wᵢ))} with the c that makes the sum
   * right, rounded so that the sum stays exact.
   *
   * @param weight positive, not modified
   */
  static int[] apportion(long total, double[] weight, long min, long max) {
    int n = weight.length;
    if (total < min * n || total > max * n) {
      throw new IllegalArgumentException(
          total + " does not split into " + n + " parts of " + min + " to " + max);
    }
    double low = 0;
    double high = 1;
    while (clampedSum(high, weight, min, max) < total && high < 1e300) {
      high *= 2;
    }
    for (int i = 0; i < 200; i++) {
      double middle = (low + high) / 2;
      if (clampedSum(middle, weight, min, max) < total) {
        low = middle;
      } else {
        high = middle;
      }
    }
    int[] parts = new int[n];
    double sum = 0;
    long given = 0;
    for (int i = 0; i < n; i++) {
      sum += Math.max((double) min, Math.min((double) max, high * weight[i]));
      // The small constant keeps whole sums whole in spite of rounding errors.
      long upTo = i == n - 1 ? total : Math.min(total, (long) Math.floor(sum + 1e-6));
      parts[i] = (int) (upTo - given);
      given = upTo;
    }
    return parts;
  }

  private static double clampedSum(double c, double[] weight, long min, long max) {
    double sum = 0;
    for (double w : weight) {
      sum += Math.max((double) min, Math.min((double) max, c * w));
    }
    return sum;
  }

  /** Draws item i with probability weight[i] / Σ weight in constant time (Walker, Vose). */
  static final class AliasTable {
    private final double[] keep;
    private final int[] alias;

    AliasTable(double[] weight) {
      int n = weight.length;
      keep = new double[n];
      alias = new int[n];
      double sum = 0;
      for (double w : weight) {
        sum += w;
      }
      int[] small = new int[n];
      int[] large = new int[n];
      int smalls = 0;
      int larges = 0;
      for (int i = 0; i < n; i++) {
        keep[i] = weight[i] * n / sum;
        alias[i] = i;
        if (keep[i] < 1) {
          small[smalls++] = i;
        } else {
          large[larges++] = i;
        }
      }
      while (smalls > 0 && larges > 0) {
        int s = small[--smalls];
        int l = large[larges - 1];
        alias[s] = l;
        keep[l] -= 1 - keep[s];
        if (keep[l] < 1) {
          larges--;
          small[smalls++] = l;
        }
      }
    }

    int draw(RandomStream random) {
      int i = random.nextInt(keep.length);
      return random.nextDouble() < keep[i] ? i : alias[i];
    }
  }

  /** One run: holds what belongs to users and items, and one user's rows at a time. */
  private static final class Generator {
    /** 2020-07-05 00:00 in UTC+8, in milliseconds since the epoch. */
    private static final long FIRST_MILLIS = 1_593_878_400_000L;

    private static final int DAYS = 63;
    private static final long DAY_MILLIS = 86_400_000L;
    private static final int HOUR_MILLIS = 3_600_000;

    /** Rows per hour of the day, in 256ths: few at night, many at noon and in the evening. */
    private static final int[] ROWS_BY_HOUR = {
      9, 5, 3, 2, 2, 3, 6, 9, 10, 10, 10, 12, 15, 14, 11, 10, 10, 12, 14, 15, 17, 20, 21, 16
    };

    /** 1999-11-11, as days since the epoch, and the days until the end of 2005. */
    private static final int FIRST_STAR_DAY = 10_906;

    private static final int STAR_DAYS = 2_243;

    /** The first ratio above this becomes the published maximum. */
    private static final double LARGEST_AFTER = 100;

    /** Scores that part the stars: 4.6 % ones, 10.1 % twos, 28.7 % threes, 33.6 % fours. */
    private static final double[] STAR_SCORES = {
      normalQuantile(.046), normalQuantile(.147), normalQuantile(.434), normalQuantile(.770)
    };

    private final Plan plan;
    private final long seed;
    private final CsvBuffer csv;
    private final RandomStream random;
    private final byte[] hours = new byte[256];

    private final int[] userIds;
    private final int[] itemIds;
    private final int[] rows;
    private final int[] duplicates;
    private final int[] rowsWithoutTime;
    private final int[] emptyRatios;
    private final int[] negativeTimestamps;

    private final double[] popularity;
    private final AliasTable byPopularity;
    private final int[] duration;
    private final double[] userBias;
    private final double[] itemBias;
    private final double[] itemFactors;
    private final double[] userFactors = new double[PLANTED_RANK];
    private final double userWeight;
    private final double itemWeight;
    private final double factorWeight;
    private final double noiseWeight;

    private boolean largestDue;

    // The rows of one user.
    private final int[] chosen;
    private final int[] seenBy;
    private final long[] times;
    private final byte[] copies;
    private final boolean[] noRatio;
    private final ByteArrayOutputStream atEndOfUser = new ByteArrayOutputStream();
    private final ByteArrayOutputStream atEndOfFile = new ByteArrayOutputStream();

    Generator(Plan plan, long seed, CsvBuffer csv) {
      this.plan = plan;
      this.seed = seed;
      this.csv = csv;
      random = new RandomStream(seed, Purpose.USER_ORDER, 0);
      userIds = ids(plan.users, plan.firstUser, plan.lastUser, 7162, Purpose.USER_ID);
      itemIds = ids(plan.items, plan.firstItem, plan.lastItem, 6523, Purpose.ITEM_ID);
      rows = rowsPerUser();
      double[] weight = new double[plan.users];
      for (int u = 0; u < plan.users; u++) {
        weight[u] = rows[u];
      }
      duplicates = apportion(plan.duplicates, weight, 0, plan.rows);
      emptyRatios = apportion(plan.emptyRatios, weight, 0, plan.rows);
      negativeTimestamps = apportion(plan.negativeTimestamps, weight, 0, plan.rows);
      random.restart(seed, Purpose.ROWS_WITHOUT_TIME, 0);
      for (int u = 0; u < plan.users; u++) {
        weight[u] = rows[u] * (.5 + random.nextDouble());
      }
      rowsWithoutTime = apportion(plan.rowsWithoutTime, weight, 0, plan.rows);

      popularity = new double[plan.items];
      int[] itemOrder = order(Purpose.ITEM_ORDER, plan.items);
      for (int i = 0; i < plan.items; i++) {
        popularity[i] = plan.popularity.at(itemOrder[i] / (plan.items - 1.0));
      }
      byPopularity = new AliasTable(popularity);
      int[] durationOrder = order(Purpose.DURATION, plan.items);
      duration = durations(durationOrder);

      userBias = normalScores(order(Purpose.USER_BIAS, plan.users));
      itemBias = normalScores(order(Purpose.ITEM_BIAS, plan.items));
      if (!plan.stars) {
        double[] length = normalScores(durationOrder);
        for (int i = 0; i < plan.items; i++) {
          itemBias[i] = Math.sqrt(.5) * (itemBias[i] - length[i]);
        }
      }
      standardize(itemBias, 1, 0);
      itemFactors = new double[plan.items * PLANTED_RANK];
      for (int i = 0; i < plan.items; i++) {
        random.restart(seed, Purpose.ITEM_FACTORS, itemIds[i]);
        for (int k = 0; k < PLANTED_RANK; k++) {
          itemFactors[i * PLANTED_RANK + k] = random.nextNormal();
        }
      }
      for (int k = 0; k < PLANTED_RANK; k++) {
        standardize(itemFactors, PLANTED_RANK, k);
      }
      userWeight = Math.sqrt(plan.userShare);
      itemWeight = Math.sqrt(plan.itemShare);
      factorWeight = Math.sqrt(plan.factorShare);
      largestDue = plan.largestRatio;
      noiseWeight = Math.sqrt(1 - plan.userShare - plan.itemShare - plan.factorShare);

      int longest = plan.items;
      for (int n : rows) {
        longest = Math.max(longest, n);
      }
      chosen = new int[longest];
      seenBy = new int[plan.items];
      Arrays.fill(seenBy, -1);
      times = new long[longest];
      copies = new byte[longest];
      noRatio = new boolean[longest];
      int slot = 0;
      for (int hour = 0; hour < ROWS_BY_HOUR.length; hour++) {
        for (int i = 0; i < ROWS_BY_HOUR[hour]; i++) {
          hours[slot++] = (byte) hour;
        }
      }
    }

    /**
     * Rising ids from {@code first} to {@code last} with gaps of random width; {@code wanted} is
     * among them if it is in the range.
     */
    private int[] ids(int n, int first, int last, int wanted, Purpose purpose) {
      int[] ids = new int[n];
      random.restart(seed, purpose, 0);
      for (int i = 0; i < n; i++) {
        int from = slot(i, n, first, last);
        int to = i == n - 1 ? last + 1 : slot(i + 1, n, first, last);
        ids[i] = i == 0 ? first : from + random.nextInt(to - from);
        if (i > 0 && i < n - 1 && from <= wanted && wanted < to) {
          ids[i] = wanted;
        }
      }
      return ids;
    }

    private static int slot(int i, int n, int first, int last) {
      return first + (int) ((long) i * (last - first) / (n - 1));
    }

    /** Durations whose quantiles, counted by rows and not by items, lie on the plan's curve. */
    private int[] durations(int[] order) {
      int[] byLength = new int[order.length];
      double total = 0;
      for (int i = 0; i < order.length; i++) {
        byLength[order[i]] = i;
        total += popularity[i];
      }
      total -= popularity[byLength[order.length - 1]];
      int[] durations = new int[order.length];
      double shorter = 0;
      for (int i : byLength) {
        durations[i] = (int) Math.round(plan.duration.at(Math.min(1, shorter / total)));
        shorter += popularity[i];
      }
      return durations;
    }

    private int[] order(Purpose purpose, int n) {
      random.restart(seed, purpose, 0);
      return random.permutation(n);
    }

    private int[] rowsPerUser() {
      double[] weight = new double[plan.users];
      if (plan.choice == Choice.DENSE) {
        long left = (long) plan.users * plan.items - plan.rows;
        random.restart(seed, Purpose.CELLS_LEFT_OUT, 0);
        for (int u = 0; u < plan.users; u++) {
          weight[u] = Math.max(.01, 1 + .55 * random.nextNormal());
        }
        // KuaiRec's small matrix: 0 to 32 videos left out, 12.6 on average.
        long most = (5 * left + 2L * plan.users - 1) / (2L * plan.users);
        int[] parts = apportion(left, weight, 0, most);
        for (int u = 0; u < plan.users; u++) {
          parts[u] = plan.items - parts[u];
        }
        return parts;
      }
      int[] order = order(Purpose.USER_ORDER, plan.users);
      for (int u = 0; u < plan.users; u++) {
        weight[u] = plan.rowsPerUser.at(order[u] / (plan.users - 1.0));
      }
      long most = plan.choice == Choice.DISTINCT ? plan.items - 1 : plan.rows;
      return apportion(plan.rows, weight, plan.minRowsPerUser, most);
    }

    private static double[] normalScores(int[] order) {
      double[] scores = new double[order.length];
      for (int i = 0; i < order.length; i++) {
        scores[i] = normalQuantile((order[i] + .5) / order.length);
      }
      return scores;
    }

    /** Gives column k of {@code values} (Modified) the popularity-weighted mean 0, variance 1. */
    private void standardize(double[] values, int columns, int k) {
      double total = 0;
      double sum = 0;
      for (int i = 0; i < plan.items; i++) {
        total += popularity[i];
        sum += popularity[i] * values[i * columns + k];
      }
      double mean = sum / total;
      double squares = 0;
      for (int i = 0; i < plan.items; i++) {
        double d = values[i * columns + k] - mean;
        squares += popularity[i] * d * d;
      }
      double scale = 1 / Math.sqrt(squares / total);
      for (int i = 0; i < plan.items; i++) {
        values[i * columns + k] = (values[i * columns + k] - mean) * scale;
      }
    }

    void run() throws IOException {
      csv.text(
          plan.stars
              ? "user_id,movie_id,rating,date\n"
              : "user_id,video_id,play_duration,video_duration,time,date,timestamp,watch_ratio\n");
      for (int u = 0; u < plan.users; u++) {
        drawUserFactors(u);
        random.restart(seed, Purpose.ROWS, userIds[u]);
        int distinct = rows[u] - duplicates[u];
        chooseItems(u, distinct);
        if (plan.stars) {
          writeStars(u, distinct);
        } else {
          writeInteractions(u, distinct);
        }
      }
      csv.bytes(atEndOfFile.toByteArray());
    }

    private void drawUserFactors(int u) {
      random.restart(seed, Purpose.USER_FACTORS, userIds[u]);
      double squares = 0;
      for (int k = 0; k < PLANTED_RANK; k++) {
        userFactors[k] = random.nextNormal();
        squares += userFactors[k] * userFactors[k];
      }
      double scale = 1 / Math.sqrt(squares);
      for (int k = 0; k < PLANTED_RANK; k++) {
        userFactors[k] *= scale;
      }
    }

    /** The first {@code n} places of {@link #chosen} become the user's items, in random order. */
    private void chooseItems(int u, int n) {
      if (plan.choice == Choice.DENSE) {
        for (int i = 0; i < plan.items; i++) {
          int j = random.nextInt(i + 1);
          chosen[i] = chosen[j];
          chosen[j] = i;
        }
        return;
      }
      int count = 0;
      // Each item goes to one user whatever its popularity, so that no item is without a row.
      for (int i = u; i < plan.items && count < n; i += plan.users) {
        chosen[count++] = i;
        seenBy[i] = u;
      }
      if (plan.choice == Choice.REPEATED) {
        while (count < n) {
          chosen[count++] = byPopularity.draw(random);
        }
      } else if (n <= plan.items / 4) {
        while (count < n) {
          int i = byPopularity.draw(random);
          if (seenBy[i] != u) {
            seenBy[i] = u;
            chosen[count++] = i;
          }
        }
      } else {
        chooseMany(u, n, count);
        count = n;
      }
      for (int i = count - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swap = chosen[i];
        chosen[i] = chosen[j];
        chosen[j] = swap;
      }
    }

    /**
     * For users with very many items, where drawing until new would take long: the n smallest of
     * the keys {@code −ln(uniform) / popularity} (Efraimidis and Spirakis).
     */
    private void chooseMany(int u, int n, int count) {
      double[] key = new double[plan.items];
      for (int i = 0; i < plan.items; i++) {
        key[i] = seenBy[i] == u ? -1 : -StrictMath.log(1 - random.nextDouble()) / popularity[i];
      }
      double[] sorted = key.clone();
      Arrays.sort(sorted);
      double limit = sorted[n - 1];
      for (int i = 0; i < plan.items && count < n; i++) {
        if (key[i] >= 0 && key[i] <= limit) {
          chosen[count++] = i;
        }
      }
    }

    /** The score z of the class comment. */
    private double score(int u, int item) {
      double dot = 0;
      int at = item * PLANTED_RANK;
      for (int k = 0; k < PLANTED_RANK; k++) {
        dot += userFactors[k] * itemFactors[at + k];
      }
      return userWeight * userBias[u]
          + itemWeight * itemBias[item]
          + factorWeight * dot
          + noiseWeight * random.nextNormal();
    }

    private void writeStars(int u, int n) throws IOException {
      for (int i = 0; i < n; i++) {
        // The square root: the service grew, so late days have more ratings.
        times[i] = FIRST_STAR_DAY + (long) (STAR_DAYS * Math.sqrt(random.nextDouble()));
      }
      Arrays.sort(times, 0, n);
      for (int i = 0; i < n; i++) {
        double z = score(u, chosen[i]);
        int star = 1;
        while (star < 5 && z > STAR_SCORES[star - 1]) {
          star++;
        }
        csv.startRow();
        csv.number(userIds[u]);
        csv.comma();
        csv.number(itemIds[chosen[i]]);
        csv.comma();
        csv.number(star);
        csv.comma();
        csv.day(times[i]);
        csv.endRow();
      }
    }

    /**
     * Writes one user's rows by time: first those whose clock was never set (negative timestamps),
     * then the others, then those without a time.
     */
    private void writeInteractions(int u, int n) throws IOException {
      int early = negativeTimestamps[u];
      int timed = n - rowsWithoutTime[u];
      for (int i = 0; i < early; i++) {
        times[i] = -1 - (long) (10 * DAY_MILLIS * random.nextDouble());
      }
      for (int i = early; i < timed; i++) {
        long bits = random.nextLong();
        int day = (int) (((bits >>> 40) * DAYS) >>> 24);
        int hour = hours[(int) (bits & 255)];
        times[i] =
            FIRST_MILLIS
                + day * DAY_MILLIS
                + (long) hour * HOUR_MILLIS
                + random.nextInt(HOUR_MILLIS);
      }
      Arrays.sort(times, 0, timed);
      for (int i = 1; i < timed; i++) {
        // No two rows of a user at the same moment: no row is a duplicate by chance.
        times[i] = Math.max(times[i], times[i - 1] + 1);
      }
      Arrays.fill(copies, 0, n, (byte) 0);
      Arrays.fill(noRatio, 0, n, false);
      for (int left = emptyRatios[u]; left > 0; ) {
        int i = early + random.nextInt(timed - early);
        if (!noRatio[i]) {
          noRatio[i] = true;
          left--;
        }
      }
      for (int left = duplicates[u]; left > 0; ) {
        // Only sound rows get copies, so that each odd row is odd for one reason.
        int i = early + random.nextInt(timed - early);
        if (!noRatio[i] && copies[i] < Byte.MAX_VALUE) {
          copies[i]++;
          left--;
        }
      }
      for (int i = 0; i < n; i++) {
        writeInteraction(u, chosen[i], i < timed, times[i], noRatio[i]);
        for (int c = 0; c < copies[i]; c++) {
          int place = plan.scatterDuplicates ? random.nextInt(3) : 0;
          switch (place) {
            case 1 -> csv.copyLastRowTo(atEndOfUser);
            case 2 -> csv.copyLastRowTo(atEndOfFile);
            default -> csv.repeatLastRow();
          }
        }
      }
      if (atEndOfUser.size() > 0) {
        csv.bytes(atEndOfUser.toByteArray());
        atEndOfUser.reset();
      }
    }

    private void writeInteraction(int u, int item, boolean timed, long millis, boolean noRatio)
        throws IOException {
      double ratio = plan.ratio.at(score(u, item), random);
      if (largestDue && timed && ratio > LARGEST_AFTER) {
        ratio = plan.ratio.largest();
        largestDue = false;
      }
      int length = duration[item];
      int play = (int) Math.round(ratio * length);
      if (play * 1000L < length) {
        play = 0;
      }
      csv.startRow();
      csv.number(userIds[u]);
      csv.comma();
      csv.number(itemIds[item]);
      csv.comma();
      csv.number(play);
      csv.comma();
      csv.number(noRatio ? 0 : length);
      csv.comma();
      if (timed) {
        csv.time(millis);
        csv.comma();
        csv.date(millis);
        if (plan.dateAsFloat) {
          csv.text(".0");
        }
        csv.comma();
        csv.seconds(millis);
      } else {
        csv.text(",,");
      }
      csv.comma();
      if (!noRatio) {
        csv.shortest((double) play / length);
      }
      csv.endRow();
    }
  }

  /**
   * Prints rows into a byte array by hand; formatting through strings would be ten times slower.
   */
  static final class CsvBuffer {
    /** No row is longer than this. */
    private static final int MAX_ROW = 256;

    private static final long[] POWERS_OF_TEN = new long[19];
    private static final long[] POWERS_OF_FIVE = new long[27];

    static {
      POWERS_OF_TEN[0] = 1;
      for (int i = 1; i < POWERS_OF_TEN.length; i++) {
        POWERS_OF_TEN[i] = 10 * POWERS_OF_TEN[i - 1];
      }
      POWERS_OF_FIVE[0] = 1;
      for (int i = 1; i < POWERS_OF_FIVE.length; i++) {
        POWERS_OF_FIVE[i] = 5 * POWERS_OF_FIVE[i - 1];
      }
    }

    private final OutputStream out;
    private final byte[] buffer = new byte[1 << 18];
    private int size;
    private int rowStart;
    private long day = Long.MIN_VALUE;
    private int year;
    private int month;
    private int dayOfMonth;

    CsvBuffer(OutputStream out) {
      this.out = out;
    }

    void startRow() throws IOException {
      if (size > buffer.length - MAX_ROW) {
        flush();
      }
      rowStart = size;
    }

    void endRow() {
      buffer[size++] = '\n';
    }

    void copyLastRowTo(ByteArrayOutputStream target) {
      target.write(buffer, rowStart, size - rowStart);
    }

    void repeatLastRow() throws IOException {
      int length = size - rowStart;
      if (size + length > buffer.length) {
        out.write(buffer, 0, rowStart);
        System.arraycopy(buffer, rowStart, buffer, 0, length);
        rowStart = 0;
        size = length;
      }
      System.arraycopy(buffer, rowStart, buffer, size, length);
      rowStart = size;
      size += length;
    }

    void flush() throws IOException {
      out.write(buffer, 0, size);
      size = 0;
      rowStart = 0;
    }

    /** Writes finished rows past the buffer. */
    void bytes(byte[] rows) throws IOException {
      flush();
      out.write(rows);
    }

    void comma() {
      buffer[size++] = ',';
    }

    void text(String ascii) {
      byte[] bytes = ascii.getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(bytes, 0, buffer, size, bytes.length);
      size += bytes.length;
    }

    /** A whole number, not negative. */
    void number(long value) {
      int digits = 1;
      while (digits < 19 && value >= POWERS_OF_TEN[digits]) {
        digits++;
      }
      padded(value, digits);
    }

    private void padded(long value, int digits) {
      for (int i = size + digits - 1; i >= size; i--) {
        buffer[i] = (byte) ('0' + value % 10);
        value /= 10;
      }
      size += digits;
    }

    /** Milliseconds as a fraction without trailing zeros, but with one digit at least. */
    private void fraction(int millis) {
      buffer[size++] = '.';
      if (millis % 100 == 0) {
        padded(millis / 100, 1);
      } else if (millis % 10 == 0) {
        padded(millis / 10, 2);
      } else {
        padded(millis, 3);
      }
    }

    /** {@code 2020-07-05 11:30:05.25}, in UTC+8. */
    void time(long epochMillis) {
      long local = epochMillis + 8 * 3_600_000L;
      day(Math.floorDiv(local, 86_400_000L));
      int millis = (int) Math.floorMod(local, 86_400_000L);
      buffer[size++] = ' ';
      padded(millis / 3_600_000, 2);
      buffer[size++] = ':';
      padded(millis / 60_000 % 60, 2);
      buffer[size++] = ':';
      padded(millis / 1_000 % 60, 2);
      fraction(millis % 1_000);
    }

    /** {@code 20200705}, in UTC+8. */
    void date(long epochMillis) {
      findDay(Math.floorDiv(epochMillis + 8 * 3_600_000L, 86_400_000L));
      number(year * 10_000L + month * 100L + dayOfMonth);
    }

    /** {@code 2020-07-05}, from days since the epoch. */
    void day(long epochDay) {
      findDay(epochDay);
      padded(year, 4);
      buffer[size++] = '-';
      padded(month, 2);
      buffer[size++] = '-';
      padded(dayOfMonth, 2);
    }

    private void findDay(long epochDay) {
      if (epochDay != day) {
        LocalDate date = LocalDate.ofEpochDay(epochDay);
        day = epochDay;
        year = date.getYear();
        month = date.getMonthValue();
        dayOfMonth = date.getDayOfMonth();
      }
    }

    /** {@code 1593919805.25}: seconds since the epoch; may be negative. */
    void seconds(long epochMillis) {
      if (epochMillis < 0) {
        buffer[size++] = '-';
        epochMillis = -epochMillis;
      }
      number(epochMillis / 1_000);
      fraction((int) (epochMillis % 1_000));
    }

    /**
     * The shortest decimal that reads back as {@code value}, and of these the nearest, in plain
     * notation with a point ({@code 0.0}, {@code 1.4030598786599842}). {@code Double.toString}
     * gives this only since Java 19.
     *
     * <p>With m and s such that value = m 2⁻ˢ, all decimals between (2m − 1) 2⁻ˢ⁻¹ and (2m + 1)
     * 2⁻ˢ⁻¹ read back as the value. The bounds are scaled to 17 digits and compared as 128-bit
     * integers. The bounds are never met exactly, because they have more binary places than a
     * decimal of 17 digits.
     *
     * @param value 0, or from 0.0001 to less than 100,000
     */
    void shortest(double value) {
      if (value == 0) {
        text("0.0");
        return;
      }
      if (!(value >= 1e-4 && value < 1e5)) {
        throw new IllegalArgumentException("outside of 0.0001 … 100000: " + value);
      }
      // value × 10^exponent has 15 digits before the point.
      int exponent = 15;
      for (double limit = 1; value >= limit; limit *= 10) {
        exponent--;
      }
      for (double limit = .1; value < limit && exponent < 18; limit /= 10) {
        exponent++;
      }
      double power = POWERS_OF_TEN[exponent];
      long digits = Math.round(value * power);
      // Both are exact doubles, so the quotient is what a parser returns.
      if (digits / power != value) {
        exponent += 2;
        digits = seventeenDigits(value, exponent);
      }
      while (digits % 10 == 0) {
        digits /= 10;
        exponent--;
      }
      plain(digits, exponent);
    }

    private static long seventeenDigits(double value, int exponent) {
      long bits = Double.doubleToRawLongBits(value);
      long m = (bits & ((1L << 52) - 1)) | (1L << 52);
      int s = 1075 - (int) (bits >>> 52);
      int shift = s + 1 - exponent;
      long five = POWERS_OF_FIVE[exponent];
      long low = shifted(2 * m - 1, five, shift);
      long middle = shifted(2 * m, five, shift);
      long high = shifted(2 * m + 1, five, shift);
      // low < value: whole numbers above low and up to high read back.
      long below = middle / 10 * 10;
      long above = below + 10;
      boolean belowFits = below > low;
      boolean aboveFits = above <= high;
      if (belowFits && aboveFits) {
        return middle - below < 5 ? below : above;
      } else if (belowFits) {
        return below;
      } else if (aboveFits) {
        return above;
      }
      long half = shifted(2 * m, five, shift - 1);
      return (half + 1) >>> 1;
    }

    /** ⌊a b / 2^shift⌋, where the product has up to 126 bits and 0 < shift < 64. */
    private static long shifted(long a, long b, int shift) {
      return (Math.multiplyHigh(a, b) << (64 - shift)) | ((a * b) >>> shift);
    }

    /** digits × 10^−places, {@code places} may be 0 or less. */
    private void plain(long digits, int places) {
      while (places < 1) {
        digits *= 10;
        places++;
      }
      if (places < 18 && digits >= POWERS_OF_TEN[places]) {
        number(digits / POWERS_OF_TEN[places]);
        buffer[size++] = '.';
        padded(digits % POWERS_OF_TEN[places], places);
      } else {
        buffer[size++] = '0';
        buffer[size++] = '.';
        padded(digits, places);
      }
    }
  }
}
