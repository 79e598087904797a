package dev.beamals.files;

import dev.beamals.RunException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.beam.sdk.io.hdfs.HadoopFileSystemOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/**
 * Makes paths as {@code hdfs://host:port/folder} known to Beam, on the driver and on every worker.
 *
 * <p>Beam's Hadoop file system takes its configuration from {@code --hdfsConfiguration} or from the
 * files in {@code HADOOP_CONF_DIR}. Where there is neither, the path says enough.
 */
public final class HadoopFiles {
  private static final Pattern REMOTE = Pattern.compile("(?!file:)[a-zA-Z][a-zA-Z0-9+.-]*://.*");

  private HadoopFiles() {}

  /** Whether a path is not on the local disk: it names another file system by its scheme. */
  public static boolean isRemote(String path) {
    return REMOTE.matcher(path).matches();
  }

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
      if (isRemote(path)) {
        URI uri = uri("", path);
        Configuration configuration = new Configuration(false);
        configuration.set(
            "fs.defaultFS",
            uri.getScheme() + "://" + (uri.getAuthority() == null ? "" : uri.getAuthority()) + "/");
        hadoop.setHdfsConfiguration(List.of(configuration));
        return;
      }
    }
  }

  /** What {@link #configure} set. */
  public static Configuration configuration(PipelineOptions options) {
    List<Configuration> configurations =
        options.as(HadoopFileSystemOptions.class).getHdfsConfiguration();
    return configurations == null || configurations.isEmpty()
        ? new Configuration(false)
        : configurations.get(0);
  }

  public static URI uri(String flag, String path) {
    try {
      return new URI(path.replaceAll("[*?{}\\[\\]]", "_")); // a glob is no URI
    } catch (URISyntaxException e) {
      throw new RunException((flag.isEmpty() ? "" : flag + "=") + path + ": not a path", e);
    }
  }
}
