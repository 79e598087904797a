package dev.beamals.blocks;

import dev.beamals.RunException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.List;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PDone;

/**
 * Blocks of ratings in files, one a block, for pipelines that use them again: reading and grouping
 * rows is most of the work of a short training.
 */
public final class RatingBlockFiles {
  private RatingBlockFiles() {}

  /**
   * Writes each block to a file whose name is {@code prefix} and its number. A block that is
   * written twice is the same.
   *
   * @param numBlocks of their side
   */
  public static PTransform<PCollection<RatingBlock>, PDone> write(String prefix, int numBlocks) {
    return new Write(prefix, numBlocks);
  }

  /** Reads the blocks of the files of these names. */
  public static PTransform<PBegin, PCollection<RatingBlock>> read(List<String> files) {
    return new Read(files);
  }

  private static final class Write extends PTransform<PCollection<RatingBlock>, PDone> {
    private static final long serialVersionUID = 1L;
    private final String prefix;
    private final int numBlocks;

    Write(String prefix, int numBlocks) {
      this.prefix = prefix;
      this.numBlocks = numBlocks;
    }

    @Override
    public PDone expand(PCollection<RatingBlock> blocks) {
      blocks.apply("WriteBlocks", ParDo.of(new WriteFn(prefix, numBlocks)));
      return PDone.in(blocks.getPipeline());
    }
  }

  private static final class Read extends PTransform<PBegin, PCollection<RatingBlock>> {
    private static final long serialVersionUID = 1L;
    private final List<String> files;

    Read(List<String> files) {
      this.files = files;
    }

    @Override
    public PCollection<RatingBlock> expand(PBegin begin) {
      return begin
          .apply("Files", Create.of(files).withCoder(StringUtf8Coder.of()))
          .apply("ReadBlocks", ParDo.of(new ReadFn()))
          .setCoder(RatingBlock.Coder.of());
    }
  }

  static final class WriteFn extends DoFn<RatingBlock, Void> {
    private static final long serialVersionUID = 1L;
    private final String prefix;
    private final int numBlocks;

    WriteFn(String prefix, int numBlocks) {
      this.prefix = prefix;
      this.numBlocks = numBlocks;
    }

    @ProcessElement
    public void processElement(@Element RatingBlock block) {
      if (block.src().size() == 0) {
        return;
      }
      String file = prefix + block.src().block(0, numBlocks);
      try (OutputStream out =
          new BufferedOutputStream(
              Channels.newOutputStream(
                  FileSystems.create(
                      FileSystems.matchNewResource(file, false), "application/octet-stream")),
              1 << 16)) {
        RatingBlock.Coder.of().encode(block, out);
      } catch (IOException e) {
        throw RunException.cannotWrite(file, e);
      }
    }
  }

  static final class ReadFn extends DoFn<String, RatingBlock> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element String file, OutputReceiver<RatingBlock> out) {
      try (InputStream in =
          new BufferedInputStream(
              Channels.newInputStream(FileSystems.open(FileSystems.matchNewResource(file, false))),
              1 << 16)) {
        out.output(RatingBlock.Coder.of().decode(in));
      } catch (IOException e) {
        throw new RunException(file + ": cannot be read: " + e.getMessage(), e);
      }
    }
  }
}
