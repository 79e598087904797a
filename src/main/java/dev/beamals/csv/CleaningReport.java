package dev.beamals.csv;

import dev.beamals.ids.ArrayCoding;
import dev.beamals.ids.Side;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.transforms.Combine;
import org.jspecify.annotations.Nullable;

/** What cleaning did: how many rows each rule dropped, and where rows could not be read. */
public final class CleaningReport implements Serializable {
  private static final long serialVersionUID = 1L;

  /** How many rejects a report keeps: enough to tell what is wrong with a file. */
  private static final int SAMPLE = 3;

  private long rowsRead;
  private long rejected;
  private long missing;
  private long unusable;
  private long negativeTimestamp;
  private long notFinite;
  private long kept;
  private long scaledTimes;
  private IdNotations users = IdNotations.NONE;
  private IdNotations items = IdNotations.NONE;

  /** For each file the number of lines that begin in each chunk, and its fingerprint. */
  private final TreeMap<String, TreeMap<Long, Long>> lines = new TreeMap<>();

  private final TreeMap<String, Long> fingerprints = new TreeMap<>();
  private List<Reject> firstRejects = new ArrayList<>();

  /** The first line with an open quote, or empty. */
  private List<Reject> firstOpenQuote = new ArrayList<>();

  static CleaningReport of(
      RowBatch batch, long missing, long negativeTimestamp, long notFinite, long kept) {
    CleaningReport report = new CleaningReport();
    report.rowsRead = batch.size();
    report.rejected = batch.rejects.size();
    report.missing = missing;
    report.unusable = batch.unusable;
    report.negativeTimestamp = negativeTimestamp;
    report.notFinite = notFinite;
    report.kept = kept;
    report.scaledTimes = batch.scaledTimes;
    report.users = batch.users;
    report.items = batch.items;
    report.lines.computeIfAbsent(batch.file, f -> new TreeMap<>()).put(batch.chunk, batch.lines);
    report.fingerprints.put(batch.file, batch.fingerprint);
    report.firstRejects.addAll(batch.rejects.subList(0, Math.min(SAMPLE, batch.rejects.size())));
    batch.rejects.stream()
        .filter(Reject::isOpenQuote)
        .findFirst()
        .ifPresent(report.firstOpenQuote::add);
    return report;
  }

  public static Coder coder() {
    return new Coder();
  }

  /** Rows in the input, without headers and empty lines. */
  public long rowsRead() {
    return rowsRead;
  }

  /** Rows that could not be read. */
  public long rejected() {
    return rejected;
  }

  /** Rows with an empty column. */
  public long missing() {
    return missing;
  }

  /** Those of them without a user, an item or a rating. */
  long unusable() {
    return unusable;
  }

  public long negativeTimestamp() {
    return negativeTimestamp;
  }

  /** Rows whose rating is not a finite float. */
  public long notFinite() {
    return notFinite;
  }

  /** Rows left, duplicates not yet dropped. */
  public long kept() {
    return kept;
  }

  /** Rows whose time was read as milliseconds, or as a smaller unit. */
  public long scaledTimes() {
    return scaledTimes;
  }

  /** How the ids of a side were written. */
  IdNotations ids(Side side) {
    return side == Side.USER ? users : items;
  }

  /** For each file the sum (mod 2⁶⁴) of the hashes of its rows: whatever their order. */
  public Map<String, Long> fingerprints() {
    return fingerprints;
  }

  /** The line of a reject in its file, from 1. */
  long lineOf(Reject reject) {
    TreeMap<Long, Long> chunks = lines.getOrDefault(reject.file(), new TreeMap<>());
    long before = 0;
    for (long count : chunks.headMap(reject.chunk()).values()) {
      before += count;
    }
    return before + reject.line() + 1;
  }

  /** {@link #firstRejects}, separated by semicolons. */
  public String describeRejects() {
    return String.join("; ", firstRejects());
  }

  /** The first three rejects as {@code file:line: reason}, or {@code row 5 of file: reason}. */
  public List<String> firstRejects() {
    return firstRejects.stream().map(reject -> place(reject) + ": " + reject.reason()).toList();
  }

  /** Where a quote is first open at the end of its line, as {@code file:line}; null if nowhere. */
  @Nullable String openQuote() {
    return firstOpenQuote.isEmpty() ? null : place(firstOpenQuote.get(0));
  }

  /** The file of the first line with an open quote, of the first reject, or of any; or empty. */
  String firstFile() {
    List<Reject> first = firstOpenQuote.isEmpty() ? firstRejects : firstOpenQuote;
    return !first.isEmpty() ? first.get(0).file() : lines.isEmpty() ? "" : lines.firstKey();
  }

  private String place(Reject reject) {
    return reject.inRows()
        ? "row " + lineOf(reject) + " of " + reject.file()
        : reject.file() + ":" + lineOf(reject);
  }

  private void add(CleaningReport other) {
    rowsRead += other.rowsRead;
    rejected += other.rejected;
    missing += other.missing;
    unusable += other.unusable;
    negativeTimestamp += other.negativeTimestamp;
    notFinite += other.notFinite;
    kept += other.kept;
    scaledTimes += other.scaledTimes;
    users = users.plus(other.users);
    items = items.plus(other.items);
    other.lines.forEach((f, c) -> lines.computeIfAbsent(f, x -> new TreeMap<>()).putAll(c));
    other.fingerprints.forEach((f, sum) -> fingerprints.merge(f, sum, Long::sum));
    firstRejects = first(SAMPLE, firstRejects, other.firstRejects);
    firstOpenQuote = first(1, firstOpenQuote, other.firstOpenQuote);
  }

  /** The first so many of both. */
  private static List<Reject> first(int count, List<Reject> some, List<Reject> others) {
    List<Reject> all = new ArrayList<>(some);
    all.addAll(others);
    all.sort(Reject.ORDER);
    return all.size() > count ? new ArrayList<>(all.subList(0, count)) : all;
  }

  /** Adds reports up. */
  static final class CombineFn
      extends Combine.CombineFn<CleaningReport, CleaningReport, CleaningReport> {
    private static final long serialVersionUID = 1L;

    @Override
    public CleaningReport createAccumulator() {
      return new CleaningReport();
    }

    @Override
    public CleaningReport addInput(CleaningReport accumulator, CleaningReport input) {
      accumulator.add(input);
      return accumulator;
    }

    @Override
    public CleaningReport mergeAccumulators(Iterable<CleaningReport> accumulators) {
      CleaningReport merged = new CleaningReport();
      accumulators.forEach(merged::add);
      return merged;
    }

    @Override
    public CleaningReport extractOutput(CleaningReport accumulator) {
      return accumulator;
    }

    @Override
    public Coder getAccumulatorCoder(
        CoderRegistry registry, org.apache.beam.sdk.coders.Coder<CleaningReport> inputCoder) {
      return new Coder();
    }

    @Override
    public Coder getDefaultOutputCoder(
        CoderRegistry registry, org.apache.beam.sdk.coders.Coder<CleaningReport> inputCoder) {
      return new Coder();
    }
  }

  /** Deterministic. */
  public static final class Coder extends CustomCoder<CleaningReport> {
    private static final ListCoder<Reject> REJECTS = ListCoder.of(Reject.Coder.of());

    @Override
    public void encode(CleaningReport report, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      data.writeLong(report.rowsRead);
      data.writeLong(report.rejected);
      data.writeLong(report.missing);
      data.writeLong(report.unusable);
      data.writeLong(report.negativeTimestamp);
      data.writeLong(report.notFinite);
      data.writeLong(report.kept);
      data.writeLong(report.scaledTimes);
      report.users.write(data);
      report.items.write(data);
      data.writeInt(report.lines.size());
      for (Map.Entry<String, TreeMap<Long, Long>> file : report.lines.entrySet()) {
        ArrayCoding.write(file.getKey(), out);
        data.writeLong(report.fingerprints.getOrDefault(file.getKey(), 0L));
        data.writeInt(file.getValue().size());
        for (Map.Entry<Long, Long> chunk : file.getValue().entrySet()) {
          data.writeLong(chunk.getKey());
          data.writeLong(chunk.getValue());
        }
      }
      REJECTS.encode(report.firstRejects, out);
      REJECTS.encode(report.firstOpenQuote, out);
    }

    @Override
    public CleaningReport decode(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      CleaningReport report = new CleaningReport();
      report.rowsRead = data.readLong();
      report.rejected = data.readLong();
      report.missing = data.readLong();
      report.unusable = data.readLong();
      report.negativeTimestamp = data.readLong();
      report.notFinite = data.readLong();
      report.kept = data.readLong();
      report.scaledTimes = data.readLong();
      report.users = IdNotations.read(data);
      report.items = IdNotations.read(data);
      int files = data.readInt();
      for (int f = 0; f < files; f++) {
        String file = ArrayCoding.readString(in);
        report.fingerprints.put(file, data.readLong());
        TreeMap<Long, Long> chunks = new TreeMap<>();
        report.lines.put(file, chunks);
        int count = data.readInt();
        for (int c = 0; c < count; c++) {
          chunks.put(data.readLong(), data.readLong());
        }
      }
      report.firstRejects = REJECTS.decode(in);
      report.firstOpenQuote = REJECTS.decode(in);
      return report;
    }

    @Override
    public void verifyDeterministic() {}
  }
}
