package dev.beamals.recommend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.files.TableWriter.Column;
import dev.beamals.files.TableWriter.Format;
import dev.beamals.ids.CoderContract;
import dev.beamals.ids.Ids;
import dev.beamals.ratings.RatingBatch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(TestPipelineExtension.class)
final class WriteScoresTest {
  private static final int BLOCKS = 100;
  private static final Column USER = Column.ids("user", true);
  private static final Column ITEM = Column.ids("item", false);

  /** Two users of one block each; the second has an entry without a prediction. */
  private static final ScoredIds FIRST =
      new ScoredIds(
          Ids.of(7), Ids.of("5", "x"), new int[] {0, 2}, new int[] {1, 0}, new float[] {2, 1.5f});

  private static final ScoredIds SECOND =
      new ScoredIds(
          Ids.of(8),
          Ids.of("5", "6"),
          new int[] {0, 3},
          new int[] {0, 1, 0},
          new float[] {-1, Float.NaN, -2});

  @TempDir Path folder;

  private List<String> lines(ScoredIds block) throws IOException {
    String name = String.format("part-%05d.csv", block.src().block(0, BLOCKS));
    return Files.readAllLines(folder.resolve(name));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names = new ArrayList<>();
      files.forEach(file -> names.add(String.valueOf(file.getFileName())));
      names.removeIf(name -> name.endsWith(".crc"));
      return names;
    }
  }

  @Test
  void rankedRowsAreInOneFileForEachBlock(TestPipeline pipeline) throws IOException {
    WriteScores write = WriteScores.ranked(folder + "/", Format.csv, USER, ITEM, "score", BLOCKS);
    PAssert.thatSingleton(pipeline.apply(Create.of(FIRST, SECOND)).apply("Write", write))
        .isEqualTo(new WriteScores.Counts(2, 5, 0, 0, 0, Reasons.Rows.NONE));
    pipeline.run().waitUntilFinish();
    assertEquals(List.of("user,rank,item,score", "7,1,x,2.0", "7,2,5,1.5"), lines(FIRST));
    assertEquals(
        List.of("user,rank,item,score", "8,1,5,-1.0", "8,2,6,NaN", "8,3,5,-2.0"), lines(SECOND));
    assertEquals(2, names().size(), "nothing but the two parts");
  }

  @Test
  void titlesStandBesideTheirIds(TestPipeline pipeline) throws IOException {
    Titles titles =
        Titles.of(
            pipeline.apply(
                "Titles",
                Create.of(
                    titles("x", "B, \"the\" second", "y", "not asked for"),
                    titles("7", "1984", "x", "A"))));
    WriteScores write =
        WriteScores.ranked(folder + "/", Format.csv, USER, ITEM, "score", BLOCKS)
            .withTitles(titles, "userTitle", "title");
    PAssert.thatSingleton(pipeline.apply(Create.of(FIRST, SECOND)).apply("Write", write))
        .isEqualTo(new WriteScores.Counts(2, 5, 4, 0, 0, Reasons.Rows.NONE));
    pipeline.run().waitUntilFinish();
    assertEquals(
        List.of("user,userTitle,rank,item,title,score", "7,1984,1,x,A,2.0", "7,1984,2,5,,1.5"),
        lines(FIRST));
    assertEquals("8,,1,5,,-1.0", lines(SECOND).get(1));
  }

  /** Pairs of an item and its title. */
  private static RatingBatch titles(String item, String title, String item2, String title2) {
    Ids items = Ids.of(item, item2);
    Ids titles = Ids.of(title, title2);
    int first = Ids.of(item).positionsIn(items)[0];
    int firstTitle = Ids.of(title).positionsIn(titles)[0];
    return new RatingBatch(
        items,
        titles,
        new int[] {first, 1 - first},
        new int[] {firstTitle, 1 - firstTitle},
        new float[0],
        new long[0]);
  }

  @Test
  void ofNoBlocksNothingIsWritten(TestPipeline pipeline) throws IOException {
    PAssert.thatSingleton(
            pipeline
                .apply(Create.empty(ScoredIds.Coder.of()))
                .apply(
                    "Write",
                    WriteScores.ranked(folder + "/", Format.csv, USER, ITEM, "score", BLOCKS)))
        .isEqualTo(new WriteScores.Counts(0, 0, 0, 0, 0, Reasons.Rows.NONE));
    pipeline.run().waitUntilFinish();
    assertEquals(List.of(), names());
  }

  /**
   * A bundle that is run twice leaves one whole file, and readers of the first are not disturbed.
   */
  @Test
  void aFileIsReplacedAtOnce(TestPipeline pipeline) throws IOException {
    String name = String.format("part-%05d.csv", FIRST.src().block(0, BLOCKS));
    Path file = Files.writeString(folder.resolve(name), "an earlier attempt");
    try (InputStream reader = Files.newInputStream(file)) {
      pipeline
          .apply(Create.of(FIRST))
          .apply(
              "Write", WriteScores.ranked(folder + "/", Format.csv, USER, ITEM, "score", BLOCKS));
      pipeline.run().waitUntilFinish();
      assertEquals("an earlier attempt", new String(reader.readAllBytes(), StandardCharsets.UTF_8));
    }
    assertEquals(3, lines(FIRST).size());
    assertEquals(List.of(name), names());
  }

  @Test
  void idsThatDoNotFitIntoAColumnOfIntsAreNamed() {
    Pipeline pipeline = Pipeline.create();
    Column items = Column.ids("item", true);
    pipeline
        .apply(Create.of(FIRST))
        .apply(
            "Write",
            WriteScores.ranked(folder + "/", Format.parquet, USER, items, "score", BLOCKS));
    RuntimeException failure =
        assertThrows(RuntimeException.class, () -> pipeline.run().waitUntilFinish());
    assertTrue(
        String.valueOf(failure.getMessage())
            .endsWith(
                "item x: not an int as those of the model, so it does not fit into the table;"
                    + " expected format=csv or coldStartStrategy=drop"),
        failure.getMessage());
  }

  /** The second of two entries has one reason, whose item has no title. */
  private static final ScoredIds EXPLAINED =
      FIRST.withReasons(
          new Reasons(
              Ids.of("5", "y"),
              new int[] {0, 2, 3},
              new int[] {1, 0, 0},
              new float[] {4, 5, 5},
              new float[] {1.5f, 0.25f, 1},
              new double[] {0, 0.5},
              new double[] {0.25, -0.125},
              new int[] {3, 4},
              new int[] {0},
              new Reasons.Rows(1, 2, 3, 4)));

  private static final ScoredIds WITHOUT_REASONS =
      SECOND.withReasons(
          new Reasons(
              Ids.of(new int[0]),
              new int[4],
              new int[0],
              new float[0],
              new float[0],
              new double[] {Double.NaN, Double.NaN, Double.NaN},
              new double[3],
              new int[3],
              new int[] {2},
              new Reasons.Rows(10, 20, 30, 40)));

  @Test
  void reasonsAreColumnsThatMayBeEmpty(TestPipeline pipeline) throws IOException {
    Titles titles = Titles.of(pipeline.apply("Titles", Create.of(titles("y", "Why", "x", "Ex"))));
    WriteScores csv =
        WriteScores.ranked(folder + "/", Format.csv, USER, ITEM, "score", BLOCKS)
            .withTitles(titles, null, "title")
            .withReasons(2);
    WriteScores jsonl =
        WriteScores.ranked(folder + "/", Format.jsonl, USER, ITEM, "score", BLOCKS).withReasons(2);
    WriteScores parquet =
        WriteScores.ranked(folder + "/", Format.parquet, USER, ITEM, "score", BLOCKS)
            .withReasons(1);
    PCollection<ScoredIds> scores = pipeline.apply(Create.of(EXPLAINED, WITHOUT_REASONS));
    PAssert.thatSingleton(scores.apply("WriteCsv", csv))
        .isEqualTo(new WriteScores.Counts(2, 5, 5, 3, 0.125, new Reasons.Rows(11, 22, 33, 44)));
    scores.apply("WriteJson", jsonl);
    scores.apply("WriteParquet", parquet);
    pipeline.run().waitUntilFinish();
    assertEquals(
        List.of(
            "user,rank,item,title,score,because1,because1Title,contribution1,because2,"
                + "because2Title,contribution2",
            "7,1,x,Ex,2.0,y,Why,1.5,5,,0.25",
            "7,2,5,,1.5,5,,1.0,,,"),
        lines(FIRST));
    assertEquals("8,1,5,,-1.0,,,,,,", lines(SECOND).get(1));
    String part = String.format("part-%05d.", FIRST.src().block(0, BLOCKS));
    assertEquals(
        "{\"user\":7,\"rank\":2,\"item\":\"5\",\"score\":1.5,\"because1\":\"5\","
            + "\"contribution1\":1.0,\"because2\":null,\"contribution2\":null}",
        Files.readAllLines(folder.resolve(part + "jsonl")).get(1));
    assertEquals(List.of("x y 1.5", "5 5 1.0"), reasons(part + "parquet"));
    part = String.format("part-%05d.", SECOND.src().block(0, BLOCKS));
    assertEquals(List.of("5 - -", "6 - -", "5 - -"), reasons(part + "parquet"));
  }

  /** Item, first reason and what it adds of each row of a Parquet file. */
  private List<String> reasons(String file) throws IOException {
    List<String> lines = new ArrayList<>();
    try (ParquetReader<Group> reader =
        ParquetReader.builder(
                new GroupReadSupport(), new org.apache.hadoop.fs.Path(folder.resolve(file).toUri()))
            .build()) {
      for (Group row = reader.read(); row != null; row = reader.read()) {
        boolean has = row.getFieldRepetitionCount("because1") == 1;
        lines.add(
            row.getString("item", 0)
                + " "
                + (has ? row.getString("because1", 0) : "-")
                + " "
                + (row.getFieldRepetitionCount("contribution1") == 1
                    ? row.getFloat("contribution1", 0)
                    : "-"));
      }
    }
    return lines;
  }

  @Test
  void codersKeepEverything() throws Exception {
    WriteScores.Counts counts =
        new WriteScores.Counts(1L << 40, 2, 3, 4, 0.5, new Reasons.Rows(5, 6, 7, 8));
    assertEquals(counts, CoderContract.check(WriteScores.Counts.coder(), counts));
    ScoredIds decoded = CoderContract.check(ScoredIds.Coder.of(), SECOND);
    assertEquals(List.of(SECOND.src(), SECOND.dst()), List.of(decoded.src(), decoded.dst()));
  }
}
