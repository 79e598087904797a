package dev.beamals.pipelines;

import dev.beamals.Words;
import dev.beamals.als.Als;
import dev.beamals.csv.LoadRatings;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.GaugeResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;

/**
 * Tells a person what a running pipeline is at, by its counters: on a terminal in one line that
 * changes, elsewhere in a line every few seconds.
 */
final class Progress implements AutoCloseable {
  private static final long PERIOD_MS = 100;

  /** Seconds between two lines where they stay, as in a file; a terminal has one that changes. */
  private static final double SAY_SECONDS = 3;

  private static final int BAR = 20;
  private static final Pattern ITERATION = Pattern.compile("Iteration-(\\d+)/Update(Item|User)");

  private final PipelineResult result;
  private final int maxIter;
  private final PrintStream out;
  private final int columns;
  private final long started;
  private final Thread thread;
  private final Map<String, Double> phases = new LinkedHashMap<>();
  private volatile boolean closed;
  private long rows;
  private int iteration;
  private long solved;
  private Said said = new Said(0, 0);
  private double trainingSince;

  /** How long the line is that a terminal shows now. */
  private int drawn;

  /** When a line was said last, and of which iteration. */
  private record Said(double seconds, int iteration) {}

  /** Starts to watch; the time is counted from {@code startedNanos}. */
  Progress(PipelineResult result, int maxIter, PrintStream out, long startedNanos) {
    this.result = result;
    this.maxIter = maxIter;
    this.out = out;
    this.columns = Terminal.columns();
    this.started = startedNanos;
    this.thread = new Thread(this::watch, "progress");
    thread.setDaemon(true);
    thread.start();
  }

  private void watch() {
    while (!closed) {
      try {
        Thread.sleep(PERIOD_MS);
        look();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        // A runner whose metrics are not there yet: look again later.
      }
    }
  }

  private synchronized void look() {
    if (closed) {
      return;
    }
    long nowRows = 0;
    for (MetricResult<Long> metric : counters(LoadRatings.class, LoadRatings.ROWS_READ)) {
      nowRows += metric.getAttempted();
    }
    int nowIteration = iteration;
    long nowSolved = 0;
    for (MetricResult<Long> metric : counters(Als.class, Als.ROWS_SOLVED)) {
      nowSolved += metric.getAttempted();
      Matcher step = ITERATION.matcher(metric.getKey().stepName());
      if (metric.getAttempted() > 0 && step.find()) {
        nowIteration = Math.max(nowIteration, Integer.parseInt(step.group(1)));
      }
    }
    if (nowIteration > iteration) {
      if (iteration == 0) {
        phases.put("readAndBlock", seconds());
        trainingSince = seconds();
      }
      iteration = nowIteration;
    }
    boolean more = nowRows > rows;
    rows = nowRows;
    if (columns > 0) {
      draw();
    } else if (iteration > said.iteration() || (iteration == 0 && more)) {
      sayNowAndThen();
    }
    if (nowSolved > solved) {
      solved = nowSolved;
      phases.put("train", seconds()); // the last to be put is the end
    }
  }

  /** What it is at, in words. */
  private String words() {
    if (iteration == 0) {
      double seconds = seconds();
      return rows == 0
          ? "starting"
          : String.format(
              Locale.ROOT,
              "%s read, %,.0f rows/s",
              Words.count(rows, "row"),
              rows / Math.max(seconds, 0.1));
    }
    return String.format("iteration %d of %d%s%s", iteration, maxIter, objective(), left());
  }

  /** How long the iterations that are left take if they are like those before. */
  private String left() {
    int done = iteration - 1;
    double each = done == 0 ? 0 : (seconds() - trainingSince) / done;
    double left = each * (maxIter - done);
    return done == 0 || left < 1 ? "" : String.format(Locale.ROOT, ", about %.0f s left", left);
  }

  /** Draws the line again. */
  private void draw() {
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "[%5.1f s] ", seconds()));
    if (maxIter > 0) {
      int full = BAR * Math.max(0, iteration - 1) / maxIter;
      line.append('[').append("#".repeat(full)).append("-".repeat(BAR - full)).append("] ");
    }
    line.append(words());
    line.setLength(Math.min(line.length(), columns - 1));
    String text = line + " ".repeat(Math.max(0, drawn - line.length()));
    drawn = line.length();
    out.print("\r" + text);
    out.flush();
  }

  /** The objective that is known last, in words; nothing before two sides were solved. */
  private String objective() {
    int last = 0;
    double value = 0;
    for (MetricResult<GaugeResult> gauge : query(Als.class, Als.OBJECTIVE).getGauges()) {
      Matcher matcher = ITERATION.matcher(gauge.getKey().stepName());
      long bits = gauge.getAttempted().getValue();
      if (matcher.find() && bits != 0) {
        int step =
            2 * Integer.parseInt(matcher.group(1)) + (matcher.group(2).equals("User") ? 1 : 0);
        if (step > last) {
          last = step;
          value = Double.longBitsToDouble(bits);
        }
      }
    }
    return last == 0 ? "" : String.format(Locale.ROOT, ", objective %.6g", value);
  }

  private Iterable<MetricResult<Long>> counters(Class<?> namespace, String name) {
    return query(namespace, name).getCounters();
  }

  private MetricQueryResults query(Class<?> namespace, String name) {
    return result
        .metrics()
        .queryMetrics(
            MetricsFilter.builder().addNameFilter(MetricNameFilter.named(namespace, name)).build());
  }

  private void sayNowAndThen() {
    if (seconds() >= said.seconds() + SAY_SECONDS || (iteration > 0 && iteration == maxIter)) {
      said = new Said(seconds(), iteration);
      out.printf(Locale.ROOT, "[%5.1f s] %s%n", said.seconds(), words());
    }
  }

  private double seconds() {
    return (System.nanoTime() - started) / 1e9;
  }

  /** Seconds from the start to the end of each phase that was seen to end. */
  synchronized Map<String, Double> phases() {
    return phases;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    clear();
  }

  private synchronized void clear() {
    if (drawn > 0) {
      out.print("\r" + " ".repeat(drawn) + "\r");
      out.flush();
      drawn = 0;
    }
  }
}
