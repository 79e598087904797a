package dev.beamals.model;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.Factors;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.util.function.Consumer;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * The factors of one side of a saved model in a pipeline: read as elements where something asks for
 * them, and looked up by reading the files, of which a worker holds one tile at a time.
 */
final class FileFactors extends Factors {
  private final Pipeline pipeline;
  private final FactorFiles files;
  private @Nullable PCollection<FactorBlock> blocks;

  FileFactors(Pipeline pipeline, Side side, FactorFiles files) {
    super(side, files.rank());
    this.pipeline = pipeline;
    this.files = files;
  }

  @Override
  public PCollection<FactorBlock> blocks() {
    if (blocks == null) {
      String name = side() == Side.USER ? "ReadUserFactors" : "ReadItemFactors";
      blocks = pipeline.apply(name, ReadFactors.from(files));
    }
    return blocks;
  }

  @Override
  protected FactorView createView(String name) {
    return new View(files);
  }

  private static final class View extends FactorView {
    private static final long serialVersionUID = 1L;
    private final FactorFiles files;

    View(FactorFiles files) {
      this.files = files;
    }

    @Override
    public <InputT, OutputT> ParDo.SingleOutput<InputT, OutputT> addTo(
        ParDo.SingleOutput<InputT, OutputT> parDo) {
      return parDo;
    }

    @Override
    protected void forEach(
        DoFn<?, ?>.ProcessContext context, @Nullable Ids wanted, Consumer<FactorBlock> out) {
      files.forEachBlock(out);
    }
  }
}
