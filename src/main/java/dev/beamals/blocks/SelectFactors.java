package dev.beamals.blocks;

import dev.beamals.ids.Ids;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;

/** Keeps the factors of some ids. */
public final class SelectFactors
    extends PTransform<PCollection<FactorBlock>, PCollection<FactorBlock>> {
  private static final long serialVersionUID = 1L;

  private final PCollectionView<Ids> wanted;

  private SelectFactors(PCollectionView<Ids> wanted) {
    this.wanted = wanted;
  }

  public static SelectFactors create(PCollectionView<Ids> wanted) {
    return new SelectFactors(wanted);
  }

  @Override
  public PCollection<FactorBlock> expand(PCollection<FactorBlock> factors) {
    return factors
        .apply("SelectRows", ParDo.of(new SelectFn(wanted)).withSideInputs(wanted))
        .setCoder(FactorBlock.Coder.of());
  }

  static final class SelectFn extends DoFn<FactorBlock, FactorBlock> {
    private static final long serialVersionUID = 1L;
    private final PCollectionView<Ids> wanted;

    SelectFn(PCollectionView<Ids> wanted) {
      this.wanted = wanted;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      FactorBlock selected = c.element().select(c.sideInput(wanted));
      if (selected.ids().size() > 0) {
        c.output(selected);
      }
    }
  }
}
