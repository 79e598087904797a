package dev.beamals.csv;

import dev.beamals.ids.ArrayCoding;
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
import org.apache.beam.sdk.transforms.Combine;

/** What cleaning did: how many rows each rule dropped, and where rows could not be read. */
public final class CleaningReport implements Serializable {
  private static final long serialVersionUID = 1L;

  /** How many rejects a report keeps: enough to tell what is wrong with a file. */
  private static final int SAMPLE = 3;

  private long rowsRead;
  private long rejected;
  private long missing;
  private long negativeTimestamp;
  private long notFinite;
  private long kept;

  /** For each file the number of lines that begin in each chunk, and its fingerprint. */
  private final TreeMap<String, TreeMap<Long, Long>> lines = new TreeMap<>();

  private final TreeMap<String, Long> fingerprints = new TreeMap<>();
  private List<Reject> firstRejects = new ArrayList<>();

  static CleaningReport of(
      RowBatch batch, long missing, long negativeTimestamp, long notFinite, long kept) {
    CleaningReport report = new CleaningReport();
    report.rowsRead = batch.size();
    report.rejected = batch.rejects.size();
    report.missing = missing;
    report.negativeTimestamp = negativeTimestamp;
    report.notFinite = notFinite;
    report.kept = kept;
    report.lines.computeIfAbsent(batch.file, f -> new TreeMap<>()).put(batch.chunk, batch.lines);
    report.fingerprints.put(batch.file, batch.fingerprint);
    report.firstRejects.addAll(batch.rejects.subList(0, Math.min(SAMPLE, batch.rejects.size())));
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

  /** The first rejects as {@code file:line: reason}, separated by semicolons. */
  public String describeRejects() {
    StringBuilder text = new StringBuilder();
    for (Reject reject : firstRejects) {
      text.append(text.length() > 0 ? "; " : "")
          .append(reject.file())
          .append(':')
          .append(lineOf(reject))
          .append(": ")
          .append(reject.reason());
    }
    return text.toString();
  }

  private void add(CleaningReport other) {
    rowsRead += other.rowsRead;
    rejected += other.rejected;
    missing += other.missing;
    negativeTimestamp += other.negativeTimestamp;
    notFinite += other.notFinite;
    kept += other.kept;
    other.lines.forEach((f, c) -> lines.computeIfAbsent(f, x -> new TreeMap<>()).putAll(c));
    other.fingerprints.forEach((f, sum) -> fingerprints.merge(f, sum, Long::sum));
    firstRejects.addAll(other.firstRejects);
    firstRejects.sort(Reject.ORDER);
    if (firstRejects.size() > SAMPLE) {
      firstRejects = new ArrayList<>(firstRejects.subList(0, SAMPLE));
    }
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
    @Override
    public void encode(CleaningReport report, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      data.writeLong(report.rowsRead);
      data.writeLong(report.rejected);
      data.writeLong(report.missing);
      data.writeLong(report.negativeTimestamp);
      data.writeLong(report.notFinite);
      data.writeLong(report.kept);
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
      data.writeInt(report.firstRejects.size());
      for (Reject reject : report.firstRejects) {
        Reject.Coder.of().encode(reject, out);
      }
    }

    @Override
    public CleaningReport decode(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      CleaningReport report = new CleaningReport();
      report.rowsRead = data.readLong();
      report.rejected = data.readLong();
      report.missing = data.readLong();
      report.negativeTimestamp = data.readLong();
      report.notFinite = data.readLong();
      report.kept = data.readLong();
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
      int rejects = data.readInt();
      for (int r = 0; r < rejects; r++) {
        report.firstRejects.add(Reject.Coder.of().decode(in));
      }
      return report;
    }

    @Override
    public void verifyDeterministic() {}
  }
}
