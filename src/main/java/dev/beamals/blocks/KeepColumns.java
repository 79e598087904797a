package dev.beamals.blocks;

import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/** Keeps the first columns of factors, as {@link FactorView#keepColumns} does of a view. */
public final class KeepColumns
    extends PTransform<PCollection<FactorBlock>, PCollection<FactorBlock>> {
  private static final long serialVersionUID = 1L;
  private final int columns;

  private KeepColumns(int columns) {
    this.columns = columns;
  }

  public static KeepColumns first(int columns) {
    return new KeepColumns(columns);
  }

  @Override
  public PCollection<FactorBlock> expand(PCollection<FactorBlock> factors) {
    return factors.apply("CutRows", ParDo.of(new KeepFn(columns))).setCoder(FactorBlock.Coder.of());
  }

  static final class KeepFn extends DoFn<FactorBlock, FactorBlock> {
    private static final long serialVersionUID = 1L;
    private final int columns;

    KeepFn(int columns) {
      this.columns = columns;
    }

    @ProcessElement
    public void processElement(@Element FactorBlock block, OutputReceiver<FactorBlock> out) {
      out.output(block.keepColumns(columns));
    }
  }
}
