package dev.beamals.generate;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;

/**
 * Writes made-up data sets that look like public ones: the size, the columns and the printed form
 * of the real files, and ratings with a known structure inside. No row of a real file is in here.
 *
 * <p>Each row of user u and item v has a score, about standard normal,
 *
 * <pre>{@code
 * z = √s_u a_u + √s_v b_v + √s_f (p_uᵀ q_v) + √(1 − s_u − s_v − s_f) ε
 * }</pre>
 *
 * <ul>
 *   <li>a_u, b_v: the biases of user and item, with mean 0 and variance 1. In the KuaiRec shapes
 *       half of b_v is the length of the video: long videos are watched to a smaller part;
 *   <li>p_u: a random unit vector of {@value #PLANTED_RANK} numbers; q_v: {@value #PLANTED_RANK}
 *       standard normal numbers, so that p_uᵀq_v has variance 1;
 *   <li>ε: standard normal noise, new in each row.
 * </ul>
 *
 * <p>The watch ratio is {@code Q(Φ(z))} with a quantile curve Q through the published figures. One
 * row in a thousand is an outlier instead, a video left running: {@code t (1 − U)^(−1/α)}, a Pareto
 * number cut at the published maximum. These rows make most of the variance, as in the real file,
 * where ALS of rank 10 explains 17 % of it. The play duration is the ratio times the duration,
 * rounded to a millisecond; the printed ratio is the exact quotient of the two integers. A Netflix
 * rating is the star whose share of all ratings Φ(z) falls into. Plays are {@code 1 + ⌊e^(1 + z)⌋}.
 * What is planted is a matrix of rank 7 (two biases and the factors) seen through Q.
 *
 * <p>The bytes are the same everywhere: all draws come from SplitMix64 streams keyed by (seed,
 * purpose, id), logarithms and exponentials are {@link StrictMath}'s, and the other double
 * operations are exact by the language since Java 17. Of rows, those of one user are held at a
 * time; where they are in the order of time, one is, as the row at each place is drawn by a
 * permutation that needs no table. Only the JDK is used, as scripts/generate-data runs this file by
 * itself.
 *
 * <p>Sources: Gao et al. 2022, "KuaiRec: A Fully-Observed Dataset and Insights for Evaluating
 * Recommender Systems" (columns and counts); Bennett and Lanning 2007, "The Netflix Prize"; Steele,
 * Lea and Flood 2014, "Fast Splittable Pseudorandom Number Generators"; Acklam's rational
 * approximation of the normal quantile; Black and Rogaway 2002, "Ciphers with Arbitrary Finite
 * Domains" (permutations without a table); Walker 1977 and Vose 1991 (alias tables); Efraimidis and
 * Spirakis 2006 (weighted sampling without replacement).
 */
public final class GenerateData {

  /** Length of the planted factor vectors. */
  static final int PLANTED_RANK = 5;

  static final long DEFAULT_SEED = 42;

  private static final String USAGE =
      """
      Usage: generate-data SHAPE [OUTPUT] [--rows=N] [--ids=int|text] [--seed=N]

      Writes a made-up data set that looks like a public one (see data/README.md).

      SHAPE    sample         data/sample/interactions.csv      30,000 rows
               plays          data/sample/plays.csv             20,000 rows
               kuairec-small  data/kuairec/small_matrix.csv  4,676,570 rows
               kuairec-big    data/kuairec/big_matrix.csv   12,530,806 rows
               netflix        data/netflix/ratings.csv     100,480,507 rows
               many-users     data/many-users/ratings.csv   20,000,000 rows
      OUTPUT   the file to write; default: the path above, inside the repository
      --rows   fewer rows. The KuaiRec shapes shrink in users and videos alike and keep their
               density; netflix keeps its 480,189 users and 17,770 movies; many-users
               keeps its 10 rows a user
      --ids    int: whole numbers, the default; text: a UUID for each user, 11 characters for
               each item, and all else as with int
      --seed   any whole number; default 42. The same seed gives the same bytes
      --help   this text
      """;

  /**
   * What is known of each shape. Rows: the fewest and all; users and items: how many, the first and
   * the last id. A user's items are all but a few (dense) or drawn by popularity, each at most once
   * or again (repeated), or each at most once by {@code popularity · e^(taste · p_uᵀq_v)}. Rows are
   * ordered by user, or at random as in a log (byTime). Curves are points {@code p:value}: a part p
   * of all values is not above this one. Outliers: their part of all rows, the least ratio, α and
   * the largest ratio. Shares: s_u, s_v and s_f.
   */
  private static final Map<String, Map<String, String>> SHAPES =
      parse(
          """
          sample
          file               data/sample/interactions.csv
          rows               2000 30000
          users              300 14 7162
          items              600 103 10595
          leastRowsPerUser   5 40
          rowsPerUser        0:40 .5:90 .9:160 1:260
          popularity         0:8 .5:40 .9:110 1:200
          rowsWithoutTime    600
          emptyRatios        150
          negativeTimestamps 60
          duplicates         900
          scatterDuplicates  yes
          duration           0:3067 .05:5300 .25:7523 .5:9600 .75:11934 .9:20000 .96:50000 \
                             .99:110000 1:315072
          ratio              .015:.004 .08:.15 .25:.45 .5:.77 .75:1.15 .9:1.65 .99:2.9 .9999:5
          outliers           .001 4 2 20
          shares             .20 .25 .40

          plays
          file               data/sample/plays.csv
          rows               2000 20000
          users              400 100 999
          items              700 100 1999
          leastRowsPerUser   5 20
          rowsPerUser        0:20 .5:42 .9:85 1:160
          popularity         0:1 .5:5 .9:30 1:120
          taste              2
          duration           0:1 1:1
          plays              yes
          shares             .10 .10 .40

          kuairec-small
          file               data/kuairec/small_matrix.csv
          rows               10000 4676570
          users              1411 14 7162
          items              3327 103 10595
          dense              yes
          popularity         0:1 1:1
          rowsWithoutTime    181992
          dateAsFloat        yes
          duration           0:3067 .05:5300 .25:7523 .5:9600 .75:11934 .9:20000 .96:50000 \
                             .99:110000 1:315072
          ratio              .015:.004 .05:.06 .1:.14 .25:.467 .5:.769 .75:1.12 .9:1.575 \
                             .95:1.965 .99:3.38 .9999:9
          outliers           .00107 18 2.5 571.52
          shares             .20 .29 .19

          kuairec-big
          file               data/kuairec/big_matrix.csv
          rows               10000 12530806
          users              7176 0 7175
          items              10728 0 10727
          repeated           yes
          leastRowsPerUser   3 100
          rowsPerUser        0:100 .001:200 .005:250 .05:330 .1:390 .2:580 .3:1100 .5:1846 \
                             .7:2350 .9:2910 .99:4030 .999:5650 1:16015
          popularity         0:1 .05:2.5 .1:8 .2:24 .3:55 .4:115 .5:243 .6:600 .7:1680 \
                             .8:2540 .9:3640 .99:5900 .999:8100 1:27600
          duplicates         965819
          duration           0:3067 .05:5200 .25:7434 .5:9636 .75:12179 .9:20500 .96:50000 \
                             .99:110000 1:315072
          ratio              .02:.004 .05:.03 .1:.08 .25:.312 .5:.721 .75:1.175 .9:1.745 \
                             .95:2.31 .99:4.5 .9999:11
          outliers           .00143 18 2.5 573.46
          shares             .20 .30 .19

          netflix
          file               data/netflix/ratings.csv
          rows               480189 100480507
          users              480189 1 480189
          items              17770 1 17770
          allSides           yes
          leastRowsPerUser   1 1
          rowsPerUser        0:1 .1:18 .25:39 .5:96 .75:259 .9:550 .99:1350 .9999:4500 1:17653
          popularity         0:3 .25:192 .5:561 .75:2668 .9:13500 .99:95000 1:400000
          duration           0:1 1:1
          stars              yes
          shares             .10 .12 .18

          many-users
          file               data/many-users/ratings.csv
          rows               2000 20000000
          users              2000000 1 9999999
          items              200000 1 999999
          sidesLikeRows      yes
          repeated           yes
          byTime             yes
          leastRowsPerUser   1 1
          rowsPerUser        0:1 .5:3 .75:7 .9:18 .99:120 .999:700 .9999:3000 1:15000
          popularity         0:1 .5:4 .75:12 .9:45 .99:400 .999:2000 1:8000
          duration           0:1 1:1
          stars              yes
          shares             .10 .12 .18
          """);

  private GenerateData() {}

  private static Map<String, Map<String, String>> parse(String text) {
    Map<String, Map<String, String>> shapes = new LinkedHashMap<>();
    for (String shape : text.split("\n\n")) {
      String[] parts = shape.split("\n", 2);
      shapes.put(
          parts[0],
          parts[1]
              .lines()
              .map(line -> line.split(" +", 2))
              .collect(Collectors.toMap(fact -> fact[0], fact -> fact[1])));
    }
    return shapes;
  }

  /** Runs the generator and ends the JVM with 0, 1 (could not write) or 2 (wrong arguments). */
  public static void main(String[] args) {
    System.exit(run(args, System.out, System.err));
  }

  /** As {@link #main}, but returns the exit code. */
  static int run(String[] args, PrintStream out, PrintStream err) {
    List<String> names = new ArrayList<>();
    long rows = Shape.ALL_ROWS;
    long seed = DEFAULT_SEED;
    boolean text = false;
    try {
      for (String arg : args) {
        String[] flag = arg.split("=", 2);
        switch (flag[0]) {
          case "-h", "--help" -> {
            out.print(USAGE);
            return 0;
          }
          case "--rows" -> rows = number(flag);
          case "--seed" -> seed = number(flag);
          case "--ids" -> text = isText(flag);
          default -> names.add(arg);
        }
      }
      for (String name : names) {
        check(
            !name.startsWith("-"),
            name + ": no such flag; flags are --rows=N, --ids=int|text, --seed=N, --help");
      }
      check(!names.isEmpty(), "SHAPE is missing; it is one of " + SHAPES.keySet());
      check(names.size() < 3, String.join(" ", names) + ": at most SHAPE and OUTPUT are expected");
      Shape shape = new Shape(names.get(0), rows);
      // The launcher script tells where the repository is.
      Path home = Path.of(System.getProperty("beamals.home", ""));
      Path output = names.size() == 2 ? Path.of(names.get(1)) : home.resolve(shape.fact("file"));
      long start = System.nanoTime();
      write(shape, text, seed, output);
      double seconds = (System.nanoTime() - start) / 1e9;
      String done = "%s: %,d rows, %,d users, %,d items in %.1f s%n";
      out.printf(Locale.ROOT, done, output, shape.rows, shape.users, shape.items, seconds);
      return 0;
    } catch (IllegalArgumentException e) {
      err.println("generate-data: " + e.getMessage());
      return 2;
    } catch (IOException e) {
      err.println("generate-data: cannot write: " + e);
      return 1;
    }
  }

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  private static long number(String[] flag) {
    String digits = flag.length == 1 ? "" : flag[1].replace("_", "");
    check(digits.matches("-?\\d{1,18}"), flag[0] + ": not a whole number: '" + digits + "'");
    return Long.parseLong(digits);
  }

  private static boolean isText(String[] flag) {
    String type = flag.length == 1 ? "" : flag[1];
    check(type.equals("int") || type.equals("text"), "--ids: '" + type + "' is not int or text");
    return type.equals("text");
  }

  /** Writes to a temporary name beside {@code output} and renames when all rows are there. */
  private static void write(Shape shape, boolean text, long seed, Path output) throws IOException {
    Path file = output.toAbsolutePath();
    if (Files.isDirectory(file)) {
      throw new IOException(file + " is a folder");
    }
    // download-data leaves this mark in a folder with a real data set.
    if (Files.exists(file.resolveSibling(".downloaded"))) {
      throw new IOException(file + " lies beside a downloaded data set; give another OUTPUT");
    }
    Files.createDirectories(file.resolveSibling(""));
    String name = "." + file.getFileName() + "." + ProcessHandle.current().pid() + ".partial";
    Path partial = file.resolveSibling(name);
    partial.toFile().deleteOnExit(); // also on Ctrl-C
    try (OutputStream out = Files.newOutputStream(partial)) {
      new DataSet(shape, text, seed).write(out);
    }
    Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * A shape with some number of rows. With f = rows / all rows, users and items are multiplied by
   * √f (density stays) and counts of odd rows by f; netflix keeps its users and items, and those of
   * many-users are multiplied by f.
   */
  static final class Shape {
    static final long ALL_ROWS = Long.MAX_VALUE;

    final long rows;
    final int users;
    final int items;
    private final Map<String, String> facts;
    private final double part;
    private final double side;

    /** {@code rows} is {@link #ALL_ROWS}, or any number that the shape can have. */
    Shape(String name, long rows) {
      facts = SHAPES.getOrDefault(name, Map.of());
      check(!facts.isEmpty(), "SHAPE: '" + name + "' is not one of " + SHAPES.keySet());
      long fewest = (long) numbers("rows")[0];
      long all = (long) numbers("rows")[1];
      this.rows = rows == ALL_ROWS ? all : rows;
      check(
          this.rows >= fewest && this.rows <= all,
          "--rows: " + name + " takes " + fewest + " to " + all + " rows, not " + rows);
      part = (double) this.rows / all;
      side = has("allSides") ? 1 : has("sidesLikeRows") ? part : Math.sqrt(part);
      users = (int) Math.round(numbers("users")[0] * side);
      int needed = (int) ((this.rows + users - 1) / users);
      items = Math.max((int) Math.round(numbers("items")[0] * side), needed);
    }

    boolean has(String name) {
      return facts.containsKey(name);
    }

    String fact(String name) {
      return facts.getOrDefault(name, "0");
    }

    double[] numbers(String name) {
      return GenerateData.numbers(fact(name));
    }

    long count(String name) {
      return Math.round(numbers(name)[0] * part);
    }

    /** The logarithm of a value over the part that is not above it. */
    Curve logs(String name) {
      return new Curve(numbers(name), p -> p, StrictMath::log);
    }

    /** A value over the score Φ⁻¹(p) of the part p that is not above it. */
    Curve scores(String name) {
      return new Curve(numbers(name), GenerateData::normalQuantile, value -> value);
    }
  }

  private static double[] numbers(String text) {
    return Arrays.stream(text.split("[ :]+")).mapToDouble(Double::parseDouble).toArray();
  }

  /** Straight lines between points; the first and the last go on without an end. */
  private static final class Curve {
    final double[] x;
    final double[] y;

    Curve(double[] points, DoubleUnaryOperator scaleX, DoubleUnaryOperator scaleY) {
      x = new double[points.length / 2];
      y = new double[points.length / 2];
      Arrays.setAll(x, i -> scaleX.applyAsDouble(points[2 * i]));
      Arrays.setAll(y, i -> scaleY.applyAsDouble(points[2 * i + 1]));
    }

    double at(double v) {
      int i = 1;
      while (i < x.length - 1 && x[i] < v) {
        i++;
      }
      return y[i - 1] + (v - x[i - 1]) / (x[i] - x[i - 1]) * (y[i] - y[i - 1]);
    }
  }

  private static final double[] TAIL_TOP =
      numbers(
          "-7.784894002430293e-03 -3.223964580411365e-01 -2.400758277161838 -2.549732539343734"
              + " 4.374664141464968 2.938163982698783");
  private static final double[] TAIL_BOTTOM =
      numbers("7.784695709041462e-03 3.224671290700398e-01 2.445134137142996 3.754408661907416 1");
  private static final double[] CENTRE_TOP =
      numbers(
          "-3.969683028665376e+01 2.209460984245205e+02 -2.759285104469687e+02"
              + " 1.383577518672690e+02 -3.066479806614716e+01 2.506628277459239");
  private static final double[] CENTRE_BOTTOM =
      numbers(
          "-5.447609879822406e+01 1.615858368580409e+02 -1.556989798598866e+02"
              + " 6.680131188771972e+01 -1.328068155288572e+01 1");

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

  /** What a random number is for. The bytes depend on the places here: add at the end. */
  private enum Purpose {
    USER_ORDER,
    ITEM_ORDER,
    USER_BIAS,
    ITEM_BIAS,
    DURATION,
    USER_FACTORS,
    ITEM_FACTORS,
    USER_ID,
    ITEM_ID,
    CELLS_LEFT_OUT,
    ROWS_WITHOUT_TIME,
    ROWS,
    ROW_ORDER,
    USER_TEXT,
    ITEM_TEXT
  }

  /**
   * SplitMix64 (Steele, Lea and Flood 2014). Not {@code SplittableRandom}: its algorithm is no part
   * of its contract, and its normal numbers use {@code Math.log}, which may differ between JVMs.
   */
  private static final class RandomStream {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private final long seed;
    private long state;
    private double spare;

    RandomStream(long seed) {
      this.seed = seed;
    }

    /** Starts the stream of (seed, purpose, id); other streams have no influence on it. */
    void start(Purpose purpose, long id) {
      state = mix(mix(mix(seed + GAMMA) ^ (purpose.ordinal() + 1)) + id * GAMMA);
      spare = Double.NaN;
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

    /** Standard normal, by Marsaglia's polar method, which makes two at a time. */
    double nextNormal() {
      double ready = spare;
      spare = Double.NaN;
      while (Double.isNaN(ready)) {
        double x = 2 * nextDouble() - 1;
        double y = 2 * nextDouble() - 1;
        double s = x * x + y * y;
        if (s < 1 && s != 0) {
          double scale = Math.sqrt(-2 * StrictMath.log(s) / s);
          spare = y * scale;
          ready = x * scale;
        }
      }
      return ready;
    }

    /** 0 … n − 1 in random order. */
    int[] permutation(int n) {
      int[] order = new int[n];
      for (int i = 0; i < n; i++) {
        int j = nextInt(i + 1);
        order[i] = order[j];
        order[j] = i;
      }
      return order;
    }

    int[] permutation(int n, Purpose purpose) {
      start(purpose, 0);
      return permutation(n);
    }
  }

  /**
   * 0 … n − 1 in an order that looks random and needs no table: four rounds of a Feistel network
   * over the next power of four, again where the outcome is not below n (Black and Rogaway).
   */
  private static final class RowOrder {
    private final long n;
    private final int bits;
    private final long[] keys = new long[4];

    RowOrder(long n, RandomStream random) {
      this.n = n;
      bits = (Long.SIZE - Long.numberOfLeadingZeros(n) + 1) / 2;
      random.start(Purpose.ROW_ORDER, 0);
      Arrays.setAll(keys, i -> random.nextLong());
    }

    long at(long place) {
      long mask = (1L << bits) - 1;
      long value = place;
      do {
        long left = value >>> bits;
        long right = value & mask;
        for (long key : keys) {
          long next = left ^ (RandomStream.mix(right + key) & mask);
          left = right;
          right = next;
        }
        value = left << bits | right;
      } while (value >= n);
      return value;
    }
  }

  /**
   * Splits {@code total} into whole parts about proportional to {@code weight}, each between {@code
   * min} and {@code max}: part i is {@code min(max, max(min, c wᵢ))} with the c that makes the sum
   * right, rounded so that the sum stays exact.
   *
   * @param weight positive, not modified
   */
  static int[] apportion(long total, double[] weight, double min, double max) {
    int n = weight.length;
    check(
        total >= min * n && total <= max * n,
        total + " does not split into " + n + " parts of " + min + " to " + max);
    if (total == 0) {
      return new int[n];
    }
    double low = 0;
    double high = 1;
    while (sums(high, weight, min, max)[n - 1] < total && high < 1e300) {
      high *= 2;
    }
    for (int i = 0; i < 200; i++) {
      double middle = (low + high) / 2;
      if (middle == low || middle == high) {
        break;
      }
      if (sums(middle, weight, min, max)[n - 1] < total) {
        low = middle;
      } else {
        high = middle;
      }
    }
    double[] sums = sums(high, weight, min, max);
    int[] parts = new int[n];
    long given = 0;
    for (int i = 0; i < n; i++) {
      // The small constant keeps whole sums whole in spite of rounding errors.
      long upTo = i == n - 1 ? total : Math.min(total, (long) Math.floor(sums[i] + 1e-6));
      parts[i] = (int) (upTo - given);
      given = upTo;
    }
    return parts;
  }

  private static double[] sums(double c, double[] weight, double min, double max) {
    double[] sums = new double[weight.length];
    double sum = 0;
    for (int i = 0; i < sums.length; i++) {
      sum += Math.max(min, Math.min(max, c * weight[i]));
      sums[i] = sum;
    }
    return sums;
  }

  /** Draws item i with probability weight[i] / Σ weight in constant time (Walker, Vose). */
  private static final class AliasTable {
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
      int[] stacks = new int[n]; // the small from the left, the large from the right
      int small = 0;
      int large = n;
      for (int i = 0; i < n; i++) {
        keep[i] = weight[i] * n / sum;
        alias[i] = i;
        stacks[keep[i] < 1 ? small++ : --large] = i;
      }
      while (small > 0 && large < n) {
        int s = stacks[--small];
        int l = stacks[large];
        alias[s] = l;
        keep[l] -= 1 - keep[s];
        if (keep[l] < 1) {
          large++;
          stacks[small++] = l;
        }
      }
    }

    int draw(RandomStream random) {
      int i = random.nextInt(keep.length);
      return random.nextDouble() < keep[i] ? i : alias[i];
    }
  }

  /**
   * The shortest decimal that reads back as {@code value}, and of these the nearest, with a point
   * ({@code 0.0}, {@code 1.4030598786599842}). {@code Double.toString} gives it only since Java 19.
   *
   * @param value 0, or from 0.0001 to less than 100,000
   */
  static String shortest(double value) {
    // value × power has 15 digits before the point. Powers of ten up to 10²² are exact.
    int places = 15;
    double power = 1e15;
    for (double limit = 1; value >= limit; limit *= 10) {
      places--;
      power /= 10;
    }
    for (double limit = .1; value < limit && places < 18; limit /= 10) {
      places++;
      power *= 10;
    }
    long fifteen = Math.round(value * power);
    // Both are exact doubles, so the quotient is what a parser returns.
    if (fifteen / power == value) {
      return plain(BigDecimal.valueOf(fifteen, places));
    }
    // Without an error value × 100 power = whole + rest. A decimal nearer than half the distance to
    // the next double reads back; of 17 digits the nearest always does.
    long whole = (long) (value * (100 * power));
    double rest = Math.fma(value, 100 * power, -(double) whole);
    long sixteen = whole / 10 + Math.round((whole % 10 + rest) / 10);
    boolean readsBack = Math.abs(10 * sixteen - whole - rest) < Math.ulp(value) * 50 * power;
    return plain(
        readsBack
            ? BigDecimal.valueOf(sixteen, places + 1)
            : BigDecimal.valueOf(whole + Math.round(rest), places + 2));
  }

  /** Without zeros at the end, but with one place after the point at least. */
  private static String plain(BigDecimal value) {
    BigDecimal stripped = value.stripTrailingZeros();
    return (stripped.scale() < 1 ? stripped.setScale(1) : stripped).toPlainString();
  }

  /** Holds what belongs to users and items, and of rows one user's at a time at most. */
  static final class DataSet {
    private static final long DAY_MILLIS = 86_400_000L;
    private static final int HOUR_MILLIS = 3_600_000;

    /** From 2020-07-05 00:00 in UTC+8, in milliseconds since the epoch. */
    private static final long FIRST_MILLIS = 1_593_878_400_000L;

    private static final int DAYS = 63;

    /** Rows per hour of the day, in 256ths: few at night, many at noon and in the evening. */
    private static final int[] ROWS_BY_HOUR = {
      9, 5, 3, 2, 2, 3, 6, 9, 10, 10, 10, 12, 15, 14, 11, 10, 10, 12, 14, 15, 17, 20, 21, 16
    };

    /** 1999-11-11, as days since the epoch, and the days until the end of 2005. */
    private static final int FIRST_STAR_DAY = 10_906;

    private static final int STAR_DAYS = 2_243;

    /** Scores that part the stars: 4.6 % ones, 10.1 % twos, 28.7 % threes, 33.6 % fours. */
    private static final double[] STAR_SCORES = {
      normalQuantile(.046), normalQuantile(.147), normalQuantile(.434), normalQuantile(.770)
    };

    /** The first ratio above this becomes the largest; no smaller file has one. */
    private static final double LARGEST_AFTER = 100;

    private final Shape shape;
    private final boolean text;
    private final RandomStream random;
    private final RandomStream texts;
    private final int users;
    private final int items;
    private final int[] userIds;
    private final int[] itemIds;
    private final int[] rows;
    private final int[] duplicates;
    private final int[] emptyRatios;
    private final int[] negativeTimestamps;
    private final int[] rowsWithoutTime;
    private final double[] popularity;
    private final AliasTable byPopularity;
    private final int[] duration;
    private final double[] userBias;
    private final double[] itemBias;
    private final double[][] itemFactors = new double[PLANTED_RANK][];
    private final double[] userFactors = new double[PLANTED_RANK];
    private final boolean[] chosenBefore;
    private final Curve ratio;
    private final double[] outliers;
    private final double[] shares;
    private final boolean stars;
    private final boolean plays;
    private final double taste;
    private boolean largestDue;
    private final StringBuilder atEndOfFile = new StringBuilder();

    /** {@code text}: whether ids are texts; all else is as with numbers. */
    DataSet(Shape shape, boolean text, long seed) {
      this.shape = shape;
      this.text = text;
      random = new RandomStream(seed);
      texts = new RandomStream(seed);
      users = shape.users;
      items = shape.items;
      chosenBefore = new boolean[items];
      userIds = ids("users", users, 7162, Purpose.USER_ID);
      itemIds = ids("items", items, 6523, Purpose.ITEM_ID);
      rows = rowsPerUser();
      double[] weight = Arrays.stream(rows).asDoubleStream().toArray();
      duplicates = apportion(shape.count("duplicates"), weight, 0, shape.rows);
      emptyRatios = apportion(shape.count("emptyRatios"), weight, 0, shape.rows);
      negativeTimestamps = apportion(shape.count("negativeTimestamps"), weight, 0, shape.rows);
      random.start(Purpose.ROWS_WITHOUT_TIME, 0);
      for (int u = 0; u < users; u++) {
        weight[u] *= .5 + random.nextDouble();
      }
      rowsWithoutTime = apportion(shape.count("rowsWithoutTime"), weight, 0, shape.rows);
      popularity = along(shape.logs("popularity"), random.permutation(items, Purpose.ITEM_ORDER));
      byPopularity = new AliasTable(popularity);
      int[] byLength = random.permutation(items, Purpose.DURATION);
      duration = durations(byLength);

      stars = shape.has("stars");
      plays = shape.has("plays");
      taste = shape.numbers("taste")[0];
      shares = shape.numbers("shares");
      userBias = normalScores(random.permutation(users, Purpose.USER_BIAS));
      itemBias = normalScores(random.permutation(items, Purpose.ITEM_BIAS));
      if (!stars) {
        double[] length = normalScores(byLength);
        Arrays.setAll(itemBias, i -> Math.sqrt(.5) * (itemBias[i] - length[i]));
      }
      standardize(itemBias);
      Arrays.setAll(itemFactors, k -> new double[items]);
      for (int i = 0; i < items; i++) {
        random.start(Purpose.ITEM_FACTORS, itemIds[i]);
        for (double[] factor : itemFactors) {
          factor[i] = random.nextNormal();
        }
      }
      for (double[] factor : itemFactors) {
        standardize(factor);
      }
      ratio = shape.scores("ratio");
      outliers = shape.numbers("outliers");
      largestDue = shape.part == 1;
    }

    /**
     * Rising ids with gaps of random width; {@code wanted} is among them if it is in the range of
     * the shape.
     */
    private int[] ids(String side, int n, int wanted, Purpose purpose) {
      int first = (int) shape.numbers(side)[1];
      int last = (int) shape.numbers(side)[2];
      int[] ids = new int[n];
      random.start(purpose, 0);
      ids[0] = first;
      for (int i = 1; i < n; i++) {
        int from = first + (int) ((long) i * (last - first) / (n - 1));
        int to = i == n - 1 ? last + 1 : first + (int) ((i + 1L) * (last - first) / (n - 1));
        ids[i] = from + random.nextInt(to - from);
        if (i < n - 1 && from <= wanted && wanted < to) {
          ids[i] = wanted;
        }
      }
      return ids;
    }

    private static double[] along(Curve logs, int[] order) {
      double last = order.length - 1;
      return Arrays.stream(order).mapToDouble(i -> StrictMath.exp(logs.at(i / last))).toArray();
    }

    private static double[] normalScores(int[] order) {
      int n = order.length;
      return Arrays.stream(order).mapToDouble(i -> normalQuantile((i + .5) / n)).toArray();
    }

    /** Durations whose quantiles, counted by rows and not by items, lie on the shape's curve. */
    private int[] durations(int[] order) {
      int[] byLength = new int[items];
      double total = 0;
      for (int i = 0; i < items; i++) {
        byLength[order[i]] = i;
        total += popularity[i];
      }
      total -= popularity[byLength[items - 1]];
      Curve logs = shape.logs("duration");
      int[] durations = new int[items];
      double shorter = 0;
      for (int i : byLength) {
        double part = Math.min(1, shorter / total);
        durations[i] = (int) Math.round(StrictMath.exp(logs.at(part)));
        shorter += popularity[i];
      }
      return durations;
    }

    private int[] rowsPerUser() {
      if (!shape.has("dense")) {
        int[] order = random.permutation(users, Purpose.USER_ORDER);
        double[] least = shape.numbers("leastRowsPerUser");
        return apportion(
            shape.rows,
            along(shape.logs("rowsPerUser"), order),
            Math.max(least[0], Math.round(least[1] * shape.side)),
            shape.has("repeated") ? shape.rows : items - 1);
      }
      // KuaiRec's small matrix: 0 to 32 videos left out, 12.6 on average.
      double[] weight = new double[users];
      random.start(Purpose.CELLS_LEFT_OUT, 0);
      Arrays.setAll(weight, u -> Math.max(.01, 1 + .55 * random.nextNormal()));
      long left = (long) users * items - shape.rows;
      long most = (5 * left + 2L * users - 1) / (2L * users);
      return Arrays.stream(apportion(left, weight, 0, most)).map(n -> items - n).toArray();
    }

    /** Gives {@code values} (Modified) the popularity-weighted mean 0 and variance 1. */
    private void standardize(double[] values) {
      double total = 0;
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < items; i++) {
        total += popularity[i];
        sum += popularity[i] * values[i];
      }
      for (int i = 0; i < items; i++) {
        values[i] -= sum / total;
        squares += popularity[i] * values[i] * values[i];
      }
      double scale = 1 / Math.sqrt(squares / total);
      Arrays.setAll(values, i -> values[i] * scale);
    }

    /** Writes the whole CSV file, header included. */
    void write(OutputStream out) throws IOException {
      Writer csv = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.US_ASCII));
      if (shape.has("byTime")) {
        writeByTime(csv);
        csv.flush();
        return;
      }
      csv.write(
          plays
              ? "user,artist,plays\n"
              : stars
                  ? "user_id,movie_id,rating,date\n"
                  : "user_id,video_id,play_duration,video_duration,time,date,timestamp,watch_ratio\n");
      for (int u = 0; u < users; u++) {
        startUser(u);
        random.start(Purpose.ROWS, userIds[u]);
        int n = rows[u] - duplicates[u];
        if (plays) {
          for (int item : chooseItems(u, n)) {
            int count = 1 + (int) StrictMath.exp(1 + score(u, item));
            csv.write("u" + user(u) + ",a" + item(item) + "," + count + "\n");
          }
        } else if (stars) {
          writeStars(csv, u, chooseItems(u, n));
        } else {
          writeInteractions(csv, u, n, chooseItems(u, n));
        }
      }
      csv.append(atEndOfFile);
      csv.flush();
    }

    private void startUser(int u) {
      random.start(Purpose.USER_FACTORS, userIds[u]);
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

    private String user(int u) {
      if (!text) {
        return Integer.toString(userIds[u]);
      }
      texts.start(Purpose.USER_TEXT, u);
      // The bits that make it a random UUID, version 4.
      return new UUID(
              texts.nextLong() & ~0xF000L | 0x4000L, texts.nextLong() >>> 2 | Long.MIN_VALUE)
          .toString();
    }

    private String item(int i) {
      if (!text) {
        return Integer.toString(itemIds[i]);
      }
      texts.start(Purpose.ITEM_TEXT, i);
      byte[] bytes = ByteBuffer.allocate(Long.BYTES).putLong(texts.nextLong()).array();
      return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Writes rows of all users in random order, a second at a time. */
    private void writeByTime(Writer csv) throws IOException {
      csv.write("user_id,item_id,rating,timestamp\n");
      long[] ends = new long[users];
      long end = 0;
      for (int u = 0; u < users; u++) {
        end += rows[u];
        ends[u] = end;
      }
      RowOrder order = new RowOrder(shape.rows, random);
      long seconds = DAYS * DAY_MILLIS / 1000;
      StringBuilder line = new StringBuilder();
      for (long place = 0; place < shape.rows; place++) {
        long row = order.at(place);
        int found = Arrays.binarySearch(ends, row + 1);
        int u = found >= 0 ? found : -1 - found;
        // Each item goes to one user whatever its popularity, so that no item is without a row.
        long own = u + (row - ends[u] + rows[u]) * users;
        startUser(u);
        random.start(Purpose.ROWS, row);
        int item = own < items ? (int) own : byPopularity.draw(random);
        line.setLength(0);
        line.append(user(u)).append(',').append(item(item)).append(',');
        line.append(star(score(u, item))).append(',');
        line.append(FIRST_MILLIS / 1000 + place * seconds / shape.rows).append('\n');
        csv.append(line);
      }
    }

    /** The user's items in random order; the first n count. */
    private int[] chooseItems(int u, int n) {
      if (shape.has("dense")) {
        return random.permutation(items);
      }
      int[] chosen = new int[n];
      boolean[] seen = chosenBefore;
      int count = 0;
      // Each item goes to one user whatever its popularity, so that no item is without a row.
      for (int i = u; i < items && count < n; i += users) {
        chosen[count++] = i;
        seen[i] = true;
      }
      if (taste > 0 || (!shape.has("repeated") && n > items / 4)) {
        // Drawing until new would take long, and a table a user longer: the n smallest keys
        // (Efraimidis and Spirakis).
        double[] key = new double[items];
        for (int i = 0; i < items; i++) {
          double weight = popularity[i] * (taste > 0 ? StrictMath.exp(taste * dot(i)) : 1);
          key[i] = seen[i] ? -1 : -StrictMath.log(1 - random.nextDouble()) / weight;
        }
        double[] sorted = key.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < items && count < n; i++) {
          if (key[i] >= 0 && key[i] <= sorted[n - 1]) {
            chosen[count++] = i;
          }
        }
      }
      while (count < n) {
        int i = byPopularity.draw(random);
        if (shape.has("repeated") || !seen[i]) {
          seen[i] = true;
          chosen[count++] = i;
        }
      }
      for (int i : chosen) {
        seen[i] = false;
      }
      for (int i = n - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swap = chosen[i];
        chosen[i] = chosen[j];
        chosen[j] = swap;
      }
      return chosen;
    }

    /** The score z of the class comment. */
    private double score(int u, int item) {
      return Math.sqrt(shares[0]) * userBias[u]
          + Math.sqrt(shares[1]) * itemBias[item]
          + Math.sqrt(shares[2]) * dot(item)
          + Math.sqrt(1 - shares[0] - shares[1] - shares[2]) * random.nextNormal();
    }

    private double dot(int item) {
      double dot = 0;
      for (int k = 0; k < PLANTED_RANK; k++) {
        dot += userFactors[k] * itemFactors[k][item];
      }
      return dot;
    }

    private void writeStars(Writer csv, int u, int[] chosen) throws IOException {
      long[] days = new long[chosen.length];
      for (int i = 0; i < days.length; i++) {
        // The square root: the service grew, so late days have more ratings.
        days[i] = FIRST_STAR_DAY + (long) (STAR_DAYS * Math.sqrt(random.nextDouble()));
      }
      Arrays.sort(days);
      for (int i = 0; i < days.length; i++) {
        int star = star(score(u, chosen[i]));
        LocalDate day = LocalDate.ofEpochDay(days[i]);
        csv.write(user(u) + "," + item(chosen[i]) + "," + star + "," + day + "\n");
      }
    }

    private static int star(double z) {
      int star = 1;
      while (star < 5 && z > STAR_SCORES[star - 1]) {
        star++;
      }
      return star;
    }

    /**
     * Writes one user's rows by time: first those whose clock was never set (negative timestamps),
     * then the others, then those without a time.
     */
    private void writeInteractions(Writer csv, int u, int n, int[] chosen) throws IOException {
      int early = negativeTimestamps[u];
      long[] times = new long[n - rowsWithoutTime[u]];
      for (int i = 0; i < times.length; i++) {
        times[i] = i < early ? -1 - (long) (10 * DAY_MILLIS * random.nextDouble()) : time();
      }
      Arrays.sort(times);
      for (int i = 1; i < times.length; i++) {
        // No two rows of a user at the same moment: no row is a duplicate by chance.
        times[i] = Math.max(times[i], times[i - 1] + 1);
      }
      boolean[] empty = new boolean[n];
      for (int left = emptyRatios[u]; left > 0; ) {
        int i = early + random.nextInt(times.length - early);
        left -= empty[i] ? 0 : 1;
        empty[i] = true;
      }
      int[] copies = new int[n];
      for (int left = duplicates[u]; left > 0; ) {
        // Only sound rows get copies, so that each odd row is odd for one reason.
        int i = early + random.nextInt(times.length - early);
        if (!empty[i] && copies[i] < 127) {
          copies[i]++;
          left--;
        }
      }
      StringBuilder atEndOfUser = new StringBuilder();
      for (int i = 0; i < n; i++) {
        String time = i < times.length ? printed(times[i]) : ",,";
        String row = interaction(u, chosen[i], time, empty[i]);
        csv.write(row);
        for (int c = 0; c < copies[i]; c++) {
          switch (shape.has("scatterDuplicates") ? random.nextInt(3) : 0) {
            case 1 -> atEndOfUser.append(row);
            case 2 -> atEndOfFile.append(row);
            default -> csv.write(row);
          }
        }
      }
      csv.append(atEndOfUser);
    }

    private long time() {
      long bits = random.nextLong();
      long day = ((bits >>> 40) * DAYS) >>> 24;
      int left = (int) (bits & 255);
      int hour = 0;
      while (left >= ROWS_BY_HOUR[hour]) {
        left -= ROWS_BY_HOUR[hour++];
      }
      int millis = hour * HOUR_MILLIS + random.nextInt(HOUR_MILLIS);
      return FIRST_MILLIS + day * DAY_MILLIS + millis;
    }

    /** {@code 2020-07-05 11:30:05.25,20200705,1593919805.25}. */
    private String printed(long millis) {
      long seconds = Math.floorDiv(millis, 1000);
      LocalDateTime local = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.ofHours(8));
      String day = local.toLocalDate().toString();
      String date = day.replace("-", "") + (shape.has("dateAsFloat") ? ".0" : "");
      String minute = local.toLocalTime().truncatedTo(ChronoUnit.MINUTES).toString();
      long inMinute = Math.floorMod(millis, 60_000);
      String second = plain(BigDecimal.valueOf(100_000 + inMinute, 3)).substring(1);
      String timestamp = plain(BigDecimal.valueOf(millis, 3));
      return day + " " + minute + ":" + second + "," + date + "," + timestamp;
    }

    private String interaction(int u, int item, String time, boolean empty) {
      double z = score(u, item);
      double watched = z < ratio.x[0] ? 0 : ratio.at(z);
      if (random.nextDouble() < outliers[0]) {
        double odds = 1 - random.nextDouble();
        double pareto = StrictMath.exp(-StrictMath.log(odds) / outliers[2]);
        watched = Math.min(outliers[3], outliers[1] * pareto);
      }
      if (largestDue && watched > LARGEST_AFTER && !time.equals(",,")) {
        watched = outliers[3];
        largestDue = false;
      }
      int length = duration[item];
      int play = (int) Math.round(watched * length);
      if (play * 1000L < length) {
        play = 0;
      }
      String lengths = play + "," + (empty ? 0 : length);
      String quotient = empty ? "" : shortest((double) play / length);
      return String.join(",", user(u) + "," + item(item), lengths, time, quotient) + "\n";
    }
  }
}
