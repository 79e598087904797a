package dev.beamals.examples;

import dev.beamals.als.AlsModel;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.ids.Side;
import dev.beamals.model.ReadModel;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.Validation.Required;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;

/** A DoFn of one's own over the factors of a model: items by the length of their factors. */
public final class FindLongFactors {
  private FindLongFactors() {}

  /** The flags of the example. */
  public interface Options extends PipelineOptions {
    @Description("Folder of a model.")
    @Required
    String getModel();

    void setModel(String model);

    @Description("The beginning of the names of the files to write.")
    @Required
    String getOutput();

    void setOutput(String output);
  }

  /** Beam finds the coder of blocks by itself, for what comes out of a DoFn as well. */
  static final class LongOnesFn extends DoFn<FactorBlock, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element FactorBlock block, OutputReceiver<String> out) {
      for (int i = 0; i < block.ids().size(); i++) {
        double squares = 0;
        for (float factor : block.row(i)) {
          squares += factor * factor;
        }
        if (squares > 1) {
          out.output(block.ids().get(i) + " " + Math.sqrt(squares));
        }
      }
    }
  }

  public static void main(String[] args) {
    Options options = PipelineOptionsFactory.fromArgs(args).withValidation().as(Options.class);
    Pipeline pipeline = Pipeline.create(options);
    AlsModel model = pipeline.apply("ReadModel", ReadModel.from(options.getModel()));
    model
        .factors(Side.ITEM)
        .blocks()
        .apply("FindLongOnes", ParDo.of(new LongOnesFn()))
        .apply("Write", TextIO.write().to(options.getOutput()));
    pipeline.run().waitUntilFinish();
  }
}
