package dev.beamals.als;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.Factors;
import dev.beamals.ids.Side;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/** What the last half-step of a side sent, as the factors of a model. */
final class TrainedFactors extends Factors {
  private final PCollection<FactorBlock> blocks;
  private final SentFactors view;

  private TrainedFactors(Side side, int rank, PCollection<FactorBlock> blocks, SentFactors view) {
    super(side, rank);
    this.blocks = blocks;
    this.view = view;
  }

  /**
   * @param view of what was sent
   */
  static TrainedFactors of(
      Side side, AlsParameters parameters, PCollection<Sent> sent, SentFactors view) {
    PCollection<FactorBlock> blocks =
        sent.apply(
                side == Side.USER ? "TakeUserFactors" : "TakeItemFactors", ParDo.of(new TakeFn()))
            .setCoder(FactorBlock.Coder.of());
    return new TrainedFactors(side, parameters.columns(), blocks, view);
  }

  @Override
  public PCollection<FactorBlock> blocks() {
    return blocks;
  }

  @Override
  protected FactorView createView(String name) {
    return view;
  }

  /** Reads them where they are in files. */
  static final class TakeFn extends DoFn<Sent, FactorBlock> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element Sent sent, OutputReceiver<FactorBlock> out) {
      out.output(sent.whole());
    }
  }
}
