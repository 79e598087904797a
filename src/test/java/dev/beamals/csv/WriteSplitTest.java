package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.SplitRatings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WriteSplitTest {
  private static final String[] WORDS = {"train", "TEST", "validation", "train", "train"};

  @TempDir Path folder;

  /** What follows a split usually; its outputs have to be consumed. */
  private static final class IgnoreFn extends DoFn<CleaningReport, Void> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element CleaningReport report) {}
  }

  /** Loads files with a column 'part' and writes what it says; returns texts by file name. */
  private Map<String, String> write(String name, CsvFormat format, Path... inputs)
      throws IOException {
    DirectOptions options = PipelineOptionsFactory.create().as(DirectOptions.class);
    options.setEnforceImmutability(false);
    options.setEnforceEncodability(false);
    Pipeline pipeline = Pipeline.create(options);
    List<CsvFile> files =
        CsvFile.find("input", Stream.of(inputs).map(Path::toString).toList(), format);
    Path out = Files.createDirectory(folder.resolve(name));
    PCollectionTuple loaded =
        pipeline.apply(LoadRatings.from(files).withPlaces(true).withMaxRejects(9L));
    loaded.get(LoadRatings.report()).apply(ParDo.of(new IgnoreFn()));
    PCollection<RatingBatch> ratings = loaded.get(LoadRatings.ratings());
    ratings
        .apply(SplitRatings.create(SplitRatings.Mode.column, 1))
        .apply(WriteSplit.to(out + "/", files));
    pipeline.run().waitUntilFinish();
    Map<String, String> texts = new TreeMap<>();
    try (Stream<Path> written = Files.list(out)) {
      for (Path file : written.toList()) {
        texts.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return texts;
  }

  private static CsvFormat format() {
    return CsvFormat.create().withColumns("user", "item", "rating").withSplitCol("part");
  }

  @Test
  void linesAreWrittenAsTheyWereWithTheirHeaderAndDroppedOnesAreNot() throws IOException {
    Path plain = folder.resolve("a.csv");
    Files.writeString(
        plain,
        "user,item,rating,part\r\n"
            + "\"1\", 2 ,3.50,train\r\n"
            + "1,,3,test\r\n"
            + "\n"
            + "2,2,1,test\r"
            + "2,3,NaN,train\n"
            + "2,3,x,train\n"
            + "2,3,1e0,Validation\n"
            + "2,3,4,other\n"
            + "3,3,4,TEST"); // without a line end
    Path packed = folder.resolve("b.csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write(
          "part,item,user,rating\ntest,7,7,1\ntrain,7,8,1\n".getBytes(StandardCharsets.UTF_8));
    }
    assertEquals(
        Map.of(
            "train-00000-0000000.csv", "user,item,rating,part\r\n\"1\", 2 ,3.50,train\r\n",
            "test-00000-0000000.csv", "user,item,rating,part\r\n2,2,1,test\r3,3,4,TEST\n",
            "validation-00000-0000000.csv", "user,item,rating,part\r\n2,3,1e0,Validation\n",
            "train-00001-0000000.csv", "part,item,user,rating\ntrain,7,8,1\n",
            "test-00001-0000000.csv", "part,item,user,rating\ntest,7,7,1\n"),
        write("out", format(), plain, packed));
  }

  @Test
  void withoutAHeaderNoLineIsOne() throws IOException {
    Path plain = Files.writeString(folder.resolve("a.csv"), "1,2,3,test\n1,3,3,train\n");
    assertEquals(
        Map.of(
            "train-00000-0000000.csv", "1,3,3,train\n", "test-00000-0000000.csv", "1,2,3,test\n"),
        write(
            "out",
            CsvFormat.create().withHeader(false).withColumns("1", "2", "3").withSplitCol("4"),
            plain));
  }

  @Test
  void everyChunkHasFilesOfItsOwnAndACompressedFileIsOne() throws IOException {
    StringBuilder text = new StringBuilder("user,item,rating,part,text\n");
    Map<String, StringBuilder> expected = new TreeMap<>();
    for (int r = 0; text.length() < 2 * CsvSource.CHUNK + 1000; r++) {
      String word = WORDS[r % 5];
      String line = r + "," + r % 100 + ",1," + word + "," + "x".repeat(500 + r % 999) + "\n";
      text.append(line);
      expected.computeIfAbsent(word.toLowerCase(), w -> new StringBuilder()).append(line);
    }
    Path plain = Files.writeString(folder.resolve("a.csv"), text);
    Path packed = folder.resolve("a.csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    }
    Map<String, String> texts = write("plain", format(), plain);
    List<String> names = new ArrayList<>();
    expected.forEach(
        (part, lines) -> {
          StringBuilder all = new StringBuilder();
          for (int chunk = 0; chunk < 3; chunk++) {
            String name = String.format("%s-00000-%07d.csv", part, chunk);
            String chunkText = texts.getOrDefault(name, "");
            if (!chunkText.isEmpty()) {
              names.add(name);
              String header = "user,item,rating,part,text\n";
              assertTrue(chunkText.startsWith(header), name);
              all.append(chunkText.substring(header.length()));
            }
          }
          assertTrue(all.toString().contentEquals(lines), part);
        });
    assertEquals(texts.size(), names.size(), names + " of " + texts.keySet());
    assertTrue(names.size() > 5, names.toString());
    Map<String, String> one = write("packed", format(), packed);
    assertEquals(3, one.size(), one.keySet().toString());
    expected.forEach(
        (part, lines) ->
            assertTrue(
                one.getOrDefault(part + "-00000-0000000.csv", "")
                    .contentEquals("user,item,rating,part,text\n" + lines)));
  }
}
