package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class InputNamesTest {
  @Test
  void foldersThatLeadToFilesAreNoFiles() {
    Set<String> names =
        new TreeSet<>(
            Set.of(
                "hdfs://host/in/2024",
                "hdfs://host/in/2024/01",
                "hdfs://host/in/2024/01/a.csv",
                "hdfs://host/in/2024.csv",
                "hdfs://host/in/20"));
    InputNames.removeFolders(names);
    assertEquals(
        Set.of("hdfs://host/in/2024/01/a.csv", "hdfs://host/in/2024.csv", "hdfs://host/in/20"),
        names);
  }
}
