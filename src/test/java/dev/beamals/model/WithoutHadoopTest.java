package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.JavaProgram;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who uses the library with the DirectRunner has no Hadoop and no Spark on the class path. */
final class WithoutHadoopTest {
  private static final Pattern LEFT_OUT =
      Pattern.compile("hadoop-.*|spark-.*|beam-runners-spark-.*|beam-sdks-java-io-hadoop-.*");

  private static final List<CompressionCodecName> CODECS =
      List.of(
          CompressionCodecName.UNCOMPRESSED,
          CompressionCodecName.SNAPPY,
          CompressionCodecName.GZIP,
          CompressionCodecName.ZSTD);

  @TempDir Path folder;

  private static Configuration hadoop() {
    return new Configuration(false);
  }

  /** Rows of factors as Spark writes them: compressed, and with a dictionary. */
  private void writeAsSpark(CompressionCodecName codec) throws Exception {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            "message spark_schema { required int32 id; optional group features (LIST) {"
                + " repeated group list { required float element; } } }");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(
                HadoopOutputFile.fromPath(
                    new org.apache.hadoop.fs.Path(folder.resolve(codec.name()).toUri()), hadoop()))
            .withType(schema)
            .withConf(hadoop())
            .withCompressionCodec(codec)
            .build()) {
      for (int id = 10; id < 13; id++) {
        Group row = new SimpleGroupFactory(schema).newGroup().append("id", id);
        Group features = row.addGroup("features");
        features.addGroup("list").append("element", 0.5f);
        features.addGroup("list").append("element", -0.5f);
        writer.write(row);
      }
    }
  }

  @Test
  void modelsAndTablesAreWrittenAndRead() throws Exception {
    List<String> files = new ArrayList<>();
    for (CompressionCodecName codec : CODECS) {
      writeAsSpark(codec);
      files.add(folder.resolve(codec.name()).toString());
    }
    Path output = folder.resolve("output");
    List<String> args = new ArrayList<>(List.of(folder.toString()));
    args.addAll(files);
    int status =
        JavaProgram.start(
                WithoutHadoop.class,
                jar -> !LEFT_OUT.matcher(jar).matches(),
                output,
                List.of("-Xlog:class+load"),
                args.toArray(new String[0]))
            .waitFor();
    List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
    List<String> said = lines.stream().filter(line -> !line.contains("[class,load]")).toList();
    assertEquals(0, status, () -> String.join("\n", said));
    assertTrue(said.contains("saved: 2 users"), () -> String.join("\n", said));
    assertEquals(CODECS.size(), said.stream().filter("[10, 11, 12]"::equals).count());
    assertTrue(lines.stream().anyMatch(line -> line.contains("] org.apache.parquet.")));
    assertEquals(
        List.of(), lines.stream().filter(line -> line.contains("] org.apache.hadoop.")).toList());
    assertEquals("user,score\na,0.5\n", Files.readString(folder.resolve("table.csv")));
    try (ParquetFileReader table =
        ParquetFileReader.open(
            HadoopInputFile.fromPath(
                new org.apache.hadoop.fs.Path(folder.resolve("table.parquet").toUri()),
                hadoop()))) {
      assertEquals(1, table.getRecordCount());
    }
  }
}
