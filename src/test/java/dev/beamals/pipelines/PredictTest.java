package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.beamals.ids.Side;
import dev.beamals.linalg.BlockProducts;
import dev.beamals.model.SavedModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of predictions with all columns of their input, and in its order. */
final class PredictTest {
  @TempDir static Path shared;
  @TempDir Path folder;
  private static Path model = Path.of("");
  private static final Map<String, float[]> USERS = new HashMap<>();
  private static final Map<String, float[]> ITEMS = new HashMap<>();

  @BeforeAll
  static void trainOnce() throws IOException {
    StringBuilder rows = new StringBuilder("user_id,video_id,watch_ratio\n");
    for (int user = 1; user <= 30; user++) {
      for (int item = 101; item <= 112; item++) {
        if ((user + item) % 3 != 0) {
          rows.append(user).append(',').append(item).append(',').append(item % user).append('\n');
        }
      }
    }
    Path input = Files.writeString(shared.resolve("base.csv"), rows);
    model = shared.resolve("model");
    run(0, "train", "--input=" + input, "--output=" + model, "--rank=2", "--maxIter=1");
    SavedModel saved = SavedModel.open("model", model.toString());
    for (Side side : Side.values()) {
      saved
          .factors(side)
          .forEachBlock(
              block -> {
                for (int i = 0; i < block.ids().size(); i++) {
                  (side == Side.USER ? USERS : ITEMS).put(block.ids().get(i), block.row(i));
                }
              });
    }
  }

  private static String prediction(String user, String item) {
    float[] x = USERS.get(user);
    float[] y = ITEMS.get(item);
    return x == null || y == null ? "NaN" : Float.toString(BlockProducts.dot(x, 0, y, 0, 2));
  }

  private static String run(int exitCode, String... args) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      int actual = Main.run(new ArrayList<>(Arrays.asList(args)), out, out);
      assertEquals(exitCode, actual, bytes.toString(StandardCharsets.UTF_8));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private String predict(Path output, String... flags) {
    List<String> args =
        new ArrayList<>(List.of("predict", "--model=" + model, "--output=" + output));
    args.addAll(List.of(flags));
    return run(0, args.toArray(String[]::new));
  }

  private static List<Path> parts(Path output) throws IOException {
    try (Stream<Path> files = Files.list(output)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("part-"))
          .sorted()
          .toList();
    }
  }

  /** Lines below the header of all parts, in the order of their names. */
  private static List<String> lines(Path output, String header) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path part : parts(output)) {
      List<String> some = Files.readAllLines(part);
      assertEquals(header, some.get(0));
      lines.addAll(some.subList(1, some.size()));
    }
    return lines;
  }

  @Test
  void keepOrderGivesTheRowsAsTheyWereOnBothRunners() throws IOException {
    // Over 8 MiB, so that the file is read in two pieces; its rows are in no order of ids.
    String filler = "x".repeat(900);
    StringBuilder first = new StringBuilder("note,video_id,user_id,text\n");
    List<String> expected = new ArrayList<>();
    for (int r = 0; r < 10_000; r++) {
      String user = Integer.toString(r * 7919 % 33); // of 30, and three that are cold
      String item = Integer.toString(101 + r * 31 % 12);
      first.append(r).append(',').append(item).append(',').append(user).append(',');
      first.append(filler).append('\n');
      expected.add(r + "," + item + "," + user + "," + filler + ",," + prediction(user, item));
    }
    Path a = Files.writeString(folder.resolve("a.csv"), first);
    // Other columns, in another order.
    Path b =
        Files.writeString(
            folder.resolve("b.csv"),
            "user_id,more,video_id,note\n2,\"a, \"\"b\"\"\",101,n\n1,,101,\n1,,101\n");
    expected.add("n,101,2,,\"a, \"\"b\"\"\"," + prediction("2", "101"));
    expected.add(",101,1,,," + prediction("1", "101"));
    String header = "note,video_id,user_id,text,more,prediction";
    List<List<String>> all = new ArrayList<>();
    for (String runner : List.of("DirectRunner", "SparkRunner")) {
      Path output = folder.resolve(runner);
      String printed =
          predict(output, "--input=" + b + "," + a, "--keepOrder", "--runner=" + runner);
      assertEquals(expected, lines(output, header));
      assertTrue(printed.contains("10,003 rows read, 1 unreadable, 0 without an id"), printed);
      assertEquals(2, parts(output).size(), "a part for each stretch of a file");
    }
    Path blocks = folder.resolve("blocks");
    predict(blocks, "--input=" + a + "," + b, "--targetParallelism=3");
    List<String> lines = lines(blocks, header);
    assertEquals(expected.stream().sorted().toList(), lines.stream().sorted().toList());
    assertEquals(3, parts(blocks).size());
    Path again = folder.resolve("again");
    predict(again, "--input=" + b + "," + a, "--targetParallelism=3");
    assertEquals(lines, lines(again, header), "the same order each time");
  }

  @Test
  void otherFormatsTrainAndPredictAsTheirCsvOnBothRunners() throws IOException {
    MessageType type =
        MessageTypeParser.parseMessageType(
            "message rows { required int64 user_id; required binary note (STRING);"
                + " required int32 video_id; optional double watch_ratio; }");
    StringBuilder csv = new StringBuilder("user_id,note,video_id,watch_ratio\n");
    StringBuilder json = new StringBuilder();
    Path parquet = folder.resolve("rows.parquet");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(
                HadoopOutputFile.fromPath(
                    new org.apache.hadoop.fs.Path(parquet.toUri()), new Configuration(false)))
            .withType(type)
            .withConf(new Configuration(false))
            .withRowGroupSize(4096L) // several
            .build()) {
      for (int r = 0; r < 1000; r++) {
        int user = r * 7919 % 31;
        int item = 101 + r * 31 % 12;
        String value = r % 100 == 7 ? "" : Double.toString(r % 9 / 4.0);
        csv.append(user + ",\"n, " + r + "\"," + item + "," + value + "\n");
        json.append(
            "{\"user_id\": " + user + ", \"note\": \"n, " + r + "\", \"video_id\": " + item);
        json.append(", \"watch_ratio\": " + (value.isEmpty() ? "null" : value) + "}\n");
        Group row =
            new SimpleGroup(type)
                .append("user_id", (long) user)
                .append("note", "n, " + r)
                .append("video_id", item);
        writer.write(value.isEmpty() ? row : row.append("watch_ratio", r % 9 / 4.0));
      }
    }
    List<String> found = new ArrayList<>();
    for (String input :
        List.of(
            Files.writeString(folder.resolve("rows.csv"), csv).toString(),
            Files.writeString(folder.resolve("rows.json"), json).toString(),
            parquet.toString())) {
      for (String runner : List.of("DirectRunner", "SparkRunner")) {
        String flag = "--runner=" + runner;
        Path trained = folder.resolve(input + ".model" + runner);
        run(0, "train", "--input=" + input, "--output=" + trained, "--rank=2", "--maxIter=1", flag);
        Path output = folder.resolve(input + runner);
        predict(output, "--input=" + input, "--keepOrder", flag);
        found.add(
            new ObjectMapper()
                    .readTree(trained.resolve("manifest.json").toFile())
                    .get("factorsDigest")
                + " "
                + lines(output, "user_id,note,video_id,watch_ratio,prediction"));
      }
    }
    for (String one : found) {
      assertEquals(found.get(0), one);
    }
    String line = "0,\"n, 0\",101,0.0," + prediction("0", "101");
    assertTrue(found.get(0).contains("[" + line + ", "), found.get(0));
  }

  @Test
  void filesWithoutAHeaderGetNamesAndColdRowsMayGo() throws IOException {
    Path input =
        Files.writeString(folder.resolve("in.csv"), "a,1,101\nb,99,101\nc,2,102\nd,99,999\n");
    Path output = folder.resolve("out");
    String printed =
        predict(
            output,
            "--input=" + input,
            "--header=false",
            "--userCol=2",
            "--itemCol=3",
            "--keepOrder",
            "--coldStartStrategy=drop",
            "--format=jsonl");
    List<String> rows = new ArrayList<>();
    for (Path part : parts(output)) {
      for (String line : Files.readAllLines(part)) {
        JsonNode row = new ObjectMapper().readTree(line);
        List<String> names = new ArrayList<>();
        row.fieldNames().forEachRemaining(names::add);
        assertEquals(List.of("column1", "user", "item", "prediction"), names);
        assertTrue(row.get("user").isInt() && row.get("column1").isTextual());
        rows.add(row.get("column1").asText() + row.get("user") + "," + row.get("item"));
      }
    }
    assertEquals(List.of("a1,101", "c2,102"), rows);
    assertTrue(
        printed.contains(
            "4 rows read, 0 unreadable, 0 without an id, 1 whose user is not in the model, 1 whose"
                + " user and item are not in the model, 2 used\n"),
        printed);
    assertTrue(printed.contains("4 pairs, 2 cold (no factors for the user: 1, for"), printed);
  }

  @Test
  void parquetHasTextsAndNulls() throws IOException {
    Path input =
        Files.writeString(
            folder.resolve("in.csv"), "user_id,n,video_id\n1,007,101\n2,,102\n99,x,101\n");
    Path output = folder.resolve("out");
    predict(output, "--input=" + input, "--keepOrder", "--format=parquet");
    List<String> rows = new ArrayList<>();
    for (Path part : parts(output)) {
      try (ParquetReader<Group> reader =
          ParquetReader.builder(new GroupReadSupport(), new org.apache.hadoop.fs.Path(part.toUri()))
              .build()) {
        for (Group row = reader.read(); row != null; row = reader.read()) {
          rows.add(
              row.getInteger("user_id", 0)
                  + " "
                  + (row.getFieldRepetitionCount("n") == 1 ? row.getString("n", 0) : "-")
                  + " "
                  + row.getFloat("prediction", 0));
        }
      }
    }
    assertEquals(
        List.of("1 007 " + prediction("1", "101"), "2 - " + prediction("2", "102"), "99 x NaN"),
        rows);
  }

  @Test
  void whatHasNoPlaceInTheTableIsRefused() throws IOException {
    Path input =
        Files.writeString(folder.resolve("in.csv"), "user_id,prediction,video_id\n1,2,101\n");
    String[] args = {
      "predict", "--model=" + model, "--input=" + input, "--output=" + folder.resolve("out")
    };
    String printed = run(1, args);
    assertTrue(
        printed.contains(
            "als: --input=" + input + ": has a column prediction, as the table is to have;"),
        printed);
    printed = run(2, "predict", "--model=" + model, "--user=1", "--item=101", "--keepOrder");
    assertTrue(printed.contains("--keepOrder: expected with --input"), printed);
  }
}
