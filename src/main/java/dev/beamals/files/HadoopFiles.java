package dev.beamals.files;

import java.io.IOException;
import java.util.List;
import org.apache.beam.sdk.io.hdfs.HadoopFileSystemOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Makes paths as {@code hdfs://host:port/folder} known to Beam, on the driver and on every worker.
 *
 * <p>Beam's Hadoop file system takes its configuration from {@code --hdfsConfiguration} or from the
 * files in {@code HADOOP_CONF_DIR}. Where there is neither, the path says enough.
 */
public final class HadoopFiles {
  private HadoopFiles() {}

  /**
   * Sets the Hadoop configuration of {@code options} that {@code paths} need, where it is not set.
   */
  public static void configure(PipelineOptions options, List<String> paths) {
    HadoopFileSystemOptions hadoop = options.as(HadoopFileSystemOptions.class);
    List<Configuration> configurations = hadoop.getHdfsConfiguration();
    if (configurations != null) {
      // Beam takes one, and sends to workers only what is set; for the local disk it has its own.
      List<Configuration> remote =
          configurations.stream()
              .filter(c -> !"file".equals(FileSystem.getDefaultUri(c).getScheme()))
              .limit(1)
              .toList();
      hadoop.setHdfsConfiguration(remote.isEmpty() ? null : remote);
      if (!remote.isEmpty()) {
        return;
      }
    }
    for (String path : paths) {
      if (FolderFiles.isRemote(path)) {
        Configuration configuration = new Configuration(false);
        configuration.set("fs.defaultFS", FolderFiles.root(path));
        hadoop.setHdfsConfiguration(List.of(configuration));
        return;
      }
    }
  }

  /** The file system of {@code path}, as {@link #configure} set it up. */
  static Storage storage(String path, PipelineOptions options) throws IOException {
    List<Configuration> configurations =
        options.as(HadoopFileSystemOptions.class).getHdfsConfiguration();
    Configuration configuration =
        configurations == null || configurations.isEmpty()
            ? new Configuration(false)
            : new Configuration(configurations.get(0));
    // A run that is stopped cleans up, when Hadoop would have closed its file systems.
    configuration.setBoolean("fs.automatic.close", false);
    return new HadoopStorage(new Path(path).getFileSystem(configuration));
  }
}
