package dev.beamals.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(TestPipelineExtension.class)
final class ResultFileTest {
  @Test
  void elementThatAPipelineWroteIsReadBack(TestPipeline pipeline, @TempDir Path folder)
      throws IOException {
    String file = folder.resolve("result").toString();
    String element = "用户 " + "x".repeat(100_000);
    pipeline.apply(Create.of(element)).apply(ResultFile.write(file));
    pipeline.run().waitUntilFinish();
    assertEquals(element, ResultFile.take(file, StringUtf8Coder.of()));
    assertEquals(false, Files.exists(Path.of(file)));
  }

  @Test
  void missingFileIsAnError(@TempDir Path folder) {
    String file = folder.resolve("result").toString();
    assertThrows(FileNotFoundException.class, () -> ResultFile.take(file, StringUtf8Coder.of()));
  }
}
