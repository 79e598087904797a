package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.beamals.RunException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.hdfs.HadoopFileSystemOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders and globs mean the same files on a file system of Hadoop's as on the local disk. */
final class RemoteInputsTest {
  /** The local disk as Hadoop shows a disk of its own: folders have no size. */
  public static final class Disk extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("disk://one");
    }

    @Override
    public FileStatus getFileStatus(org.apache.hadoop.fs.Path path) throws IOException {
      return withoutSize(super.getFileStatus(path));
    }

    @Override
    public FileStatus[] listStatus(org.apache.hadoop.fs.Path path) throws IOException {
      return Arrays.stream(super.listStatus(path))
          .map(Disk::withoutSize)
          .toArray(FileStatus[]::new);
    }

    private static FileStatus withoutSize(FileStatus status) {
      return status.isDirectory()
          ? new FileStatus(0, true, 1, 1, status.getModificationTime(), status.getPath())
          : status;
    }
  }

  @TempDir static Path folder;

  @BeforeAll
  static void showTheFolderThroughHadoop() throws IOException {
    for (String file :
        List.of(
            "a.csv",
            "b.txt",
            "_SUCCESS",
            ".hidden.csv",
            "_temporary/0/a.csv",
            "flat/part-0.csv",
            "flat/part-1.csv",
            "flat/_SUCCESS",
            "deep/day=1/part-0.csv",
            "deep/day=2/part-0.csv",
            "deep/day=2/hour=1/part-1.csv",
            "deep/day=2/.old/part-1.csv",
            "deep/a b.csv",
            "deep/50%.csv")) {
      Path path = folder.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.endsWith("_SUCCESS") ? "" : "user,item,rating\n1,2,3\n");
    }
    Files.createDirectories(folder.resolve("deep/empty"));
    Configuration configuration = new Configuration(false);
    configuration.set("fs.defaultFS", "disk://one");
    configuration.setClass("fs.disk.impl", Disk.class, FileSystem.class);
    HadoopFileSystemOptions options = PipelineOptionsFactory.as(HadoopFileSystemOptions.class);
    options.setHdfsConfiguration(List.of(configuration));
    FileSystems.setDefaultPipelineOptions(options);
  }

  @AfterAll
  static void forgetIt() {
    FileSystems.setDefaultPipelineOptions(PipelineOptionsFactory.create());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.csv",
        "*.csv",
        "*",
        "_temporary",
        "flat",
        "flat/",
        "flat/*",
        "flat/**",
        "flat/**/*.csv",
        "deep",
        "deep/*",
        "deep/*/part-*.csv",
        "deep/**",
        "deep/**/part-*.csv",
        "deep/**/hour=1/*",
        "deep/day=[13]",
        "deep/day=?",
        "deep/a b.csv",
        "deep/50%.csv",
        "**",
        "**/part-0.csv",
        "f*/**",
        "{flat,deep}/**/part-0.csv"
      })
  void aNameMeansTheSameFiles(String name) {
    assertEquals(files(folder + "/", name), files("disk://one" + folder + "/", name));
  }

  @Test
  void whatMatchesNothingIsAnError() {
    String root = "disk://one" + folder + "/";
    RunException e = assertThrows(RunException.class, () -> files(root, "deep/**/*.parquet"));
    assertEquals("input=" + root + "deep/**/*.parquet: no file matches", e.getMessage());
  }

  /** The files with rows, below the root. */
  private static List<String> files(String root, String name) {
    CsvFormat format = CsvFormat.create().withColumns("user", "item", "rating");
    return CsvFile.find("input", List.of(root + name), format).stream()
        .map(file -> file.name().substring(root.length()))
        .map(file -> root.startsWith("disk:") ? URI.create(file).getPath() : file)
        .sorted()
        .collect(Collectors.toList());
  }
}
