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

/** Tells a person what a running pipeline is at, by its counters. */
final class Progress implements AutoCloseable {
  private static final long PERIOD_MS = 100;
  private static final double SAY_SECONDS = 0.25;
  private static final Pattern ITERATION = Pattern.compile("Iteration-(\\d+)/Update(Item|User)");

  private final PipelineResult result;
  private final int maxIter;
  private final PrintStream out;
  private final long started;
  private final Thread thread;
  private final Map<String, Double> phases = new LinkedHashMap<>();
  private volatile boolean closed;
  private long rows;
  private int iteration;
  private long solved;
  private double said;

  /** Starts to watch; the time is counted from {@code startedNanos}. */
  Progress(PipelineResult result, int maxIter, PrintStream out, long startedNanos) {
    this.result = result;
    this.maxIter = maxIter;
    this.out = out;
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
      }
      iteration = nowIteration;
      sayNowAndThen(String.format("iteration %d of %d%s", iteration, maxIter, objective()));
    } else if (nowRows > rows) {
      sayNowAndThen(Words.count(nowRows, "row") + " read");
    }
    rows = nowRows;
    if (nowSolved > solved) {
      solved = nowSolved;
      phases.put("train", seconds()); // the last to be put is the end
    }
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

  private void sayNowAndThen(String what) {
    if (seconds() >= said + SAY_SECONDS || iteration == maxIter) {
      said = seconds();
      out.printf(Locale.ROOT, "[%5.1f s] %s%n", said, what);
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
  }
}
