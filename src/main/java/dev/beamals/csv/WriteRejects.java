package dev.beamals.csv;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.beamals.RunException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.PDone;

/**
 * Writes the rows that could not be read as CSV: {@code file, line, reason, row}.
 *
 * <p>One file for each chunk of the input that has any. Lines count from 1.
 */
final class WriteRejects extends PTransform<PCollection<List<Reject>>, PDone> {
  private static final long serialVersionUID = 1L;

  private final String folder;
  private final List<CsvFile> files;
  private final PCollectionView<CleaningReport> report;

  private WriteRejects(String folder, List<CsvFile> files, PCollectionView<CleaningReport> report) {
    this.folder = folder;
    this.files = files;
    this.report = report;
  }

  /**
   * @param folder with its last slash
   * @param files those that were read
   * @param report of the whole input: it knows how many lines each chunk has
   */
  static WriteRejects to(
      String folder, List<CsvFile> files, PCollectionView<CleaningReport> report) {
    return new WriteRejects(folder, files, report);
  }

  @Override
  public PDone expand(PCollection<List<Reject>> rejects) {
    rejects.apply(
        "WriteRows",
        ParDo.of(new WriteFn(folder, files.stream().map(CsvFile::name).toList(), report))
            .withSideInputs(report));
    return PDone.in(rejects.getPipeline());
  }

  static final class WriteFn extends DoFn<List<Reject>, Void> {
    private static final long serialVersionUID = 1L;
    private final String folder;
    private final List<String> files;
    private final PCollectionView<CleaningReport> report;

    WriteFn(String folder, List<String> files, PCollectionView<CleaningReport> report) {
      this.folder = folder;
      this.files = files;
      this.report = report;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      List<Reject> rejects = c.element();
      CleaningReport lines = c.sideInput(report);
      String name =
          String.format(
              "%srejects-%05d-%012d.csv",
              folder, files.indexOf(rejects.get(0).file()), rejects.get(0).chunk());
      try (CsvWriter csv =
          CsvWriter.builder()
              .build(
                  Channels.newWriter(
                      FileSystems.create(FileSystems.matchNewResource(name, false), "text/csv"),
                      StandardCharsets.UTF_8))) {
        csv.writeRecord("file", "line", "reason", "row");
        for (Reject reject : rejects) {
          csv.writeRecord(
              reject.file(), Long.toString(lines.lineOf(reject)), reject.reason(), reject.text());
        }
      } catch (UncheckedIOException e) {
        throw RunException.cannotWrite(name, e);
      } catch (IOException e) {
        throw RunException.cannotWrite(name, e);
      }
    }
  }
}
