package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(TestPipelineExtension.class)
final class WriteRejectsTest {
  private static final String HEADER = "user_id,video_id,watch_ratio\n";

  /** Runs and returns for each file written its name and records, by name. */
  private static List<List<String>> write(
      TestPipeline pipeline, Path folder, List<Path> inputs, long chunk) throws IOException {
    List<CsvFile> files =
        CsvFile.find("input", inputs.stream().map(Path::toString).toList(), CsvFormat.create());
    PCollectionTuple cleaned =
        pipeline.apply(Read.from(new CsvSource(files, chunk))).apply(CleanRatings.create());
    Path rejects = Files.createDirectory(folder.resolve("rejects"));
    cleaned
        .get(CleanRatings.rejects())
        .apply(
            WriteRejects.to(
                rejects + "/",
                files,
                cleaned.get(CleanRatings.report()).apply(View.asSingleton())));
    PAssert.that(cleaned.get(CleanRatings.ratings())).satisfies(batches -> null);
    pipeline.run().waitUntilFinish();

    List<Path> written;
    try (Stream<Path> entries = Files.list(rejects)) {
      written = entries.sorted().toList();
    }
    List<List<String>> all = new ArrayList<>();
    for (Path file : written) {
      List<String> records = new ArrayList<>();
      records.add(String.valueOf(file.getFileName()));
      try (CsvReader<CsvRecord> reader = CsvReader.builder().ofCsvRecord(file)) {
        reader.forEach(record -> records.add(String.join(" | ", record.getFields())));
      }
      all.add(records);
    }
    return all;
  }

  @Test
  void rejectIsWrittenWithFileLineReasonAndRow(TestPipeline pipeline, @TempDir Path folder)
      throws IOException {
    Path a = Files.writeString(folder.resolve("a.csv"), HEADER + "1,2,3\n");
    Path b =
        Files.writeString(
            folder.resolve("b, c.csv"), HEADER + "\n1,2,\"x\"\"y\"\n1,2,3\n1;2\u001b,é用\n");
    assertEquals(
        List.of(
            List.of(
                "rejects-00001-000000000000.csv",
                "file | line | reason | row",
                b + " | 3 | watch_ratio \"x\"y\" is not a number | 1,2,\"x\"\"y\"",
                b + " | 5 | 2 fields instead of 3 | 1;2?,é用")),
        write(pipeline, folder, List.of(b, a), CsvSource.CHUNK));
  }

  @Test
  void chunkOfAFileThatHasRejectsHasAFileAndItsLinesCountFromTheFilesBegin(
      TestPipeline pipeline, @TempDir Path folder) throws IOException {
    Path a = Files.writeString(folder.resolve("a.csv"), HEADER + "1,2,3\n1,2,x\n1,2\n1,2,y\n");
    // The header has 29 bytes; chunks of 40: lines 1 to 3, lines 4 and 5.
    assertEquals(
        List.of(
            List.of(
                "rejects-00000-000000000000.csv",
                "file | line | reason | row",
                a + " | 3 | watch_ratio \"x\" is not a number | 1,2,x"),
            List.of(
                "rejects-00000-000000000040.csv",
                "file | line | reason | row",
                a + " | 4 | 2 fields instead of 3 | 1,2",
                a + " | 5 | watch_ratio \"y\" is not a number | 1,2,y")),
        write(pipeline, folder, List.of(a), 40));
  }

  @Test
  void nothingIsWrittenWhereNothingIsRejected(TestPipeline pipeline, @TempDir Path folder)
      throws IOException {
    Path a = Files.writeString(folder.resolve("a.csv"), HEADER + "1,2,3\n");
    assertEquals(List.of(), write(pipeline, folder, List.of(a), 10));
  }
}
