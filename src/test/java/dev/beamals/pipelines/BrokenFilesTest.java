package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.beamals.csv.CsvFile;
import dev.beamals.csv.CsvFormat;
import dev.beamals.csv.Sniffer;
import dev.beamals.csv.Variations;
import dev.beamals.files.Storage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bytes of files flipped, cut out and repeated at random: a training ends well, or with one line;
 * it does not hang, and leaves no half model. {@code -Dbeamals.broken=2000} is the long form.
 */
final class BrokenFilesTest {
  private static final int TRIES = Integer.getInteger("beamals.broken", 12);

  @TempDir Path folder;

  @Test
  void brokenFilesEndInAModelOrInOneLine() throws IOException {
    int[] exits = new int[3];
    for (int number = 0; number < TRIES; number++) {
      Path file = folder.resolve("rows");
      Path output = folder.resolve("model" + number);
      boolean parquet = number % 2 == 1;
      Object variation = parquet ? parquet(number, file) : Variations.write(number, file);
      List<String> flags =
          parquet
              ? new ArrayList<>(
                  List.of("train", "--userCol=user", "--itemCol=item", "--ratingCol=rating"))
              : flags(file);
      Files.write(file, broken(Files.readAllBytes(file), new Random(number)));
      flags.addAll(List.of("--input=" + file, "--output=" + output, "--rank=2", "--maxIter=1"));
      flags.add("--maxRejects=1000");
      String what = number + ": " + variation + " " + flags;
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int exit =
          assertTimeoutPreemptively(
              Duration.ofSeconds(20),
              () ->
                  Main.run(
                      flags,
                      new PrintStream(OutputStream.nullOutputStream()),
                      new PrintStream(err, true, StandardCharsets.UTF_8)),
              what);
      String said = err.toString(StandardCharsets.UTF_8);
      exits[exit]++;
      assertTrue(!said.contains("\tat ") && !said.contains("Exception"), what + "\n" + said);
      assertEquals(exit == 0, Files.exists(output.resolve("manifest.json")), what);
      if (System.getProperty("beamals.broken") != null) {
        System.out.println(number + " " + exit + " " + said.lines().reduce((a, b) -> b).orElse(""));
      }
      if (exit != 0) {
        assertEquals(1, said.lines().filter(l -> l.startsWith("als: ")).count(), what + said);
        assertTrue(!Files.exists(output), what + ": a half model");
        List<String> left =
            Storage.LOCAL.list(folder.toString()).stream()
                .filter(n -> n.startsWith(".model"))
                .toList();
        assertEquals(List.of(), left, what + ": left behind");
      }
    }
    System.out.println(TRIES + " broken files, exit codes 0, 1, 2: " + Arrays.toString(exits));
  }

  @Test
  void variationsOfASetGiveOneModelByTheFlagsFound() throws IOException {
    Set<String> digests = new HashSet<>();
    for (int number : new int[] {1, 4, 26, 109}) {
      Path file = folder.resolve("rows");
      Path output = folder.resolve("whole" + number);
      Variations variation = Variations.write(number, file);
      List<String> flags = flags(file);
      flags.addAll(List.of("--input=" + file, "--output=" + output, "--rank=2", "--maxIter=1"));
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      PrintStream out = new PrintStream(err, true, StandardCharsets.UTF_8);
      assertEquals(0, Main.run(flags, out, out), variation + err.toString(StandardCharsets.UTF_8));
      digests.add(
          new ObjectMapper()
              .readTree(output.resolve("manifest.json").toFile())
              .path("factorsDigest")
              .asText());
    }
    assertEquals(1, digests.size(), digests.toString());
    assertTrue(!digests.contains(""));
  }

  /** Writes rows as Parquet, each number in its own way; returns which. */
  private static String parquet(int number, Path file) throws IOException {
    Random random = new Random(number);
    MessageType type =
        MessageTypeParser.parseMessageType(
            "message rows { required int64 user; optional int32 item; optional double rating;"
                + " required int64 timestamp; optional binary title (STRING);"
                + " repeated binary tags (STRING); }");
    WriterVersion version = WriterVersion.values()[random.nextInt(2)];
    boolean dictionary = random.nextBoolean();
    CompressionCodecName codec =
        List.of(
                CompressionCodecName.UNCOMPRESSED,
                CompressionCodecName.SNAPPY,
                CompressionCodecName.GZIP,
                CompressionCodecName.ZSTD)
            .get(random.nextInt(4));
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(
                HadoopOutputFile.fromPath(
                    new org.apache.hadoop.fs.Path(file.toUri()), new Configuration(false)))
            .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
            .withType(type)
            .withConf(new Configuration(false))
            .withWriterVersion(version)
            .withDictionaryEncoding(dictionary)
            .withCompressionCodec(codec)
            .withRowGroupSize(4096L)
            .withPageSize(512)
            .build()) {
      for (int row = 0; row < 300; row++) {
        Group group = new SimpleGroupFactory(type).newGroup();
        group.add("user", (long) random.nextInt(20));
        group.add("item", random.nextInt(30));
        if (row % 9 > 0) {
          group.add("rating", random.nextInt(50) / 10.0);
        }
        group.add("timestamp", 1_600_000_000L + row);
        group.add("title", "film " + random.nextInt(40));
        for (int tag = random.nextInt(3); tag > 0; tag--) {
          group.add("tags", "tag " + tag);
        }
        writer.write(group);
      }
    }
    return version + " " + (dictionary ? "dictionary " : "") + codec;
  }

  /** A training by the flags that are found. */
  private static List<String> flags(Path file) {
    List<String> flags = new ArrayList<>(List.of("train"));
    for (String name : CsvFile.list("input", List.of(file.toString())).keySet()) {
      for (String flag : Sniffer.sniff(name, CsvFormat.create()).parameters()) {
        flags.add("--" + flag.replace("'\\''", "\u0001").replace("'", "").replace("\u0001", "'"));
      }
    }
    return flags;
  }

  /** Some places of a file changed: its bytes flipped, left out, or there twice. */
  private static byte[] broken(byte[] bytes, Random random) {
    byte[] broken = bytes;
    for (int change = 1 + random.nextInt(3); change > 0 && broken.length > 1; change--) {
      int from = random.nextInt(broken.length);
      int to = Math.min(broken.length, from + 1 + random.nextInt(1 << random.nextInt(10)));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      int kind = random.nextInt(4);
      out.write(broken, 0, from);
      for (int i = from; kind == 0 && i < to; i++) {
        out.write(broken[i] ^ 1 << random.nextInt(8));
      }
      if (kind == 1) { // twice
        out.write(broken, from, to - from);
        out.write(broken, from, to - from);
      }
      if (kind != 3) { // else the end is missing
        out.write(broken, to, broken.length - to);
      }
      broken = out.toByteArray();
    }
    return broken;
  }
}
