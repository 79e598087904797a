package dev.beamals.files;

import dev.beamals.RunException;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PDone;

/**
 * Brings the one element of a collection to the program that started the pipeline, by a file: exact
 * where counters are not, as they count work that a runner repeats twice.
 */
public final class ResultFile {
  private ResultFile() {}

  /** Writes the one element of a collection to {@code file}. */
  public static <T> PTransform<PCollection<T>, PDone> write(String file) {
    return new Write<>(file);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws FileNotFoundException if it is not there, as when a worker wrote it to another disk
   */
  public static <T> T read(String file, Coder<T> coder) throws IOException {
    ResourceId resource = FileSystems.matchNewResource(file, false);
    try (InputStream in = Channels.newInputStream(FileSystems.open(resource))) {
      return coder.decode(new BufferedInputStream(in));
    }
  }

  /**
   * Reads what {@link #write} wrote, and deletes the file.
   *
   * @throws FileNotFoundException if it is not there, as when a worker wrote it to another disk
   */
  public static <T> T take(String file, Coder<T> coder) throws IOException {
    T value = read(file, coder);
    FileSystems.delete(List.of(FileSystems.matchNewResource(file, false)));
    return value;
  }

  private static final class Write<T> extends PTransform<PCollection<T>, PDone> {
    private static final long serialVersionUID = 1L;
    private final String file;

    Write(String file) {
      this.file = file;
    }

    @Override
    public PDone expand(PCollection<T> input) {
      input.apply("WriteElement", ParDo.of(new WriteFn<>(file, input.getCoder())));
      return PDone.in(input.getPipeline());
    }
  }

  static final class WriteFn<T> extends DoFn<T, Void> {
    private static final long serialVersionUID = 1L;
    private final String file;
    private final Coder<T> coder;

    WriteFn(String file, Coder<T> coder) {
      this.file = file;
      this.coder = coder;
    }

    @ProcessElement
    public void processElement(@Element T element) {
      try (OutputStream out =
          Channels.newOutputStream(
              FileSystems.create(
                  FileSystems.matchNewResource(file, false), "application/octet-stream"))) {
        coder.encode(element, out);
      } catch (IOException e) {
        throw RunException.cannotWrite(file, e);
      }
    }
  }
}
