package dev.beamals.blocks;

import dev.beamals.ids.Ids;
import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.jspecify.annotations.Nullable;

/**
 * All factors of one side, for DoFns that look some of them up or go through all: in memory, or in
 * files that are read where they are needed.
 *
 * <pre>{@code
 * FactorView items = model.factors(Side.ITEM).view();
 * users.apply("Score", items.addTo(ParDo.of(new ScoreFn(items))));
 * }</pre>
 */
public abstract class FactorView implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Every process that looks something up holds all of them. */
  public static FactorView ofBlocks(String name, PCollection<FactorBlock> factors) {
    return new OfBlocks(factors.apply(name, View.asList()));
  }

  /** Declares what a DoFn with this view needs. */
  public abstract <InputT, OutputT> ParDo.SingleOutput<InputT, OutputT> addTo(
      ParDo.SingleOutput<InputT, OutputT> parDo);

  /**
   * Goes through blocks, holding one at a time where they are in files.
   *
   * @param wanted ids whose blocks are enough, or null for all; other blocks may come too
   */
  protected abstract void forEach(
      DoFn<?, ?>.ProcessContext context, @Nullable Ids wanted, Consumer<FactorBlock> out);

  /** Goes through all factors, block by block; no id is in two blocks. */
  public final void forEach(DoFn<?, ?>.ProcessContext context, Consumer<FactorBlock> out) {
    forEach(context, null, out);
  }

  /**
   * Brings the factors of some ids together.
   *
   * @param found Modified: set to true for each id that has factors; may be longer
   * @return a row-major matrix, {@code ids.size() × rank}; zeros where there are no factors
   */
  public final float[] gather(
      DoFn<?, ?>.ProcessContext context, Ids ids, int rank, boolean[] found) {
    float[] gathered = new float[Math.multiplyExact(ids.size(), rank)];
    forEach(context, ids, block -> block.copyRows(ids, gathered, found));
    return gathered;
  }

  /** The first columns of all rows. */
  public final FactorView keepColumns(int columns) {
    return new FirstColumns(this, columns);
  }

  private static final class FirstColumns extends FactorView {
    private static final long serialVersionUID = 1L;
    private final FactorView all;
    private final int columns;

    FirstColumns(FactorView all, int columns) {
      this.all = all;
      this.columns = columns;
    }

    @Override
    public <InputT, OutputT> ParDo.SingleOutput<InputT, OutputT> addTo(
        ParDo.SingleOutput<InputT, OutputT> parDo) {
      return all.addTo(parDo);
    }

    @Override
    protected void forEach(
        DoFn<?, ?>.ProcessContext context, @Nullable Ids wanted, Consumer<FactorBlock> out) {
      all.forEach(context, wanted, block -> out.accept(block.keepColumns(columns)));
    }
  }

  private static final class OfBlocks extends FactorView {
    private static final long serialVersionUID = 1L;
    private final PCollectionView<List<FactorBlock>> view;

    OfBlocks(PCollectionView<List<FactorBlock>> view) {
      this.view = view;
    }

    @Override
    public <InputT, OutputT> ParDo.SingleOutput<InputT, OutputT> addTo(
        ParDo.SingleOutput<InputT, OutputT> parDo) {
      return parDo.withSideInputs(view);
    }

    @Override
    protected void forEach(
        DoFn<?, ?>.ProcessContext context, @Nullable Ids wanted, Consumer<FactorBlock> out) {
      context.sideInput(view).forEach(out);
    }
  }
}
