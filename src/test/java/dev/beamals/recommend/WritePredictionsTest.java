package dev.beamals.recommend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.als.ColdPairs;
import dev.beamals.files.TableWriter.Column;
import dev.beamals.files.TableWriter.Format;
import dev.beamals.ids.CoderContract;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.RowPlace;
import dev.beamals.ratings.RowTexts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(TestPipelineExtension.class)
final class WritePredictionsTest {
  private static final int BLOCKS = 100;
  private static final List<Column> COLUMNS =
      List.of(
          new Column("note", String.class).orNull(),
          Column.ids("video", false),
          Column.ids("who", true),
          new Column("more", String.class).orNull());

  @TempDir Path folder;

  /**
   * Rows of a user for item x.
   *
   * @param places for each row its file, chunk, line; the note is the place as well
   */
  private static PredictedRows rows(int user, int[][] places, float... predictions) {
    long[] place = new long[places.length];
    RowTexts.Builder texts = new RowTexts.Builder(2);
    for (int r = 0; r < places.length; r++) {
      place[r] = RowPlace.of(places[r][0], places[r][1]) + places[r][2];
      byte[] note =
          (places[r][0] + "-" + places[r][1] + "-" + places[r][2]).getBytes(StandardCharsets.UTF_8);
      texts.add(note, 0, note.length);
      texts.add("a, \"b\"".getBytes(StandardCharsets.UTF_8), 0, r == 0 ? 0 : 6);
    }
    RatingBatch batch =
        new RatingBatch(
                Ids.of(user),
                Ids.of("x"),
                new int[places.length],
                new int[places.length],
                predictions,
                new long[0])
            .withPlaces(place)
            .withTexts(texts.finish());
    return new PredictedRows(batch, new ColdPairs(user, 1, 0));
  }

  /** A block of user 7, and one of user 8; what they read lies between each other. */
  private static final List<List<PredictedRows>> ROWS =
      List.of(
          List.of(
              rows(7, new int[][] {{1, 0, 0}}, 5),
              rows(7, new int[][] {{0, 7, 2}, {0, 7, 9}}, 1, 2),
              rows(7, new int[][] {{0, 8, 1}}, 6)),
          List.of(
              rows(8, new int[][] {{0, 8, 0}, {0, 8, 3}}, 3, Float.NaN),
              rows(8, new int[][] {{0, 0, 4}, {0, 0, 5}, {0, 0, 6}}, 4, Float.NaN, 4.5f),
              rows(8, new int[][] {{0, 7, 0}, {0, 7, 5}, {0, 7, 10}}, 7, 8, 9)));

  private void write(TestPipeline pipeline, Format format, boolean drop, boolean inOrder) {
    PAssert.thatSingleton(
            pipeline
                .apply(Create.of(ROWS).withCoder(ListCoder.of(new PredictedRows.Coder())))
                .apply(
                    "Write",
                    WritePredictions.to(folder + "/", format, COLUMNS, 2, 1, BLOCKS)
                        .withDropNaN(drop)
                        .withOrder(inOrder)))
        .isEqualTo(new WritePredictions.Counts(12, new ColdPairs(45, 6, 0)));
    pipeline.run().waitUntilFinish();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> !name.endsWith(".crc"))
          .sorted()
          .toList();
    }
  }

  private List<String> lines(String name) throws IOException {
    return Files.readAllLines(folder.resolve(name));
  }

  @Test
  void aBlockIsAFileInTheOrderOfTheInput(TestPipeline pipeline) throws IOException {
    write(pipeline, Format.csv, true, false);
    List<String> names = new ArrayList<>();
    for (List<PredictedRows> block : ROWS) {
      names.add(
          String.format("part-%05d.csv", block.get(0).rows().ids(Side.USER).block(0, BLOCKS)));
    }
    assertEquals(names.stream().sorted().toList(), names());
    assertEquals(
        List.of(
            "note,video,who,more,prediction",
            "0-7-2,x,7,,1.0",
            "0-7-9,x,7,\"a, \"\"b\"\"\",2.0",
            "0-8-1,x,7,,6.0",
            "1-0-0,x,7,,5.0"),
        lines(names.get(0)));
    assertEquals(7, lines(names.get(1)).size(), "without those that have no prediction");
  }

  @Test
  void aStretchOfTheInputIsAFile(TestPipeline pipeline) throws IOException {
    write(pipeline, Format.csv, false, true);
    assertEquals(
        List.of("part-000000-000000.csv", "part-000000-000001.csv", "part-000001-000000.csv"),
        names());
    assertEquals(
        List.of("0-0-4", "0-0-5", "0-0-6", "0-7-0", "0-7-2", "0-7-5", "0-7-9", "0-7-10"),
        notes("part-000000-000000.csv"));
    assertEquals(List.of("0-8-0", "0-8-1", "0-8-3"), notes("part-000000-000001.csv"));
    assertEquals(List.of("1-0-0"), notes("part-000001-000000.csv"));
    assertEquals("0-8-3,x,8,\"a, \"\"b\"\"\",NaN", lines("part-000000-000001.csv").get(3));
  }

  private List<String> notes(String name) throws IOException {
    return lines(name).stream().skip(1).map(line -> line.substring(0, line.indexOf(','))).toList();
  }

  @Test
  void anEmptyTextIsNull(TestPipeline pipeline) throws IOException {
    write(pipeline, Format.jsonl, false, true);
    assertEquals(
        List.of("{\"note\":\"1-0-0\",\"video\":\"x\",\"who\":7,\"more\":null,\"prediction\":5.0}"),
        lines("part-000001-000000.jsonl"));
  }

  @Test
  void codersKeepEverything() throws Exception {
    WritePredictions.Counts counts =
        new WritePredictions.Counts(1L << 40, new ColdPairs(2, 3, 1L << 33));
    assertEquals(counts, CoderContract.check(WritePredictions.Counts.coder(), counts));
    PredictedRows rows = ROWS.get(0).get(1);
    PredictedRows decoded = CoderContract.check(new PredictedRows.Coder(), rows);
    assertEquals(rows.cold(), decoded.cold());
    assertEquals(rows.rows().texts().get(1, 0), decoded.rows().texts().get(1, 0));
  }
}
