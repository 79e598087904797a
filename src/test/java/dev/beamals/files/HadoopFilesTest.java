package dev.beamals.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.apache.beam.sdk.io.hdfs.HadoopFileSystemOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which file system of Hadoop's a run gets. */
final class HadoopFilesTest {
  @Test
  void thePathNamesTheFileSystem() {
    assertEquals(List.of("hdfs://a:8020/"), defaults(null, "in.csv", "hdfs://a:8020/model"));
  }

  @Test
  void whatIsConfiguredComesFirst() {
    assertEquals(List.of("hdfs://b"), defaults("hdfs://b", "hdfs://a:8020/model"));
  }

  /** Beam has its own file system for these paths, and refuses a second. */
  @Test
  void aConfigurationForTheLocalDiskCountsAsNone() {
    assertEquals(List.of(), defaults("file:///", "in.csv"));
    assertEquals(List.of("hdfs://a:8020/"), defaults("file:///", "hdfs://a:8020/model"));
  }

  private static List<String> defaults(@Nullable String configured, String... paths) {
    HadoopFileSystemOptions options = PipelineOptionsFactory.as(HadoopFileSystemOptions.class);
    if (configured != null) {
      Configuration configuration = new Configuration(false);
      configuration.set("fs.defaultFS", configured);
      options.setHdfsConfiguration(List.of(configuration));
    }
    HadoopFiles.configure(options, List.of(paths));
    List<Configuration> set = options.getHdfsConfiguration();
    return set == null ? List.of() : set.stream().map(c -> c.get("fs.defaultFS")).toList();
  }
}
